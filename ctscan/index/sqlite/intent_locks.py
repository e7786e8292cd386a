"""Locks on intents of an audit trail, see `byte_locks`: the intents of a killed process are free.

Byte n of `<trail>.lock` stands for event n. A process holds the byte of each change that it has announced and not yet
ended.
"""

from __future__ import annotations

import threading
from pathlib import Path

from ctscan.index.sqlite.byte_locks import after_fork, descriptor_of, lock, unlock

_guard = threading.Lock()
_held: set[tuple[Path, int]] = set()


def hold(trail: Path, intent: int) -> bool:
    """Take the lock of an intent without waiting. Returns False where another process, or this one, holds it.

    Raises:
        OSError: the file of locks can't be made or locked.
    """
    file = _file_of(trail)
    with _guard:
        if (file, intent) in _held or not lock(descriptor_of(file), intent, 1):
            return False
        _held.add((file, intent))
        return True


def release(trail: Path, intent: int) -> None:
    """Give the lock of an intent back, if this process holds it."""
    file = _file_of(trail)
    with _guard:
        if (file, intent) in _held:  # a child forked meanwhile holds nothing
            _held.remove((file, intent))
            unlock(descriptor_of(file), intent, 1)


def _file_of(trail: Path) -> Path:
    path = trail.resolve()
    return path.with_name(f"{path.name}.lock")


def _forget() -> None:
    """Reset the state in a forked child, which holds none of the locks of its parent."""
    global _guard
    _guard = threading.Lock()
    _held.clear()


after_fork(_forget)
