"""Certificates that are held back though the identity of the requester is settled. Pure.

A code proves the mailbox of today and of one identifier. So a certificate leaves the case when, in this order,

1. the handler confirmed it (rejected: it never leaves),
2. an identifier that was proven found it: by a code, or as one of those that the case had when the handler saw another
   proof of identity,
3. the names of its person agree with those of the requester,
4. it is no older than the requester's address: its validity begins on the day `Case.since` or later. This counts where
   only an address, an account, a telephone number or a domain found it, since these pass from one person to the next.
   It doesn't count where the case has another proof than a code, and the names agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set

from msgspec import Struct

from ctscan.dsar.name_agreement import has_words, names_agree
from ctscan.model.case import Case, CaseAction, CaseEvent
from ctscan.model.finding import Finding, SubjectKind
from ctscan.model.identifier import KEY_KINDS, Identifier, IdentifierKind
from ctscan.model.match import Match
from ctscan.model.message import Message
from ctscan.model.release import Held, IdentityDoubt, Release
from ctscan.personal.identifiers import name_in, parse_identifier
from ctscan.personal.normalise.name_tokens import asked_forms, share_of_words
from ctscan.personal.quoting import names_person

REUSED = frozenset((IdentifierKind.EMAIL, IdentifierKind.ACCOUNT, IdentifierKind.PHONE, IdentifierKind.DOMAIN))
"""Kinds of identifier that pass from one person to the next."""

UNCLEAR = "unclear"
"""Label of an address of which the certificate doesn't show the person."""

_CA_CONTACT = "ca contact"
_FULL, _PARTS = "user.name", ("user.name.first", "user.name.last")
_NO_NAMES = frozenset(("name.generation", "name.initials"))  # rules whose findings are no words of a name


class _Requester(Struct, frozen=True):
    """Requester of a case, as the history shows.

    Attributes:
        names: names, as given.
        identifiers: all identifiers.
        proven: those that were proven.
        is_seen: the case has another proof of identity than a code.
    """

    names: tuple[str, ...]
    identifiers: tuple[Identifier, ...]
    proven: tuple[Identifier, ...]
    is_seen: bool


def held_back(case: Case, matches: Iterable[Match], *, is_stated: bool = False) -> Release:
    """Divide the certificates that the look-ups of a case found.

    Args:
        case: the case, with its history.
        matches: matches of all answers; of a certificate in several of them the first counts, with all of its findings.
        is_stated: the handler lets findings leave by the word of this command: all identifiers count as proven.
    """
    requester = _requester(case, is_stated=is_stated)
    confirmed, rejected = decided_certificates(case.events)
    released: list[Match] = []
    held: list[Held] = []
    others: list[Match] = []
    distinct: dict[bytes, Match] = {}
    for match in matches:
        distinct.setdefault(match.certificate.identity, match)
    for match in distinct.values():
        if match.certificate.identity in rejected:
            others.append(match)
        elif match.certificate.identity in confirmed or not (reasons := tuple(_doubts(case, requester, match))):
            released.append(match)
        else:
            held.append(Held(match, reasons))
    return Release(tuple(released), tuple(held), tuple(others), confirmed)


def held_without_case(identifiers: Sequence[Identifier], matches: Iterable[Match]) -> dict[bytes, Message]:
    """Return the certificates to hold back, by identity, where look-ups have no case. Their handler states that the
    identity is settled, but can't confirm single certificates: so a certificate is held back where its person bears a
    name that differs from the names asked for or, without such names, from another name of the same person.

    Args:
        identifiers: identifiers of one person.
        matches: matches of all answers.
    """
    asked = [name_in(one.value) for one in identifiers if one.kind == IdentifierKind.NAME]
    own = [name for name in asked if has_words(name)]
    held: dict[bytes, Message] = {}
    for match in matches:
        found = [finding for _, findings in _found_by(match, identifiers) for finding in findings]
        names = _names(match.findings, found)
        if not _agree(names, own or names[:1]):
            held[match.certificate.identity] = IdentityDoubt.NAME_DIFFERS()
    return held


def decided_certificates(events: Iterable[CaseEvent]) -> tuple[frozenset[bytes], frozenset[bytes]]:
    """Return the identities of certificates that the handler confirmed, and those rejected; the last word counts."""
    last = {
        event.get("certificate"): event.action
        for event in events
        if event.action in (CaseAction.FINDING_CONFIRMED, CaseAction.FINDING_REJECTED)
    }
    confirmed = (bytes.fromhex(text) for text, action in last.items() if action == CaseAction.FINDING_CONFIRMED)
    rejected = (bytes.fromhex(text) for text, action in last.items() if action == CaseAction.FINDING_REJECTED)
    return frozenset(confirmed), frozenset(rejected)


def seen_identifiers(case: Case) -> int:
    """Return the number of identifiers, the first of the case, that a proof of identity other than a code covers: those
    that the case had when the handler saw it."""
    events = case.of(CaseAction.IDENTIFIED, CaseAction.IDENTIFIER_ADDED)
    later = 0
    for event in reversed(events):
        if event.action == CaseAction.IDENTIFIED and not event.get("id"):
            return max(0, len(case.identifiers) - later)
        later += event.action == CaseAction.IDENTIFIER_ADDED
    return 0


def proven_positions(events: Iterable[CaseEvent]) -> frozenset[int]:
    """Return the positions (from 1) of the identifiers that were proven by a code."""
    proofs = (event for event in events if event.action == CaseAction.IDENTIFIED and event.get("id"))
    return frozenset(int(event.get("identifier") or "0") for event in proofs)


