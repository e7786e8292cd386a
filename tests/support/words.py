"""English text of messages, for assertions about words."""

from __future__ import annotations

from ctscan.model import Message
from ctscan.views.text import texts


def english(message: Message | None) -> str:
    """Return the English text; empty without a message."""
    return "" if message is None else texts("en")(message)
