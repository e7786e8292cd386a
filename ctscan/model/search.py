"""Searches in repositories: kinds of question, state and outcome, and the sightings that they leave."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from ctscan.model.message import Code

if TYPE_CHECKING:
    from ctscan.model.message import Message
    from ctscan.model.repository import Coordinate


class QuestionKind(StrEnum):
    """Kind of question to a repository, and `IMPORT`: a search through files, which asks nothing."""

    EMAIL = "email"
    DOMAIN = "domain"  # addresses at and below a domain
    HOST = "host"  # DNS names at and below a domain
    NAME = "name"
    ORGANISATION = "organisation"
    IMPORT = "import"


class Question(Struct, frozen=True):
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


class SearchState(StrEnum):
    """State of a search: running, or how it ended."""

    RUNNING = "running"
    WHOLE = "whole"
    INCOMPLETE = "incomplete"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


NAMES_NOBODY: Final = frozenset(QuestionKind) - {QuestionKind.EMAIL, QuestionKind.NAME}
"""Kinds of question that name no single person."""


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


class Shortfall(Struct, frozen=True):
    """Reason why a search isn't whole, and how often it was met."""

    reason: Message
    times: int = 1


class SearchScope(Code):
    """Choice of the results of a search that were kept."""

    ASKED_FOR = "search-scope.asked-for"
    ADDRESSES = "search-scope.addresses"


class Search(Struct, frozen=True):
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


class RepositorySighting(Struct, frozen=True):
    """Certificate seen in a repository. `confirmed`: a log was read and proven to hold the same certificate."""

    repository: str
    reference: str
    seen: datetime  # when the repository gave it
    first_logged: int | None
    coordinates: tuple[Coordinate, ...]
    owner: str
    confirmed: bool
