"""Coverage of a question: whether a verified range answers for an identifier, or satisfies a scan.

A range answers only if its scope would have kept the certificate and its rules find that kind of identifier.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ctscan.model import GapReason, IdentifierKind, Question, QuestionKind
from ctscan.model.identifier import KEY_KINDS
from ctscan.personal.identifiers import name_in
from ctscan.personal.scope import scope_covers, scope_includes

if TYPE_CHECKING:
    from ctscan.model import Identifier, RuleSet, VerifiedRange

_KINDS = {kind: (kind,) for kind in KEY_KINDS} | {IdentifierKind.DOMAIN: (IdentifierKind.EMAIL, IdentifierKind.DOMAIN)}
"""Kinds of finding that answer for a kind of identifier. For other kinds every rule counts, because a certificate is
kept for any finding."""


def why_not_searched(
    verified: VerifiedRange, identifier: Identifier, rule_sets: Mapping[str, RuleSet], today: RuleSet
) -> GapReason | None:
    """Return the reason why a range doesn't answer for the identifier; None when it does."""
    if not scope_covers(verified.scope, identifier):
        return GapReason.OUT_OF_SCOPE
    if not _rules_reach(rule_sets.get(verified.rules), today, _KINDS.get(identifier.kind)):
        return GapReason.OLDER_RULES
    return None


def questions_about(identifier: Identifier) -> tuple[str, ...]:
    """Return the questions to repositories (`Question.text`) whose answers include everything about the identifier.

    They ask for the identifier, and for an address also for its domain or any domain above it. None: no repository can
    be asked for this kind. For a domain, questions for hosts at and below it or a domain above follow: their
    certificates may hold addresses of the domain, but certificates without a host are missing. For an address such
    questions are no answer. Names are compared without order and case but with accents: repositories distinguish Müller
    from Muller.
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
    """Return a name as given, without the word for its kind, titles and needless spaces."""
    return name_in(identifier.value)


def _at_or_above(kind: QuestionKind, domain: str) -> list[str]:
    """Return questions of a kind about the domain and the domains above it, except the top-level domain."""
    labels = domain.split(".")
    return [Question(kind, ".".join(labels[at:])).text for at in range(max(1, len(labels) - 1))]


def satisfies(verified: VerifiedRange, scope: str, rule_sets: Mapping[str, RuleSet], today: RuleSet) -> bool:
    """Return whether reading this range again with this scope and today's rules could find nothing more."""
    return scope_includes(verified.scope, scope) and _rules_reach(rule_sets.get(verified.rules), today, None)


def _rules_reach(then: RuleSet | None, today: RuleSet, kinds: tuple[IdentifierKind, ...] | None) -> bool:
    if then is None:
        return False
    versions = {rule.id: rule.version for rule in then.rules}
    wanted = (rule for rule in today.rules if kinds is None or set(kinds) & set(rule.kinds))
    return all(versions.get(rule.id, 0) >= rule.version for rule in wanted)
