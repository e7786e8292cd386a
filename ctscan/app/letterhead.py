"""Folder of a controller's letterhead: `[controller] letterhead`.

    header.txt              lines above the first page
    logo.svg or logo.png    logo
    paragraphs.<lang>.txt   own paragraphs, separated by empty lines
    fonts/                  fonts for scripts that the fonts of ctscan lack

Texts are plain: nothing in them is a formatting command.
"""

from __future__ import annotations

from pathlib import Path

from ctscan.errors import InputError, UsageError
from ctscan.model.letterhead import Letterhead
from ctscan.privacy.redaction import one_line

TEXT_LIMIT = 64 << 10  # octets of a text
LOGO_LIMIT = 256 << 10
_MOST_LINES = 12  # of a header


def read_letterhead(folder: str, lang: str) -> Letterhead:
    """Read a letterhead; parts that its folder lacks are empty.

    Args:
        folder: the folder; empty: no letterhead.
        lang: language of own paragraphs.

    Raises:
        UsageError: there is no such folder.
        InputError: a file can't be read, or is too long.
    """
    if not folder:
        return Letterhead()
    place = Path(folder)
    if not place.is_dir():
        raise UsageError(f"[controller] letterhead: expected a folder at {place}, found none; correct the path")
    header = [one_line(line) for line in _text(place / "header.txt").splitlines()]
    paragraphs = [one_line(part) for part in _text(place / f"paragraphs.{lang}.txt").replace("\r", "").split("\n\n")]
    logo, form = next(((found, form) for form in ("svg", "png") if (found := _logo(place / f"logo.{form}"))), (b"", ""))
    fonts = place / "fonts"
    return Letterhead(
        header=tuple(header[:_MOST_LINES]),
        paragraphs=tuple(filter(None, paragraphs)),
        logo=logo,
        logo_format=form,
        fonts=str(fonts) if fonts.is_dir() else "",
    )


def _text(path: Path) -> str:
    try:
        return _bytes(path, TEXT_LIMIT).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: expected UTF-8, got something else at byte {error.start}") from error


def _logo(path: Path) -> bytes:
    found = _bytes(path, LOGO_LIMIT)
    is_image = found.startswith(b"\x89PNG\r\n\x1a\n") if path.suffix == ".png" else b"<svg" in found
    if found and not is_image:
        raise InputError(f"{path}: expected an image of that kind, got something else; replace the file")
    return found


def _bytes(path: Path, limit: int) -> bytes:
    """Read a file; empty where there is none."""
    try:
        with path.open("rb") as file:
            found = file.read(limit + 1)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise InputError(f"{path}: can't be read: {error.strerror}; check its permissions") from error
    if len(found) > limit:
        raise InputError(f"{path}: expected at most {limit:,} bytes, got more; make it smaller")
    return found
