"""Certificates made to cost time: thousands of values, each a candidate for comparison with hundreds of values.

The tests count calls of functions, not seconds, so that the result is the same on every machine.
"""

from __future__ import annotations

import sys
from types import FrameType

import pytest
from support.certs import EMAIL_PROTECTION, certificate_policies, extension, make_certificate, oid, string, tlv

from ctscan.personal.analyse import analyse

MAILS = [("email", f"a{i}.b{i}@example.org") for i in range(2000)]
PERSON = [("GN", "Jane"), ("SN", "Doe")]
NAMES = [("GN", f"Name{i}") if i % 2 else ("SN", f"Jones{i}") for i in range(400)]
STATEMENTS = tlv(0x30, *(tlv(0x30, oid(f"0.4.0.1862.1.{i}")) for i in range(50)))
HOSTILE = {
    "mailboxes and common names": ([("CN", f"Name{i} Jones") for i in range(400)], MAILS, {"eku": ()}),
    "mailboxes and given names": (NAMES, MAILS, {}),
    "mailboxes and purposes": (PERSON, MAILS, {"eku": [f"1.2.3.{i}" for i in range(1000)]}),
    "mailboxes and statements": (PERSON, MAILS, {"extra": [extension("1.3.6.1.5.5.7.1.3", STATEMENTS)] * 20}),
    "mailboxes and policies": (PERSON, MAILS, {"extra": [certificate_policies([f"1.2.3.{i}" for i in range(900)])]}),
    "addresses in extensions": (
        PERSON,
        [],
        {"extra": [extension("1.2.3.4", string(f"m{i}@example.org")) for i in range(2000)]},
    ),
    "people in directory names": (
        [],
        [("dir", [("GN", f"G{i}"), ("SN", f"S{i}"), ("emailAddress", f"g{i}.s{i}@example.org")]) for i in range(600)],
        {},
    ),
    "organisations and common names": (
        [("O", f"Jane{i} Doe{i}") for i in range(300)] + [("CN", f"Jane{i} Doe{i}") for i in range(300)],
        [],
        {"eku": (EMAIL_PROTECTION,)},
    ),
    "accounts": (PERSON, [("upn", f"jane{i}.doe{i}@example.org") for i in range(2000)], {}),
}
MOST_CALLS = 1_000_000


@pytest.mark.parametrize("case", HOSTILE)
def test_many_values_are_not_each_compared_with_all_others(case: str) -> None:
    subject, san, rest = HOSTILE[case]
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
    assert calls < MOST_CALLS
