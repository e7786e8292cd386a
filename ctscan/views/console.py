"""Console: lines on stdout, wrapped at the width of a terminal and styled there.

In a pipe nothing is wrapped: each sentence is one line, for grep and cut. Colours appear only on a terminal, and not
with NO_COLOR. Texts are written as they are: `tables` makes those of certificates harmless.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TextIO

from ctscan.views.cell_widths import lines_in

PIPE_WIDTH = 1 << 40  # columns when nobody said how wide the output is: wider than any line
NARROWEST = 20  # columns; a terminal with less folds the lines itself, before a wide letter finds no room

STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33"}
"""Words of a style, and their codes (ECMA-48, SGR)."""

_WITHOUT_COLOUR = {word: STYLES[word] for word in ("bold", "dim")}
_UNSTYLED = ("dumb", "unknown")  # terminals (TERM) that show codes instead of obeying them

Part = tuple[str, str]
"""Text, and its style: words of `STYLES`, or none."""


class Console:
    """Output for readers.

    Args:
        file: stream that is written to.
        width: columns; `PIPE_WIDTH` where nothing shall be wrapped.
        styles: codes of the words of a style; others are passed over.
    """

    def __init__(self, file: TextIO, width: int, styles: Mapping[str, str] | None = None) -> None:
        self.file = file
        self.width = max(width, NARROWEST)
        self._styles = styles or {}

    def blank(self) -> None:
        """Print an empty line."""
        self.file.write("\n")

    def line(self, *parts: Part, indent: int = 0, hang: int = 0) -> None:
        """Print a text behind `indent` blanks; what is wrapped stands `hang` columns further to the right."""
        text = "".join(part for part, _ in parts)
        for number, (begin, end) in enumerate(lines_in(text, max(1, self.width - indent - hang))):
            before = " " * (indent + (hang if number else 0)) if end > begin else ""
            self.file.write(f"{before}{self._cut(parts, begin, end)}\n")

    def _cut(self, parts: tuple[Part, ...], begin: int, end: int) -> str:
        """Style what stands in a line."""
        shown = []
        for text, style in parts:
            shown.append(self.styled(text[max(begin, 0) : max(end, 0)], style))
            begin, end = begin - len(text), end - len(text)
        return "".join(shown)

    def styled(self, text: str, style: str) -> str:
        """Put a text between the codes of a style, where the console has styles."""
        codes = [self._styles[word] for word in style.split() if word in self._styles]
        return f"\x1b[{';'.join(codes)}m{text}\x1b[0m" if codes and text else text

    def ruled(self, width: int) -> str:
        """Draw a line, of hyphens where the stream can't show more."""
        return ("─" if (self.file.encoding or "").lower().startswith("utf") else "-") * width


def console() -> Console:
    """Make the console for stdout. `COLUMNS` sets the width, also of a pipe."""
    is_terminal = sys.stdout.isatty()
    return Console(sys.stdout, _width(is_terminal), _styles() if is_terminal else None)


def _width(is_terminal: bool) -> int:
    said = os.environ.get("COLUMNS", "")
    if not is_terminal and not said.isdigit():
        return PIPE_WIDTH
    import shutil  # here: a pipe has no size

    return shutil.get_terminal_size().columns


def _styles() -> Mapping[str, str]:
    if os.environ.get("TERM", "").lower() in _UNSTYLED:
        return {}
    return _WITHOUT_COLOUR if os.environ.get("NO_COLOR") else STYLES
