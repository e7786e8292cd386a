"""Open index or audit trail as a context: it closes its file at the end."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from ctscan.index.sqlite.connection import Database


class OpenedFile:
    """Owner of an open file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def copy_to(self, path: Path) -> None:
        """Copy one snapshot of the file into a new one."""
        from ctscan.index.sqlite import copying  # not at the top: a look-up copies nothing

        await self._database.read(lambda c: copying.copy(c, path, self._database.key))

    async def aclose(self) -> None:
        """Close the file; closing twice is no error."""
        await self._database.aclose()
