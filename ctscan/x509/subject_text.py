"""Values in a distinguished name that `name_text` rendered: `OU=Sales,O=Example\\, Ltd`. Pure."""

from __future__ import annotations

import re
from typing import Final

from ctscan.on_first_use import late_pattern

_PART: Final = late_pattern(r"(?:[^\\,+]|\\.)+", re.DOTALL)
_HEX: Final = late_pattern(r"(?:\\[0-9A-Fa-f]{2})+")


def values_in(text: str, name: str) -> tuple[str, ...]:
    """Return the values of an attribute (`O`, `OU`) in a rendered name, each once."""
    prefix = f"{name}="
    if prefix not in text:
        return ()
    parts = (part.strip() for part in _PART.findall(text))
    return tuple(dict.fromkeys(_plain(part[len(prefix) :]) for part in parts if part.startswith(prefix)))


def _plain(value: str) -> str:
    """Take escapes away."""
    if "\\" not in value:
        return value
    decoded = _HEX.sub(lambda found: bytes.fromhex(found[0].replace("\\", "")).decode("utf-8", "replace"), value)
    return re.sub(r"\\(.)", r"\1", decoded, flags=re.DOTALL)
