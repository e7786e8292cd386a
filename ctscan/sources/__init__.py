"""Where certificates come from: one file per protocol, and the only HTTP of ctscan (`http.py`).

A source fetches bytes and cuts them (`ct.wire`); it believes nothing and verifies nothing. `scan` does that for logs.
What a repository (`repositories/`) or a file (`files/`) gives can't be verified: a log has to confirm it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Literal, Protocol

from ctscan.http.rate_limit import Window
from ctscan.model import Batch, Incompleteness, Log, Question, Repository, RepositoryEntry, Span, TreeHead


class LogSource(Protocol):
    """Reads one log. All methods raise `SourceError` when the log can't be reached (after retries), `Missing` on
    404/410, `BadAnswer` when it persists in answers that no correct server gives."""

    log: Log
    window: Window  # how many requests for entries may be under way

    async def head(self) -> TreeHead:
        """The newest tree head, parsed but not verified. FormatError when it isn't one."""
        ...

    def next_range(self, start: int, end: int) -> Span:
        """The best single request that begins at `start` and goes no further than `end`: aligned to the batch size
        of the log (which is learnt) or to the tile."""
        ...

    async def entries(self, start: int, end: int, size: int) -> Batch:
        """The entries `[start, end)` of the tree of `size`, as cut; may be fewer than asked, never none and never
        more. CutError when the answer can't be cut."""
        ...

    async def issuer(self, fingerprint: bytes) -> bytes:
        """DER of an issuer by its SHA-256, checked. Missing where a log gives whole chains with its entries."""
        ...

    async def aclose(self) -> None:
        """Release what the source holds."""
        ...


class ProofSource(LogSource, Protocol):
    """A log that gives proofs on request: RFC 6962 and hybrid."""

    proofs: Literal["on request"]

    async def consistency(self, first: int, second: int) -> tuple[bytes, ...]:
        """get-sth-consistency (RFC 6962 section 4.4), `0 < first < second`."""
        ...

    async def entry_and_proof(self, index: int, size: int) -> tuple[bytes, tuple[bytes, ...]]:
        """`(leaf_input, audit path)` of one entry: get-entry-and-proof, or get-entries and get-proof-by-hash where a
        log refuses that."""
        ...

    def avoid_tile(self, start: int) -> None:
        """The entries of the tile of `start` contradicted the tree: read them another way from now on, if there is
        one."""
        ...


class TileSource(LogSource, Protocol):
    """A log that serves hash tiles: static-ct, over HTTP or from a directory."""

    proofs: Literal["hash tiles"]

    async def hash_tile(self, level: int, index: int, width: int) -> bytes:
        """`width` x 32 bytes of tile/<level>/<index>; a partial that is gone is cut from the full tile."""
        ...


Known = Callable[[Sequence[str]], Awaitable[set[str]]]
"""Which of these references of a repository are kept already and need not be fetched again."""

Concerns = Callable[[Sequence[str]], bool]
"""Whether names that a repository shows of a certificate can be those that are asked for; True when in doubt. Spares
fetching certificates of other people."""


class SearchSource(Protocol):
    """Asks one repository."""

    repository: Repository

    def search(
        self, question: Question, known: Known, concerns: Concerns
    ) -> AsyncIterator[RepositoryEntry | Incompleteness]:
        """The certificates that answer a question, as they come, each reference once, but for those that are `known`.
        An Incompleteness stands for results that can't be had after retries; the rest is given all the same. A search
        without any was whole, as far as the repository goes (`Repository.limits`).

        Raises SourceError when nothing at all can be had, Refused when the repository refuses to serve us, UsageError
        for a kind of question that isn't in `Repository.finds`, or when something that it needs is missing. No message
        holds anything of the question.
        """
        ...

    async def aclose(self) -> None:
        """Release what the source holds."""
        ...
