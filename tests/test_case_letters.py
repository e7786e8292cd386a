"""`ctscan letters`: from a case in the register to documents in a folder, follow-ups, and their end."""

from __future__ import annotations

import asyncio
import json
import re
import stat
from collections.abc import Callable
from datetime import UTC, date, datetime
from hashlib import sha1
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from support.certs import san_extension
from support.cli import error_line, run
from support.lettered import EMAIL, JANE, certificate_of

import ctscan.app as app
from ctscan.clock import Clock
from ctscan.config import Config, load_settings
from ctscan.dsar.regimes import regime
from ctscan.dsar.standing import standing
from ctscan.index.open import open_trail
from ctscan.model.audit import AuditAction, AuditEvent, AuditState
from ctscan.model.case import Case, CaseAction, CaseKind, CaseRequest
from ctscan.resources import languages

RECEIVED = date(2026, 3, 2)
AT = "2026-03-05"
CLOCK = Clock(now=lambda: datetime(2026, 3, 4, 9, tzinfo=UTC))
SETTINGS = """
purpose = "requests of data subjects"
[controller]
name = "Example Watch e.V."
address = "Lindenweg 1; 10115 Berlin"
contact = "privacy@example.net"
authority = "Example Authority"
place = "DE-BE"
recipients = ["Example Archive"]
"""
SEEN = ("--identity-settled", "a passport was seen at the desk")

