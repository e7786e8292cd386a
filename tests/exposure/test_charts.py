"""Charts of reports: their numbers and texts, and the drawing: safe, the same bytes, readable without colours."""

from __future__ import annotations

import itertools
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from msgspec.structs import replace
from support.exposed import FORMULA, HOSTILE, hostile

from ctscan.app.chart_process import drawings
from ctscan.views.exposure.chart_drawing import drawn
from ctscan.views.exposure.chart_specs import BAR, INK, STEPS, TRACK, Chart, Period, short, step, ticks
from ctscan.views.exposure.charts import charts, time_line
from ctscan.views.text import texts

END = datetime(2031, 6, 15, tzinfo=UTC)
SAY = texts("en")
SVG = "{http://www.w3.org/2000/svg}"

pytest.importorskip("vl_convert")


def texts_in(svg: str) -> list[str]:
    return [one.text or "" for one in ElementTree.fromstring(svg).iter(f"{SVG}text")]  # noqa: S314 - made here


# --- the time line ------------------------------------------------------------------------------------------------


def test_time_line_has_every_month_up_to_the_day_of_the_report() -> None:
    found = time_line({"2031-03": 2, "unknown": 9, "2031-13": 9}, {"2031-05": 1, "other": 5}, END)
    assert [(one.name, one.column, one.line) for one in found] == [
        ("2031-03", 2, 0), ("2031-04", 0, 0), ("2031-05", 0, 1), ("2031-06", 0, 0)
    ]  # fmt: skip
    assert [one.name for one in found if one.is_named] == ["2031-03"]


def test_long_time_line_names_each_january_and_a_longer_one_has_years() -> None:
    found = time_line({"2026-07": 1}, {"2031-06": 1}, END)
    assert (len(found), next(one.name for one in found if one.is_named)) == (60, "2027-01")
    found = time_line({"2026-06": 1, "2026-05": 2, "2031-07": 9}, {"2031-06": 1}, END)
    assert found[0] == Period("2026", True, 3, 0) and found[-1] == Period("2031", True, 0, 1)


@pytest.mark.parametrize(
    ("most", "found"),
    [(0, [0, 1]), (1, [0, 1]), (6, [0, 2, 4, 6]), (51, [0, 20, 40, 60]), (10**9, [at * 2 * 10**8 for at in range(6)])],
)
def test_axis_has_round_whole_numbers(most: int, found: list[int]) -> None:
    assert ticks(most) == found


@pytest.mark.parametrize("month", ["0001-01", "9999-12"])
def test_dates_of_hostile_certificates_dont_spoil_the_time_line(month: str) -> None:
    found = time_line({month: 1, "2030-01": 4}, {}, END)
    assert len(found) <= 60
    assert sum(one.column for one in found) == 4
    found = time_line({month: 1, "2030-01": 49}, {}, END)
    assert found[0].name == "2026-07" or found[0].name == "2030-01", "one in fifty doesn't turn months into years"
    assert time_line({"9999-12": 1}, {}, END) == []


# --- drawings -----------------------------------------------------------------------------------------------------


def made(text: str = HOSTILE) -> dict[str, Chart]:
    return charts(hostile(text), SAY)


def test_charts_show_the_numbers_and_say_them() -> None:
    found = drawn(made("example.org"))
    assert found.keys() == {
        "coverage", "by_category", "by_standing", "by_domain", "by_issuer", "by_month_issued", "categories_by_issuer"
    }  # fmt: skip
    assert texts_in(found["by_domain"].svg) == ["example.org", "3"]
    assert texts_in(found["coverage"].svg) == ["example.org", "50 %"]
    assert {"example.org", "name", "3"} == set(texts_in(found["categories_by_issuer"].svg))
    assert "example.org: 3" in found["by_domain"].text
    assert "Most were issued in 2031-01: 1" in found["by_month_issued"].text
    published = replace(hostile("example.org"), figures=replace(hostile("x").figures, issuer_categories={}), k=10)
    assert "categories_by_issuer" not in charts(published, SAY)


@pytest.mark.parametrize("text", [HOSTILE, FORMULA, "</svg><script>x</script>", "\ud800", "datum.value", "x" * 9000])
def test_values_of_certificates_stay_texts(text: str) -> None:
    for name, one in drawn(made(text)).items():
        root = ElementTree.fromstring(one.svg)  # noqa: S314 - made here, and this is the test of it
        assert {child.tag.removeprefix(SVG) for child in root.iter()} <= {
            "svg", "title", "desc", "g", "path", "line", "rect", "text"
        }, name  # fmt: skip
        attributes = {key for child in root.iter() for key in child.attrib}
        assert not {key for key in attributes if key.startswith("on") or "href" in key or key in ("style", "class")}
        assert not {"\x1b", "\u202e"} & set(one.svg)
        assert len(one.svg) < 40_000


