"""People of a certificate that look-ups found: which findings are the requester's, and which are other people's. Pure.

    matched findings ──► their labels (`Finding.person`) ──► all findings of these labels: the requester's
                                                             people, and unclear findings, of other labels: others'

A certificate whose matched findings don't show a single person is unclear: it is held back until the handler confirms
that it is about the requester.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from ctscan.model import Finding, Identifier, IdentifierKind, Match, Message, SubjectKind
from ctscan.model.picture import HeldReason
from ctscan.personal.normalise.name_tokens import asked_forms, share_of_words

UNCLEAR = "unclear"
"""Label of findings of which the certificate doesn't show the person."""

_OF_CERTIFICATE = frozenset(
    (IdentifierKind.SHA256, IdentifierKind.SHA1, IdentifierKind.SERIAL, IdentifierKind.IDENTITY)
)
_OF_ISSUER = frozenset(("issuer", "ian", "issuerUniqueID", "authorityKeyIdentifier"))
"""Parts that name the issuer, whose data every certificate of it shows."""


class People(Struct, frozen=True):
    """People of one certificate.

    Attributes:
        own: findings about the requester, in the order of the match.
        others: findings about other people, and unclear findings.
        kinds: kinds of the identifiers that found the certificate.
        is_role: only mailboxes of functions are the requester's.
        unclear: reason why the certificate is held back; None where it is the requester's.
    """

    own: tuple[Finding, ...]
    others: tuple[Finding, ...]
    kinds: tuple[IdentifierKind, ...]
    is_role: bool = False
    unclear: Message | None = None


def people_of(match: Match, identifiers: Sequence[Identifier], *, is_confirmed: bool = False) -> People:
    """Divide the findings of a certificate into the requester's and other people's.

    Args:
        match: certificate with all of its findings.
        identifiers: identifiers whose look-ups found it; none where only a mailbox of the name or a part of it did.
        is_confirmed: the handler confirmed that the certificate is about the requester.
    """
    matched: dict[int, Finding] = {}
    kinds: dict[IdentifierKind, None] = {}
    unclear: Message | None = None
    for reading in (reading for identifier in identifiers for reading in identifier.readings):
        found, reason = _matched_by(match, reading)
        matched |= {id(finding): finding for finding in found}
        kinds |= {reading.kind: None} if found or reason else {}
        unclear = unclear or reason
    if not matched and is_confirmed:
        sole = _sole_person(match.findings)
        matched = {id(finding): finding for finding in sole}
    if not matched:
        return People((), (), tuple(kinds), unclear=unclear or HeldReason.ONLY_MAILBOX())
    return _divided(match.findings, list(matched.values()), tuple(kinds))


def _divided(findings: Sequence[Finding], matched: Sequence[Finding], kinds: tuple[IdentifierKind, ...]) -> People:
    if all(finding.subject_kind is SubjectKind.ROLE for finding in matched):
        return _of_role(findings, matched, kinds)
    labels = {f.person for f in matched if f.subject_kind is not SubjectKind.ROLE} - {UNCLEAR}
    known = {id(finding) for finding in matched}
    own = tuple(f for f in findings if id(f) in known or f.person in labels)
    owned = {id(finding) for finding in own}
    return People(own, tuple(f for f in findings if id(f) not in owned and is_of_others(f)), kinds)


def _of_role(findings: Sequence[Finding], matched: Sequence[Finding], kinds: tuple[IdentifierKind, ...]) -> People:
    """Give the requester the mailbox of a function alone: several people may stand behind it."""
    known = {id(finding) for finding in matched}
    others = tuple(f for f in findings if id(f) not in known and is_of_others(f))
    if any(f.subject_kind is SubjectKind.PERSON for f in others):
        return People((), others, kinds, is_role=True, unclear=HeldReason.ROLE_MAILBOX())
    return People(tuple(matched), others, kinds, is_role=True)


def is_of_others(finding: Finding) -> bool:
    """Return whether a finding that isn't the requester's is about another person, or may be."""
    is_person = finding.subject_kind in (SubjectKind.PERSON, SubjectKind.UNKNOWN)
    return is_person and finding.path.partition(".")[0] not in _OF_ISSUER


# --- findings that an identifier matches ------------------------------------------------------------------------


def _matched_by(match: Match, reading: Identifier) -> tuple[Sequence[Finding], Message | None]:
    """Return the findings that a reading matches, or the reason why they don't show the requester."""
    if reading.kind is IdentifierKind.NAME:
        return _by_name(match.findings, reading)
    if reading.kind in _OF_CERTIFICATE:
        is_asked = not match.matched_as or reading.kind in match.matched_as
        sole = _sole_person(match.findings) if is_asked else ()
        return sole, HeldReason.NO_SINGLE_PERSON() if is_asked and not sole else None
    if reading.kind is IdentifierKind.DOMAIN:
        below = tuple(key.key for key in reading.keys)
        keys = (key for f in match.findings for key in f.keys if key.kind is IdentifierKind.DOMAIN)
        return (), HeldReason.ONLY_DOMAIN() if any(key.key.startswith(below) for key in keys) else None
    wanted = frozenset(key for key in reading.keys if key.kind == reading.kind)
    return [finding for finding in match.findings if not wanted.isdisjoint(finding.keys)], None


def _by_name(findings: Sequence[Finding], reading: Identifier) -> tuple[Sequence[Finding], Message | None]:
    """Return the findings of the people that bear the whole name: given name and surname are often two findings."""
    forms = asked_forms(reading)
    tokens: dict[str, set[str]] = {}
    for finding in findings:
        keys = (key.key for key in finding.keys if key.kind is IdentifierKind.NAME)
        tokens.setdefault(finding.person, set()).update(keys)
    shares = {label: share_of_words(forms, frozenset(found)) for label, found in tokens.items()}
    whole = {label for label, share in shares.items() if share == 1}
    if not whole or UNCLEAR in whole:
        together = share_of_words(forms, frozenset(token for found in tokens.values() for token in found))
        return (), HeldReason.NAME_OF_SEVERAL() if together == 1 else HeldReason.PART_OF_NAME()
    words = frozenset(form for word in forms for form in word)
    named = [f for f in findings if f.person in whole and any(key.key in words for key in f.keys)]
    return named, None


def _sole_person(findings: Sequence[Finding]) -> Sequence[Finding]:
    """Return the findings of the only person of a certificate; none where it names several, or nobody."""
    likely = [f for f in findings if is_of_others(f)]
    labels = {f.person for f in likely if f.subject_kind is SubjectKind.PERSON} or {f.person for f in likely}
    if len(labels) != 1 or UNCLEAR in labels:
        return ()
    return [f for f in findings if f.person in labels]
