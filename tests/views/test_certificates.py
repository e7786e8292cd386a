"""Words about repositories, searches and authorities, and their shapes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from ctscan.model import (
    Answer,
    Authority,
    AuthorityList,
    CertificateSummary,
    Coordinate,
    EntryKind,
    Identifier,
    Match,
    RepositorySighting,
    Revocation,
    RevocationState,
    Search,
    SearchShortfall,
    Shortfall,
    Sighting,
)
from ctscan.revocation.status import status_of
from ctscan.views import json as shapes
from ctscan.views.answers import answer_lines, search_line
from ctscan.views.certificates import owner_lines, repository_line, short_name
from ctscan.views.text import texts

ENGLISH = texts("en")
AT = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
SEEN = RepositorySighting("crt.sh", "7001", AT, 1_900_000_000_000, (), "", confirmed=False)
CERTIFICATE = CertificateSummary(b"\1" * 32, b"\2" * 32, "CN=Example CA", "4a", "CN=Jane Roe", AT, AT)
MATCH = Match(CERTIFICATE, (), (), repositories=(SEEN,))
LOGGED = Sighting("Example log", b"\3" * 32, 12, 1_900_000_000_000, EntryKind.X509, verified=True)
OWNED = Authority(
    "Example Trust", "Example CA", b"\4" * 32, b"\5" * 20, ("https://example.org/cps",), "pki@example.org"
)
LIST = AuthorityList(AT, "ccadb.csv", 9000)


def test_what_no_log_confirmed_is_said_to_be_unverified() -> None:
    assert repository_line(SEEN, ENGLISH) == (
        "in crt.sh as 7001, given to us on 2031-05-06, first logged 2030-03-17T17:46:40Z as it says; "
        "unverified: no log that was read holds it"
    )
    assert repository_line(replace(SEEN, confirmed=True), ENGLISH).endswith("as it says; confirmed by a log")
    assert repository_line(replace(SEEN, first_logged=None), ENGLISH).startswith(
        "in crt.sh as 7001, given to us on 2031-05-06; "
    )
    assert "first logged at an impossible time as it says" in repository_line(
        replace(SEEN, first_logged=2**63), ENGLISH
    )


def test_a_file_is_called_a_file() -> None:
    line = repository_line(replace(SEEN, repository="files", reference="/in/a.zip!b.pem", first_logged=None), ENGLISH)
    assert line == "in the file /in/a.zip!b.pem, read on 2031-05-06; unverified: no log that was read holds it"
    line = repository_line(replace(SEEN, repository="files", reference="-:2 (SHA-256 ab)", first_logged=None), ENGLISH)
    assert line.startswith("on standard input:2 (SHA-256 ab), read on 2031-05-06; ")


def test_entries_that_a_repository_names_are_shown_and_the_rest_counted() -> None:
    named = tuple(Coordinate(f"https://log{n}.example.org/", 1000 + n) for n in range(5))
    line = repository_line(replace(SEEN, coordinates=named), ENGLISH)
    assert line.endswith(
        "(it names entry 1,000 of https://log0.example.org/, entry 1,001 of https://log1.example.org/, "
        "entry 1,002 of https://log2.example.org/ and 2 more)"
    )


@pytest.mark.parametrize(
    ("match", "which", "lines"),
    [
        (MATCH, None, []),
        (MATCH, LIST, ["CA owner not known: not on the CCADB's list of 2031-05-06"]),
        (
            replace(MATCH, repositories=(replace(SEEN, owner="Example Trust"),)),
            LIST,
            ["CA owner: Example Trust, as crt.sh says"],
        ),
        (
            replace(MATCH, authorities=(OWNED,)),
            LIST,
            [
                "CA owner: Example Trust (CCADB); policies: https://example.org/cps; reports: pki@example.org; "
                "as far as the certificate is genuine, which no log has confirmed"
            ],
        ),
        (
            replace(MATCH, repositories=(), authorities=(OWNED, replace(OWNED, sha256=b"\6" * 32))),
            LIST,
            ["CA owner: Example Trust (CCADB); policies: https://example.org/cps; reports: pki@example.org"],
        ),
        (
            replace(
                MATCH, repositories=(), authorities=(OWNED, Authority("Other Trust", "X", b"", b"", status="Revoked"))
            ),
            LIST,
            [
                "CA owner: Example Trust (CCADB); policies: https://example.org/cps; reports: pki@example.org",
                "CA owner: Other Trust (CCADB); CA certificate revoked",
            ],
        ),
    ],
)
def test_owners(match: Match, which: AuthorityList | None, lines: list[str]) -> None:
    assert owner_lines(match, which, ENGLISH) == lines


DONE = Search(
    1, "crt.sh", "email", "email:jane@example.org", "jd", "request 1", "email", "r1", AT, AT, "whole", (), 3, 2
)


@pytest.mark.parametrize(
    ("search", "line"),
    [
        (DONE, "crt.sh was asked on 2031-05-06T07:08:09Z: whole, 3 certificates given"),
        (replace(DONE, results=1), "crt.sh was asked on 2031-05-06T07:08:09Z: whole, 1 certificate given"),
        (
            replace(DONE, kind="domain", outcome="incomplete", detail=(Shortfall(SearchShortfall.GONE(), 2),)),
            "crt.sh was asked about its domain on 2031-05-06T07:08:09Z: incomplete, 3 certificates given "
            "(a listed certificate is gone (2 times))",
        ),
        (
            replace(DONE, outcome="running", results=0),
            "crt.sh was asked on 2031-05-06T07:08:09Z: not ended yet, or killed, 0 certificates given",
        ),
    ],
)
def test_searches(search: Search, line: str) -> None:
    assert search_line(search, "email", ENGLISH) == line


def test_a_search_for_hosts_reads_as_what_it_is() -> None:
    assert search_line(replace(DONE, repository="certspotter", kind="host"), "domain", ENGLISH) == (
        "certspotter was asked about hosts at and below it on 2031-05-06T07:08:09Z: whole, 3 certificates given"
    )


def test_that_no_list_of_owners_is_there_is_said_once_for_an_answer() -> None:
    jane = Identifier("email", "jane@example.org", "jane@example.org")
    given = Answer(jane, (MATCH, MATCH), (), (), False, searches=(DONE,))
    searched, owners = answer_lines(given, ENGLISH)
    assert searched == search_line(DONE, "email", ENGLISH)
    assert owners == "CA owners not known: 'ctscan ca update' loads the list of the CCADB"
    assert answer_lines(replace(given, authorities=LIST), ENGLISH) == [searched]
    assert answer_lines(replace(given, matches=()), ENGLISH) == [searched]


def test_a_certificate_is_unconfirmed_until_a_log_that_was_read_holds_it() -> None:
    assert MATCH.is_unconfirmed
    assert replace(MATCH, sightings=(replace(LOGGED, verified=False),)).is_unconfirmed
    assert not replace(MATCH, sightings=(LOGGED,)).is_unconfirmed
    assert not replace(MATCH, repositories=()).is_unconfirmed  # an unproven log has its own words


def test_shape_of_a_match_with_all_of_it() -> None:
    revoked = Revocation(RevocationState.REVOKED, "CRL", AT, "http://crl.example.org/1", AT, "keyCompromise", AT, AT)
    match = replace(
        MATCH,
        repositories=(replace(SEEN, coordinates=(Coordinate("https://log.example.org/", 5, 1_900_000_000_000),)),),
        authorities=(OWNED,),
        revocations=(revoked,),
        status=status_of(AT, AT, (revoked,), AT),
    )
    shape: dict[str, Any] = shapes.match(match)
    assert shape["repositories"] == [
        {
            "repository": "crt.sh",
            "reference": "7001",
            "seen": "2031-05-06T07:08:09Z",
            "first_logged": "2030-03-17T17:46:40Z",
            "coordinates": [{"log": "https://log.example.org/", "index": 5, "timestamp": "2030-03-17T17:46:40Z"}],
            "owner": None,
            "confirmed": False,
        }
    ]
    why = {"why": None, "why_code": None, "why_params": None}
    assert shape["status"] == {"standing": "revoked", "is_expired": False, **why, "source": "CRL"}
    assert shape["revocations"][0]["reason"] == "keyCompromise"
    assert shape["authorities"][0]["key_id"] == "05" * 20


@pytest.mark.parametrize(
    ("name", "width", "expected"),
    [
        ("", 80, ""),
        ("CN=Jane Roe", 80, "CN=Jane Roe"),
        ("O=Example Ltd,CN=Jane Roe", 80, "O=Example Ltd, CN=Jane Roe"),
        (f"CN={'x' * 50},O=Example Ltd", 80, f"CN={'x' * 50}, …"),
        (f"CN={'x' * 50},O=Example Ltd", 160, f"CN={'x' * 50}, O=Example Ltd"),
        (f"CN={'x' * 300},O=Example Ltd", 80, f"CN={'x' * 300}, …"),
        ("O=A\\,B\\\\,CN=Roe\\, Jane\\\\\\,", 80, "O=A\\,B\\\\, CN=Roe\\, Jane\\\\\\,"),
        (f"O=A\\,{'b' * 60},CN=Roe", 80, f"O=A\\,{'b' * 60}, …"),
        (f"CN=Jane+SN={'x' * 60},C=XX", 80, f"CN=Jane+SN={'x' * 60}, …"),
    ],
)
def test_a_subject_is_cut_between_attributes(name: str, width: int, expected: str) -> None:
    assert short_name(name, width) == expected
