"""Results of use cases: what a search, an import, a refresh, a proof or an inspection came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct, field

from ctscan.model.entry import EntryKind
from ctscan.model.file_tally import FileTally
from ctscan.model.finding import SubjectKind
from ctscan.model.revocation import CertificateStanding
from ctscan.model.search import SearchState

if TYPE_CHECKING:
    from ctscan.model.authority import Authority, AuthorityList
    from ctscan.model.certificate import Problem
    from ctscan.model.certificate_request import RequestOutlook
    from ctscan.model.coverage import Freshness, Gap, LogState
    from ctscan.model.explanation import Explanation
    from ctscan.model.finding import Finding
    from ctscan.model.health import Condition
    from ctscan.model.log import Cosignature, Log
    from ctscan.model.match import CertificateSummary, Match
    from ctscan.model.message import Message
    from ctscan.model.misbehaviour import RecordedMisbehaviour
    from ctscan.model.proof import Evidence
    from ctscan.model.revocation import Revocation, RevocationState, Status
    from ctscan.model.search import QuestionKind, Shortfall


class SearchResult(Struct, frozen=True):
    """End of one question to one repository. `results` counts the certificates
    that the repository gave now or earlier, `certificates` those that are new in the index. `number` is that of the
    search in the index."""

    repository: str
    kind: QuestionKind
    outcome: SearchState
    detail: tuple[Shortfall, ...]
    results: int
    certificates: int
    number: int = 0


class SearchResults(Struct, frozen=True):
    """End of all questions of one command. `stopped`: some questions were not asked. `left_out`: terms of the scope for
    which no repository was asked."""

    searches: tuple[SearchResult, ...]
    stopped: bool = False
    left_out: int = 0

    @property
    def exit_code(self) -> int:
        """1 if a search failed or was interrupted, else 4 if one is incomplete or a term was left out, else 0."""
        endings = {search.outcome for search in self.searches}
        if self.stopped or endings & {SearchState.FAILED, SearchState.INTERRUPTED}:
            return 1
        return 4 if self.left_out or SearchState.INCOMPLETE in endings else 0


class FindingCounts(Struct):
    """Numbers of findings by category: all, those about people, and those in certificates of CAs."""

    findings: Counter[str] = field(default_factory=Counter)
    about_people: Counter[str] = field(default_factory=Counter)
    of_authorities: Counter[str] = field(default_factory=Counter)

    def add(self, findings: Iterable[Finding], *, is_authority: bool) -> None:
        """Count the findings of one certificate."""
        for finding in findings:
            self.findings[finding.category] += 1
            self.about_people[finding.category] += finding.subject_kind is SubjectKind.PERSON
            self.of_authorities[finding.category] += is_authority


class ImportResult(Struct):
    """Sums of an import so far. `read` counts different certificates, `repeated` further copies, `kept` the
    certificates in scope, `new` the kept certificates that the index did not hold. `problems` counts the inputs that
    could not be read, and those that were `partly_read`. `requests` counts certificate requests, which aren't public
    and so aren't kept. `absences` counts named files without a certificate, which are no problems. `files` counts all
    files, `without` those without a certificate, `not_understood` those that could not be read to their end. `number`
    is that of the import in the index.
    `without_objectors`: people objected; their certificates are among those counted as kept, and aren't kept."""

    files: int = 0
    read: int = 0
    repeated: int = 0
    kept: int = 0
    new: int = 0
    of_authorities: int = 0
    problems: int = 0
    partly_read: int = 0
    requests: int = 0
    absences: int = 0
    without: int = 0
    not_understood: int = 0
    counts: FindingCounts = field(default_factory=FindingCounts)  # of kept certificates
    outcome: SearchState = SearchState.FAILED
    number: int = 0
    without_objectors: bool = False

    @property
    def exit_code(self) -> int:
        """1 if nothing was read or the import was stopped, 4 if an input could not be read as a whole, else 0."""
        if self.outcome not in (SearchState.WHOLE, SearchState.INCOMPLETE) or not (self.read or self.kept):
            return 1
        return 4 if self.problems else 0


