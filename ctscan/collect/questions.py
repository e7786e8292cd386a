"""Which questions a repository is asked, and what of its certificates is wanted. Pure.

A question goes out as the repository understands it (a name as it was given), and is recorded as it is compared
(`personal.searched.questions_about`). About a domain there are two: for addresses, and for hosts, which other
repositories answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ctscan.collect.result_filter import IdentifierFilter
from ctscan.errors import UsageError
from ctscan.model import Identifier, IdentifierKind, Question, QuestionKind, Repository
from ctscan.personal.analyse import ResultFilter
from ctscan.personal.question_coverage import given_name, questions_about
from ctscan.personal.scope import Scope, parse_scope

_NEVER_ASKED = {
    IdentifierKind.SHA256: "a fingerprint",
    IdentifierKind.SERIAL: "a serial number",
    IdentifierKind.IDENTITY: "the identity of a certificate",
    IdentifierKind.NUMBER: "the number of a person or a card",
    IdentifierKind.PHONE: "a telephone number",
    IdentifierKind.ACCOUNT: "the name of an account",
}


@dataclass(frozen=True, slots=True)
class PlannedQuestion:
    """One question, the text under which it is recorded, and what of the answer is kept. `about` is what it was made
    for: itself, or for hosts the question about the domain, in whose stead a repository may answer it."""

    question: Question
    text: str
    result_filter: ResultFilter
    about: Question


def plan_questions(identifier: Identifier) -> tuple[PlannedQuestion, ...]:
    """The questions about an identifier: one, or two of a domain. UsageError for a kind that no repository can be asked
    for."""
    value = given_name(identifier) if identifier.kind == IdentifierKind.NAME else identifier.canonical
    texts = questions_about(identifier)
    if not texts:
        what = _NEVER_ASKED.get(identifier.kind, "this kind of identifier")
        raise UsageError(
            f"search: repositories find people by e-mail address, domain or name, not by {what}; "
            "'ctscan lookup' looks in the index for it"
        )
    if identifier.kind == IdentifierKind.DOMAIN and "." not in identifier.canonical:
        raise UsageError(
            "search: expected a domain such as @example.org, got a top-level domain: a repository would give "
            "the addresses of everybody below it"
        )
    question, result_filter = Question(QuestionKind(identifier.kind), value), IdentifierFilter(identifier)
    return (PlannedQuestion(question, texts[0], result_filter, question), *_hosts(question, result_filter))


def plan_scope_questions(terms: Sequence[str], everything: bool = False) -> list[PlannedQuestion]:
    """The questions for the terms of a scope as they are given: one for each that no other implies, two for a domain.
    UsageError for a scope of everything, for which nobody can be asked."""
    scope = parse_scope(terms, everything)
    if scope.everything:
        raise UsageError(
            "scan --repository: expected a scope of domains, organisations or addresses, got everything: "
            "a repository is asked for something; give --scope, or leave `repositories` out"
        )
    return [
        asked
        for question in _questions(scope, terms)
        for asked in (PlannedQuestion(question, question.text, scope, question), *_hosts(question, scope))
    ]


def _questions(scope: Scope, terms: Sequence[str]) -> Iterable[Question]:
    """Organisations by the names as given: the index compares them without accents, a repository with them."""
    yield from (Question(QuestionKind.DOMAIN, domain) for domain in scope.domains)
    given = (" ".join(term.partition(":")[2].split()) for term in terms if parse_scope([term]).organisations)
    yield from (Question(QuestionKind.ORGANISATION, name) for name in dict.fromkeys(given))
    yield from (Question(QuestionKind.EMAIL, email) for email in scope.emails)


def _hosts(question: Question, result_filter: ResultFilter) -> Iterable[PlannedQuestion]:
    """What is asked besides about a domain, keeping the same."""
    if question.kind == QuestionKind.DOMAIN:
        hosts = Question(QuestionKind.HOST, question.value)
        yield PlannedQuestion(hosts, hosts.text, result_filter, question)


def unanswerable(repositories: Sequence[Repository], asked: Sequence[PlannedQuestion]) -> list[Question]:
    """Return the questions that no repository answers in any form (`PlannedQuestion.about`)."""
    kinds = {kind for repository in repositories for kind in repository.finds}
    answered = {a.about for a in asked if a.question.kind in kinds}
    return list(dict.fromkeys(a.about for a in asked if a.about not in answered))
