"""`ctscan prove --answer`: a change of a saved answer, of the index or of the trail is noticed, and named."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from support.certs import EMAIL_PROTECTION, make_certificate, make_precert
from support.cli import error_line, run
from support.logs import LogBuilder

from ctscan.index.sqlite import row_checks
from ctscan.model.message import Message
from ctscan.views.json import digest
from ctscan.views.json.document import sentences_in
from ctscan.views.text import texts

JANE = "jane@example.org"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Index a log with two people, and save answers about one of them and about nobody."""
    folder = tmp_path_factory.mktemp("answers")
    log = LogBuilder("Example log")
    jane = [("GN", "Jane"), ("SN", "Roe"), ("CN", "Jane Roe")]
    log.add_certificate(make_certificate(jane, [("email", JANE)], eku=(EMAIL_PROTECTION,), serial=7))
    precert = make_precert([("CN", JANE)], [("email", JANE)], serial=8)
    log.add_precert(precert.tbs, b"k" * 32, precert.submitted)
    log.fill(20)
    log.write_static_tree(folder / "log")
    scan = ("scan", "--db", folder / "ctscan.db", "--log", (folder / "log").as_uri(), "--from", "start", "--everything")
    assert run(*scan).exit_code == 0
    for name, asked in (("one.json", [JANE]), ("both.json", [JANE, "nobody@example.org"])):
        found = run("lookup", *asked, "--db", folder / "ctscan.db", "--purpose", "a request", "--format", "json")
        (folder / name).write_text(found.stdout, encoding="utf-8")
    return folder


def copied(folder: Path, tmp_path: Path) -> Path:
    """Copy index, trail and key, to change them; return the path of the index."""
    for path in filter(Path.is_file, folder.glob("ctscan.db*")):
        shutil.copyfile(path, tmp_path / path.name)
        (tmp_path / path.name).chmod(0o600)
    return tmp_path / "ctscan.db"


def changed(path: Path, *statements: str) -> None:
    with sqlite3.connect(path) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")  # whoever changes rows by hand can do that, too
        if not path.name.endswith(".audit"):
            row_checks.register(connection)
            row_checks.make_triggers(connection)
        for statement in statements:
            assert connection.execute(statement).rowcount
    connection.close()


def proven(db: Path, given: Any, code: int, tmp_path: Path) -> Any:
    """Prove an answer, and return the shape of its checks."""
    path = tmp_path / "given.json"
    path.write_text(json.dumps(given), encoding="utf-8")
    result = run("prove", "--answer", path, "--db", db, "--format", "json")
    assert result.exit_code == code, result.stdout + result.stderr
    (found,) = json.loads(result.stdout)
    return found


@pytest.fixture
def saved(folder: Path) -> Any:
    return json.loads((folder / "one.json").read_text("utf-8"))


# --- nothing was changed ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["array", "lines", "stdin", "ascii", "other order"])
def test_saved_answers_hold(folder: Path, tmp_path: Path, form: str) -> None:
    answers = json.loads((folder / "both.json").read_text("utf-8"))
    text = {
        "array": json.dumps(answers, indent=1, ensure_ascii=False),
        "lines": "\n".join(json.dumps(answer) for answer in answers) + "\n",
        "stdin": json.dumps(answers),
        "ascii": json.dumps(answers, ensure_ascii=True),
        "other order": json.dumps(answers, sort_keys=True, indent=3).replace('"score": 1.0', '"score": 1'),
    }[form]
    path = tmp_path / "answers.json"
    path.write_text(text, encoding="utf-8")
    given = "-" if form == "stdin" else path
    result = run("prove", "--answer", given, "--db", folder / "ctscan.db", stdin=text if form == "stdin" else "")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert [line.strip() for line in lines if line.startswith("  ")] == [
        "file: holds",
        "index: holds",
        "trail: holds",
    ] * 2
    assert lines[0].startswith(f"Answer 1: {answers[0]['id']}, ")


def test_a_single_answer_and_json(folder: Path, tmp_path: Path, saved: Any) -> None:
    found = proven(folder / "ctscan.db", saved, 0, tmp_path)
    assert (found["answer"], found["id"], found["digest"], found["holds"]) == (1, saved["id"], saved["digest"], True)
    assert {found[part]["state"] for part in ("file", "index", "trail")} == {"holds"}


def test_each_answer_is_a_document_of_its_own(folder: Path) -> None:
    answers = json.loads((folder / "both.json").read_text("utf-8"))
    assert len({answer["id"] for answer in answers}) == len({answer["digest"] for answer in answers}) == 2
    result = run("lookup", JANE, "nobody@example.org", "--db", folder / "ctscan.db", "--format", "jsonl")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [digest(line) for line in lines] == [line["digest"] for line in lines]


