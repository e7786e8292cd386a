"""Letters as documents for word processors (.docx), by python-docx: handlers edit letters.

    sheet for the sender (no part of the letter) │ letterhead, addressee, date, subject, sections, signature

The same letter gives the same bytes: times and properties are fixed. A document holds text, tables and styles alone, no
field, no macro, no link and no remote content. Values of certificates are hostile: characters that steer or can't be
seen become escapes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time
from itertools import groupby
from typing import TYPE_CHECKING, Final

from ctscan.model.ca_vocabulary import Addressee
from ctscan.model.letter import Block, Bullet, Letter, Point, Prose, Row, Section, Subheading
from ctscan.model.letter_text import LetterNote, LetterText, MissingItem
from ctscan.model.message import Message
from ctscan.privacy.redaction import visible
from ctscan.views.letters import letter_styles
from ctscan.views.letters.docx_files import new_document, same_bytes
from ctscan.views.text import Texts

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import _Row
    from docx.text.paragraph import Paragraph

_ADDRESS_WIDTH: Final = 46  # characters of a line of an address


def render_docx(letter: Letter, say: Texts, *, to_sender: Texts | None = None, paper: str = "a4") -> bytes:
    """Render a letter as a document.

    Args:
        letter: the letter.
        say: sentences of its language.
        to_sender: sentences of the sheet for the sender; None: those of the letter.
        paper: `a4` or `letter`.

    Returns:
        The document, the same bytes for the same letter.

    Raises:
        UsageError: the extra `dossier` isn't installed.
    """
    document = new_document("letters")
    letter_styles.set_up(document, letter.lang, paper)
    _set_properties(document, letter, say)
    _Writer(document, to_sender or say).notes(letter)
    writer = _Writer(document, say)
    writer.head(letter)
    for section in letter.sections:
        writer.section(section)
    writer.end(letter)
    return same_bytes(document)


def check_installed() -> None:
    """Check that documents can be made. UsageError when the extra `dossier` isn't installed."""
    new_document("letters")


def _set_properties(document: Document, letter: Letter, say: Texts) -> None:
    """Set the properties, of which a word processor shows some. None of them names a person."""
    at = datetime.combine(letter.on, time(), UTC)
    properties = document.core_properties
    properties.title = visible(say(letter.subject))[:255]
    properties.language = letter.lang
    properties.author = properties.last_modified_by = properties.comments = properties.keywords = ""
    properties.created = properties.modified = at
    properties.revision = 1


