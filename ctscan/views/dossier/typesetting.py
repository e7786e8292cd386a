"""Typesetting of a PDF by typst: PDF/UA-1, the same bytes for the same content. The only module that uses typst.

The template is a file; content reaches it as JSON, so that no text can become a command. Fonts are those inside typst,
and those of the controller's letterhead: fonts of the machine would give other bytes elsewhere. A character that no
font has is shown by its number: `[U+65E5]`.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from ctscan.errors import InputError
from ctscan.extras import missing_extra
from ctscan.resources import data_path

TEMPLATE = "dossier/dossier.typ"

Content = dict[str, Any]


def check_installed(command: str) -> None:
    """Check that the extra is there. UsageError, which names the remedy, without it."""
    _typst(command)


def typeset(content: Content, at: datetime, fonts: str) -> bytes:
    """Set a document.

    Args:
        content: content of the template: texts, lists and tables.
        at: date of the document.
        fonts: folder of further fonts; empty for none.

    Returns:
        The PDF.

    Raises:
        UsageError: the extra isn't installed.
        InputError: typst refuses the document: the template or a logo is at fault.
    """
    return _Setter(at, fonts).pdf(content)


def unshown_characters(content: Content, fonts: str) -> frozenset[str]:
    """Return the characters of a document that no font has."""
    texts = sorted({char for char in json.dumps(content, ensure_ascii=False) if not char.isascii()})
    return _Setter(None, fonts).unshown("".join(texts)) if texts else frozenset()


def with_numbers(content: Any, unshown: frozenset[str]) -> Any:
    """Replace characters by their numbers in every text of a document."""
    if isinstance(content, str):
        if unshown.isdisjoint(content):
            return content
        return "".join(f"[U+{ord(char):04X}]" if char in unshown else char for char in content)
    if isinstance(content, list):
        return [with_numbers(one, unshown) for one in content]
    if isinstance(content, dict):
        return {key: with_numbers(value, unshown) for key, value in content.items()}
    return content


class _Setter:
    """Compiler of documents with one set of fonts."""

    def __init__(self, at: datetime | None, fonts: str) -> None:
        self._typst = _typst("dossier")
        self._fonts = self._typst.Fonts(include_system_fonts=False, font_paths=[fonts] if fonts else [])
        self._at = at

    def pdf(self, content: Content) -> bytes:
        """Compile the template with a content."""
        path = data_path(TEMPLATE)
        compiler = self._typst.Compiler(
            str(path),
            root=str(path.parent),
            font_paths=self._fonts,
            ignore_system_fonts=True,
            sys_inputs={"content": json.dumps(content, ensure_ascii=False)},
        )
        try:
            found = compiler.compile(format="pdf", pdf_standards=["ua-1"], timestamp=self._at)
        except self._typst.TypstError as error:
            raise InputError(f"{path.name}: typst refuses the document: {_first_line(error)}") from error
        return bytes(found)

    def unshown(self, characters: str) -> frozenset[str]:
        """Find the characters without a glyph: halve what fails, until single characters are left."""
        missing: set[str] = set()
        waiting = [characters]
        while waiting:
            some = waiting.pop()
            if self._is_shown(some):
                continue
            if len(some) == 1:
                missing.add(some)
            else:
                waiting += [some[: len(some) // 2], some[len(some) // 2 :]]
        return frozenset(missing)

    def _is_shown(self, characters: str) -> bool:
        source = b'#set document(title: "x")\n#json(bytes(sys.inputs.content)).join(linebreak())'
        compiler = self._typst.Compiler(
            source,
            font_paths=self._fonts,
            ignore_system_fonts=True,
            sys_inputs={"content": json.dumps(list(characters))},
        )
        try:
            compiler.compile(format="pdf", pdf_standards=["ua-1"], timestamp=0)
        except self._typst.TypstError:
            return False
        return True


def _first_line(error: Exception) -> str:
    return str(getattr(error, "message", error)).splitlines()[0][:200]


def _typst(command: str) -> Any:
    try:
        import typst
    except ImportError:
        raise missing_extra(command, "dossier") from None
    return typst
