"""Builders of index content - logs, runs, hits, advances - without certificates or logs behind it. People are
invented."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from msgspec.structs import replace

from ctscan.index.protocols import Index
from ctscan.model import (
    LEGACY,
    Attribute,
    Authority,
    Basis,
    BasisChange,
    BasisLog,
    BasisSource,
    BatchResult,
    Certificate,
    ChainHit,
    CompactRange,
    Confidence,
    Coordinate,
    Crl,
    DecodedString,
    Disclosure,
    Entry,
    EntryKind,
    Finding,
    Gap,
    GapReason,
    Hit,
    InclusionProof,
    Issuer,
    Log,
    LogChoice,
    LogListEdition,
    LogProtocol,
    LookupKey,
    Message,
    Name,
    PendingRange,
    Qualifier,
    RepositoryEntry,
    RepositoryHit,
    Revocation,
    RevocationState,
    RuleSet,
    RuleVersion,
    Run,
    ScanStep,
    Search,
    Sensitivity,
    SubjectKind,
    TreeHead,
    Unreadable,
    VerifiedRange,
)

AT = datetime(2031, 5, 6, 7, 8, 9, 123456, tzinfo=UTC)
RULES = RuleSet("rules-1", (RuleVersion("email", 1, ("email",)), RuleVersion("name", 3, ("name", "email"))))
NEWER_RULES = RuleSet("rules-2", (RuleVersion("email", 2, ("email",)),))
SCOPE = "everything"


def digest(*parts: object) -> bytes:
    """Derive 32 bytes from the parts."""
    return sha256(repr(parts).encode()).digest()


def a_log(name: str = "Example 2031", **fields: object) -> Log:
    """Build a tiled log of an invented operator."""
    key = name.encode()
    log = Log(
        sha256(key).digest(), key, name, "Example Operator", LogProtocol.STATIC_CT, url="https://log.example.org/"
    )
    return replace(log, **fields)  # type: ignore[arg-type]


LOG = a_log()


def a_head(size: int, timestamp: int = 1_900_000_000_000, log: Log = LOG) -> TreeHead:
    return TreeHead(log.id, size, digest("root", size), timestamp, b"signature", b"raw head, \xff verbatim")


def a_run(**fields: object) -> Run:
    run = Run(0, "jane", AT, None, SCOPE, RULES.version, "a test", "ctscan scan", "running")
    return replace(run, **fields)  # type: ignore[arg-type]


async def started(index: Index, *logs: Log, rules: RuleSet = RULES, list_read: datetime = AT) -> int:
    """Start a run that reads these logs, and make them the basis of answers. The log list is of the time it is read."""
    members = tuple(BasisLog(log.id, log.name, log.operator) for log in logs or (LOG,))
    first = Basis(1, AT, "jane", BasisChange.FIRST_SCAN(), "", BasisSource.DEFAULT, LogChoice(), None, members, ())
    first = replace(first, edition=LogListEdition(list_read, "1.0", list_read))
    is_saved = False
    while not is_saved:  # another process may record one meanwhile
        before = await index.basis()
        is_saved = await index.save_basis(replace(first, revision=before.revision + 1 if before else 1))
    return await index.start_run(a_run(rules=rules.version), rules, logs or (LOG,), ())


async def commit(index: Index, run_id: int, step: ScanStep) -> None:
    """Commit a step as a reader does: with a lease of its log."""
    async with index.lease(step.log_id, 0, None) as lease:
        await index.commit(run_id, step, lease)


async def rewind(index: Index, log_id: bytes, start: int) -> None:
    """Give up a pending range as a reader does: with a lease of its log."""
    async with index.lease(log_id, 0, None) as lease:
        await index.rewind(log_id, start, lease)


async def save_head(index: Index, head: TreeHead, at: datetime) -> None:
    """Save a head as the successor of the log's current head."""
    state = await index.log_state(head.log_id)
    await index.save_head(head, at, state.head if state else None)


def a_name(text: str) -> Name:
    raw = text.encode("utf-8", "surrogatepass")
    return Name(raw, (Attribute(0, "2.5.4.3", 12, raw, DecodedString(raw, 12, text)),))


def a_certificate(label: object, **fields: object) -> Certificate:
    """Build a distinct certificate for each label; `sha256` None, as for a TBS seen alone."""
    certificate = Certificate(
        identity=digest("identity", label),
        sha256=None,
        issuer=a_name("Example CA"),
        subject=a_name(f"Person {label}"),
        serial=digest("serial", label)[:8],
        not_before=datetime(2030, 1, 1, tzinfo=UTC),
        not_after=datetime(2031, 1, 1, tzinfo=UTC),
        san=(),
        extensions=(),
        is_ca=False,
        eku=(),
        policies=(),
        spki=b"",
        problems=(),
    )
    return replace(certificate, **fields)  # type: ignore[arg-type]


