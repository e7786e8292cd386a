"""Answers about people whose data may stand in the unread rest of a certificate."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from support.answering import answered
from support.kept import LOG, a_hit, an_unreadable, email_finding

from ctscan.answer.unread_parts import PARTLY_READ_SHOWN
from ctscan.model import Hit, Remark

ADDRESS = "jane.doe@example.org"


def a_partly_read(index: int, address: str = ADDRESS) -> Hit:
    return replace(a_hit(index, email_finding(address)), partly_read=True)


KINDS = ("mary@example.org", "@example.com", "Mary Roe", "number:12345", "+49 30 90180000", "account:mary")
CERTIFICATES = ("serial:1234", "sha256:" + "ab" * 32, "identity:" + "ab" * 32)


def test_answers_about_everybody_else_name_it_and_are_not_complete(tmp_path: Path) -> None:
    part = a_partly_read(7)
    kept = replace(part, findings=())
    for given in answered(tmp_path, [kept], *KINDS):
        assert not given.complete
        count, name, *_ = given.remarks
        assert count == Remark.PARTLY_READ(count=1)
        assert name.code == "remark.partly-read-in-log"
        assert dict(name.params)["certificate"] == part.certificate.identity.hex()
        assert dict(name.params)["index"] == 7


@pytest.mark.parametrize("asked", CERTIFICATES)
def test_a_look_up_of_a_certificate_is_not_concerned(asked: str, tmp_path: Path) -> None:
    (given,) = answered(tmp_path, [a_partly_read(7)], asked)
    assert not any(remark.code.startswith("remark.partly-read") for remark in given.remarks)


def test_a_certificate_that_matches_already_may_hold_more_in_its_rest(tmp_path: Path) -> None:
    for given in answered(tmp_path, [a_partly_read(7), a_hit(8)], ADDRESS, "@example.org", "mary@example.org"):
        assert not given.complete
        assert given.remarks[0] == Remark.PARTLY_READ(count=1)
        marked = [match.certificate.partly_read for match in given.matches if match.sightings[0].index == 7]
        assert marked == ([] if given.identifier.value.startswith("mary") else [True])


@pytest.mark.parametrize("asked", ["serial:1234", "identity:" + "ab" * 32])
def test_an_entry_that_can_not_be_parsed_may_hold_any_certificate(asked: str, tmp_path: Path) -> None:
    lost = replace(an_unreadable(6), partly_read=True)
    (given,) = answered(tmp_path, [a_partly_read(7)], asked, unreadable=(lost, an_unreadable(8)))
    assert not given.complete
    assert given.remarks[:2] == (Remark.PARTLY_READ(count=1), Remark.PARTLY_READ_ENTRY(log=LOG.name, index=6))


def test_of_many_the_first_are_named_and_all_counted(tmp_path: Path) -> None:
    hits = [a_partly_read(index, f"p{index}@example.org") for index in range(PARTLY_READ_SHOWN + 4)]
    (given,) = answered(tmp_path, hits, "p0@example.org")
    told = [remark for remark in given.remarks if remark.code.startswith("remark.partly-read")]
    assert told[0] == Remark.PARTLY_READ(count=PARTLY_READ_SHOWN + 4)
    assert [dict(remark.params)["index"] for remark in told[1:]] == list(range(PARTLY_READ_SHOWN))
