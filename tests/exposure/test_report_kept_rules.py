"""Rules of retention in a report: every format names them, as every answer does."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2
import pytest
from openpyxl import load_workbook
from support.cli import copy_index, run

from ctscan.index.open import open_index
from ctscan.model.keep import KeepKind, KeptRule, Limits, Period, Unit

NOW = datetime.now(UTC)
PERIOD = Period(9, Unit.YEARS)
RULE = KeptRule(KeepKind.EXPIRED, PERIOD, PERIOD.before(NOW))
SENTENCE = "Only certificates are kept that are not expired for more than 9 years"


@pytest.fixture
def db(database: Path, tmp_path: Path) -> Path:
    """Return an index to which a rule was applied."""
    copy_index(database, tmp_path / "ctscan.db")

    async def note() -> None:
        async with await open_index(tmp_path / "ctscan.db", create=False) as index:
            await index.note_limits(Limits((RULE, KeptRule(KeepKind.RUNS, PERIOD, RULE.before))))

    asyncio.run(note())
    return tmp_path / "ctscan.db"


@pytest.mark.parametrize("more", [(), ("--publish",)])
def test_json_has_the_rules_of_certificates(db: Path, more: tuple[str, ...]) -> None:
    found = json.loads(run("report", "--db", db, *more).stdout)
    assert found["kept_rules"] == [
        {"rule": "expired", "period": "9 years", "before": RULE.before.isoformat().replace("+00:00", "Z")}
    ]


def test_without_a_rule_there_is_none(database: Path, tmp_path: Path) -> None:
    copy_index(database, tmp_path / "ctscan.db")
    assert json.loads(run("report", "--db", tmp_path / "ctscan.db").stdout)["kept_rules"] == []


@pytest.mark.parametrize("form", ["html", "pdf", "xlsx", "csv"])
def test_every_other_format_names_them(db: Path, tmp_path: Path, form: str) -> None:
    path = tmp_path / f"report.{form}"
    assert run("report", "--db", db, "-o", path).exit_code == 4
    if form == "csv":
        rows = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))
        assert ["kept_rules", "expired", "before", RULE.before.isoformat().replace("+00:00", "Z")] in rows
    else:
        assert SENTENCE in " ".join(text_of(path).split())


def text_of(path: Path) -> str:
    """Read the text of a document."""
    if path.suffix == ".pdf":
        return " ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(path))
    if path.suffix == ".xlsx":
        rows = (row for sheet in load_workbook(path) for row in sheet.iter_rows(values_only=True))
        return " ".join(str(value) for row in rows for value in row if value is not None)
    return re.sub(r"<[^>]*>", " ", path.read_text("utf-8"))