def email_finding(address: str) -> Finding:
    domain = ".".join(reversed(address.partition("@")[2].split("."))) + "."
    keys = (LookupKey("email", address), LookupKey("domain", domain))
    return _finding("email", "user.contact.email", address, "san.0.rfc822Name", keys)


def name_finding(name: str, where: str = "subject.0.commonName") -> Finding:
    keys = tuple(LookupKey("name", token) for token in name.casefold().split())
    return _finding("name", "user.name", name, where, keys)


def number_finding(number: str, person: str = "subject") -> Finding:
    """Build a national number, as a representative's certificate has it, with every part that a finding can have."""
    found = _finding("number", "user.government_id", number, "san.0.directoryName.2.serialNumber", ())
    return replace(
        found,
        canonical=number,
        keys=(LookupKey("number", number),),
        person=person,
        sensitivity=Sensitivity.NATIONAL_IDENTIFIER,
        qualifiers=(Qualifier.PARTIAL, Qualifier.INVALID),
        tag=0x1E,
        raw=b"\x1e\x04\x00\x31\xd8\x00",
        repaired="12",
    )


def _finding(rule: str, category: str, value: str, where: str, keys: tuple[LookupKey, ...]) -> Finding:
    return Finding(
        rule=rule,
        category=category,
        categories=(category, "user"),
        value=value,
        canonical=value.casefold(),
        path=where,
        oid="2.5.4.3",
        subject_kind=SubjectKind.PERSON,
        confidence=Confidence.LIKELY,
        why=Message(LEGACY, (("text", "as a test says"),)),
        keys=keys,
        person="subject",
        tag=0x0C,
    )


def an_entry(index: int, label: object = None, kind: EntryKind = EntryKind.PRECERT, log: Log = LOG) -> Entry:
    """Build the leaf of entry `index`; its DER depends on the label alone."""
    label = index if label is None else label
    key_hash = digest("issuer key") if kind is EntryKind.PRECERT else b""
    return Entry(log.id, index, 1_900_000_000_000 + index, kind, b"der of " + digest(label), key_hash, b"\0\0\5")


def a_hit(index: int, *findings: Finding, label: object = None, log: Log = LOG, **fields: object) -> Hit:
    """Build a precertificate at this index; without findings, it names a person of its own."""
    label = index if label is None else label
    found = findings or (email_finding(f"person{label}@example.org"),)
    return Hit(an_entry(index, label, log=log), a_certificate(label, **fields), found)


def a_certificate_hit(index: int, label: object, *findings: Finding, log: Log = LOG) -> Hit:
    """Build the certificate with the identity of `a_hit` of this label."""
    found = findings or (email_finding(f"person{label}@example.org"),)
    entry = an_entry(index, ("whole", label), EntryKind.X509, log)
    return Hit(entry, a_certificate(label, sha256=sha256(entry.der).digest()), found)


def in_chain(index: int, label: object = "ca", address: str = "contact@example.net") -> ChainHit:
    """Build the certificate of `a_certificate_hit` of this label, as an authority's, in the chain of an entry."""
    der = an_entry(index, ("whole", label), EntryKind.X509).der
    certificate = a_certificate(label, sha256=sha256(der).digest(), is_ca=True)
    return ChainHit(LOG.id, index, 1_900_000_000_000 + index, der, certificate, (email_finding(address),))


def an_unreadable(index: int, *findings: Finding, log: Log = LOG) -> Unreadable:
    """Build an unreadable entry; with findings it is in scope and has its bytes."""
    entry = an_entry(index, ("broken", index), log=log) if findings else None
    return Unreadable(log.id, index, digest("leaf", index), "the subject is cut off", entry, findings)


def edge_of(size: int) -> CompactRange:
    return CompactRange(size, tuple(digest("edge", size, i) for i in range(size.bit_count())))


def verified(start: int, end: int, scope: str = SCOPE, rules: str = RULES.version) -> VerifiedRange:
    return VerifiedRange(start, end, scope, rules, edge_of(end))


def pending(start: int, end: int, scope: str = SCOPE, rules: str = RULES.version, salt: object = "") -> PendingRange:
    hashes = b"".join(digest("leaf", i, salt) for i in range(start, end))
    return PendingRange(start, scope, rules, edge_of(start), hashes)


def a_gap(start: int, end: int, **fields: object) -> Gap:
    return replace(Gap(start, end, GapReason.QUARANTINED, Message(LEGACY, (("text", "other hashes"),)), 1), **fields)  # type: ignore[arg-type]


def proof(index: int, head: TreeHead) -> InclusionProof:
    return InclusionProof(index, head, tuple(digest("path", index, i) for i in range(3)))


def an_advance(start: int, end: int, *hits: Hit, log: Log = LOG, **fields: object) -> ScanStep:
    """Build a step over `[start, end)` of a tiled log."""
    step = ScanStep(log.id, AT, verified=verified(start, end), result=BatchResult(hits, entries=end - start))
    return with_result(step, **fields)


