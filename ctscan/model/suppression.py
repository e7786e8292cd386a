"""Suppressions: the promises that an index keeps towards people who objected, or asked to be erased."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct

from ctscan.model.identifier import IdentifierKind


class Ground(StrEnum):
    """Ground of a suppression."""

    OBJECTION = "objection"  # GDPR article 21
    ERASURE = "erasure"  # GDPR article 17
    UNLAWFUL = "unlawful"  # the processing was unlawful: article 17(1)(d)
    CONSENT_WITHDRAWN = "consent-withdrawn"  # article 17(1)(b)


class SuppressionKind(StrEnum):
    """Kind of an entry of the suppression file."""

    FORGOTTEN = "forgotten"  # deleted, and not written again
    RESTRICTED = "restricted"  # kept, and hidden from every reader: GDPR article 18
    LIFTED = "lifted"  # takes an earlier entry back
    LOST = "lost"  # first entry of a file that was begun because the one before, or its key, was lost


class SuppressedDigest(Struct, frozen=True):
    """Digest of an identifier: HMAC-SHA-256 of its kind and its form for comparison."""

    kind: IdentifierKind
    digest: bytes


class Suppression(Struct, frozen=True):
    """Entry of the suppression file. Entries are only added, and numbered 1, 2, 3 and so on.

    Attributes:
        number: its number; 0 before it is written.
        at: moment of the promise.
        kind: kind of the entry.
        ground: ground of the promise; of a lifting, that of the entry which it lifts.
        identifiers: identifiers of the person in their proven forms.
        certificates: certificates that were deleted or hidden, each by several digests (identity, fingerprints, serial
            number).
        normalisation: version of the forms that are compared.
        lifts: number of the entry that it lifts; 0: none.
        told: day on which the person was told of the lifting (GDPR article 18(3)).
        case: number of the case; empty without one.
    """

    number: int
    at: datetime
    kind: SuppressionKind
    ground: Ground
    identifiers: tuple[SuppressedDigest, ...] = ()
    certificates: tuple[SuppressedDigest, ...] = ()
    normalisation: int = 0
    lifts: int = 0
    told: date | None = None
    case: str = ""


class PrivacyFiles(Struct, frozen=True):
    """Paths of the key file and of the suppression file of an index."""

    key: str
    suppressions: str


class Suppressed(Struct, frozen=True):
    """Answer of the suppressions to a look-up: the person objected, or asked to be erased."""

    since: datetime
    ground: Ground
    restricted: bool


class SuppressionsAsked(Struct, frozen=True):
    """Word of the suppressions on an identifier.

    Attributes:
        suppressed: the person's own suppression; None: there is none.
        shared: a certificate with the identifier was left out, because somebody else in it objected.
        lifted: a suppression of the identifier was lifted; certificates that came meanwhile aren't in the index.
        any: there is any suppression at all.
        lost: the day since when earlier suppressions are lost: nobody knows who was deleted, and who may be back.
    """

    suppressed: Suppressed | None = None
    shared: bool = False
    lifted: bool = False
    any: bool = False
    lost: date | None = None


NUMBERED_KINDS: Final = (
    IdentifierKind.EMAIL,
    IdentifierKind.NUMBER,
    IdentifierKind.PHONE,
    IdentifierKind.ACCOUNT,
)
"""Kinds of look-up key that stand for one person. A domain stands for many, and a name is shared."""
