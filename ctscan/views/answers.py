"""Sentences of an answer: found, nothing found, and how far that can be relied on. Pure."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ctscan.model import (
    Confidence,
    Freshness,
    Message,
    Qualifier,
    QuestionKind,
    SearchState,
    Sensitivity,
    SubjectKind,
)
from ctscan.model.spans import total
from ctscan.personal.categories import CATEGORIES
from ctscan.views.json import time_text
from ctscan.views.kept_rules import with_kept_rules
from ctscan.views.limits import as_of, by_reason, entries_by_reason, number_of_logs
from ctscan.views.say import Say
from ctscan.views.search_words import shortfalls
from ctscan.views.vocabulary import GAPS, Word
from ctscan.views.words import moment, timestamp, word

if TYPE_CHECKING:
    from ctscan.model import (
        Answer,
        Finding,
        Identifier,
        IdentifierKind,
        LogCoverage,
        LogListEdition,
        MatchTally,
        Search,
    )
    from ctscan.model.lookup_counts import LookupCounts
    from ctscan.views.text import Texts

LONGEST = 300  # characters of a value that are shown
GAPS_SHOWN = 3  # one by one, else sums

KINDS = {
    "email": Word.KIND_EMAIL,
    "domain": Word.KIND_DOMAIN,
    "host": Word.KIND_HOST,
    "name": Word.KIND_NAME,
    "number": Word.KIND_NUMBER,
    "phone": Word.KIND_PHONE,
    "account": Word.KIND_ACCOUNT,
    "sha256": Word.KIND_SHA256,
    "sha1": Word.KIND_SHA1,
    "serial": Word.KIND_SERIAL,
    "identity": Word.KIND_IDENTITY,
    "organisation": Word.KIND_ORGANISATION,
    "import": Word.KIND_IMPORT,
}

PERSONS = {
    "subject": Word.PERSON_SUBJECT,
    "representative": Word.PERSON_REPRESENTATIVE,
    "represented": Word.PERSON_REPRESENTED,
    "ca contact": Word.PERSON_CA_CONTACT,
    "constraint": Word.PERSON_CONSTRAINT,
    "unclear": Word.PERSON_UNCLEAR,
    "notary": Word.PERSON_NOTARY,
    "owner": Word.PERSON_OWNER,
    "member": Word.PERSON_MEMBER,
    "uniqueMember": Word.PERSON_MEMBER,
    "manager": Word.PERSON_MANAGER,
    "secretary": Word.PERSON_SECRETARY,
    "roleOccupant": Word.PERSON_ROLE,
    "seeAlso": Word.PERSON_SEE_ALSO,
}
"""Words for the persons of a certificate; other words are shown as they are."""

QUALIFIERS = {
    Qualifier.DERIVED: Word.DERIVED,
    Qualifier.HASHED: Word.HASHED,
    Qualifier.PARTIAL: Word.PARTIAL,
    Qualifier.INVALID: Word.INVALID,
}

SENSITIVITIES = {
    Sensitivity.NATIONAL_IDENTIFIER: Word.NATIONAL_IDENTIFIER,
    Sensitivity.SPECIAL_CATEGORY: Word.SPECIAL_CATEGORY,
}

SUBJECTS = {
    SubjectKind.PERSON: Word.SUBJECT_PERSON,
    SubjectKind.ROLE: Word.SUBJECT_ROLE,
    SubjectKind.ORGANISATION: Word.SUBJECT_ORGANISATION,
    SubjectKind.HOST: Word.SUBJECT_HOST,
    SubjectKind.DEVICE: Word.SUBJECT_DEVICE,
    SubjectKind.CA: Word.SUBJECT_CA,
    SubjectKind.UNKNOWN: Word.SUBJECT_UNKNOWN,
}

CONFIDENCES = {
    Confidence.CERTAIN: Word.CERTAIN,
    Confidence.LIKELY: Word.LIKELY,
    Confidence.POSSIBLE: Word.POSSIBLE,
}

NORMALISED = ("user.demographic.date_of_birth", "user.demographic.gender")
"""Categories whose values are shown in their canonical form too."""

SEARCH_STATES = {
    SearchState.RUNNING: Word.SEARCH_RUNNING,
    SearchState.WHOLE: Word.SEARCH_WHOLE,
    SearchState.INCOMPLETE: Word.SEARCH_INCOMPLETE,
    SearchState.FAILED: Word.SEARCH_FAILED,
    SearchState.INTERRUPTED: Word.SEARCH_INTERRUPTED,
}


# --- verdict ------------------------------------------------------------------------------------------------------


def verdict(answer: Answer, texts: Texts) -> str:
    """Answer the question in a sentence, with the logs and the time that it speaks of. The three cases differ in their
    first words."""
    time = as_of(answer, texts)
    searched = with_kept_rules(texts(Say.WITH_TIME(searched=_searched_logs(answer, texts), time=time)), answer, texts)
    if answer.number_found:
        found = _found(answer, texts)
        if answer.complete:
            return texts(Say.FOUND(found=found, searched=searched))
        return texts(Say.FOUND_MAYBE_MORE(found=found, searched=searched))
    if answer.suppressed is not None:
        return texts(Say.LEFT_OUT(day=f"{answer.suppressed.since:%Y-%m-%d}", searched=searched))
    if answer.complete:
        return texts(Say.NOTHING_FOUND(searched=searched))
    return texts(Say.NOTHING_FOUND_MAYBE(searched=searched))


def _searched_logs(answer: Answer, texts: Texts) -> str:
    """Say how many logs of which basis were searched."""
    every = number_of_logs(answer)
    logs = texts(Say.LOGS(count=every))
    if answer.basis is not None:
        day = time_text(answer.basis.at) or ""
        logs = texts(Say.LOGS_OF_BASIS(logs=logs, revision=answer.basis.revision, day=day[:10]))
    if answer.complete:
        kind = either((reading.kind for reading in answer.identifier.readings), texts)
        if answer.only_whole:
            return texts(Say.SEARCHED_FOR_WHOLE_NAME(logs=logs, kind=kind))
        return texts(Say.SEARCHED(logs=logs, kind=kind))
    if not answer.coverage:
        return texts(Say.SEARCHED_NOTHING() if answer.basis is None else Say.SEARCHED_NOTHING_OF_BASIS())
    return texts(Say.SEARCHED_PARTLY(count=sum(log.is_whole for log in answer.coverage), logs=logs))


def either(kinds: Iterable[IdentifierKind], texts: Texts) -> str:
    """Name kinds of identifier: `serial number or number`."""
    first, *others = dict.fromkeys(word(KINDS[kind], texts) for kind in kinds)
    return functools.reduce(lambda before, one: texts(Say.EITHER(one=before, other=one)), others, first)


def asked_line(identifier: Identifier, texts: Texts) -> str:
    """Write an identifier as it was typed, with the label that stands behind it in a list."""
    if not identifier.label:
        return identifier.value
    return texts(Say.LABELLED(identifier=identifier.value, label=identifier.label))


def readings_line(identifier: Identifier, texts: Texts) -> str:
    """Say as what a text was read, where it has several readings, is a guess, or was written in another form; else
    return an empty string."""
    if not identifier.others and not identifier.guessed and _is_as_typed(identifier):
        return ""
    return texts(Say.READ_AS(readings="; ".join(_reading(one, texts) for one in identifier.readings)))


def _reading(reading: Identifier, texts: Texts) -> str:
    kind, value = KINDS[reading.kind], _short(reading.canonical, texts)
    if reading.guessed:
        return texts(Say.READING_GUESSED(kind=kind, value=value))
    return texts(Say.READING(kind=kind, value=value))


def _is_as_typed(identifier: Identifier) -> bool:
    """Return whether the canonical form holds just the text as typed, but for case, order of words and punctuation."""
    typed, canonical = (
        sorted(re.findall(r"\w+", text.casefold())) for text in (identifier.value, identifier.canonical)
    )
    return canonical in (typed, typed[1:]) or "".join(canonical) == "".join(typed)


def _found(answer: Answer, texts: Texts) -> str:
    """Begin the verdict. Certificates with only some words of a name are counted apart: most name other people."""
    sums = answer.sums
    partly = sums.found - sums.whole
    if not sums.whole:
        return texts(Say.FOUND_PARTLY(count=partly))
    certificates = _certificates(sums, texts)
    if partly:
        return texts(Say.FOUND_IN_AND_PARTLY(certificates=certificates, partly=partly))
    return texts(Say.FOUND_IN(certificates=certificates))


def _certificates(sums: MatchTally, texts: Texts) -> str:
    """Count certificates. Certificates of CAs are counted apart: they rarely name the person who asks."""
    authorities = sums.authorities
    if authorities == sums.whole:
        return texts(Say.CERTIFICATES_OF_AUTHORITIES(count=authorities))
    found = texts(Say.CERTIFICATES(count=sums.whole - authorities))
    if authorities == 1:
        return texts(Say.CERTIFICATES_AND_AUTHORITY(certificates=found))
    return (
        texts(Say.CERTIFICATES_AND_AUTHORITIES(certificates=found, authorities=authorities)) if authorities else found
    )


# --- findings -----------------------------------------------------------------------------------------------------


def by_person(found: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Group the findings of a certificate by person: the subject first, contacts of the CA last."""
    groups: dict[str, list[Finding]] = {}
    for finding in found:
        groups.setdefault(finding.person or "subject", []).append(finding)
    order = sorted(groups, key=lambda person: (person == "ca contact") - (person == "subject"))
    return {person: groups[person] for person in order}


