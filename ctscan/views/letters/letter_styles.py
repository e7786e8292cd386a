"""Styles of letters: page, fonts, headings, tables. Knows python-docx, and nothing of letters.

Imported by `letter_docx` alone; functions get objects of python-docx and load it no earlier than they run.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from docx.document import Document
    from docx.styles.style import ParagraphStyle
    from docx.table import Table, _Cell
    from docx.text.paragraph import Paragraph
    from docx.text.run import Run

BODY: Final = "Normal"
HEADING: Final = "Heading 2"
SUBJECT: Final = "Heading 1"
SUBHEADING: Final = "Heading 3"
POINT: Final = "List Number"
BULLET: Final = "List Bullet"
NOTE_TITLE: Final = "Note title"
SENDER_NAME: Final = "Sender name"
SENDER: Final = "Sender"
ADDRESS: Final = "Addressee"
DATE: Final = "Letter date"
LABEL: Final = "Label"
VALUE: Final = "Value"
CLOSING: Final = "Letter closing"
SIGNATURE: Final = "Letter signature"

FONT: Final = "Arial"
"""Font that every system has, by this name or as one of the same widths."""

_INK: Final = "1A1A1A"
_LINE: Final = "B0B0B0"
_SHADE: Final = "F2F2F2"
_SIZES: Final = MappingProxyType({"a4": (210.0, 297.0), "letter": (215.9, 279.4)})
_LABEL_MM: Final = 52.0
_MARGIN_MM: Final = 25.0
_INDENT: Final = "454"  # twentieths of a point: 8 mm
_CELL_MARGIN: Final = 108  # twentieths of a point, left and right of the text in a cell
_LOCALES: Final = MappingProxyType({"en": "en-GB", "de": "de-DE", "fr": "fr-FR", "es": "es-ES"})

_STYLES: Final = (
    # name, base, size, bold, space before and after in points, kept with the next paragraph
    (BODY, None, 10.5, False, 0, 6, False),
    (SUBJECT, None, 13, True, 6, 10, True),
    (HEADING, None, 11, True, 12, 4, True),
    (SUBHEADING, None, 10.5, True, 8, 3, True),
    (POINT, None, 10.5, False, 0, 5, False),
    (BULLET, None, 10.5, False, 0, 5, False),
    (NOTE_TITLE, SUBJECT, 13, True, 0, 10, True),
    (SENDER_NAME, BODY, 12, True, 0, 0, True),
    (SENDER, BODY, 9.5, False, 0, 0, True),
    (ADDRESS, BODY, 10.5, False, 0, 0, True),
    (DATE, BODY, 10.5, False, 14, 12, True),
    (LABEL, BODY, 9, True, 1, 1, False),
    (VALUE, BODY, 9, False, 1, 1, False),
    (CLOSING, BODY, 10.5, False, 14, 30, True),
    (SIGNATURE, BODY, 10.5, False, 0, 0, False),
)


def set_up(document: Document, lang: str, paper: str) -> None:
    """Set page, styles and language of a new document.

    Args:
        document: document of python-docx's own template.
        lang: language of the text: `de`.
        paper: `a4` or `letter`.
    """
    from docx.shared import Mm

    width, height = _SIZES[paper]
    page = document.sections[0]
    page.page_width, page.page_height = Mm(width), Mm(height)
    page.left_margin = page.right_margin = Mm(_MARGIN_MM)
    page.top_margin = page.bottom_margin = Mm(20)
    for style in _STYLES:
        _set_style(document, *style)
    _set_language(document, _LOCALES.get(lang, lang))


def _set_style(
    document: Document, name: str, base: str | None, size: float, bold: bool, before: int, after: int, kept: bool
) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Pt, RGBColor

    styles = document.styles
    found = styles[name] if base is None else styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style: ParagraphStyle = found
    if base is not None:
        style.base_style = styles[base]
    style.font.name, style.font.size, style.font.bold = FONT, Pt(size), bold
    style.font.color.rgb = RGBColor.from_string(_INK)
    _set_fonts(style.element.get_or_add_rPr())
    form = style.paragraph_format
    form.space_before, form.space_after, form.keep_with_next = Pt(before), Pt(after), kept
    if name in (POINT, BULLET):
        _set_list(document, style)
    form.line_spacing = 1.15 if name in (BODY, POINT, BULLET) else 1.0


def _set_list(document: Document, style: ParagraphStyle) -> None:
    """Indent a list so far that a number of two digits has room, and leave space between its items."""
    from docx.oxml.ns import qn

    properties = style.element.get_or_add_pPr()
    for element in properties.findall(qn("w:contextualSpacing")):
        properties.remove(element)
    for level in document.part.numbering_part.element.iter(qn("w:lvl")):
        named = level.find(qn("w:pStyle"))
        if named is not None and named.get(qn("w:val")) == style.style_id:
            for indent in level.iter(qn("w:ind")):
                indent.set(qn("w:left"), _INDENT)
                indent.set(qn("w:hanging"), _INDENT)
            for tab in level.iter(qn("w:tab")):
                tab.set(qn("w:pos"), _INDENT)


def _set_fonts(properties: Any) -> None:
    """Set the font for every script but the East Asian ones, whose words each system has fonts for."""
    from docx.oxml.ns import qn

    fonts = properties.get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "cstheme", "eastAsiaTheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    for part in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{part}"), FONT)


def _set_language(document: Document, locale: str) -> None:
    """Set the language of all text, for spelling and for screen readers."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    for properties in document.styles.element.iter(qn("w:rPrDefault")):
        run = properties.find(qn("w:rPr"))
        found = run.find(qn("w:lang")) if run is not None else None
        if run is not None and found is None:
            found = OxmlElement("w:lang")
            run.append(found)
        if found is not None:
            found.set(qn("w:val"), locale)


