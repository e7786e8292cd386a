"""HTML of reports in a browser: axe-core finds nothing, nothing is cut off on a phone, and nothing is loaded.

REPORT_PICTURES=FOLDER keeps screenshots and prints, for eyes.
"""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace
from support.browser import Seen, chromium, looked_at, printed
from support.cli import copy_index
from support.exposed import HOSTILE, hostile
from support.population import NOW

from ctscan.app.exposure_report import ReportOptions
from ctscan.app.report_writing import write_report
from ctscan.clock import Clock
from ctscan.config import load_settings
from ctscan.model.exposure import Structure
from ctscan.views.exposure.chart_drawing import drawn
from ctscan.views.exposure.charts import charts
from ctscan.views.exposure.report_html import render_html
from ctscan.views.text import texts

CLOCK = Clock(now=lambda: NOW)
PAGES = {
    "internal": ReportOptions(since=datetime(2031, 1, 1, tzinfo=UTC), with_people=True, form="html"),
    "published": ReportOptions(k=10, form="html"),
}


@pytest.fixture(scope="module")
def seen(database: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Seen]:
    """Write pages and look at all of them in one browser."""
    pytest.importorskip("vl_convert")
    program, folder = chromium(), tmp_path_factory.mktemp("pages")
    copy_index(database, folder / "ctscan.db")
    pages = [folder / f"{name}.html" for name in (*PAGES, "hostile")]
    for page, options in zip(pages, PAGES.values(), strict=False):
        settings = load_settings(db=str(folder / "ctscan.db"), lang="en")
        asyncio.run(write_report(settings, options, page, who="test", clock=CLOCK))
    report, say = hostile(HOSTILE * 9), texts("en")
    pages[-1].write_bytes(render_html(report, say, drawn(charts(report, say))))
    pictures = os.environ.get("REPORT_PICTURES")
    return looked_at(program, pages, Path(pictures) if pictures else None)


def test_axe_finds_nothing(seen: dict[tuple[str, str], Seen]) -> None:
    assert len(seen) == 6
    assert {place: one.broken for place, one in seen.items() if one.broken} == {}
    assert all(one.passed > 20 for one in seen.values()), "axe looked at something"


def test_nothing_is_cut_off_and_texts_are_large_enough(seen: dict[tuple[str, str], Seen]) -> None:
    for place, one in seen.items():
        assert one.measures["overhang"] <= 0, place
        assert one.measures["cut"] == [], place
        assert one.measures["smallest"] >= 10, place
        assert one.measures["blank"] == 0, place


def test_page_loads_nothing_and_runs_nothing(seen: dict[tuple[str, str], Seen]) -> None:
    for place, one in seen.items():
        assert len(one.requests) == 1 and one.requests[0].startswith("file:"), place
        assert one.errors == [], place


@pytest.mark.parametrize("step", [3, pytest.param(1, marks=pytest.mark.long)])
def test_a_heading_is_printed_on_the_page_of_its_table(step: int, tmp_path: Path) -> None:
    """The table is moved down, so that its heading comes to the foot of a page: row by row, or in steps of less than
    the height of heading and first row."""
    pypdfium2 = pytest.importorskip("pypdfium2")
    program, report = chromium(), hostile("Example")
    pages = []
    for rows in range(0, 40, step):
        domains = {f"d{at:02}.example.org": 100 - at for at in range(rows)}
        units = Structure(3, {"Example Sales": 4, "Example Research": 2})
        found = replace(report, figures=replace(report.figures, by_domain=domains), structure=units)
        pages.append(tmp_path / f"{rows}.html")
        pages[-1].write_bytes(render_html(found, texts("en"), {}))
    for content in printed(program, pages):
        words = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content)]
        (of_heading,) = [one for one in words if "Internal structure" in one]
        assert "distinct host names" in of_heading
        assert "Example Sales" in of_heading