# --- the file was changed -----------------------------------------------------------------------------------------


def leaves(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inside = list(value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ())
    if not inside:
        yield at
    for key, inner in inside:
        yield from leaves(inner, (*at, key))


def with_other(shape: Any, path: tuple[Any, ...]) -> tuple[Any, bool]:
    """Copy JSON with another value at a path; return it, and whether the path leads through a sentence."""
    copy = json.loads(json.dumps(shape))
    inner, is_sentence = copy, False
    for key in path[:-1]:
        is_sentence |= isinstance(inner, dict) and key in sentences_in(inner)
        inner = inner[key]
    is_sentence |= isinstance(inner, dict) and path[-1] in sentences_in(inner)
    value = inner[path[-1]]
    if isinstance(value, bool):
        inner[path[-1]] = not value
    elif isinstance(value, int | float):
        inner[path[-1]] = value + 1
    elif isinstance(value, str) and value:
        inner[path[-1]] = ("0" if value[0] != "0" else "1") + value[1:]
    else:
        inner[path[-1]] = "more" if is_sentence else ["more"] if value == [] else {"more": 1} if value == {} else value
    return copy, is_sentence


def test_a_change_of_any_field_is_caught_by_the_digest_and_by_the_trail(saved: Any) -> None:
    """The reader of the file is asked directly: the command would take long for hundreds of files."""
    from ctscan.answer.saved_answer_check import check_file, check_trail
    from ctscan.errors import InputError
    from ctscan.model import AuditAction, AuditEvent, AuditState
    from ctscan.views.json.saved_answer import saved_answers

    def read(given: Any) -> Any:
        (found,) = saved_answers(json.dumps(given).encode(), "given")
        return found

    whole = read(saved)
    event = AuditEvent(
        1, whole.at, whole.who, AuditAction.LOOKUP, AuditState.DONE, "a request", "", "email", b"", whole.id,
        whole.computed, "complete, found",
    )  # fmt: skip
    assert (check_file(whole, whole.version).problems, check_trail(whole, event).problems) == ((), ())
    tried = 0
    for path in leaves(saved):
        other, is_sentence = with_other(saved, path)
        if other == saved or path == ("digest",):
            continue
        tried += 1
        try:
            found = read(other)
        except InputError:
            continue  # said to be no answer
        assert check_file(found, whole.version).problems, path
        other["digest"] = digest(other)  # whoever changes a file can do that, too
        again = read(other)
        caught = check_file(again, whole.version).problems if is_sentence else check_trail(again, event).problems
        assert caught, path
    assert tried > 60


def test_a_changed_file_is_said_to_be_changed(folder: Path, tmp_path: Path, saved: Any) -> None:
    found = proven(folder / "ctscan.db", saved | {"complete": False}, 1, tmp_path)
    assert [found[part]["state"] for part in ("file", "index", "trail")] == ["fails", "holds", "fails"]
    assert "the file was changed" in found["file"]["problems"][0]
    assert found["trail"]["problem_codes"] == [
        {"code": "check.other-digest", "params": {}},
        {"code": "check.other-head", "params": {"field": "complete"}},
    ]
    other = saved | {"who": "somebody"}
    found = proven(folder / "ctscan.db", other | {"digest": digest(other)}, 1, tmp_path)
    assert [found[part]["state"] for part in ("file", "index", "trail")] == ["holds", "holds", "fails"]


def test_a_changed_sentence_is_a_change_of_this_version_and_a_note_of_another(
    folder: Path, tmp_path: Path, saved: Any
) -> None:
    saved["matches"][0]["findings"][0]["why"] = "because"
    found = proven(folder / "ctscan.db", saved, 1, tmp_path)
    assert found["file"]["problem_codes"] == [{"code": "check.reworded", "params": {"count": 1}}]
    assert found["trail"]["state"] == "holds"
    older = saved | {"version": "0.0.1"}
    found = proven(folder / "ctscan.db", older | {"digest": digest(older)}, 1, tmp_path)
    assert [one["code"] for one in found["file"]["note_codes"]] == ["check.reworded-since"]
    assert (found["file"]["state"], found["trail"]["state"]) == ("holds", "fails")


def test_an_answer_without_head_is_said_to_have_none(folder: Path, tmp_path: Path, saved: Any) -> None:
    old = {key: value for key, value in saved.items() if key not in ("id", "digest", "basis", "at", "who")}
    found = proven(folder / "ctscan.db", old, 1, tmp_path)
    assert [one["code"] for one in found["file"]["problem_codes"]] == ["check.no-digest"]
    assert [one["code"] for one in found["trail"]["problem_codes"]] == ["check.no-id"]
    assert found["index"]["state"] == "holds"


# --- the trail was changed ----------------------------------------------------------------------------------------


def test_a_deleted_event_is_said(folder: Path, tmp_path: Path, saved: Any) -> None:
    db = copied(folder, tmp_path)
    changed(tmp_path / "ctscan.db.audit", "DELETE FROM event WHERE action = 'lookup'")
    found = proven(db, saved, 1, tmp_path)
    assert [found[part]["state"] for part in ("file", "index", "trail")] == ["holds", "holds", "fails"]
    assert [one["code"] for one in found["trail"]["problem_codes"]] == ["check.no-event"]


def test_a_missing_trail_is_said(folder: Path, tmp_path: Path, saved: Any) -> None:
    db = copied(folder, tmp_path)
    for path in tmp_path.glob("*.audit*"):
        path.unlink()
    assert [one["code"] for one in proven(db, saved, 1, tmp_path)["trail"]["problem_codes"]] == ["check.no-trail"]


def test_an_answer_that_met_damage_is_what_the_trail_records(folder: Path, tmp_path: Path) -> None:
    db = copied(folder, tmp_path)
    with closing(sqlite3.connect(db, isolation_level=None)) as connection:
        connection.execute("UPDATE certificate SET not_after = not_before")
    given = json.loads(run("lookup", JANE, "--db", db, "--purpose", "a request", "--format", "json").stdout)
    assert "remark.damaged" in [remark["code"] for remark in given["remark_codes"]]
    assert proven(db, given, 1, tmp_path)["trail"]["state"] == "holds"  # the index alone doesn't


def test_an_answer_of_a_trail_that_is_lost_is_not_called_false(folder: Path, tmp_path: Path, saved: Any) -> None:
    db = copied(folder, tmp_path)
    for path in tmp_path.glob("*.audit*"):
        path.unlink()
    assert run("audit", "begin", "--reason", "disk lost", "--db", db).exit_code == 0
    trail = proven(db, saved, 4, tmp_path)["trail"]
    assert (trail["state"], [one["code"] for one in trail["open_codes"]]) == ("open", ["check.trail-begun-since"])


@pytest.mark.parametrize(
    ("statement", "field"),
    [
        ("UPDATE event SET who = 'somebody'", "who"),
        ("UPDATE event SET at = '2001-01-01T00:00:00.000Z'", "at"),
        ("UPDATE event SET verdict = 'incomplete, found'", "complete"),
        ("UPDATE event SET purpose = 'another'", "purpose"),
    ],
)
def test_another_event_is_said(folder: Path, tmp_path: Path, saved: Any, statement: str, field: str) -> None:
    db = copied(folder, tmp_path)
    changed(tmp_path / "ctscan.db.audit", f"{statement} WHERE answer = '{saved['id']}'")
    found = proven(db, saved, 1, tmp_path)
    assert found["trail"]["problem_codes"] == [{"code": "check.other-head", "params": {"field": field}}]


# --- the index was changed ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statements", "code"),
    [
        (("DELETE FROM certificate WHERE serial = '7'",), "check.certificate-missing"),
        (("UPDATE certificate SET not_after = not_before",), "check.certificate-differs"),
        (("UPDATE finding SET value = 'John' WHERE value = 'Jane'",), "check.findings-missing"),
        (("DELETE FROM sighting WHERE entry_index = 0",), "check.sighting-missing"),
        (("UPDATE sighting SET paths = NULL",), "check.sighting-unproven"),
        (("UPDATE tree_head SET signature = x''",), "check.sighting-unproven"),
        (("DELETE FROM coverage",), "check.range-missing"),
        (("UPDATE coverage SET range_end = 5",), "check.index-fault"),
        (("UPDATE tree_head SET size = 3",), "check.head-smaller"),
        (("UPDATE basis SET revision = 9",), "check.basis-missing"),
    ],
)
def test_a_changed_index_is_said(
    folder: Path, tmp_path: Path, saved: Any, statements: tuple[str, ...], code: str
) -> None:
    db = copied(folder, tmp_path)
    changed(db, *statements)
    found = proven(db, saved, 1, tmp_path)
    assert (found["file"]["state"], found["trail"]["state"]) == ("holds", "holds")
    assert code in [one["code"] for one in found["index"]["problem_codes"]]


