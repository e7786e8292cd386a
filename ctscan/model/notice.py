"""Papers of a controller: the public notice (GDPR article 14) and the record of processing (article 30). Values.

    Notice ── title, sections ── blocks: prose, items, rows of facts, a table, a gap that the controller fills

Sentences are codes. No value in them is a person's, but for those by which the controller names itself.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from msgspec import Struct

from ctscan.model.message import Code, Message

Text = Message | str | int
"""Text of a block: a sentence as a code, a text of the settings or of the index as it stands, or a number."""


class NoticeKind(StrEnum):
    """Kind of a paper, by the article of the GDPR that demands it."""

    ART14 = "art14"
    ART30 = "art30"


class Prose(Struct, frozen=True):
    """Paragraph."""

    text: Text


class Item(Struct, frozen=True):
    """Item of a list."""

    text: Text


class Gap(Struct, frozen=True):
    """Place of a setting that is missing, by its key: `controller.dpo`."""

    key: str


class Fact(Struct, frozen=True):
    """Row with a label; `values` are lines, none of them marks the gap of a setting."""

    label: Message
    values: tuple[Text, ...] = ()
    key: str = ""


class Table(Struct, frozen=True):
    """Table with a head; each row has as many cells. Numbers stand on the right."""

    head: tuple[Message, ...]
    rows: tuple[tuple[Text, ...], ...]


Block = Prose | Item | Gap | Fact | Table


class NoticeSection(Struct, frozen=True):
    """Section. Facts that follow each other are one table, items one list."""

    heading: Message
    blocks: tuple[Block, ...]


class Notice(Struct, frozen=True):
    """Paper, ready to be put into words.

    Attributes:
        kind: kind.
        on: day that it speaks of.
        title: title.
        opening: blocks above the first section.
        sections: sections.
    """

    kind: NoticeKind
    on: date
    title: Message
    opening: tuple[Block, ...]
    sections: tuple[NoticeSection, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Keys of the settings that are missing, each once, in their order."""
        blocks = [block for section in self.sections for block in section.blocks]
        gaps = [one.key for one in blocks if isinstance(one, Gap) or (isinstance(one, Fact) and not one.values)]
        return tuple(dict.fromkeys(gaps))


class WrittenNotice(Struct, frozen=True):
    """Paper that was written: its file, SHA-256 (hexadecimal), and the settings that it lacks."""

    path: str
    sha256: str
    missing: tuple[str, ...]


class NoticeText(Code):
    """Sentence, heading or label of a paper."""

    # both papers
    TITLE_ART14 = "notice.title-art14"
    TITLE_ART30 = "notice.title-art30"
    AS_OF = "notice.as-of"
    MISSING = "notice.missing"
    CONTROLLER = "notice.controller"
    NAME = "notice.name"
    ADDRESS = "notice.address"
    CONTACT = "notice.contact"
    OFFICER = "notice.officer"
    AUTHORITY = "notice.authority"
    PURPOSES = "notice.purposes"
    PURPOSE = "notice.purpose"
    LEGAL_BASIS = "notice.legal-basis"
    INTEREST = "notice.interest"
    CATEGORIES = "notice.categories"
    NO_DATA = "notice.no-data"
    SPECIAL = "notice.special"
    NATIONAL = "notice.national"
    SOURCES = "notice.sources"
    SOURCES_TEXT = "notice.sources-text"
    LOGS = "notice.logs"
    NO_LOGS = "notice.no-logs"
    REPOSITORIES = "notice.repositories"
    NO_REPOSITORIES = "notice.no-repositories"
    FILES = "notice.files"
    RECIPIENTS = "notice.recipients"
    RECIPIENTS_TEXT = "notice.recipients-text"
    ASKED = "notice.asked"
    NOBODY_ASKED = "notice.nobody-asked"
    ALERTED = "notice.alerted"
    ALERTED_SOME = "notice.alerted-some"
    TRANSFERS = "notice.transfers"
    STORAGE = "notice.storage"
    QUARANTINE = "notice.quarantine"

    # the public notice
    WHY = "notice.why"
    WHAT_CERTIFICATES_ARE = "notice.what-certificates-are"
    CATEGORIES_TEXT = "notice.categories-text"
    RIGHTS = "notice.rights"
    RIGHTS_TEXT = "notice.rights-text"
    RIGHT_ACCESS = "notice.right-access"
    RIGHT_RECTIFICATION = "notice.right-rectification"
    RIGHT_ERASURE = "notice.right-erasure"
    RIGHT_RESTRICTION = "notice.right-restriction"
    RIGHT_OBJECTION = "notice.right-objection"
    RIGHT_CONSENT = "notice.right-consent"
    LIMITS = "notice.limits"
    COMPLAINT = "notice.complaint"
    COMPLAINT_TEXT = "notice.complaint-text"
    DECISIONS = "notice.decisions"
    DECISIONS_TEXT = "notice.decisions-text"

    # the record of processing
    SUBJECTS = "notice.subjects"
    SUBJECTS_EVERYTHING = "notice.subjects-everything"
    SUBJECTS_SCOPE = "notice.subjects-scope"
    SUBJECTS_REQUESTERS = "notice.subjects-requesters"
    SUBJECTS_STAFF = "notice.subjects-staff"
    LABEL_CATEGORY = "notice.label-category"
    LABEL_PROTECTION = "notice.label-protection"
    LABEL_CERTIFICATES = "notice.label-certificates"
    LABEL_FINDINGS = "notice.label-findings"
    ORDINARY = "notice.ordinary"
    SPECIAL_CATEGORY = "notice.special-category"
    NATIONAL_IDENTIFIER = "notice.national-identifier"
    REQUESTERS_DATA = "notice.requesters-data"
    STAFF_DATA = "notice.staff-data"
    NUMBERS = "notice.numbers"
    NUMBER_CERTIFICATES = "notice.number-certificates"
    NUMBER_FINDINGS = "notice.number-findings"
    NUMBER_LOGS = "notice.number-logs"
    NUMBER_CASES = "notice.number-cases"
    NUMBERS_TEXT = "notice.numbers-text"
    LIMITS_OF_TIME = "notice.limits-of-time"
    MEASURES = "notice.measures"
    MEASURE_TRAIL = "notice.measure-trail"
    MEASURE_HEADS = "notice.measure-heads"
    MEASURE_NO_HEADS = "notice.measure-no-heads"
    MEASURE_KEY = "notice.measure-key"
    MEASURE_PRIVATE = "notice.measure-private"
    MEASURE_EXPOSED = "notice.measure-exposed"
    MEASURE_ENCRYPTED = "notice.measure-encrypted"
    MEASURE_PLAIN = "notice.measure-plain"
    MEASURE_DISCLOSURE = "notice.measure-disclosure"
    MEASURE_OUTPUT = "notice.measure-output"

    # lines of the command
    WRITTEN = "notice.written"
    DIGEST = "notice.digest"
