"""Between the nouns and the columns: times, numbers, text, lists of hashes, compressed bytes. Pure, no SQL."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple, TypeVar

from ctscan.errors import IndexFault
from ctscan.model import (
    Certificate,
    ChainHit,
    Confidence,
    Entry,
    EntryKind,
    FinalHead,
    Finding,
    Hit,
    IdentifierKind,
    ListedState,
    Log,
    LogProtocol,
    LookupKey,
    Message,
    Name,
    Qualifier,
    RepositoryHit,
    RuleSet,
    RuleVersion,
    Sensitivity,
    SubjectKind,
    TreeHead,
    Unreadable,
    decoded_message,
)

T = TypeVar("T")

Render = Callable[[Name], str]
"""Makes the text of an issuer or a subject."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LARGEST_DER = 1 << 24  # a certificate in a leaf has a length of 24 bits (RFC 6962 section 3.4)


# --- values -------------------------------------------------------------------------------------------------------


def time_text(at: datetime) -> str:
    """RFC 3339 with microseconds in UTC: sorts as the times do. ValueError for a time without zone."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone can't be stored")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def optional_time_text(at: datetime | None) -> str | None:
    return None if at is None else time_text(at)


def time_of(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def seconds(at: datetime | None) -> int | None:
    """Whole seconds since 1970, which is as exactly as certificates tell time. ValueError for a time without zone."""
    if at is None:
        return None
    if at.tzinfo is None:
        raise ValueError("a time without a zone can't be stored")
    return int(at.timestamp() // 1)


def time_at(seconds: int | None) -> datetime | None:
    """ValueError for what is no time within the years 1 to 9999."""
    try:
        return None if seconds is None else _EPOCH + timedelta(seconds=seconds)
    except OverflowError as error:
        raise ValueError("a number of seconds that is no time") from error


def signed64(number: int) -> int:
    """The 64 bits of a log timestamp as SQLite holds them: a log may claim any uint64."""
    return number - (1 << 64) if number >= 1 << 63 else number


def unsigned64(number: int) -> int:
    return number + (1 << 64) if number < 0 else number


def uint64(number: int | None) -> int | None:
    """`signed64` of a number that somebody claims; None when it has no such form and so is no time."""
    return signed64(number) if number is not None and 0 <= number < 1 << 64 else None


def optional_unsigned64(number: int | None) -> int | None:
    return None if number is None else unsigned64(number)


def clean(text: str) -> str:
    """The text, with U+FFFD for a lone surrogate, which has no UTF-8 form."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def placeholders(values: Sequence[Any]) -> str:
    """Question marks for so many values."""
    return ", ".join("?" * len(values))


