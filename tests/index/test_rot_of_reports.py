"""Rot under a report of exposure: where its figures would differ from those before the damage, it says so."""

# ruff: noqa: S608 - statements contain table and column names of the schema

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec import Struct
from msgspec.structs import asdict
from support.cli import run
from support.population import fill, population
from support.rotting import PAGE, build, change, copy

from ctscan.errors import IndexFault
from ctscan.exposure.figures import figures
from ctscan.exposure.weights import parse_weights
from ctscan.index.open import open_index
from ctscan.index.sqlite.row_checks import CHECKED, WITHOUT_ROWID
from ctscan.model.exposure import ExposureQuestion
from ctscan.resources import data_text

NOW = datetime(2031, 6, 1, tzinfo=UTC)
EVERYTHING = ExposureQuestion(True, (), (), None, NOW)
WEIGHTS = parse_weights(data_text("exposure/weights.toml"))
DOMAIN = ExposureQuestion(False, ("example.org",), (), None, NOW)
READ = (
    "certificate", "issuer_name", "leaf", "sighting", "repository_sighting", "revocation", "finding", "trait",
    "lookup_key", "posting", "certificate_use", "certificate_host",
)  # fmt: skip
"""Tables that a report reads rows of here. Of `certificate_host` no total is kept: a lost row isn't noticed."""

FLIPS, FLIPS_LONG = 60, 3_000


@dataclass(frozen=True)
class Told:
    """Figures of a report, as comparable text, and the damage that it met; the fault where there are none."""

    figures: str
    damage: frozenset[str] = frozenset()
    fault: str = ""

    @property
    def states_damage(self) -> bool:
        return bool(self.damage) or bool(self.fault)


@dataclass(frozen=True)
class Rotting:
    """Index to be damaged, in octets, and its reports before."""

    octets: bytes
    path: Path
    before: tuple[Told, ...]

    def changed(self, *statements: str) -> tuple[Told, ...]:
        """Change a copy by hand, and ask it."""
        copy(self.octets, self.path)
        change(self.path, *statements)
        return reports(self.path)

    def columns(self, table: str) -> list[tuple[str, str]]:
        copy(self.octets, self.path)
        with closing(sqlite3.connect(self.path)) as connection:
            return [(row[1], row[2]) for row in connection.execute(f"PRAGMA table_info({table})")]


def told(path: Path, question: ExposureQuestion) -> Told:
    async def count() -> Told:
        async with await open_index(path, create=False, inline=True) as index:
            with index.noted_damage() as damage:
                await index.check_exposure(question)
                found = await index.exposure(question)
        made = asdict(figures(found, {}, WEIGHTS, NOW)) | {"hosts": found.hosts, "units": dict(found.units)}
        return Told(json.dumps(made, sort_keys=True, default=_shape), frozenset(damage))

    try:
        return asyncio.run(count())
    except IndexFault as fault:
        return Told("", fault=str(fault))


def _shape(value: object) -> object:
    return asdict(value) if isinstance(value, Struct) else sorted(value)  # type: ignore[call-overload]


def reports(path: Path) -> tuple[Told, ...]:
    return told(path, EVERYTHING), told(path, DOMAIN)


@pytest.fixture(scope="module")
def rotting(tmp_path_factory: pytest.TempPathFactory) -> Rotting:
    """Build an index of a scan and a search, with a population beside it."""
    folder = tmp_path_factory.mktemp("rot")
    path = folder / "ctscan.db"
    build(path)

    async def add() -> None:
        async with await open_index(path, create=False) as index:
            await fill(index, population(20))

    asyncio.run(add())
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = reports(path)
    assert not any(one.states_damage for one in before)
    assert len({one.figures for one in before}) == 2
    return Rotting(path.read_bytes(), folder / "copy.db", before)


BESIDE = {"sighting": ("by_log", "by_month_seen"), "revocation": ("standings",)}
"""Figures that may change with a lost row, as answers to look-ups may: another sighting of a certificate, and a
statement about its status."""


def misled(rotting: Rotting, after: tuple[Told, ...], beside: tuple[str, ...] = ()) -> list[int]:
    """List the reports that claim other figures than before without a word of damage."""
    pairs = enumerate(zip(rotting.before, after, strict=True))
    return [
        at for at, (one, other) in pairs if not other.states_damage and _without(one, beside) != _without(other, beside)
    ]