def person(name: str, texts: Texts) -> str:
    """Write the heading of the findings of a person; `subject` and `subject 2` are different people."""
    first, _, number = name.rpartition(" ")
    if first and number.isdigit():
        return texts(Say.ABOUT_OTHER(person=name))
    return texts(Say.ABOUT(person=PERSONS[name]) if name in PERSONS else Say.ABOUT_WORD(person=name))


def what(finding: Finding, texts: Texts) -> str:
    """Describe a finding in a line: category, person, qualifiers."""
    subject, confidence = SUBJECTS[finding.subject_kind], CONFIDENCES[finding.confidence]
    parts = [category(finding.category, texts), *(word(QUALIFIERS[one], texts) for one in finding.qualifiers)]
    parts += [f"{word(subject, texts)} ({word(confidence, texts)})"]
    parts += [word(SENSITIVITIES[finding.sensitivity], texts)] if finding.sensitivity in SENSITIVITIES else []
    return ", ".join(parts)


def category(key: str, texts: Texts) -> str:
    """Write a category in words; a key of another version of ctscan is returned as it is."""
    return texts(Message(f"category.{key}")) if key in CATEGORIES else key


def shown_value(finding: Finding, texts: Texts) -> str:
    """Write a value as it stands in the certificate, followed by its repaired or canonical form where that differs; a
    derived value comes before its origin."""
    value, canonical = _short(finding.value, texts), _short(finding.canonical, texts)
    if Qualifier.DERIVED in finding.qualifiers and finding.canonical != finding.value:
        return texts(Say.DERIVED_FROM(value=canonical, origin=value))
    if finding.category in NORMALISED and finding.canonical.casefold() != finding.value.casefold():
        return f"{value} ({canonical})"
    if finding.repaired is None:
        return value
    return texts(Say.MEANT(value=value, meant=_short(finding.repaired, texts)))


