"""Watches: standing questions to an index, the certificates that match them, and acknowledgements of known ones.

A watch begins with a baseline: certificates that match already are known, and raise no alert. Each later match is
judged once a log proves the certificate: it stays silent while acknowledgements cover all of it, else it raises one
alert.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct, field

from ctscan.model.message import Code

if TYPE_CHECKING:
    from ctscan.model.identifier import LookupKey
    from ctscan.model.message import Message


class WatchKind(StrEnum):
    """Kind of a watch, which says how its term is read."""

    SCOPE = "scope"  # a term as a scope writes it
    CATEGORY = "category"  # a category of personal data with all below it
    CA = "ca"  # words in the name of the issuer, or of the owner of the CA
    PERSON = "person"  # an address, number or name as a look-up takes it


class WatchReason(Code):
    """Reason why a certificate matches a watch. No parameter names a person."""

    EVERYTHING = "watch-reason.everything"
    HOST = "watch-reason.host"  # parameter: domain, of the term
    DOMAIN_ADDRESS = "watch-reason.domain-address"  # parameter: domain, of the term
    ADDRESS = "watch-reason.address"
    ORGANISATION = "watch-reason.organisation"
    CATEGORY = "watch-reason.category"  # parameter: category, the first one that was found
    ISSUER = "watch-reason.issuer"
    OWNER = "watch-reason.owner"
    PERSON = "watch-reason.person"


class MatchState(StrEnum):
    """State of a match."""

    BASELINE = "baseline"  # matched when the watch was made: known
    WAITING = "waiting"  # no proven sighting yet
    ACKNOWLEDGED = "acknowledged"
    ALERTED = "alerted"


class Watch(Struct, frozen=True):
    """Standing question to an index.

    Attributes:
        name: unique, and no personal data: it stands in alerts and file names.
        kind: how the term is read.
        term: the term; of a person, personal data.
        owner: team or account that answers for it.
        purpose: why it is watched; a watch on a person needs one.
        at: time it was made.
        who: account that made it.
        forms: `(kind, canonical form)` of the identifiers that the term names, by which forgetting and dossiers find
            the watch.
        id: its row; 0 before it is kept.
    """

    name: str
    kind: WatchKind
    term: str
    owner: str
    purpose: str
    at: datetime
    who: str
    forms: tuple[tuple[str, str], ...] = ()
    id: int = 0


class WatchStanding(Struct, frozen=True):
    """Watch with the numbers of its matches by state."""

    watch: Watch
    matches: Mapping[MatchState, int] = field(default_factory=dict)

    def count(self, state: MatchState) -> int:
        """Number of matches in a state."""
        return self.matches.get(state, 0)


# --- matching -----------------------------------------------------------------------------------------------------


class WatchedFinding(Struct, frozen=True):
    """Finding, as far as watches compare it."""

    rule: str
    categories: tuple[str, ...]  # the chosen one first
    keys: tuple[LookupKey, ...]


class WatchedCertificate(Struct, frozen=True):
    """Certificate, as far as watches compare it.

    Attributes:
        subject, issuer: names as lines of text.
        owners: owners of its CA by the list of authorities.
        hosts: canonical host names.
        fingerprints: identity, and the SHA-256 of the certificate and of its leaves, in hexadecimal digits.
        findings: findings in it.
    """

    subject: str
    issuer: str
    owners: tuple[str, ...]
    hosts: tuple[str, ...]
    fingerprints: frozenset[str]
    findings: tuple[WatchedFinding, ...]


class FoundMatch(Struct, frozen=True):
    """Match of a certificate with a watch: the reason, and the rules of the findings that an alert is about."""

    reason: Message
    rules: frozenset[str]


class Candidates(Struct, frozen=True):
    """Limits within which the matches of a watch lie, for an index to search with. Each adds some certificates.

    Attributes:
        everything: all certificates.
        domains, emails: canonical terms of a scope.
        keys: look-up keys.
        names: names, each as its words, each in its forms.
        categories: categories of findings.
        tests_subjects: the certificates whose subject `WatchMatcher.has_subject` accepts.
        tests_issuers: the certificates whose issuer, or an owner of it, `WatchMatcher.has_issuer` accepts.
    """

    everything: bool = False
    domains: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    keys: tuple[LookupKey, ...] = ()
    names: tuple[tuple[tuple[str, ...], ...], ...] = ()
    categories: frozenset[str] = frozenset()
    tests_subjects: bool = False
    tests_issuers: bool = False


class WatchMatcher(Protocol):
    """Matcher of certificates with watches, made from their terms (`personal.watch_matching`)."""

    @property
    def watches(self) -> frozenset[int]:
        """Rows of the watches that the matcher knows."""

    def matches(self, certificate: WatchedCertificate) -> Mapping[int, FoundMatch]:
        """Return the matches of a certificate by the row of the watch."""

    def candidates(self, watch: int) -> Candidates:
        """Return where the matches of a watch lie."""

    def has_subject(self, watch: int, subject: str) -> bool:
        """Return whether a subject is a reason for a match with a watch."""

    def has_issuer(self, watch: int, name: str) -> bool:
        """Return whether the name of an issuer or owner is a reason for a match with a watch."""

    def names_issuer(self, words: str, issuer: str) -> bool:
        """Return whether the words of an acknowledgement stand in the name of an issuer."""


# --- acknowledgements ---------------------------------------------------------------------------------------------


class AckKind(StrEnum):
    """Kind of an acknowledgement: what it covers."""

    CERTIFICATE = "certificate"  # a fingerprint
    ISSUER = "issuer"  # words in the name of an issuer
    RULE = "rule"  # id of a rule: findings of it


class Ack(Struct, frozen=True):
    """Acknowledgement: matches that it covers stay silent while it holds.

    Attributes:
        kind, value: what it covers.
        reason: why; it names nobody.
        until: its end; None: none.
        at, who: when it was made, and by which account.
        id: its number; 0 before it is kept.
    """

    kind: AckKind
    value: str
    reason: str
    until: datetime | None
    at: datetime
    who: str
    id: int = 0

    def holds(self, now: datetime) -> bool:
        """Return whether it has not ended."""
        return self.until is None or now < self.until


# --- checks -------------------------------------------------------------------------------------------------------


class WatchCheck(Struct, frozen=True):
    """Result of a check of new certificates, of one portion or summed up.

    Attributes:
        checked: new or changed certificates that were compared.
        matched: new matches.
        alerted: matches that raised an alert.
        acknowledged: matches that acknowledgements keep silent.
        waiting: matches that wait for a proof after the check.
        left: certificates that are still to be compared.
        is_outdated: the watches changed meanwhile, and nothing was done: the matcher has to be made anew.
    """

    checked: int = 0
    matched: int = 0
    alerted: int = 0
    acknowledged: int = 0
    waiting: int = 0
    left: int = 0
    is_outdated: bool = False

    def __add__(self, other: WatchCheck) -> WatchCheck:
        return WatchCheck(
            self.checked + other.checked,
            self.matched + other.matched,
            self.alerted + other.alerted,
            self.acknowledged + other.acknowledged,
            other.waiting,
            other.left,
            other.is_outdated,
        )


def ends_of_silence(
    acks: Collection[Ack], certificate: WatchedCertificate, found: FoundMatch, matcher: WatchMatcher, now: datetime
) -> tuple[bool, datetime | None]:
    """Judge whether acknowledgements cover a match entirely.

    Args:
        acks: all acknowledgements.
        certificate: the certificate.
        found: the match.
        matcher: compares the names of issuers.
        now: time.

    Returns:
        Whether they do, and until when at least; None: without an end.
    """
    held = [ack for ack in acks if ack.holds(now)]
    whole = [ack for ack in held if _covers_all(ack, certificate, matcher)]
    if whole:
        return True, _latest(whole)
    by_rule = [[ack for ack in held if ack.kind is AckKind.RULE and ack.value == rule] for rule in sorted(found.rules)]
    if not by_rule or not all(by_rule):
        return False, None
    ends = [end for some in by_rule if (end := _latest(some)) is not None]
    return True, min(ends, default=None)


def _covers_all(ack: Ack, certificate: WatchedCertificate, matcher: WatchMatcher) -> bool:
    if ack.kind is AckKind.CERTIFICATE:
        return ack.value in certificate.fingerprints
    return ack.kind is AckKind.ISSUER and matcher.names_issuer(ack.value, certificate.issuer)


def _latest(acks: Collection[Ack]) -> datetime | None:
    """Return the latest end; None where one has none."""
    ends = [ack.until for ack in acks]
    return None if None in ends else max(end for end in ends if end is not None)