def test_rot_is_said(folder: Path, tmp_path: Path, saved: Any) -> None:
    db = copied(folder, tmp_path)
    with sqlite3.connect(db) as connection:
        assert connection.execute("UPDATE certificate SET serial = '9' WHERE serial = '7'").rowcount
    connection.close()
    codes = [one["code"] for one in proven(db, saved, 1, tmp_path)["index"]["problem_codes"]]
    assert "check.damaged" in codes


def test_an_index_that_moved_on_leaves_checks_open(folder: Path, tmp_path: Path, saved: Any) -> None:
    db = copied(folder, tmp_path)
    changed(db, "UPDATE coverage SET scope = 'domain:example.org'")
    found = proven(db, saved, 4, tmp_path)
    assert [one["code"] for one in found["index"]["open_codes"]] == ["check.range-of-other-search"]
    older = saved | {"rules": "0123456789ab"}
    changed(db, "DELETE FROM finding WHERE value = 'Jane'")
    found = proven(db, older, 1, tmp_path)  # the digest doesn't fit
    assert "check.findings-of-other-rules" in [one["code"] for one in found["index"]["open_codes"]]


def test_certificates_that_came_since_are_no_fault(folder: Path, tmp_path: Path) -> None:
    db, path = copied(folder, tmp_path), tmp_path / "new.der"
    answer = json.loads(run("lookup", "Mary Major", "--db", db, "--format", "json").stdout)
    path.write_bytes(make_certificate([("GN", "Mary"), ("SN", "Major"), ("CN", "Mary Major")], serial=9))
    assert run("import", path, "--everything", "--db", db).exit_code == 0
    found = proven(db, answer, 0, tmp_path)
    assert found["index"]["note_codes"] == [{"code": "check.new-certificates", "params": {"count": 1}}]


