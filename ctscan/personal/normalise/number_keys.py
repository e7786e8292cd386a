"""Numbers of people, cards and registers in the form in which they are compared."""

from __future__ import annotations

import re
from typing import Final

MAX_NUMBER: Final = 2000
"""Characters of a text that are read as a number, from its first letter or digit on."""


def number_key(text: str) -> str:
    """Return letters and digits of a number in capitals, at most 200: the form in which numbers are compared."""
    first = re.search(r"[^\W_]", text)
    return re.sub(r"[\W_]", "", text[first.start() :][:MAX_NUMBER]).upper()[:200] if first else ""
