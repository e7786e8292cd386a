"""Search of a repository without waiting."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from support.words import english

from ctscan.model import Incompleteness, Question, RepositoryEntry
from ctscan.sources import SearchSource


@dataclass
class Asked:
    """Record of one search: the names that the repository showed, the entries and the gaps that it gave."""

    known: Iterable[str] = ()
    concerning: str = ""  # names that lack this text don't concern the search
    shown: list[list[str]] = field(default_factory=list)
    entries: list[RepositoryEntry] = field(default_factory=list)
    incomplete_reasons: list[str] = field(default_factory=list)

    async def _known(self, references: Sequence[str]) -> set[str]:
        return set(references) & set(self.known)

    def _concerns(self, names: Sequence[str]) -> bool:
        self.shown.append(list(names))
        return not self.concerning or any(self.concerning in name.casefold() for name in names)

    async def search(self, source: SearchSource, kind: str, value: str) -> Asked:
        try:
            async for item in source.search(Question(kind, value), self._known, self._concerns):
                if isinstance(item, Incompleteness):
                    self.incomplete_reasons.append(english(item.reason))
                else:
                    self.entries.append(item)
        finally:
            await source.aclose()
        return self

    @property
    def references(self) -> list[int]:
        return sorted(int(entry.reference) for entry in self.entries)