Letters = Callable[..., Any]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an index with certificates of an invented person by four CAs, and of another person."""
    folder = tmp_path_factory.mktemp("kept")
    other = [("CN", "John Doe"), ("emailAddress", "john@example.com")]
    for number, organisation in enumerate(("IdenTrust", "Sectigo Limited", "Let's Encrypt", "Unknown Trust"), 1):
        (folder / f"{number}.der").write_bytes(certificate_of(organisation, serial=number))
    (folder / "other.der").write_bytes(certificate_of("D-Trust GmbH", other, serial=9))
    (folder / "ctscan.toml").write_text(SETTINGS, "utf-8")
    files = sorted(folder.glob("*.der"))
    done = run("import", "--everything", *files, "--config", folder / "ctscan.toml")
    assert done.exit_code == 0, done.stderr
    return folder


@pytest.fixture
def home(kept: Path, tmp_path: Path) -> Path:
    """Give a copy of the index with its trail, its key and its settings."""
    for file in kept.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
        (tmp_path / file.name).chmod(0o600)
    return tmp_path


def config_of(home: Path) -> Config:
    return load_settings(config=str(home / "ctscan.toml"))


def opened(home: Path, *identifiers: str, kind: CaseKind = CaseKind.ACCESS, **given: Any) -> str:
    found = tuple(app.parse_identifier(text) for text in identifiers or (EMAIL,))
    request = CaseRequest(found, "eu", RECEIVED, kind=kind, requester="Jane Roe", **given)
    return asyncio.run(app.open_case(config_of(home), request, "john", CLOCK)).number


def case_of(home: Path, number: str) -> Case:
    return asyncio.run(app.case(config_of(home), number))


def letters(home: Path, number: str, *more: str, at: str = AT) -> Any:
    return run("letters", "--case", number, "-o", home / "out", "--at", at, *more, "--config", home / "ctscan.toml")


def as_json(home: Path, number: str, *more: str) -> list[dict[str, Any]]:
    done = letters(home, number, *SEEN, *more, "--format", "json")
    assert done.exit_code == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def text_of(path: str) -> str:
    document = Document(path)
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


# --- the contract --------------------------------------------------------------------------------------------------


def test_letters_are_written_one_for_each_ca_and_listed(home: Path) -> None:
    number = opened(home)
    found = {one["ca"]: one for one in as_json(home, number)}
    assert set(found) == {"IdenTrust", "Sectigo", "Unknown Trust"}
    first = found["IdenTrust"]
    assert {"addressee", "ca", "sender", "kind", "missing", "follow_up", "files"} <= set(first)
    assert (first["sender"], first["kind"], first["follow_up"]) == ("requester", "access", "2026-04-06")
    assert first["missing"] == ["postal-address", "application-id", "account-number"]
    document, copy = first["files"]
    assert Path(document).name == f"letter-{number}-identrust-access.docx"
    assert Path(copy).read_text("ascii").startswith("-----BEGIN CERTIFICATE-----\n")
    assert "Art. 15(1)-(3) GDPR" in text_of(document)
    assert "5 March 2026" in text_of(document)
    der = (home / "1.der").read_bytes()
    assert sha1(der, usedforsecurity=False).hexdigest() in text_of(document)


def test_files_are_for_their_owner_alone_and_nothing_else_is_left(home: Path) -> None:
    files = [Path(path) for one in as_json(home, opened(home)) for path in one["files"]]
    assert sorted((home / "out").iterdir()) == sorted(files)
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_why_a_ca_gets_no_letter_is_said(home: Path) -> None:
    done = letters(home, opened(home), *SEEN)
    assert "Let's Encrypt puts no person into its certificates" in done.stdout
    assert "IdenTrust: a request for access, in the requester's name" in done.stdout
    assert "Nothing was sent." in done.stdout
    in_json = letters(home, opened(home), *SEEN, "--format", "json")
    assert "Let's Encrypt puts no person" in in_json.stderr


def test_no_letter_names_another_person_or_their_certificate(home: Path) -> None:
    for one in as_json(home, opened(home, kind=CaseKind.ERASURE)):
        text = text_of(one["files"][0])
        assert "John" not in text and "Doe" not in text and "D-Trust" not in text


def test_the_same_case_at_the_same_time_gives_the_same_bytes(home: Path) -> None:
    number = opened(home)
    before = [Path(one["files"][0]).read_bytes() for one in as_json(home, number)]
    assert [Path(one["files"][0]).read_bytes() for one in as_json(home, number)] == before


def test_a_letter_that_somebody_worked_on_is_not_written_over(home: Path) -> None:
    number = opened(home)
    path = Path(as_json(home, number)[0]["files"][0])
    path.write_bytes(b"worked on")
    line = error_line(letters(home, number, *SEEN))
    assert "expected no file there, got another document" in line
    assert path.read_bytes() == b"worked on"


def test_letters_of_an_erasure_ask_for_it(home: Path) -> None:
    (first, *_) = as_json(home, opened(home, kind=CaseKind.ERASURE))
    assert first["kind"] == "erasure"
    kinds = {one["kind"] for one in as_json(home, opened(home), "--kind", "objection", "--kind", "complaint")}
    assert kinds == {"objection", "complaint"}


# --- senders -------------------------------------------------------------------------------------------------------


def test_a_representative_needs_a_mandate_that_was_seen(home: Path) -> None:
    number = opened(home)
    line = error_line(letters(home, number, *SEEN, "--sender", "representative"))
    assert "--sender representative: expected --mandate-seen DATE" in line
    found = as_json(home, number, "--sender", "representative", "--mandate-seen", "2026-03-01")
    assert "under a mandate that was seen on 1 March 2026" in text_of(found[0]["files"][0])
    assert "--mandate-seen: expected it with --sender representative" in error_line(
        letters(home, number, *SEEN, "--mandate-seen", "2026-03-01")
    )


def test_the_controller_sends_notices_in_its_own_name(home: Path) -> None:
    (one,) = as_json(home, opened(home, kind=CaseKind.ERASURE), "--sender", "controller")
    assert (one["ca"], one["kind"], one["follow_up"], one["missing"]) == (
        "Example Archive", "notice", None, ["address-of-addressee"],
    )  # fmt: skip
    text = text_of(one["files"][0])
    assert "Example Watch e.V." in text and EMAIL not in text and "Jane" not in text


def test_letters_of_the_requester_need_no_controller_and_the_controllers_own_do(home: Path) -> None:
    (home / "ctscan.toml").write_text('purpose = "requests of data subjects"\n', "utf-8")
    number = opened(home, kind=CaseKind.ERASURE)
    assert len(as_json(home, number)) == 3
    line = error_line(letters(home, number, *SEEN, "--sender", "controller"))
    assert "no name, no address, no contact, no authority" in line


# --- gates ---------------------------------------------------------------------------------------------------------


def test_nothing_is_written_before_the_identity_is_settled(home: Path) -> None:
    done = letters(home, opened(home))
    assert done.exit_code == 2
    assert "the identity of the requester is not settled" in error_line(done)
    assert not (home / "out").exists()


def test_how_the_identity_was_settled_is_kept_with_the_case(home: Path) -> None:
    number = opened(home)
    as_json(home, number)
    events = case_of(home, number).of(CaseAction.LETTER_WRITTEN)
    assert {event.get("settled") for event in events} == {"a passport was seen at the desk"}
    assert letters(home, number, "--override", "the person is our client", at="2026-03-06").exit_code == 1
    done = run(
        "letters", "--case", number, "-o", home / "again", "--at", AT, "--override", "known for years", "--config",
        home / "ctscan.toml",
    )  # fmt: skip
    assert done.exit_code == 0
    assert case_of(home, number).of(CaseAction.LETTER_WRITTEN)[-1].get("override") == "known for years"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--at", "2026-13-01"), "--at: expected a date such as 2026-01-31"),
        (("--at", "soon"), "--at: expected a date"),
        (("--at", "9999-01-01T00:00:00Z"), "--at: expected a time that isn't in the future"),
        (("--at", "2026-02-01"), "letter written on 2026-02-01: expected a day from the receipt on"),
        (("--kind", "notice"), "--kind: expected one of access"),
        (("--sender", "controller"), "--kind: expected one of problem-report in a case of access"),
    ],
)
def test_what_can_not_be_is_refused_before_anything_is_written(home: Path, more: tuple[str, ...], words: str) -> None:
    number = opened(home)
    done = run("letters", "--case", number, "-o", home / "out", *SEEN, *more, "--config", home / "ctscan.toml")
    assert done.exit_code == 2
    assert words in error_line(done)
    assert not (home / "out").exists()
    assert case_of(home, number).of(CaseAction.LETTER_WRITTEN) == ()


def test_a_purpose_is_needed(home: Path) -> None:
    number = opened(home)
    (home / "ctscan.toml").write_text("", "utf-8")
    done = letters(home, number, *SEEN)
    assert (done.exit_code, "letters: expected a purpose, got none" in done.stderr) == (2, True)


def test_an_unknown_case_and_a_missing_folder(home: Path) -> None:
    assert "C-2026-0099: not in the register" in error_line(letters(home, "C-2026-0099", *SEEN))
    done = run("letters", "--case", opened(home), *SEEN, "--config", home / "ctscan.toml")
    assert (done.exit_code, "expected -o DIR" in done.stderr) == (2, True)


def test_a_folder_that_can_not_be_written_to_leaves_nothing_half_written(home: Path) -> None:
    (home / "out").write_text("a file", "utf-8")
    number = opened(home)
    done = letters(home, number, *SEEN)
    assert done.exit_code == 1
    assert case_of(home, number).of(CaseAction.LETTER_WRITTEN) == ()


# --- record, follow-up, end ----------------------------------------------------------------------------------------


def events_of(home: Path) -> list[AuditEvent]:
    async def work() -> list[AuditEvent]:
        async with await open_trail(home / "ctscan.db.audit", create=False) as trail:
            return (await trail.events(1_000))[::-1]

    return asyncio.run(work())


def test_look_ups_and_letters_are_in_the_trail_and_no_identifier_is(home: Path) -> None:
    number = opened(home)
    as_json(home, number)
    found = [event for event in events_of(home) if event.action is AuditAction.LETTERS]
    assert [event.case for event in found] == [number] * len(found)
    changes = [event for event in found if event.state is not AuditState.DONE or event.detail]
    assert [event.state for event in changes] == [AuditState.INTENDED, AuditState.DONE]
    assert changes[-1].detail == "3"
    assert any(event.digest for event in found)
    assert b"jane.roe" not in (home / "ctscan.db.audit").read_bytes().lower()


def test_follow_ups_are_duties_of_the_case_until_they_are_settled(home: Path) -> None:
    number = opened(home)
    as_json(home, number)
    found = follow_ups(home, number)
    assert found == {"IdenTrust": ("2026-04-06", False), "Sectigo": ("2026-04-06", False), "Unknown Trust": (
        "2026-04-06", False)}  # fmt: skip
    done = run("letters", "--case", number, "--settled", "identrust", "--config", home / "ctscan.toml")
    assert (done.exit_code, done.stdout.strip()) == (0, "1 letter to IdenTrust is settled.")
    assert follow_ups(home, number)["IdenTrust"] == ("2026-04-06", True)
    line = error_line(run("letters", "--case", number, "--settled", "IdenTrust", "--config", home / "ctscan.toml"))
    assert "expected a CA with an open letter" in line and "Sectigo, Unknown Trust" in line


def follow_ups(home: Path, number: str) -> dict[str, tuple[str, bool]]:
    case = case_of(home, number)
    deadlines = standing(case, regime("eu"), None).deadlines
    return {
        dict(one.what.params)["ca"]: (one.on.isoformat(), one.done_at is not None)  # type: ignore[misc]
        for one in deadlines
        if dict(one.what.params).get("ca")
    }


def test_a_closed_case_still_takes_letters(home: Path) -> None:
    number = opened(home)
    event = app.new_event(CaseAction.CLOSED, "john", CLOCK.now(), outcome="answered")
    asyncio.run(app.add_events(config_of(home), number, [event], "john", CLOCK))
    assert len(as_json(home, number)) == 3


def test_certificates_that_are_held_back_are_in_no_letter(home: Path) -> None:
    """A code for the mailbox proves nothing about a certificate that names somebody else with it."""
    shared = certificate_of("IdenTrust", [("CN", "Max Mustermann"), ("GN", "Max"), ("SN", "Mustermann"), *JANE[3:]])
    (home / "shared.der").write_bytes(shared)
    assert run("import", "--everything", home / "shared.der", "--config", home / "ctscan.toml").exit_code == 0
    (first, *_) = [one for one in as_json(home, opened(home)) if one["ca"] == "IdenTrust"]
    assert len(first["certificates"]) == 1
    text = text_of(first["files"][0])
    assert "Mustermann" not in text
    assert "1 certificate was held back" in text


def test_a_certificate_with_another_person_is_described_without_them_and_not_enclosed(home: Path) -> None:
    beside = [("CN", "Erika Beispiel"), ("GN", "Erika"), ("SN", "Beispiel"), ("emailAddress", "erika@example.com")]
    der = certificate_of(
        "IdenTrust", JANE, serial=77, extra=[san_extension([("email", EMAIL), ("dir", beside)])], eku=()
    )
    (home / "two.der").write_bytes(der)
    assert run("import", "--everything", home / "two.der", "--config", home / "ctscan.toml").exit_code == 0
    (first, *_) = [one for one in as_json(home, opened(home)) if one["ca"] == "IdenTrust"]
    text = text_of(first["files"][0])
    assert "erika@example.com" not in text
    assert len(first["files"]) <= 2


def test_a_letter_is_never_in_a_language_without_its_sentences(home: Path) -> None:
    for lang in languages():
        for one in as_json(home, opened(home, lang=lang)):
            text = text_of(one["files"][0])
            assert re.search(r"\bletter(?:-note|-missing)?\.[a-z]", text) is None
