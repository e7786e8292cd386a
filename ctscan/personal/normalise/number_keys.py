"""Numbers of people, cards and registers in the form in which they are compared."""

from __future__ import annotations

import re
from typing import Final

MAX_KEY: Final = 200
"""Letters and digits by which numbers are compared."""

_MAX_TEXT: Final = 65536  # a certificate with a longer value counts as partly read
_ENOUGH: Final = 2000  # characters that hold the whole key of any number but those with odd gaps


def number_key(text: str) -> str:
    """Return letters and digits of a number in capitals, at most MAX_KEY: the form in which numbers are compared."""
    key = re.sub(r"[\W_]", "", text[:_ENOUGH])
    if len(text) > _ENOUGH and len(key) < MAX_KEY:
        key = re.sub(r"[\W_]", "", text[:_MAX_TEXT])
    return key.upper()[:MAX_KEY]
