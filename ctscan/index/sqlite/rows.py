"""Conversion between the model and columns: times, numbers, text, packed bytes. Pure, no SQL."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence, Sized
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from ctscan.errors import IndexFault
from ctscan.model import (
    Confidence,
    FinalHead,
    Finding,
    IdentifierKind,
    ListedState,
    Log,
    LogProtocol,
    Message,
    Qualifier,
    RuleSet,
    RuleVersion,
    Sensitivity,
    SubjectKind,
    TreeHead,
    decoded_message,
)

if TYPE_CHECKING:
    from ctscan.model import LookupKey
    from ctscan.model.message import Param

T = TypeVar("T")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_WORDS = {kind: str(kind) for kind in IdentifierKind}  # one object for each: equal texts are then compared at once
_LARGEST_DER = 1 << 24  # a certificate in a leaf has a length of 24 bits (RFC 6962 section 3.4)


# --- values -------------------------------------------------------------------------------------------------------


def time_text(at: datetime) -> str:
    """Format a time as RFC 3339 with microseconds in UTC, which sorts as the times do. ValueError for a time without
    zone."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone can't be stored")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def optional_time_text(at: datetime | None) -> str | None:
    """Format a time, or None."""
    return None if at is None else time_text(at)


def time_of(text: str | None) -> datetime | None:
    """Parse a time, or None."""
    return None if text is None else datetime.fromisoformat(text)


def seconds(at: datetime | None) -> int | None:
    """Return whole seconds since 1970, the precision of certificates. ValueError for a time without zone."""
    if at is None:
        return None
    if at.tzinfo is None:
        raise ValueError("a time without a zone can't be stored")
    return (at - _EPOCH) // _SECOND


def time_at(seconds: int | None) -> datetime | None:
    """Return the time of seconds since 1970. ValueError outside the years 1 to 9999."""
    try:
        return None if seconds is None else _EPOCH + timedelta(seconds=seconds)
    except OverflowError as error:
        raise ValueError("a number of seconds that is no time") from error


def signed64(number: int) -> int:
    """Return the 64 bits of a log timestamp as SQLite holds them: a log may claim any uint64."""
    return number - (1 << 64) if number >= 1 << 63 else number


def unsigned64(number: int) -> int:
    """Reverse `signed64`."""
    return number + (1 << 64) if number < 0 else number


def uint64(number: int | None) -> int | None:
    """Return `signed64` of a claimed number; None for a number that is no uint64."""
    return signed64(number) if number is not None and 0 <= number < 1 << 64 else None


def optional_unsigned64(number: int | None) -> int | None:
    """Reverse `signed64`, or None."""
    return None if number is None else unsigned64(number)


def clean(text: str) -> str:
    """Replace lone surrogates, which have no UTF-8 form, by U+FFFD."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return _without_surrogates(text)
    return text


def _without_surrogates(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def placeholders(values: Sized) -> str:
    """Return as many question marks as values."""
    return ", ".join("?" * len(values))


def within(sql: str, values: Sequence[T]) -> tuple[str, tuple[T, ...]]:
    """Return a statement with a list of question marks in the place of `{}`, and its parameters. The last value is
    repeated up to a power of two, so that lists of every length share a few statements, which SQLite has parsed."""
    padded = 1 << (len(values) - 1).bit_length() if values else 0
    again = () if padded == len(values) else (values[-1],) * (padded - len(values))
    return _with_marks(sql, padded), (*values, *again)


@lru_cache(maxsize=512)  # the statements are long, and the driver finds those that it knows by their hash
def _with_marks(sql: str, number: int) -> str:
    return sql.format(", ".join("?" * number))


def portions(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Split values into portions of `size`: a statement takes only so many."""
    return (values[at : at + size] for at in range(0, len(values), size))


QUICK, SMALL = 0, 2
"""Levels of compression, of isal."""


