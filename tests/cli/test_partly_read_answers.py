"""Look-ups on the command line beside certificates that were read in part, after scans of a log with a scope."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.certs import extension, make_certificate, string, tlv
from support.cli import run
from support.logs import LogBuilder
from support.simulator import Simulator

from ctscan.model import LogProtocol

SCOPE, OF_SCOPE = "example.com", "jane@example.com"
HIDDEN = 0xABC1
"""Serial number of the certificate whose frame can't be read."""


def nested(depth: int, inner: bytes) -> bytes:
    for _ in range(depth):
        inner = tlv(0x30, inner)
    return inner


DEEP = make_certificate(
    [("CN", "www.example.net")], serial=0xABC0, extra=[extension("1.2.3", nested(40, string("zoe@example.com")))]
)
"""Certificate of a host outside the scope, with an address of the scope deeper than the reader goes."""

WHOLE = make_certificate([("CN", "Jane Roe")], [("email", OF_SCOPE)], serial=0xABC2)


def people() -> LogBuilder:
    builder = LogBuilder("people")
    builder.fill(20)
    for der in (DEEP, WHOLE):
        builder.add_certificate(der)
    builder.fill(40 - builder.size)
    return builder


@pytest.fixture(scope="module", params=[LogProtocol.STATIC_CT, LogProtocol.RFC6962], ids=str)
def scanned(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Scan the log with a scope, and return the index."""
    db = tmp_path_factory.mktemp("scanned") / "ctscan.db"
    with Simulator() as sim:
        sim.add("people", people(), request.param)
        words = ("--log-list", sim.list_url, "--from", "start", "--scope", SCOPE)
        done = run("scan", *words, "--db", db)
        assert done.exit_code == 0, done.output
    return db


def look_up(db: Path, *asked: str, code: int) -> dict[str, Any]:
    given = run("lookup", *asked, "--db", db, "--format", "json")
    assert (given.exit_code, given.stderr) == (code, ""), given.output
    shape: dict[str, Any] = json.loads(given.stdout)
    assert shape["complete"] is (code == 0)
    return shape


def codes(shape: dict[str, Any]) -> list[str]:
    return [remark["code"] for remark in shape["remark_codes"] if "read" in remark["code"]]


@pytest.mark.parametrize("asked", ["zoe@example.com", "nobody@example.com", OF_SCOPE, "@example.com"])
def test_who_may_stand_in_the_rest_gets_no_complete_answer(asked: str, scanned: Path) -> None:
    shape = look_up(scanned, asked, code=4)
    assert codes(shape) == ["remark.partly-read", "remark.partly-read-in-log"]
    assert not any(log["holes"] for log in shape["coverage"])  # the certificate alone is the reason
    text = run("lookup", asked, "--db", scanned)
    assert text.exit_code == 4
    words = " ".join(text.stdout.split())
    assert "1 certificate could be read only in part" in words
    assert "entry 20 of people" in words and "the answer is complete" not in words


@pytest.mark.parametrize("command", ["status", "prove"])
def test_the_record_of_such_a_look_up_says_incomplete(command: str, scanned: Path) -> None:
    run(command, "nobody@example.com", "--db", scanned)
    (event,) = json.loads(run("audit", "show", "--limit", "1", "--db", scanned, "--format", "json").stdout)
    assert (event["action"], event["verdict"]) == (command, "incomplete, nothing found")


def test_the_answer_of_several_ends_with_4_if_one_is_concerned(scanned: Path) -> None:
    given = run("lookup", "serial:abc0", "nobody@example.com", "--db", scanned, "--format", "jsonl")
    assert given.exit_code == 4
    assert len(given.stdout.splitlines()) == 2


# --- serial numbers -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["--everything", SCOPE])
def hiding(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Scan a log with a certificate whose frame can't be read, though an address of the scope can."""
    db = tmp_path_factory.mktemp("hiding") / "ctscan.db"
    builder = people()
    builder.add_certificate(b"\x30\x03no certificate, of " + OF_SCOPE.encode())
    scope = ("--scope", SCOPE) if request.param == SCOPE else (request.param,)
    with Simulator() as sim:
        sim.add("people", builder)
        done = run("scan", "--log-list", sim.list_url, "--from", "start", *scope, "--db", db)
        assert done.exit_code == 0, done.output
    return db


@pytest.mark.parametrize("asked", [f"serial:{HIDDEN:x}", "serial:abc2", "abcdef0123456789"])
def test_a_serial_number_that_may_be_hidden_gets_no_complete_answer(asked: str, hiding: Path) -> None:
    shape = look_up(hiding, asked, code=4)
    assert "remark.serials-unreadable" in codes(shape)
    assert len(shape["matches"]) == (asked == "serial:abc2")
    text = run("lookup", asked, "--db", hiding)
    assert text.exit_code == 4
    assert "the serial number of 1 kept certificate can't be read" in " ".join(text.stdout.split())
