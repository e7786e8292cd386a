"""Values of the facts of CA profiles: their types, and the type and vocabulary that each key asks for."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from ctscan.model.ca_terms import (
    AfterEnd,
    CtStatement,
    DataKind,
    DisputeStep,
    Fee,
    LegalBasis,
    Origin,
    PolicyDuty,
    RetentionStart,
    RetentionTerm,
    Surface,
    TimeUnit,
    TransferMeans,
)
from ctscan.model.ca_vocabulary import (
    Addressee,
    Channel,
    Circumstance,
    Condition,
    FactKey,
    IdentityCheck,
    Item,
    RequestForm,
    RightStance,
    Role,
    Use,
)

if TYPE_CHECKING:
    from ctscan.model.message import Code


class Right(StrEnum):
    """Right of a data subject that a text may grant or refuse; the value is the word of its `FactKey`."""

    ACCESS = "access"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    RESTRICTION = "restriction"
    PORTABILITY = "portability"
    OBJECTION = "objection"
    CONSENT_WITHDRAWAL = "consent-withdrawal"
    COMPLAINT = "complaint"
    AFTER_DEATH = "after-death"
    NO_SALE = "no-sale"

    @property
    def key(self) -> FactKey:
        """Key of the facts on this right."""
        return FactKey[self.name]


class Retention(Struct, frozen=True):
    """Retention period. `years` and `months` add up; numbers that the text doesn't give are 0."""

    term: RetentionTerm
    years: int = 0
    months: int = 0
    start: RetentionStart = RetentionStart.UNSTATED
    qualified_years: int = 0  # instead of `years` where the certificate is qualified
    at_most_years: int = 0
    is_minimum: bool = False  # the text says "at least"


class ResponseTime(Struct, frozen=True):
    """Time limit that a CA sets itself. `count` is 0 where the unit says that the law decides."""

    count: int
    unit: TimeUnit
    is_aim: bool = False  # the text says that the CA tries to
    may_take_longer: bool = False


class RightPosition(Struct, frozen=True):
    """Position of a text on a right, with conditions and means."""

    stance: RightStance
    conditions: tuple[Condition, ...] = ()


class Words(Struct, frozen=True):
    """Words of the closed vocabulary of a key (`WORDS`), in the order of the text."""

    codes: tuple[Code, ...]


class Assigned(Struct, frozen=True):
    """Role, addressee or legal basis, and the circumstance in which it holds."""

    code: Code
    when: Circumstance = Circumstance.ALWAYS


class Party(Struct, frozen=True):
    """Company that answers, and the circumstance in which it does."""

    name: str
    when: Circumstance = Circumstance.ALWAYS


class Contact(Struct, frozen=True):
    """Postal address (in one line), e-mail address, number or URL. `is_hidden`: the text shows that there is an
    address, and hides it; `text` is empty then. `names_officer`: a postal address names the data protection officer."""

    text: str
    use: Use
    is_hidden: bool = False
    names_officer: bool = False


class SupervisoryAuthority(Struct, frozen=True):
    """Authority for complaints. `is_by_seat`: no text names it; it follows from the seat that the text prints."""

    name: str
    is_by_seat: bool = False
    address: str = ""
    email: str = ""


class Transfers(Struct, frozen=True):
    """Countries (ISO 3166-1) in which data are processed, and safeguards."""

    countries: tuple[str, ...]
    means: tuple[TransferMeans, ...] = ()


FactValue = (
    Retention
    | ResponseTime
    | RightPosition
    | Words
    | Assigned
    | Party
    | Contact
    | SupervisoryAuthority
    | Transfers
    | str
    | bool
    | int
)

WORDS: Final[Mapping[FactKey, type[Code]]] = MappingProxyType(
    {
        FactKey.OTHER_CHANNEL: Channel,
        FactKey.REQUIRED_ITEMS: Item,
        FactKey.HELPFUL_ITEMS: Item,
        FactKey.REQUEST_FORM: RequestForm,
        FactKey.IDENTITY_CHECK: IdentityCheck,
        FactKey.FEES: Fee,
        FactKey.DISPUTES: DisputeStep,
        FactKey.DISCLOSURE: Condition,
        FactKey.AFTER_END: AfterEnd,
        FactKey.CERTIFICATE_DATA: DataKind,
        FactKey.HELD_DATA: DataKind,
        FactKey.DATA_ORIGIN: Origin,
        FactKey.PUBLICATION: Surface,
        FactKey.NOT_PRIVATE: Surface,
        FactKey.CT: CtStatement,
        FactKey.POLICY_DUTY: PolicyDuty,
    }
)
"""Keys whose value is a list of words, with their vocabulary."""

ASSIGNED: Final[Mapping[FactKey, type[Code]]] = MappingProxyType(
    {FactKey.ROLE: Role, FactKey.ADDRESSEE: Addressee, FactKey.LEGAL_BASIS: LegalBasis}
)
"""Keys whose value is a word and a circumstance, with their vocabulary."""

VALUE_TYPES: Final[Mapping[FactKey, type]] = MappingProxyType(
    {
        **dict.fromkeys(WORDS, Words),
        **dict.fromkeys(ASSIGNED, Assigned),
        **dict.fromkeys((right.key for right in Right), RightPosition),
        FactKey.CONTROLLER: Party,
        FactKey.REPRESENTATIVE: str,
        FactKey.AUTHORITY: SupervisoryAuthority,
        FactKey.POST: Contact,
        FactKey.EMAIL: Contact,
        FactKey.PHONE: Contact,
        FactKey.FAX: Contact,
        FactKey.WEB_FORM: Contact,
        FactKey.POLICY_URL: str,
        FactKey.RESPONSE_TIME: ResponseTime,
        FactKey.ACKNOWLEDGEMENT_TIME: ResponseTime,
        FactKey.RETENTION: Retention,
        FactKey.RETENTION_ARCHIVE: Retention,
        FactKey.RETENTION_LOGS: Retention,
        FactKey.CT_RETENTION: Retention,
        FactKey.SUSPENSION: bool,
        FactKey.REVOCATION_TIME: ResponseTime,
        FactKey.PROBLEM_TIME: ResponseTime,
        FactKey.TRANSFERS: Transfers,
        FactKey.SALE: bool,
        FactKey.AUTOMATED_DECISIONS: bool,
        FactKey.CHILD_AGE: int,
        FactKey.GOVERNING_LAW: str,
        FactKey.AUTHORITATIVE_LANGUAGE: str,
        FactKey.CHANGE_NOTICE: ResponseTime,
    }
)
"""Type of the value of each key."""

ADDITIVE: Final = frozenset({
    *ASSIGNED, *(key for key in WORDS if key is not FactKey.DISPUTES), FactKey.CONTROLLER, FactKey.POST, FactKey.EMAIL,
    FactKey.PHONE, FactKey.FAX, FactKey.WEB_FORM, FactKey.POLICY_URL, FactKey.TRANSFERS, FactKey.AUTHORITY,
})  # fmt: skip
"""Keys whose facts add up. Of every other key one fact holds, so that two that differ need a conflict."""
