"""Overview of an answer: sums over all matches, whatever is shown of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from ctscan.answer.selecting import selected
from ctscan.model import (
    Answer,
    AttributionReason,
    CertificateStanding,
    CertificateSummary,
    Confidence,
    EntryKind,
    Finding,
    Identifier,
    IdentifierKind,
    Match,
    RepositorySighting,
    Selection,
    Sighting,
    Status,
    SubjectKind,
)
from ctscan.views.certificates import same_line
from ctscan.views.overview import issuer_name, overview_lines, selection_lines
from ctscan.views.text import texts

EN = texts("en")
JANE = Identifier(IdentifierKind.EMAIL, "jane@example.org", "jane@example.org")


def finding(category: str) -> Finding:
    why, person = AttributionReason.ONLY_PEOPLE(), SubjectKind.PERSON
    return Finding(
        "rule", category, (category,), "Roe", "roe", "subject.0", "2.5.4.4", person, Confidence.LIKELY, why, ()
    )


def match(
    number: int, standing: CertificateStanding = CertificateStanding.VALID, issuer: str = "CN=A,O=Example"
) -> Match:
    summary = CertificateSummary(None, bytes([number]) * 32, issuer, f"{number:x}", "CN=Roe", None, None)
    logged = Sighting(f"Log {number % 2}", bytes([number % 2]) * 32, 7, number * 1_000_000, EntryKind.X509, True)
    findings = (finding("user.contact.email"), finding("user.contact.email"))
    return Match(summary, findings, (logged,), status=Status(standing, False, None))


def lines(*matches: Match) -> list[str]:
    return overview_lines(Answer(JANE, matches, (), (), True), EN)


def test_sums_of_standings_categories_issuers_and_times() -> None:
    named = replace(match(3, CertificateStanding.REVOKED), findings=(finding("user.name.last"),))
    unknown = match(4, CertificateStanding.UNKNOWN, r"O=Example\, Ltd.,C=XX")
    assert lines(match(1), match(2, CertificateStanding.EXPIRED), named, unknown) == [
        "4 certificates: 1 live, 1 expired, 1 revoked, 1 of unknown status",
        "Personal data: e-mail address in 3, surname in 1",
        "Issuers: A in 3, Example, Ltd. in 1",
        "Logged first 1970-01-01T00:16:40Z, last 1970-01-01T01:06:40Z, in 2 logs",
    ]


def test_one_certificate_needs_no_overview() -> None:
    assert lines() == lines(match(1)) == []


@pytest.mark.parametrize(("issuers", "rest"), [(5, ""), (6, ", 1 other in 1"), (9, ", 4 others in 4")])
def test_five_issuers_are_named_and_the_others_counted(issuers: int, rest: str) -> None:
    found = lines(match(0, issuer="CN=0"), *(match(number, issuer=f"CN={number}") for number in range(issuers)))
    assert found[2] == f"Issuers: 0 in 2, 1 in 1, 2 in 1, 3 in 1, 4 in 1{rest}"


def test_certificates_that_no_log_showed() -> None:
    days = [datetime(2026, 1, day, tzinfo=UTC) for day in (3, 2)]
    found = [
        replace(match(1), sightings=(), repositories=(RepositorySighting("crt.sh", "1", at, None, (), "", False),))
        for at in days
    ]
    assert lines(*found)[-1] == (
        "In no log that was read; given to us first 2026-01-02T00:00:00Z, last 2026-01-03T00:00:00Z"
    )
    in_chain = replace(match(1).sightings[0], kind=EntryKind.CHAIN)
    bare = replace(match(1), sightings=(in_chain,), findings=(), status=None)
    assert lines(bare, bare) == ["2 certificates: 2 of unknown status", "Issuers: A in 2"]


@pytest.mark.parametrize(
    ("issuer", "name"),
    [
        ("CN=Example CA,O=Example,C=XX", "Example CA"),
        ("C=XX,O=Example", "Example"),
        (r"OU=x\,CN=no,O=a\+b", "a+b"),
        ("C=XX", "C=XX"),
        (f"CN={'x' * 5000}", "x" * 80 + "…"),
        ("", ""),
    ],
)
def test_names_of_issuers_are_short(issuer: str, name: str) -> None:
    assert issuer_name(issuer) == name


def test_a_selection_says_what_is_left_out_and_the_overview_does_not_change() -> None:
    named = replace(match(1), findings=(finding("user.contact.email"), finding("user.name"), finding("user.name")))
    answer = Answer(JANE, (named, match(2, CertificateStanding.EXPIRED)), (), (), True, mailboxes=(match(3),))
    since = datetime(2026, 1, 1, tzinfo=UTC)
    chosen = selected(answer, Selection(live=True, category="user.contact", limit=3))
    assert selection_lines(answer, EN) == []
    assert selection_lines(chosen, EN) == [
        "1 of 2 certificates shown: --live --category user.contact --limit 3",
        "1 of 1 certificates with a mailbox of the name shown: --live --category user.contact --limit 3",
        "2 findings of these certificates not shown: --category user.contact",
    ]
    nothing = selected(answer, Selection(since=since, persons=True, summary=True))
    options = "--since 2026-01-01T00:00:00Z --persons --summary"
    assert selection_lines(nothing, EN) == [
        f"0 of 2 certificates shown: {options}",
        f"0 of 1 certificates with a mailbox of the name shown: {options}",
    ]
    assert selection_lines(selected(Answer(JANE, (), (), (), True), Selection(live=True)), EN) == []
    assert overview_lines(answer, EN) == overview_lines(chosen, EN) == overview_lines(nothing, EN)


def test_probably_the_same_is_a_number_where_the_certificate_is_in_the_answer() -> None:
    here, there = b"\x01" * 32, b"\x02" * 32
    summary = replace(match(3).certificate, also=(here, there))
    assert same_line(summary, {here: 1, there: 1200}, EN) == ["probably the same as certificate 1, 1,200"]
    assert same_line(summary, {here: 1}, EN) == [f"probably the same as certificate 1, and {'02' * 32}"]
    assert same_line(summary, {}, EN) == [f"probably the same: {'01' * 32}, {'02' * 32}"]
    assert same_line(replace(summary, also=()), {}, EN) == []
