"""Printable names of archive members and of files."""

from __future__ import annotations

from typing import Final

MAX_NAME: Final = 300


def printable(text: str) -> str:
    """Replace every character that could steer a terminal."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def clean(name: str) -> str:
    """Make a name printable and bound its length. The result is a label only, never a path to open."""
    shown = printable(name[: MAX_NAME + 1])
    return shown if len(shown) <= MAX_NAME else shown[:MAX_NAME] + "…"


def decoded(name: bytes) -> str:
    """Make the name of an archive's member printable: UTF-8 as a rule, else with its odd octets spelled out."""
    return clean(name[: 4 * MAX_NAME].decode("utf-8", "backslashreplace"))