def break_page(document: Document) -> None:
    """Begin a new page with the next paragraph."""
    from docx.enum.text import WD_BREAK

    document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)


def new_table(document: Document, rows: int, millimetres: tuple[float, ...] = (_LABEL_MM, 0)) -> Table:
    """Make a table whose rows don't break across pages.

    Args:
        document: document that it is added to.
        rows: number of rows.
        millimetres: widths of its columns, of which one is 0 and takes the rest; by default a label and its value.
    """
    from docx.oxml import OxmlElement
    from docx.shared import Mm, Twips

    table: Table = document.add_table(rows=rows, cols=len(millimetres))
    table.style = document.styles["Table Grid"]
    table.autofit = False
    page = document.sections[0]
    whole = (page.page_width or 0) - (page.left_margin or 0) - (page.right_margin or 0)
    rest = whole - Mm(sum(millimetres)) - Twips(_CELL_MARGIN)
    sizes = [Mm(width) if width else rest for width in millimetres]
    for column, size in zip(table.columns, sizes, strict=True):
        column.width = size
        for cell in column.cells:
            cell.width = size
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    _set_borders(table)
    return table


def _set_borders(table: Table) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", _LINE)):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    indent = OxmlElement("w:tblInd")  # the text of cells stands within the margins of the page
    for name, value in (("w", str(_CELL_MARGIN)), ("type", "dxa")):
        indent.set(qn(f"w:{name}"), value)
    properties = table._tbl.tblPr
    behind = next((one for one in properties if one.tag in (qn("w:tblLayout"), qn("w:tblLook"))), None)
    for element in (indent, borders):  # the schema has an order, and word processors insist on it
        if behind is None:
            properties.append(element)
        else:
            behind.addprevious(element)


def repeat_head(table: Table) -> None:
    """Show the first row of a table again on each page, as its head."""
    from docx.oxml import OxmlElement

    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def align_right(paragraph: Paragraph) -> None:
    """Align a paragraph on the right."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def style_ids(document: Document) -> Mapping[str, str]:
    """Return the identifiers of the styles by name: python-docx searches for each name anew."""
    return {style.name: style.style_id for style in document.styles if style.name}


def new_paragraph(document: Document, styles: Mapping[str, str], style: str) -> Paragraph:
    """Add a paragraph in a style by its name; `BODY` is the style of a paragraph that names none.

    Args:
        document: document that it is added to.
        styles: identifiers of its styles, from `style_ids`.
        style: name of the style.
    """
    paragraph: Paragraph = document.add_paragraph()
    if style != BODY:
        paragraph._p.style = styles[style]
    return paragraph


def in_cell(cell: _Cell, style: str, *, is_label: bool) -> Paragraph:
    """Return the paragraph of a cell, in a style by its identifier; cells of labels are shaded."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    paragraph: Paragraph = cell.paragraphs[0]
    paragraph._p.style = style
    if is_label:
        shade = OxmlElement("w:shd")
        for name, value in (("val", "clear"), ("color", "auto"), ("fill", _SHADE)):
            shade.set(qn(f"w:{name}"), value)
        cell._tc.get_or_add_tcPr().append(shade)
    return paragraph


def space_after(document: Document, points: float = 6) -> None:
    """Leave some room below a table, or above a block."""
    from docx.shared import Pt

    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_after = Pt(0)
    paragraph.paragraph_format.line_spacing = Pt(points)


def highlight(run: Run) -> None:
    """Mark a run by colour."""
    from docx.enum.text import WD_COLOR_INDEX

    run.font.highlight_color = WD_COLOR_INDEX.YELLOW
