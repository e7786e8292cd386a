"""Offers: similar identifiers with the number of their certificates, beside the answer."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace
from support.answering import answered, certificates, finding
from support.kept import a_hit, number_finding

from ctscan.answer.offers import COUNTED, NAMES, OFFERS
from ctscan.model import Answer, Hit, LookupKey, Remark, SubjectKind
from ctscan.personal.identifiers import parse_identifier


def offered(given: Answer) -> list[tuple[str, str, int]]:
    return [(offer.identifier, offer.reason.code.removeprefix("offer."), offer.certificates) for offer in given.offers]


def test_nothing_found_names_the_mailbox_that_has_certificates(tmp_path: Path) -> None:
    (given,) = answered(tmp_path, certificates(*["jane.roe@example.org"] * 7), "jane.roe+x@example.org")
    assert (given.matches, given.complete) == ((), True)
    assert offered(given) == [("jane.roe@example.org", "without-tag", 7)]


SIMILAR = (
    "jane.roe@example.org", "jane.roe+a@example.org", "jane.roe+b@example.org", "janeroe@example.org",
    "ja.ne.roe+a@example.org", "jane.roe2@example.org", "jane-roe@example.org", "jane.roe@example.com",
    "john@example.org",
)  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("jane.roe@example.org", "dots janeroe, with-tag jane.roe+a, with-tag jane.roe+b, dots-and-tag ja.ne.roe+a"),
        ("jane.roe+a@example.org", "without-tag jane.roe, dots ja.ne.roe+a, with-tag jane.roe+b, dots-and-tag janeroe"),
        ("j.a.n.e.r.o.e@example.org", "dots jane.roe, dots janeroe, dots-and-tag ja.ne.roe+a, dots-and-tag jane.roe+a,"
         " dots-and-tag jane.roe+b"),
        ("jane.roe3@example.org", ""),
        ("jane.roe@example.net", ""),
    ],
)  # fmt: skip
def test_dots_and_tags_both_ways(asked: str, expected: str, tmp_path: Path) -> None:
    (given,) = answered(tmp_path, certificates(*SIMILAR), asked)
    found = [f"{reason} {identifier.removesuffix('@example.org')}" for identifier, reason, _ in offered(given)]
    assert ", ".join(found) == expected


@pytest.mark.parametrize(
    ("one", "other", "there", "back"),
    [
        ("jürgen@example.org", "j%c3%bcrgen@example.org", "encoded", "decoded"),
        ("jane@example.org", "jane%40example.org@example.net", "encoded", "decoded"),
        ("jürgen@example.org", "xn--jrgen-kva@example.org", "labels", "labels"),
        ("günter.roe@example.org", "gunter.roe@example.org", "spelling", "spelling"),
        ("günter.roe@example.org", "guenter.roe@example.org", "spelling", "spelling"),
        ("günter.roe@example.org", "guenterroe@example.org", "spelling", "spelling"),
        ("soren@example.org", "søren@example.org", "", "spelling"),
    ],
)
def test_other_forms_of_a_local_part_both_ways(one: str, other: str, there: str, back: str, tmp_path: Path) -> None:
    first, second = answered(tmp_path, certificates(one, other), one, f"email:{other}")
    assert offered(first) == ([(other, there, 1)] if there else [])
    assert offered(second) == ([(one, back, 1)] if back else [])


def test_a_form_that_is_a_reading_of_the_text_is_part_of_the_answer_and_no_offer(tmp_path: Path) -> None:
    (given,) = answered(tmp_path, certificates("jürgen@example.org"), "j%c3%bcrgen@example.org")
    assert (len(given.matches), offered(given)) == (1, [])


def people(*names: str, address: str = "jroe@example.org") -> list[Hit]:
    return certificates(*((name, address) for name in names))


def test_an_address_offers_the_names_in_its_certificates_the_commonest_first(tmp_path: Path) -> None:
    hits = people("Jane Roe", "Roe Jane", "JANE ROE", "Jane Doe", "Jane Doe", "Jane Q. Roe", "Jane", "Mary Major")
    hits += [a_hit(50, finding("Jane Roe")), a_hit(51, finding("Jane Doe-Roe"))]
    (given,) = answered(tmp_path, hits, "jroe@example.org")
    first, second, third = offered(given)
    assert [one[0].casefold() for one in (first, second)] == ["name:jane roe", "name:jane doe"]
    assert [number for _, _, number in (first, second)] == [6, 3]  # with every word, at any address
    assert {reason for _, reason, _ in (first, second, third)} == {"name"}
    assert NAMES == 3


def test_given_name_and_surname_make_a_name(tmp_path: Path) -> None:
    parts = (
        finding("Jane", category="user.name.first"),
        finding("Roe", category="user.name.last"),
        finding("jroe@example.org"),
    )
    (given,) = answered(tmp_path, [a_hit(1, *parts)], "jroe@example.org")
    assert offered(given) == [("name:Jane Roe", "name", 1)]


def test_a_name_of_another_person_or_of_no_person_is_not_offered(tmp_path: Path) -> None:
    hits = [
        a_hit(1, finding("Mary Major", person="representative"), finding("jroe@example.org")),
        a_hit(2, finding("Example Office", subject_kind=SubjectKind.ORGANISATION), finding("jroe@example.org")),
        a_hit(3, finding("Head of Mail", category="user.job_title", keys=()), finding("jroe@example.org")),
        a_hit(4, finding("Jane " + "x" * 200), finding("jroe@example.org")),
        a_hit(5, finding("Jane"), finding("jroe@example.org")),
    ]
    (given,) = answered(tmp_path, hits, "jroe@example.org")
    assert offered(given) == []
    assert len(given.matches) == 5


def test_the_text_of_a_certificate_is_offered_without_controls_and_can_be_typed(tmp_path: Path) -> None:
    hostile = finding("Jane\n\x1b[31m \u202eRoe", keys=finding("Jane 31m Roe").keys)
    (given,) = answered(tmp_path, [a_hit(1, hostile, finding("jroe@example.org"))], "jroe@example.org")
    for offer in given.offers:
        assert offer.identifier.isprintable()
        assert parse_identifier(offer.identifier).kind == "name"
    assert len(given.offers) == 1


def test_a_name_is_offered_with_a_vowel_spelled_otherwise(tmp_path: Path) -> None:
    hits = certificates("Gunter Roe", "Guenter Roe", "Guenter Roe", "Günter Roe")
    asked = ("Gunter Roe", "Guenter Roe", "Günter Roe", "name:Guenter")
    gunter, guenter, accent, word = answered(tmp_path, hits, *asked)
    assert [match.score for match in gunter.matches] == [1.0, 1.0]
    assert offered(gunter) == [("name:Guenter Roe", "spelling", 3)]
    assert offered(guenter) == [("name:Gunter Roe", "spelling", 2)]
    assert (len([one for one in accent.matches if one.score == 1]), offered(accent)) == (4, [])
    assert offered(word) == [("name:Gunter", "spelling", 2)]


@pytest.mark.parametrize(
    ("asked", "held"),
    [
        ("Sean O Sample", "Sean OSample"),
        ("O Sample", "OSample"),
        ("Awa N Sample", "Awa NSample"),
        ("Sean O'Sample", "Sean O Sample"),
        ("Jane McSample", "Jane Mc Sample"),
        ("Dr. Jane Mc Sample", "Jane McSample"),
    ],
)
def test_a_particle_that_is_joined_or_written_apart(asked: str, held: str, tmp_path: Path) -> None:
    (given,) = answered(tmp_path, certificates(held, "Nobody Else"), asked)
    assert [match for match in given.matches if match.score == 1] == []
    assert offered(given) == [(f"name:{held}", "spacing", 1)]


def test_a_name_that_finds_nothing_more_is_not_offered(tmp_path: Path) -> None:
    (given,) = answered(tmp_path, certificates("Günter Roe", "Manuel Roe"), "Guenter Roe")
    assert offered(given) == []


def test_a_flood_of_addresses_with_the_same_letters_is_said(tmp_path: Path) -> None:
    (given,) = answered(
        tmp_path, certificates(*(f"jane_roe+{i}@example.org" for i in range(1000))), "jane.roe@example.org"
    )
    assert (given.offers, given.complete) == ((), True)
    assert Remark.OFFERS_CUT(shown=0) in given.remarks


def test_a_telephone_without_its_country_and_an_account_that_is_an_address(tmp_path: Path) -> None:
    number = replace(number_finding("030901820"), keys=(LookupKey("phone", "030901820"),))
    hits = [a_hit(1, number), a_hit(2, finding("jane@example.org"))]
    asked = ("+49 30 901820", "account:jane@example.org", "account:nobody@example.org")
    phone, account, nobody = answered(tmp_path, hits, *asked)
    assert offered(phone) == [("phone:030901820", "national-number", 1)]
    assert offered(account) == [("email:jane@example.org", "address", 1)]
    assert offered(nobody) == []


def test_every_reading_has_its_offers_and_none_is_offered_itself(tmp_path: Path) -> None:
    address, account = parse_identifier("jane.roe@example.org"), parse_identifier("account:jane.roe@example.org")
    asked = [replace(account, others=(address,)), account]
    hits = certificates("janeroe@example.org", "jane.roe@example.org")
    both, alone = answered(tmp_path, hits, *asked)
    assert offered(both) == [("janeroe@example.org", "dots", 1)]
    assert offered(alone) == [("email:jane.roe@example.org", "address", 1)]


@pytest.mark.parametrize("asked", ["jane.roe+x@example.org", "Jane Roe"])
def test_damage_that_may_hide_them_is_said(asked: str, tmp_path: Path) -> None:
    (before,) = answered(tmp_path, certificates("jane.roe@example.org"), asked)
    with closing(sqlite3.connect(tmp_path / "ctscan.db")) as connection:
        connection.execute("DELETE FROM mailbox")
        connection.commit()
    (after,) = answered(tmp_path, [], asked)
    assert (before.complete, after.complete) == (True, False)
    assert (len(before.offers) + len(before.mailboxes), after.offers, after.mailboxes) == (1, (), ())
    assert after.damaged == ("mailbox",)


def test_counting_stops_and_long_lists_are_cut(tmp_path: Path) -> None:
    many = certificates(*["jane.roe@example.org"] * (COUNTED + 1), *[f"jane.roe+{i}@example.org" for i in range(30)])
    (given,) = answered(tmp_path, many, "jane.roe+x@example.org")
    assert (given.offers[0].certificates, given.offers[0].at_least) == (COUNTED, True)
    assert len(given.offers) == OFFERS
    assert not any(offer.at_least for offer in given.offers[1:])
    assert Remark.OFFERS_CUT(shown=OFFERS) in given.remarks
    assert given.complete