def portions(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """All of them, `size` at a time: a statement takes only so many."""
    return (values[at : at + size] for at in range(0, len(values), size))


QUICK, SMALL = 0, 2
"""Levels of packing, of isal."""


def pack(data: bytes, like: bytes = b"", level: int = SMALL) -> bytes:
    """In the format of zlib (RFC 1950). What is nearly `like` something else, which has to be at hand to unpack it,
    takes a third of the room. QUICK is for certificates: they are short and many, and packing them well would take as
    long as all else that is done with them here."""
    from isal import isal_zlib  # not at the top: who only reads an index packs nothing

    if not like:
        return bytes(isal_zlib.compress(data, level))
    deflater = isal_zlib.compressobj(level, zdict=like)
    return bytes(deflater.compress(data) + deflater.flush())


def unpack(data: bytes, largest: int = _LARGEST_DER, like: bytes = b"") -> bytes:
    """The bytes that `pack` was given. IndexFault when they are damaged or larger than `largest`: than any leaf."""
    inflater = zlib.decompressobj(zdict=like) if like else zlib.decompressobj()
    try:
        plain = inflater.decompress(data, largest)
    except zlib.error as error:
        raise IndexFault("stored bytes can't be unpacked; the index is damaged, restore it from a copy") from error
    if not inflater.eof:
        raise IndexFault("stored bytes are cut off or too large; the index is damaged, restore it from a copy")
    return plain


# --- nouns --------------------------------------------------------------------------------------------------------

LOG_COLUMNS = (
    "log_id, key, name, operator, protocol, state, url, monitoring_url, origin, mmd, "
    "final_size, final_root, final_timestamp"
)


def log_row(log: Log) -> tuple[Any, ...]:
    final = log.final_head
    return (
        log.id,
        log.key,
        clean(log.name),
        clean(log.operator),
        str(log.protocol),
        clean(log.state),
        clean(log.url),
        clean(log.monitoring_url),
        clean(log.origin),
        log.mmd,
        final and final.size,
        final and final.root,
        final and final.timestamp,
    )


def log_of(row: tuple[Any, ...]) -> Log:
    log_id, key, name, operator, protocol, state, url, monitoring_url, origin, mmd, size, root, timestamp = row
    return Log(
        id=log_id,
        key=key,
        name=name,
        operator=operator,
        protocol=LogProtocol(protocol),
        state=ListedState(state),
        url=url,
        monitoring_url=monitoring_url,
        origin=origin,
        final_head=None if size is None else FinalHead(size, root, timestamp),
        mmd=mmd,
    )


HEAD_COLUMNS = "size, root, timestamp, signature, raw"


def head_row(head: TreeHead) -> tuple[Any, ...]:
    return head.size, head.root, signed64(head.timestamp), head.signature, head.raw


def head_of(log_id: bytes, row: tuple[Any, ...]) -> TreeHead:
    size, root, timestamp, signature, raw = row
    return TreeHead(log_id, size, root, unsigned64(timestamp), signature, raw)


def rules_json(rules: RuleSet) -> str:
    return json.dumps([[rule.id, rule.version, list(rule.kinds)] for rule in rules.rules])


def rules_of(version: str, text: str) -> RuleSet:
    return RuleSet(
        version,
        tuple(RuleVersion(id, number, tuple(map(IdentifierKind, kinds))) for id, number, kinds in json.loads(text)),
    )


FINDING_KIND_COLUMNS = (
    "rule, category, categories, place, oid, subject_kind, confidence, why, person, sensitivity, marks, tag"
)


class StoredFinding(NamedTuple):
    """A finding ready to be written; there are many, and this is the cheapest kind of value."""

    finding_kind: tuple[Any, ...]  # FINDING_KIND_COLUMNS: what it has in common with many others
    keys: tuple[tuple[str, str], ...]  # (kind, key)
    value: str
    canonical: str | None  # None: the value
    raw: bytes | None
    repaired: str | None


def stored_finding(finding: Finding) -> StoredFinding:
    """What is usual is null, which takes no room: there are many findings."""
    return StoredFinding(
        finding_kind=_finding_kind_row(finding),
        keys=tuple([(str(key.kind), clean(key.key)) for key in finding.keys]),
        value=clean(finding.value),
        canonical=None if finding.canonical == finding.value else clean(finding.canonical),
        raw=finding.raw or None,
        repaired=None if finding.repaired is None else clean(finding.repaired),
    )


def _finding_kind_row(finding: Finding) -> tuple[Any, ...]:
    """Not cleaned: that is done with what is new of it."""
    return (
        finding.rule,
        finding.category,
        " ".join(finding.categories),
        finding.path,
        finding.oid,
        str(finding.subject_kind),
        str(finding.confidence),
        finding.why.encoded,
        finding.person,
        str(finding.sensitivity),
        " ".join(finding.qualifiers),
        finding.tag,
    )


FindingKind = tuple[
    str, str, tuple[str, ...], str, str, SubjectKind, Confidence, Message, str, Sensitivity, tuple[Qualifier, ...], int
]
"""A row of FINDING_KIND_COLUMNS as a finding has it."""


def finding_kind_of(row: Sequence[Any]) -> FindingKind:
    rule, category, categories, place, oid, kind, confidence, why, person, sensitivity, marks, tag = row
    listed = tuple(categories.split()), tuple(Qualifier(mark) for mark in marks.split())
    sure = SubjectKind(kind), Confidence(confidence), decoded_message(why), person, Sensitivity(sensitivity)
    return rule, category, listed[0], place, oid, *sure, listed[1], tag


def finding_of(finding_kind: FindingKind, keys: tuple[LookupKey, ...], own: Sequence[Any]) -> Finding:
    """`own`: value, canonical, raw, repaired."""
    rule, category, categories, place, oid, kind, confidence, why, person, sensitivity, marks, tag = finding_kind
    value, canonical, raw, repaired = own
    return Finding(
        rule,
        category,
        categories,
        value,
        value if canonical is None else canonical,
        place,
        oid,
        kind,
        confidence,
        why,
        keys,
        person,
        sensitivity,
        marks,
        tag,
        raw or b"",
        repaired,
    )


# --- what an entry becomes ----------------------------------------------------------------------------------------


class CertificateRow(NamedTuple):
    """An entry that is kept, ready to be written: everything that costs time is done before the transaction."""

    entry: Entry
    identity: bytes
    sha256: bytes | None
    serial: str
    issuer_hash: bytes
    issuer: str
    subject: str
    not_before: int | None  # seconds since 1970
    not_after: int | None
    is_ca: bool
    authority_key_id: bytes | None
    problem: str | None
    leaf_sha256: bytes
    leaf_der: bytes  # packed
    submitted_der: bytes  # packed like the leaf; b"" when none was submitted
    findings: tuple[StoredFinding, ...]


def row_of_hit(hit: Hit, render: Render) -> CertificateRow:
    certificate: Certificate = hit.certificate
    return CertificateRow(
        entry=hit.entry,
        identity=certificate.identity,
        sha256=certificate.sha256,
        serial=certificate.serial_hex,
        issuer_hash=sha256(certificate.issuer.raw).digest(),
        issuer=clean(render(certificate.issuer)),
        subject=clean(render(certificate.subject)),
        not_before=seconds(certificate.not_before),
        not_after=seconds(certificate.not_after),
        is_ca=certificate.is_ca,
        authority_key_id=certificate.authority_key_id or None,
        problem=None,
        leaf_sha256=sha256(hit.entry.der).digest(),
        leaf_der=pack(hit.entry.der, level=QUICK),
        submitted_der=pack(hit.submitted, hit.entry.der, QUICK) if hit.submitted else b"",
        findings=tuple(map(stored_finding, hit.findings)),
    )


def row_of_unreadable(unreadable: Unreadable, entry: Entry) -> CertificateRow:
    """An unreadable entry in scope. Its identity is the SHA-256 of its bytes, so that one certificate in several
    logs is one here as well; it has neither names nor serial."""
    fingerprint = sha256(entry.der).digest()
    return CertificateRow(
        entry=entry,
        identity=fingerprint,
        sha256=fingerprint if entry.kind is EntryKind.X509 else None,
        serial="",
        issuer_hash=b"",
        issuer="",
        subject="",
        not_before=None,
        not_after=None,
        is_ca=False,
        authority_key_id=None,
        problem=clean(unreadable.reason),
        leaf_sha256=fingerprint,
        leaf_der=pack(entry.der),
        submitted_der=b"",
        findings=tuple(map(stored_finding, unreadable.findings)),
    )


def row_of_chain_hit(hit: ChainHit, render: Render) -> CertificateRow:
    """A certificate of a chain as an entry of its own would be kept, so that it is one certificate with one leaf here
    when it is logged itself as well."""
    entry = Entry(hit.log_id, hit.index, hit.timestamp, EntryKind.X509, hit.der, b"", b"")
    if hit.certificate is None:
        return row_of_unreadable(Unreadable(hit.log_id, hit.index, b"", hit.reason, entry, hit.findings), entry)
    return row_of_hit(Hit(entry, hit.certificate, hit.findings), render)


def row_of_repository_hit(hit: RepositoryHit, render: Render) -> CertificateRow:
    """A certificate of a repository as an entry of a log would be kept, so that it is one certificate with one leaf
    here when a log holds it as well. Only a certificate itself has a fingerprint, a precertificate has none."""
    entry = Entry(b"", 0, 0, hit.kind, hit.leaf, b"", b"")
    if hit.certificate is None:
        row = row_of_unreadable(Unreadable(b"", 0, b"", hit.reason, entry, hit.findings), entry)
    else:
        row = row_of_hit(Hit(entry, hit.certificate, hit.findings, hit.submitted), render)
    return row._replace(sha256=row.leaf_sha256 if hit.kind is EntryKind.X509 else None)
