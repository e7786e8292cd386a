"""Locks on ranges of one log, see `byte_locks`.

Each log has one file in `<index>.locks/`, in which byte n stands for entry n. POSIX locks ranges of bytes, so that
processes work on disjoint ranges of one log; Windows locks a log as a whole.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ctscan.errors import IndexFault, Locked
from ctscan.index.sqlite.byte_locks import after_fork, descriptor_of, lock, unlock

if TYPE_CHECKING:
    from ctscan.index.protocols import Lease

Part = tuple[int, int | None]
"""`[start, end)` of a log; None: without an end."""

_guard = threading.Lock()
_held: dict[Path, list[Part]] = {}


@contextmanager
def lock_range(db_path: Path, log_id: bytes, start: int, end: int | None) -> Iterator[None]:
    """Hold `[start, end)` of a log (None: without an end) for this index, without waiting. An empty range is free for
    everybody.

    Raises:
        Locked: another process, or another task of this process, holds a part of the range.
        ValueError: the range ends before its start.
    """
    if start < 0 or (end is not None and end < start):
        raise ValueError(f"a range to lock has a start and no end before it, got [{start}, {end})")
    if end == start:
        yield
        return
    file, part = _file_of(db_path, log_id), (start, end)
    with _guard:
        _acquire(file, part, log_id)
    try:
        yield
    finally:
        with _guard:
            _release(file, part)


def is_held(db_path: Path, log_id: bytes, start: int, end: int | None) -> bool:
    """Return whether any process holds a part of `[start, end)`. A free range is held for a moment: a reader that asks
    for it just then comes back at the end of its pass."""
    if not _file_of(db_path, log_id).exists():
        return False
    try:
        with lock_range(db_path, log_id, start, end):
            return False
    except Locked:
        return True
    except IndexFault:  # this account may not lock the file of another one, which is then in use
        return True


def check_lease(lease: Lease, log_id: bytes) -> None:
    """Refuse a lease of another log with a ValueError. The operating system holds a range for the life of the process,
    so that a lease is never lost."""
    if lease.log_id != log_id:
        raise ValueError(f"a lease of log {lease.log_id.hex()} was given for log {log_id.hex()}")


def folder_of(db_path: Path) -> Path:
    """Return `<index>.locks`, made for its owner alone. OSError when it can't be made."""
    path = db_path.expanduser().resolve()
    folder = path.with_name(f"{path.name}.locks")
    if not folder.is_dir():
        _make_folder(folder)
    return folder


def _make_folder(folder: Path) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)  # against the umask


def _file_of(db_path: Path, log_id: bytes) -> Path:
    path = db_path.expanduser().resolve()
    return path.with_name(f"{path.name}.locks") / log_id.hex()


def _acquire(file: Path, part: Part, log_id: bytes) -> None:
    if any(_overlap(part, other) for other in _held.get(file, ())):
        raise _refusal(log_id, part, "this scan is reading it already")
    try:
        if file not in _held:
            _make_folder(file.parent)
        taken = _lock_part(file, part)
    except OSError as error:
        raise IndexFault(
            f"{file.parent}: locks can't be held here ({error.strerror}); keep the index on a local disk that you own"
        ) from error
    if not taken:
        raise _refusal(log_id, part, "another scan is reading it")
    _held.setdefault(file, []).append(part)


def _release(file: Path, part: Part) -> None:
    if part in _held.get(file, ()):  # a child forked meanwhile holds nothing
        _held[file].remove(part)
        _unlock_part(file, part)


def _overlap(one: Part, other: Part) -> bool:
    return (other[1] is None or one[0] < other[1]) and (one[1] is None or other[0] < one[1])


def _refusal(log_id: bytes, part: Part, who: str) -> Locked:
    end = "its end" if part[1] is None else str(part[1])
    return Locked(
        f"log {log_id.hex()}: entries {part[0]} to {end} are locked, {who}; wait for it to end, or read another part"
    )


def _forget() -> None:
    """Reset the state in a forked child, which holds none of the locks of its parent."""
    global _guard
    _guard = threading.Lock()
    _held.clear()


after_fork(_forget)


if sys.platform == "win32":

    def _lock_part(file: Path, part: Part) -> bool:
        """Lock the whole log, as its first byte; a second range of the same process is covered by the first lock."""
        return bool(_held.get(file)) or lock(descriptor_of(file), 0, 1)

    def _unlock_part(file: Path, part: Part) -> None:
        if not _held[file]:
            unlock(descriptor_of(file), 0, 1)

else:

    def _lock_part(file: Path, part: Part) -> bool:
        return lock(descriptor_of(file), part[0], _length(part))

    def _unlock_part(file: Path, part: Part) -> None:
        unlock(descriptor_of(file), part[0], _length(part))

    def _length(part: Part) -> int:
        """Return the length in bytes; 0 means to the end of the file."""
        return 0 if part[1] is None else part[1] - part[0]
