"""Lines on stderr, wrapped by words on a terminal. Elsewhere (a journal, a log file, cron) a line stays one line."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TextIO

from ctscan.on_first_use import late_pattern
from ctscan.views.cell_widths import cells_of

HANG = 2  # blanks in front of what is wrapped
NARROWEST = 20  # columns; with less nothing is wrapped
_LEAD = late_pattern(r" *(?:- )?")


def hint(line: str) -> None:
    """Write a line for the user to stderr."""
    sys.stderr.write(wrapped(line, sys.stderr) + "\n")
    sys.stderr.flush()


def wrapped(line: str, out: TextIO) -> str:
    """Wrap a line at the width of the terminal that `out` is; elsewhere return it as it is."""
    width = _columns(out) if out.isatty() else 0
    return wrap(line, width) if width >= NARROWEST else line


def wrap(line: str, width: int) -> str:
    """Wrap a line by words. What is wrapped stands below the beginning of the text, or `HANG` columns to the right of
    it where the text has no blanks or bullet in front. A word that is longer than a line stays
    whole, and where it is."""
    lead = _LEAD.match(line)
    hang = lead.end() if lead and lead.end() else HANG
    lines, used = [""], 0
    for number, word in enumerate(line.split(" ")):
        cells = cells_of(word)
        is_end = used + 1 + cells > width and hang + cells <= width
        if number and is_end and lines[-1].strip(" -"):
            lines.append(" " * hang + word)
            used = hang + cells
        else:
            lines[-1] += f" {word}" if number else word
            used += cells + (1 if number else 0)
    return "\n".join(lines)


def steps(rows: Sequence[tuple[str, str]], indent: int, out: TextIO) -> list[str]:
    """Write commands and their meanings: below each other in two columns, or each meaning below its command where the
    terminal that `out` is has no room for that."""
    left = max(len(command) for command, _ in rows)
    lines = [f"{'':{indent}}{command:{left}}  {words}".rstrip() for command, words in rows]
    width = _columns(out) if out.isatty() else 0
    if width < NARROWEST or max(map(len, lines)) <= width:
        return lines
    below = [(command, wrap(f"{'':{indent + 4}}{words}", width)) for command, words in rows]
    return [line for command, words in below for line in (f"{'':{indent}}{command}", words) if line.strip()]


def _columns(out: TextIO) -> int:
    try:
        return os.get_terminal_size(out.fileno()).columns
    except OSError:
        return 0
