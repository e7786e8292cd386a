"""Plan of the questions for repositories, with the filter for their answers. Pure.

A question is sent in the form that the repository understands (a name as the user wrote it), and recorded in the form
in which it is compared (`personal.question_coverage.questions_about`). A domain yields two questions, for addresses and
for hosts, which different repositories answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from ctscan.collect.result_filter import IdentifierFilter
from ctscan.errors import UsageError
from ctscan.model import Identifier, IdentifierKind, Question, QuestionKind, Repository
from ctscan.personal.analyse import ResultFilter
from ctscan.personal.question_coverage import given_name, questions_about
from ctscan.personal.scope import Scope, parse_scope

_NEVER_ASKED = {
    IdentifierKind.SHA256: "a fingerprint",
    IdentifierKind.SHA1: "a fingerprint",
    IdentifierKind.SERIAL: "a serial number",
    IdentifierKind.IDENTITY: "the identity of a certificate",
    IdentifierKind.NUMBER: "the number of a person or a card",
    IdentifierKind.PHONE: "a telephone number",
    IdentifierKind.ACCOUNT: "the name of an account",
}


class PlannedQuestion(Struct, frozen=True):
    """Question to a repository, the text under which it is recorded, and the filter for its answers. `about`: the
    question that it serves; itself, or for hosts the question about the domain."""

    question: Question
    text: str
    result_filter: ResultFilter
    about: Question


def plan_questions(identifier: Identifier) -> tuple[PlannedQuestion, ...]:
    """Plan the questions about an identifier, in its likeliest reading that a repository can search for: one question,
    or two for a domain. Raises UsageError where there is none."""
    identifier = next((reading for reading in identifier.readings if questions_about(reading)), identifier)
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
    """Plan the questions for the terms of a scope: one for each term that isn't implied by another, two for a domain.
    Raises UsageError for a scope of everything, for which no repository can be asked."""
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
    """Yield the questions of a scope. Organisations keep the spelling of the user: the index compares them without
    accents, a repository with them."""
    yield from (Question(QuestionKind.DOMAIN, domain) for domain in scope.domains)
    given = (" ".join(term.partition(":")[2].split()) for term in terms if parse_scope([term]).organisations)
    yield from (Question(QuestionKind.ORGANISATION, name) for name in dict.fromkeys(given))
    yield from (Question(QuestionKind.EMAIL, email) for email in scope.emails)


def _hosts(question: Question, result_filter: ResultFilter) -> Iterable[PlannedQuestion]:
    """Yield the additional question about a domain, with the same filter."""
    if question.kind == QuestionKind.DOMAIN:
        hosts = Question(QuestionKind.HOST, question.value)
        yield PlannedQuestion(hosts, hosts.text, result_filter, question)


def unanswerable(repositories: Sequence[Repository], asked: Sequence[PlannedQuestion]) -> list[Question]:
    """Return the questions that no repository answers in any form (`PlannedQuestion.about`)."""
    kinds = {kind for repository in repositories for kind in repository.finds}
    answered = {a.about for a in asked if a.question.kind in kinds}
    return list(dict.fromkeys(a.about for a in asked if a.about not in answered))
