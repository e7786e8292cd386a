"""Tests of the PDF of a dossier: hostile text stays text, missing glyphs are said, long dossiers are cut and say so."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace
from support.certs import EMAIL_PROTECTION, make_certificate
from support.dossiers import pdf_text
from support.pictured import answer_of, match_of

from ctscan.dsar.dossier import Installation, Request, figures, make_dossier, notes
from ctscan.dsar.picture import picture
from ctscan.dsar.regimes import regime
from ctscan.model.controller import Controller
from ctscan.model.dossier import Dossier, Paper
from ctscan.model.letterhead import Letterhead
from ctscan.views.dossier import part_two
from ctscan.views.dossier.findings_table import findings_pieces
from ctscan.views.dossier.pdf import document, render_pdf
from ctscan.views.json.dossier import dossier_pieces

AT = datetime(2026, 11, 30, tzinfo=UTC)
CONTROLLER = Controller("Example Ltd", "1 Street; Town", "privacy@example.net", "Example Authority")
INSTALLATION = Installation(CONTROLLER, "exposure", "", 30, "0.1.0", "r")
SCRIPTS = {
    "latin": "Zoë Ångström-Ğüçlü",
    "cyrillic": "Иван Петров",
    "greek": "Ελένη Παπαδοπούλου",
    "arabic": "محمد علي",
    "hebrew": "שרה כהן",
    "georgian": "თამარ",
    "han": "山田太郎",
    "thai": "สมชาย",
    "hangul": "김민수",
    "emoji": "Jane 😀",
}


def dossier_of(name: str, address: str = "jane@example.org", count: int = 1) -> Dossier:
    """Make a dossier about certificates with this name."""
    names = [("CN", name), ("SN", name.split()[-1]), ("GN", name.split()[0])]
    ders = [make_certificate(names, [("email", address)], eku=[EMAIL_PROTECTION], serial=9 + n) for n in range(count)]
    found = [match_of(der, index=n) for n, der in enumerate(ders)]
    matches = [replace(one, findings=tuple(replace(f, person="subject") for f in one.findings)) for one in found]
    answers = [answer_of(address, *matches)]
    request = Request("C-2026-0001", AT, "en", ("settled", "case"), regime=regime("eu"))
    return make_dossier(request, INSTALLATION, answers, picture(answers), [])


def pdf_of(made: Dossier, paper: Paper = Paper.A4) -> bytes:
    return render_pdf(made, figures(made.picture), notes(made), Letterhead(), paper)


@pytest.mark.parametrize(
    "name",
    ['#panic("x") Roe', "$x^2$ Roe", '#read("/etc/passwd") Roe', "*b* _i_ `c` Roe", "<label> @ref Roe", "\\u{41} Roe",
     "= heading Roe", "{page} {pages} Roe", "//* Roe"],
)  # fmt: skip
def test_no_text_becomes_a_command(name: str) -> None:
    text = " ".join(pdf_text(pdf_of(dossier_of(name))).split())
    assert name.replace("\\", "\\\\") in text or name in text


def test_control_and_bidirectional_characters_are_escapes() -> None:
    text = "".join(pdf_text(pdf_of(dossier_of("Jane \u202eeoR\x07 Roe"))).split())
    assert "\\u202eeoR\\x07" in text


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_is_shown_or_its_characters_are_numbered_and_said(script: str) -> None:
    made = dossier_of(f"{SCRIPTS[script]} Roe")
    content = document(made, figures(made.picture), notes(made), Letterhead(), Paper.A4)
    is_numbered = "[U+" in json.dumps(content["blocks"])
    assert bool(content["notice"]) == is_numbered
    assert is_numbered == (script in ("han", "thai", "hangul", "emoji"))
    pdf_of(made)  # typst refuses a PDF/UA with a character that it can't show


def test_the_pdf_is_the_same_twice() -> None:
    made = dossier_of("Jane Roe")
    assert pdf_of(made) == pdf_of(made)
    assert pdf_of(made) != pdf_of(made, Paper.LETTER)


def test_a_long_dossier_is_cut_and_says_so() -> None:
    count = part_two.CERTIFICATES_SHOWN + 2
    made = dossier_of("Jane Roe", count=count)
    content = document(made, figures(made.picture), notes(made), Letterhead(), Paper.A4)
    texts = [block.get("text", "") for block in content["blocks"]]
    assert "2 more certificates stand in dossier.json and findings.csv with all of their data." in texts
    assert texts.count(f"Certificate {part_two.CERTIFICATES_SHOWN}") == 1
    assert f"Certificate {count}" not in texts
    pieces = "".join(dossier_pieces(made, figures(made.picture), notes(made)))
    assert len(json.loads(pieces)["certificates"]) == count


def test_what_the_settings_leave_open_is_named() -> None:
    codes = {note.code for note in notes(dossier_of("Jane Roe"))}
    assert {
        f"dossier-note.no-{word}" for word in ("legal-basis", "recipients", "retention", "safeguards", "officer")
    } < codes
    whole = replace(CONTROLLER, dpo="d", legal_basis="f", recipients=("r",), safeguards=("s",))
    made = replace(dossier_of("Jane Roe"), controller=whole)
    made = replace(made, processing=replace(made.processing, retention="12 months"))
    assert not any(note.code.startswith("dossier-note.no-") for note in notes(made))


def test_formulas_in_the_table_are_harmless() -> None:
    made = dossier_of('=HYPERLINK("http://example.net") Roe')
    table = b"".join(findings_pieces(made.picture)).decode("utf-8-sig")
    assert "'=HYPERLINK" in table and ',"=HYPERLINK' not in table and ",=HYPERLINK" not in table
