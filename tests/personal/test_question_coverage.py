"""Coverage of an identifier or of a scan by a range that was read with some scope and rules."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from ctscan.model import GapReason, RuleSet, RuleVersion, VerifiedRange
from ctscan.personal.identifiers import parse_identifier
from ctscan.personal.question_coverage import given_name, questions_about, satisfies, why_not_searched
from ctscan.personal.rule_set import rule_set

EMAIL, NAME = RuleVersion("email.x", 2, ("email", "domain")), RuleVersion("name.x", 1, ("name",))
NUMBER, ACCOUNT = RuleVersion("number.x", 3, ("number", "phone")), RuleVersion("account.x", 1, ("account", "email"))
TODAY = RuleSet("today", (EMAIL, NAME, NUMBER, ACCOUNT))
OLDER = RuleSet("older", (replace(EMAIL, version=1), NAME, NUMBER, ACCOUNT))
NAMELESS = RuleSet("nameless", (EMAIL, NUMBER, ACCOUNT))
WITHOUT_NUMBERS = RuleSet("without numbers", (EMAIL, NAME, replace(NUMBER, version=2), ACCOUNT))
WITHOUT_ACCOUNTS = RuleSet("without accounts", (EMAIL, NAME, NUMBER))
KNOWN = {rules.version: rules for rules in (TODAY, OLDER, NAMELESS, WITHOUT_NUMBERS, WITHOUT_ACCOUNTS)}


@pytest.mark.parametrize(
    ("scope", "rules", "identifier", "reason"),
    [
        ("everything", "today", "jane@example.org", None),
        ("everything", "older", "jane@example.org", GapReason.OLDER_RULES),
        ("everything", "older", "@example.org", GapReason.OLDER_RULES),
        ("everything", "older", "Jane Roe", None),
        ("everything", "nameless", "Jane Roe", GapReason.OLDER_RULES),
        ("everything", "nameless", "jane@example.org", None),
        ("everything", "nameless", "ab" * 32, GapReason.OLDER_RULES),  # a certificate is kept for any finding
        ("everything", "unknown", "jane@example.org", GapReason.OLDER_RULES),
        ("domain:example.org", "today", "jane@example.org", None),
        ("domain:example.org", "today", "jane@mail.example.org", None),
        ("domain:example.org", "today", "jane@example.com", GapReason.OUT_OF_SCOPE),
        ("domain:example.org", "today", "Jane Roe", GapReason.OUT_OF_SCOPE),
        ("everything", "older", "number:12345678Z", None),
        ("everything", "without numbers", "number:12345678Z", GapReason.OLDER_RULES),
        ("everything", "without numbers", "+49 30 901820", GapReason.OLDER_RULES),
        ("everything", "without numbers", "account:jane", None),
        ("everything", "without accounts", "account:jane", GapReason.OLDER_RULES),
        ("everything", "without accounts", "number:12345678Z", None),
        ("everything", "without accounts", "jane@example.org", GapReason.OLDER_RULES),  # accounts are addresses too
        ("domain:example.org", "today", "number:12345678Z", GapReason.OUT_OF_SCOPE),
        ("domain:example.org", "today", "+49 30 901820", GapReason.OUT_OF_SCOPE),
        ("domain:example.org", "today", "account:jane@example.org", GapReason.OUT_OF_SCOPE),
        ("email:jane@example.org", "today", "jane@example.org", None),
        ("email:jane@example.org", "today", "@example.org", GapReason.OUT_OF_SCOPE),
    ],
)
def test_why_a_range_does_not_answer(scope: str, rules: str, identifier: str, reason: GapReason | None) -> None:
    verified = VerifiedRange(0, 9, scope, rules)
    assert why_not_searched(verified, parse_identifier(identifier), KNOWN, TODAY) is reason


@pytest.mark.parametrize(
    ("scope", "rules", "wanted", "enough"),
    [
        ("everything", "today", "domain:example.org", True),
        ("domain:example.org", "today", "domain:example.org", True),
        ("domain:example.org", "today", "domain:mail.example.org", True),
        ("domain:example.org", "today", "domain:example.com, domain:example.org", False),
        ("domain:example.org", "today", "everything", False),
        ("everything", "older", "domain:example.org", False),
        ("everything", "nameless", "domain:example.org", False),
    ],
)
def test_what_satisfies_a_scan(scope: str, rules: str, wanted: str, enough: bool) -> None:
    assert satisfies(VerifiedRange(0, 9, scope, rules), wanted, KNOWN, TODAY) is enough


def test_an_older_reader_makes_every_range_older() -> None:
    today = rule_set()
    older = RuleSet("older", tuple(replace(r, version=r.version - r.id.startswith("reader.")) for r in today.rules))
    for identifier in ("jane@example.org", "@example.org", "Jane Roe"):
        verified = VerifiedRange(0, 9, "everything", "older")
        reason = why_not_searched(verified, parse_identifier(identifier), {"older": older}, today)
        assert reason is GapReason.OLDER_RULES


@pytest.mark.parametrize(
    ("identifier", "questions"),
    [
        (
            "Jane@a.b.example.org",
            ("email:jane@a.b.example.org", "domain:a.b.example.org", "domain:b.example.org", "domain:example.org"),
        ),
        (
            "@a.example.org",
            ("domain:a.example.org", "domain:example.org", "host:a.example.org", "host:example.org"),
        ),
        ("root@localhost", ("email:root@localhost", "domain:localhost")),
        ("jane@[192.0.2.1]", ("email:jane@[192.0.2.1]",)),
        ("jane@bücher.example", ("email:jane@xn--bcher-kva.example", "domain:xn--bcher-kva.example")),
        ("Roe-Müller  Jane", ("name:jane müller roe",)),
        ("name: Jane Müller-Roe", ("name:jane müller roe",)),
        ("Jane Roe-Muller", ("name:jane muller roe",)),
        ("serial:1234", ()),
        ("number:12345678Z", ()),
    ],
)
def test_which_questions_include_an_identifier(identifier: str, questions: tuple[str, ...]) -> None:
    assert questions_about(parse_identifier(identifier)) == questions


def test_a_name_is_asked_for_as_it_was_given() -> None:
    assert given_name(parse_identifier(" name:  Jane\u200b Müller-Roe ")) == "Jane Müller-Roe"
    assert given_name(parse_identifier("Jane: Roe")) == "Jane: Roe"


def test_new_spellings_of_names_leave_other_kinds_answered() -> None:
    today = rule_set()
    before = RuleSet("before", tuple(rule for rule in today.rules if rule.id != "reader.name"))
    known = {"before": before, today.version: today}
    verified = VerifiedRange(0, 9, "everything", "before")
    assert why_not_searched(verified, parse_identifier("name:Jane Roe"), known, today) is GapReason.OLDER_RULES
    for identifier in ("jane@example.org", "number:12345678Z", "account:jane", "+49 30 901820"):
        assert why_not_searched(verified, parse_identifier(identifier), known, today) is None