# --- other files --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "something else at line 1"),
        (b"[]", "got an empty array"),
        (b"{}", "answer 1: identifier: expected an object, got nothing"),
        (b"3", "answer 1: expected an object, got an integer"),
        (b"\xff\xfe{}", "text that isn't UTF-8"),
        (b'{"a": 1, "a": 2}', "the same field twice"),
        (b'{"a": NaN}', "a number that is not finite"),
        (b'{"a": 1e999}', "a number that is not finite"),
        (b'{"a": ' + b"9" * 5000 + b"}", "a number that is too long"),
        (b"[" * 100_000, "nested too deep"),
        (b"[" * 600 + b"]" * 600, "expected an object, got a list"),
        (b'{"x":' * 600 + b"1" + b"}" * 600, ""),
        (b'{"identifier": {}}\n{"identifier": [}\n', "something else at line 1"),
    ],
)
def test_other_files_are_refused_in_a_line(folder: Path, tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "given.json"
    path.write_bytes(content)
    result = run("prove", "--answer", path, "--db", folder / "ctscan.db")
    assert result.exit_code == 1
    line = error_line(result)
    assert line.startswith(f"ctscan: {path}") and words in line


VALUES = [None, True, 3, -1, 1.5, "x", "\ud800", [], [None], {}, 2**70]
TURNS = 4


@pytest.mark.parametrize(
    ("value", "turn"),
    [
        pytest.param(value, turn, marks=[] if number % TURNS == turn else [pytest.mark.long])
        for number, value in enumerate(VALUES)
        for turn in range(TURNS)
    ],
)
def test_no_value_at_any_place_ends_in_a_traceback(folder: Path, saved: Any, value: Any, turn: int) -> None:
    """Every field of an answer, and every object and list in it, takes every kind of value; `make test` tries each
    value in one field of four, and each field with some of them."""
    from ctscan.answer.saved_answer_check import check_file
    from ctscan.errors import InputError
    from ctscan.views.json.saved_answer import saved_answers

    def places(shape: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
        for key, inner in list(shape.items() if isinstance(shape, dict) else enumerate(shape)):
            yield (*at, key)
            if isinstance(inner, dict | list):
                yield from places(inner, (*at, key))

    text = json.dumps(saved)
    for place in list(places(saved))[turn::TURNS]:
        copy = json.loads(text)
        inner = copy
        for key in place[:-1]:
            inner = inner[key]
        inner[place[-1]] = value
        try:
            (found,) = saved_answers(json.dumps(copy).encode(), "given")
            check_file(found, "0.1.0")
        except InputError as error:
            assert "\n" not in str(error)


def test_a_missing_file_and_other_arguments(folder: Path, tmp_path: Path) -> None:
    result = run("prove", "--answer", tmp_path / "none.json", "--db", folder / "ctscan.db")
    assert (result.exit_code, "can't be read" in error_line(result)) == (1, True)
    for others in (("--all",), (JANE,)):
        result = run("prove", "--answer", folder / "one.json", *others, "--db", folder / "ctscan.db")
        assert (result.exit_code, "one of the three" in error_line(result)) == (2, True)


def test_an_identifier_that_is_no_unicode_is_answered(folder: Path) -> None:
    result = run("lookup", "name:Jane Ro\udcff", "--db", folder / "ctscan.db", "--format", "json")
    found = json.loads(result.stdout)
    assert (found["identifier"]["value"], digest(found)) == ("name:Jane Ro\ufffd", found["digest"])


def test_sentences_of_checks_name_no_person() -> None:
    english = texts("en")
    for code in (code for code in english.sentences if code.startswith("check.")):
        assert "value" not in english(Message(code))
