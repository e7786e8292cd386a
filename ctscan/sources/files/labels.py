"""Names of members of archives and of files, made fit to be shown."""

from __future__ import annotations

from typing import Final

MAX_NAME: Final = 300


def printable(text: str) -> str:
    """The text without what can steer a terminal."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def clean(name: str) -> str:
    """The name on one line, without what can steer a terminal, and of a bounded length: only ever a label, never a path
    that is opened."""
    shown = printable(name[: MAX_NAME + 1])
    return shown if len(shown) <= MAX_NAME else shown[:MAX_NAME] + "…"


def decoded(name: bytes) -> str:
    """The same for a name as an archive holds it: UTF-8 as a rule, else with its odd octets spelled out."""
    return clean(name[: 4 * MAX_NAME].decode("utf-8", "backslashreplace"))
