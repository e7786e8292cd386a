"""The trail as a transparency log: each kind of change to each column is found, and one event proven."""

# ruff: noqa: S608 - statements of the tests' own

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from support.certs import EMAIL_PROTECTION, make_certificate
from support.cli import error_line, run
from support.logs import LogBuilder

from ctscan.app.audit_signing import signer_of
from ctscan.app.head_destinations import read_notes
from ctscan.model import CompactRange
from ctscan.model.audit_leaf import audit_leaf, audit_leaf_hash
from ctscan.model.audit_log import LogIdentity
from ctscan.privacy.key_file import load_key

JANE = "jane.roe@example.org"
EVENTS = 7  # two scans with a beginning and an end, and three look-ups


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Write a log with a certificate of Jane Roe."""
    builder = LogBuilder("Example log")
    builder.fill(3)
    subject = [("CN", "Jane Roe")]
    builder.add_certificate(make_certificate(subject, [("email", JANE)], eku=(EMAIL_PROTECTION,), serial=0xABC0))
    directory = tmp_path_factory.mktemp("log")
    builder.write_static_tree(directory)
    return directory.as_uri()


def scan(db: Path, log: str) -> None:
    done = run("scan", "--db", db, "--log", log, "--from", "start", "--everything", "--purpose", "a test")
    assert done.exit_code == 0, done.stderr


@pytest.fixture(scope="module")
def recorded(log: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Scan and look up, and return the folder of index, trail and key, to be copied."""
    folder = tmp_path_factory.mktemp("recorded")
    scan(folder / "ctscan.db", log)
    for number in range(3):
        assert run("lookup", JANE, "--db", folder / "ctscan.db", "--case", f"2026-{number}").exit_code == 0
    scan(folder / "ctscan.db", log)
    with closing(sqlite3.connect(folder / "ctscan.db.audit")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder


@pytest.fixture
def db(recorded: Path, tmp_path: Path) -> Path:
    """Copy index, trail and key for a test alone."""
    shutil.copytree(recorded, tmp_path / "index")
    return tmp_path / "index" / "ctscan.db"


def trail_of(db: Path) -> Path:
    return db.with_name("ctscan.db.audit")


def changed(db: Path, *statements: str) -> None:
    """Change a trail by hand, without its triggers: as somebody who can write to the file does."""
    with closing(sqlite3.connect(trail_of(db), isolation_level=None)) as connection:
        triggers = [row[0] for row in connection.execute("SELECT sql FROM sqlite_schema WHERE type = 'trigger'")]
        for name in re.findall(r"TRIGGER (\w+)", " ".join(triggers)):
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
        for trigger in triggers:
            connection.execute(trigger)


def verified(db: Path, *options: str | Path) -> tuple[int, dict[str, Any]]:
    done = run("audit", "verify", "--db", db, "--format", "json", *options)
    return done.exit_code, json.loads(done.stdout)


def problems(report: dict[str, Any]) -> list[tuple[int, str]]:
    return [(one["event"], one["problem_code"]) for one in report["problems"]]


def test_a_log_that_nobody_touched_holds(db: Path) -> None:
    code, report = verified(db)
    assert (code, report["events"], report["signed"], report["first_bad"]) == (0, EVENTS, EVENTS, None)
    assert report["problems"] == report["notes"] == []
    shown = run("audit", "verify", "--db", db)
    assert shown.exit_code == 0 and shown.stdout.startswith("The audit log holds.")


TAMPERED: dict[str, tuple[str, int, str]] = {
    # column: change of it, the first bad event, its code
    "event.id": ("UPDATE event SET id = 99 WHERE id = 3", 3, "audit.missing"),
    "event.at": ("UPDATE event SET at = '2026-01-01T00:00:00.000000+00:00' WHERE id = 3", 3, "audit.changed"),
    "event.who": ("UPDATE event SET who = 'nobody' WHERE id = 3", 3, "audit.changed"),
    "event.action": ("UPDATE event SET action = 'no action' WHERE id = 3", 3, "audit.changed"),
    "event.state": ("UPDATE event SET state = 'failed' WHERE id = 3", 3, "audit.changed"),
    "event.purpose": ("UPDATE event SET purpose = CAST(x'ff' AS TEXT) WHERE id = 3", 3, "audit.changed"),
    "event.case_number": ("UPDATE event SET case_number = '' WHERE id = 3", 3, "audit.changed"),
    "event.kind": ("UPDATE event SET kind = 'name' WHERE id = 3", 3, "audit.changed"),
    "event.digest": ("UPDATE event SET digest = zeroblob(32) WHERE id = 3", 3, "audit.changed"),
    "event.answer": ("UPDATE event SET answer = '' WHERE id = 3", 3, "audit.changed"),
    "event.answer_digest": ("UPDATE event SET answer_digest = '' WHERE id = 3", 3, "audit.changed"),
    "event.verdict": ("UPDATE event SET verdict = '' WHERE id = 3", 3, "audit.changed"),
    "event.detail": ("UPDATE event SET detail = '1' WHERE id = 3", 3, "audit.changed"),
    "event.intent": ("UPDATE event SET intent = 9007199254740993 WHERE id = 3", 3, "audit.changed"),
    "event.nonce": ("UPDATE event SET nonce = randomblob(16) WHERE id = 3", 3, "audit.changed"),
    "leaf.position": ("UPDATE leaf SET position = 99 WHERE position = 2", 3, "audit.leaf-missing"),
    "leaf.hash": ("UPDATE leaf SET hash = randomblob(32) WHERE position = 2", 3, "audit.changed"),
    "head.size": ("UPDATE head SET size = 99 WHERE size = 7", 7, "audit.unsigned"),
    "head.root": ("UPDATE head SET root = randomblob(32) WHERE size = 3", 3, "audit.root-differs"),
    "head.signature": ("UPDATE head SET signature = randomblob(64) WHERE size = 3", 3, "audit.signature-wrong"),
    "edge.one": ("DELETE FROM edge", 8, "audit.edge-differs"),
    "edge.size": ("UPDATE edge SET size = 6", 8, "audit.edge-differs"),
    "edge.roots": ("UPDATE edge SET roots = randomblob(96)", 8, "audit.edge-differs"),
    "identity.older": ("UPDATE identity SET older = 2", 1, "audit.signature-wrong"),
    "identity.vkey": ("UPDATE identity SET vkey = 'none'", 1, "audit.other-key"),
    "digest_key.key_id": ("UPDATE digest_key SET key_id = randomblob(16)", 1, "audit.other-key"),
}
HARMLESS = {
    "identity.one": "there is one row",
    "identity.id": "another id is an error: it is the trail of another index",
    "forgetting.event": "empty outside of a transaction; the rows alone delete nothing",
    "digest_key.number": "there is one row",
    "digest_key.since": "said nowhere",
    "migration.number": "another version of the tables is an error",
    "migration.name": "said nowhere",
    "migration.applied": "said nowhere",
}
MORE_CHANGES: dict[str, tuple[str, int, str]] = {
    "event deleted": ("DELETE FROM event WHERE id = 3", 3, "audit.missing"),
    "newest event deleted": ("DELETE FROM event WHERE id = 7", 7, "audit.missing"),
    "event added": ("INSERT INTO event SELECT 8, at, who, action, state, '', '', '', x'', '', '', '', '', NULL, nonce"
                    " FROM event WHERE id = 1", 8, "audit.unlogged"),
    "leaf deleted": ("DELETE FROM leaf WHERE position = 2", 3, "audit.leaf-missing"),
    "newest leaf deleted": ("DELETE FROM leaf WHERE position = 6", 7, "audit.unlogged"),
    "first leaf moved": ("UPDATE leaf SET position = -1 WHERE position = 0", 1, "audit.leaf-missing"),
    "leaf cut": ("UPDATE leaf SET hash = x'00' WHERE position = 2", 3, "audit.leaf-malformed"),
    "newest head deleted": ("DELETE FROM head WHERE size = 7", 7, "audit.unsigned"),
    "all heads deleted": ("DELETE FROM head", 1, "audit.unsigned"),
    "signature cut": ("UPDATE head SET signature = x'00' WHERE size = 3", 3, "audit.signature-wrong"),
    "root cut": ("UPDATE head SET root = x'00' WHERE size = 7", 7, "audit.root-differs"),
}  # fmt: skip


@pytest.mark.parametrize("change", [*TAMPERED, *MORE_CHANGES])
def test_each_kind_of_change_to_each_column_is_found(db: Path, change: str) -> None:
    statement, event, problem = (TAMPERED | MORE_CHANGES)[change]
    changed(db, statement)
    code, report = verified(db)
    assert (code, report["first_bad"]) == (1, event), report
    assert (event, problem) in problems(report), report
    shown = run("audit", "verify", "--db", db)
    assert shown.exit_code == 1 and f"event {event} is the first that is wrong" in " ".join(shown.stdout.split())


def test_the_table_of_changes_has_every_column_of_a_trail(db: Path) -> None:
    with closing(sqlite3.connect(trail_of(db))) as connection:
        columns = connection.execute(
            "SELECT t.name || '.' || c.name FROM pragma_table_list AS t, pragma_table_info(t.name) AS c"
            " WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'"
        ).fetchall()
    assert {column for (column,) in columns} == TAMPERED.keys() | HARMLESS.keys()


def test_events_that_changed_places_are_found(db: Path) -> None:
    changed(
        db,
        "UPDATE event SET id = 77 WHERE id = 3",
        "UPDATE event SET id = 3 WHERE id = 4",
        "UPDATE event SET id = 4 WHERE id = 77",
    )
    assert problems(verified(db)[1]) == [(3, "audit.changed"), (4, "audit.changed")]
    changed(
        db,
        "UPDATE leaf SET position = 77 WHERE position = 2",
        "UPDATE leaf SET position = 2 WHERE position = 3",
        "UPDATE leaf SET position = 3 WHERE position = 77",
    )
    code, report = verified(db)
    assert (code, report["first_bad"]) == (1, 3)  # their numbers stand in the leaves, and heads cover their order
    assert {(3, "audit.changed"), (3, "audit.root-differs")} <= set(problems(report))


def test_a_log_without_any_trace_of_signatures_is_no_log_that_holds(db: Path) -> None:
    changed(db, "DELETE FROM head", "UPDATE identity SET vkey = ''", "UPDATE event SET who = 'nobody' WHERE id = 3")
    rebuilt(db, key=None)
    assert problems(verified(db)[1]) == [(1, "audit.unsigned")]
    db.with_name("ctscan.db.key").unlink()
    assert problems(verified(db)[1]) == [(1, "audit.unsigned")]


def test_a_trail_of_another_index_is_no_log_of_this_one(db: Path) -> None:
    changed(db, "UPDATE identity SET id = randomblob(16)")
    assert "another audit trail" in error_line(run("audit", "verify", "--db", db))


# --- somebody who makes the log anew ------------------------------------------------------------------------------


def rebuilt(db: Path, *, key: Path | None) -> None:
    """Make leaves, edge and heads anew from the events that are there; heads are signed where the key is at hand."""
    with closing(sqlite3.connect(trail_of(db), isolation_level=None)) as connection:
        rows = connection.execute("SELECT * FROM event ORDER BY id").fetchall()
        id, older = connection.execute("SELECT id, older FROM identity").fetchone()
    signer = signer_of(load_key(key), LogIdentity(id, older)) if key else None
    edge = CompactRange(0, ())
    statements = ["DELETE FROM leaf", "DELETE FROM head"]
    for number, (*values, nonce) in enumerate(rows):
        hashed = audit_leaf_hash(audit_leaf(values, nonce))
        edge = edge.append([hashed])
        statements.append(f"INSERT INTO leaf VALUES ({number}, x'{hashed.hex()}')")
        if signer:
            signature = signer.sign(edge.size, edge.root()).hex()
            statements.append(f"INSERT INTO head VALUES ({edge.size}, x'{edge.root().hex()}', x'{signature}')")
    changed(db, *statements, f"UPDATE edge SET size = {edge.size}, roots = x'{b''.join(edge.roots).hex()}'")


@pytest.fixture
def heads(db: Path, tmp_path: Path) -> Path:
    """Keep the heads of the log outside, as `heads_to` does."""
    lines = run("audit", "export", "--db", db).stdout.splitlines()
    notes = [json.loads(line)["head"] for line in lines if '"head"' in line]
    (tmp_path / "heads").write_text("\n".join([*notes, ""]), encoding="utf-8")
    return tmp_path / "heads"


def test_a_log_holds_against_its_own_heads_outside(db: Path, heads: Path) -> None:
    code, report = verified(db, "--head", heads)
    assert (code, report["outside"]) == (0, EVENTS)


@pytest.mark.parametrize("has_key", [True, False])
def test_a_log_made_anew_differs_from_a_head_outside(db: Path, heads: Path, has_key: bool) -> None:
    """With the key the new log is sound by itself; only a head that was out of reach shows the change."""
    changed(db, "UPDATE event SET who = 'nobody' WHERE id = 3")
    rebuilt(db, key=db.with_name("ctscan.db.key") if has_key else None)
    assert verified(db)[0] == (0 if has_key else 1)
    code, report = verified(db, "--head", heads)
    assert code == 1 and (3, "audit.outside-differs") in problems(report)


def test_an_event_taken_out_of_a_log_made_anew_is_found_by_a_head_outside(db: Path, heads: Path) -> None:
    changed(db, "DELETE FROM event WHERE id = 4", *(f"UPDATE event SET id = {n - 1} WHERE id = {n}" for n in (5, 6, 7)))
    rebuilt(db, key=db.with_name("ctscan.db.key"))
    code, report = verified(db, "--head", heads)
    assert code == 1 and report["first_bad"] == 4


def test_a_log_cut_off_is_found_by_a_head_outside_and_by_the_scans_of_the_index(db: Path, heads: Path) -> None:
    changed(db, "DELETE FROM event WHERE id > 5")
    rebuilt(db, key=db.with_name("ctscan.db.key"))
    assert problems(verified(db)[1]) == [(6, "audit.fewer-runs")]
    code, report = verified(db, "--head", heads)
    assert (code, problems(report)) == (1, [(6, "audit.outside-rolled-back"), (6, "audit.fewer-runs")])
    assert report["problems"][0]["problem_params"] == {"signed": EVENTS, "size": 5, "where": str(heads)}


def test_an_older_copy_that_was_put_back_is_found(db: Path, log: str, tmp_path: Path) -> None:
    shutil.copy(trail_of(db), tmp_path / "old")
    heads_to = {"CTSCAN_AUDIT_HEADS_TO": str(tmp_path / "outside")}
    assert run("lookup", JANE, "--db", db, env=heads_to).exit_code == 0
    scan(db, log)
    assert verified(db, "--head", tmp_path / "outside")[0] == 0
    for suffix in ("-wal", "-shm"):
        trail_of(db).with_name(f"ctscan.db.audit{suffix}").unlink(missing_ok=True)
    shutil.copy(tmp_path / "old", trail_of(db))
    assert problems(verified(db)[1]) == [(8, "audit.fewer-runs")]
    assert problems(verified(db, "--head", tmp_path / "outside")[1]) == [
        (8, "audit.outside-rolled-back"),
        (8, "audit.fewer-runs"),
    ]
    done = run("audit", "verify", "--db", db, env=heads_to)  # the files of the configuration count without an option
    assert done.exit_code == 1 and "signed head of 9" in " ".join(done.stdout.split())


def test_heads_outside_that_are_no_heads_or_of_another_log(db: Path, heads: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    assert problems(verified(db, "--head", tmp_path / "empty")[1]) == [(1, "audit.outside-empty")]
    foreign = re.sub(rb"ctscan-audit/[0-9a-f]{32}", b"ctscan-audit/" + b"0" * 32, heads.read_bytes())
    (tmp_path / "foreign").write_bytes(foreign)
    assert (1, "audit.outside-foreign") in problems(verified(db, "--head", tmp_path / "foreign")[1])
    (tmp_path / "torn").write_bytes(heads.read_bytes()[:-40])
    code, report = verified(db, "--head", tmp_path / "torn")
    assert code == 0 and "audit.outside-torn" in {note["code"] for note in report["note_codes"]}
    assert "can't be read" in error_line(run("audit", "verify", "--db", db, "--head", tmp_path / "none"))


def test_a_command_refuses_to_build_upon_a_log_that_does_not_fit(db: Path) -> None:
    changed(db, "DELETE FROM leaf WHERE position = 6")
    refused = run("lookup", JANE, "--db", db)
    assert refused.exit_code == 1 and "changed by hand" in error_line(refused)


# --- the key -------------------------------------------------------------------------------------------------------


def test_without_the_key_scans_go_on_unsigned_and_the_next_command_with_it_signs(db: Path, log: str) -> None:
    key = db.with_name("ctscan.db.key")
    kept = key.read_bytes()
    key.unlink()
    scan(db, log)
    code, report = verified(db)
    assert (code, report["signed"], report["first_bad"]) == (1, EVENTS, EVENTS + 1)
    assert problems(report) == [(EVENTS + 1, "audit.unsigned")]
    assert [note["code"] for note in report["note_codes"]] == ["audit.no-key"]
    key.write_bytes(kept)
    key.chmod(0o600)
    assert run("lookup", JANE, "--db", db).exit_code == 0
    code, report = verified(db)
    assert (code, report["signed"]) == (0, EVENTS + 3)
    assert report["note_codes"] == [{"code": "audit.signed-later", "params": {"count": 2, "events": "8-9"}}]


def test_another_key_signs_nothing_and_is_named(db: Path, log: str) -> None:
    key = db.with_name("ctscan.db.key")
    key.write_text("ctscan privacy key v1\n" + "ab" * 32 + "\n", encoding="ascii")
    scan(db, log)
    code, report = verified(db)
    assert code == 1 and (1, "audit.other-key") in problems(report)
    assert "another key than the one" in error_line(run("lookup", JANE, "--db", db))


# --- heads outside -------------------------------------------------------------------------------------------------


def test_a_destination_that_fails_is_loud_and_loses_nothing(db: Path, tmp_path: Path) -> None:
    places = {"CTSCAN_AUDIT_HEADS_TO": f"{tmp_path / 'none' / 'heads'};{tmp_path / 'heads'}"}
    done = run("lookup", JANE, "--db", db, env=places)  # and an event says that the settings have changed
    assert done.exit_code == 1
    assert done.stdout.startswith(JANE)  # the answer is given
    assert done.stderr.count("\n") == 1 and "the head of the audit log can't be written here" in done.stderr
    notes, _ = read_notes(tmp_path / "heads")  # before the answer, and at the end
    assert {note.split(b"\n")[1] for note in notes} == {str(EVENTS + 2).encode()}
    (tmp_path / "none").mkdir()
    assert run("lookup", JANE, "--db", db, env=places).exit_code == 0
    code, report = verified(db, "--head", tmp_path / "none" / "heads")
    assert (code, report["events"], report["outside"]) == (0, EVENTS + 3, 2)


@pytest.mark.parametrize("text", ["tcp://example.org:514", "udp://example.org:514/x", "http://example.org"])
def test_a_destination_of_another_kind_is_refused(db: Path, text: str) -> None:
    refused = run("lookup", JANE, "--db", db, env={"CTSCAN_AUDIT_HEADS_TO": text})
    assert refused.exit_code == 2 and "udp://HOST:PORT" in error_line(refused)


# --- proofs --------------------------------------------------------------------------------------------------------


def test_one_event_is_proven_without_the_others(db: Path, heads: Path, tmp_path: Path) -> None:
    vkey = run("audit", "show", "--key", "--db", db).stdout.strip()
    assert re.fullmatch(r"ctscan-audit/[0-9a-f]{32}\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}", vkey)
    first = tmp_path / "first"
    first.write_bytes(heads.read_bytes().split(b"\n\nctscan")[0] + b"\n")
    for number in range(1, EVENTS + 1):
        file = tmp_path / f"{number}.json"
        assert run("audit", "prove", str(number), "--db", db, "-o", file, "--head", first).exit_code == 0
        assert file.stat().st_mode & 0o777 == 0o600
        checked = run("audit", "prove", "--check", file, "--vkey", vkey, "--head", first)
        assert checked.exit_code == 0, checked.stderr
        assert checked.stdout == f"Event {number} is in the audit log of {EVENTS} events that the key signed.\n"
    lookup = json.loads((tmp_path / "3.json").read_text(encoding="utf-8"))
    assert json.loads(lookup["leaf"])["case"] == "2026-0" and JANE not in json.dumps(lookup)


def altered(proof: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Alter each part of a proof."""
    yield "leaf", proof | {"leaf": proof["leaf"].replace("2026-0", "2026-9")}
    yield "event", proof | {"event": proof["event"] + 1}
    yield "path", proof | {"path": proof["path"][::-1]}
    yield "path length", proof | {"path": proof["path"][:-1]}
    yield "head", proof | {"head": proof["head"].replace(f"\n{EVENTS}\n", f"\n{EVENTS + 1}\n")}
    yield "vkey", proof | {"vkey": proof["vkey"].replace("+A", "+B")}
    yield "format", proof | {"format": "another"}
    yield "leaf_hash", proof | {"leaf_hash": proof["path"][0]}
    yield "no leaf", {name: value for name, value in proof.items() if name != "leaf"}
    yield "consistency", proof | {"consistency": 7}


def test_a_proof_that_was_altered_proves_nothing(db: Path, tmp_path: Path) -> None:
    proof = json.loads(run("audit", "prove", "3", "--db", db).stdout)
    for name, other in altered(proof):
        (tmp_path / "other.json").write_text(json.dumps(other), encoding="utf-8")
        refused = run("audit", "prove", "--check", tmp_path / "other.json")
        assert refused.exit_code == 1, name
        assert error_line(refused).endswith("the proof doesn't hold"), name
    (tmp_path / "proof.json").write_text(json.dumps(proof), encoding="utf-8")
    other_key = proof["vkey"].replace("+A", "+B")
    assert run("audit", "prove", "--check", tmp_path / "proof.json", "--vkey", other_key).exit_code == 1


def test_what_can_not_be_proven_is_said(db: Path) -> None:
    assert "event 99 is not there; the trail has 7 events" in error_line(run("audit", "prove", "99", "--db", db))
    assert run("audit", "prove", "--db", db).exit_code == 2
    assert run("audit", "prove", "3", "--check", "x", "--db", db).exit_code == 2
    assert run("audit", "prove", "3", "--vkey", "x", "--db", db).exit_code == 2
    changed(db, "DELETE FROM head")
    assert "no signed head covers event 3" in error_line(run("audit", "prove", "3", "--db", db))


def test_an_export_has_leaf_hashes_and_heads_and_events_only_when_asked(db: Path) -> None:
    plain = [json.loads(line) for line in run("audit", "export", "--db", db).stdout.splitlines()]
    assert [len(plain), plain[0]["size"], plain[0]["format"]] == [1 + 2 * EVENTS, EVENTS, "ctscan audit log v1"]
    assert not any("leaf" in line for line in plain)
    whole = [json.loads(line) for line in run("audit", "export", "--events", "--db", db).stdout.splitlines()]
    assert [json.loads(line["leaf"])["id"] for line in whole[1 : EVENTS + 1]] == list(range(1, EVENTS + 1))
    shown = json.loads(run("audit", "show", "--db", db, "--format", "json").stdout)
    assert [(event["id"], event["leaf"]) for event in shown][::-1] == [(n, n - 1) for n in range(1, EVENTS + 1)]


# --- configuration -------------------------------------------------------------------------------------------------


def test_changes_of_settings_are_events_without_their_values(db: Path, tmp_path: Path) -> None:
    def configured(text: str) -> list[str]:
        (tmp_path / "ctscan.toml").write_text(text, encoding="utf-8")
        assert run("lookup", JANE, "--db", db, "--config", tmp_path / "ctscan.toml").exit_code == 0
        shown = json.loads(run("audit", "show", "--db", db, "--format", "json").stdout)
        return [event["detail"] for event in shown if event["action"] == "configuration"][::-1]

    controller = '[controller]\nname = "Mary Doe"\naddress = "1 Example Street"\ncontact = "mary@example.org"\n'
    assert configured("") == []
    assert len(first := configured('purpose = "one"\n')) == 1
    assert configured('purpose = "one"\nformat = "table"\n') == first  # another format is no change of what is read
    assert len(second := configured(f'purpose = "one"\n{controller}')) == 2
    assert configured(f'purpose = "one"\n{controller}') == second
    assert configured('purpose = "one"\n') == [*second, first[0]]
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in first + second)
    with closing(sqlite3.connect(trail_of(db))) as connection:
        assert not [row for row in connection.execute("SELECT * FROM event") if "Mary" in str(row)]
    assert verified(db)[0] == 0
