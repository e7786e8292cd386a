"""Sentences of an answer: found, nothing found, and how far that can be relied on. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from math import inf

from ctscan.model import (
    Answer,
    EntryKind,
    Finding,
    IdentifierKind,
    LogCoverage,
    Match,
    PlannedDisclosure,
    ProofCounts,
    Qualifier,
    Question,
    QuestionKind,
    Search,
    SearchResult,
    SearchState,
    Sensitivity,
)
from ctscan.model.spans import total
from ctscan.personal.categories import CATEGORIES
from ctscan.views.json import time_text, timestamp_text
from ctscan.views.text import Texts

LONGEST = 300  # characters of a value that are shown

KINDS = {
    "email": "e-mail address",
    "domain": "domain",
    "host": "domain by its hosts",
    "name": "name",
    "number": "number",
    "phone": "telephone number",
    "account": "account name",
    "sha256": "fingerprint",
    "serial": "serial number",
    "identity": "certificate",
}

PLURALS = {"email": "e-mail addresses", "host": "domains by their hosts"}


PERSONS = {
    "subject": "the subject",
    "representative": "a representative",
    "represented": "whom the representative acts for",
    "ca contact": "a contact of the certification authority",
    "constraint": "somebody named in the name constraints of a certification authority",
    "notary": "a notary",
    "owner": "an owner",
    "member": "a member",
    "uniqueMember": "a member",
    "manager": "a manager",
    "secretary": "a secretary",
    "roleOccupant": "whoever holds a role",
    "seeAlso": "somebody referred to",
}
"""Words for the persons of a certificate; other words are shown as they are."""

MARKS = {
    Qualifier.DERIVED: "derived",
    Qualifier.HASHED: "a hash of it",
    Qualifier.PARTIAL: "part of it",
    Qualifier.INVALID: "check digit wrong",
}

NORMALISED = ("user.demographic.date_of_birth", "user.demographic.gender")
"""Categories whose values are shown in their canonical form too."""

SENSITIVITIES = {
    Sensitivity.NATIONAL_IDENTIFIER: "specially protected: national identifier",
    Sensitivity.SPECIAL_CATEGORY: "specially protected: special category",
}

ADVICE = {
    "not read": "'ctscan scan' reads on, 'ctscan backfill' what lies before",
    "out of scope": "'ctscan backfill' with a wider --scope reads it again",
    "older rules": "'ctscan backfill' reads it again",
}
"""Advice that closes holes, by their reason. Holes for other reasons need another scan."""


def count(number: int, noun: str, plural: str = "") -> str:
    """Write a number and its noun: `1 log`, `2 logs`, `1,234 entries`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def question_kinds(questions: Iterable[Question]) -> str:
    """Count questions by kind: `2 e-mail addresses and 1 name`."""
    numbers = Counter(question.kind for question in questions)
    parts = [count(number, KINDS.get(kind, kind), PLURALS.get(kind, "")) for kind, number in numbers.items()]
    return " and ".join((", ".join(parts[:-1]), parts[-1])) if len(parts) > 1 else "".join(parts)


def announcement(disclosures: Iterable[PlannedDisclosure], purpose: str) -> list[str]:
    """Say which repository will learn how many questions of which kind, never the person."""
    lines = []
    for each in disclosures:
        place = f"{each.title} at {each.host}"
        tells = f" Who learns what: {each.tells.rstrip('.')}." if each.tells else ""
        if each.asked:
            lines.append(f"{place} will be asked about {question_kinds(each.asked)}.{tells}")
        if each.impossible:
            lines.append(f"{place} can't be asked about {question_kinds(each.impossible)}.")
    lines.append(f"Each question is recorded as a disclosure (see 'ctscan disclosures'), for this purpose: {purpose}")
    return lines


def search_result_line(result: SearchResult) -> str:
    """Say how a search ended, with the reason where it isn't whole."""
    asked = f"{result.repository}, {KINDS.get(result.kind, result.kind)}"
    given = f"{count(result.results, 'certificate')} given, {result.certificates:,} of them new here"
    detail = f": {result.detail}" if result.detail else ""
    return f"{asked}: {result.outcome}, {given}{detail}"


def missing_evidence(counts: ProofCounts) -> list[str]:
    """Say why certificates have no evidence: no tree covers their origin, or rows are missing."""
    lines = []
    if counts.in_chains:
        lines.append(
            f"{count(counts.in_chains, 'certificate')} only came in chains submitted with entries: "
            "no log's tree covers chains, so nothing can prove that"
        )
    if counts.in_repositories:
        lines.append(
            f"{count(counts.in_repositories, 'certificate')} only came from repositories or files: "
            "nothing proves that until a log that holds the same is read"
        )
    parts = [count(counts.bare, "certificate") + " without any evidence"] if counts.bare else []
    parts += [count(counts.lost, "sighting") + " without a certificate"] if counts.lost else []
    if parts:
        lines.append(f"the index was changed or is damaged: {', '.join(parts)}; restore it from a copy, or scan again")
    return lines