def _requester(case: Case, *, is_stated: bool) -> _Requester:
    identifiers = tuple(parse_identifier(one.text) for one in case.identifiers)
    seen, positions = seen_identifiers(case), proven_positions(case.events)
    proven = tuple(one for at, one in enumerate(identifiers, 1) if is_stated or at <= seen or at in positions)
    given = [part.strip() for part in case.requester.split(";")]
    given += [name_in(one.value) for one in identifiers if one.kind == IdentifierKind.NAME]
    return _Requester(tuple(name for name in given if has_words(name)), identifiers, proven, seen > 0)


# --- doubts ---------------------------------------------------------------------------------------------------------


def _doubts(case: Case, requester: _Requester, match: Match) -> Iterator[Message]:
    """Yield the reasons against the release of a certificate."""
    found = list(_found_by(match, requester.proven))
    if not found:
        yield IdentityDoubt.UNPROVEN()
    is_reused = all(reading.kind in REUSED for reading, _ in found)
    names = _names(match.findings, [finding for _, findings in found for finding in findings])
    if requester.names and not _agree(names, requester.names):
        yield IdentityDoubt.NAME_DIFFERS()
    elif not requester.names and is_reused and not _are_in_identifiers(names, requester.proven):
        yield IdentityDoubt.NAME_UNKNOWN()
    is_same_person = requester.is_seen and bool(names) and bool(requester.names) and _agree(names, requester.names)
    if case.since is not None and is_reused and not is_same_person:
        begins = match.certificate.not_before
        if begins is None:
            yield IdentityDoubt.UNDATED(since=case.since)
        elif begins.date() < case.since:
            yield IdentityDoubt.BEFORE_SINCE(since=case.since, begins=begins.date())


def _agree(names: Iterable[str], own: Iterable[str]) -> bool:
    """Return whether each name in a certificate agrees with one of the requester's."""
    return all(any(names_agree(name, one) for one in own) for name in names)


def _are_in_identifiers(names: Iterable[str], identifiers: Iterable[Identifier]) -> bool:
    """Return whether identifiers hold each name, as `jane.roe@example.org` holds Jane Roe: the only words to compare
    where a case has no name."""
    return all(any(names_person(name, one) for one in identifiers) for name in names)


def _names(findings: Sequence[Finding], matched: Sequence[Finding]) -> list[str]:
    """Return the names of the people that the matched findings are about. Where the certificate names none of them, all
    names in it count, but for those of a CA's contact: another name beside an address may be that of its owner."""
    people = {finding.person for finding in matched} - {UNCLEAR}
    return _names_of(findings, people) or _names_of(findings, {finding.person for finding in findings} - {_CA_CONTACT})


def _names_of(findings: Iterable[Finding], people: Set[str]) -> list[str]:
    """Return the names of people with these labels: full names, and given name and surname of a distinguished name."""
    parts: dict[tuple[str, str], list[str]] = {}
    names: dict[str, None] = {}
    for finding in findings:
        if finding.person not in people or finding.subject_kind is not SubjectKind.PERSON or finding.rule in _NO_NAMES:
            continue
        text = finding.repaired or finding.value
        if finding.category == _FULL:
            names[text] = None
        elif finding.category in _PARTS:
            parts.setdefault((finding.person, finding.path.rsplit(".", 2)[0]), []).append(text)
    names |= dict.fromkeys(" ".join(words) for words in parts.values())
    return [name for name in names if has_words(name)]


# --- identifiers that found a certificate ----------------------------------------------------------------------------


def _found_by(match: Match, identifiers: Iterable[Identifier]) -> Iterator[tuple[Identifier, list[Finding]]]:
    """Yield the readings of identifiers that a certificate holds, with the findings that hold them."""
    for reading in (reading for identifier in identifiers for reading in identifier.readings):
        if reading.kind not in KEY_KINDS:
            if _is_certificate(reading, match):
                yield reading, []
        elif (found := _holding(match.findings, reading)) and _is_whole(found, reading):
            yield reading, found


def _is_whole(found: Iterable[Finding], reading: Identifier) -> bool:
    """Return whether findings hold all of an identifier: of a name every word."""
    if reading.kind != IdentifierKind.NAME:
        return True
    tokens = frozenset(key.key for finding in found for key in finding.keys if key.kind == IdentifierKind.NAME)
    return share_of_words(asked_forms(reading), tokens) == 1


def _holding(findings: Iterable[Finding], reading: Identifier) -> list[Finding]:
    """Return the findings with a key of a reading; of a domain those below it, too."""
    if reading.kind == IdentifierKind.DOMAIN:
        above = tuple(key.key for key in reading.keys)
        return [f for f in findings if any(key.kind == reading.kind and key.key.startswith(above) for key in f.keys)]
    wanted = frozenset(key for key in reading.keys if key.kind == reading.kind)
    return [finding for finding in findings if not wanted.isdisjoint(finding.keys)]


def _is_certificate(reading: Identifier, match: Match) -> bool:
    """Return whether an identifier names the certificate itself. The summary has no SHA-1, so the look-up decides."""
    certificate = match.certificate
    match reading.kind:
        case IdentifierKind.SHA256:
            return certificate.sha256 is not None and certificate.sha256.hex() == reading.canonical
        case IdentifierKind.IDENTITY:
            return certificate.identity.hex() == reading.canonical
        case IdentifierKind.SERIAL:
            return (certificate.serial.lower().lstrip("0") or "0") == reading.canonical
        case _:
            return IdentifierKind.SHA1 in match.matched_as
