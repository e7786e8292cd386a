"""What a verified range was searched for: does it answer for an identifier, does it satisfy a scan?

A range answers only if its scope would have kept the certificate and its rules look for that kind of identifier.
"""

from __future__ import annotations

from collections.abc import Mapping

from ctscan.model import GapReason, Identifier, IdentifierKind, Question, QuestionKind, RuleSet, VerifiedRange
from ctscan.model.identifier import KEY_KINDS
from ctscan.personal.normalise.addresses import tidy_text
from ctscan.personal.scope import scope_covers, scope_includes

_KINDS = {kind: (kind,) for kind in KEY_KINDS} | {IdentifierKind.DOMAIN: (IdentifierKind.EMAIL, IdentifierKind.DOMAIN)}
"""Kinds of finding that answer for a kind of identifier; for the others every rule counts, because a certificate is
kept for any finding."""


def why_not_searched(
    verified: VerifiedRange, identifier: Identifier, rule_sets: Mapping[str, RuleSet], today: RuleSet
) -> GapReason | None:
    """Why this range doesn't answer for the identifier; None when it does."""
    if not scope_covers(verified.scope, identifier):
        return GapReason.OUT_OF_SCOPE
    if not _rules_reach(rule_sets.get(verified.rules), today, _KINDS.get(identifier.kind)):
        return GapReason.OLDER_RULES
    return None


def questions_about(identifier: Identifier) -> tuple[str, ...]:
    """The questions to repositories (`Question.text`) whose answers include everything about the identifier: itself,
    and the domain of an address or any domain above it. None for what no repository is asked for.

    For a domain also those for hosts at and below it or a domain above, after the others: what they find may hold
    addresses there, though they miss every certificate without a host. Of one address they say nothing.

    Names are compared without order and case but with their accents: repositories tell Müller from Muller.
    """
    if identifier.kind == IdentifierKind.EMAIL:
        domain = identifier.canonical.rpartition("@")[2]
        above = [] if domain.startswith("[") else _at_or_above(QuestionKind.DOMAIN, domain)
        return (Question(QuestionKind.EMAIL, identifier.canonical).text, *above)
    if identifier.kind == IdentifierKind.DOMAIN:
        return (
            *_at_or_above(QuestionKind.DOMAIN, identifier.canonical),
            *_at_or_above(QuestionKind.HOST, identifier.canonical),
        )
    if identifier.kind != IdentifierKind.NAME:
        return ()
    words = given_name(identifier).casefold().replace("-", " ").split()
    return (Question(QuestionKind.NAME, " ".join(sorted(set(words)))).text,)


def given_name(identifier: Identifier) -> str:
    """A name as it was given, without the word for its kind and needless blanks."""
    kind, colon, rest = identifier.value.partition(":")
    text = rest if colon and kind.strip().lower() == IdentifierKind.NAME else identifier.value
    return " ".join(tidy_text(text).split())


def _at_or_above(kind: QuestionKind, domain: str) -> list[str]:
    """Questions of a kind about the domain and those above it, but for the top."""
    labels = domain.split(".")
    return [Question(kind, ".".join(labels[at:])).text for at in range(max(1, len(labels) - 1))]


def satisfies(verified: VerifiedRange, scope: str, rule_sets: Mapping[str, RuleSet], today: RuleSet) -> bool:
    """Reading this range again with this scope and today's rules could find nothing more."""
    return scope_includes(verified.scope, scope) and _rules_reach(rule_sets.get(verified.rules), today, None)


def _rules_reach(then: RuleSet | None, today: RuleSet, kinds: tuple[IdentifierKind, ...] | None) -> bool:
    if then is None:
        return False
    versions = {rule.id: rule.version for rule in then.rules}
    wanted = (rule for rule in today.rules if kinds is None or set(kinds) & set(rule.kinds))
    return all(versions.get(rule.id, 0) >= rule.version for rule in wanted)
