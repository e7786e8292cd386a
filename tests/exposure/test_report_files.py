"""Reports and exports as files: hostile values, spreadsheets, PDF, Parquet, as their own readers open them."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from support.cli import copy_index, error_line, run
from support.exposed import FORMULA, hostile
from support.population import Held, truth

from ctscan.model.exposure import EXPOSURE_VIEWS
from ctscan.resources import languages
from ctscan.views.exposure.chart_drawing import drawn
from ctscan.views.exposure.charts import charts
from ctscan.views.exposure.report_csv import render_csv
from ctscan.views.exposure.report_html import render_html
from ctscan.views.text import texts


@pytest.fixture
def db(database: Path, tmp_path: Path) -> Path:
    copy_index(database, tmp_path / "ctscan.db")
    return tmp_path / "ctscan.db"


@pytest.mark.parametrize("lang", languages())
def test_html_shows_hostile_values_as_text(lang: str) -> None:
    page = render_html(hostile(), texts(lang), {}).decode()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert not {"\x1b", "\u202e"} & set(page)


def test_csv_holds_no_formula() -> None:
    rows = list(csv.reader(io.StringIO(render_csv(hostile(FORMULA), texts("en")).decode("utf-8-sig"))))
    assert not [cell for row in rows for cell in row if cell.startswith("=")]
    assert any(cell == f"'{FORMULA}" for row in rows for cell in row)


def test_html_of_many_domains_stays_short_and_says_so() -> None:
    many = {f"d{at}.example.org": 500 - at for at in range(500)}
    found = replace(hostile("x"), figures=replace(hostile("x").figures, by_domain=many))
    page = render_html(found, texts("en"), {}).decode()
    assert "d99.example.org" in page
    assert "d100.example.org" not in page
    assert "400 more" in page


# --- formats of extras --------------------------------------------------------------------------------------------


def test_spreadsheet_has_numbers_and_no_formula(db: Path, tmp_path: Path, held: list[Held]) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("xlsxwriter")
    from ctscan.views.exposure.report_xlsx import render_xlsx

    path = tmp_path / "report.xlsx"
    assert run("report", "--db", db, "-o", path).exit_code == 4
    book = openpyxl.load_workbook(path)
    logs = {row[0].value: row[1].value for row in book["by_log"].iter_rows(min_row=2)}
    assert logs == truth(held).by["log"]
    assert len(str(book["score_issuers"]["B2"].value)) > 20, "the reasons"
    assert book["score_issuers"].column_dimensions["B"].width > 40
    assert book["score_issuers"]["B2"].alignment.wrap_text
    bad = openpyxl.load_workbook(io.BytesIO(render_xlsx(hostile(FORMULA), texts("en"))))
    cells = [cell for sheet in bad for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert any(cell.value == FORMULA and cell.data_type == "s" for cell in cells)


def test_pdf_is_tagged_and_says_what_was_not_read_on_its_first_page(db: Path, tmp_path: Path) -> None:
    pytest.importorskip("typst")
    pypdfium2 = pytest.importorskip("pypdfium2")
    path = tmp_path / "report.pdf"
    assert run("report", "--db", db, "-o", path).exit_code == 4
    assert b"pdfuaid" in path.read_bytes()
    document = pypdfium2.PdfDocument(path)
    first = document[0].get_textpage().get_text_range()
    assert "Not everything was read" in first
    assert "Example 2031" in first


def test_pdf_shows_its_charts_to_everybody(db: Path, tmp_path: Path) -> None:
    """Each chart is a figure with a text, as PDF/UA asks; the same moment gives the same bytes."""
    pytest.importorskip("typst")
    pytest.importorskip("vl_convert")
    pikepdf = pytest.importorskip("pikepdf")
    from ctscan.views.exposure.report_pdf import render_pdf

    report = hostile("Ελλάδα \u65e5")
    drawings = drawn(charts(report, texts("en")))
    content = render_pdf(report, texts("en"), drawings)
    with pikepdf.open(io.BytesIO(content)) as pdf:
        nodes = list(structure(pikepdf, pdf.Root.StructTreeRoot))
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
        objects = [one for one in pdf.objects if isinstance(one, pikepdf.Dictionary | pikepdf.Stream)]
        assert not [one for one in objects if one.get("/Subtype") == "/Image"], "charts are lines and letters"
    figures = [str(node.Alt) for node in nodes if node.get("/S") == "/Figure"]
    assert len(figures) == 7
    assert any("Ελλάδα [U+65E5]: 3" in text for text in figures)
    assert {"/H1", "/H2", "/Table", "/TH", "/TD"} <= {str(node.get("/S")) for node in nodes}
    assert render_pdf(report, texts("en"), drawings) == content


def structure(pikepdf: Any, node: Any) -> Iterator[Any]:
    """Yield the elements of the structure of a PDF."""
    yield node
    children = node.get("/K", [])
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary):
            yield from structure(pikepdf, child)


@pytest.mark.parametrize(
    "view", ["exposure_findings", "exposure_persons", "exposure_certificates", "exposure_coverage"]
)
def test_export_writes_every_row_and_is_recorded(db: Path, tmp_path: Path, held: list[Held], view: str) -> None:
    for form in ("jsonl", "csv"):
        path = tmp_path / f"out.{form}"
        result = run("export", "--db", db, "--view", view, "--format", form, "-o", path)
        assert (result.exit_code, result.stdout) == (0, "")
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text(encoding="utf-8-sig"))))
    assert len(rows) == len(lines) > 0
    assert rows[0].keys() == lines[0].keys()
    if view == "exposure_findings":
        assert len(lines) == sum(len(one.findings) for one in held)
    events = json.loads(run("audit", "show", "--db", db, "--format", "json").stdout)
    details = [one["detail"] for one in events if one["action"] == "export" and one["state"] == "done"]
    assert details == [f"{view} csv {len(rows)}", f"{view} jsonl {len(rows)}"]


def test_export_as_parquet_is_read_back(db: Path, tmp_path: Path, held: list[Held]) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "certificates.parquet"
    arguments = ("--view", "exposure_certificates", "--format", "parquet", "-o", path)
    assert run("export", "--db", db, *arguments).exit_code == 0
    table = parquet.read_table(path)
    assert table.num_rows == len(held)
    assert {str(kind) for kind in table.schema.types} == {"int64", "string"}
    assert set(table["issuer"].to_pylist()) == {f"CN={one.issuer}" for one in held}


@pytest.mark.parametrize("view", EXPOSURE_VIEWS)
def test_exports_are_the_same_rows_in_every_format(db: Path, tmp_path: Path, view: str) -> None:
    """DuckDB, an independent reader, finds in the Parquet of each view the rows of the view in the index."""
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("pyarrow")
    path = tmp_path / "out.parquet"
    assert run("export", "--db", db, "--view", view, "--format", "parquet", "-o", path).exit_code == 0
    with closing(sqlite3.connect(f"{db.as_uri()}?mode=ro", uri=True)) as index:
        expected = index.execute(f"SELECT * FROM {view}")  # noqa: S608 - a view of our own
        columns, rows = [column[0] for column in expected.description], expected.fetchall()
    with closing(duckdb.connect(":memory:")) as reader:
        found = reader.execute("SELECT * FROM read_parquet(?)", [str(path)])
        assert [column[0] for column in found.description] == columns
        assert sorted(found.fetchall(), key=repr) == sorted(rows, key=repr)
        assert rows or view == "exposure_coverage"


def test_views_are_queried_in_parquet_as_in_the_index(db: Path, tmp_path: Path, held: list[Held]) -> None:
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("pyarrow")
    for view in ("exposure_findings", "exposure_certificates"):
        path = tmp_path / f"{view}.parquet"
        assert run("export", "--db", db, "--view", view, "--format", "parquet", "-o", path).exit_code == 0
    with closing(duckdb.connect(":memory:")) as reader:
        found = reader.execute(
            "SELECT issuer, count(*) FROM read_parquet(?) JOIN read_parquet(?) USING (certificate_id)"
            " WHERE category = 'user.contact.email' GROUP BY issuer",
            [str(tmp_path / "exposure_findings.parquet"), str(tmp_path / "exposure_certificates.parquet")],
        ).fetchall()
    expected = Counter(
        f"CN={one.issuer}" for one in held for part in one.findings if part.category == "user.contact.email"
    )
    assert dict(found) == expected


def test_export_of_another_table_is_refused(db: Path, tmp_path: Path) -> None:
    result = run("export", "--db", db, "--view", "finding", "--format", "csv", "-o", tmp_path / "x")
    assert result.exit_code == 2
    assert re.search(r"exposure_findings", error_line(result))
    assert not (tmp_path / "x").exists()
