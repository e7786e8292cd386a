"""Sentences of an answer: found, nothing found, and how far that can be relied on. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from ctscan.model import (
    Answer,
    Confidence,
    EntryKind,
    Finding,
    Freshness,
    GapReason,
    IdentifierKind,
    LogCoverage,
    Match,
    Message,
    Qualifier,
    QuestionKind,
    Search,
    SearchState,
    Sensitivity,
    SubjectKind,
)
from ctscan.model.spans import total
from ctscan.personal.categories import CATEGORIES
from ctscan.views.json import timestamp_text
from ctscan.views.say import Say, Word
from ctscan.views.search_words import shortfalls
from ctscan.views.text import Texts
from ctscan.views.words import moment

LONGEST = 300  # characters of a value that are shown
REASONS_SHOWN = 4  # of logs that aren't covered
HOLES_SHOWN = 3  # one by one, else sums

KINDS = {
    "email": Word.KIND_EMAIL,
    "domain": Word.KIND_DOMAIN,
    "host": Word.KIND_HOST,
    "name": Word.KIND_NAME,
    "number": Word.KIND_NUMBER,
    "phone": Word.KIND_PHONE,
    "account": Word.KIND_ACCOUNT,
    "sha256": Word.KIND_SHA256,
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

GAPS = {reason: Word[f"GAP_{reason.name}"] for reason in GapReason}

ADVICE = {
    GapReason.NOT_READ: Say.ADVICE_NOT_READ(),
    GapReason.OUT_OF_SCOPE: Say.ADVICE_OUT_OF_SCOPE(),
    GapReason.OLDER_RULES: Say.ADVICE_OLDER_RULES(),
}
"""Advice that closes gaps, by their reason. Gaps for other reasons need another scan."""

SEARCH_STATES = {
    SearchState.RUNNING: Word.SEARCH_RUNNING,
    SearchState.WHOLE: Word.SEARCH_WHOLE,
    SearchState.INCOMPLETE: Word.SEARCH_INCOMPLETE,
    SearchState.FAILED: Word.SEARCH_FAILED,
    SearchState.INTERRUPTED: Word.SEARCH_INTERRUPTED,
}


def word(code: Word, texts: Texts) -> str:
    """Write a word that stands alone."""
    return texts(Message(str(code)))


# --- verdict ------------------------------------------------------------------------------------------------------


def verdict(answer: Answer, texts: Texts) -> str:
    """Answer the question in a sentence. The three cases differ in their first words."""
    searched = texts(Say.SEARCHED(count=len(answer.coverage), kind=KINDS[answer.identifier.kind]))
    if answer.matches:
        found = _found(answer, texts)
        if answer.complete:
            return texts(Say.FOUND(found=found, searched=searched))
        return texts(Say.FOUND_MAYBE_MORE(found=found))
    if answer.complete:
        return texts(Say.NOTHING_FOUND(searched=searched))
    return texts(Say.NOTHING_FOUND_MAYBE())


def _found(answer: Answer, texts: Texts) -> str:
    """Begin the verdict. Certificates with only some words of a name are counted apart: most name other people."""
    whole: Sequence[Match] = answer.matches
    if answer.identifier.kind == IdentifierKind.NAME:
        whole = [match for match in answer.matches if match.score >= 1]
    partly = len(answer.matches) - len(whole)
    if not whole:
        return texts(Say.FOUND_PARTLY(count=partly))
    certificates = _certificates(whole, texts)
    if partly:
        return texts(Say.FOUND_IN_AND_PARTLY(certificates=certificates, partly=partly))
    return texts(Say.FOUND_IN(certificates=certificates))


def is_of_authority(match: Match) -> bool:
    """Return True for the certificate of a CA: by its basic constraints, or because only chains hold it."""
    only_in_chains = all(seen.kind is EntryKind.CHAIN for seen in match.sightings)
    return match.certificate.is_ca or (bool(match.sightings) and only_in_chains)


def _certificates(matches: Sequence[Match], texts: Texts) -> str:
    """Count certificates. Certificates of CAs are counted apart: they rarely name the person who asks."""
    authorities = sum(is_of_authority(match) for match in matches)
    if authorities == len(matches):
        return texts(Say.CERTIFICATES_OF_AUTHORITIES(count=authorities))
    found = texts(Say.CERTIFICATES(count=len(matches) - authorities))
    if authorities == 1:
        return texts(Say.CERTIFICATES_AND_AUTHORITY(certificates=found))
    return (
        texts(Say.CERTIFICATES_AND_AUTHORITIES(certificates=found, authorities=authorities)) if authorities else found
    )


# --- doubts -------------------------------------------------------------------------------------------------------


def doubts(answer: Answer, texts: Texts) -> list[str]:
    """List the reasons why an answer may be incomplete, the largest first; none when it is complete."""
    if answer.complete:
        return []
    gaps = [log for log in answer.coverage if log.gaps]
    stale: dict[Message, list[str]] = {}
    for log in answer.coverage:
        if log.stale_reason is not None:
            stale.setdefault(log.stale_reason, []).append(log.log)
    found = [_about_gaps(gaps, texts)] if gaps else []
    for reason, names in stale.items():
        found.append(texts(Say.STALE(logs=_names(names, texts), reason=texts(reason))))
    if answer.not_covered:
        reasons = Counter(texts(skipped.reason) for skipped in answer.not_covered).most_common(REASONS_SHOWN)
        shown = "; ".join(texts(Say.NUMBER_OF(number=number, what=reason)) for reason, number in reasons)
        found.append(texts(Say.NOT_COVERED(count=len(answer.not_covered), reasons=shown)))
    return found


def _about_gaps(logs: Sequence[LogCoverage], texts: Texts) -> str:
    entries = _entries_by_reason(logs)
    names = _names([log.log for log in logs], texts)
    sentence = texts(Say.NOT_SEARCHED(count=entries.total(), logs=names, parts=_by_reason(entries, texts)))
    advice = "; ".join(texts(ADVICE[reason]) for reason, _ in entries.most_common() if reason in ADVICE)
    return texts(Say.WITH_ADVICE(sentence=sentence, advice=advice)) if advice else sentence


def _entries_by_reason(logs: Iterable[LogCoverage]) -> Counter[GapReason]:
    entries: Counter[GapReason] = Counter()
    for log in logs:
        for gap in log.gaps:
            entries[gap.reason] += gap.end - gap.start
    return entries


def _by_reason(entries: Counter[GapReason], texts: Texts) -> str:
    return ", ".join(
        texts(Say.NUMBER_OF(number=number, what=word(GAPS[reason], texts))) for reason, number in entries.most_common()
    )


def _names(names: Sequence[str], texts: Texts) -> str:
    if len(names) == 1:
        return names[0]
    if len(names) == 2:
        return texts(Say.TWO_LOGS(first=names[0], second=names[1]))
    return texts(Say.MANY_LOGS(first=names[0], others=len(names) - 1))


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
    if answer.matches and answer.authorities is None:
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
    return log.log, _searched(log, searched, texts), _holes(log, texts), _checked(log, texts)


def _checked(log: LogCoverage, texts: Texts) -> str:
    if log.freshness is Freshness.FROZEN and log.head_time is not None:
        return texts(Say.AS_OF_HEAD(time=timestamp_text(log.head_time) or "?"))
    checked = moment(log.as_of) if log.as_of else texts(Say.NEVER())
    if log.stale_reason is None:
        return checked
    return texts(Say.STALE_SINCE(time=checked, reason=texts(log.stale_reason)))


def _searched(log: LogCoverage, searched: int, texts: Texts) -> str:
    if log.head_size and searched == log.head_size:
        return texts(Say.ALL_SEARCHED(size=log.head_size))
    parts = [Say.PART_SEARCHED(searched=searched, size=log.head_size)]
    if searched and log.verified[0].start + searched == log.head_size:
        parts.append(Say.FROM_ENTRY(index=log.verified[0].start))
    if log.since is not None:
        parts.append(Say.LOGGED_SINCE(time=timestamp_text(log.since) or "?"))
    return ", ".join(map(texts, parts))


def _holes(log: LogCoverage, texts: Texts) -> str:
    """Write up to three holes one by one, else their sums by reason."""
    if not log.gaps:
        return texts(Say.NO_HOLES())
    if len(log.gaps) <= HOLES_SHOWN:
        return "; ".join(texts(Say.HOLE(start=g.start, end=g.end, reason=GAPS[g.reason])) for g in log.gaps)
    return texts(Say.HOLES(number=len(log.gaps), parts=_by_reason(_entries_by_reason([log]), texts)))
