"""Certificates that are held back: a code proves the mailbox of today, and no name."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from support.identified import AT, a_case, a_match, by_code, event, seen
from support.people import PEOPLE, Person

from ctscan.dsar.held_back import held_back
from ctscan.model import Match
from ctscan.model.case import Case, CaseAction
from ctscan.model.message import Message
from ctscan.model.release import IdentityDoubt

ADDRESS = "jr77@example.org"
JANE = [("CN", "Jane Roe")]
SINCE = date(2026, 5, 4)
BEFORE = datetime(2026, 5, 3, 23, 59, tzinfo=UTC)


def doubts(case: Case, match: Match, *, is_stated: bool = False) -> list[str]:
    """Return the codes for which a single certificate is held back; an empty list where it is released."""
    release = held_back(case, [match], is_stated=is_stated)
    assert (len(release.released), len(release.held)) in ((1, 0), (0, 1))
    return [reason.code for held in release.held for reason in held.reasons]


def by_address(requester: str = "", since: date | None = None, *events: object) -> Case:
    return a_case(ADDRESS, requester=requester, since=since, events=events or (by_code(),))  # type: ignore[arg-type]


# --- names ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("requester", "subject", "held"),
    [
        ("Jane Roe", JANE, []),
        ("Roe, J.", JANE, []),
        ("Ms Jane Roe", [("GN", "JANE"), ("SN", "ROE")], []),
        ("Jane Roe", [("SN", "Roe")], []),
        ("Jane Roe", [], []),
        ("Jane Doe; Jane Roe", JANE, []),
        ("Jane Doe", JANE, ["doubt.name-differs"]),
        ("Jane Roe", [("GN", "Max"), ("SN", "Roe")], ["doubt.name-differs"]),
        ("Jane Roe", [("CN", "Jane Roe"), ("GN", "Max"), ("SN", "Muster")], ["doubt.name-differs"]),
        ("J. R.", JANE, ["doubt.name-unknown"]),
        ("", JANE, ["doubt.name-unknown"]),
        ("", [], []),
    ],
)
def test_names(requester: str, subject: list[tuple[str, str]], held: list[str]) -> None:
    assert doubts(by_address(requester), a_match(subject, ADDRESS)) == held


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.mailbox)
def test_everybody_gets_the_own_certificate_and_not_that_of_the_mailbox_before(person: Person) -> None:
    own = a_match([("GN", person.given), ("SN", person.family)], person.mailbox)
    case = a_case(person.mailbox, requester=person.full, events=(by_code(),))
    assert doubts(case, own) == []
    other = a_case(person.mailbox, requester="Jane Roe", events=(by_code(),))
    assert doubts(other, own) == ["doubt.name-differs"]


def test_without_a_name_the_address_may_hold_it() -> None:
    case = a_case("jane.roe@example.org", events=(by_code(),))
    assert doubts(case, a_match(JANE, "jane.roe@example.org")) == []
    assert doubts(case, a_match([("CN", "Max Doe")], "jane.roe@example.org")) == ["doubt.name-unknown"]


def test_a_number_needs_no_name_of_the_requester() -> None:
    match = a_match([*JANE, ("2.5.4.5", "IDCDE-T22000129")])
    assert doubts(a_case("number:T22000129", events=(seen(),)), match) == []
    assert doubts(a_case("number:T22000129", requester="Max Doe", events=(seen(),)), match) == ["doubt.name-differs"]


def test_a_name_among_the_identifiers_is_the_requesters() -> None:
    case = a_case(ADDRESS, "name:Dr. Jane Roe", events=(by_code(),))
    assert doubts(case, a_match(JANE, ADDRESS)) == []
    assert doubts(case, a_match([("CN", "Max Doe")], ADDRESS)) == ["doubt.name-differs"]


def test_another_person_beside_the_requester_is_no_difference() -> None:
    addresses = ("jane.roe@example.org", "max.muster@example.org")
    match = a_match([("GN", "Jane"), ("SN", "Roe")], *addresses, beside=[("GN", "Max"), ("SN", "Muster")])
    owners = {f.value: f.person for f in match.findings}
    assert owners["Roe"] == owners["jane.roe@example.org"] != owners["Muster"]
    case = a_case("jane.roe@example.org", requester="Jane Roe", events=(by_code(),))
    assert doubts(case, match) == []


# --- since ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("begins", "held"),
    [
        (AT, []),
        (datetime(2026, 5, 4, tzinfo=UTC), []),
        (BEFORE, ["doubt.before-since"]),
        (None, ["doubt.undated"]),
    ],
)
def test_since(begins: datetime | None, held: list[str]) -> None:
    assert doubts(by_address("Jane Roe", SINCE), a_match(JANE, ADDRESS, begins=begins)) == held
    assert doubts(by_address("Jane Roe", None), a_match(JANE, ADDRESS, begins=begins)) == []


def test_the_reason_says_both_days() -> None:
    release = held_back(by_address("Jane Roe", SINCE), [a_match(JANE, ADDRESS, begins=BEFORE)])
    ((identity, reason),) = release.reasons.items()
    assert identity == release.held[0].match.certificate.identity
    assert reason == Message("doubt.before-since", (("begins", "2026-05-03"), ("since", "2026-05-04")))


def test_a_seen_proof_and_an_equal_name_outweigh_since() -> None:
    old = a_match(JANE, ADDRESS, begins=BEFORE)
    assert doubts(by_address("Jane Roe", SINCE, seen()), old) == []
    assert doubts(by_address("Max Doe", SINCE, seen()), old) == ["doubt.name-differs", "doubt.before-since"]
    nameless = a_match([], ADDRESS, begins=BEFORE)
    assert doubts(by_address("Jane Roe", SINCE, seen()), nameless) == ["doubt.before-since"]


def test_the_word_of_one_command_outweighs_no_since() -> None:
    old = a_match(JANE, ADDRESS, begins=BEFORE)
    assert doubts(by_address("Jane Roe", SINCE), old, is_stated=True) == ["doubt.before-since"]
    assert doubts(a_case(ADDRESS, requester="Jane Roe"), old, is_stated=True) == []


def test_since_counts_for_identifiers_that_pass_on_only() -> None:
    old = a_match([*JANE, ("2.5.4.5", "IDCDE-T22000129")], begins=BEFORE)
    number = a_case("number:T22000129", requester="Jane Roe", since=SINCE, events=(seen(),))
    assert any(key.key == "T22000129" for finding in old.findings for key in finding.keys)
    assert doubts(number, old) == []
    name = a_case("name:Jane Roe", since=SINCE, events=(seen(),))
    assert doubts(name, old) == []
    fingerprint = a_case(f"sha256:{old.certificate.sha256.hex()}", since=SINCE, events=(seen(),))
    assert doubts(fingerprint, a_match([], "x@example.org", begins=AT)) == ["doubt.unproven"]
    domain = a_case("@example.org", requester="Jane Roe", since=SINCE, events=(seen(),))
    assert doubts(domain, a_match([], ADDRESS, begins=BEFORE)) == ["doubt.before-since"]


# --- proof by identifier --------------------------------------------------------------------------------------------


def test_a_code_proves_its_own_identifier_only() -> None:
    both = (ADDRESS, "max.doe@example.org")
    match = a_match([], "max.doe@example.org")
    assert doubts(a_case(*both, events=(by_code(1),)), match) == ["doubt.unproven"]
    assert doubts(a_case(*both, events=(by_code(2),)), match) == []
    assert doubts(a_case(*both, events=(by_code(1), by_code(2))), match) == []
    assert doubts(a_case(*both, events=(seen(),)), match) == []
    assert doubts(a_case(*both), match) == ["doubt.unproven"]
    assert doubts(a_case(*both), match, is_stated=True) == []


def test_a_seen_proof_covers_no_identifier_that_came_later() -> None:
    added = event(CaseAction.IDENTIFIER_ADDED, kind="email")
    match = a_match([], "max.doe@example.org")
    assert doubts(a_case(ADDRESS, "max.doe@example.org", events=(seen(), added)), match) == ["doubt.unproven"]
    assert doubts(a_case(ADDRESS, "max.doe@example.org", events=(seen(), added, by_code(2))), match) == []
    assert doubts(a_case(ADDRESS, "max.doe@example.org", events=(seen(), added, seen())), match) == []


def test_a_code_proves_no_name_and_no_number() -> None:
    match = a_match(JANE, "another@example.org")
    assert doubts(a_case(ADDRESS, "name:Jane Roe", events=(by_code(),)), match) == ["doubt.unproven"]


def test_a_part_of_a_name_proves_nothing() -> None:
    case = a_case("name:Jane Roe", events=(seen(),))
    assert doubts(case, a_match([("CN", "Jane Doe")])) == ["doubt.unproven", "doubt.name-differs"]


def test_a_seen_proof_of_the_word_code_is_no_code() -> None:
    case = a_case(ADDRESS, events=(event(CaseAction.IDENTIFIED, how="code"),))
    assert doubts(case, a_match([], ADDRESS)) == []


# --- word of the handler --------------------------------------------------------------------------------------------


def test_a_confirmed_certificate_is_released_and_a_rejected_never() -> None:
    differs = a_match([("CN", "Max Doe")], ADDRESS)
    agrees = a_match(JANE, ADDRESS)
    confirm = event(CaseAction.FINDING_CONFIRMED, certificate=differs.certificate.identity.hex())
    reject = event(CaseAction.FINDING_REJECTED, certificate=agrees.certificate.identity.hex())
    release = held_back(by_address("Jane Roe", None, by_code(), confirm, reject), [agrees, differs])
    assert (release.released, release.held, release.rejected) == ((differs,), (), (agrees,))
    assert release.confirmed == {differs.certificate.identity}
    assert release.reasons == {agrees.certificate.identity: IdentityDoubt.REJECTED()}


def test_the_last_word_counts() -> None:
    match = a_match([("CN", "Max Doe")], ADDRESS)
    words = [
        event(action, certificate=match.certificate.identity.hex())
        for action in (CaseAction.FINDING_CONFIRMED, CaseAction.FINDING_REJECTED)
    ]
    assert held_back(by_address("Jane Roe", None, by_code(), *words), [match]).rejected == (match,)
    assert held_back(by_address("Jane Roe", None, by_code(), *reversed(words)), [match]).released == (match,)


def test_a_certificate_of_several_answers_counts_once_in_the_order_of_the_first() -> None:
    one, other = a_match(JANE, ADDRESS), a_match(JANE, ADDRESS, begins=AT + timedelta(days=1))
    assert held_back(by_address("Jane Roe"), [one, other, one]).released == (one, other)
