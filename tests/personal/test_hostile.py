"""Certificates made to cost time: thousands of values, each a candidate for comparison with hundreds of values.

The tests count calls of functions, not seconds, so that the result is the same on every machine.
"""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import pytest
from support.certs import EMAIL_PROTECTION, certificate_policies, extension, make_certificate, oid, string, tlv

from ctscan.personal.analyse import analyse


def hostile(share: int) -> dict[str, tuple[list[Any], list[Any], dict[str, Any]]]:
    """Build the arguments of certificates with thousands of values, or with a share of them."""
    mails = [("email", f"a{i}.b{i}@example.org") for i in range(2000 // share)]
    person = [("GN", "Jane"), ("SN", "Doe")]
    names = [("GN", f"Name{i}") if i % 2 else ("SN", f"Jones{i}") for i in range(400 // share)]
    statements = tlv(0x30, *(tlv(0x30, oid(f"0.4.0.1862.1.{i}")) for i in range(50)))
    return {
        "mailboxes and common names": ([("CN", f"Name{i} Jones") for i in range(400 // share)], mails, {"eku": ()}),
        "mailboxes and given names": (names, mails, {}),
        "mailboxes and purposes": (person, mails, {"eku": [f"1.2.3.{i}" for i in range(1000 // share)]}),
        "mailboxes and statements": (person, mails, {"extra": [extension("1.3.6.1.5.5.7.1.3", statements)] * 20}),
        "mailboxes and policies": (
            person,
            mails,
            {"extra": [certificate_policies([f"1.2.3.{i}" for i in range(900 // share)])]},
        ),
        "addresses in extensions": (
            person,
            [],
            {"extra": [extension("1.2.3.4", string(f"m{i}@example.org")) for i in range(2000 // share)]},
        ),
        "people in directory names": (
            [],
            [
                ("dir", [("GN", f"G{i}"), ("SN", f"S{i}"), ("emailAddress", f"g{i}.s{i}@example.org")])
                for i in range(600 // share)
            ],
            {},
        ),
        "organisations and common names": (
            [("O", f"Jane{i} Doe{i}") for i in range(300 // share)]
            + [("CN", f"Jane{i} Doe{i}") for i in range(300 // share)],
            [],
            {"eku": (EMAIL_PROTECTION,)},
        ),
        "accounts": (person, [("upn", f"jane{i}.doe{i}@example.org") for i in range(2000 // share)], {}),
    }


HOSTILE = hostile(1)
MOST_CALLS = 1_000_000


@pytest.mark.parametrize("share", [2, pytest.param(1, marks=pytest.mark.long)])
@pytest.mark.parametrize("case", HOSTILE)
def test_many_values_are_not_each_compared_with_all_others(case: str, share: int) -> None:
    subject, san, rest = hostile(share)[case]
    der = make_certificate(subject, san, **rest)
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        inspected = analyse(der)
    finally:
        sys.setprofile(before)
    assert inspected.findings or case.startswith("organisations")
    assert not any(problem.path.startswith("rule ") for problem in inspected.problems)
    assert calls < MOST_CALLS // share
