"""Sections of a report of exposure: the tables that every format shows, each in its own way. Words are those of a
language; values out of certificates stay as they are, and each format makes them safe."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct

from ctscan.model import Code, Message, Remark
from ctscan.model.exposure import ExposedPerson, ExposureReport, NotCovered, Score
from ctscan.views.exposure.report_words import PageText
from ctscan.views.kept_rules import kept_rule
from ctscan.views.text import Texts

Cell = str | int


class Section(Struct, frozen=True):
    """Table of a report.

    Attributes:
        id: name of the table, the same in every language.
        title: heading.
        headers: names of the columns.
        rows: the values; a row as long as the headers.
        note: sentence above the table; empty: none.
        is_drawn: a spreadsheet draws the last column.
    """

    id: str
    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    is_drawn: bool = False


def sections(found: ExposureReport, say: Texts) -> list[Section]:
    """Make the sections of a report that have a row, the most urgent first."""
    every = [
        *_not_covered(found, say),
        *_counts(found, say),
        *_scores(found, say),
        *_change(found, say),
        *_internal(found, say),
    ]
    return [one for one in every if one.rows]


def headline(found: ExposureReport, say: Texts) -> list[tuple[int, str]]:
    """Return the main figures with their labels."""
    figures = found.figures
    return [
        (figures.persons, say(PageText.PERSONS())),
        (figures.certificates, say(PageText.CERTIFICATES())),
        (figures.findings, say(PageText.FINDINGS())),
        (figures.people_addresses, say(PageText.ADDRESSES())),
        (max(0, figures.addresses - figures.people_addresses), say(PageText.ROLE_ADDRESSES())),
    ]


def basis_lines(found: ExposureReport, say: Texts) -> list[str]:
    """Say whether everything in the basis was read, why not, and by which rules older certificates are left out."""
    rules = [kept_rule(rule, found.made_at, say) for rule in found.basis.kept_rules]
    kept = [say(PageText.KEPT(rules=", ".join(rules)))] if rules else []
    if found.basis.basis is None:
        remarks = [one for one in found.basis.remarks if one.code != Remark.NOTHING_SCANNED]
        return [say(PageText.NO_BASIS()), *map(say, remarks), *kept]
    first = PageText.COMPLETE() if found.basis.complete else PageText.INCOMPLETE()
    return [say(first), *map(say, found.basis.remarks), *kept]


def intro_lines(found: ExposureReport, say: Texts) -> list[str]:
    """Say what the report is about, when it was made, and whether it is for publication."""
    lines = [
        say.labelled(say(PageText.SCOPE()), ", ".join(found.scope)),
        say(PageText.MADE(day=found.made_at, version=found.version)),
    ]
    return lines + ([say(PageText.PUBLISHED(k=found.k))] if found.k else [])


def _not_covered(found: ExposureReport, say: Texts) -> Iterator[Section]:
    def reasons(one: NotCovered) -> str:
        words = [say(Message(f"word.gap-{reason.replace(' ', '-')}")) for reason in one.reasons if reason in _GAPS]
        words += [reason for reason in one.reasons if reason not in _GAPS]
        return say.listed([*words, *([say(one.detail)] if one.detail else [])])

    rows = tuple(
        (one.log, reasons(one), say(PageText.ENTRIES(missing=one.entries, size=one.size)))
        for one in found.basis.not_covered
    )
    title, log = say(PageText.NOT_READ()), say(PageText.LOGS())
    yield Section("not_covered", title, (log, say(PageText.REASON()), title), rows)
    covered = tuple((log, percent(read, size)) for log, (read, size) in sorted(found.basis.covered.items()))
    yield Section("coverage", say(PageText.COVERAGE()), (log, "%"), covered, is_drawn=True)


_GAPS = ("not read", "out of scope", "older rules", "pruned", "quarantined", "refused", "failing", "purged")


def number(say: Texts, count: int) -> str:
    """Write a number as the language groups its digits."""
    return f"{count:,}".replace(",", say(Message("format.thousands")))


def percent(part: int, whole: int) -> int:
    """Return whole percent, 100 only where nothing is missing."""
    return 100 if part >= whole else part * 100 // whole


def _counts(found: ExposureReport, say: Texts) -> Iterator[Section]:
    figures = found.figures
    certificates, findings = PageText.CERTIFICATES, PageText.FINDINGS
    words = _words(say)
    for id, title, counts, unit, shown in (
        ("by_sensitivity", PageText.SENSITIVITY, figures.by_sensitivity, findings, words),
        ("by_category", PageText.CATEGORIES, figures.by_category, findings, category_words(say)),
        ("by_subject_kind", PageText.SUBJECTS, figures.by_subject_kind, findings, words),
        ("excess", PageText.EXCESS, figures.excess, certificates, _sentence(say)),
        ("by_standing", PageText.STANDINGS, figures.standings, certificates, words),
        ("by_kind", PageText.KINDS, figures.by_kind, certificates, words),
        ("by_domain", PageText.DOMAINS, figures.by_domain, certificates, _other(say)),
        ("by_issuer", PageText.ISSUERS, figures.by_issuer, certificates, _other(say)),
        ("by_owner", PageText.OWNERS, figures.by_owner, certificates, _other(say)),
        ("by_month_issued", PageText.ISSUED, figures.by_month_issued, certificates, _other(say)),
        ("by_month_seen", PageText.SEEN, figures.by_month_seen, certificates, _other(say)),
        ("by_log", PageText.LOGS, figures.by_log, certificates, _other(say)),
    ):
        rows = tuple((shown(name), count) for name, count in counts.items())
        yield Section(id, say(title()), (say(title()), say(unit())), rows, is_drawn=True)


Shown = Callable[[str], str]


def _words(say: Texts) -> Shown:
    codes: Mapping[str, Code] = {str(one).partition(".")[2]: one for one in PageText}

    def shown(name: str) -> str:
        code = codes.get(name.replace(" ", "-").replace("_", "-"))
        return say(code()) if code is not None else name

    return shown


def category_words(say: Texts) -> Shown:
    """Return a function that words a category."""
    other = _other(say)
    return lambda name: other(name) if name == "other" else say(Message(f"category.{name}"))


def _sentence(say: Texts) -> Shown:
    other = _other(say)
    return lambda name: other(name) if name == "other" else say(Message(name))


def _other(say: Texts) -> Shown:
    """Translate the two keys that are no names."""
    words = {"unknown": say(PageText.UNKNOWN()), "other": say(PageText.OTHER())}
    return lambda name: words.get(name, name)


def _scores(found: ExposureReport, say: Texts) -> Iterator[Section]:
    for id, title, scores in (
        ("score_domains", PageText.DOMAINS, found.domain_scores),
        ("score_issuers", PageText.ISSUERS, found.issuer_scores),
    ):
        rows = tuple((name, _reasons(one, say), one.certificates, one.points) for name, one in scores.items())
        headers = (say(title()), say(PageText.REASONS()), say(PageText.CERTIFICATES()), say(PageText.POINTS()))
        heading = say.labelled(say(PageText.SCORES()), say(title()))
        yield Section(id, heading, headers, rows, say(PageText.SCORES_NOTE()))


def _reasons(score: Score, say: Texts) -> str:
    return say.listed([f"{say(one.code())} ({one.certificates})" for one in score.reasons])


def _change(found: ExposureReport, say: Texts) -> Iterator[Section]:
    change = found.change
    if change is None:
        return
    labels = {
        "certificates": PageText.CERTIFICATES, "findings": PageText.FINDINGS, "persons": PageText.PERSONS,
        "people_addresses": PageText.ADDRESSES,
    }  # fmt: skip
    rows = tuple(
        (say(label()), change.before[name], change.now[name], change.now[name] - change.before[name])
        for name, label in labels.items()
    )
    headers = (PageText.NAME, PageText.BEFORE, PageText.NOW, PageText.DIFFERENCE)
    note = say(PageText.CHANGE_NOTE(since=change.since, count=change.seen_since))
    yield Section("change", say(PageText.CHANGE()), tuple(say(one()) for one in headers), rows, note)


def _internal(found: ExposureReport, say: Texts) -> Iterator[Section]:
    """Make the sections that only an internal report has."""
    if found.k:
        return
    hosts = f"{found.structure.hosts} {say(PageText.HOSTS())}" if found.structure.hosts else ""
    units = tuple(found.structure.units.items())
    headers = (say(PageText.UNIT()), say(PageText.CERTIFICATES()))
    yield Section("units", say(PageText.STRUCTURE()), headers, units, hosts)
    ignored = tuple((one.reason, one.rule, one.issuer, count) for one, count in found.ignored)
    yield Section(
        "ignored",
        say(PageText.IGNORED()),
        (say(PageText.REASON()), "rule", "issuer", say(PageText.FINDINGS())),
        ignored,
    )
    yield _issuer_categories(found, say)
    yield _people(found.people, say)


def _issuer_categories(found: ExposureReport, say: Texts) -> Section:
    """List the findings by issuer and category, the most frequent first."""
    category = category_words(say)
    counts = [
        (issuer, category(name), count)
        for issuer, names in found.figures.issuer_categories.items()
        for name, count in names.items()
    ]
    rows = tuple((f"{issuer}: {name}", count) for issuer, name, count in sorted(counts, key=lambda one: (-one[2], one)))
    title = say(PageText.ISSUER_CATEGORIES())
    return Section("categories_by_issuer", title, (title, say(PageText.FINDINGS())), rows, is_drawn=True)


def _people(people: Sequence[ExposedPerson], say: Texts) -> Section:
    headers = (PageText.NAMES, PageText.ADDRESSES, PageText.CATEGORIES, PageText.CERTIFICATES)
    category = category_words(say)
    rows = tuple(
        (
            say.listed(one.names),
            say.listed(one.addresses),
            say.listed(list(map(category, one.categories))),
            one.certificates,
        )
        for one in people
    )
    return Section("people", say(PageText.PEOPLE()), tuple(say(one()) for one in headers), rows)
