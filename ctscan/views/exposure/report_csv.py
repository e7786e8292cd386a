"""CSV of a report of exposure: a row for each number, `section,name,measure,value`.

Sections and measures are words of the JSON, the same in every language. Texts are as safe for spreadsheets as in other
CSV of `ctscan`.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterator

from ctscan.model.exposure import ExposureReport
from ctscan.views.exposure.sections import sections
from ctscan.views.reports.csv import csv_lines
from ctscan.views.text import Texts

COLUMNS = ("section", "name", "measure", "value")


def render_csv(found: ExposureReport, say: Texts) -> bytes:
    """Render a report."""
    return BOM_UTF8 + csv_lines([COLUMNS, *_rows(found, say)])


def _rows(found: ExposureReport, say: Texts) -> Iterator[tuple[object, ...]]:
    figures = found.figures
    yield "report", "made_at", "time", f"{found.made_at:%Y-%m-%dT%H:%M:%SZ}"
    yield "report", "complete", "flag", int(found.basis.complete)
    for remark in found.basis.remarks:
        yield "remarks", remark.code, "text", say(remark)
    for rule in found.basis.kept_rules:
        yield "kept_rules", str(rule.kind), "before", f"{rule.before:%Y-%m-%dT%H:%M:%SZ}"
    for name in ("persons", "certificates", "findings", "addresses", "people_addresses"):
        yield "figures", name, "count", getattr(figures, name)
    for one in sections(found, say):
        for row in one.rows:
            for header, value in zip(one.headers[1:], row[1:], strict=True):
                yield one.id, row[0], header, value
