"""RFC 6962 logs: get-sth, get-entries, get-sth-consistency, get-entry-and-proof, get-proof-by-hash (section 4).

Ranges are half-open here and everywhere in ctscan; `end` in a get-entries URL is inclusive.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from copy import copy
from functools import partial
from typing import TYPE_CHECKING, Final, Literal, TypeVar
from urllib.parse import quote

from ctscan.ct.api import parse_consistency, parse_entry_and_proof, parse_proof_by_hash, parse_sth
from ctscan.ct.wire import cut_get_entries
from ctscan.errors import BadAnswer, CutError, FormatError, Missing, SourceError, Throttled, WrongCount
from ctscan.http.rate_limit import ConcurrencyWindow
from ctscan.model import LogProtocol
from ctscan.sources.logs.batch_size import BatchSize

if TYPE_CHECKING:
    from ctscan.http.client import Client
    from ctscan.model import Batch, Log, Span, TreeHead
    from ctscan.sources import ProofSource
    from ctscan.sources.logs.tuning import Tuning

_PROOF_LIMIT = 64 * 1024
_ENTRY_LIMIT = 8 * 1024 * 1024  # bytes of JSON with one entry
_PER_ENTRY = 64 * 1024  # average bytes of each further entry
_ENTRIES_LIMIT = 48 * 1024 * 1024
_REFUSALS = frozenset({400, 403, 404, 405, 501})  # statuses of logs without get-entry-and-proof
PROTOCOL: Final = LogProtocol.RFC6962
T = TypeVar("T")


def open_source(log: Log, client: Client, tuning: Tuning) -> ProofSource:
    """Open an RFC 6962 log, without a request."""
    return Rfc6962Source(log, client, tuning)


class _Miscount(FormatError):
    """An answer to get-entries with no entries, or with more than were asked for."""


class Rfc6962Source:
    """`ProofSource` over the RFC 6962 API of a log. `window` is informed about each request for entries."""

    def __init__(self, log: Log, client: Client, tuning: Tuning, window: ConcurrencyWindow | None = None) -> None:
        self.log = log
        self.batch_size = BatchSize(tuning.batch)
        self.window = window or ConcurrencyWindow(tuning.concurrency)
        self.proofs: Literal["on request"] = "on request"
        self._client, self._keep_alive = client, tuning.keep_alive
        self._has_entry_and_proof = True
        self._is_impatient = False
        client.pace(log.operator, tuning.rate)

    def impatient(self) -> Rfc6962Source:
        """Return this source with a single try for each request; both learn the same batch size."""
        source = copy(self)
        source._client, source._is_impatient = self._client.impatient(), True
        return source

    @property
    def batch_limit(self) -> int | None:
        """Most entries that the log is known to give, where fewer than configured."""
        return self.batch_size.known

    def limit_batch(self, entries: int) -> None:
        """Ask for at most so many entries."""
        self.batch_size.shrink(entries)

    async def head(self) -> TreeHead:
        """Fetch the tree head by get-sth, without verifying it. Raises BadAnswer when the log keeps sending no tree
        head."""
        return await self._read("get-sth", _PROOF_LIMIT, lambda raw: parse_sth(raw, self.log.id))

    def next_range(self, start: int, end: int) -> Span:
        """Return the range from `start` to the next multiple of the batch size, or to `end`: caches in front of a log
        answer aligned requests."""
        size = self.batch_size.size
        return start, min(end, (start // size + 1) * size)

    async def entries(self, start: int, end: int, size: int) -> Batch:
        """Fetch entries by get-entries; the log may send fewer than asked.

        A request for more entries than the log was known to give is tried once; where it fails, fewer are asked for.

        Raises:
            WrongCount: the log keeps sending none or too many
            BadAnswer: the answers are no JSON
            CutError: the entries can't be cut
        """
        if not 0 <= start < end <= size:
            raise ValueError(f"entries {start} to {end} of a tree of {size}")
        most = self.batch_size.known
        if self._is_impatient or most is None or end - start <= most:
            return await self._entries(start, end)
        try:
            return await self.impatient()._entries(start, end)
        except (WrongCount, Throttled):
            raise
        except SourceError:
            self.batch_size.shrink(most)
        return await self._entries(start, start + most)

    async def _entries(self, start: int, end: int) -> Batch:
        asked = end - start
        limit = min(_ENTRIES_LIMIT, _ENTRY_LIMIT + asked * _PER_ENTRY)
        try:
            cut = await self._read(
                f"get-entries?start={start}&end={end - 1}", limit, partial(_cut, self.log.id, start, asked), self.window
            )
        except BadAnswer as error:
            if isinstance(error.__cause__, _Miscount):
                raise WrongCount(str(error)) from error
            raise
        if isinstance(cut, CutError):
            raise cut
        self.batch_size.observe(asked, len(cut.leaves))
        return cut

    async def consistency(self, first: int, second: int) -> tuple[bytes, ...]:
        """Fetch a consistency proof by get-sth-consistency. `first` is above 0: logs refuse 0, which needs no proof."""
        if not 0 < first < second:
            raise ValueError(f"consistency of {first} and {second}: expected 0 < first < second")
        return await self._read(f"get-sth-consistency?first={first}&second={second}", _PROOF_LIMIT, parse_consistency)

    async def entry_and_proof(self, index: int, size: int) -> tuple[bytes, tuple[bytes, ...]]:
        """Fetch `(leaf_input, audit path)` by get-entry-and-proof. Where the log refuses that or it is broken, use
        get-entries and get-proof-by-hash, and keep using them."""
        if not 0 <= index < size:
            raise ValueError(f"entry {index} of a tree of {size}")
        if not self._has_entry_and_proof:
            return await self._entry_then_proof(index, size)
        with suppress(SourceError):  # broken; the other way shows whether the log gives this entry
            response = await self._client.get(
                self._url(f"get-entry-and-proof?leaf_index={index}&tree_size={size}"),
                operator=self.log.operator,
                limit=_ENTRY_LIMIT,
                keep_alive=self._keep_alive,
                statuses=_REFUSALS,
                validate=parse_entry_and_proof,
            )
            if response.parsed is not None:
                leaf_input, path = response.parsed
                return leaf_input, path
        answer = await self._entry_then_proof(index, size)
        self._has_entry_and_proof = False
        return answer

    async def _entry_then_proof(self, index: int, size: int) -> tuple[bytes, tuple[bytes, ...]]:
        batch = await self.entries(index, index + 1, size)
        begin, end = batch.leaves[0]
        leaf = b"\0\0" + batch.data[begin:end]
        leaf_hash = b64encode(hashlib.sha256(b"\0" + leaf).digest()).decode()
        found, path = await self._read(
            f"get-proof-by-hash?hash={quote(leaf_hash, safe='')}&tree_size={size}", _PROOF_LIMIT, parse_proof_by_hash
        )
        if found != index:  # the same leaf is in two places of the tree, or the log is wrong
            raise BadAnswer(f"{self._url('get-proof-by-hash')}: asked for entry {index}, got a proof for {found}")
        return leaf, path

    def avoid_tile(self, start: int) -> None:
        """Do nothing: this log has no data tiles."""

    async def issuer(self, fingerprint: bytes) -> bytes:
        """Raise Missing: these logs send whole chains with their entries, and nothing by fingerprint."""
        raise Missing(f"{self.log.name}: serves no issuers by fingerprint")

    async def aclose(self) -> None:
        """Do nothing: connections belong to the client."""

    def _url(self, call: str) -> str:
        return f"{self.log.url}ct/v1/{call}"

    async def _read(
        self, call: str, limit: int, parse: Callable[[bytes], T], window: ConcurrencyWindow | None = None
    ) -> T:
        return await self._client.read(
            self._url(call),
            parse,
            operator=self.log.operator,
            limit=limit,
            accept="application/json",
            keep_alive=self._keep_alive,
            window=window,
        )


def _cut(log_id: bytes, start: int, asked: int, raw: bytes) -> Batch | CutError:
    """Cut an answer into a batch, or return the CutError of an answer with the right number of entries: repeating the
    request at once won't change it.

    Raises FormatError for answers that a hiccup explains: no JSON; no entries or too many.
    """
    try:
        return cut_get_entries(raw, log_id, start, asked)
    except CutError as error:
        try:
            found = json.loads(raw)["entries"]
        except (ValueError, RecursionError, KeyError, TypeError):
            raise FormatError("expected JSON of get-entries, got something else") from None
        if not isinstance(found, list) or not 0 < len(found) <= asked:
            raise _Miscount(str(error)) from None
        return error
