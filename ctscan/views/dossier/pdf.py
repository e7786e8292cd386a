"""`dossier.pdf`: the content of a dossier in words, set by the template."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from ctscan.model import Message
from ctscan.model.dossier import Dossier, Figures, Paper
from ctscan.model.letterhead import Letterhead
from ctscan.views.dossier import blocks
from ctscan.views.dossier.first_page import first_page
from ctscan.views.dossier.part_one import part_one
from ctscan.views.dossier.part_two import part_two
from ctscan.views.dossier.phrases import DossierText
from ctscan.views.dossier.typesetting import Content, typeset, unshown_characters, with_numbers
from ctscan.views.text import Texts, texts


def render_pdf(
    made: Dossier, counted: Figures, notes: Sequence[Message], letterhead: Letterhead, paper: Paper
) -> bytes:
    """Render the PDF of a dossier.

    Args:
        made: the dossier.
        counted: its figures.
        notes: its limits.
        letterhead: letterhead of the controller.
        paper: size of the paper.

    Raises:
        UsageError: there is no such language, or the extra isn't installed.
        InputError: the logo can't be set.
    """
    return typeset(document(made, counted, notes, letterhead, paper), made.at, letterhead.fonts)


def document(
    made: Dossier, counted: Figures, notes: Sequence[Message], letterhead: Letterhead, paper: Paper
) -> Content:
    """Make the content of the PDF. Characters that no font has are shown by their numbers, and a note says so."""
    say = texts(made.lang)
    content = _content(made, counted, notes, letterhead, paper, say)
    unshown = unshown_characters(content, letterhead.fonts)
    if not unshown:
        return content
    content["notice"] = say(DossierText.NO_GLYPHS(count=len(unshown)))
    shown: Content = with_numbers(content, unshown)
    return shown


def _content(
    made: Dossier, counted: Figures, notes: Sequence[Message], letterhead: Letterhead, paper: Paper, say: Texts
) -> Content:
    found = chain(first_page(made, counted, notes, say), part_one(made, say), part_two(made, say))
    return {
        "title": say(DossierText.TITLE()),
        "author": blocks.shown(made.controller.name),
        "lang": made.lang,
        "paper": "us-letter" if paper is Paper.LETTER else "a4",
        "running": blocks.shown(f"{made.controller.name} · {made.number}"),
        "page": say(DossierText.PAGE(page="{page}", pages="{pages}")),
        "header": [blocks.shown(line) for line in letterhead.header],
        "logo": list(letterhead.logo),
        "logo_format": letterhead.logo_format,
        "notice": "",
        "blocks": list(found),
    }