class _Writer:
    """Writer of the parts of a letter into a document."""

    def __init__(self, document: Document, say: Texts) -> None:
        self._document, self._say, self._styles = document, say, letter_styles.style_ids(document)

    # --- sheet for the sender ---

    def notes(self, letter: Letter) -> None:
        """Write the sheet for the sender, and begin a new page."""
        self._heading(LetterText.HEADING_NOTES(), letter_styles.NOTE_TITLE)
        if letter.missing:
            items = self._say.listed([self._say(Message(str(item))) for item in letter.missing])
            self._text(LetterNote.ADD_MISSING(items=items), letter_styles.BULLET)
        for note in letter.notes:
            self._text(note, letter_styles.BULLET)
        letter_styles.break_page(self._document)

    # --- head ---

    def head(self, letter: Letter) -> None:
        """Write letterhead, addressee, date, subject and salutation."""
        for number, line in enumerate(letter.letterhead):
            style = letter_styles.SENDER_NAME if number == 0 else letter_styles.SENDER
            self._plain(line, style)
        if not letter.letterhead:
            self._missing(self._paragraph(letter_styles.SENDER), MissingItem.SENDER_ADDRESS)
        self._addressee(letter)
        self._text(LetterText.DATE(day=letter.on), letter_styles.DATE)
        self._heading(letter.subject, letter_styles.SUBJECT)
        self._text(LetterText.SALUTATION(), letter_styles.BODY)

    def _addressee(self, letter: Letter) -> None:
        """Write the addressee; lines of an address are broken at its commas."""
        to = letter.addressee
        letter_styles.space_after(self._document, points=18)
        if not to.name:
            self._missing(self._paragraph(letter_styles.ADDRESS), MissingItem.ADDRESSEE)
        elif to.name not in to.post:
            self._plain(to.name, letter_styles.ADDRESS)
        if to.party is Addressee.DATA_PROTECTION_OFFICER and not to.is_officer_named:
            self._text(LetterText.FOR_OFFICER(), letter_styles.ADDRESS)
        for line in address_lines(to.post):
            self._plain(line, letter_styles.ADDRESS)
        for line in filter(None, (to.email, "" if to.email or to.post else to.web_form)):
            self._plain(line, letter_styles.ADDRESS)
        if not (to.post or to.email or to.web_form):
            self._missing(self._paragraph(letter_styles.ADDRESS), MissingItem.ADDRESS_OF_ADDRESSEE)

    # --- body ---

    def section(self, section: Section) -> None:
        """Write a section: rows that follow each other are one table."""
        if section.heading is not None:
            self._heading(section.heading, letter_styles.HEADING)
        for is_row, blocks in groupby(section.blocks, lambda block: isinstance(block, Row)):
            if is_row:
                self._table([block for block in blocks if isinstance(block, Row)])
            else:
                self._blocks(blocks)

    def _blocks(self, blocks: Iterator[Block]) -> None:
        for block in blocks:
            match block:
                case Prose(text):
                    self._text(text, letter_styles.BODY)
                case Point(text):
                    self._text(text, letter_styles.POINT)
                case Bullet(text):
                    self._text(text, letter_styles.BULLET)
                case Subheading(text):
                    self._heading(text, letter_styles.SUBHEADING)
                case Row():  # in a table
                    pass

    def _table(self, rows: Sequence[Row]) -> None:
        table = letter_styles.new_table(self._document, len(rows))
        for row, shown in zip(rows, table.rows, strict=True):
            self._row(shown, row)
        letter_styles.space_after(self._document)

    def _row(self, shown: _Row, row: Row) -> None:
        label, value = shown.cells
        label_style, value_style = self._styles[letter_styles.LABEL], self._styles[letter_styles.VALUE]
        letter_styles.in_cell(label, label_style, is_label=True).add_run(self._shown(row.label))
        paragraph = letter_styles.in_cell(value, value_style, is_label=False)
        if row.missing is not None:
            self._missing(paragraph, row.missing)
        else:
            paragraph.add_run(self._shown(row.value))

    def end(self, letter: Letter) -> None:
        """Write the closing with room for a signature."""
        self._text(LetterText.CLOSING(), letter_styles.CLOSING)
        if letter.signatory:
            self._plain(letter.signatory, letter_styles.SIGNATURE)
        else:
            self._missing(self._paragraph(letter_styles.SIGNATURE), MissingItem.SIGNATORY)

    # --- text ---

    def _heading(self, text: Message, style: str) -> None:
        self._text(text, style)

    def _text(self, text: Message, style: str) -> None:
        self._paragraph(style).add_run(self._shown(text))

    def _plain(self, text: str, style: str) -> None:
        self._paragraph(style).add_run(self._shown(text))

    def _paragraph(self, style: str) -> Paragraph:
        return letter_styles.new_paragraph(self._document, self._styles, style)

    def _missing(self, paragraph: Paragraph, item: MissingItem) -> None:
        """Mark a datum that the sender adds, by brackets and colour."""
        run = paragraph.add_run(self._shown(LetterText.MISSING(item=str(item))))
        letter_styles.highlight(run)

    def _shown(self, text: Message | str) -> str:
        return visible(self._say(text) if isinstance(text, Message) else text)


def address_lines(post: str) -> Iterator[str]:
    """Break a postal address in one line into lines of its parts."""
    line = ""
    for part in filter(None, (part.strip() for part in post.split(","))):
        if line and len(line) + len(part) + 2 > _ADDRESS_WIDTH:
            yield line
            line = part
        else:
            line = f"{line}, {part}" if line else part
    if line:
        yield line


def paper_of(regime: str) -> str:
    """Choose the paper that is usual where a regime applies: `letter` in North America, `a4` elsewhere."""
    return "letter" if regime in ("ccpa", "canada", "quebec") else "a4"
