"""Exchange of tree heads between installations, to see whether a log showed both the same tree. Pure.

    export:   {"format": "ctscan heads 1", "logs": [{"log_id": base64, "name": text, "heads": [base64, …]}, …]}
    compare:  a foreign head counts only where the key of a log that is known here signed it
              contradicts a head of ours by the rule of scans (`contradiction`) -> both heads are evidence:
                  same size, other root: a split view; smaller size, later time: the tree shrank
              same size, same root -> agrees; other size -> not comparable without a consistency proof of the log

A head is exported verbatim: the JSON of get-sth (RFC 6962 section 4.3) or a checkpoint. The file is hostile: sizes and
numbers are bounded, and nothing in it is believed before its signature verifies.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import accumulate
from typing import Final

from msgspec import Struct

from ctscan.ct.freshness import ahead_of
from ctscan.ct.misbehaviour import contradiction, signed_head
from ctscan.ct.strict_json import base64_bytes, hash_in, json_object, kind_of, list_in, text_in
from ctscan.errors import FormatError, Misbehaviour, ProofError
from ctscan.model import Log, TreeHead
from ctscan.model.comparison import ComparedHead, HeadVerdict

FILE_FORMAT: Final = "ctscan heads 1"
FILE_LIMIT: Final = 64 << 20  # bytes
_LOG_LIMIT: Final = 10_000
_HEAD_LIMIT: Final = 100_000  # of all logs
_RAW_LIMIT: Final = 64 * 1024  # bytes of a head: those of a note
_NAME_LIMIT: Final = 200
_CONTEXT: Final = "exported heads"


class ForeignHeads(Struct, frozen=True):
    """Heads of one log as another installation exported them; nothing is verified yet."""

    log_id: bytes
    name: str
    raws: tuple[bytes, ...]


def parse_heads(raw: bytes) -> tuple[ForeignHeads, ...]:
    """Parse an export of heads.

    Raises:
        FormatError: it has another form, is too large, or names a log twice.
    """
    document = json_object(raw, _CONTEXT, FILE_LIMIT)
    if text_in(document, "format", _CONTEXT) != FILE_FORMAT:
        raise FormatError(f"{_CONTEXT}: format: expected '{FILE_FORMAT}', got another text")
    listed = list_in(document, "logs", _CONTEXT)
    if len(listed) > _LOG_LIMIT:
        raise FormatError(f"{_CONTEXT}: expected at most {_LOG_LIMIT} logs, got {len(listed)}")
    logs = tuple(_parse_log(entry, f"{_CONTEXT}: logs[{number}]") for number, entry in enumerate(listed))
    if len({log.log_id for log in logs}) != len(logs):
        raise FormatError(f"{_CONTEXT}: a log is named twice")
    total = sum(len(log.raws) for log in logs)
    if total > _HEAD_LIMIT:
        raise FormatError(f"{_CONTEXT}: expected at most {_HEAD_LIMIT} heads, got {total}")
    return logs


def _parse_log(entry: object, context: str) -> ForeignHeads:
    if not isinstance(entry, dict):
        raise FormatError(f"{context}: expected an object, got {kind_of(entry)}")
    name = text_in(entry, "name", context)
    if len(name) > _NAME_LIMIT or not name.isprintable():
        raise FormatError(f"{context}: name: expected up to {_NAME_LIMIT} printable characters")
    raws = []
    for head in list_in(entry, "heads", context):
        if not isinstance(head, str):
            raise FormatError(f"{context}: heads: expected strings, got {kind_of(head)}")
        raws.append(base64_bytes(head, f"{context}: heads"))
    if any(len(one) > _RAW_LIMIT for one in raws):
        raise FormatError(f"{context}: heads: expected at most {_RAW_LIMIT} bytes each, got more")
    return ForeignHeads(hash_in(entry, "log_id", context), name, tuple(raws))


def compare(log: Log, ours: Iterable[TreeHead], raws: Sequence[bytes], now: datetime) -> list[ComparedHead]:
    """Compare the heads of one log, in the order of the export.

    Args:
        log: the log, as the index knows it.
        ours: heads that this installation was shown, verified.
        raws: heads of the other installation, not verified yet.
        now: the time of a head after it accuses nobody, as in a scan: its signer or this machine has a wrong clock.
    """
    own = _OwnHeads(ours, now)
    return [_compared(log, own, raw, now) for raw in raws]


class _OwnHeads:
    """Heads of ours, by size. Of smaller heads the latest, and of larger heads the earliest, contradict a head of
    another installation if any does: an export of 100,000 heads is compared in their order."""

    def __init__(self, heads: Iterable[TreeHead], now: datetime) -> None:
        found = list(heads)
        self.by_size = {head.size: head for head in found}
        dated = sorted(
            (head for head in found if head.signature and not ahead_of(head, now)), key=lambda head: head.size
        )
        self._sizes = [head.size for head in dated]
        self._latest = list(accumulate(dated, _later))
        self._earliest = list(accumulate(reversed(dated), _earlier))[::-1]

    def opposite(self, head: TreeHead) -> Iterator[TreeHead]:
        """Yield the latest smaller head and the earliest larger head."""
        smaller, larger = bisect_left(self._sizes, head.size), bisect_right(self._sizes, head.size)
        if smaller:
            yield self._latest[smaller - 1]
        yield from self._earliest[larger : larger + 1]


def _later(one: TreeHead, other: TreeHead) -> TreeHead:
    return one if one.timestamp >= other.timestamp else other


def _earlier(one: TreeHead, other: TreeHead) -> TreeHead:
    return one if one.timestamp <= other.timestamp else other


def _compared(log: Log, ours: _OwnHeads, raw: bytes, now: datetime) -> ComparedHead:
    try:
        head = signed_head(log.key, raw)
    except ProofError as error:
        return ComparedHead(HeadVerdict.NOT_SIGNED, detail=str(error))
    same = ours.by_size.get(head.size)
    is_dated = not ahead_of(head, now)
    for own in (same, *(ours.opposite(head) if is_dated else ())):
        found = contradiction(log.name, own, head)
        if found is not None:
            evidence = found.evidence if isinstance(found, Misbehaviour) else None
            return ComparedHead(HeadVerdict.CONTRADICTS, head, own, str(found), evidence)
    return ComparedHead(HeadVerdict.NOT_COMPARABLE if same is None else HeadVerdict.AGREES, head, same)