def pack(data: bytes, like: bytes = b"", level: int = SMALL) -> bytes:
    """Compress in zlib format (RFC 1950).

    Args:
        data: the bytes.
        like: similar bytes, needed again to unpack; they save two thirds of the room.
        level: SMALL, or QUICK for certificates: they are short and many, and packing them well would take as long as
            everything else done with them here.
    """
    isal_zlib = _isal_zlib()
    if not like:
        return bytes(isal_zlib.compress(data, level))
    deflater = isal_zlib.compressobj(level, zdict=like)
    return bytes(deflater.compress(data) + deflater.flush())


@cache
def _isal_zlib() -> Any:
    """Import the packer once: not at the top, as a look-up packs nothing, and not for each certificate."""
    from isal import isal_zlib

    return isal_zlib


def unpack(data: bytes, largest: int = _LARGEST_DER, like: bytes = b"") -> bytes:
    """Reverse `pack`. IndexFault for damaged bytes, and for more than `largest`: than any leaf."""
    inflater = zlib.decompressobj(zdict=like) if like else zlib.decompressobj()
    try:
        plain = inflater.decompress(data, largest)
    except zlib.error as error:
        raise IndexFault(
            "stored bytes can't be unpacked: the index is damaged; `ctscan reindex` repairs what it can"
        ) from error
    if not inflater.eof:
        raise IndexFault(
            "stored bytes are cut off or too large: the index is damaged; `ctscan reindex` repairs what it can"
        )
    return plain


# --- nouns --------------------------------------------------------------------------------------------------------

LOG_COLUMNS = (
    "log_id, key, name, operator, protocol, state, url, monitoring_url, origin, mmd, "
    "final_size, final_root, final_timestamp"
)


def log_row(log: Log) -> tuple[Any, ...]:
    """Return the values of LOG_COLUMNS."""
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
    """Build a log from LOG_COLUMNS."""
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
    """Return the values of HEAD_COLUMNS."""
    return head.size, head.root, signed64(head.timestamp), head.signature, head.raw


def head_of(log_id: bytes, row: tuple[Any, ...]) -> TreeHead:
    """Build a tree head from HEAD_COLUMNS."""
    size, root, timestamp, signature, raw = row
    return TreeHead(log_id, size, root, unsigned64(timestamp), signature, raw)


def rules_json(rules: RuleSet) -> str:
    """Format the rules of a rule set as JSON."""
    return json.dumps([[rule.id, rule.version, list(rule.kinds)] for rule in rules.rules])


@lru_cache(maxsize=64)  # every look-up asks for all of them
def rules_of(version: str, text: str) -> RuleSet:
    """Parse a rule set."""
    return RuleSet(
        version,
        tuple(RuleVersion(id, number, tuple(map(IdentifierKind, kinds))) for id, number, kinds in json.loads(text)),
    )


FINDING_KIND_COLUMNS = (
    "rule, category, categories, place, oid, subject_kind, confidence, why, person, sensitivity, marks, tag"
)


class StoredKind:
    """Kind of findings ready to be written: the values of FINDING_KIND_COLUMNS, and their check. Findings of one kind
    share the object, which is compared by identity: comparing twelve values for each finding takes long."""

    __slots__ = ("check", "columns")

    def __init__(self, columns: tuple[Any, ...]) -> None:
        self.columns = columns
        self.check = check_of_kind(columns)


class StoredFinding(NamedTuple):
    """Finding ready to be written. A NamedTuple, the cheapest kind of value: there are many."""

    finding_kind: StoredKind
    keys: tuple[tuple[str, str], ...]  # (kind, key), each once
    value: str
    canonical: str | None  # None: the value
    raw: bytes | None
    repaired: str | None


