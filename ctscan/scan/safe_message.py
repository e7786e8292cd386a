"""Text of errors that may be shown and kept."""

from __future__ import annotations

import traceback
from pathlib import Path

from ctscan.errors import CtscanError


def safe_message(error: Exception) -> str:
    """Render an error for logs and the index.

    For exceptions of other packages show type and location only: their messages may quote entries.
    """
    if isinstance(error, CtscanError):
        return str(error)
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"unexpected error {type(error).__name__} at {Path(place.filename).name}:{place.lineno}; please report it"
