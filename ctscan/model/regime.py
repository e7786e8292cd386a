"""Regimes: the rules of a law on requests of data subjects, as `data/regimes/*.toml` states them.

Every fact carries its article and its certainty. An article stands without the name of the law, so that a citation puts
the name of the reader's language behind it: `Art. 15 DSGVO`. Where another law counts too, its article comes first and
names that law: `Art. 18 DSV/OPDo; Art. 25(7)`. Words in articles,
such as `s.`, are `ArticleWord`s with a form in each language.
"""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from ctscan.model.message import Code


class Certainty(StrEnum):
    """Ground of a stated fact."""

    TEXT = "text"  # the provision itself was read
    SECONDARY = "secondary"  # a text about the provision was read
    TO_BE_CHECKED = "to be checked"  # general knowledge; said so in every case


class PeriodUnit(StrEnum):
    """Unit of a period."""

    DAYS = "days"
    BUSINESS_DAYS = "business days"
    MONTHS = "months"


class ClockStart(StrEnum):
    """Event that starts a clock."""

    RECEIPT = "receipt"
    LATEST = "latest of request, identity, fee"


class Promptness(Code):
    """Words of a law for the time to answer, beside a number or in its place."""

    UNDUE_DELAY = "promptness.without-undue-delay"
    DELAY = "promptness.without-delay"
    AT_ONCE = "promptness.at-once"
    REASONABLE = "promptness.in-a-reasonable-time"
    SOON = "promptness.as-soon-as-possible"


class PauseReason(StrEnum):
    """Ground on which a clock stops."""

    IDENTITY = "identity"  # reasonable doubts about the identity, and more information was asked for
    CLARIFICATION = "clarification"  # of the request, where it is reasonably required
    COST = "cost"  # the person was told a cost and has not agreed to it yet


class PauseCount(StrEnum):
    """Way in which the days of a pause count."""

    BETWEEN = "days between"  # the day of asking counts for the period, the days up to the answer don't
    BOTH_ENDS = "both ends"  # neither the day of asking nor the day of the answer counts for the period
    ANEW = "anew"  # the whole period begins again with the answer


class RefusalReason(StrEnum):
    """Ground of a refusal: the seven of the Data Rights Protocol 1.0, and three that laws name beside them."""

    SUSPECTED_FRAUD = "suspected fraud"
    INSUFFICIENT_VERIFICATION = "insufficient verification"
    NO_MATCH = "no match"
    CLAIM_NOT_COVERED = "claim not covered"
    OUTSIDE_JURISDICTION = "outside jurisdiction"
    TOO_MANY_REQUESTS = "too many requests"
    OTHER = "other"
    PUBLICLY_AVAILABLE = "publicly available"
    RIGHTS_OF_OTHERS = "rights of others"
    LEGAL_OBLIGATION = "legal obligation"


class PauseName(Code):
    """Name of a ground of a pause, for its reader: `PauseName[reason.name]`."""

    IDENTITY = "pause.identity"
    CLARIFICATION = "pause.clarification"
    COST = "pause.cost"


class RefusalName(Code):
    """Name of a ground of refusal, for its reader: `RefusalName[reason.name]`."""

    SUSPECTED_FRAUD = "refusal.suspected-fraud"
    INSUFFICIENT_VERIFICATION = "refusal.insufficient-verification"
    NO_MATCH = "refusal.no-match"
    CLAIM_NOT_COVERED = "refusal.claim-not-covered"
    OUTSIDE_JURISDICTION = "refusal.outside-jurisdiction"
    TOO_MANY_REQUESTS = "refusal.too-many-requests"
    OTHER = "refusal.other"
    PUBLICLY_AVAILABLE = "refusal.publicly-available"
    RIGHTS_OF_OTHERS = "refusal.rights-of-others"
    LEGAL_OBLIGATION = "refusal.legal-obligation"