def verdict(answer: Answer) -> str:
    """Answer the question in a sentence. The three cases differ in their first words."""
    kind = KINDS.get(answer.identifier.kind, answer.identifier.kind)
    searched = f"every entry of {count(len(answer.coverage), 'log')} was searched for this {kind}"
    if answer.matches:
        found = _found(answer)
        if answer.complete:
            return f"{found}; the answer is complete: {searched}."
        return f"{found}; there may be more, the answer may be incomplete:"
    if answer.complete:
        return f"Nothing found, complete: {searched}."
    return "Nothing found, but the answer may be incomplete:"


def _found(answer: Answer) -> str:
    """Begin the verdict. Certificates with only some words of a name are counted apart: most name other people."""
    if answer.identifier.kind != IdentifierKind.NAME:
        return f"Found in {_certificates(answer.matches)}"
    whole = [match for match in answer.matches if match.score >= 1]
    partly = len(answer.matches) - len(whole)
    if not whole:
        return f"Nothing found under the whole name; {count(partly, 'certificate')} with a part of it"
    also = f", and {partly:,} more with a part of the name" if partly else ""
    return f"Found in {_certificates(whole)}{also}"


def is_of_authority(match: Match) -> bool:
    """Return True for the certificate of a CA: by its basic constraints, or because only chains hold it."""
    only_in_chains = all(seen.kind is EntryKind.CHAIN for seen in match.sightings)
    return match.certificate.is_ca or (bool(match.sightings) and only_in_chains)


def _certificates(matches: Sequence[Match]) -> str:
    """Count certificates. Certificates of CAs are counted apart: they rarely name the person who asks."""
    authorities = sum(is_of_authority(match) for match in matches)
    of_authorities = f"of {'a certification authority' if authorities == 1 else 'certification authorities'}"
    if authorities == len(matches):
        return f"{count(authorities, 'certificate')} {of_authorities}"
    found = count(len(matches) - authorities, "certificate")
    return f"{found}, and {authorities:,} {of_authorities}" if authorities else found


def doubts(answer: Answer, texts: Texts) -> list[str]:
    """List the reasons why an answer may be incomplete, the largest first; none when it is complete."""
    if answer.complete:
        return []
    gaps = [log for log in answer.coverage if log.gaps]
    stale = [log for log in answer.coverage if log.stale]
    found = [_about_gaps(gaps)] if gaps else []
    if stale:
        found.append(f"{_names([log.log for log in stale])} not checked lately: run 'ctscan scan'")
    if answer.not_covered:
        found.append(f"{count(len(answer.not_covered), 'log')} not covered at all: {_not_covered(answer, texts)}")
    return found


def _about_gaps(gaps: Sequence[LogCoverage]) -> str:
    entries: Counter[str] = Counter()
    for log in gaps:
        for hole in log.gaps:
            entries[str(hole.reason)] += hole.end - hole.start
    parts = ", ".join(f"{number:,} {reason}" for reason, number in entries.most_common())
    sums = count(sum(entries.values()), "entry", "entries")
    advice = "; ".join(ADVICE[reason] for reason, _ in entries.most_common() if reason in ADVICE)
    return f"{sums} of {_names([log.log for log in gaps])} not searched: {parts}{f' ({advice})' if advice else ''}"


def _names(names: Sequence[str]) -> str:
    return " and ".join(names) if len(names) <= 2 else f"{names[0]} and {len(names) - 1} other logs"


def _not_covered(answer: Answer, texts: Texts) -> str:
    reasons = Counter(skipped.reason for skipped in answer.not_covered)
    return "; ".join(f"{number:,} {texts(reason)}" for reason, number in reasons.most_common(4))


