"""Bar charts as SVG."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from ctscan.views.exposure.bar_chart import Chart, bars, columns

CHART = Chart("c", "A <title>", "A & description", "{:,}".format)
SVG = "{http://www.w3.org/2000/svg}"


def drawn(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text)  # noqa: S314 - text of ours


def test_chart_has_a_title_and_a_description() -> None:
    found = drawn(bars(CHART, [("<b>", 3)]))
    assert found.findtext(f"{SVG}title") == "A <title>"
    assert found.findtext(f"{SVG}desc") == "A & description"
    assert found.get("aria-labelledby") == "c-t c-d"


def test_bars_are_as_long_as_their_numbers() -> None:
    found = drawn(bars(CHART, [("a", 100), ("b", 50), ("c", 0), ("d", 1)]))
    widths = [int(bar.get("width", "")) for bar in found.iter(f"{SVG}rect")]
    assert widths[0] == 2 * widths[1]
    assert (widths[2], widths[3]) == (0, max(1, widths[0] // 100))


def test_percent_is_drawn_against_a_hundred() -> None:
    (bar,) = drawn(bars(CHART, [("a", 50)], 100)).iter(f"{SVG}rect")
    (whole,) = drawn(bars(CHART, [("a", 50)])).iter(f"{SVG}rect")
    assert int(whole.get("width", "")) == 2 * int(bar.get("width", ""))


def test_months_without_a_certificate_have_a_column_of_their_own() -> None:
    text = columns(CHART, [("2030-11", 4), ("2031-02", 2), ("unknown", 9)])
    titles = re.findall(r"<title>([^<]+)</title></rect>", text)
    assert titles == ["2030-11: 4", "2030-12: 0", "2031-01: 0", "2031-02: 2"]


def test_chart_without_a_row_is_empty() -> None:
    assert list(drawn(columns(CHART, [])).iter(f"{SVG}rect")) == []
    assert list(drawn(bars(CHART, [])).iter(f"{SVG}rect")) == []
