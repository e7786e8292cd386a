"""Personal data found in certificates, and the rules that find it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from ctscan.model.identifier import IdentifierKind, LookupKey
    from ctscan.model.message import Message


class SubjectKind(StrEnum):
    """Kind of subject that a finding is about."""

    PERSON = "person"
    ROLE = "role"  # a function: its mailbox, its desk
    ORGANISATION = "organisation"
    HOST = "host"
    DEVICE = "device"
    CA = "certification authority"
    UNKNOWN = "unknown"


class Confidence(StrEnum):
    """Confidence in the subject kind, in words."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


class Sensitivity(StrEnum):
    """Degree of protection by law."""

    ORDINARY = "ordinary"
    NATIONAL_IDENTIFIER = "national identifier"  # GDPR article 87
    SPECIAL_CATEGORY = "special category"  # GDPR articles 9 and 10: biometrics, health, or data that reveals them


class Qualifier(StrEnum):
    """Reservation that a reader of a finding has to know about its value."""

    DERIVED = "derived"  # follows from another value (a birth date inside a national number)
    HASHED = "hashed"  # a hash of the datum, still personal data
    PARTIAL = "partial"  # part of the datum, such as the last digits
    INVALID = "invalid"  # has the form of a number, but its check digit is wrong


class Finding(Struct, frozen=True):
    """Personal data in one field of one certificate.

    `person` separates the people of one certificate: findings with the same word are about the same person. `raw` is
    the value as encoded (b"" where it is just `value` in UTF-8), `repaired` the evidently intended text, where that
    differs.
    """

    rule: str
    category: str  # main fideslang key
    categories: tuple[str, ...]  # all that apply, the main one first
    value: str  # as written
    canonical: str
    path: str  # "subject.1.emailAddress", "san.0.rfc822Name"
    oid: str
    subject_kind: SubjectKind
    confidence: Confidence
    why: Message
    keys: tuple[LookupKey, ...]
    person: str = ""  # "subject", "representative", "ca contact", "subject 2", …
    sensitivity: Sensitivity = Sensitivity.ORDINARY
    qualifiers: tuple[Qualifier, ...] = ()
    tag: int = 0  # identifier octet as encoded; 0: none
    raw: bytes = b""
    repaired: str | None = None


class RuleVersion(Struct, frozen=True):
    """Version of one rule with which a range was read. Raising `version` makes older readings not cover the rule."""

    id: str
    version: int
    kinds: tuple[IdentifierKind, ...]  # kinds of look-up key of its findings


class RuleSet(Struct, frozen=True):
    """Rules of one version of ctscan. `version` is derived from the rules, so it can't be forgotten."""

    version: str
    rules: tuple[RuleVersion, ...]
