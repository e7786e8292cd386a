"""Reports for publication under attack: somebody has reports on populations that differ by one person, and compares all
pairs, in every format.

One index holds everybody. A person is taken out of it by restricting all certificates of that person, as readers of an
index see it.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from support.kept import a_certificate
from support.population import DOMAINS, NOW, Held, fill, rich_population

from ctscan.app.report_writing import rendered
from ctscan.errors import UsageError
from ctscan.exposure.figures import figures
from ctscan.exposure.publishing import published
from ctscan.exposure.weights import parse_weights
from ctscan.index.open import open_index
from ctscan.model.exposure import ExposureCounts, ExposureQuestion, ExposureReport, ReportBasis, Structure
from ctscan.personal.categories import CATEGORIES
from ctscan.resources import data_text
from ctscan.views.exposure.charts import charts
from ctscan.views.exposure.report_html import render_html
from ctscan.views.text import texts

K = 10
WEIGHTS = parse_weights(data_text("exposure/weights.toml"))
SCOPES: tuple[tuple[str, ...], ...] = ((), *((domain,) for domain in DOMAINS), ("mail.example.org", "example.net"))


@dataclass(frozen=True)
class World:
    """Everybody, the index, the certificates of each person by their rows, and the size of the attack."""

    path: Path
    held: Sequence[Held]
    rows: Mapping[int, list[int]]


@pytest.fixture(
    scope="module", params=[(120, 15), pytest.param((10_000, 20), marks=pytest.mark.long)], ids=["120", "10,000"]
)
def internals(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, ...], list[ExposureReport]]:
    """Make the internal reports of each scope: on everybody, and without each of some people."""
    persons, victims = request.param
    world = made(persons, tmp_path_factory.mktemp("world") / "ctscan.db")
    step = persons // victims
    found: dict[tuple[str, ...], list[ExposureReport]] = defaultdict(list)
    for victim in (-1, *range(0, persons, step)):
        hide(world, victim)
        for scope, counts in zip(SCOPES, asked(world.path), strict=True):
            found[scope].append(internal(counts, scope))
    return found


def made(persons: int, path: Path) -> World:
    held = rich_population(persons, sorted(CATEGORIES))

    async def work() -> None:
        async with await open_index(path, create=True) as index:
            await fill(index, held)

    asyncio.run(work())
    with closing(sqlite3.connect(path)) as connection:
        ids = {bytes(identity): id for id, identity in connection.execute("SELECT id, identity FROM certificate")}
    rows: dict[int, list[int]] = defaultdict(list)
    for one in held:
        rows[one.person].append(ids[a_certificate(one.number).identity])
    return World(path, held, rows)


def hide(world: World, person: int) -> None:
    """Restrict the certificates of a person, and of nobody else; -1: of nobody."""
    with closing(sqlite3.connect(world.path)) as connection:
        connection.execute("DELETE FROM restricted_certificate")
        rows = world.rows[person] if person >= 0 else []
        connection.executemany("INSERT INTO restricted_certificate VALUES (?, 1)", [(row,) for row in rows])
        connection.commit()


def asked(path: Path) -> list[ExposureCounts]:
    async def work() -> list[ExposureCounts]:
        async with await open_index(path, create=False) as index:
            return [await index.exposure(ExposureQuestion(not scope, scope, (), None, NOW)) for scope in SCOPES]

    return asyncio.run(work())


def internal(found: ExposureCounts, scope: tuple[str, ...]) -> ExposureReport:
    owners = {(one.issuer, one.key_id): "Example Trust, Ltd" for one in found.counted.alike}
    return ExposureReport(
        made_at=datetime(2031, 6, 1, tzinfo=UTC),
        version="1",
        scope=scope or ("everything",),
        basis=ReportBasis(None, False, ()),
        figures=figures(found, owners, WEIGHTS, NOW),
        structure=Structure(found.hosts, found.units),
        ignored=(),
        people=(),
        are_people_named=False,
        domain_scores={},
        issuer_scores={},
        change=None,
        advice=(),
    )


def published_texts(reports: Sequence[ExposureReport], k: int = K) -> list[bytes]:
    """Publish reports as JSON; a scope that is refused has no report."""
    found = []
    for one in reports:
        try:
            found.append(rendered(published(one, k), "json", "en")[0])
        except UsageError:
            found.append(b"")
    return found


def page(found: ExposureReport) -> bytes:
    """Render a report as HTML, with its charts as they are before a process draws them."""
    say = texts("en")
    return render_html(found, say, {}) + repr(charts(found, say)).encode()


def numbers(shape: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], int]]:
    """Yield every number in JSON with its path."""
    if isinstance(shape, dict):
        for key, value in shape.items():
            yield from numbers(value, (*path, key))
    elif isinstance(shape, int) and not isinstance(shape, bool):
        yield path, shape


def gaps(one: bytes, other: bytes) -> list[int]:
    """Return the differences of the numbers in two published reports; a number that is missing counts as 0."""
    first, second = (dict(numbers(json.loads(text)["figures"])) for text in (one, other))
    found = [abs(first.get(path, 0) - second.get(path, 0)) for path in first.keys() | second.keys()]
    return [gap for gap in found if gap]


def test_any_two_reports_are_the_same_bytes_or_differ_by_five(
    internals: dict[tuple[str, ...], list[ExposureReport]],
) -> None:
    """Neither order, nor a name with 0, nor anything but a number that crossed a limit, tells two reports apart."""
    crossed = 0
    for scope, reports in internals.items():
        distinct = set(published_texts(reports)) - {b""}
        assert distinct, scope
        for one, other in itertools.combinations(distinct, 2):
            found = gaps(one, other)
            assert found and min(found) >= 5, scope
            crossed += 1
    assert crossed, "some reports differ"


@pytest.mark.parametrize("k", [2, 3, 5, 50])
def test_every_k_holds(internals: dict[tuple[str, ...], list[ExposureReport]], k: int) -> None:
    for reports in internals.values():
        for one, other in itertools.combinations(set(published_texts(reports, k)) - {b""}, 2):
            assert min(gaps(one, other), default=0) >= 5


def test_every_format_is_made_of_the_same_numbers(internals: dict[tuple[str, ...], list[ExposureReport]]) -> None:
    """Where two reports are one in JSON, they are one in every format, down to the bytes."""
    by_text: dict[bytes, list[ExposureReport]] = defaultdict(list)
    for scope in ((), ("example.org",)):
        for one, text in zip(internals[scope], published_texts(internals[scope]), strict=True):
            by_text[text].append(published(one, K))
    twins = [found for text, found in by_text.items() if text and len(found) > 1]
    assert twins
    exact = {(one.figures.persons, one.figures.findings) for one in internals[()]}
    assert len(exact) > 5, "internal reports tell people apart, so that the attack means something"
    for found in twins:
        assert len({rendered(one, "csv", "en")[0] for one in found[:4]}) == 1
        assert len({page(one) for one in found[:4]}) == 1
    for form in ("pdf", "xlsx"):
        pytest.importorskip({"pdf": "typst", "xlsx": "xlsxwriter"}[form])
        assert rendered(twins[0][0], form, "en") == rendered(twins[0][1], form, "en")


def test_no_format_holds_an_exact_count(internals: dict[tuple[str, ...], list[ExposureReport]]) -> None:
    exact = internals[()][0].figures
    secret = {exact.persons, exact.certificates, exact.findings, exact.addresses} | set(exact.by_log.values())
    secret = {count for count in secret if count % 5}
    assert secret
    report = published(internals[()][0], K)
    for form in ("json", "csv"):
        text = rendered(report, form, "en")[0].decode()
        assert not [count for count in secret if f" {count}," in text or f",{count}\r" in text], form


def test_a_wider_scope_by_one_person_tells_nothing(internals: dict[tuple[str, ...], list[ExposureReport]]) -> None:
    """Whoever has the report on two scopes, one in the other, can't take them apart below steps of five."""
    wide, narrow = internals[()][0], internals[("example.org",)][0]
    found = gaps(*published_texts([wide, narrow]))
    assert found and all(gap % 5 == 0 for gap in found)


