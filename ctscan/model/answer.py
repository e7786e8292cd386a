"""Answers to look-ups: matches, and the coverage that the answer rests on."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from ctscan.model.coverage import Freshness
from ctscan.model.match_tally import MatchTally
from ctscan.model.message import Code

if TYPE_CHECKING:
    from ctscan.model.authority import AuthorityList
    from ctscan.model.basis import Basis
    from ctscan.model.coverage import LogCoverage
    from ctscan.model.identifier import Identifier
    from ctscan.model.keep import KeptRule
    from ctscan.model.log import SkippedLog
    from ctscan.model.match import Match
    from ctscan.model.message import Message
    from ctscan.model.search import Search
    from ctscan.model.selection import Selection
    from ctscan.model.suppression import Suppressed


class Remark(Code):
    """Limit of an answer, or advice."""

    DAMAGED = "remark.damaged"
    CONTRADICTED = "remark.contradicted"
    DISMISSED = "remark.dismissed"
    DISMISSED_UNVERIFIABLE = "remark.dismissed-unverifiable"
    UNPROVEN = "remark.unproven"
    CONTRADICTS_LIST = "remark.contradicts-list"
    GUESSED = "remark.guessed"
    PRECERTIFICATE_ONLY = "remark.precertificate-only"
    NOTHING_SCANNED = "remark.nothing-scanned"
    LIST_OLD = "remark.list-old"  # parameters: day, days (its age), limit
    LIST_UNKNOWN = "remark.list-unknown"
    LIST_UNDATED = "remark.list-undated"
    LIST_ENTRIES_UNREADABLE = "remark.list-entries-unreadable"  # parameters: count, logs (the first names)
    MMD_TOO_LONG = "remark.mmd-too-long"  # parameters: log, mmd and limit in seconds
    CLOCK_SET_BACK = "remark.clock-set-back"
    PARTLY_READ = "remark.partly-read"
    PARTLY_READ_IN_LOG = "remark.partly-read-in-log"
    PARTLY_READ_ENTRY = "remark.partly-read-entry"
    PARTLY_READ_ELSEWHERE = "remark.partly-read-elsewhere"
    CUT = "remark.cut"
    CUT_PARTLY = "remark.cut-partly"
    CUT_PARTLY_NO_WHOLE = "remark.cut-partly-no-whole"
    ONLY_WHOLE_NAME = "remark.only-whole-name"
    NAME_COMPARED = "remark.name-compared"
    NAME_IN_LATIN_LETTERS = "remark.name-in-latin-letters"
    NUMBER_COMPARED = "remark.number-compared"
    PHONE_COMPARED = "remark.phone-compared"
    ACCOUNT_COMPARED = "remark.account-compared"
    DOMAIN_AS_SPELLED = "remark.domain-as-spelled"
    ONLY_WITH_PERSONAL_DATA = "remark.only-with-personal-data"
    UNCONFIRMED = "remark.unconfirmed"
    NO_REPOSITORY = "remark.no-repository"
    ONLY_HOSTS = "remark.only-hosts"
    SERIALS_UNREADABLE = "remark.serials-unreadable"  # parameter: count
    MAILBOXES_CUT = "remark.mailboxes-cut"
    OFFERS_CUT = "remark.offers-cut"
    LIMITS_OF_RECOGNITION = "remark.limits-of-recognition"
    SUPPRESSED = "remark.suppressed"  # parameters: day, ground
    RESTRICTED = "remark.restricted"  # parameters: day, ground
    SHARED_WITH_OBJECTOR = "remark.shared-with-objector"
    SUPPRESSION_LIFTED = "remark.suppression-lifted"
    SUPPRESSIONS_LOST = "remark.suppressions-lost"  # parameter: day
    WITHOUT_OBJECTORS = "remark.without-objectors"


class OfferReason(Code):
    """Relation of an offered identifier to the one that was asked for. Offers come in this order."""

    WITHOUT_TAG = "offer.without-tag"
    DOTS = "offer.dots"
    DECODED = "offer.decoded"
    ENCODED = "offer.encoded"
    LABELS = "offer.labels"
    SPELLING = "offer.spelling"
    SPACING = "offer.spacing"
    NAME = "offer.name"
    NATIONAL_NUMBER = "offer.national-number"
    ADDRESS = "offer.address"
    WITH_TAG = "offer.with-tag"
    DOTS_AND_TAG = "offer.dots-and-tag"


class Offer(Struct, frozen=True):
    """Similar identifier that may belong to the same person, as it can be typed, with the number of its certificates.

    It is never mixed into the answer. `reason` tells how the two are related. `at_least`: counting stopped there.
    """

    identifier: str
    reason: Message
    certificates: int
    at_least: bool = False


class AnswerHeader(Struct, frozen=True):
    """Head of an answer as a document.

    `id` is 128 random bits in hexadecimal, `at` the moment of the question, `version` that of ctscan, `rules`
    the rule set of today. `who` asked, for `purpose` or `case`.
    """

    id: str
    at: datetime
    version: str
    rules: str
    who: str
    purpose: str = ""
    case: str = ""


class ShownPart(Struct, frozen=True):
    """Certificates of an answer that a selection shows, in the order of the answer."""

    selection: Selection
    matches: tuple[Match, ...]
    mailboxes: tuple[Match, ...]


class Answer(Struct, frozen=True):
    """Answer to a look-up: the matches, and exactly which ranges and repositories were searched. Verdict and
    completeness speak of all matches, whatever is `shown`."""

    identifier: Identifier
    matches: tuple[Match, ...]
    coverage: tuple[LogCoverage, ...]
    not_covered: tuple[SkippedLog, ...]
    complete: bool
    remarks: tuple[Message, ...] = ()  # limits of this kind of look-up, and advice
    searches: tuple[Search, ...] = ()  # of repositories, whose questions include the identifier; newest of each first
    authorities: AuthorityList | None = None  # the list of CA owners that was used
    basis: Basis | None = None  # None: nothing was scanned yet
    header: AnswerHeader | None = None  # None: the answer is part of another use case, and no document
    digest: str = ""  # SHA-256 of the answer's canonical JSON, hexadecimal; empty without a header
    mailboxes: tuple[Match, ...] = ()  # certificates with a mailbox made from the name that was asked for
    offers: tuple[Offer, ...] = ()
    shown: ShownPart | None = None  # None: everything
    kept_rules: tuple[KeptRule, ...] = ()  # by age, applied to all certificates of the index
    suppressed: Suppressed | None = None  # the person that was asked about objected, or asked to be erased
    only_whole: bool = False  # certificates with only a part of the name were not looked for
    tally: MatchTally | None = None  # sums over all matches, where `matches` doesn't hold all of them

    @property
    def shown_matches(self) -> tuple[Match, ...]:
        """Matches that are shown."""
        return self.matches if self.shown is None else self.shown.matches

    @property
    def shown_mailboxes(self) -> tuple[Match, ...]:
        """Certificates with a mailbox of the name that are shown."""
        return self.mailboxes if self.shown is None else self.shown.mailboxes

    @property
    def as_of(self) -> datetime | None:
        """Time that the answer speaks of: the oldest of the last checks of the logs that can grow, or of their heads
        where a check found an older one; later entries are not in the answer. None where no log can grow, or none was
        read well."""
        times = [log.covered_until for log in self.coverage if log.freshness in (Freshness.FRESH, Freshness.STALE)]
        return min((time for time in times if time is not None), default=None)

    @property
    def is_found(self) -> bool:
        """Whether a certificate holds all of the identifier. One with only a part of a name is mostly about somebody
        else."""
        return any(match.score >= 1 for match in self.matches) if self.tally is None else self.tally.whole > 0

    @property
    def number_found(self) -> int:
        """Number of all matches."""
        return len(self.matches) if self.tally is None else self.tally.found

    @property
    def number_shown(self) -> int:
        """Number of the matches that are shown, here or in the parts before."""
        return self.tally.shown if self.tally is not None and self.tally.shown else len(self.shown_matches)

    @property
    def sums(self) -> MatchTally:
        """Sums over all matches."""
        return MatchTally.of(self.matches) if self.tally is None else self.tally

    @property
    def damaged(self) -> tuple[str, ...]:
        """Parts of the index in which the look-up met damage."""
        stated = [remark.params for remark in self.remarks if remark.code == Remark.DAMAGED]
        return tuple(str(parts) for params in stated for _, parts in params)
