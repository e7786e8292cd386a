"""Standard input of a command. On a terminal, a line on stderr says the expected text and how it ends."""

from __future__ import annotations

import sys
from typing import BinaryIO

from ctscan.cli.wrapping import hint


def standard_input(expected: str) -> BinaryIO:
    """Return stdin, after `say_how_to_type`."""
    say_how_to_type(expected)
    return sys.stdin.buffer


def say_how_to_type(expected: str) -> None:
    """Say on stderr what to type where stdin is a terminal: a command that only waits looks as if it hung."""
    if sys.stdin.isatty():
        hint(f"Type {expected}. End with Ctrl-D on an empty line.")
