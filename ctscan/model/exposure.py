"""Exposure of an organisation: the question, its raw counts, and the report made of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct, field

from ctscan.model.message import Code

if TYPE_CHECKING:
    from ctscan.model.basis import Basis
    from ctscan.model.keep import KeptRule
    from ctscan.model.message import Message
    from ctscan.model.revocation import Revocation

EXPOSURE_VIEWS = (
    "exposure_findings",
    "exposure_persons",
    "exposure_addresses",
    "exposure_certificates",
    "exposure_sightings",
    "exposure_hosts",
    "exposure_coverage",
)
"""Stable views: docs/sql.md."""

UNKNOWN = "unknown"
"""Key of the certificates of which a figure isn't known: no issuer, no date, no owner."""


class Ignored(Struct, frozen=True):
    """Data that is no exposure, test data for example, and is counted apart. Each given part has to fit.

    Attributes:
        reason: the reason, for the reader of a report.
        value: address, domain (with everything below it) or number.
        issuer: text within the name of the issuer, in any case.
        rule: id of a rule.
    """

    reason: str
    value: str = ""
    issuer: str = ""
    rule: str = ""


class ExposureQuestion(Struct, frozen=True):
    """Question to an index.

    Attributes:
        everything: no limit; the terms are empty then.
        domains: canonical domains.
        emails: canonical addresses.
        has_organisation: whether the subject of a certificate, as a line of text, names an organisation of the scope;
            None where the scope has none.
        now: moment for which the standing of certificates holds.
        since: moment to compare with; None: no comparison.
        ignored: data that is counted apart.
        with_people: list the people, too.
    """

    everything: bool
    domains: tuple[str, ...]
    emails: tuple[str, ...]
    has_organisation: Callable[[str], bool] | None
    now: datetime
    since: datetime | None = None
    ignored: tuple[Ignored, ...] = ()
    with_people: bool = False


class Trait(Struct, frozen=True):
    """Kind of finding, as far as a report distinguishes findings."""

    category: str
    sensitivity: str
    subject_kind: str
    place: str
    rule: str


class Alike(Struct, frozen=True):
    """Certificates that are alike: of one issuer, with one key of the issuer, for the same purposes, with findings of
    the same kinds. `traits`: numbers of kinds of finding, one for each finding."""

    issuer: int
    key_id: bytes
    uses: tuple[str, ...]
    traits: tuple[int, ...]


class DomainCount(Struct):
    """Certificates with findings at a domain. `people_addresses`: distinct addresses of people at it; `classes`:
    certificates by category and sensitivity of their findings."""

    certificates: int = 0
    people_addresses: int = 0
    classes: Counter[tuple[str, str]] = field(default_factory=Counter)


class Totals(Struct, frozen=True):
    """Counts without a breakdown."""

    certificates: int
    findings: int
    persons: int
    addresses: int
    people_addresses: int


class Counted(Struct):
    """Counts of one pass over the findings in scope.

    Attributes:
        alike: number of certificates by their likeness.
        traits: kinds of finding by their number.
        addresses: distinct addresses; `people_addresses`: without those that are only of functions.
        persons: labels of persons, joined by equal address or number.
        domains: certificates by domain.
        ignored: findings that the ignore list took out, by the number of its entry.
    """

    alike: dict[Alike, int] = field(default_factory=dict)
    traits: dict[int, Trait] = field(default_factory=dict)
    addresses: int = 0
    people_addresses: int = 0
    persons: int = 0
    domains: dict[str, DomainCount] = field(default_factory=dict)
    ignored: dict[int, int] = field(default_factory=dict)

    @property
    def certificates(self) -> int:
        """Number of certificates."""
        return sum(self.alike.values())

    @property
    def findings(self) -> int:
        """Number of findings."""
        return sum(len(alike.traits) * count for alike, count in self.alike.items())

    @property
    def totals(self) -> Totals:
        """Counts without a breakdown."""
        return Totals(self.certificates, self.findings, self.persons, self.addresses, self.people_addresses)


class DatedCertificates(Struct, frozen=True):
    """Certificates whose dates and revocations lead to the same standing: one of them, and their number."""

    not_before: datetime | None
    not_after: datetime | None
    revocations: tuple[Revocation, ...]
    count: int


class ExposedPerson(Struct, frozen=True):
    """Person in certificates: a label, joined with others by equal address or number."""

    names: tuple[str, ...]
    addresses: tuple[str, ...]
    categories: tuple[str, ...]
    sensitivities: tuple[str, ...]
    certificates: int
    findings: int


class ExposureCounts(Struct, frozen=True):
    """Answer of an index.

    Attributes:
        counted: counts of now.
        before: counts of the certificates that were seen before `since`; None without it.
        standings: certificates that lead to the same standing.
        issuers: name of each issuer by its number.
        logs: certificates by log; a certificate of several logs counts in each.
        issued, seen: certificates by month of issuance, and of first sighting (`2026-01`).
        seen_since: certificates first seen since `since`.
        hosts: distinct host names of the certificates.
        units: organisational units in their subjects.
        people: persons, where they were asked for.
        unclassified: certificates whose purposes nobody has read yet.
    """

    counted: Counted
    before: Totals | None
    standings: tuple[DatedCertificates, ...]
    issuers: Mapping[int, str]
    logs: Mapping[str, int]
    issued: Mapping[str, int]
    seen: Mapping[str, int]
    seen_since: int
    hosts: int
    units: Mapping[str, int]
    people: tuple[ExposedPerson, ...] = ()
    unclassified: int = 0


