"""`ctscan purge` and the rules of [keep]: nothing that was deleted comes back, and every answer says what is kept."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from support.case_desk import ago
from support.certs import EMAIL_PROTECTION, make_certificate
from support.cli import error_line, run
from support.dossiers import members, pdf_text
from support.filled import fill
from support.holding import pem
from support.logs import LogBuilder

import ctscan.app as app
from ctscan.clock import Clock
from ctscan.config import load_config
from ctscan.index.sqlite import row_checks
from ctscan.model.keep import Period, Purged, PurgeReceipt, Unit

SETTLED = ("--identity-settled", "came in person")
JANE, JOHN = "jane@example.org", "john@example.com"  # Jane's certificate expired long ago
NOW = datetime.now(UTC)


def person(name: str, address: str, serial: int, *, days: int) -> bytes:
    """Make a certificate of two years that expires in so many days."""
    end = NOW.replace(microsecond=0) + timedelta(days=days)
    dates = {"not_before": end - timedelta(days=730), "not_after": end}
    return make_certificate([("CN", name)], [("email", address)], eku=(EMAIL_PROTECTION,), serial=serial, **dates)


OLD = person("Jane Roe", JANE, 7, days=-400)


class Installation:
    """Folder with settings, a log of two people, and the commands on them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.db = folder, folder / "ctscan.db"
        log = LogBuilder("Example log")
        log.add_certificate(OLD)
        log.add_certificate(person("John Doe", JOHN, 8, days=300))
        log.fill(20)
        log.write_static_tree(folder / "log")
        (folder / "old.pem").write_bytes(pem(OLD))
        self.settle()

    def settle(self, keep: str = "", scope: str = "everything = true") -> None:
        """Write the settings."""
        log = (self.folder / "log").as_uri()
        text = f'{scope}\nfrom = "start"\nlogs = ["{log}"]\npurpose = "a test"\n[keep]\n{keep}\n'
        (self.folder / "ctscan.toml").write_text(text, encoding="utf-8")

    def __call__(self, *words: str | Path, columns: int = 200, stdin: str = "") -> Result:
        env = {"CTSCAN_CONFIG": str(self.folder / "ctscan.toml"), "COLUMNS": str(columns)}
        return run(*words, env=env, stdin=stdin)

    def json(self, *words: str | Path, code: int = 0) -> Any:
        result = self(*words, "--format", "json")
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)

    def purge(self, *words: str) -> dict[str, int]:
        """Purge after a dry run, and return the numbers, which have to be the same."""
        counted, done = self.json("purge", *words), self.json("purge", *words, "--yes")
        assert (counted["done"], done["done"], done["stopped"]) == (False, True, False)
        assert counted["purged"] == done["purged"]
        return {kind: number for kind, number in done["purged"].items() if number}

    def found(self, address: str, code: int = 0) -> int:
        """Return the number of certificates with an address, in an answer with this exit code."""
        return int(self.json("lookup", address, code=code)["matches_found"])


@pytest.fixture
def here(tmp_path: Path) -> Installation:
    fill(tmp_path, Installation, scanned)
    return Installation(tmp_path)


def scanned(folder: Path) -> None:
    made = Installation(folder)
    assert made("scan").exit_code == 0
    assert (made.found(JANE), made.found(JOHN)) == (1, 1)


EXPIRED = 'expired = "12 months"'


def test_what_was_purged_comes_back_by_no_way(here: Installation) -> None:
    here.settle(EXPIRED)
    assert here.purge() == {"certificates": 1, "findings": here_findings(here)}
    for words in (("scan", "--from", "start"), ("backfill",), ("reindex",), ("import", here.folder / "old.pem")):
        result = here(*words)
        assert result.exit_code in (0, 1), result.output
        assert (here.found(JANE), here.found(JOHN)) == (0, 1), words
    assert here("audit", "verify").exit_code == 0
    for file in (here.db, Path(f"{here.db}-wal")):
        assert not file.exists() or JANE.encode() not in file.read_bytes()


def here_findings(here: Installation) -> int:
    """Return the number of findings in Jane's certificate, as a receipt counts them."""
    events = here.json("audit", "show")
    detail = next(event["detail"] for event in events if event["action"] == "purge" and event["state"] == "done")
    return int(detail.partition("findings ")[2].split(",")[0])


def test_a_scan_keeps_the_rules_from_its_beginning_and_purges_at_its_end(tmp_path: Path) -> None:
    made = Installation(tmp_path)
    made.settle(EXPIRED)
    assert made("scan").exit_code == 0
    assert made.found(JANE) == 0
    made.settle('expired = "12 months"\nfindings = "1 month"')
    result = made("scan")
    assert result.exit_code == 0
    assert "retention: deleted or made pseudonymous: 1 certificate" in result.stderr
    assert made.found(JOHN) == 0


