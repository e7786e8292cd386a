"""Long answers of `ctscan lookup`, which are printed while they are read."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import subprocess
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from support.cli import command, run
from support.many import DOMAIN, many

from ctscan.answer.lookup import answer
from ctscan.index.open import open_index
from ctscan.index.sqlite.row_checks import check_of
from ctscan.model import Answer, AnswerHeader
from ctscan.personal.identifiers import parse_identifier
from ctscan.views import json as shapes

NUMBER = 600  # a first page, two whole ones and a part
ASKED = f"@{DOMAIN}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("long")
    many(folder, NUMBER)
    return folder


@pytest.fixture
def db(folder: Path, tmp_path: Path) -> Path:
    """Copy the index; the copy has no trail yet."""
    return Path(shutil.copy(folder / "ctscan.db", tmp_path / "ctscan.db"))


def whole_answer(db: Path, printed: Any) -> Answer:
    """Answer as a whole, with the head of an answer that was printed."""

    async def work() -> Answer:
        head = AnswerHeader(
            printed["id"], datetime.fromisoformat(printed["at"]), printed["version"], printed["rules"], printed["who"]
        )
        async with await open_index(db, create=False) as index:
            given = await answer(index, parse_identifier(ASKED), now=head.at)
        headed = replace(given, header=head)
        return replace(headed, digest=shapes.answer_digest(headed))

    return asyncio.run(work())


def events(db: Path) -> list[Any]:
    result = run("audit", "show", "--db", db, "--format", "json")
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    return sorted((one for one in found if one["action"] == "lookup"), key=lambda one: one["id"])


def test_json_is_that_of_the_whole_answer(db: Path, tmp_path: Path) -> None:
    result = run("lookup", ASKED, "--db", db, "--format", "json")
    assert result.exit_code == 4, result.stderr  # the log of the index was read long ago
    printed = json.loads(result.stdout)
    given = whole_answer(db, printed)
    assert len(given.matches) == NUMBER
    assert result.stdout == shapes.to_json(shapes.answer(given)) + "\n"
    path = tmp_path / "answer.json"
    path.write_text(result.stdout, encoding="utf-8")
    proven = run("prove", "--answer", path, "--db", db, "--format", "json")
    (checked,) = json.loads(proven.stdout)
    assert (checked["file"]["state"], checked["trail"]["state"]) == ("holds", "holds")


def test_json_lines_and_an_array_of_several_are_those_of_whole_answers(db: Path) -> None:
    line = run("lookup", ASKED, "nobody@example.net", "--db", db, "--format", "jsonl").stdout.splitlines()
    assert [json.loads(one)["matches_found"] for one in line] == [NUMBER, 0]
    assert line[0] == shapes.to_json(shapes.answer(whole_answer(db, json.loads(line[0]))), indent=None)
    array = run("lookup", ASKED, "nobody@example.net", ASKED, "--db", db, "--format", "json").stdout
    printed = json.loads(array)
    assert [one["matches_found"] for one in printed] == [NUMBER, 0, NUMBER]
    first = shapes.to_json(shapes.answer(whole_answer(db, printed[0])))
    assert array.startswith(f"[\n{first},\n")


def test_the_verdict_stands_below_the_certificates(db: Path) -> None:
    result = run("lookup", ASKED, "--db", db)
    lines = result.stdout.splitlines()
    assert lines[:2] == [ASKED, "600 certificates follow; the verdict stands below them."]
    first, last = lines.index("Certificate 1 of 600"), lines.index("Certificate 600 of 600")
    (verdict,) = (number for number, line in enumerate(lines) if line.startswith("Found in 600 certificates"))
    assert 1 < first < last < verdict
    assert "may be incomplete" in lines[verdict]


def test_the_trail_knows_the_look_up_before_and_behind_it(db: Path) -> None:
    printed = json.loads(run("lookup", ASKED, "--db", db, "--format", "json").stdout)
    intended, done = events(db)
    assert (intended["state"], intended["verdict"], intended["answer"]) == ("intended", None, None)
    assert (done["state"], done["intent"], done["answer"]) == ("done", intended["id"], printed["id"])
    assert (done["answer_digest"], done["verdict"]) == (printed["digest"], "incomplete, found")
    assert intended["digest"] == done["digest"]


def test_damage_behind_the_first_page_ends_in_a_verdict_that_is_not_complete(db: Path) -> None:
    with closing(sqlite3.connect(db)) as connection:
        connection.execute("UPDATE finding SET value = 'x' WHERE value = 'member0@many.example.org'")
        connection.commit()
    result = run("lookup", ASKED, "--db", db, "--format", "json")
    printed = json.loads(result.stdout)
    assert (result.exit_code, printed["complete"], len(printed["matches"])) == (4, False, NUMBER)
    assert printed["remark_codes"][0] == {"code": "remark.damaged", "params": {"parts": "finding"}}
    assert events(db)[-1]["verdict"] == "incomplete, damaged"


def test_an_index_that_cant_be_read_any_further_breaks_the_answer_off(db: Path) -> None:
    with closing(sqlite3.connect(db)) as connection:  # a kind that no version writes, behind the first page
        connection.execute("PRAGMA ignore_check_constraints = ON")
        id, certificate, sha256 = connection.execute(
            "SELECT id, certificate, sha256 FROM leaf WHERE certificate ="
            " (SELECT certificate FROM finding WHERE value = 'member0@many.example.org')"
        ).fetchone()
        check = check_of(id, certificate, "none", sha256)
        connection.execute("UPDATE leaf SET kind = 'none', crc = ? WHERE id = ?", (check, id))
        connection.commit()
    result = run("lookup", ASKED, "--db", db)
    assert result.exit_code == 1
    assert "Broken off behind" in result.stdout and "not a complete answer" in result.stdout
    assert "Found in" not in result.stdout
    assert "not complete" in result.stderr
    intended, failed = events(db)
    assert (failed["state"], failed["intent"], failed["verdict"]) == ("failed", intended["id"], None)


def test_a_reader_that_goes_away_ends_the_look_up_quietly(db: Path) -> None:
    with subprocess.Popen(
        command("lookup", ASKED, "--db", db), stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=db.parent
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.readline().decode().strip() == ASKED
        process.stdout.close()
        complaint = process.stderr.read()
    assert (process.returncode, complaint) == (1, b"")
    intended, failed = events(db)
    assert (failed["state"], failed["intent"]) == ("failed", intended["id"])


def test_csv_comes_whole(db: Path) -> None:
    result = run("lookup", ASKED, "--db", db, "--format", "csv")
    assert len(result.stdout.splitlines()) == 1 + NUMBER
    assert [one["state"] for one in events(db)] == ["done"]


def test_a_limit_shows_its_certificates_and_reads_the_rest(db: Path) -> None:
    result = run("lookup", ASKED, "--db", db, "--limit", "3", "--format", "json")
    printed = json.loads(result.stdout)
    assert (printed["matches_found"], len(printed["matches"]), printed["selection"]["limit"]) == (NUMBER, 3, 3)
    shown = run("lookup", ASKED, "--db", db, "--limit", "3").stdout
    assert shown.index("Certificate 3 of 600") < shown.index("Found in 600 certificates")
    assert "3 of 600" in shown