def by_person(found: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Group the findings of a certificate by person: the subject first, contacts of the CA last."""
    groups: dict[str, list[Finding]] = {}
    for finding in found:
        groups.setdefault(finding.person or "subject", []).append(finding)
    order = sorted(groups, key=lambda person: (person == "ca contact") - (person == "subject"))
    return {person: groups[person] for person in order}


def person(word: str) -> str:
    """Write the heading of the findings of a person; `subject` and `subject 2` are different people."""
    first, _, number = word.rpartition(" ")
    return f"About another person ({word})" if first and number.isdigit() else f"About {PERSONS.get(word, word)}"


def what(finding: Finding) -> str:
    """Describe a finding in a line: category, person, qualifiers."""
    parts = [category(finding.category), *(MARKS[mark] for mark in finding.qualifiers)]
    parts += [f"{finding.subject_kind} ({finding.confidence})"]
    parts += [SENSITIVITIES[finding.sensitivity]] if finding.sensitivity in SENSITIVITIES else []
    return ", ".join(parts)


def answer_lines(answer: Answer) -> list[str]:
    """Describe the searches of an answer, and say where the list of CA owners is missing."""
    lines = [search_line(search, answer.identifier.kind) for search in answer.searches]
    if answer.matches and answer.authorities is None:
        lines.append("CA owners not known: 'ctscan ca update' loads the list of the CCADB")
    return lines


def search_line(search: Search, kind: str) -> str:
    """Describe a search. Its question is named where it differs from the identifier."""
    its = "hosts at and below it" if search.kind == QuestionKind.HOST else f"its {search.kind}"
    about = "" if search.kind == kind else f" about {its}"
    ended = f"{search.repository} was asked{about} on {moment(search.started)}"
    given = f"{search.results:,} certificate{'' if search.results == 1 else 's'} given"
    outcome = "not ended yet, or killed" if search.outcome == SearchState.RUNNING else search.outcome
    return f"{ended}: {outcome}, {given}{f' ({search.detail})' if search.detail else ''}"


def category(key: str) -> str:
    """Write a category in plain words; a key of another version of ctscan is returned as it is."""
    return CATEGORIES.get(key, key)


def shown_value(finding: Finding) -> str:
    """Write a value as it stands in the certificate, followed by its repaired or canonical form where that differs; a
    derived value comes before its origin."""
    if Qualifier.DERIVED in finding.qualifiers and finding.canonical != finding.value:
        return f"{_short(finding.canonical)} (from {_short(finding.value)})"
    if finding.category in NORMALISED and finding.canonical.casefold() != finding.value.casefold():
        return f"{_short(finding.value)} ({_short(finding.canonical)})"
    meant = f" (meant: {_short(finding.repaired)})" if finding.repaired is not None else ""
    return _short(finding.value) + meant


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text):,} characters; JSON has them all)"


def coverage_row(log: LogCoverage) -> tuple[str, str, str, str]:
    """Make a row of a table: log, ranges searched, ranges not searched, time of the last check."""
    searched = total(r.span for r in log.verified)
    return (
        log.log,
        _searched(log, searched),
        _holes(log),
        f"{moment(log.as_of)}{' (too long ago)' if log.stale else ''}",
    )


def _searched(log: LogCoverage, searched: int) -> str:
    if log.head_size and searched == log.head_size:
        return f"all {log.head_size:,}"
    text = f"{searched:,} of {log.head_size:,}"
    if searched and log.verified[0].start + searched == log.head_size:
        text += f", from entry {log.verified[0].start:,} on"
    if log.since is not None:
        text += f", logged since {timestamp_text(log.since) or 'an impossible time'}"
    return text


def _holes(log: LogCoverage) -> str:
    """Write up to three holes one by one, else their sums by reason."""
    if len(log.gaps) <= 3:
        return "; ".join(f"{h.start:,} to {h.end:,} {h.reason}" for h in log.gaps) or "none"
    sums: Counter[str] = Counter()
    for hole in log.gaps:
        sums[str(hole.reason)] += hole.end - hole.start
    return f"{len(log.gaps)} holes: " + ", ".join(f"{number:,} {reason}" for reason, number in sums.most_common())


def moment(at: datetime | None) -> str:
    """Write a time to the second, in UTC."""
    return (time_text(at.replace(microsecond=0)) or "") if at else "never"


def day(at: datetime | None) -> str:
    """Write the date of a time, in UTC."""
    return (time_text(at) or "")[:10] if at else "?"


def duration(seconds: float) -> str:
    """Write a duration: `45 s`, `12 min`, `3 h 20 min`, `2 d 4 h`."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min"
    return f"{hours // 24} d {hours % 24} h"


def per_second(rate: float | None) -> str:
    """Write a rate: `0.4/s`, `120/s`; `-` for an unknown rate."""
    if rate is None:
        return "-"
    return f"{rate:.2g}/s" if rate < 10 else f"{rate:,.0f}/s"


def until_head(seconds: float | None) -> str:
    """Write the time until reading reaches the head of a log."""
    if seconds is None:
        return "-"
    return "never at this rate" if seconds == inf else duration(seconds)