def test_a_reindex_applies_the_rules(here: Installation) -> None:
    here.settle(EXPIRED)
    assert here.json("reindex")["removed"] == 1
    assert here.found(JANE) == 0


@pytest.mark.parametrize("columns", [60, 80])
def test_the_verdict_says_what_is_kept_whether_found_or_not(here: Installation, columns: int) -> None:
    assert "kept:" not in here("lookup", JOHN).stdout
    here.settle('expired = "12 months"\nfindings = "10 years"')
    here.purge()
    for address, code in ((JOHN, 0), (JANE, 0), ("nobody@example.org", 0)):
        result = here("lookup", address, columns=columns)
        assert result.exit_code == code
        said = " ".join(result.stdout.split())
        assert "kept: not expired for more than 12 months, issued no longer than 10 years ago." in said
        assert max(map(len, result.stdout.splitlines())) <= columns


def test_an_answer_names_the_strictest_rule_that_was_applied(here: Installation) -> None:
    here.settle(EXPIRED)
    before = here.json("lookup", JOHN)
    assert before["kept_rules"] == []
    here.purge()
    here.settle('expired = "5 years"')
    assert here("scan").exit_code == 0
    answer = here.json("lookup", JANE)
    (rule,) = answer["kept_rules"]
    assert (rule["rule"], rule["period"]) == ("expired", "12 months")
    assert datetime.fromisoformat(rule["before"]) < NOW
    assert answer["complete"]


def test_old_answers_are_open_after_a_purge_and_no_fault(here: Installation) -> None:
    saved = here.folder / "answer.json"
    saved.write_text(here("lookup", JANE, "--format", "json").stdout, encoding="utf-8")
    assert here("prove", "--answer", saved).exit_code == 0
    here.settle(EXPIRED)
    here.purge()
    (checked,) = here.json("prove", "--answer", saved, code=4)
    assert (checked["file"]["state"], checked["index"]["state"], checked["trail"]["state"]) == (
        "holds", "open", "holds",
    )  # fmt: skip


def test_old_answers_are_open_where_proofs_or_scopes_went(here: Installation) -> None:
    saved = here.folder / "answer.json"
    saved.write_text(here("lookup", JANE, "--format", "json").stdout, encoding="utf-8")
    with closing(sqlite3.connect(here.db)) as connection, connection:
        row_checks.register(connection)
        row_checks.make_triggers(connection)
        connection.execute("UPDATE tree_head SET saved = '2001-01-01T00:00:00.000000+00:00'")
    here.settle('evidence = "1 day"')
    assert here.purge() == {"evidence": 2}
    (checked,) = here.json("prove", "--answer", saved, code=4)
    assert checked["index"]["state"] == "open"


def test_out_of_scope_leaves_gaps_of_that_name(here: Installation) -> None:
    saved = here.folder / "answer.json"
    saved.write_text(here("lookup", JANE, "--format", "json").stdout, encoding="utf-8")
    here.settle(scope='scope = ["example.com"]')
    assert here.purge() == {}
    assert here.purge("--out-of-scope") == {"out_of_scope": 1, "ranges": 1}
    answer = here.json("lookup", JANE, code=4)
    assert answer["matches_found"] == 0
    assert {gap["reason"] for log in answer["coverage"] for gap in log["holes"]} == {"out of scope"}
    assert here.found(JOHN) == 1
    assert here.purge("--out-of-scope") == {}
    (checked,) = here.json("prove", "--answer", saved, code=4)
    assert checked["index"]["state"] == "open"


def test_a_dossier_says_of_what_nothing_is_held(here: Installation) -> None:
    here.settle(EXPIRED)
    here.purge()
    controller = '[controller]\nname = "Example Ltd"\naddress = "1 Example Street"\ncontact = "privacy@example.org"\n'
    with (here.folder / "ctscan.toml").open("a", encoding="utf-8") as file:
        file.write(controller + 'authority = "Example Commissioner"\n')
    made = here("dossier", JANE, "-o", here.folder / "out", *SETTLED)
    assert made.exit_code == 0, made.output
    (path,) = (here.folder / "out").iterdir()
    package = members(path)
    said = " ".join(pdf_text(package["dossier.pdf"]).split())
    assert "we keep only those not expired for more than 12 months, and none of these has what you asked for" in said
    assert "Older ones were deleted or never stored" in said
    assert "certificates and all in them, from their expiry: 12 months" in said
    assert json.loads(package["dossier.json"])["processing"]["keep"] == [
        "certificates and all in them, from their expiry: 12 months"
    ]


