"""Role of an index that counts exposure: the one query layer of reports."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from ctscan.model.exposure import ExposureCounts, ExposureQuestion

T = TypeVar("T")


class Exposure(Protocol):
    """Counts of the people and the data in certificates of a scope.

    A certificate is in scope as a scan decides: a finding with an address at or below a domain, a host at or below it,
    or an organisation of its subject. Data of people counts: findings about persons, functions, and subjects of unknown
    kind. A person of a certificate with addresses of other domains only is out of scope, unless host or organisation
    brought the certificate in.
    """

    async def exposure(self, question: ExposureQuestion) -> ExposureCounts:
        """Count, on one snapshot of the index. Rows that are damaged are counted as they are: see `check_exposure`."""

    async def check_exposure(self, question: ExposureQuestion) -> None:
        """Check every row that `exposure` reads for this question, and note damage. It takes about as long."""

    async def unclassified_after(self, row: int) -> list[tuple[int, bytes, str]]:
        """Return `(row, leaf DER, kind)` of the next certificates behind a row whose purposes aren't kept: an older
        version wrote them."""

    async def save_uses(self, found: Sequence[tuple[int, str, tuple[str, ...]]]) -> None:
        """Save the purposes (words between blanks) and the hosts of certificates, by their rows."""

    async def read_view(self, view: str, take: Callable[[Sequence[str], Iterator[Sequence[object]]], T]) -> T:
        """Give the columns and the rows of a view of `EXPOSURE_VIEWS` to a function, row by row, on one snapshot;
        return its result. The function may run in another thread."""
