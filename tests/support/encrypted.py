"""Indexes that are encrypted, and what lies beside them in their folders."""

from __future__ import annotations

import asyncio
from importlib.util import find_spec
from pathlib import Path

import pytest

from ctscan.index.open import open_index, open_trail
from ctscan.index.store_key import make_store_key

needs_cipher = pytest.mark.skipif(not find_spec("sqlcipher3"), reason="the extra `encrypted` isn't installed")

HEADER = b"SQLite format 3\0"


def new_key(path: Path) -> Path:
    """Make a key file."""
    make_store_key(path)
    return path


def is_plain(path: Path) -> bool:
    """Return whether a file is a plain SQLite file."""
    return path.read_bytes()[:16] == HEADER


def files_with(folder: Path, *words: bytes) -> list[str]:
    """List the files of a folder that hold any of these words, in UTF-8 of any case."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and any(word.lower() in path.read_bytes().lower() for word in words):
            found.append(path.relative_to(folder).as_posix())
    return found


def table_counts(db: Path, key: Path | None) -> dict[str, int]:
    """Count rows of an index, and events of its trail, by opening both."""

    async def work() -> dict[str, int]:
        async with await open_index(db, create=False, key_file=key) as index:
            counts = await index.counts()
            assert not await index.damaged_parts(lambda: False)
        async with await open_trail(db.with_name(f"{db.name}.audit"), create=False, key_file=key) as trail:
            return {**counts, "events": len(await trail.events(1 << 30))}

    return asyncio.run(work())
