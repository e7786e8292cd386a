"""Certificate requests: their forms, and the outlook on a certificate that a CA would issue from one."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from ctscan.model.message import Code

if TYPE_CHECKING:
    from ctscan.model.finding import Finding
    from ctscan.model.message import Message

REQUEST_ATTRIBUTES: Final = "requestAttributes"
"""Part of a request that no CA copies into a certificate: attributes, controls, the header of a message."""

REQUEST_RECIPIENT: Final = "requestRecipient"
"""Recipient that the header of a message names: the CA or its registration authority."""

STAYING_PARTS: Final = frozenset((REQUEST_ATTRIBUTES, REQUEST_RECIPIENT))
"""Parts that stay with the parties of the request."""


class RequestForm(StrEnum):
    """Form of a request, or of the part of an enrolment message around requests."""

    PKCS10 = "pkcs10"  # RFC 2986
    CRMF = "crmf"  # RFC 4211
    SPKAC = "spkac"  # Netscape's signed public key and challenge
    CMC = "cmc"  # controls of a PKIData (RFC 5272)
    CMP = "cmp"  # header of a PKIMessage (RFC 9810)

    @property
    def is_envelope(self) -> bool:
        """Whether only the message around requests is meant: the requests in it are inputs of their own."""
        return self in (RequestForm.CMC, RequestForm.CMP)


class UsesBasis(StrEnum):
    """Source of the kinds of certificate that a request asks for."""

    PURPOSES = "purposes"  # the requested extended key usage
    NAMES = "names"  # the shape of subject and alternative names
    NOTHING = "nothing"


class RequestUse(Code):
    """Kind of certificate, as a phrase. The last part of a code is the word of `certificate_use.uses_of`."""

    TLS = "request-use.tls"
    SMIME = "request-use.smime"
    CLIENT = "request-use.client"
    CODE = "request-use.code"
    DOCUMENT = "request-use.document"
    CA = "request-use.ca"
    QUALIFIED = "request-use.qualified"


class RequestText(Code):
    """Sentence about the certificate that a request asks for."""

    # reservations
    ASKS_BY_PURPOSES = "request.asks-by-purposes"
    ASKS_BY_NAMES = "request.asks-by-names"
    ASKS_UNKNOWN = "request.asks-unknown"
    CA_DECIDES = "request.ca-decides"
    STAYS_WITH_CA = "request.stays-with-ca"
    ENVELOPE = "request.envelope"
    NOT_CHECKED = "request.not-checked"
    # which logs
    LOGGED_TLS = "request.logged-tls"
    LOGGED_CA = "request.logged-ca"
    LOGGED_CODE = "request.logged-code"
    MOSTLY_UNLOGGED = "request.mostly-unlogged"
    LOGGING_UNKNOWN = "request.logging-unknown"
    DIRECTORIES = "request.directories"
    PRIVATE_CA = "request.private-ca"
    # how long
    FOR_EVER = "request.for-ever"
    VALID_AT_MOST = "request.valid-at-most"
    VALID_LATER = "request.valid-later"
    VALID_BY_CA = "request.valid-by-ca"
    VALID_ASKED_FROM = "request.valid-asked-from"
    VALID_ASKED_UNTIL = "request.valid-asked-until"
    # how to ask for less
    ASK_EMAIL_OUT = "request.ask-email-out"
    ASK_ADDRESS_IN_SAN = "request.ask-address-in-san"
    ASK_ROLE_ADDRESS = "request.ask-role-address"
    ASK_NO_NAMES = "request.ask-no-names"
    ASK_MAILBOX_ONLY = "request.ask-mailbox-only"
    ASK_PSEUDONYM = "request.ask-pseudonym"
    ASK_NO_NUMBERS = "request.ask-no-numbers"
    ASK_ONLY_NEEDED = "request.ask-only-needed"
    ASK_WILDCARD = "request.ask-wildcard"
    ASK_PRIVATE_CA = "request.ask-private-ca"
    ASK_NO_PASSWORD = "request.ask-no-password"  # noqa: S105 - a code
    ASK_NO_ATTRIBUTES = "request.ask-no-attributes"
    ASK_ONE_PURPOSE = "request.ask-one-purpose"


class ValidityLimit(Struct, frozen=True):
    """Longest validity of public certificates of one kind, in days, by the rules in force from `since` on.

    `use` is the word of the kind, `source` cites the rule.
    """

    use: str
    days: int
    since: date
    source: str


class Logging(StrEnum):
    """Publication of certificates of one kind in logs."""

    REQUIRED = "required"  # programs refuse certificates that are in no log
    OF_ISSUERS = "issuers"  # stand in the chain of every entry
    SOME = "some"  # of some CAs all, of most none
    RARE = "rare"
    UNKNOWN = "unknown"


class LoggingFact(Struct, frozen=True):
    """Publication of certificates of one kind, with its source."""

    use: str
    logging: Logging
    source: str


class PublicationFacts(Struct, frozen=True):
    """Facts on the publication of certificates."""

    limits: tuple[ValidityLimit, ...]
    logging: tuple[LoggingFact, ...]


class Requested(Struct, frozen=True):
    """Facts of a request beside its findings.

    Attributes:
        form: form of the request.
        uses: kinds of the certificate (`tls`, `smime`, `client`, `code`, `document`, `ca`, `qualified`).
        basis: source of `uses`.
        hosts: host names, without wildcards.
        fields_of_staying: names of the attributes that the CA doesn't copy.
        not_before, not_after: the validity that a CRMF template asks for.
        templates: names and object identifiers of certificate templates (Microsoft).
    """

    form: RequestForm
    uses: tuple[str, ...]
    basis: UsesBasis
    hosts: tuple[str, ...] = ()
    fields_of_staying: tuple[str, ...] = ()
    not_before: datetime | None = None
    not_after: datetime | None = None
    templates: tuple[str, ...] = ()


class RequestOutlook(Struct, frozen=True):
    """Outlook on the certificate that a CA would issue from a request as it is.

    Attributes:
        requested: the facts of the request.
        public: findings that the certificate would hold, and that a log would publish.
        staying: findings in attributes of the request, which stay with the CA and everybody on the way to it.
        conditions: reservations.
        logs, periods, advice: in which logs, for how long, and how to ask for less.
        sources: citations for the facts in `logs` and `periods`.
    """

    requested: Requested
    public: tuple[Finding, ...]
    staying: tuple[Finding, ...]
    conditions: tuple[Message, ...]
    logs: tuple[Message, ...]
    periods: tuple[Message, ...]
    advice: tuple[Message, ...]
    sources: tuple[str, ...]
