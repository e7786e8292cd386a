"""Repositories of certificates such as crt.sh: questions, results, searches and disclosures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from ctscan.model.message import Code

if TYPE_CHECKING:
    from ctscan.model.certificate import Certificate
    from ctscan.model.entry import EntryKind
    from ctscan.model.finding import Finding
    from ctscan.model.identifier import LookupKey
    from ctscan.model.message import Message
    from ctscan.model.revocation import Revocation


class QuestionKind(StrEnum):
    """Kind of question to a repository, and `IMPORT`: a search through files, which asks nothing."""

    EMAIL = "email"
    DOMAIN = "domain"  # addresses at and below a domain
    HOST = "host"  # DNS names at and below a domain
    NAME = "name"
    ORGANISATION = "organisation"
    IMPORT = "import"


class SearchState(StrEnum):
    """State of a search: running, or how it ended."""

    RUNNING = "running"
    WHOLE = "whole"
    INCOMPLETE = "incomplete"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


NAMES_NOBODY: Final = frozenset(QuestionKind) - {QuestionKind.EMAIL, QuestionKind.NAME}
"""Kinds of question that name no single person."""


@dataclass(frozen=True, slots=True)
class Repository:
    """Repository that can be asked for certificates by their contents, and its limits. Text for readers."""

    name: str  # as given to --in and --repository: "crt.sh"
    title: str
    url: str
    finds: tuple[QuestionKind, ...]  # kinds of question that it answers
    limits: tuple[str, ...]  # searches that it can't do, in whole sentences
    needs: str = ""  # an extra to install, a token in the environment
    tells: str = ""  # who learns of the question, in words


@dataclass(frozen=True, slots=True)
class Source:
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


@dataclass(frozen=True, slots=True)
class Question:
    """Question to a repository; `value` is canonical but for names, which stay as given."""

    kind: QuestionKind
    value: str

    @property
    def text(self) -> str:
        """`email:jane@example.org`: the one form in which questions are compared."""
        return f"{self.kind}:{self.value}"

    @property
    def is_personal(self) -> bool:
        """True when the question names a single person, so that asking discloses that person."""
        return self.kind not in NAMES_NOBODY


@dataclass(frozen=True, slots=True)
class Coordinate:
    """Log and index of a certificate as a repository claims them. Believed when the log is read, not before."""

    log: str  # URL as the repository gives it
    index: int
    timestamp: int | None = None  # ms


@dataclass(frozen=True, slots=True)
class RepositoryEntry:
    """Certificate as a repository gives it; nothing in it is proven."""

    reference: str  # number or path under which the repository has it
    der: bytes  # certificate or precertificate, whole
    first_logged: int | None = None  # ms, as the repository says
    coordinates: tuple[Coordinate, ...] = ()
    revocation: Revocation | None = None
    owner: str = ""  # of the CA, as the repository says


class SearchShortfall(Code):
    """Reason why a search isn't whole. The parameter `detail` quotes a technical message."""

    PAGES_MISSING = "shortfall.pages-missing"
    BREAKS_OFF = "shortfall.breaks-off"
    NO_ID = "shortfall.no-id"
    UNREADABLE_RESULT = "shortfall.unreadable-result"
    UNREADABLE_RESULTS = "shortfall.unreadable-results"
    FEWER_THAN_COUNTED = "shortfall.fewer-than-counted"
    NOT_FETCHED = "shortfall.not-fetched"
    NOT_RETURNED = "shortfall.not-returned"
    NO_WORD = "shortfall.no-word"
    RANGE_NOT_LISTED = "shortfall.range-not-listed"
    RANGE_TOO_LARGE = "shortfall.range-too-large"
    TOO_LARGE = "shortfall.too-large"
    GONE = "shortfall.gone"
    TOO_MANY_STATEMENTS = "shortfall.too-many-statements"
    TOO_MANY_BYTES = "shortfall.too-many-bytes"
    GAVE_UP = "shortfall.gave-up"
    CERTIFICATE_MISSING = "shortfall.certificate-missing"
    NOT_ASKED_FOR = "shortfall.not-asked-for"
    NO_RESULT_COUNT = "shortfall.no-result-count"
    TOO_MANY_ISSUERS = "shortfall.too-many-issuers"
    EXCLUSION_IGNORED = "shortfall.exclusion-ignored"
    CONTRADICTION = "shortfall.contradiction"
    ISSUERS_CUT = "shortfall.issuers-cut"
    ISSUERS_CUT_UNEXPIRED = "shortfall.issuers-cut-unexpired"
    SUBDOMAINS_ASKED = "shortfall.subdomains-asked"
    PART_MISSING = "shortfall.part-missing"
    REST_SKIPPED = "shortfall.rest-skipped"
    TOO_MANY_REQUESTS = "shortfall.too-many-requests"
    LIST_CUT = "shortfall.list-cut"
    TOO_MANY_RESULTS = "shortfall.too-many-results"
    UNREADABLE = "shortfall.unreadable"
    UNREADABLE_INPUTS = "shortfall.unreadable-inputs"
    FAILED = "shortfall.failed"
    UNEXPECTED = "shortfall.unexpected"
    WITHHELD = "shortfall.withheld"
    OTHERS = "shortfall.others"
    TIMES = "shortfall.times"


@dataclass(frozen=True, slots=True)
class Incompleteness:
    """Missing part of a repository's results: the search is not whole. The reason holds nothing of the question."""

    reason: Message


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Reason why a search isn't whole, and how often it was met."""

    reason: Message
    times: int = 1


@dataclass(frozen=True, slots=True)
class RepositoryHit:
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


class SearchScope(Code):
    """Choice of the results of a search that were kept."""

    ASKED_FOR = "search-scope.asked-for"
    ADDRESSES = "search-scope.addresses"


@dataclass(frozen=True, slots=True)
class Search:
    """Question put to one repository, and its outcome.

    `question` is empty when read back from the index, where it named a person: the index keeps only its digest.
    """

    id: int
    repository: str
    kind: QuestionKind
    question: str  # `Question.text`
    who: str
    purpose: str
    scope: str  # canonical text of the scope of kept results, without addresses; see `scope_emails`
    rules: str
    started: datetime
    ended: datetime | None = None
    outcome: SearchState = SearchState.RUNNING
    detail: tuple[Shortfall, ...] = ()  # why it is not whole
    results: int = 0  # certificates that the repository gave
    certificates: int = 0  # of them new here
    scope_emails: int = 0  # addresses in the scope; without any scope, results about the question were kept


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Record that a third party learned of an interest in a person, a domain or a certificate. The identifier itself
    is not recorded."""

    id: int
    at: datetime
    who: str
    kind: str  # email, name, domain, host, organisation, certificate
    recipient: str
    purpose: str
    command: str  # "search", "scan --repository", "status --ocsp"


@dataclass(frozen=True, slots=True)
class PlannedDisclosure:
    """Questions that a repository is about to be asked, and questions that it can't be asked."""

    title: str
    host: str
    tells: str  # who learns of the questions, in words
    asked: tuple[Question, ...]
    impossible: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class RepositorySighting:
    """Certificate seen in a repository. `confirmed`: a log was read and proven to hold the same certificate."""

    repository: str
    reference: str
    seen: datetime  # when the repository gave it
    first_logged: int | None
    coordinates: tuple[Coordinate, ...]
    owner: str
    confirmed: bool