class RefreshResult(Struct):
    """Sums of a refresh. `said` maps certificates to the state that a CA stated; `failures` are hosts that could not be
    used, each once with the reason; `current` counts certificates whose last statement still holds."""

    said: dict[bytes, RevocationState] = field(default_factory=dict)
    current: int = 0
    failures: dict[Message, None] = field(default_factory=dict)
    stopped: bool = False

    @property
    def exit_code(self) -> int:
        """1 if the refresh was stopped, 4 if a host could not be used, else 0."""
        return 1 if self.stopped else 4 if self.failures else 0


class StandingCounts(Struct):
    """Numbers of certificates by standing; unknown standings also by reason. `oldest`: the oldest statement used.
    `remarks`: what they leave out."""

    standings: Counter[CertificateStanding] = field(default_factory=Counter)
    reasons: Counter[Message] = field(default_factory=Counter)
    oldest: datetime | None = None
    remarks: tuple[Message, ...] = ()

    def add(self, status: Status, revocations: Iterable[Revocation]) -> None:
        """Count one certificate."""
        self.standings[status.standing] += 1
        if status.standing is CertificateStanding.UNKNOWN and status.why is not None:
            self.reasons[status.why] += 1
        for said in revocations:
            self.oldest = min(filter(None, (self.oldest, said.checked)))


class CheckedSighting(Struct, frozen=True):
    """Sighting checked offline. `trust` names the basis of its tree head: `signature`, or `log list` for the final head
    of a log that no longer answers. `problem` is empty when the sighting is proven."""

    evidence: Evidence
    is_proven: bool
    trust: str
    problem: str = ""


class ProofCounts(Struct):
    """Numbers of a proof: sightings proven and not proven, certificates without evidence by reason.

    Certificates from chains, repositories and files can have no evidence. `bare` and `lost` count rows that lack their
    other half: certificates without a sighting, sightings without a certificate; both mean a damaged index. `damaged`
    names the parts in which the look-ups met damage: they may hide certificates.
    """

    proven: int = 0
    unproven: int = 0
    in_chains: int = 0
    in_repositories: int = 0
    bare: int = 0
    lost: int = 0
    damaged: tuple[str, ...] = ()

    def add_certificate_without_evidence(self, matches: Iterable[Match]) -> None:
        """Count a certificate that has no evidence, by the origin that explains the lack."""
        found = list(matches)
        if any(seen.kind is EntryKind.CHAIN for match in found for seen in match.sightings):
            self.in_chains += 1
        elif any(match.repositories for match in found):
            self.in_repositories += 1
        else:
            self.bare += 1

    @property
    def is_proven(self) -> bool:
        """True when something was proven, nothing failed, no row is missing and no damage was met."""
        return bool(self.proven) and not (self.unproven or self.bare or self.lost or self.damaged)


class Repaired(Struct, frozen=True):
    """Outcome of the repair of an index.

    `rewritten` and `dropped` count certificates, `unread` entries that count as not read from now on. `unrepaired` are
    parts that could not be made again.
    """

    rewritten: int
    dropped: int
    unread: int
    unrepaired: tuple[str, ...]


class ReindexResult(Struct, frozen=True):
    """Numbers of certificates by outcome of a reindex with one rule set. `stopped`: others were not reached."""

    rules: str
    unchanged: int
    changed: int
    removed: int
    stopped: bool = False
    damaged: tuple[str, ...] = ()  # parts that were damaged, and are repaired
    repaired: Repaired | None = None

    @property
    def exit_code(self) -> int:
        """1 if the reindex was stopped, or a damaged part could not be repaired; 4 if entries have to be read again."""
        if self.stopped or (self.repaired and self.repaired.unrepaired):
            return 1
        return 4 if self.repaired and (self.repaired.unread or self.repaired.dropped) else 0


class LogReport(Struct, frozen=True):
    """Log with its progress. `gaps` and the verified ranges together make up `[0, head size)`."""

    state: LogState
    health: Condition
    misbehaviour: tuple[RecordedMisbehaviour, ...]  # dismissed or not
    gaps: tuple[Gap, ...]
    verified_size: int
    position: int  # one past the last entry read
    backlog: int  # entries left to read
    catch_up: float | None  # seconds until the head is reached; inf: never at this rate; None: unknown, or reached
    freshness: Freshness
    stale_reason: Message | None  # a `Staleness`, of a stale log
    cosignatures: tuple[Cosignature, ...] = ()  # of the newest head, by witnesses that the configuration names
    witnesses: int = 0  # that the configuration names