class Right(StrEnum):
    """Right or rule that letters and dossiers cite. The first five have the words of `CaseKind`."""

    ACCESS = "access"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    OBJECTION = "objection"
    RESTRICTION = "restriction"
    ACCURACY = "accuracy"  # the principle behind rectification
    PURPOSES = "purposes"
    CATEGORIES = "categories"
    RECIPIENTS = "recipients"
    STORAGE = "storage period"
    RIGHTS = "information on rights"
    SOURCE = "source"
    AUTOMATED = "automated decisions"
    TRANSFERS = "transfers"
    COPY = "copy"
    WITHDRAWAL = "withdrawal of consent"
    PUBLICATION = "publication"  # others who publish erased data are informed
    NOTIFICATION = "notification"  # recipients are told of a rectification, an erasure, a restriction
    RESTRICTION_ACCURACY = "restriction while accuracy is checked"
    RESTRICTION_OBJECTION = "restriction while an objection is weighed"
    ERASURE_LIMIT = "limit of erasure"
    MARKETING = "objection to marketing"
    PORTABILITY = "portability"
    TIME_LIMIT = "time limit"
    REFUSAL = "refusal"  # is told, with reasons and remedies
    IDENTITY = "identity"  # more information on reasonable doubts
    FREE = "free of charge"
    PRESERVATION = "preservation"  # the data is kept until recourse ends
    COMPLAINT = "complaint"
    COURT = "court"


class RegimeFact(Code):
    """Name of a fact of a regime. The members are parameters of other messages."""

    START = "regime-fact.start"
    CONFIRM = "regime-fact.confirm"
    ANSWER = "regime-fact.answer"
    CUSTOMARY = "regime-fact.customary"
    PROMPTNESS = "regime-fact.promptness"
    EXTENSION = "regime-fact.extension"
    PAUSES = "regime-fact.pauses"
    RECORDS = "regime-fact.records"
    COMPLAINT_FIRST = "regime-fact.complaint-first"


class Source(Struct, frozen=True):
    """Article of a fact, and the certainty of the fact."""

    article: str
    certainty: Certainty


class Period(Struct, frozen=True):
    """Period of a regime. `rolls`: a last day on Saturday, Sunday or holiday moves to the next working day."""

    count: int
    unit: PeriodUnit
    rolls: bool
    article: str
    certainty: Certainty


class Extension(Struct, frozen=True):
    """Longer time to answer. `total` counts from the start of the clock, `None` where the law sets no limit;
    `tell_within_first`: it has to be told, with reasons, within the first period."""

    total: Period | None
    tell_within_first: bool
    article: str
    certainty: Certainty


class PauseGround(Struct, frozen=True):
    """Ground on which the clock stops, and the way in which its days count. `right`: the only right whose requests
    may stop; None: those of every right."""

    code: PauseReason
    count: PauseCount
    article: str
    certainty: Certainty
    right: Right | None = None


class Ground(Struct, frozen=True):
    """Ground of a refusal, and the article of the regime behind it."""

    code: RefusalReason
    article: str
    certainty: Certainty


class RightArticle(Struct, frozen=True):
    """Article of a right or a rule."""

    right: Right
    article: str
    certainty: Certainty


class RegimeAuthority(Struct, frozen=True):
    """Authority to complain to, by the name that it bears itself. `place`: country, by ISO 3166, or country and
    subdivision (`DE-BE`), where a regime has authorities of several. `names`: its official names in further languages.
    """

    name: str
    certainty: Certainty
    place: str = ""
    names: tuple[tuple[str, str], ...] = ()

    def named(self, lang: str) -> str:
        """Return its official name in a language, else the name that it bears first."""
        return dict(self.names).get(lang, self.name)


class ArticleWord(Struct, frozen=True):
    """Word that the articles of a regime hold, and its form in each language: `s.` is `art.` in French."""

    word: str
    forms: tuple[tuple[str, str], ...]


