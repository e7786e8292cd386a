"""Which questions a repository is asked, and what of its certificates is wanted. Pure.

A question goes out as the repository understands it (a name as it was given), and is recorded as it is compared
(`personal.searched.questions_about`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ctscan.errors import UsageError
from ctscan.model import Identifier, Question, Repository
from ctscan.personal.scope import Scope, parse_scope
from ctscan.personal.searched import given_name, questions_about
from ctscan.search.wanted import About, InScope, Wanted

_NEVER_ASKED = {
    "sha256": "a fingerprint",
    "serial": "a serial number",
    "identity": "the identity of a certificate",
    "number": "the number of a person or a card",
    "phone": "a telephone number",
    "account": "the name of an account",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, the text under which it is recorded, and what of the answer is kept."""

    question: Question
    text: str
    wanted: Wanted


def asked_about(identifier: Identifier) -> Asked:
    """The question about an identifier. UsageError for a kind that no repository can be asked for."""
    value = given_name(identifier) if identifier.kind == "name" else identifier.canonical
    texts = questions_about(identifier)
    if not texts:
        what = _NEVER_ASKED.get(identifier.kind, "this kind of identifier")
        raise UsageError(
            f"search: repositories find people by e-mail address, domain or name, not by {what}; "
            "'ctscan lookup' looks in the index for it"
        )
    return Asked(Question(identifier.kind, value), texts[0], About(identifier))


def asked_for_scope(terms: Sequence[str], everything: bool = False) -> list[Asked]:
    """The questions for the terms of a scope as they are given: one for each that no other implies. UsageError for a
    scope of everything, for which nobody can be asked."""
    scope = parse_scope(terms, everything)
    if scope.everything:
        raise UsageError(
            "scan --repository: expected a scope of domains, organisations or addresses, got everything: "
            "a repository is asked for something; give --scope, or leave `repositories` out"
        )
    wanted = InScope(scope)
    return [Asked(question, question.text, wanted) for question in _questions(scope, terms)]


def _questions(scope: Scope, terms: Sequence[str]) -> Iterable[Question]:
    """Organisations by the names as given: the index compares them without accents, a repository with them."""
    yield from (Question("domain", domain) for domain in scope.domains)
    given = (" ".join(term.partition(":")[2].split()) for term in terms if parse_scope([term]).organisations)
    yield from (Question("organisation", name) for name in dict.fromkeys(given))
    yield from (Question("email", email) for email in scope.emails)


def unanswerable(repositories: Sequence[Repository], asked: Iterable[Asked]) -> list[Question]:
    """The questions that none of the repositories answers."""
    return [a.question for a in asked if all(a.question.kind not in r.finds for r in repositories)]