def test_scope_below_k_is_refused_whatever_it_is(internals: dict[tuple[str, ...], list[ExposureReport]]) -> None:
    for reports in internals.values():
        for one in reports[:3]:
            with pytest.raises(UsageError, match="at least"):
                published(one, one.figures.persons + 1)


def test_groups_are_ordered_by_their_rounded_counts(internals: dict[tuple[str, ...], list[ExposureReport]]) -> None:
    one = internals[()][0]
    close = replace(one.figures, by_log={"b": 22, "a": 21, "c": 18, "d": 4}, by_kind={"tls": 20, "smime": 22})
    found = published(replace(one, figures=close), K).figures
    assert list(found.by_log.items()) == [("a", 20), ("b", 20), ("c", 20), ("other", 5)]
    assert list(found.by_kind) == ["smime", "tls"]


def test_issuer_without_a_known_owner_is_not_named(internals: dict[tuple[str, ...], list[ExposureReport]]) -> None:
    """Somebody who signs certificates for themselves is the issuer by name."""
    one = internals[()][0]
    own = {**one.figures.by_issuer, "CN=Jane Roe": 40}
    found = published(replace(one, figures=replace(one.figures, by_issuer=own)), K)
    for form in ("json", "csv"):
        assert b"Jane Roe" not in rendered(found, form, "en")[0]
    assert b"Jane Roe" not in page(found)
    assert found.figures.by_issuer["other"] == 40
    assert len(found.figures.by_issuer) == len(one.figures.by_issuer) + 1
