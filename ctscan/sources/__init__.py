"""Sources of certificates: logs, repositories and files. The interfaces are here; each protocol has a file of its own.

A source fetches bytes and cuts them (`ct.wire`); it trusts nothing and verifies nothing. `scan` verifies logs. Data
from a repository (`repositories/`) or a file (`files/`) can't be verified: a log has to confirm it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from ctscan.http.rate_limit import ConcurrencyWindow
    from ctscan.model import Batch, Incompleteness, Log, Question, Repository, RepositoryEntry, Span, TreeHead


class LogSource(Protocol):
    """Reader of one log. All methods raise `SourceError` when the log can't be reached (after retries), `Missing` on
    404/410, `BadAnswer` when it persists in answers that no correct server gives."""

    log: Log
    window: ConcurrencyWindow  # how many requests for entries may be under way

    async def head(self) -> TreeHead:
        """Fetch and parse the newest tree head, without verifying it. Raises FormatError when the answer is no tree
        head."""
        ...

    def next_range(self, start: int, end: int) -> Span:
        """Return the best single request that begins at `start` and ends at `end` or before: aligned to the tile, or to
        the batch size that was learnt from the log."""
        ...

    async def entries(self, start: int, end: int, size: int) -> Batch:
        """Fetch the entries `[start, end)` of the tree of `size` as a cut batch: at least one entry, maybe fewer than
        asked for, never more. Raises CutError when the answer can't be cut."""
        ...

    def impatient(self) -> LogSource:
        """Return this source with a single try for each request, for a search among entries that fail. All its failures
        together take no longer than a request may fail; then it raises PatienceSpent."""
        ...

    @property
    def batch_limit(self) -> int | None:
        """Most entries that the log is known to give in an answer, where it fails at the configured number; else
        None."""
        ...

    def limit_batch(self, entries: int) -> None:
        """Ask for at most so many entries at a time, where the log can be asked for parts."""
        ...

    async def issuer(self, fingerprint: bytes) -> bytes:
        """Fetch the DER of an issuer by its SHA-256, and check the hash. Raises Missing where a log sends whole chains
        with its entries."""
        ...

    async def aclose(self) -> None:
        """Release the source's resources."""
        ...


class ProofSource(LogSource, Protocol):
    """Log that returns proofs on request: RFC 6962 and hybrid."""

    proofs: Literal["on request"]

    async def consistency(self, first: int, second: int) -> tuple[bytes, ...]:
        """Fetch a consistency proof by get-sth-consistency (RFC 6962 section 4.4), `0 < first < second`: hashes of 32
        bytes."""
        ...

    async def entry_and_proof(self, index: int, size: int) -> tuple[bytes, tuple[bytes, ...]]:
        """Fetch `(leaf_input, audit path)` of one entry by get-entry-and-proof; by get-entries and get-proof-by-hash
        where a log refuses that."""
        ...

    def avoid_tile(self, start: int) -> None:
        """Stop using the data tile that holds entry `start`, because its entries contradicted the tree; use another
        request from now on, where one exists."""
        ...


class TileSource(LogSource, Protocol):
    """Log that serves hash tiles: static-ct, over HTTP or from a directory."""

    proofs: Literal["hash tiles"]

    async def hash_tile(self, level: int, index: int, width: int) -> bytes:
        """Fetch `width` x 32 bytes of tile/<level>/<index>; a missing partial tile is cut from the full tile."""
        ...


IsKnown = Callable[[Sequence[str]], Awaitable[set[str]]]
"""References of a repository -> the references among them that are kept already and need not be fetched again."""

NameFilter = Callable[[Sequence[str]], bool]
"""Names that a repository shows of a certificate -> whether they may match the question; True when in doubt. It saves
fetching certificates of other people."""


class SearchSource(Protocol):
    """Client of one repository."""

    repository: Repository

    def search(
        self, question: Question, is_known: IsKnown, name_filter: NameFilter
    ) -> AsyncIterator[RepositoryEntry | Incompleteness]:
        """Yield the certificates that answer a question as they arrive, each reference once, without the references
        that `is_known` returns.

        An Incompleteness stands for results that are unavailable after retries; the rest is yielded all the same. A
        search without any Incompleteness is whole, as far as the repository goes (`Repository.limits`).

        Args:
            question: kind and value; the kind is in `Repository.finds`
            is_known: finds references that are kept already
            name_filter: decides by the shown names whether a certificate is worth fetching

        Raises:
            SourceError: nothing at all is available
            Refused: the repository refuses to serve us
            UsageError: the repository doesn't find this kind of question, or lacks a setting it needs

        No message holds any part of the question.
        """
        ...

    async def aclose(self) -> None:
        """Release the source's resources."""
        ...