class CheckedMisbehaviour(Struct, frozen=True):
    """Recorded misbehaviour of a log, checked now. `proven`: the contradiction that the evidence proves, in words;
    empty where it proves none, and `problem` says why."""

    log: Log
    recorded: RecordedMisbehaviour
    proven: str
    problem: str = ""


class LocalCertificate(Struct, frozen=True):
    """Certificate or certificate request in a file or on stdin.

    `certificate` is None for an input that can't be read as either: then `findings` come from its readable strings, and
    `problems` begins with the reason. Of a request it is the certificate as asked for, mostly without issuer, serial
    number and validity, and `request` says which findings would become public.
    """

    source: str
    sha256: bytes | None  # of the bytes as given; None when there were none
    certificate: CertificateSummary | None
    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]
    is_clipped: bool = False  # the end of the certificate is missing
    partly_read: bool = False  # a bound of the reader left a part unread; `problems` say which
    is_absence: bool = False  # nothing is wrong but that no certificate is there
    explained: tuple[Explanation, ...] = ()  # of the findings that somebody asked about
    request: RequestOutlook | None = None  # of a certificate request


class InspectionCounts(Struct):
    """Sums of an inspection. `read` counts certificates and requests, `requests` the requests among them; `personal`
    those with personal data, `personal_of_authorities` of them of CAs. `unreadable` counts inputs that can't be read,
    `absences` those among them that merely hold no certificate; `not_whole` certificates that are cut off or were read
    only in part. `files` counts the files."""

    read: int = 0
    requests: int = 0
    of_authorities: int = 0
    unreadable: int = 0
    absences: int = 0
    not_whole: int = 0
    personal: int = 0
    personal_of_authorities: int = 0
    with_problems: int = 0
    partly_read: int = 0
    counts: FindingCounts = field(default_factory=FindingCounts)
    files: FileTally = field(default_factory=FileTally)

    @property
    def exit_code(self) -> int:
        """1 if nothing was read, 4 if a file or a certificate could not be read to its end, else 0."""
        if not self.read:
            return 1
        return 4 if self.files.not_understood or self.unreadable > self.absences or self.not_whole else 0

    def add(self, found: LocalCertificate) -> None:
        """Count one input."""
        is_read = found.certificate is not None
        is_authority = found.certificate is not None and found.certificate.is_ca
        self.read += is_read
        self.requests += found.request is not None
        self.unreadable += not is_read
        self.absences += found.is_absence
        self.not_whole += found.is_clipped or found.partly_read
        self.of_authorities += is_authority
        self.personal += bool(found.findings)
        self.personal_of_authorities += is_authority and bool(found.findings)
        self.with_problems += is_read and bool(found.problems)
        self.partly_read += found.partly_read
        self.counts.add(found.findings, is_authority=is_authority)


class LoadedAuthorities(Struct, frozen=True):
    """List of authorities as it was read. `remarks`: parts that it lacks, with the reason. `replaced`: the list that
    the index held before."""

    which: AuthorityList
    authorities: tuple[Authority, ...]
    remarks: tuple[str, ...] = ()
    replaced: AuthorityList | None = None


class RuleInfo(Struct, frozen=True):
    """Rule: a kind of personal data that is looked for, and where its places are specified."""

    id: str
    version: int
    looks_for: str
    category: str
    kinds: tuple[str, ...]
    citations: tuple[str, ...]
    types: tuple[str, ...]  # OIDs of the types of value that it reads


class TypeInfo(Struct, frozen=True):
    """Type of value (attribute, otherName, extension) that may hold personal data, and its treatment."""

    oid: str
    kind: str
    name: str
    treatment: str  # "found", "evidence", "searched", "not read", …
    rules: tuple[str, ...]
    is_evidence: bool
    why: str