def with_result(step: ScanStep, **fields: object) -> ScanStep:
    """Replace fields of the step or of its result."""
    own = {name: value for name, value in fields.items() if name not in BatchResult.__slots__}
    others = {name: value for name, value in fields.items() if name in BatchResult.__slots__}
    return replace(step, **own, result=replace(step.result, **others))  # type: ignore[arg-type]


def pending_advance(start: int, end: int, *hits: Hit, scope: str = SCOPE, rules: str = RULES.version) -> ScanStep:
    """Build a step over `[start, end)` of a log without tiles: read, not proven."""
    result = BatchResult(hits, entries=end - start)
    return ScanStep(LOG.id, AT, pending=pending(start, end, scope, rules), result=result)


def proving_advance(start: int, end: int, indexes: Iterable[int] = (), scope: str = SCOPE) -> ScanStep:
    """Build the step that proves the pending range from `start` to `end`."""
    proofs = tuple(proof(index, a_head(end)) for index in indexes)
    return ScanStep(LOG.id, AT, verified=verified(start, end, scope), clear_pending=start, proofs=proofs)


def later(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


# --- repositories -------------------------------------------------------------------------------------------------


def a_search(question: str = "domain:example.org", **fields: object) -> Search:
    """Build a search that began at AT; its kind is the question's kind."""
    kind = question.partition(":")[0]
    search = Search(0, "crt.sh", kind, question, "jane", "a test", "domain:example.org", RULES.version, AT)
    return replace(search, **fields)  # type: ignore[arg-type]


async def searching(index: Index, question: str = "domain:example.org", **fields: object) -> int:
    """Start a search; return its id."""
    rules = NEWER_RULES if fields.get("rules") == NEWER_RULES.version else RULES
    return await index.start_search(a_search(question, **fields), rules)


def a_repository_hit(label: object, *findings: Finding, reference: str = "", **fields: object) -> RepositoryHit:
    """Build the certificate of `a_certificate_hit` of this label; `fields` belong to the RepositoryEntry."""
    hit = a_certificate_hit(0, label, *findings)
    entry = replace(RepositoryEntry(reference or f"id {label}", hit.entry.der), **fields)  # type: ignore[arg-type]
    return RepositoryHit(entry, EntryKind.X509, hit.entry.der, hit.certificate, hit.findings)


def a_repository_precert(label: object, *findings: Finding, reference: str = "", **fields: object) -> RepositoryHit:
    """Build the precertificate of `a_hit` of this label, as it was submitted."""
    hit = a_hit(0, *findings or (email_finding(f"person{label}@example.org"),), label=label)
    submitted = b"submitted " + hit.entry.der
    entry = replace(RepositoryEntry(reference or f"id of precert {label}", submitted), **fields)  # type: ignore[arg-type]
    return RepositoryHit(entry, EntryKind.PRECERT, hit.entry.der, hit.certificate, hit.findings, submitted)


def a_coordinate(index: int, log: str = "https://log.example.org/", timestamp: int | None = None) -> Coordinate:
    return Coordinate(log, index, timestamp)


def a_disclosure(**fields: object) -> Disclosure:
    disclosure = Disclosure(0, AT, "jane", "email", "crt.sh", "a test", "search")
    return replace(disclosure, **fields)  # type: ignore[arg-type]


# --- revocation ---------------------------------------------------------------------------------------------------


def a_revocation(source: str = "CRL", **fields: object) -> Revocation:
    """Build a CA's statement about a revoked certificate."""
    revocation = Revocation(
        state=RevocationState.REVOKED,
        source=source,
        checked=later(60),
        url="http://crl.example.org/1.crl",
        revoked_at=AT,
        reason="keyCompromise",
        this_update=later(30),
        next_update=later(3600),
    )
    return replace(revocation, **fields)  # type: ignore[arg-type]


def an_issuer(label: object = "ca", subject: object = "subject", **fields: object) -> Issuer:
    der = b"certificate of " + digest(label)
    issuer = Issuer(sha256(der).digest(), der, digest(subject), digest("issuer key"), "chain")
    return dataclasses.replace(issuer, **fields)  # type: ignore[arg-type]


def a_crl(url: str = "http://crl.example.org/1.crl", der: bytes = b"a list", **fields: object) -> Crl:
    return replace(Crl(url, der, later(40), later(30), later(3600)), **fields)  # type: ignore[arg-type]


def an_authority(label: object = "ca", key_id: bytes = b"key id", **fields: object) -> Authority:
    authority = Authority(
        owner="Example Trust Services",
        name=f"Example CA {label}",
        sha256=digest("authority", label),
        key_id=key_id,
        policies=("https://ca.example.org/cp of 2031.pdf", "https://ca.example.org/cps.pdf"),
        contact="problems@ca.example.org",
        status="",
    )
    return replace(authority, **fields)  # type: ignore[arg-type]
