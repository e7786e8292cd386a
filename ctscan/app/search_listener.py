"""Listeners of searches in repositories: the calls that report their progress."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ctscan.model.results import SearchResult


class SearchListener(Protocol):
    """Receiver of the progress of searches; no argument holds an identifier."""

    def search_started(self, repository: str, kind: str) -> None:
        """A question of this kind is put to a repository."""
        ...

    def doing(self, text: str) -> None:
        """A source takes a step."""
        ...

    def search_progressed(self, repository: str, results: int, kept: int) -> None:
        """`results` certificates came so far; `kept` of them match the question."""
        ...

    def search_ended(self, outcome: SearchResult) -> None:
        """A search ended."""
        ...


class SilentListener(AbstractContextManager["SilentListener"]):
    """Search listener that ignores everything."""

    def __exit__(self, *_: object) -> None:
        """Leave the context; errors pass."""

    def search_started(self, repository: str, kind: str) -> None:
        """Ignore the start of a search."""

    def doing(self, text: str) -> None:
        """Ignore a step."""

    def search_progressed(self, repository: str, results: int, kept: int) -> None:
        """Ignore a certificate."""

    def search_ended(self, outcome: SearchResult) -> None:
        """Ignore the end of a search."""