def stored_finding(finding: Finding) -> StoredFinding:
    """Convert a finding. Usual values become null, which takes no room."""
    return StoredFinding(
        _stored_kind(
            finding.rule,
            finding.category,
            finding.categories,
            finding.path,
            finding.oid,
            finding.subject_kind,
            finding.confidence,
            finding.why.code,
            finding.why.params,
            finding.person,
            finding.sensitivity,
            finding.qualifiers,
            finding.tag,
        ),
        _stored_keys(finding.keys) if finding.keys else (),
        clean(finding.value),
        None if finding.canonical == finding.value else clean(finding.canonical),
        finding.raw or None,
        None if finding.repaired is None else clean(finding.repaired),
    )


def _stored_keys(keys: Sequence[LookupKey]) -> tuple[tuple[str, str], ...]:
    """Convert look-up keys, each once."""
    found = [(_WORDS[key.kind], text if (text := key.key).isascii() else clean(text)) for key in keys]
    return tuple(found) if len(found) < 2 else tuple(dict.fromkeys(found))


@lru_cache(maxsize=4096)  # many findings have a kind in common
def _stored_kind(
    rule: str, category: str, categories: tuple[str, ...], path: str, oid: str, subject_kind: SubjectKind,
    confidence: Confidence, code: str, params: tuple[Param, ...], person: str, sensitivity: Sensitivity,
    qualifiers: tuple[Qualifier, ...], tag: int,
) -> StoredKind:  # fmt: skip
    words = (
        rule,
        category,
        " ".join(categories),
        path,
        oid,
        str(subject_kind),
        str(confidence),
        Message(code, params).encoded,
        person,
        str(sensitivity),
        " ".join(qualifiers),
    )
    return StoredKind((*map(clean, words), tag))


def findings_check(findings: Iterable[StoredFinding]) -> int:
    """Return the check of the findings of a certificate, in their order, as they are written."""
    parts = [  # of `check_of_findings`, without a tuple for each
        f"{kind.check}\0{' '.join(chain.from_iterable(keys))}\0{value}\0{canonical}\0{raw!r}\0{repaired}"
        for kind, keys, value, canonical, raw, repaired in findings
    ]
    return zlib.crc32("\0".join(parts).encode("utf-8", "surrogatepass"))


def check_of_findings(findings: Iterable[tuple[Any, ...]]) -> int:
    """Return the CRC-32 of findings: of `(check of the kind, keys, value, canonical, raw, repaired)`. It covers what is
    told, and therefore every row that it is read from."""
    parts = [
        f"{kind}\0{' '.join(chain.from_iterable(keys))}\0{value}\0{canonical}\0{raw}\0{repaired}"
        for kind, keys, value, canonical, raw, repaired in findings
    ]
    return zlib.crc32("\0".join(parts).encode("utf-8", "surrogatepass"))


@lru_cache(maxsize=4096)  # many findings have a kind in common
def check_of_kind(kind: tuple[Any, ...]) -> int:
    """Return the CRC-32 of the values of FINDING_KIND_COLUMNS."""
    return zlib.crc32("\0".join(map(str, kind)).encode("utf-8", "surrogatepass"))


FindingKind = tuple[
    str, str, tuple[str, ...], str, str, SubjectKind, Confidence, Message, str, Sensitivity, tuple[Qualifier, ...], int
]
"""FINDING_KIND_COLUMNS as values of the model."""


def finding_kind_of(row: Sequence[Any]) -> FindingKind:
    """Parse FINDING_KIND_COLUMNS."""
    rule, category, categories, place, oid, kind, confidence, why, person, sensitivity, marks, tag = row
    listed = tuple(categories.split()), tuple(Qualifier(mark) for mark in marks.split())
    sure = SubjectKind(kind), Confidence(confidence), decoded_message(why), person, Sensitivity(sensitivity)
    return rule, category, listed[0], place, oid, *sure, listed[1], tag


def finding_of(finding_kind: FindingKind, keys: tuple[LookupKey, ...], own: Sequence[Any]) -> Finding:
    """Build a finding from its kind, its keys, and `own`: value, canonical, raw, repaired."""
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
