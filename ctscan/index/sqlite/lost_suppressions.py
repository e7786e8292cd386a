"""Opening of an index whose suppressions are lost, to go on without them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ctscan.index.sqlite.connection import open_database
from ctscan.index.sqlite.suppressing import SuppressionGate

if TYPE_CHECKING:
    from ctscan.index.store_key import StoreKey
    from ctscan.model.suppression import PrivacyFiles, Suppression


async def accept_loss(path: Path, *, privacy: PrivacyFiles, key: StoreKey | None, at: datetime) -> Suppression:
    """Begin another suppression file for the index file at `path`; see `index.open.accept_loss`."""
    database = await open_database(path, create=False, key=key)  # without a gate, which would stop at the loss
    try:
        return await database.write(lambda c: SuppressionGate(privacy).accept_loss(c, at))
    finally:
        await database.aclose()
