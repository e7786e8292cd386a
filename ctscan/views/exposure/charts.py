"""Charts of a report of exposure: the specification of each, and its alternative text. Pure.

coverage                bars, the least read log first, each a part of its whole
by_category, by_domain, by_issuer, by_standing       bars
by_month_issued         time line: issuance and first sighting, by month, or by year where there are many
categories_by_issuer    matrix
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from ctscan.model import Message
from ctscan.model.exposure import ExposureReport
from ctscan.on_first_use import late_pattern
from ctscan.privacy.redaction import visible
from ctscan.views.exposure.chart_specs import Bar, Chart, Matrix, Period, Spec, bars, matrix, months
from ctscan.views.exposure.report_words import PageText
from ctscan.views.exposure.sections import Section, category_words, number, sections
from ctscan.views.text import Texts

MOST_BARS: Final = 12
_MOST_MONTHS: Final = 60
_MOST_YEARS: Final = 40
_LONG: Final = 24  # months: of more only each January is named
_FEW: Final = 10  # years: of more only each fifth is named
_MOST_ISSUERS: Final = 8
_MOST_CATEGORIES: Final = 6
_IN_WORDS: Final = 5
_DRAWN: Final = ("by_category", "by_standing", "by_domain", "by_issuer")
_MONTH: Final = late_pattern(r"\d{4}-(?:0[1-9]|1[0-2])", re.ASCII)


def charts(found: ExposureReport, say: Texts) -> dict[str, Chart]:
    """Make the charts of a report, by the section that each belongs to."""
    made = {one.id: one for one in sections(found, say)}
    drawn: dict[str, Chart] = {}
    if "coverage" in made:
        drawn["coverage"] = _of_parts(made["coverage"], say)
    drawn |= {name: _of_bars(made[name], say) for name in _DRAWN if name in made}
    periods = time_line(found.figures.by_month_issued, found.figures.by_month_seen, found.made_at)
    if periods:
        drawn["by_month_issued"] = _of_periods(periods, say)
    if found.figures.issuer_categories:
        drawn["categories_by_issuer"] = _of_issuers(found, say)
    return drawn


def _of_bars(one: Section, say: Texts) -> Chart:
    rows = [(str(row[0]), int(row[-1])) for row in one.rows[:MOST_BARS]]
    found = [Bar(visible(label), count, number(say, count)) for label, count in rows]
    return _chart(one.title, say(PageText.CHART(title=one.title)), found, bars(found), say)


def _of_parts(one: Section, say: Texts) -> Chart:
    """Draw percents, the smallest first: a log that was hardly read is the news."""
    rows = sorted((int(row[-1]), str(row[0])) for row in one.rows)[:MOST_BARS]
    found = [Bar(visible(label), count, f"{count} %") for count, label in rows]
    return _chart(one.title, say(PageText.CHART(title=one.title)), found, bars(found, most=100), say)


def _chart(title: str, sentence: str, found: Sequence[Bar], spec: Spec, say: Texts) -> Chart:
    words = (say.labelled(one.label, one.text) for one in found[:_IN_WORDS])
    return Chart(visible(title), f"{visible(sentence)} {'; '.join(words)}", spec)


# --- time line ----------------------------------------------------------------------------------------------------


def time_line(issued: Mapping[str, int], seen: Mapping[str, int], end: datetime) -> list[Period]:
    """Make the periods of a time line that ends with a month.

    A certificate may name any date. Therefore later months are left out, and earlier ones where they hold a fiftieth of
    all at most. Where they hold more, years are drawn, and of these the last.

    Args:
        issued, seen: certificates by month (`2026-01`); other keys don't count.
        end: moment in the last month.
    """
    columns, line = _by_month(issued), _by_month(seen)
    last = end.year * 12 + end.month - 1
    known = [month for month in (*columns, *line) if month <= last]
    if not known:
        return []
    first, start = min(known), last - _MOST_MONTHS + 1
    counts = [(month, columns[month] + line[month]) for month in set(known)]
    if sum(count for month, count in counts if month < start) * 50 <= sum(count for _, count in counts):
        first = max(first, start)
    if first >= start:
        span = range(first, last + 1)
        is_long = len(span) >= _LONG
        return [
            Period(_month(at), at % 12 == 0 if is_long else (at - first) % 6 == 0, columns[at], line[at]) for at in span
        ]
    years = range(max(first // 12, end.year - _MOST_YEARS + 1), end.year + 1)
    columns, line = _by_year(columns, last), _by_year(line, last)
    is_short = len(years) < _FEW
    return [Period(f"{at:04}", is_short or at % 5 == 0, columns[at], line[at]) for at in years]


def _month(at: int) -> str:
    return f"{at // 12:04}-{at % 12 + 1:02}"


def _by_month(counts: Mapping[str, int]) -> Counter[int]:
    """Number the months since the year 0."""
    months = {name: count for name, count in counts.items() if _MONTH.fullmatch(name)}
    return Counter({int(name[:4]) * 12 + int(name[5:]) - 1: count for name, count in months.items()})


def _by_year(found: Counter[int], last: int) -> Counter[int]:
    years: Counter[int] = Counter()
    for month, count in found.items():
        if month <= last:
            years[month // 12] += count
    return years


def _of_periods(found: Sequence[Period], say: Texts) -> Chart:
    first, last = found[0].name, found[-1].name
    issued, seen = max(found, key=lambda one: one.column), max(found, key=lambda one: one.line)
    text = say(
        PageText.CHART_MONTHS(
            first=first, last=last, issued=issued.column, issued_in=issued.name, seen=seen.line, seen_in=seen.name
        )
    )
    thousands = say(Message("format.thousands"))
    spec = months(found, say(PageText.CHART_ISSUED()), say(PageText.CHART_SEEN()), thousands)
    return Chart(say(PageText.TIME_LINE()), text, spec)


# --- matrix -------------------------------------------------------------------------------------------------------


def _of_issuers(found: ExposureReport, say: Texts) -> Chart:
    """Draw findings by issuer and category: the issuers with the most findings, and sensitive categories first."""
    counts = found.figures.issuer_categories
    issuers = sorted(counts, key=lambda one: (-sum(counts[one].values()), one))[:_MOST_ISSUERS]
    names = [one for one in found.figures.by_category if any(one in counts[issuer] for issuer in issuers)]
    shown, rest = (names, []) if len(names) <= _MOST_CATEGORIES + 1 else (
        names[:_MOST_CATEGORIES], names[_MOST_CATEGORIES:]
    )  # fmt: skip
    cells = [[*(counts[one].get(name, 0) for name in shown), *_rest(counts[one], rest)] for one in issuers]
    words = category_words(say)
    columns = (*map(words, shown), *([say(PageText.OTHER())] if rest else []))
    title = say(PageText.ISSUER_CATEGORIES())
    spec = matrix(
        Matrix(
            tuple(map(visible, issuers)),
            columns,
            tuple(map(tuple, cells)),
            tuple(tuple(_compact(say, count) for count in row) for row in cells),
        )
    )
    lines = [say.labelled(visible(one), number(say, sum(counts[one].values()))) for one in issuers[:_IN_WORDS]]
    return Chart(title, f"{say(PageText.CHART_MATRIX())} {'; '.join(lines)}", spec)


def _rest(counts: Mapping[str, int], names: Sequence[str]) -> Iterator[int]:
    if names:
        yield sum(counts.get(name, 0) for name in names)


def _compact(say: Texts, count: int) -> str:
    """Write a number in at most six characters."""
    if count < 100_000:
        return number(say, count)
    return f"{number(say, count // 1_000)} k" if count < 1_000_000 else f"{number(say, count // 1_000_000)} M"
