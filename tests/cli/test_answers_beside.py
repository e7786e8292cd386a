"""What stands beside an answer: mailboxes of a name and similar identifiers, as text and as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.certs import EMAIL_PROTECTION, make_certificate
from support.cli import run
from support.logs import LogBuilder

JANE = [("GN", "Jane"), ("SN", "Roe"), ("CN", "Jane Roe")]
HELD = (
    (JANE, "jane.roe@example.org"),
    (JANE, "jane.roe@example.org"),
    ([("CN", "jane.roe@example.com")], "jane.roe@example.com"),
    ([("CN", "jroe@example.net")], "jroe@example.net"),
    ([("CN", "janeroe+lists@example.org")], "janeroe+lists@example.org"),
)


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Scan a complete log of these certificates, and return the index."""
    builder, folder = LogBuilder("Example log"), tmp_path_factory.mktemp("beside")
    for number, (subject, address) in enumerate(HELD):
        der = make_certificate(subject, [("email", address)], eku=(EMAIL_PROTECTION,), serial=0x100 + number)
        assert isinstance(der, bytes)
        builder.add_certificate(der)
    builder.fill(20)
    builder.write_static_tree(folder / "log")
    scanned = run(
        "scan", "--db", folder / "ctscan.db", "--log", (folder / "log").as_uri(), "--from", "start", "--everything"
    )
    assert scanned.exit_code == 0, scanned.stderr
    return folder / "ctscan.db"


def answer_to(db: Path, asked: str) -> Any:
    result = run("lookup", asked, "--db", db, "--format", "json")
    assert (result.exit_code, result.stderr) == (0, "")
    return json.loads(result.stdout)


def shown(db: Path, asked: str, width: int) -> str:
    result = run("lookup", asked, "--db", db, env={"COLUMNS": str(width)})
    assert (result.exit_code, result.stderr) == (0, "")
    assert max(map(len, result.stdout.splitlines())) <= width
    return result.stdout


def test_offers_in_json(db: Path) -> None:
    given = answer_to(db, "jane.roe+x@example.org")
    assert (given["matches"], given["mailboxes"], given["complete"]) == ([], [], True)
    assert given["offers"] == [
        {
            "identifier": "jane.roe@example.org",
            "reason": "the same address without its +tag",
            "reason_code": "offer.without-tag",
            "reason_params": {},
            "certificates": 2,
            "at_least": False,
        },
        {
            "identifier": "janeroe+lists@example.org",
            "reason": "the same letters with other dots, and with another +tag or none",
            "reason_code": "offer.dots-and-tag",
            "reason_params": {},
            "certificates": 1,
            "at_least": False,
        },
    ]
    assert [one["identifier"] for one in answer_to(db, "jane.roe@example.org")["offers"]] == [
        "name:Jane Roe",
        "janeroe+lists@example.org",
    ]
    assert answer_to(db, "nobody+x@example.org")["offers"] == []


def test_what_is_offered_can_be_typed(db: Path) -> None:
    for asked in ("jane.roe+x@example.org", "jane.roe@example.org", "jroe@example.net"):
        for offer in answer_to(db, asked)["offers"]:
            assert len(answer_to(db, offer["identifier"])["matches"]) == offer["certificates"]


def test_mailboxes_in_json(db: Path) -> None:
    given = answer_to(db, "Roe, Jane")
    assert len(given["matches"]) == 2
    found = [(match["findings"][0]["value"], match["score"]) for match in given["mailboxes"]]
    assert found == [("janeroe+lists@example.org", 1.0), ("jane.roe@example.com", 1.0), ("jroe@example.net", 0.5)]
    assert given["mailboxes"][0].keys() == given["matches"][0].keys()
    assert given["mailboxes"][0]["status"] is not None


@pytest.mark.parametrize("width", [60, 80, 120])
def test_offers_as_text(db: Path, width: int) -> None:
    text = shown(db, "jane.roe+x@example.org", width)
    verdict, offers = text.index("Nothing found"), text.index("perhaps of the same person")
    line = text.index("  - jane.roe@example.org: 2 certificates; the same address")
    assert verdict < offers < line
    lines = text.splitlines()
    (first,) = (number for number, found in enumerate(lines) if found.startswith("  - janeroe+lists@example.org: 1"))
    assert all(found.startswith("    ") for found in lines[first + 1 : lines.index("", first)])
    assert (lines[first + 1] == "") is (width == 120)
    assert "perhaps of the same person" not in shown(db, "nobody+x@example.org", width)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_mailboxes_as_text(db: Path, width: int) -> None:
    text = " ".join(shown(db, "Jane Roe", width).split())
    assert "Found in 2 certificates" in text
    assert "3 certificates have a mailbox that is made from the name. They are no matches" in text
    assert text.index("Certificate 2 of 2") < text.index("Mailbox 1 of 3") < text.index("Mailbox 3 of 3, made from an")


def test_a_text_of_a_certificate_cannot_steer_the_terminal(tmp_path: Path) -> None:
    builder = LogBuilder("Example log")
    subject = [("GN", "Jane \x1b[2J"), ("SN", "Roe\x07")]
    der = make_certificate(subject, [("email", "jane.roe@example.org")], eku=(EMAIL_PROTECTION,), serial=7)
    assert isinstance(der, bytes)
    builder.add_certificate(der)
    builder.write_static_tree(tmp_path / "log")
    run("scan", "--db", tmp_path / "db", "--log", (tmp_path / "log").as_uri(), "--from", "start", "--everything")
    result = run("lookup", "jane.roe@example.org", "--db", tmp_path / "db")
    assert "name:" in result.stdout
    assert "\x1b" not in result.stdout
    assert "\x07" not in result.stdout
