"""Papers of a controller as documents for word processors (.docx), in the styles of letters.

The same paper gives the same bytes. Texts of the settings and names of logs are data: characters that steer or can't be
seen become escapes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time
from itertools import groupby
from typing import TYPE_CHECKING

from ctscan.model.notice import Block, Fact, Gap, Item, Notice, NoticeText, Prose, Table
from ctscan.views.letters import letter_styles
from ctscan.views.letters.docx_files import new_document, same_bytes
from ctscan.views.notices.notice_words import gap, is_number, shown
from ctscan.views.text import Texts

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

_WIDTHS = (0.0, 48.0, 24.0, 24.0)  # of a table of four columns


def render_docx(notice: Notice, say: Texts) -> bytes:
    """Render a paper as a document.

    Args:
        notice: the paper.
        say: sentences of its language.

    Raises:
        UsageError: the extra `dossier` isn't installed.
    """
    document = new_document("notice")
    letter_styles.set_up(document, say.lang, "a4")
    _set_properties(document, notice, say)
    writer = _NoticeWriter(document, say)
    writer.text(notice.title, letter_styles.SUBJECT)
    writer.text(NoticeText.AS_OF(day=notice.on), letter_styles.DATE)
    writer.blocks(notice.opening)
    for section in notice.sections:
        writer.text(section.heading, letter_styles.HEADING)
        writer.blocks(section.blocks)
    return same_bytes(document)


def check_installed() -> None:
    """Check that documents can be made. UsageError when the extra `dossier` isn't installed."""
    new_document("notice")


def _set_properties(document: Document, notice: Notice, say: Texts) -> None:
    at = datetime.combine(notice.on, time(), UTC)
    properties = document.core_properties
    properties.title = say(notice.title)[:255]
    properties.language = say.lang
    properties.author = properties.last_modified_by = properties.comments = properties.keywords = ""
    properties.created = properties.modified = at
    properties.revision = 1


class _NoticeWriter:
    """Writer of blocks into a document."""

    def __init__(self, document: Document, say: Texts) -> None:
        self._document, self._say, self._styles = document, say, letter_styles.style_ids(document)

    def blocks(self, blocks: Sequence[Block]) -> None:
        """Write blocks; facts that follow each other are one table."""
        for kind, some in groupby(blocks, type):
            if kind is Fact:
                self._facts([one for one in some if isinstance(one, Fact)])
                continue
            for block in some:
                match block:
                    case Prose(text):
                        self.text(text, letter_styles.BODY)
                    case Item(text):
                        self.text(text, letter_styles.BULLET)
                    case Gap(key):
                        self._gap(self._document.add_paragraph(), key)
                    case Table():
                        self._table(block)

    def text(self, text: object, style: str) -> None:
        """Write a paragraph."""
        letter_styles.new_paragraph(self._document, self._styles, style).add_run(shown(text, self._say))

    def _gap(self, paragraph: Paragraph, key: str) -> None:
        """Mark the place of a missing setting, by brackets and colour."""
        letter_styles.highlight(paragraph.add_run(gap(key, self._say)))

    def _facts(self, facts: Sequence[Fact]) -> None:
        table = letter_styles.new_table(self._document, len(facts))
        label_style, value_style = self._styles[letter_styles.LABEL], self._styles[letter_styles.VALUE]
        for fact, row in zip(facts, table.rows, strict=True):
            label, value = row.cells
            letter_styles.in_cell(label, label_style, is_label=True).add_run(shown(fact.label, self._say))
            paragraph = letter_styles.in_cell(value, value_style, is_label=False)
            if not fact.values:
                self._gap(paragraph, fact.key)
            for number, line in enumerate(fact.values):
                run = paragraph.add_run(shown(line, self._say))
                if number + 1 < len(fact.values):
                    run.add_break()
        letter_styles.space_after(self._document)

    def _table(self, table: Table) -> None:
        rows = (table.head, *table.rows)
        made = letter_styles.new_table(self._document, len(rows), _WIDTHS)
        letter_styles.repeat_head(made)
        for number, (row, cells) in enumerate(zip(rows, made.rows, strict=True)):
            style = self._styles[letter_styles.VALUE if number else letter_styles.LABEL]
            for column, (text, cell) in enumerate(zip(row, cells.cells, strict=True)):
                paragraph = letter_styles.in_cell(cell, style, is_label=not number)
                paragraph.add_run(shown(text, self._say))
                if is_number(table, column):
                    letter_styles.align_right(paragraph)
        letter_styles.space_after(self._document)
