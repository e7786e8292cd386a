"""Letters of a case: to certification authorities, to supervisory authorities, to recipients. Values, without words.

    Letter ── addressee, subject, sections ── blocks: prose, points, rows of a table
        └─ notes: remarks for the sender, which are no part of the letter

Sentences are codes (`model/letter_text.py`). Data of the person stand in rows and in the signature, never in a message.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from ctscan.model.letter_text import LetterText, MissingItem

if TYPE_CHECKING:
    from ctscan.model.ca_vocabulary import Addressee, RequestForm
    from ctscan.model.message import Message


class LetterKind(StrEnum):
    """Kind of a letter."""

    ACCESS = "access"
    RECTIFICATION = "rectification"  # correction by revocation and replacement
    ERASURE = "erasure"  # with restriction and objection in the alternative
    RESTRICTION = "restriction"  # by suspension where the CA has it, else by revocation
    OBJECTION = "objection"
    COMPLAINT = "complaint"  # to a supervisory authority
    NOTICE = "notice"  # to recipients of data that the controller changed (GDPR article 19)
    PROBLEM_REPORT = "problem-report"  # to a CA, about a certificate that holds inaccurate data


OF_THE_PERSON = (
    LetterKind.ACCESS, LetterKind.RECTIFICATION, LetterKind.ERASURE, LetterKind.RESTRICTION, LetterKind.OBJECTION,
    LetterKind.COMPLAINT,
)  # fmt: skip
"""Kinds that claim rights of the person: the requester sends them, or a representative."""

OF_THE_CONTROLLER = (LetterKind.NOTICE, LetterKind.PROBLEM_REPORT)
"""Kinds that the controller sends in its own name."""


KIND_NAMES: Final = {
    LetterKind.ACCESS: LetterText.KIND_ACCESS(),
    LetterKind.RECTIFICATION: LetterText.KIND_RECTIFICATION(),
    LetterKind.ERASURE: LetterText.KIND_ERASURE(),
    LetterKind.RESTRICTION: LetterText.KIND_RESTRICTION(),
    LetterKind.OBJECTION: LetterText.KIND_OBJECTION(),
    LetterKind.COMPLAINT: LetterText.KIND_COMPLAINT(),
    LetterKind.NOTICE: LetterText.KIND_NOTICE(),
    LetterKind.PROBLEM_REPORT: LetterText.KIND_PROBLEM_REPORT(),
}
"""Name of each kind, within a sentence."""


class Sender(StrEnum):
    """Sender of a letter."""

    REQUESTER = "requester"
    REPRESENTATIVE = "representative"  # whose mandate was seen
    CONTROLLER = "controller"


# --- parts of a letter ---------------------------------------------------------------------------------------------


class Prose(Struct, frozen=True):
    """Paragraph."""

    text: Message


class Point(Struct, frozen=True):
    """Point of a numbered list."""

    text: Message


class Row(Struct, frozen=True):
    """Row of a table. `value` is a datum as it stands, or a sentence; `missing` marks a datum that the sender adds."""

    label: Message
    value: str | Message = ""
    missing: MissingItem | None = None


class Bullet(Struct, frozen=True):
    """Item of a list without numbers."""

    text: Message


class Subheading(Struct, frozen=True):
    """Heading within a section."""

    text: Message


Block = Prose | Point | Bullet | Row | Subheading


class Section(Struct, frozen=True):
    """Section of a letter. Rows that follow each other are one table."""

    heading: Message | None
    blocks: tuple[Block, ...]


class LetterAddressee(Struct, frozen=True):
    """Party that a letter goes to.

    Attributes:
        party: kind of the party; None: a supervisory authority, or a recipient.
        name: name of the party; empty where nobody but the sender knows it.
        post: postal address in one line; empty where no text prints it.
        email: e-mail address; empty where no text prints it.
        web_form: address of a form.
        forms: forms that the request must have.
        is_officer_named: the postal address names the data protection officer already.
    """

    party: Addressee | None
    name: str
    post: str = ""
    email: str = ""
    web_form: str = ""
    forms: tuple[RequestForm, ...] = ()
    is_officer_named: bool = False


class Letter(Struct, frozen=True):
    """Letter, ready to be put into words.

    Attributes:
        case: number of the case.
        ca: name of the CA that the letter is about, or of the recipient; the register knows the letter by it.
        slug: that name for files.
        lang: language of the letter.
        on: day on its head.
        letterhead: lines above the letter, of the sender; empty: left for the sender.
        signatory: name below the letter; empty where it is missing.
        certificates: identities of the certificates that it names.
        enclosed: identities of the certificates of which the addressee asks for a copy.
        missing: data that the sender has to add, each once.
        follow_up: day after which silence is a reason to write again; None: no answer is awaited.
        notes: remarks for the sender. They stand on a sheet of their own, which isn't sent.
    """

    case: str
    kind: LetterKind
    sender: Sender
    ca: str
    slug: str
    addressee: LetterAddressee
    lang: str
    on: date
    subject: Message
    sections: tuple[Section, ...]
    letterhead: tuple[str, ...] = ()
    signatory: str = ""
    certificates: tuple[bytes, ...] = ()
    enclosed: tuple[bytes, ...] = ()
    missing: tuple[MissingItem, ...] = ()
    follow_up: date | None = None
    notes: tuple[Message, ...] = ()


class Unwritten(Struct, frozen=True):
    """CA to which no letter is written, and why."""

    ca: str
    why: Message


class Letters(Struct, frozen=True):
    """Letters of a case, and the CAs to which none is written."""

    letters: tuple[Letter, ...]
    unwritten: tuple[Unwritten, ...] = ()


class WrittenLetter(Struct, frozen=True):
    """Letter with the paths of its files, the document first, and the SHA-256 of the document, hexadecimal."""

    letter: Letter
    files: tuple[str, ...]
    sha256: str


class WrittenLetters(Struct, frozen=True):
    """Letters that were written, and the CAs to which none is written."""

    letters: tuple[WrittenLetter, ...]
    unwritten: tuple[Unwritten, ...] = ()
