"""`ctscan watch` and `ctscan ack`, and the people who are watched: their dossier, their erasure."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from support.cli import ROOT, error_line, run
from support.dossiers import JANE, JOHN, members, pdf_text, scanned

from ctscan.app.watching import check_watches
from ctscan.app.wiring import opened_index
from ctscan.config import load_config
from ctscan.model.alert import Route
from ctscan.model.watch import WatchCheck

LATER = (datetime.now(UTC) + timedelta(days=30)).date()
SETTLED = ("--identity-settled", "came in person")


class Desk:
    """Folder with an index of two people, and the commands on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = scanned(folder)

    def __call__(self, *words: str | Path, stdin: str = "") -> Result:
        return run(*words, env={"CTSCAN_CONFIG": str(self.config)}, stdin=stdin)

    def json(self, *words: str) -> Any:
        result = self(*words, "--format", "json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def refused(self, *words: str, stdin: str = "") -> str:
        result = self(*words, stdin=stdin)
        assert result.exit_code == 2, result.output
        return error_line(result)

    def events(self) -> list[tuple[str, str, str, str]]:
        """Return action, state, purpose and detail of the newest events of the trail, oldest first."""
        with closing(sqlite3.connect(self.folder / "ctscan.db.audit")) as trail:
            return trail.execute("SELECT action, state, purpose, detail FROM event ORDER BY id").fetchall()

    def tell(self, recipient: str) -> WatchCheck:
        """Check the watches, and tell a recipient of everything that is due."""

        async def work() -> WatchCheck:
            config = load_config({"config": str(self.config)}, {}, self.folder)
            now = datetime.now(UTC)
            async with opened_index(config) as index:
                done = await check_watches(index)
                await index.assign({"mail": Route()}, now)
                due = await index.due("mail", now, 100)
                await index.delivered(
                    await index.begin("mail", [one.alert.id for one in due], now, recipient), datetime.now(UTC)
                )
                return done

        return asyncio.run(work())


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    yield Desk(tmp_path)


def test_a_watch_is_added_listed_and_removed(desk: Desk) -> None:
    added = desk.json("watch", "add", "ours", "--scope", "example.org", "--owner", "privacy team")
    assert len(added) == 1
    known = added[0]["matches"].pop("baseline")
    assert known > 0
    assert added[0] | {"at": "", "who": ""} == {
        "name": "ours",
        "kind": "scope",
        "term": "example.org",
        "owner": "privacy team",
        "purpose": "exposure of staff",
        "at": "",
        "who": "",
        "matches": {"waiting": 0, "acknowledged": 0, "alerted": 0},
    }
    desk.json("watch", "add", "numbers", "--category", "user.government_id")
    desk.json("watch", "add", "their CA", "--ca", "Example CA")
    table = desk("watch", "list").stdout
    assert [line.split()[0] for line in table.splitlines()[2:]] == ["ours", "numbers", "their"]
    assert desk("watch", "remove", "ours").exit_code == 0
    assert [one["name"] for one in desk.json("watch", "list")] == ["numbers", "their CA"]
    details = [detail for action, state, _, detail in desk.events() if (action, state) == ("watch", "done")]
    assert details == ["added ours", "added numbers", "added their CA", "removed ours"]


@pytest.mark.parametrize(
    ("words", "is_beyond"),
    [
        (("--scope", "example.org"), False),
        (("--scope", "mail.example.org"), False),
        (("--scope", "example.net"), True),
        (("--scope", "everything"), True),
        (("--scope", "organisation:Example Ltd"), True),
        (("--person", "jane.roe@example.org"), False),
        (("--person", "jane.roe@example.net"), True),
        (("--person", "Jane Roe"), False),  # nobody can say whose certificates hold a name
        (("--category", "user.contact"), False),
        (("--ca", "Example CA"), False),
    ],
)
def test_a_watch_beyond_the_scope_of_the_scans_says_so(desk: Desk, words: tuple[str, ...], *, is_beyond: bool) -> None:
    text = desk.config.read_text(encoding="utf-8")
    desk.config.write_text(f'scope = ["example.org"]\n{text}', encoding="utf-8")
    added = desk("watch", "add", "new", *words)
    assert added.exit_code == 0, added.output
    assert ("the scope of the settings doesn't hold all of this watch" in added.stderr) is is_beyond


def test_without_a_scope_in_the_settings_nothing_is_said_about_it(desk: Desk) -> None:
    assert "scope" not in desk.config.read_text(encoding="utf-8")
    assert desk("watch", "add", "new", "--scope", "example.net").stderr == ""


@pytest.mark.parametrize(
    ("kind", "words"), [("watch", ("--scope", "example.org")), ("ack", ("--rule", "email.rfc822Name", "--reason", "x"))]
)
def test_the_documents_show_the_shapes(desk: Desk, kind: str, words: tuple[str, ...]) -> None:
    page = (ROOT / "docs" / "analyst.md").read_text(encoding="utf-8")
    (text,) = re.findall(rf"```json {kind}\n(.*?)```", page, re.S)
    (shown,) = json.loads(text)
    (real,) = desk.json(kind, "add", *(("ours",) if kind == "watch" else ()), *words)
    assert list(real) == list(shown)
    assert list(real.get("matches", [])) == list(shown.get("matches", []))


def test_nothing_is_watched_or_acknowledged_at_first(desk: Desk) -> None:
    assert desk("watch", "list").stdout == "Nothing is watched. 'ctscan watch add' begins.\n"
    assert desk("ack", "list").stdout == "Nothing is acknowledged.\n"


@pytest.mark.parametrize("way", ["stdin", "file", "argument"])
def test_a_person_is_watched_without_a_word_in_trail_or_file_names(desk: Desk, tmp_path: Path, way: str) -> None:
    (tmp_path / "person.txt").write_text(f"# a person\n{JANE}\n")
    words = {
        "stdin": ("--person", "-"),
        "file": ("--from-file", str(tmp_path / "person.txt")),
        "argument": ("--person", JANE),
    }
    result = desk("watch", "add", "C-2026-0017", *words[way], "--purpose", "case C-2026-0017", stdin=f"{JANE}\n")
    assert result.exit_code == 0, result.output
    (found,) = desk.json("watch", "list")
    assert (found["kind"], found["term"], found["purpose"]) == ("person", JANE, "case C-2026-0017")
    assert found["matches"]["baseline"] == 3
    assert ("watch", "done", "exposure of staff", "listed") in desk.events()
    assert JANE not in repr(desk.events())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("ours",), "expected one of --scope"),
        (("ours", "--scope", "example.org", "--ca", "Example"), "got 2"),
        (("ours", "--scope", "not a domain"), "expected domain:example.org"),
        (("ours", "--category", "user.shoe_size"), "expected a category"),
        (("ours", "--ca", "–"), "expected words"),
        (("ours", "--person", "@example.org"), "expected an address, number or name"),
        (("ours", "--person", "sha256:" + "a" * 64), "expected an address, number or name"),
        (("jane@example.org", "--scope", "example.org"), "expected up to 64 letters"),
        (("\u2028", "--scope", "example.org"), "expected up to 64 letters"),
        (("case of jane roe", "--person", JANE), "doesn't name the person"),
        (("ours", "--person", JANE, "--purpose", "because of Jane Roe"), "doesn't name the person"),
        (("ours", "--scope", f"email:{JANE}", "--owner", "Jane Roe"), "doesn't name the person"),
        (("ours", "--scope", "example.org", "--owner", JANE), "without e-mail addresses"),
        (("ours", "--person", "-"), "got 2"),
    ],
)
def test_what_cannot_be_watched_is_refused_in_a_line_that_quotes_nobody(
    desk: Desk, words: tuple[str, ...], said: str
) -> None:
    line = desk.refused("watch", "add", *words, stdin=f"{JANE}\n{JOHN}\n")
    assert said in line
    assert not any(name in line for name in (JANE, "Jane", "jane", JOHN))
    assert desk("watch", "list").stdout.startswith("Nothing")