# --- the report ---------------------------------------------------------------------------------------------------


class ReportText(Code):
    """Sentence of a report on what is exposed, why it weighs, and what to do."""

    SPECIAL_CATEGORY = "report.special-category"
    NATIONAL_NUMBER = "report.national-number"
    BIRTH_DATE = "report.birth-date"
    ADDRESS = "report.address"
    PHONE = "report.phone"
    NAME = "report.name"
    EMAIL = "report.email"
    TLS_EMAIL = "report.tls-email"
    TLS_NAME = "report.tls-name"
    MAIL_NUMBER = "report.mail-number"
    CHANGE_TEMPLATE = "report.change-template"  # parameters: count, issuer, fields
    UNKNOWN_OWNER = "report.unknown-owner"  # parameter: count
    ASK_CA = "report.ask-ca"  # parameters: count, owner, profile
    BASELINE_CA = "report.baseline-ca"
    LOAD_OWNERS = "report.load-owners"
    REVOKE_FIRST = "report.revoke-first"
    ROLE_MAILBOXES = "report.role-mailboxes"
    CHECK_STATUS = "report.check-status"


class ReasonWeight(Struct, frozen=True):
    """Reason of a score: the findings that it counts, and its points.

    Attributes:
        code: its code.
        points: points of a domain or CA all of whose certificates have it.
        categories: categories that it counts, with everything below them; empty: any.
        sensitivity: sensitivity that it counts; empty: any.
        uses: purposes of certificates that it counts; empty: any.
    """

    code: ReportText
    points: int
    categories: tuple[str, ...] = ()
    sensitivity: str = ""
    uses: tuple[str, ...] = ()

    def counts(self, category: str, sensitivity: str) -> bool:
        """Return whether the reason counts a finding."""
        is_in = not self.categories or any(f"{category}.".startswith(f"{one}.") for one in self.categories)
        return is_in and self.sensitivity in ("", sensitivity)


class Weights(Struct, frozen=True):
    """Weights of a score. `reasons`: what is in certificates; `excess`: what their kind doesn't need."""

    reasons: tuple[ReasonWeight, ...]
    excess: tuple[ReasonWeight, ...]


class ScoreReason(Struct, frozen=True):
    """Reason of a score with its share of the points, and the certificates that have it."""

    code: ReportText
    points: float
    certificates: int


class Score(Struct, frozen=True):
    """Score of a domain or a CA, 0 to 100: the points of its reasons, each by the share of certificates that have it.
    It says how much the certificates reveal, not how many there are."""

    points: int
    certificates: int
    reasons: tuple[ScoreReason, ...]


class Figures(Struct, frozen=True):
    """Figures of a report. Findings are counted in `by_category` and `by_sensitivity`, certificates in all others.
    `domain_people`: distinct addresses of people by domain; `owned_issuers`: issuers whose CA has a known owner."""

    certificates: int
    addresses: int
    people_addresses: int
    persons: int
    findings: int
    standings: Mapping[str, int]
    by_category: Mapping[str, int]
    by_sensitivity: Mapping[str, int]
    by_domain: Mapping[str, int]
    by_issuer: Mapping[str, int]
    by_owner: Mapping[str, int]
    by_kind: Mapping[str, int]
    by_log: Mapping[str, int]
    by_month_issued: Mapping[str, int]
    by_month_seen: Mapping[str, int]
    by_subject_kind: Mapping[str, int]
    excess: Mapping[str, int]
    issuer_categories: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    domain_people: Mapping[str, int] = field(default_factory=dict)
    owned_issuers: frozenset[str] = frozenset()


class Structure(Struct, frozen=True):
    """Internal structure that certificates show: the number of hosts, and certificates by organisational unit."""

    hosts: int
    units: Mapping[str, int]


class NotCovered(Struct, frozen=True):
    """Log that a report doesn't cover wholly. `entries`: entries that don't count as searched, of `size`; `reasons`:
    words of gaps, or of freshness."""

    log: str
    operator: str
    entries: int
    size: int
    reasons: tuple[str, ...]
    detail: Message | None = None


class ReportBasis(Struct, frozen=True):
    """Basis of a report. `remarks`: further reasons why it isn't complete; that people who objected are left out."""

    basis: Basis | None
    complete: bool
    not_covered: tuple[NotCovered, ...]
    remarks: tuple[Message, ...] = ()
    covered: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """By log: entries that count as searched, and entries that the log signed."""
    kept_rules: tuple[KeptRule, ...] = ()
    """Rules by which older certificates are left out: what was read is complete without them."""


class Change(Struct, frozen=True):
    """Change since a moment: counts of the certificates that were first seen before it, and of all."""

    since: datetime
    before: Mapping[str, int]
    now: Mapping[str, int]
    seen_since: int


class ExposureReport(Struct, frozen=True):
    """Report of exposure. `k`: least number of persons of a report to be published; 0: internal."""

    made_at: datetime
    version: str
    scope: tuple[str, ...]
    basis: ReportBasis
    figures: Figures
    structure: Structure
    ignored: tuple[tuple[Ignored, int], ...]
    people: tuple[ExposedPerson, ...]
    are_people_named: bool
    domain_scores: Mapping[str, Score]
    issuer_scores: Mapping[str, Score]
    change: Change | None
    advice: tuple[Message, ...]
    k: int = 0
