"""Errors in words that may be shown and kept."""

from __future__ import annotations

import traceback
from pathlib import Path

from ctscan.errors import CtscanError


def told(error: Exception) -> str:
    """Of an error that isn't ours only its class and place are told: its text may hold anything that was read."""
    if isinstance(error, CtscanError):
        return str(error)
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"unexpected error {type(error).__name__} at {Path(place.filename).name}:{place.lineno}; please report it"