def test_a_watch_on_a_person_needs_a_purpose(tmp_path: Path) -> None:
    result = run("watch", "add", "one", "--person", "-", "--db", tmp_path / "ctscan.db", stdin=JANE)
    assert "--purpose" in error_line(result)


def test_a_name_is_taken_once(desk: Desk) -> None:
    desk.json("watch", "add", "ours", "--scope", "example.org")
    assert "choose another" in desk.refused("watch", "add", "ours", "--scope", "example.com")
    assert "no watch" in desk.refused("watch", "remove", "theirs")


def test_acknowledgements_are_added_listed_and_removed(desk: Desk) -> None:
    sha256 = desk.json("lookup", JANE)["matches"][0]["certificate"]["identity"]
    desk.json("ack", "add", "--certificate", sha256.upper(), "--reason", "renewed on purpose")
    desk.json("ack", "add", "--issuer", "Example Test CA", "--reason", "tests", "--until", str(LATER))
    desk.json("ack", "add", "--rule", "email.rfc822Name", "--reason", "public here")
    found = desk.json("ack", "list")
    assert [(one["number"], one["kind"], one["value"], one["until"]) for one in found] == [
        (1, "certificate", sha256, None),
        (2, "issuer", "Example Test CA", str(LATER)),
        (3, "rule", "email.rfc822Name", None),
    ]
    assert desk("ack", "remove", "2").exit_code == 0
    assert [line.split()[0] for line in desk("ack", "list").stdout.splitlines()[2:]] == ["1", "3"]
    assert "no acknowledgement 2" in desk.refused("ack", "remove", "2")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--reason", "x"), "expected one of"),
        (("--rule", "email.rfc822Name", "--issuer", "CA", "--reason", "x"), "got 2"),
        (("--rule", "shoe size", "--reason", "x"), "id of a rule"),
        (("--certificate", "1234567", "--reason", "x"), "SHA-256"),
        (("--certificate", "12", "--reason", "x"), "too few"),
        (("--issuer", "–", "--reason", "x"), "words"),
        (("--rule", "email.rfc822Name", "--reason", " "), "--reason"),
        (("--rule", "email.rfc822Name", "--reason", f"asked by {JANE}"), "without e-mail addresses"),
        (("--rule", "email.rfc822Name", "--reason", "x", "--until", "2001-01-01"), "a later day"),
    ],
)
def test_what_cannot_be_acknowledged_is_refused(desk: Desk, words: tuple[str, ...], said: str) -> None:
    line = desk.refused("ack", "add", *words)
    assert said in line
    assert JANE not in line


