"""Mailboxes of a name: beside the matches, never among them."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.answering import answered, certificates

from ctscan.answer.mailboxes import MAILBOXES, WITH_INITIAL
from ctscan.model import Answer, Remark

LISTED = (
    ("Jane Roe", "jane.roe@example.org"),  # a match
    "jane.roe@example.com",
    "j.roe@example.com",
    "roe.jane2+lists@example.net",
    ("Jane Doe", "jroe@example.net"),  # a match of one word, where such are asked for
    "john.roe@example.org",
    "janeroe@example.org",
)


def addresses(given: Answer) -> list[tuple[str, float]]:
    return [(match.findings[0].value, match.score) for match in given.mailboxes]


def test_mailboxes_of_full_words_come_first_and_matches_are_left_out(tmp_path: Path) -> None:
    (given,) = answered(tmp_path, certificates(*LISTED), "Jane Roe", partly=True)
    assert [(match.findings[0].value, match.score) for match in given.matches] == [("Jane Roe", 1.0), ("Jane Doe", 0.5)]
    assert addresses(given) == [
        ("janeroe@example.org", 1.0),
        ("roe.jane2+lists@example.net", 1.0),
        ("jane.roe@example.com", 1.0),
        ("j.roe@example.com", WITH_INITIAL),
    ]
    assert given.complete
    assert all(match.status is not None for match in given.mailboxes)


def test_mailboxes_alone_are_no_matches(tmp_path: Path) -> None:
    given, other = answered(tmp_path, certificates("günter.roe@example.org", "g.roe@example.org"), "Günter Roe", "Roe")
    assert (given.matches, given.complete) == ((), True)
    assert Remark.LIMITS_OF_RECOGNITION() in given.remarks
    assert addresses(given) == [("günter.roe@example.org", 1.0), ("g.roe@example.org", WITH_INITIAL)]
    assert other.mailboxes == ()  # a single word makes no mailbox


@pytest.mark.parametrize("asked", ["jane.roe@example.org", "@example.org", "number:12345", "account:jane.roe"])
def test_only_names_have_mailboxes(asked: str, tmp_path: Path) -> None:
    (given,) = answered(tmp_path, certificates("jane.roe@example.com"), asked)
    assert given.mailboxes == ()


def test_a_cut_is_said(tmp_path: Path) -> None:
    many = [f"jane.roe@host{i}.example.org" for i in range(MAILBOXES)]
    (tmp_path / "more").mkdir()
    (all_of_them,) = answered(tmp_path, certificates(*many), "Jane Roe")
    (more,) = answered(tmp_path / "more", certificates(*many, "jroe@example.org"), "Jane Roe")
    assert len(all_of_them.mailboxes) == len(more.mailboxes) == MAILBOXES
    assert Remark.MAILBOXES_CUT(shown=MAILBOXES) in more.remarks
    assert Remark.MAILBOXES_CUT(shown=MAILBOXES) not in all_of_them.remarks
    assert more.complete
