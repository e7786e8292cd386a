"""Letterhead of a controller: the plain texts and the logo that its folder holds."""

from __future__ import annotations

from msgspec import Struct


class Letterhead(Struct, frozen=True):
    """Letterhead.

    Attributes:
        header: lines above the first page.
        paragraphs: own paragraphs in the language of the document.
        logo: bytes of a logo; empty without one.
        logo_format: `svg` or `png`.
        fonts: folder with fonts for scripts that the fonts of the document lack; empty without one.
    """

    header: tuple[str, ...] = ()
    paragraphs: tuple[str, ...] = ()
    logo: bytes = b""
    logo_format: str = ""
    fonts: str = ""
