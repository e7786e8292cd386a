"""Tests of the picture of a requester: each datum once, and nothing of anybody else."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from msgspec.structs import replace
from support.certs import EMAIL_PROTECTION, make_certificate
from support.pictured import answer_of, der_of, identifiers_of, labels_of, match_of

from ctscan.dsar.other_people import HIDDEN
from ctscan.dsar.picture import answers_for_requester, picture
from ctscan.model import Match, Message, Qualifier, SubjectKind
from ctscan.model.picture import HeldReason, Picture
from ctscan.personal.scope import parse_scope
from ctscan.views import json

PERSONAL = (SubjectKind.PERSON, SubjectKind.UNKNOWN)
GOLDEN = Path(__file__).parents[1] / "personal" / "golden"


AREAS = sorted({path.parent.name for path in GOLDEN.glob("*/*.pem")})


@cache
def of_several_people(area: str) -> dict[str, Match]:
    """Read the golden certificates of an area that name several people."""
    found = {}
    for path in sorted((GOLDEN / area).glob("*.pem")):
        match = match_of(der_of(path)) if path.read_text("ascii").startswith("-----BEGIN CERT") else None
        if match is not None and len({f.person for f in match.findings if f.subject_kind is SubjectKind.PERSON}) > 1:
            found[path.stem] = match
    return found


def person(name: str, email: str, **more: object) -> bytes:
    """Make a certificate of one person."""
    given, surname = name.split()
    subject = [("2.5.4.3", name), ("2.5.4.42", given), ("2.5.4.4", surname)]
    return make_certificate(subject=subject, san=[("email", email)], eku=[EMAIL_PROTECTION], **more)


def texts_of(shown: Picture) -> str:
    """Join every text of a picture that a document shows."""
    texts = [str(datum.values) + datum.canonical for datum in shown.data]
    for one in shown.certificates:
        texts += [one.certificate.subject, one.certificate.issuer, *(str(f) for f in one.findings)]
    return "\n".join(texts).casefold()


def test_a_datum_stands_once_with_every_place_and_spelling() -> None:
    first = match_of(person("Jane Roe", "jane.roe@example.org"), index=1)
    second = match_of(person("Jane Roe", "Jane.Roe@example.org", serial=77), index=2)
    answers = [answer_of("jane.roe@example.org", first, second), answer_of("Jane Roe", second)]
    shown = picture(answers)
    assert [one.sightings[0].index for one in shown.certificates] == [2, 1]
    (address,) = (datum for datum in shown.data if datum.category == "user.contact.email")
    assert set(address.values) == {"jane.roe@example.org", "Jane.Roe@example.org"}
    assert {place.identity for place in address.places} == {first.certificate.identity, second.certificate.identity}
    assert address.since is not None and address.since.timestamp() * 1000 == first.sightings[0].timestamp
    assert len({(datum.category, datum.canonical) for datum in shown.data}) == len(shown.data)


def test_the_order_of_answers_changes_nothing() -> None:
    first = match_of(person("Jane Roe", "jane.roe@example.org"), index=1)
    second = match_of(person("Jane Roe", "jane@example.com", serial=77), index=2)
    answers = [answer_of("jane.roe@example.org", first), answer_of("jane@example.com", second)]
    one, other = picture(answers), picture(answers[::-1])
    assert (one.data, one.certificates) == (other.data, other.certificates)


def test_a_derived_datum_is_named_so() -> None:
    der = make_certificate(
        subject=[("2.5.4.42", "Mari"), ("2.5.4.4", "Maasikas"), ("2.5.4.5", "PNOEE-60001019906")],
        san=[("email", "mari@example.org")],
        eku=[EMAIL_PROTECTION],
    )  # fmt: skip
    derived = {d.category for d in picture([answer_of("mari@example.org", match_of(der))]).data
               if Qualifier.DERIVED in d.qualifiers}  # fmt: skip
    assert {"user.demographic.date_of_birth", "user.demographic.gender"} <= derived


@pytest.mark.parametrize("area", AREAS)
def test_no_value_that_only_another_person_has_is_in_the_picture(area: str) -> None:
    for case, match in of_several_people(area).items():
        for label in sorted({f.person for f in match.findings if f.subject_kind is SubjectKind.PERSON}):
            check_others(match, label, case)


def check_others(match: Match, label: str, case: str) -> None:
    """Search the picture of a person for what only others have."""
    shown = picture([answer_of(asked, match) for asked in identifiers_of(match, label)])
    own = {f.value.casefold() for f in match.findings if f.person == label}
    of_issuer = [f for f in match.findings if f.subject_kind not in PERSONAL or f.path.startswith(("issuer", "ian"))]
    impersonal = {f.value.casefold() for f in of_issuer}
    others = {f.value.casefold() for f in match.findings if f.person != label} - own - impersonal
    others -= {value for value in others if any(value in one for one in own if not is_longer(one))}
    text = texts_of(shown)
    assert {value for value in others if len(value) > 3 and value in text} == set(), (case, label)
    assert all(one.is_redacted for one in shown.certificates) or not others, (case, label)


def is_longer(value: str) -> bool:
    """Return whether a value is a text, which may name others."""
    return value.count(" ") > 3


def test_there_are_enough_certificates_of_several_people() -> None:
    several = [match for area in AREAS for match in of_several_people(area).values()]
    assert len(several) >= 30
    of_subjects = [match for match in several if "subject" in labels_of(match)]
    shown = [picture([answer_of(asked, match) for asked in identifiers_of(match, "subject")]) for match in of_subjects]
    assert sum(bool(one.certificates) for one in shown) > 20, "most are shown to their subject"


def test_the_redacted_subject_keeps_what_is_no_persons() -> None:
    subject = [("2.5.4.3", "John Smith"), ("2.5.4.42", "John"), ("2.5.4.4", "Smith"), ("2.5.4.10", "Example Ltd")]
    san = [("email", "jane.roe@example.org"), ("email", "john.smith@example.org")]
    match = match_of(make_certificate(subject=subject, san=san, eku=[EMAIL_PROTECTION]))
    shown = picture([answer_of("jane.roe@example.org", match)])
    for one in shown.certificates:
        assert "Smith" not in one.certificate.subject
        assert "Example Ltd" in one.certificate.subject or one.certificate.subject == HIDDEN
        assert one.is_redacted and one.hidden


def test_what_is_unclear_is_held_back_with_its_reason() -> None:
    mailbox = match_of(person("John Smith", "jane.roe@example.org"))
    partly = replace(match_of(person("Jane Smith", "j@example.org", serial=5)), score=0.5)
    shown = picture([answer_of("Jane Roe", partly, mailboxes=[mailbox])])
    assert shown.certificates == () and shown.data == ()
    assert {one.reason.code for one in shown.held_back} == {HeldReason.PART_OF_NAME, HeldReason.ONLY_MAILBOX}


def test_a_certificate_that_the_handler_confirmed_is_shown() -> None:
    mailbox = match_of(person("Jane Roe-Smith", "jane.roe@example.org"))
    answers = [answer_of("Jane Roe", mailboxes=[mailbox])]
    assert picture(answers).certificates == ()
    shown = picture(answers, confirmed=[mailbox.certificate.identity])
    assert [one.certificate.identity for one in shown.certificates] == [mailbox.certificate.identity]


def test_the_case_holds_certificates_back() -> None:
    match = match_of(person("Jane Roe", "jane.roe@example.org"))
    reason = Message("held.name-differs")
    shown = picture([answer_of("jane.roe@example.org", match)], held_back={match.certificate.identity: reason})
    assert shown.certificates == () and [one.reason for one in shown.held_back] == [reason]


def test_a_domain_alone_shows_nobody() -> None:
    match = match_of(person("Jane Roe", "jane.roe@example.org"))
    shown = picture([answer_of("@example.org", match)])
    assert [one.reason.code for one in shown.held_back] == [HeldReason.ONLY_DOMAIN]


def test_answers_for_the_requester_leave_other_people_out() -> None:
    own, other = (
        match_of(person("Jane Roe", "jane.roe@example.org")),
        match_of(person("John Smith", "js@example.org", serial=3)),
    )
    given = replace(answer_of("Jane Roe", own, mailboxes=[other]))
    shown = picture([given])
    (answer,) = answers_for_requester([given], shown)
    text = json.to_json(json.answer(answer))
    assert "Smith" not in text and "js@example.org" not in text and "jane.roe@example.org" in text


def test_scopes_lose_the_addresses_of_others() -> None:
    from datetime import UTC, datetime

    from ctscan.model import LogCoverage, VerifiedRange

    scope = parse_scope(["email:jane@example.org", "email:john@example.com", "domain:example.net"]).text
    log = LogCoverage("log", bytes(32), 9, (VerifiedRange(0, 9, scope, "r"),), (), datetime(2026, 1, 1, tzinfo=UTC))
    given = replace(answer_of("jane@example.org"), coverage=(log,))
    (answer,) = answers_for_requester([given], picture([given]))
    assert answer.coverage[0].verified[0].scope == "domain:example.net, email:jane@example.org"


def test_a_text_about_the_requester_loses_the_names_of_others() -> None:
    shown = picture([answer_of("Sigrid Attrappe", of_several_people("mixed_second")["de-restriction-names-two"])])
    (text,) = (datum for datum in shown.data if datum.category == "user.content.private")
    assert text.values == (f"Nur gültig gemeinsam mit Herrn {HIDDEN}.",)
    assert shown.certificates[0].is_redacted


def test_the_surname_of_a_sister_stays_in_the_own_address_only() -> None:
    match = of_several_people("mixed_second")["pt-sister-in-mailbox"]
    shown = picture([answer_of("helena.figurado@example.org", match)])
    assert "helena.figurado@example.org" in [datum.canonical for datum in shown.data]
    assert "Figurado" not in shown.certificates[0].certificate.subject