def _short(value: str, texts: Texts) -> str:
    if len(value) <= LONGEST:
        return value
    return texts(Say.SHORTENED(value=value[:LONGEST], characters=len(value)))


# --- searches -----------------------------------------------------------------------------------------------------


def answer_lines(answer: Answer, texts: Texts) -> list[str]:
    """Describe the searches of an answer, and say where the list of CA owners is missing."""
    lines = [search_line(search, answer.identifier.kind, texts) for search in answer.searches]
    if answer.number_found and answer.authorities is None:
        lines.append(texts(Say.NO_OWNERS()))
    return lines


def search_line(search: Search, kind: str, texts: Texts) -> str:
    """Describe a search. Its question is named where it differs from the identifier."""
    ended = texts(Say.GIVEN(state=SEARCH_STATES[SearchState(search.outcome)], count=search.results))
    ended += f" ({shortfalls(search.detail, texts)})" if search.detail else ""
    where, when = search.repository, moment(search.started)
    if search.kind == kind:
        return texts(Say.ASKED(repository=where, time=when, ended=ended))
    if search.kind == QuestionKind.HOST:
        return texts(Say.ASKED_ABOUT_HOSTS(repository=where, time=when, ended=ended))
    return texts(Say.ASKED_ABOUT(repository=where, kind=KINDS[search.kind], time=when, ended=ended))


