"""Letters as .docx: their text, language and marks, the same bytes twice, nothing active, and hostile names."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from docx import Document
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml.ns import qn
from docx.shared import Mm
from msgspec.structs import replace
from support.lettered import EMAIL, JANE, certificate_of, request_of

from ctscan.dsar.letters import letters
from ctscan.model.case import CaseKind
from ctscan.model.letter import Letter, Sender
from ctscan.model.letter_text import LetterText
from ctscan.views.letters.letter_docx import address_lines, paper_of, render_docx
from ctscan.views.text import Texts, texts

SAY = texts("en")


def letter_of(*ders: bytes, **given: Any) -> Letter:
    return letters(request_of(*(ders or (certificate_of("IdenTrust"),)), **given)).letters[0]


def opened(letter: Letter, **given: Any) -> Any:
    return Document(BytesIO(render_docx(letter, SAY, **given)))


def all_text(document: Any) -> str:
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def parts(data: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(data)) as found:
        return {name: found.read(name) for name in found.namelist()}


def test_a_letter_is_read_back_with_its_text() -> None:
    text = all_text(opened(letter_of(kind=CaseKind.ERASURE)))
    for part in (
        "Request for erasure of personal data connected with certificates (Art. 17(1) GDPR)", "Dear Sir or Madam,",
        "5225 Wiley Post Way", "Date: 2 March 2026", EMAIL, "Yours faithfully,", "Jane Roe",
    ):  # fmt: skip
        assert part in text


def test_headings_have_levels_and_points_are_a_list() -> None:
    document = opened(letter_of())
    styles = [paragraph.style.name for paragraph in document.paragraphs]
    assert styles.count("Heading 1") == 1
    assert styles.count("Heading 2") >= 6
    assert styles.count("List Number") >= 8


def test_missing_data_is_marked_by_brackets_and_by_colour() -> None:
    document = opened(letter_of())
    runs = [run for table in document.tables for row in table.rows for cell in row.cells
            for paragraph in cell.paragraphs for run in paragraph.runs]  # fmt: skip
    marked = [run for run in runs if run.font.highlight_color == WD_COLOR_INDEX.YELLOW]
    assert [run.text for run in marked] == [
        "[… please add: postal address that was given for the certificates]",
        "[… please add: application identifier]",
        "[… please add: account number]",
    ]


def test_the_sheet_for_the_sender_is_a_page_of_its_own_and_names_what_is_missing() -> None:
    document = opened(letter_of())
    before, _, _ = document.element.xml.partition('w:br w:type="page"')
    assert document.paragraphs[0].text == "For the sender only: remove this page before sending"
    assert "postal address that was given for the certificates; application identifier; account number" in before
    assert "Dear Sir or Madam" not in before


def test_letterheads_are_of_the_sender() -> None:
    of_controller = letter_of(kind=CaseKind.ERASURE, sender=Sender.CONTROLLER)
    assert "Example Watch e.V.\nLindenweg 1\n10115 Berlin\nprivacy@example.net" in all_text(opened(of_controller))
    of_representative = letter_of(sender=Sender.REPRESENTATIVE)
    assert "[… please add: name and address of the sender]" in all_text(opened(of_representative))
    assert "Example Watch" not in all_text(opened(of_representative)) + all_text(opened(letter_of()))


@pytest.mark.parametrize(("lang", "locale"), [("en", "en-GB"), ("de", "de-DE"), ("fr", "fr-FR"), ("es", "es-ES")])
def test_the_language_is_set_for_spelling_and_for_screen_readers(lang: str, locale: str) -> None:
    say = Texts(lang, SAY.sentences)
    document: Any = Document(BytesIO(render_docx(replace(letter_of(), lang=lang), say)))
    assert {found.get(qn("w:val")) for found in document.styles.element.iter(qn("w:lang"))} == {locale}
    assert document.core_properties.language == lang


@pytest.mark.parametrize(("paper", "size"), [("a4", (Mm(210), Mm(297))), ("letter", (Mm(215.9), Mm(279.4)))])
def test_paper(paper: str, size: tuple[int, int]) -> None:
    page = opened(letter_of(), paper=paper).sections[0]
    assert abs(page.page_width - size[0]) < Mm(1) and abs(page.page_height - size[1]) < Mm(1)
    assert (paper_of("ccpa"), paper_of("eu")) == ("letter", "a4")


def test_the_same_letter_gives_the_same_bytes() -> None:
    first, second = render_docx(letter_of(), SAY), render_docx(letter_of(), SAY)
    assert first == second
    with ZipFile(BytesIO(first)) as found:
        assert {info.date_time for info in found.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_properties_name_nobody() -> None:
    found = opened(letter_of()).core_properties
    assert (found.author, found.last_modified_by, found.comments, found.keywords) == ("", "", "", "")
    assert found.created.isoformat()[:10] == found.modified.isoformat()[:10] == "2026-03-02"
    assert b"Jane" not in parts(render_docx(letter_of(), SAY))["docProps/core.xml"]


def test_nothing_in_a_document_is_active_or_remote() -> None:
    found = parts(render_docx(letter_of(), SAY))
    assert not any(re.search(r"vba|macro|activeX|embeddings|externalLink", name, re.I) for name in found)
    for name, data in found.items():
        assert b'TargetMode="External"' not in data, name
        if name.startswith("word/") and name.endswith(".xml"):
            assert not re.search(rb"<w:(fldSimple|instrText|fldChar|hyperlink|object|altChunk)\b", data), name


HOSTILE = [
    ("<b>Jane</b> & <script>alert(1)</script>", "<b>Jane</b> & <script>alert(1)</script>"),
    ('=HYPERLINK("http://example.org")', '=HYPERLINK("http://example.org")'),
    ("Jane\x00\x1b[31m\x0bRoe", "Jane\\x00\\x1b[31m\\x0bRoe"),
    ("eoR \u202eenaJ\u2066", "eoR \\u202eenaJ\\u2066"),
    ("Jane\r\nRoe", "Jane\\r\\nRoe"),
    ("\ud800Jane", "\\ud800Jane"),
    ("ياسمين عبد الله", "ياسمين عبد الله"),
    ("山田 花子", "山田 花子"),
]


@pytest.mark.parametrize(("name", "shown"), HOSTILE)
def test_hostile_names_stay_text(name: str, shown: str) -> None:
    letter = replace(letter_of(), signatory=name, letterhead=(name, EMAIL))
    document = opened(letter)
    texts_of = [paragraph.text for paragraph in document.paragraphs]
    assert texts_of.count(shown) == 2
    assert texts_of[-1] == shown


def test_a_hostile_name_in_a_certificate_stays_text() -> None:
    subject = [("CN", "Jane <i>\u202eRoe</i>"), *JANE[1:]]
    text = all_text(opened(letter_of(certificate_of("IdenTrust", subject))))
    assert "\u202e" not in text
    assert "Jane <i>\\u202eRoe</i>" in text


def test_a_very_long_value_is_cut() -> None:
    text = all_text(opened(letter_of(certificate_of("J" * 5000))))
    assert "J" * 100 in text
    assert "J" * 201 not in text


def test_addresses_in_one_line_are_broken_at_their_commas() -> None:
    post = "Attn: Data Protection Officer, Example Limited, Unit 7 & 9, Science Park, Hill Road, BD7 1HR, Britain"
    assert list(address_lines(post)) == [
        "Attn: Data Protection Officer, Example Limited",
        "Unit 7 & 9, Science Park, Hill Road, BD7 1HR",
        "Britain",
    ]
    assert list(address_lines("")) == []


def test_a_word_without_end_stands_on_a_line_of_its_own() -> None:
    assert list(address_lines(f"Example, {'x' * 90}, Springfield")) == ["Example", "x" * 90, "Springfield"]


def test_the_sheet_for_the_sender_is_in_the_language_of_the_sender() -> None:
    german = texts("de")
    document: Any = Document(BytesIO(render_docx(letter_of(), SAY, to_sender=german)))
    written = [paragraph.text for paragraph in document.paragraphs]
    assert written[0] == german(LetterText.HEADING_NOTES()) != SAY(LetterText.HEADING_NOTES())
    assert SAY(LetterText.SALUTATION()) in written
