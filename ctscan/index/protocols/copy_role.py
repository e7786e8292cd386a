"""Role of a file that can be copied while it is in use."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


class Copies(Protocol):
    """Copies of an index or a trail."""

    async def copy_to(self, path: Path) -> None:
        """Copy one snapshot into a new file, encrypted where this one is. Others read and write meanwhile."""
