"""Widths of text on a terminal, in cells: most letters take one, those of East Asia two, and combining marks none."""

from __future__ import annotations

from ctscan.on_first_use import late_pattern

_WORD = late_pattern(r"\S+")
_SIMPLE = "\u0300"  # visible characters in front of the combining marks take one cell each
_WIDEST = 2  # cells of a character


def cells_of(text: str) -> int:
    """Count the cells that a text takes."""
    if _is_simple(text):
        return len(text)
    from rich.cells import cell_len  # not at the top: its tables are needed for few texts

    return cell_len(text)


def lines_in(text: str, width: int) -> list[tuple[int, int]]:
    """Wrap a text by words; a word that is longer than a line is cut.

    Returns:
        Begin and end of each line. Blanks between two lines belong to none of them.
    """
    found: list[tuple[int, int]] = []
    at = 0
    for paragraph in text.split("\n"):
        found += _wrapped(text, at, at + len(paragraph.rstrip()), width)
        at += len(paragraph) + 1
    return found


def _wrapped(text: str, begin: int, end: int, width: int) -> list[tuple[int, int]]:
    if (end - begin) * _WIDEST <= width or cells_of(text[begin:end]) <= width:
        return [(begin, end)]
    found = []
    last = begin
    for word in _WORD.finditer(text, begin, end):
        if cells_of(text[begin : word.end()]) > width:
            if last > begin:
                found.append((begin, last))
            begin = word.start()
            for cut in _cuts(word[0], width):
                found.append((begin, begin + cut))
                begin += cut
        last = word.end()
    return [*found, (begin, last)]


def _cuts(word: str, width: int) -> list[int]:
    """Count the characters of each full line of a word; what is left of it fits into the next line. The word is
    measured once: that of a certificate may have a million letters."""
    if _is_simple(word):
        return [width] * ((len(word) - 1) // width)
    from rich.cells import chop_cells

    return [len(piece) for piece in chop_cells(word, width) if piece][:-1]


def _is_simple(text: str) -> bool:
    return text.isascii() or max(text) < _SIMPLE