class ComplaintFirst(Struct, frozen=True):
    """Complaint to the controller that comes before the authority.

    Attributes:
        period: time of the controller to acknowledge or to answer the complaint; None: no number.
        since: first day on which the rule applies; None: it always did.
        is_required: an authority takes no complaint without it.
    """

    period: Period | None
    since: date | None
    is_required: bool
    article: str
    certainty: Certainty


class EarlierRule(Struct, frozen=True):
    """Rule for requests that were received before a day: another start of the clock, and other pauses."""

    before: date
    start: ClockStart
    pauses: tuple[PauseGround, ...]
    article: str
    certainty: Certainty


class Regime(Struct, frozen=True):
    """Regime of requests.

    Attributes:
        code: `eu`: the name of its file.
        law: short name of the law by language: `(("de", "DSGVO"), ("en", "GDPR"))`.
        as_of: day on which its facts were gathered.
        start: event that starts the clock.
        start_source: article of the start.
        confirm: period to confirm receipt; None where the law asks for none.
        answer: period to answer; None where the law gives no number (without delay, a reasonable time).
        customary: time that is usual where the law gives no number; None where none is known.
        promptness: words of the law for the time to answer; None where it has a number only.
        promptness_source: article of those words.
        extension: longer time; None where there is none.
        pauses: grounds on which the clock stops; empty where it never does.
        refusals: grounds of refusal, each once.
        articles: articles by right, each right once.
        authorities: authorities, the first to turn to first.
        records_months: months for which records of requests are kept by law; None: no number.
        records_source: article of that rule.
        complaint_first: complaint to the controller that comes first; None where there is none.
        earlier: rule for requests before a change of the law.
        words: words of its articles that another language writes otherwise.
    """

    code: str
    law: tuple[tuple[str, str], ...]
    as_of: date
    start: ClockStart
    start_source: Source
    confirm: Period | None = None
    answer: Period | None = None
    customary: Period | None = None
    promptness: Promptness | None = None
    promptness_source: Source | None = None
    extension: Extension | None = None
    pauses: tuple[PauseGround, ...] = ()
    refusals: tuple[Ground, ...] = ()
    articles: tuple[RightArticle, ...] = ()
    authorities: tuple[RegimeAuthority, ...] = ()
    records_months: int | None = None
    records_source: Source | None = None
    complaint_first: ComplaintFirst | None = None
    earlier: EarlierRule | None = None
    words: tuple[ArticleWord, ...] = ()

    def cited(self, article: str, lang: str) -> str:
        """Write an article with the words of a language: `s. 28` is `art. 28` in French."""
        for one in self.words:
            form = dict(one.forms).get(lang, one.word)
            article = re.sub(rf"(?<!\w){re.escape(one.word)}(?!\w)", form.replace("\\", r"\\"), article)
        return article

    def name(self, lang: str) -> str:
        """Return the short name of the law in a language, in English where there is none."""
        names = dict(self.law)
        return names.get(lang) or names["en"]

    def article(self, right: str) -> RightArticle | None:
        """Find the article of a right (`Right`, or `CaseKind`, which has the same words)."""
        return next((one for one in self.articles if one.right == right), None)

    def refusal(self, reason: str) -> Ground | None:
        """Find a ground of refusal."""
        return next((ground for ground in self.refusals if ground.code == reason), None)

    def pauses_of(self, right: str) -> tuple[PauseGround, ...]:
        """Return the grounds on which the clock of a right's requests stops."""
        return tuple(ground for ground in self.pauses if ground.right in (None, right))

    @property
    def first(self) -> Period | None:
        """Time to answer without an extension: by law, or as is usual."""
        return self.answer or self.customary

    def at(self, received: date) -> Regime:
        """Return the regime as it applies to a request that was received on a day."""
        if self.earlier is None or received >= self.earlier.before:
            return self
        source = Source(self.earlier.article, self.earlier.certainty)
        return replace(self, start=self.earlier.start, start_source=source, pauses=self.earlier.pauses)