def test_without_rules_nothing_goes_and_nothing_is_recorded(here: Installation) -> None:
    before = here.json("audit", "show")
    result = here("purge")
    assert (result.exit_code, result.stdout) == (0, "Nothing is old enough to be deleted.\n")
    assert here.json("audit", "show") == before
    assert here.purge() == {}


def test_out_of_scope_needs_a_scope(here: Installation) -> None:
    here.settle(scope="")
    result = here("purge", "--out-of-scope")
    assert result.exit_code == 2
    assert "scope: expected at least one of" in error_line(result)


def test_bodies_of_old_events_go_and_the_audit_log_still_verifies(here: Installation) -> None:
    here.settle('trail = "1d"')
    assert here.purge() == {}
    with closing(sqlite3.connect(f"{here.db}.audit")) as connection:
        assert connection.execute("SELECT count(*) FROM event").fetchone()[0] > 3
    assert here("audit", "verify").exit_code == 0


def test_bodies_of_old_events_are_counted_deleted_and_proven_no_longer(here: Installation) -> None:
    here.settle('trail = "1d"')
    config = load_config({}, {"CTSCAN_CONFIG": str(here.folder / "ctscan.toml")}, here.folder)

    async def work(confirmed: bool) -> dict[Purged, int]:
        clock = Clock(now=lambda: NOW + timedelta(days=9))
        return dict((await app.purge(config, who="jane", confirmed=confirmed, clock=clock)).counts)

    counted = asyncio.run(work(False))
    assert counted[Purged.TRAIL] > 3
    assert asyncio.run(work(True)) == counted
    with closing(sqlite3.connect(f"{here.db}.audit")) as connection:
        left = connection.execute(
            "SELECT action, state, detail FROM event WHERE action <> 'configuration' ORDER BY id"
        ).fetchall()
    assert [(action, state) for action, state, _ in left] == [
        ("purge", "intended"), ("purge", "done"), ("purge", "done"),
    ]  # fmt: skip
    assert left[2][2] == f"trail {counted[Purged.TRAIL]}"
    verified = here("audit", "verify")
    assert verified.exit_code == 0, verified.output
    assert asyncio.run(work(False)) == {}


def test_closed_cases_lose_their_people_and_are_still_found(here: Installation) -> None:
    opened = here.json("case", "open", JANE, "--regime", "eu", "--received", ago(500), "--requester", "Jane Roe")
    number = opened["number"]
    assert here("case", "note", "--case", number, "--text", "Jane called").exit_code == 0
    assert here("case", "close", "--case", number, "--outcome", "Jane was told", "--at", ago(3)).exit_code == 0
    assert here.purge() == {}
    here.settle('case_identifiers = "2 days"')
    assert here.purge() == {"case_identifiers": 1}
    shown = here("case", "show", "--case", number)
    assert shown.exit_code == 0
    assert "nobody is named any longer" in " ".join(shown.stdout.split())
    assert "Jane" not in shown.stdout
    assert "jane" not in shown.stdout.lower().replace(f"{here.folder}", "")
    found = here.json("case", "search", JANE)
    assert [one["number"] for one in found] == [number]
    assert here.json("case", "search", JOHN) == []
    assert b"Jane called" not in here.db.read_bytes()


def test_a_clock_that_was_set_back_deletes_nothing_more_and_the_verdict_names_the_day(here: Installation) -> None:
    here.settle(EXPIRED)
    later = NOW + timedelta(days=60)

    async def work(at: datetime) -> int:
        config = load_config({}, {"CTSCAN_CONFIG": str(here.folder / "ctscan.toml")}, here.folder)
        return (await app.purge(config, who="jane", confirmed=True, clock=Clock(now=lambda: at))).total

    assert asyncio.run(work(later)) > 0
    assert asyncio.run(work(NOW)) == 0
    for address in (JANE, JOHN):
        said = " ".join(here("lookup", address).stdout.split())
        assert re.search(r"kept: not expired before 20\d\d-\d\d-\d\d\.", said)
    (rule,) = here.json("lookup", JOHN)["kept_rules"]
    assert datetime.fromisoformat(rule["before"]) == Period(12, Unit.MONTHS).before(later)


def test_a_purge_that_is_stopped_says_so_and_the_next_one_ends_it(here: Installation) -> None:
    here.settle(EXPIRED)

    async def work() -> PurgeReceipt:
        stop = asyncio.Event()
        stop.set()
        config = load_config({}, {"CTSCAN_CONFIG": str(here.folder / "ctscan.toml")}, here.folder)
        return await app.purge(config, who="jane", confirmed=True, stop=stop)

    receipt = asyncio.run(work())
    assert (receipt.is_done, receipt.is_stopped) == (True, True)
    states = [(event["action"], event["state"]) for event in here.json("audit", "show")]
    assert states[0] == ("purge", "failed")
    here.purge()
    assert here.found(JANE) == 0