def _without(one: Told, names: tuple[str, ...]) -> dict[str, object]:
    return {name: value for name, value in json.loads(one.figures).items() if name not in names}


def changes(rotting: Rotting, table: str) -> Iterator[tuple[str, str]]:
    """Yield `(column, statement)`: another value of each checked column, in the first row and in all rows."""
    for column, kind in rotting.columns(table):
        if column == "crc" or (table in CHECKED and column not in CHECKED[table].split()):
            continue
        is_key = column in ("id", "key", "certificate") and kind == "INTEGER"
        if is_key or column in WITHOUT_ROWID.get(table, ()):
            value = f"{column} + 100000" if kind == "INTEGER" else f"{column} || '~'"
        elif kind == "INTEGER":
            value = f"CASE WHEN {column} IS NULL THEN 7 ELSE {column} + 4 END"
        elif kind == "BLOB":
            value = f"CASE WHEN {column} IS NULL THEN x'00' ELSE CAST('~' || substr({column}, 2) AS BLOB) END"
        else:
            value = f"coalesce('~' || substr({column}, 2), '~')"
        yield column, f"UPDATE OR REPLACE {table} SET {column} = {value}"


@pytest.mark.parametrize("table", READ)
def test_a_changed_value_misleads_no_report(rotting: Rotting, table: str) -> None:
    stated = 0
    for column, statement in changes(rotting, table):
        after = rotting.changed(statement)
        beside = BESIDE["revocation"] if (table, column) == ("revocation", "certificate") else ()
        assert misled(rotting, after, beside) == [], column
        stated += any(one.states_damage for one in after)
    assert stated


@pytest.mark.parametrize("table", [table for table in READ if table != "certificate_host"])
def test_a_lost_row_misleads_no_report(rotting: Rotting, table: str) -> None:
    key = {"posting": "key", "finding": "certificate", "revocation": "certificate"}.get(table, "rowid")
    for place in ("min", "max"):
        after = rotting.changed(f"DELETE FROM {table} WHERE {key} = (SELECT {place}({key}) FROM {table})")
        assert misled(rotting, after, BESIDE.get(table, ())) == []


def test_known_damage_is_stated_again(rotting: Rotting) -> None:
    after = rotting.changed("INSERT INTO damage (part, at) VALUES ('leaf', '2031-01-01T00:00:00+00:00')")
    assert [one.damage for one in after] == [{"leaf"}, {"leaf"}]


def flipped(rotting: Rotting, flips: int, seed: int) -> int:
    """Damage copies at random, assert that no report misleads, and return the number of those that state damage."""
    dice, stated = random.Random(seed), 0
    for number in range(flips):
        octets = bytearray(rotting.octets)
        at = dice.randrange(len(octets) // PAGE) * PAGE + dice.randrange(PAGE)
        octets[at : at + 8] = dice.randbytes(8)
        copy(bytes(octets), rotting.path)
        after = reports(rotting.path)
        assert misled(rotting, after) == [], f"flip {number} of seed {seed}"
        stated += any(one.states_damage for one in after)
    return stated


def test_damage_at_random_misleads_no_report(rotting: Rotting) -> None:
    assert flipped(rotting, FLIPS, seed=1) > FLIPS // 20


@pytest.mark.long
def test_damage_at_random_misleads_no_report_for_long(rotting: Rotting) -> None:
    assert flipped(rotting, FLIPS_LONG, seed=2) > FLIPS_LONG // 20


# --- the report itself --------------------------------------------------------------------------------------------


def test_a_report_says_the_damage_and_exits_4(tmp_path: Path, rotting: Rotting) -> None:
    copy(rotting.octets, tmp_path / "ctscan.db")
    whole = run("report", "--db", tmp_path / "ctscan.db")
    assert "remark.damaged" not in whole.stdout
    change(tmp_path / "ctscan.db", "UPDATE sighting SET timestamp = timestamp + 86400000000")
    result = run("report", "--db", tmp_path / "ctscan.db")
    assert result.exit_code == 4, result.stderr
    found = json.loads(result.stdout)
    assert found["complete"] is False
    (remark,) = (one for one in found["remarks"] if one["code"] == "remark.damaged")
    assert "sighting" in remark["text"]
    for form in ("csv", "html"):
        path = tmp_path / f"report.{form}"
        assert run("report", "--db", tmp_path / "ctscan.db", "-o", path).exit_code == 4
        assert "sighting" in path.read_text("utf-8") and "damaged" in path.read_text("utf-8")
