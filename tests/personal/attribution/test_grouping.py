"""Grouping of the findings of a certificate by person."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from support.certs import EMAIL_PROTECTION, general_names, make_certificate, name, tlv
from support.people import LATIN

from ctscan.model import AttributionReason, Confidence, Finding
from ctscan.personal.attribution.grouping import group_by_person
from ctscan.personal.rules import find_personal_data
from ctscan.personal.view import View
from ctscan.x509.certificate import read_certificate

JANE = [("GN", "Jane"), ("SN", "Doe"), ("CN", "Jane Doe")]
JOHN = [("GN", "John"), ("SN", "Roe"), ("CN", "John Roe"), ("emailAddress", "office@example.org")]
OWNER = "2.5.4.32"


def found(der: bytes) -> tuple[Finding, ...]:
    findings, problems = find_personal_data(read_certificate(der))
    assert problems == ()
    return findings


def people(subject: object, san: object = (), **more: object) -> dict[str, set[str]]:
    """Group the canonical values of a certificate by person."""
    groups: dict[str, set[str]] = {}
    for finding in found(make_certificate(subject, san, eku=(EMAIL_PROTECTION,), **more)):
        groups.setdefault(finding.person, set()).add(finding.canonical)
    return groups


def test_one_person_in_many_spellings_is_one() -> None:
    san = [
        ("email", "jane.doe@example.org"),
        ("email", "doe.jane@example.com"),
        ("email", "j.doe@example.org"),
        ("email", "jdoe@example.net"),
        ("dir", [("GN", "JANE Q."), ("SN", "DOE"), ("emailAddress", "q7@example.org")]),
        ("dir", [("CN", "Doe, Jane"), ("emailAddress", "jane@example.org")]),
    ]
    assert set(people(JANE, san)) == {"subject"}


def test_another_name_is_another_person_with_all_that_is_in_it() -> None:
    groups = people(JANE, [("dir", JOHN), ("email", "john.roe@example.org"), ("email", "jane@example.org")])
    assert groups["subject 2"] == {"john", "roe", "john roe", "office@example.org", "john.roe@example.org"}
    assert "jane@example.org" in groups["subject"]
    assert set(groups) == {"subject", "subject 2"}


def test_the_same_name_twice_is_one_person() -> None:
    assert set(people(JANE, [("dir", JOHN), ("dir", JOHN[:2])])) == {"subject", "subject 2"}


def test_the_owner_of_the_key_is_somebody_else() -> None:
    owner = name([("GN", "Erika"), ("SN", "Mustermann"), ("emailAddress", "k2@example.org")])
    groups = people([*JANE, (OWNER, owner, "raw"), (OWNER, name(JOHN), "raw")])
    assert {"erika", "mustermann", "k2@example.org"} <= groups["owner"]
    assert {"john", "roe", "office@example.org"} <= groups["owner 2"]
    assert {"jane", "doe"} <= groups["subject"]


def test_relatives_are_two_people() -> None:
    relative = [("GN", "Richard"), ("SN", "Doe")]
    assert people(JANE, [("dir", relative)])["subject 2"] >= {"richard", "doe"}


def test_addresses_alone_name_people_when_they_have_the_form_of_names() -> None:
    san = [("email", "jane.doe@example.org"), ("email", "john.roe@example.org"), ("email", "roe.john@example.com")]
    groups = people([("O", "Example Ltd")], san)
    assert groups == {
        "subject": {"jane.doe@example.org"},
        "subject 2": {"john.roe@example.org", "roe.john@example.com"},
    }


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("jane.doe", "john.doe", 2),
        ("jane.doe", "doe.jane", 1),
        ("jane.doe", "jane.roe", 1),
        ("max.doe", "maximilian.doe", 1),
        ("jane_doe", "john.roe", 2),
        ("jane.doe", "jane.doe2", 1),
        ("мария.примерова", "john.roe", 1),
    ],
)
def test_addresses_of_the_form_of_names(one: str, other: str, expected: int) -> None:
    san = [("smtp", f"{one}@example.org"), ("smtp", f"{other}@example.com")]
    assert len(people([("O", "Example Ltd")], san)) == expected


@pytest.mark.parametrize("other", ["info@example.org", "k2@example.org", "j.roe@example.org", "roe@example.org"])
def test_what_is_unclear_stays_with_its_place(other: str) -> None:
    assert set(people(JANE, [("email", "jane.doe@example.org"), ("email", other)])) == {"subject"}


def test_an_only_address_with_another_name_is_unclear() -> None:
    for subject in (JANE, [("CN", "Jane Doe")]):
        for san in (
            [("email", "john.roe@example.org")],
            [("email", "john.roe@example.org"), ("email", "q7@example.org")],
            [("email", "liz.doe@example.org")],
        ):
            groups = people(subject, san)
            assert groups["unclear"] == {san[0][1]}
            assert set(groups) == {"subject", "unclear"}


@pytest.mark.parametrize(
    "other",
    [
        "main.gate@example.org",
        "romy.doe@example.org",
        "janette.invented@example.org",
        "j.roe@example.org",
        "роу.джон@example.org",
    ],
)
def test_an_only_address_without_another_name_stays_with_the_subject(other: str) -> None:
    assert set(people(JANE, [("smtp", other)])) == {"subject"}


def test_an_address_of_nobody_else_is_likely_at_most() -> None:
    der = make_certificate(JANE, [("email", "john.roe@example.org")], eku=(EMAIL_PROTECTION,))
    (address,) = (finding for finding in found(der) if finding.person == "unclear")
    assert address.confidence is Confidence.LIKELY
    assert address.why == AttributionReason.MAILBOX_FROM_ANOTHER_NAME()


def test_names_in_different_scripts_may_be_one() -> None:
    assert set(people(JANE, [("dir", [("GN", "Джейн"), ("SN", "До")])])) == {"subject"}


def test_contacts_of_the_issuer_own_nothing_of_the_subject() -> None:
    groups = people([("O", "Example Ltd")], [("email", "jane.doe@example.org")], issuer=JANE)
    assert groups["subject"] == {"jane.doe@example.org"}
    assert {"jane", "doe"} <= groups["ca contact"]


def test_numbers_that_a_rule_has_given_are_not_given_again() -> None:
    der = make_certificate(JANE, [("dir", JOHN), ("email", "k2@example.org")], eku=(EMAIL_PROTECTION,))
    view = View(read_certificate(der))
    findings = [
        replace(finding, person="subject 2" if "k2" in finding.canonical else "subject") for finding in found(der)
    ]
    persons = {finding.canonical: finding.person for finding in group_by_person(view, findings)}
    assert persons["k2@example.org"] == "subject 2"
    assert persons["john"] == persons["roe"] == "subject 3"


names = st.sampled_from([*LATIN, *(person._replace(given="Richard") for person in LATIN[:4])])


@given(st.lists(names, min_size=1, max_size=6), st.lists(names, max_size=4))
def test_people_with_different_names_are_never_one(inside: list, addresses: list) -> None:  # type: ignore[type-arg]
    subject = [("GN", inside[0].given), ("SN", inside[0].family)]
    san = [("dir", [("GN", person.given), ("SN", person.family)]) for person in inside[1:]]
    der = make_certificate(subject, [*san, *(("email", person.mailbox) for person in addresses)], eku=())
    findings = found(der)
    of_names: dict[str, dict[str, set[str]]] = {}
    for finding in findings:
        if finding.rule in ("name.given", "name.surname"):
            pair = of_names.setdefault(finding.path.rpartition(".")[0].rpartition(".")[0], {})
            pair.setdefault(finding.rule, set()).add(finding.canonical)
            pair.setdefault("person", set()).add(finding.person)
    assert all(len(pair["person"]) == 1 for pair in of_names.values())
    for one in of_names.values():
        for other in of_names.values():
            same_words = one["name.given"] & other["name.given"] and one["name.surname"] & other["name.surname"]
            assert one["person"] != other["person"] or same_words
    assert group_by_person(View(read_certificate(der)), findings) == findings


def test_thousands_of_people_cost_little() -> None:
    def letters(number: int) -> str:
        return "".join(chr(97 + int(digit)) for digit in f"{number:04}")

    san = [tlv(0xA4, name([("GN", f"Jane{letters(i)}"), ("SN", f"Doe{letters(i)}")])) for i in range(2000)]
    san += [("email", f"ab{letters(i)}.cd{letters(i)}@example.org") for i in range(2000)]
    view = View(read_certificate(make_certificate(JANE, san, eku=())))
    assert len(general_names(san)) > 100_000
    findings, _ = find_personal_data(view.certificate)
    started = time.process_time()
    settled = group_by_person(view, [replace(finding, person="subject") for finding in findings])
    assert time.process_time() - started < 1
    assert len({finding.person for finding in settled}) > 2000