# --- coverage -----------------------------------------------------------------------------------------------------


def coverage_headers(texts: Texts) -> tuple[str, ...]:
    """Headers of the columns of `coverage_row`."""
    columns = (Say.COLUMN_LOG(), Say.COLUMN_SEARCHED(), Say.COLUMN_NOT_SEARCHED(), Say.COLUMN_LAST_CHECK())
    return tuple(map(texts, columns))


def coverage_row(log: LogCoverage, texts: Texts) -> tuple[str, str, str, str]:
    """Make a row of a table: log, ranges searched, ranges not searched, time of the last check (of a frozen log: of its
    head), with the reason where the log is stale."""
    searched = total(r.span for r in log.verified)
    return log.log, _searched(log, searched, texts), _gaps(log, texts), _checked(log, texts)


def _checked(log: LogCoverage, texts: Texts) -> str:
    if log.freshness is Freshness.FROZEN and log.head_time is not None:
        return texts(Say.AS_OF_HEAD(time=timestamp(log.head_time) or "?"))
    checked = moment(log.as_of) if log.as_of else texts(Say.NEVER())
    if log.stale_reason is not None:
        return texts(Say.STALE_SINCE(time=checked, reason=texts(log.stale_reason)))
    return checked if log.failing_since is None else texts(Say.CHECKED_FAILING(time=checked))


def _searched(log: LogCoverage, searched: int, texts: Texts) -> str:
    if log.head_size and searched == log.head_size:
        return texts(Say.ALL_SEARCHED(size=log.head_size))
    parts = [Say.PART_SEARCHED(searched=searched, size=log.head_size)]
    if searched and log.verified[0].start + searched == log.head_size:
        parts.append(Say.FROM_ENTRY(index=log.verified[0].start))
    if log.since is not None:
        parts.append(Say.LOGGED_SINCE(time=timestamp(log.since) or "?"))
    return ", ".join(map(texts, parts))


def _gaps(log: LogCoverage, texts: Texts) -> str:
    """Write up to three gaps one by one, else their sums by reason."""
    if not log.gaps:
        return texts(Say.NO_GAPS())
    if len(log.gaps) <= GAPS_SHOWN:
        return "; ".join(texts(Say.GAP(start=g.start, end=g.end, reason=GAPS[g.reason])) for g in log.gaps)
    return texts(Say.GAPS(number=len(log.gaps), parts=by_reason(entries_by_reason([log]), texts)))


def counts_line(counts: LookupCounts, texts: Texts) -> str:
    """Sum the look-ups of a list up."""
    return texts(
        Say.LOOKED_UP(
            count=counts.answers,
            found=counts.found,
            nothing=counts.nothing,
            incomplete=counts.incomplete,
            not_understood=counts.not_understood,
            repeated=counts.repeated,
        )
    )


# --- document -----------------------------------------------------------------------------------------------------


def _log_list(found: LogListEdition, texts: Texts) -> str:
    """Name the edition of the log list."""
    if found.dated is None:
        return texts(Say.LOG_LIST_UNDATED())
    day = f"{found.dated:%Y-%m-%d}"
    if found.version:
        return texts(Say.LOG_LIST_OF(day=day, version=found.version))
    return texts(Say.LOG_LIST_OF_NO_VERSION(day=day))


def document_lines(answer: Answer, texts: Texts) -> list[str]:
    """Write the head and the digest of an answer, in short lines; none of an answer that is no document."""
    head = answer.header
    if head is None:
        return []
    asked = [Say.ASKED_BY(who=head.who)]
    asked.append(Say.ASKED_FOR_PURPOSE(purpose=head.purpose) if head.purpose else Say.ASKED_FOR_NO_PURPOSE())
    asked += [Say.IN_CASE(case=head.case)] if head.case else []
    return [
        texts(Say.DOCUMENT(id=head.id, time=moment(head.at), version=head.version, rules=head.rules)),
        *([_log_list(answer.basis.edition, texts)] if answer.basis and answer.basis.edition else []),
        ", ".join(map(texts, asked)),
        texts(Say.DIGEST(digest=answer.digest)),
    ]