# --- the people ---------------------------------------------------------------------------------------------------


def test_a_dossier_names_the_watch_and_the_recipients_of_alerts(desk: Desk, tmp_path: Path) -> None:
    """GDPR article 15(1)(a) and (c): purposes, and the recipients to whom the data have been disclosed."""
    desk.json("watch", "add", "all", "--scope", "example.net")
    desk.json("watch", "add", "case 17", "--person", JANE, "--purpose", "case C-2026-0017")
    queue_again(desk.folder / "ctscan.db")
    assert desk.tell("security@example.net").alerted > 0
    made = desk("dossier", JANE, "-o", str(tmp_path / "out"), *SETTLED, stdin=JANE)
    assert made.exit_code in (0, 4), made.output
    (package,) = (tmp_path / "out").glob("*.zip")
    files = members(package)
    processing = json.loads(files["dossier.json"])["processing"]
    assert [one["purpose"] for one in processing["watches"]] == ["case C-2026-0017"]
    assert "case C-2026-0017" in processing["purposes"]
    (told,) = processing["alerts"]
    assert (told["recipient"], told["certificates"]) == ("security@example.net", 3)  # John's own is none of hers
    text = pdf_text(files["dossier.pdf"])
    assert "security@example.net" in text
    assert "We watch for new certificates" in " ".join(text.split())


def queue_again(db: Path) -> None:
    """Make every certificate new to the watches, as if it had come after them."""
    with closing(sqlite3.connect(db)) as connection, connection:
        connection.execute("DELETE FROM watch_match")
        connection.execute("INSERT OR IGNORE INTO unwatched (certificate) SELECT id FROM certificate")


def test_who_was_told_hears_of_an_erasure_and_the_watch_goes(desk: Desk) -> None:
    desk.json("watch", "add", "case 17", "--person", JANE, "--purpose", "case C-2026-0017")
    desk.json("watch", "add", "numbers", "--category", "user.government_id")
    queue_again(desk.folder / "ctscan.db")
    assert desk.tell("security@example.net").alerted > 0
    words = ("forget", JANE, "--ground", "erasure")
    tried = json.loads(desk(*words, "--format", "json").stdout)
    done = json.loads(desk(*words, "--yes", "--format", "json").stdout)
    for receipt in (tried, done):
        assert [(one["kind"], one["name"]) for one in receipt["recipients"]] == [("alert", "security@example.net")]
    assert [one["name"] for one in desk.json("watch", "list")] == ["numbers"]
    assert JANE.encode() not in (desk.folder / "ctscan.db").read_bytes()


def test_nobody_who_objected_is_watched(desk: Desk) -> None:
    assert desk("forget", JANE, "--ground", "objection", "--yes").exit_code == 0
    for words in (("--person", JANE), ("--scope", f"email:{JANE}")):
        line = desk.refused("watch", "add", "case 17", *words, "--purpose", "case C-2026-0017")
        assert "objected" in line
        assert JANE not in line
    assert desk("watch", "add", "case 18", "--person", JOHN, "--purpose", "case C-2026-0018").exit_code == 0


def test_a_watch_on_the_name_of_a_forgotten_person_goes_and_stays_in_a_rehearsal(desk: Desk) -> None:
    for name, term in (("case 17", "name:Jane Roe"), ("case 18", "name:John Smith")):
        desk.json("watch", "add", name, "--person", term, "--purpose", "a case")
    assert desk("forget", JANE, "name:Jane Roe", "--ground", "erasure").exit_code == 0
    assert desk("forget", JANE, "name:Jane Roe", "--ground", "erasure", "--restrict", "--yes").exit_code == 0
    assert [one["name"] for one in desk.json("watch", "list")] == ["case 17", "case 18"]
    assert desk("forget", JANE, "name:Jane Roe", "--ground", "erasure", "--yes").exit_code == 0
    assert [one["name"] for one in desk.json("watch", "list")] == ["case 18"]
