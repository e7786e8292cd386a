"""A request from the letter to the closed case, in each language: scan, case, code, dossier, letters, end."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pikepdf
import pytest
from docx import Document
from support.case_desk import ago
from support.cli import copy_index, run
from support.dossiers import JANE, JOHNS, members, pdf_text, scanned

from ctscan.resources import languages
from ctscan.views.dossier.phrases import DossierText
from ctscan.views.text import texts


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Scan the log of Jane, John and others; return the settings."""
    return scanned(tmp_path_factory.mktemp("story"))


def test_there_are_the_four_languages() -> None:
    assert languages() == ("de", "en", "es", "fr")


@pytest.mark.parametrize("lang", languages())
def test_a_request_is_answered_in_its_language(scan: Path, tmp_path: Path, lang: str) -> None:
    copy_index(scan.parent / "ctscan.db", tmp_path / "ctscan.db")
    config = tmp_path / "ctscan.toml"
    config.write_text(scan.read_text(encoding="utf-8"), encoding="utf-8")

    def ctscan(*words: str, code: int = 0, stdin: str = "") -> str:
        done = run(*words, "--config", config, stdin=stdin)
        assert done.exit_code == code, done.output
        return done.stdout

    # the letter came ten days ago
    words = ("--regime", "eu", "--received", ago(10), "--requester", "Jane Roe", "--lang", lang, "--format", "json")
    case = json.loads(ctscan("case", "open", "-", *words, stdin=f"{JANE}\n"))
    of = ("--case", case["number"])
    assert (case["state"], case["lang"], case["identifiers"]) == ("open", lang, [JANE])

    # nothing leaves before the identity is settled
    ctscan("dossier", *of, "-o", str(tmp_path), code=2)
    ctscan("letters", *of, "-o", str(tmp_path), code=2)
    assert not {path.suffix for path in tmp_path.iterdir()} & {".zip", ".docx"}
    made = json.loads(ctscan("case", "identify", *of, "--make-code", "--format", "json"))
    ctscan("case", "identify", *of, "--code", "-", stdin=f"{made['code']}\n")

    # the dossier
    ctscan("dossier", *of, "-o", str(tmp_path))
    package = members(tmp_path / f"dossier-{case['number']}.zip")
    with pikepdf.open(io.BytesIO(package["dossier.pdf"])) as pdf:
        assert str(pdf.Root.Lang)[:2] == lang
    printed = " ".join(pdf_text(package["dossier.pdf"]).split())
    assert texts(lang)(DossierText.TITLE()) in printed
    assert [other for other in JOHNS if other in printed] == []
    if lang != "en":
        foreign = [DossierText.TITLE(), DossierText.PART_ONE(), DossierText.PART_TWO(), DossierText.THREE_THINGS()]
        assert [text for one in foreign if (text := texts("en")(one)) in printed] == []

    # letters to those who issued
    letters = json.loads(ctscan("letters", *of, "-o", str(tmp_path), "--format", "json"))
    assert letters and all(letter["sender"] == "requester" and letter["files"] for letter in letters)
    for letter in letters:
        document = Document(letter["files"][0])
        assert document.core_properties.language[:2] == letter["lang"]
        assert len(" ".join(paragraph.text for paragraph in document.paragraphs)) > 1_000

    # the end
    decided = ("--decision", "granted", "--reasoning", "all of it is hers")
    ctscan("case", "decide", *of, *decided)
    ctscan("case", "close", *of, "--outcome", "dossier and drafts sent")
    shown = json.loads(ctscan("case", "show", *of, "--format", "json"))
    happened = [event["what"] for event in shown["history"]]
    assert happened[:4] == ["opened", "code made", "identified", "dossier made"]
    assert happened[4:] == ["letter written"] * len(letters) + ["decided", "closed"]
    answer = next(one for one in shown["deadlines"] if one["done_at"] and "answer" in one["what"].lower())
    assert answer["on"] > ago(0)
    followed = {letter["follow_up"] for letter in letters}
    assert {one["on"] for one in shown["deadlines"] if one["done_at"] is None} >= followed - {None}
