"""Repositories of certificates such as crt.sh: results and disclosures."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from ctscan.model.certificate import Certificate
    from ctscan.model.entry import EntryKind
    from ctscan.model.finding import Finding
    from ctscan.model.identifier import LookupKey
    from ctscan.model.message import Message
    from ctscan.model.revocation import Revocation
    from ctscan.model.search import Question, QuestionKind


class Repository(Struct, frozen=True):
    """Repository that can be asked for certificates by their contents, and its limits. Text for readers."""

    name: str  # as given to --in and --repository: "crt.sh"
    title: str
    url: str
    finds: tuple[QuestionKind, ...]  # kinds of question that it answers
    limits: tuple[str, ...]  # searches that it can't do, in whole sentences
    needs: str = ""  # an extra to install, a token in the environment
    tells: str = ""  # who learns of the question, in words


class Source(Struct, frozen=True):
    """Source of certificates: logs, files or a repository. `lacks`: reason why it can't be used here, or empty."""

    name: str
    title: str
    url: str
    finds: tuple[str, ...]
    limits: tuple[str, ...]
    needs: str
    tells: str
    is_verified: bool
    command: str
    lacks: str = ""


class Coordinate(Struct, frozen=True):
    """Log and index of a certificate as a repository claims them. Believed when the log is read, not before."""

    log: str  # URL as the repository gives it
    index: int
    timestamp: int | None = None  # ms


class RepositoryEntry(Struct, frozen=True):
    """Certificate as a repository gives it; nothing in it is proven."""

    reference: str  # number or path under which the repository has it
    der: bytes  # certificate or precertificate, whole
    first_logged: int | None = None  # ms, as the repository says
    coordinates: tuple[Coordinate, ...] = ()
    revocation: Revocation | None = None
    owner: str = ""  # of the CA, as the repository says


class Incompleteness(Struct, frozen=True):
    """Missing part of a repository's results: the search is not whole. The reason holds nothing of the question."""

    reason: Message


class RepositoryHit(Struct, frozen=True):
    """Certificate of a repository that is kept.

    `leaf` is the certificate itself, or the TBSCertificate without poison of a precertificate, which is then in
    `submitted`: the form in which a log would hold it. `certificate` is None when it can't be read; `reason` then says
    why.
    """

    entry: RepositoryEntry
    kind: EntryKind
    leaf: bytes
    certificate: Certificate | None
    findings: tuple[Finding, ...]
    submitted: bytes = b""
    reason: str = ""
    partly_read: bool = False
    unkept: tuple[LookupKey, ...] = ()  # as of a Hit


class Disclosure(Struct, frozen=True):
    """Record that a third party learned of an interest in a person, a domain or a certificate. The identifier itself
    is not recorded."""

    id: int
    at: datetime
    who: str
    kind: str  # email, name, domain, host, organisation, certificate
    recipient: str
    purpose: str
    command: str  # "search", "scan --repository", "status --ocsp"


class PlannedDisclosure(Struct, frozen=True):
    """Questions that a repository is about to be asked, and questions that it can't be asked."""

    title: str
    host: str
    tells: str  # who learns of the questions, in words
    asked: tuple[Question, ...]
    impossible: tuple[Question, ...]
