"""The nouns: frozen, slotted dataclasses without behaviour of their own.

Times are aware datetimes in UTC, log timestamps are milliseconds since 1970 as the logs give them, ranges are
half-open `[start, end)`, hashes are raw bytes; only rendering turns them into hex, base64 or RFC 3339.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

Span = tuple[int, int]
"""`(start, end)` offsets into a buffer."""


# --- logs ---------------------------------------------------------------------------------------------------------


class Protocol(StrEnum):
    """How a log is read."""

    RFC6962 = "rfc6962"
    STATIC_CT = "static-ct"
    HYBRID = "hybrid"  # RFC 6962 tree head and proofs, data tiles as transport


@dataclass(frozen=True, slots=True)
class FinalHead:
    """`final_tree_head` of a readonly log in the log list: size, root and, where given, the time in ms."""

    size: int
    root: bytes
    timestamp: int | None = None


@dataclass(frozen=True, slots=True)
class Log:
    """One CT log as a log list describes it.

    `url` is the RFC 6962 base (ends with `/`), `monitoring_url` the prefix of the tiles (ends with `/`; may be
    `file://`); which of them is set follows from `protocol` (hybrid: both).  `origin` is the first line of the
    checkpoint: the submission prefix without scheme and trailing slash; empty for plain RFC 6962 logs.
    """

    id: bytes  # SHA-256 of key
    key: bytes  # DER SubjectPublicKeyInfo
    name: str
    operator: str
    protocol: Protocol
    state: str = "usable"  # pending qualified usable readonly retired rejected
    url: str = ""
    monitoring_url: str = ""
    origin: str = ""
    final_head: FinalHead | None = None
    mmd: int = 86400  # seconds


@dataclass(frozen=True, slots=True)
class SkippedLog:
    """A log of the list that is not read, with the reason in plain words; an answer names it as not covered."""

    id: bytes
    name: str
    operator: str
    reason: str


@dataclass(frozen=True, slots=True)
class TreeHead:
    """What a log claims at one moment (an STH or a checkpoint). Not believed before its signature is verified.

    `signature` is the RFC 6962 DigitallySigned struct; empty for a head taken from a verified log list.
    `raw` holds the bytes verbatim, kept as evidence.
    """

    log_id: bytes
    size: int
    root: bytes
    timestamp: int  # ms
    signature: bytes
    raw: bytes


Edge = tuple[bytes, ...]
"""Right edge of `[0, n)`: roots of its perfect subtrees, largest first (one for each 1 bit of n). n = 0: `()`."""


class EntryKind(StrEnum):
    """RFC 6962 section 3.4, LogEntryType; `CHAIN` is no entry itself, but in the chain submitted with one: a `Sighting`
    can be of that kind, an `Entry` never."""

    X509 = "x509"
    PRECERT = "precert"
    CHAIN = "chain"


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive entries of one log in one buffer. The hot path never makes an object for a single entry.

    `leaves[i]` is the span in `data` of the TimestampedEntry of entry `start + i` (leaf hash = SHA-256 over
    `00 00 00` and that span: the leaf prefix, version 0 and leaf_type 0). `certs[i]` is the span of the certificate
    (x509) or the TBSCertificate (precert) inside it; `(0, 0)` for an entry of an RFC 6962 log whose TimestampedEntry
    doesn't parse (a tile with such an entry can't be cut at all). `precerts[i]` tells which it is. `extras[i]` is the
    span in `extra` of what the tree doesn't cover, in the encoding of the transport (see `ct.wire.extra_of`).
    """

    log_id: bytes
    start: int
    data: bytes
    leaves: list[Span]
    certs: list[Span]
    precerts: list[bool]
    extra: bytes
    extras: list[Span]
    layout: str  # "tile" or "get-entries": how `extras` is encoded
    raw: bytes  # as received, for quarantine


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a log, all of it from the leaf that the tree covers."""

    log_id: bytes
    index: int
    timestamp: int  # ms
    kind: EntryKind
    der: bytes  # certificate (x509) or TBSCertificate (precert)
    issuer_key_hash: bytes  # 32 bytes for a precert, else b""
    extensions: bytes  # CtExtensions without the length


# --- certificates -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be read as it should be. Parse errors are data, not exceptions.

    `unread` holds the octets that were given up, for their readable strings; empty where all of it was read after all.
    """

    where: str
    what: str
    unread: bytes = field(default=b"", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Text:
    """A string value: the bytes, their decoding, and the repaired form where the decoding is evidently wrong."""

    raw: bytes
    tag: int  # ASN.1 tag number as encoded
    value: str
    repaired: str | None = None


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of one RDN; repeated ones are kept. `text` is None when the value is no string."""

    rdn: int  # 0-based position of the RDN
    oid: str  # dotted
    tag: int
    raw: bytes  # value TLV
    text: Text | None


@dataclass(frozen=True, slots=True)
class Name:
    """A distinguished name with every attribute of every RDN, in order."""

    raw: bytes  # whole TLV
    attributes: tuple[Attribute, ...]


@dataclass(frozen=True, slots=True)
class GeneralName:
    """RFC 5280 section 4.2.1.6. `kind` is the context tag 0-8; `oid` the type of an otherName."""

    kind: int
    raw: bytes  # content bytes, for otherName the value's TLV
    text: Text | None = None
    name: Name | None = None  # directoryName
    oid: str = ""


@dataclass(frozen=True, slots=True)
class Extension:
    """One extension; `value` is the content of extnValue."""

    oid: str
    critical: bool
    value: bytes
    span: Span  # the whole Extension TLV in the buffer it was read from


@dataclass(frozen=True, slots=True)
class Place:
    """One value that a certificate holds, with the path to it: what rules look at.

    The strings inside a value that is none itself (the lines of a postalAddress, the body of a private extension) are
    places of their own with the same path, marked `nested`.
    """

    where: str  # "subject.1.emailAddress", "san.0.directoryName.2.surname", "extensions.4.netscape-comment"
    part: str  # "subject", "issuer", "san", "ian", "subjectDirectoryAttributes", …: the first word of `where`
    oid: str  # type of the attribute or of the otherName, else of the extension; empty for what has none
    tag: int  # identifier octet as encoded
    raw: bytes  # attribute and otherName: the value's element; general names: the content; extensions: extnValue
    text: Text | None
    kind: int | None = None  # context tag 0-8 of a general name
    name: Name | None = None  # that the attribute stands in
    nested: bool = False


@dataclass(frozen=True, slots=True)
class Certificate:
    """What one certificate or precertificate TBS says; everything that could be read, and the problems.

    `identity`: SHA-256 over the TBS contents without the headers whose length depends on the poison and SCT-list
    extensions, and without those two: the same for a precertificate and its certificate.
    """

    identity: bytes
    sha256: bytes | None  # of the whole certificate; None when only a TBS was seen
    issuer: Name
    subject: Name
    serial: bytes  # content of the INTEGER, as encoded
    not_before: datetime | None
    not_after: datetime | None
    san: tuple[GeneralName, ...]
    extensions: tuple[Extension, ...]
    is_ca: bool
    eku: tuple[str, ...]  # dotted
    policies: tuple[str, ...]  # dotted
    spki: bytes  # SubjectPublicKeyInfo TLV
    problems: tuple[Problem, ...]
    subject_unique_id: bytes = b""  # content of the BIT STRING [2]
    issuer_unique_id: bytes = b""  # [1]
    attributes: bytes = b""  # content of the SEQUENCE OF Attribute of an attribute certificate (RFC 5755)
    authority_key_id: bytes = b""  # keyIdentifier of the authority key identifier (RFC 5280 section 4.2.1.1)
    places: tuple[Place, ...] = ()  # every value of all of it, in the order of the certificate


# --- personal data ------------------------------------------------------------------------------------------------


class SubjectKind(StrEnum):
    """Whom a finding is about."""

    PERSON = "person"
    ROLE = "role"  # a function: its mailbox, its desk
    ORGANISATION = "organisation"
    HOST = "host"
    DEVICE = "device"
    CA = "certification authority"
    UNKNOWN = "unknown"


class Confidence(StrEnum):
    """How sure the subject kind is, in words."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


class Sensitivity(StrEnum):
    """How much the law protects it."""

    ORDINARY = "ordinary"
    NATIONAL_IDENTIFIER = "national identifier"  # GDPR article 87
    SPECIAL_CATEGORY = "special category"  # GDPR articles 9 and 10: biometrics, health, or what tells them


class Mark(StrEnum):
    """What a reader of a finding has to know about its value."""

    DERIVED = "derived"  # follows from another value (a birth date inside a national number)
    HASHED = "hashed"  # a hash of the datum, still personal data
    PARTIAL = "partial"  # part of the datum, such as the last digits
    INVALID = "invalid"  # has the form of a number, but its check digit is wrong


@dataclass(frozen=True, slots=True, order=True)
class LookupKey:
    """What a finding is found by. `kind`: `email` (canonical address), `domain` (labels reversed, each followed by
    a dot: `org.example.`), `name` (one folded token), `number` (letters and digits of a number of a person or a card,
    in capitals), `phone` (E.164 without the plus sign), `account` (folded name of an account)."""

    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Personal data in one place of one certificate.

    `person` tells the people of one certificate apart: findings with the same word are about the same one. `raw` is the
    value as encoded (b"" where it is just `value` in UTF-8), `repaired` what was evidently meant, where that differs.
    """

    rule: str
    category: str  # main fideslang key
    categories: tuple[str, ...]  # all that apply, the main one first
    value: str  # as written
    canonical: str
    where: str  # "subject.1.emailAddress", "san.0.rfc822Name"
    oid: str
    subject_kind: SubjectKind
    confidence: Confidence
    why: str
    keys: tuple[LookupKey, ...]
    person: str = ""  # "subject", "representative", "ca contact", "subject 2", …
    sensitivity: Sensitivity = Sensitivity.ORDINARY
    marks: tuple[Mark, ...] = ()
    tag: int = 0  # identifier octet as encoded; 0: none
    raw: bytes = b""
    repaired: str | None = None


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """One rule as a range was read with: raising `version` says that older readings don't cover it."""

    id: str
    version: int
    kinds: tuple[str, ...]  # kinds of identifier that the rule finds: "email", "name", "number", …


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules of one version of ctscan. `version` is derived from the rules, so it can't be forgotten."""

    version: str
    rules: tuple[RuleVersion, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that holds personal data in scope: what is written to the index.

    `submitted` is the submitted precertificate (or b""), compared with the TBS but not covered by the tree.
    """

    entry: Entry
    certificate: Certificate
    findings: tuple[Finding, ...]
    submitted: bytes = b""


@dataclass(frozen=True, slots=True)
class Issuer:
    """The certificate of a CA that may have issued what is kept. Needed to check what the CA says, and kept whatever
    the scope is: it is looked up by nobody."""

    sha256: bytes
    der: bytes
    subject_hash: bytes  # SHA-256 of the subject's DER, as `Certificate.issuer.raw` of what it issued
    key_hash: bytes  # SHA-256 of the SubjectPublicKeyInfo: the issuer_key_hash of precertificate entries
    origin: str  # "chain", "log" (issuer/<hash>), "AIA", "file"


@dataclass(frozen=True, slots=True)
class ChainHit:
    """A certificate with personal data in scope in the chain that was submitted with an entry: no entry itself, and
    not covered by the tree. `certificate` is None when it can't be read; `reason` then says why, and the findings are
    those of its readable strings."""

    log_id: bytes
    index: int  # of the entry
    timestamp: int  # ms, of the entry
    der: bytes
    certificate: Certificate | None
    findings: tuple[Finding, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An entry whose certificate can't be read. In scope (`everything`, or a salvaged string is): with its findings
    and bytes; else only index, hash and reason."""

    log_id: bytes
    index: int
    leaf_hash: bytes
    reason: str
    entry: Entry | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Identifier:
    """What a person gives. `kind`: email, domain, name, sha256, serial, identity.

    `canonical` is what is compared; `keys` the exact look-up keys (more than one where several forms are the same
    thing); `variants` other identifiers offered as such (+tag, dots) and never mixed into the answer.
    """

    kind: str
    value: str
    canonical: str
    keys: tuple[LookupKey, ...] = ()
    variants: tuple[str, ...] = ()


# --- what was searched --------------------------------------------------------------------------------------------


class HoleReason(StrEnum):
    """Why a range of a log does not count as searched."""

    NOT_READ = "not read"
    OUT_OF_SCOPE = "out of scope"
    OLDER_RULES = "older rules"
    PRUNED = "pruned"
    QUARANTINED = "quarantined"
    REFUSED = "refused"
    PURGED = "purged"


@dataclass(frozen=True, slots=True)
class Hole:
    """A range that was not read, or does not count, with the reason. `tries`: passes in which it was asked for."""

    start: int
    end: int
    reason: HoleReason
    detail: str = ""
    tries: int = 0


@dataclass(frozen=True, slots=True)
class VerifiedRange:
    """Entries read and proven to be in the signed tree, with what they were searched for.

    `edge` is the right edge of `[0, end)`, so that reading goes on from here without asking the log.
    `scope` is canonical scope text; `rules` a rule-set version. Ranges of different scope or rules may overlap.
    `since`: where coverage was told to begin after entry 0, the time of entry `start` (or of the tree head, when the
    log ended there) in ms; older entries are not in the range.
    """

    start: int
    end: int
    scope: str
    rules: str
    edge: Edge = ()
    since: int | None = None


@dataclass(frozen=True, slots=True)
class PendingRange:
    """Entries of a log without tiles that were read and stored but not yet proven: `[start, start + n)` after a
    verified range (or a proven edge) that ends at `start`. `hashes` holds 32 bytes for each entry."""

    start: int
    scope: str
    rules: str
    edge: Edge  # of [0, start)
    hashes: bytes


@dataclass(frozen=True, slots=True)
class LogState:
    """All that the index knows of one log."""

    log: Log
    head: TreeHead | None  # largest verified head
    verified: tuple[VerifiedRange, ...]
    pending: tuple[PendingRange, ...]
    holes: tuple[Hole, ...]  # with reasons that only reading tells: pruned, quarantined, refused, purged
    last_success: datetime | None  # last check of the head that ended well
    last_error: str | None
    misbehaviour: tuple[str, ...]  # reasons, newest last; the raw heads are kept beside
    rate: float | None = None  # entries a second, as it was read last
    growth: float | None = None  # entries a second over the newest day of its heads; None: not known yet


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """Proof that entry `index` lies in the tree of `head` (RFC 6962 section 2.1.1, leaf to root)."""

    index: int
    head: TreeHead
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Advance:
    """One step of one reader, committed in one transaction: nothing of it is ever seen without the rest.

    Tiled logs: `verified` extends by the batch, `pending` is None. Logs without tiles: hits and `pending` first;
    when proven, an Advance without hits moves `verified`, clears `pending` and brings `proofs`.
    """

    log_id: bytes
    at: datetime
    verified: VerifiedRange | None = None  # to be added (and merged with its neighbour)
    pending: PendingRange | None = None  # replaces the pending range with this start
    clear_pending: int | None = None  # start of the pending range that is proven (or given up) now
    hits: tuple[Hit, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    in_chains: tuple[ChainHit, ...] = ()  # of entries of this step; they come and go with their entries
    issuers: tuple[Issuer, ...] = ()  # of certificates in hits
    proofs: tuple[InclusionProof, ...] = ()
    holes: tuple[Hole, ...] = ()  # found in this step
    quarantine: tuple[tuple[int, int, bytes], ...] = ()  # (start, end, raw bytes) kept for quarantine_days
    entries: int = 0  # counters of this step, for the run
    candidates: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """One scan: who, when, what for, and how it ended."""

    id: int
    who: str
    started: datetime
    ended: datetime | None
    scope: str
    rules: str
    purpose: str
    command: str
    outcome: str  # "running", "done", "incomplete", "misbehaviour", "interrupted", "failed"
    entries: int = 0
    candidates: int = 0
    certificates: int = 0


# --- repositories -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Repository:
    """A place that can be asked for certificates by what they hold, and what asking it is worth. Facts for eyes."""

    name: str  # as given to --in and --repository: "crt.sh"
    title: str
    url: str
    finds: tuple[str, ...]  # kinds of question that it answers: email, domain, host, name, organisation
    limits: tuple[str, ...]  # what it can't find, in whole sentences
    needs: str = ""  # an extra to install, a token in the environment
    tells: str = ""  # who learns of the question, in words


@dataclass(frozen=True, slots=True)
class Question:
    """What a repository is asked for. `kind`: email, domain (addresses at and below it), host (DNS names at and below a
    domain), name, organisation; `value` is canonical but for names, which stay as given."""

    kind: str
    value: str

    @property
    def text(self) -> str:
        """`email:jane@example.org`: the one form in which questions are compared."""
        return f"{self.kind}:{self.value}"

    @property
    def is_personal(self) -> bool:
        """Whether it names a single person, so that asking discloses that person."""
        return self.kind not in ("domain", "host", "organisation")


@dataclass(frozen=True, slots=True)
class Coordinate:
    """Where a repository says that a certificate is logged. Believed when the log is read, not before."""

    log: str  # URL as the repository gives it
    index: int
    timestamp: int | None = None  # ms


@dataclass(frozen=True, slots=True)
class RepositoryEntry:
    """One certificate as a repository gives it. Nothing of it is proven."""

    reference: str  # by which it is found there again: a number, a path
    der: bytes  # certificate or precertificate, whole
    first_logged: int | None = None  # ms, as the repository says
    coordinates: tuple[Coordinate, ...] = ()
    revocation: Revocation | None = None
    owner: str = ""  # of the CA, as the repository says


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Something that a repository should have given and didn't: the search is not whole. The reason holds nothing of
    the question."""

    reason: str


@dataclass(frozen=True, slots=True)
class RepositoryHit:
    """A certificate of a repository that is kept. `leaf` is what a log would hold: the certificate itself, or the
    TBSCertificate without poison of a precertificate, which is then in `submitted`. `certificate` is None when it can't
    be read; `reason` then says why."""

    entry: RepositoryEntry
    kind: EntryKind
    leaf: bytes
    certificate: Certificate | None
    findings: tuple[Finding, ...]
    submitted: bytes = b""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Search:
    """One question put to one repository, and how it ended. `question` is empty when read back from the index, where it
    named a person: of such only a digest is kept."""

    id: int
    repository: str
    kind: str  # `Question.kind`, or "import" of files
    question: str  # `Question.text`
    who: str
    purpose: str
    scope: str  # what of the results was kept, in words or as canonical scope text
    rules: str
    started: datetime
    ended: datetime | None = None
    outcome: str = "running"  # "running", "whole", "incomplete", "failed", "interrupted"
    detail: str = ""  # why it is not whole
    results: int = 0  # certificates that the repository gave
    certificates: int = 0  # of them new here


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Somebody outside was told whom or what we look at. The identifier itself is not recorded."""

    id: int
    at: datetime
    who: str
    kind: str  # email, name, domain, host, organisation, certificate
    recipient: str
    purpose: str
    command: str  # "search", "scan --repository", "status --ocsp"


@dataclass(frozen=True, slots=True)
class RepositorySighting:
    """This certificate in that repository. `confirmed`: a log was read and proven to hold the same certificate."""

    repository: str
    reference: str
    seen: datetime  # when it was given to us
    first_logged: int | None
    coordinates: tuple[Coordinate, ...]
    owner: str
    confirmed: bool


# --- what became of a certificate ---------------------------------------------------------------------------------


class RevocationState(StrEnum):
    """What a CA says of a certificate, or that it can't be told."""

    REVOKED = "revoked"
    NOT_REVOKED = "not revoked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Revocation:
    """What one source says of the revocation of one certificate."""

    state: RevocationState
    source: str  # "CRL", "OCSP", or the name of the repository that claims it
    checked: datetime
    url: str = ""
    revoked_at: datetime | None = None
    reason: str = ""  # CRLReason (RFC 5280 section 5.3.1) by its name; empty: none given
    this_update: datetime | None = None
    next_update: datetime | None = None
    why: str = ""  # unknown: why


class Standing(StrEnum):
    """What became of a certificate, in one word; the worst that is known."""

    VALID = "valid"
    NOT_YET_VALID = "not yet valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Status:
    """What became of a certificate at one moment. One that is revoked or expired, or both, stays in every answer."""

    standing: Standing
    is_expired: bool
    revocation: Revocation | None  # the one that decides; None: never asked
    why: str = ""  # unknown: why, and what to do; valid: who says otherwise


@dataclass(frozen=True, slots=True)
class Crl:
    """A certificate revocation list as it was fetched; kept for as long as it says."""

    url: str
    der: bytes
    fetched: datetime
    this_update: datetime | None
    next_update: datetime | None


@dataclass(frozen=True, slots=True)
class Authority:
    """Who runs a CA and how to reach it, as the CCADB says."""

    owner: str
    name: str  # of the CA certificate
    sha256: bytes  # of the CA certificate
    key_id: bytes  # its subject key identifier
    policies: tuple[str, ...] = ()  # URLs of certificate policies and practice statements
    contact: str = ""  # for problem reports, as published
    status: str = ""  # "Revoked", "Parent Cert Revoked", …; empty: not revoked


@dataclass(frozen=True, slots=True)
class AuthorityList:
    """Which copy of the CCADB's list is in the index."""

    fetched: datetime
    origin: str  # URL or path
    records: int


# --- answers ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sighting:
    """This certificate at that log and index. `verified`: the index lies in a verified range of the log; never true of
    kind `CHAIN`, for no tree covers chains."""

    log: str
    log_id: bytes
    index: int
    timestamp: int  # ms
    kind: EntryKind
    verified: bool


@dataclass(frozen=True, slots=True)
class CertificateSummary:
    """What an answer says of a certificate. `also` are identities of the same issuer and serial: probably the same."""

    sha256: bytes | None
    identity: bytes
    issuer: str
    serial: str
    subject: str
    not_before: datetime | None
    not_after: datetime | None
    also: tuple[bytes, ...] = ()
    is_ca: bool = False  # as its basic constraints say


@dataclass(frozen=True, slots=True)
class Match:
    """One certificate that answers a look-up, with the findings that matched first. `score` ranks names (0 to 1)."""

    certificate: CertificateSummary
    findings: tuple[Finding, ...]
    sightings: tuple[Sighting, ...]
    score: float = 1.0
    repositories: tuple[RepositorySighting, ...] = ()
    revocations: tuple[Revocation, ...] = ()  # one for each source that was asked
    authorities: tuple[Authority, ...] = ()  # CAs with the key that the certificate names; several where cross-signed
    status: Status | None = None  # judged from the rest for one moment; the index leaves it out


@dataclass(frozen=True, slots=True)
class LogCoverage:
    """What of one log was searched for an identifier; `verified` and `holes` together make up `[0, head_size)`.

    `since`: where coverage begins after entry 0, the time (ms) from which on the log was searched.
    """

    log: str
    log_id: bytes
    head_size: int
    verified: tuple[VerifiedRange, ...]
    holes: tuple[Hole, ...]
    as_of: datetime | None
    stale: bool = False
    since: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a look-up: what was found, and exactly what was searched."""

    identifier: Identifier
    matches: tuple[Match, ...]
    coverage: tuple[LogCoverage, ...]
    not_covered: tuple[SkippedLog, ...]
    complete: bool
    remarks: tuple[str, ...] = field(default=())  # plain words: limits of this kind of look-up, what to do next
    searches: tuple[Search, ...] = ()  # of repositories, whose questions include the identifier; newest of each first
    authorities: AuthorityList | None = None  # the list of CA owners that was used


@dataclass(frozen=True, slots=True)
class KeptCertificate:
    """A kept certificate as a check of its status looks at it. `der` is the whole certificate where it was seen, else
    the TBS (then `kind` is precert). `submitted`: where no log told the key of its issuer, the precertificates that
    were submitted for it, whose signature tells it."""

    identity: bytes
    der: bytes
    kind: EntryKind
    issuer_key_hashes: tuple[bytes, ...]  # of its precertificate entries, in the tree
    revocations: tuple[Revocation, ...]
    submitted: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is needed to check one sighting offline (`ctscan prove`)."""

    log: Log
    entry: Entry
    proof: InclusionProof | None
    verified: bool
