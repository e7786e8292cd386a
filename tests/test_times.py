"""One form of time everywhere: RFC 3339 in UTC with Z, to the second. Days alone are YYYY-MM-DD."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.certs import EMAIL_PROTECTION, make_certificate
from support.cli import ROOT, run
from support.crossing import crossed

THE_FORMS = re.compile(r"%Y-%m-%d(?:T%H:%M:%SZ)?(?=[}\"'])")
"""The form of times, and that of days, in a format."""

FORMAT = re.compile(r"strftime|(?<!from)isoformat|TimeStamper\(fmt=\"iso|%[YmHMSz]\b|%d[-. ]|ctime\(|\.replace\(\"T\"")

ALLOWED = {
    # file                                                reason
    "ctscan/views/json/values.py": "the form itself; JSON keeps milliseconds",
    "ctscan/config/keys.py": "`from` as TOML gives it, for `scan.log.plan`",
    "ctscan/scan/scope_change.py": "a day: an argument of --from",
    "ctscan/personal/parsers/disclosed.py": "a day: a date of birth",
    "ctscan/personal/parsers/dates.py": "a day: a date of birth",
    "ctscan/app/backups.py": "the manifest of a backup, which only 'restore' reads",
    "ctscan/alerts/syslog_format.py": "milliseconds, as syslog has them (RFC 5424)",
    "ctscan/app/head_destinations.py": "milliseconds, as syslog has them (RFC 5424)",
    "ctscan/dsar/dossier.py": "a day in the name of a file",
    "ctscan/dsar/identity_codes.py": "the end of a code, read back by its check",
    "ctscan/privacy/suppression_file.py": "the suppression file, which only ctscan reads",
}
"""Files that write times otherwise than by THE_FORMS or `views.words`. The index stores times with offset and
microseconds, which nobody reads."""

PART = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d\S*|\b\d\d?:\d\d(?::\d\d)?\b\S*")
WHOLE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def parts_of_another_form(text: str) -> list[str]:
    """List the times in a text that have another form."""
    return [part for part in PART.findall(WHOLE.sub("", text)) if not re.match(r"\d+:\d+\.", part)]


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-30 22:59:44Z", "2026-11-30T22:59Z", "2026-11-30T22:59:44.123Z", "2026-11-30T22:59:44+00:00",
        "at 22:59:44 info", "12:03",
    ],
)  # fmt: skip
def test_other_forms_are_recognised(text: str) -> None:
    assert parts_of_another_form(text)


def test_no_other_file_writes_times() -> None:
    found = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "ctscan").rglob("*.py")
        if FORMAT.search(THE_FORMS.sub("", path.read_text(encoding="utf-8")))
        and "ctscan/index/" not in path.relative_to(ROOT).as_posix()
    }
    assert found == set(ALLOWED)


@pytest.mark.parametrize("code", ['f"{at:%Y-%m-%dT%H:%MZ}"', 'f"{at:%d.%m.%Y}"', "at.isoformat()", 'strftime("%c")'])
def test_other_forms_in_code_are_recognised(code: str) -> None:
    assert FORMAT.search(THE_FORMS.sub("", code))


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("times")
    log = ROOT / "data" / "demo-log"
    db = folder / "kept.db"
    (folder / "jane.der").write_bytes(
        make_certificate([("CN", "Jane Roe")], [("email", "jane@example.org")], eku=(EMAIL_PROTECTION,))
    )
    options = ("--everything", "--purpose", "a test", "--db", db)
    assert run("scan", "--log", log.as_uri(), "--from", "start", *options).exit_code == 0
    assert run("import", folder / "jane.der", *options).exit_code == 0
    request = ("--regime", "eu", "--received", "2026-02-27", "--requester", "Jane Roe")
    assert run("case", "open", "jane@example.org", *request, "--db", db).exit_code == 0
    return db


COMMANDS = [
        "runs", "runs --searches", "logs", "logs heads", "logs evidence", "health", "basis show",
        "basis show --history", "audit show", "disclosures", "status", "status jane@example.org",
        "lookup jane@example.org jane.roe@example.org", "prove jane@example.org", "case list --all",
        "case search jane@example.org",
]  # fmt: skip


@pytest.mark.parametrize(("columns", "command"), crossed([None, "60", "120", "220"], COMMANDS))
def test_screens(db: Path, command: str, columns: str | None) -> None:
    result = run(*command.split(), "--db", db, env={"COLUMNS": columns})
    assert result.stdout
    assert parts_of_another_form(result.stdout + result.stderr) == []


def test_log_lines(db: Path) -> None:
    result = run("lookup", "jane@example.org", "-vv", "--db", db)
    assert parts_of_another_form(result.stderr) == []


@pytest.mark.parametrize("path", [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "data/text/en.toml"])
def test_documents_and_sentences(path: Path) -> None:
    text = re.sub(r"[0-9a-f]{2}(:[0-9a-fA-F]{2})+", "", path.read_text(encoding="utf-8"))
    assert parts_of_another_form(re.sub(r"\.\d{3}Z", "Z", text)) == []  # JSON keeps milliseconds