def test_drawing_names_no_address_and_its_identifiers_are_its_own() -> None:
    found = drawn(made())
    ids = [id for one in found.values() for id in re.findall(r'\bid="([^"]+)"', one.svg)]
    assert sorted(ids) == sorted(f"{name}-{part}" for name in found for part in ("title", "text"))
    for one in found.values():
        assert "url(" not in one.svg
        assert one.svg.count("http") == one.svg.count("http://www.w3.org/2000/svg") == 1


def test_another_process_draws_the_same_bytes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Process, hash seed, home, language and zone of the machine change nothing."""
    for name, value in {"HOME": str(tmp_path), "LANG": "tr_TR.UTF-8", "TZ": "Asia/Tokyo"}.items():
        monkeypatch.setenv(name, value)
    assert drawings(hostile(), SAY) == (drawn(made()), "")


def test_report_without_memory_for_the_engine_has_tables(tmp_path: Path) -> None:
    """The engine ends its process where the system gives it no memory; the report doesn't end with it."""
    pytest.importorskip("resource")
    program = (
        "import resource, sys; sys.path[:0] = sys.argv[1:]\n"
        "from support.exposed import hostile\n"
        "from ctscan.app.report_writing import rendered\n"
        f"resource.setrlimit(resource.RLIMIT_AS, ({1 << 30}, resource.RLIM_INFINITY))\n"
        "content, remark = rendered(hostile('x'), 'html', 'en')\n"
        "print(content.count(b'<svg'), content.count(b'<table') > 5, remark)"
    )
    tests = Path(__file__).parents[1]
    command = [sys.executable, "-c", program, str(tests), str(tests.parent)]
    done = subprocess.run(command, capture_output=True, check=True, text=True, cwd=tmp_path)
    assert done.stdout.startswith("0 True tables only: vl-convert-python could draw no chart")


# --- colours ------------------------------------------------------------------------------------------------------

SIGHTS = {
    "every colour": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "no green": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "no blue": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
    "grey": ((0.2126, 0.7152, 0.0722),) * 3,
}
"""Matrices over linear light: Machado, Oliveira and Fernandes 2009, severity 1; luminance of sRGB for grey."""


def luminance(colour: str, sight: str) -> float:
    """Return the relative luminance of a colour as somebody sees it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    seen = [
        min(1.0, max(0.0, sum(a * b for a, b in zip(row, linear, strict=True)))) for row in SIGHTS[sight]
    ]  # fmt: skip
    return 0.2126 * seen[0] + 0.7152 * seen[1] + 0.0722 * seen[2]


def contrast(one: str, other: str, sight: str) -> float:
    """Return the contrast of two colours as WCAG defines it."""
    bright, dark = sorted((luminance(one, sight), luminance(other, sight)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("sight", SIGHTS)
def test_everybody_tells_the_marks_apart(sight: str) -> None:
    for mark, ground in ((BAR, "#ffffff"), (BAR, TRACK), (INK, BAR)):
        assert contrast(mark, ground, sight) >= 3, (mark, ground)
    for cell, text in STEPS:
        assert contrast(cell, text, sight) >= 4.5, (cell, text)
    for darker, lighter in itertools.pairwise(reversed(STEPS)):
        assert contrast(darker[0], lighter[0], sight) > 1.2, (darker, lighter)
        assert luminance(darker[0], sight) < luminance(lighter[0], sight)


def test_darker_cells_hold_more() -> None:
    found = [step(count, 1000) for count in range(1, 1001)]
    assert found == sorted(found)
    assert set(found) == set(range(len(STEPS)))
    assert step(0, 0) == 0


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("", ""),
        ("a" * 50, "a" * 50),
        ("a" * 51, "a" * 49 + "…"),
        ("é" * 51, "é" * 49 + "…"),
        ("Щ" * 50, "Щ" * 40 + "…"),
        ("認" * 40, "認" * 27 + "…"),
        ("e\u0301" * 50, "e\u0301" * 50),  # marks stand over their letters
    ],
)
def test_labels_are_as_wide_as_latin_letters_whatever_the_script(label: str, shown: str) -> None:
    assert short(label) == shown
