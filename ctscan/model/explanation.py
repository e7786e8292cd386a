"""Explanations of findings: the evidence that was weighed, in its order, and the evidence that was missing."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from ctscan.model.message import Code

if TYPE_CHECKING:
    from ctscan.model.finding import Confidence, Finding, SubjectKind
    from ctscan.model.message import Message


class EvidenceKind(Code):
    """Kind of evidence about the person behind a value. It never quotes the certificate."""

    PLACE = "evidence.place"
    OWN_NAME = "evidence.own-name"
    NAME_ATTRIBUTE = "evidence.name-attribute"
    SUBJECT = "evidence.subject"
    PERSONAL_TYPES = "evidence.personal-types"
    AUTHORITY = "evidence.authority"
    NATURAL = "evidence.natural"
    LEGAL = "evidence.legal"
    SUBJECT_FORM = "evidence.subject-form"
    MACHINE = "evidence.machine"
    SERVICE = "evidence.service"
    USE = "evidence.use"
    RESEMBLANCE = "evidence.resemblance"
    COMMON_NAME = "evidence.common-name"
    NAME_BESIDE = "evidence.name-beside"
    NAME_AND_CERTIFICATE = "evidence.name-and-certificate"
    NAME_FORM = "evidence.name-form"
    NAME_WORDS = "evidence.name-words"
    LOWER_CASE = "evidence.lower-case"
    BEFORE_OTHERS = "evidence.before-others"
    OWN_AUTHORITY = "evidence.own-authority"
    ISSUER_NAME = "evidence.issuer-name"
    FULL_NAME = "evidence.full-name"
    PSEUDONYM_MARK = "evidence.pseudonym-mark"
    MAILBOX = "evidence.mailbox"
    MAILBOX_NAME = "evidence.mailbox-name"
    MAILBOX_ROLE = "evidence.mailbox-role"
    MAILBOX_OF_NAMES = "evidence.mailbox-of-names"
    MAILBOX_HOLDER = "evidence.mailbox-holder"
    ACCOUNT = "evidence.account"


class Stance(StrEnum):
    """Part of a piece of evidence in a decision."""

    ABSENT = "absent"
    FOR = "for"
    AGAINST = "against"
    DECIDES = "decides"


class Shown(Struct, frozen=True):
    """Subject that evidence shows, the confidence, and the reason."""

    kind: SubjectKind
    confidence: Confidence
    why: Message


class Weighed(Struct, frozen=True):
    """Evidence that was weighed. `shown` is None where it was absent; `within`: what it was decided by, in order."""

    evidence: Message
    shown: Shown | None = None
    within: tuple[Weighed, ...] = ()


class WeighedLine(Struct, frozen=True):
    """Evidence in the chain of a finding: its depth inside other evidence, from 0, and its part in the decision."""

    depth: int
    evidence: Message
    stance: Stance
    shown: Shown | None


class Explanation(Struct, frozen=True):
    """Chain of evidence of a finding.

    Attributes:
        finding: the finding, with the reason that decided.
        version: of the rule that found the value.
        looks_for: what the rule looks for, in English.
        cites: the specifications of the rule.
        chain: the evidence in the order in which it was weighed; empty where the rule decides by the type or the form
            of the value alone.
        missing: evidence that would have decided sooner, of a finding that isn't certain.
        is_recorded: whether the chain was recorded, which it is for the first findings of a certificate only.
    """

    finding: Finding
    version: int
    looks_for: str
    cites: tuple[str, ...]
    chain: tuple[WeighedLine, ...] = ()
    missing: tuple[Message, ...] = ()
    is_recorded: bool = True
