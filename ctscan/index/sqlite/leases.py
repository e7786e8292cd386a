"""Locks on ranges of one log, held by the operating system: a killed process holds none.

Each log has one file in `<index>.locks/`, in which byte n stands for entry n. POSIX locks ranges of bytes, so that
processes work on disjoint ranges of one log; Windows locks a log as a whole.
"""

from __future__ import annotations

import errno
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ctscan.errors import IndexFault, Locked
from ctscan.index.protocols import Lease

Part = tuple[int, int | None]
"""`[start, end)` of a log; None: without an end."""

_guard = threading.Lock()
_held: dict[Path, list[Part]] = {}
_descriptors: dict[Path, int] = {}  # open for as long as the process lives, see _descriptor


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


@contextmanager
def held_whole(descriptor: int) -> Iterator[None]:
    """Hold a small file against other processes, waiting for a moment. OSError when it can't be held."""
    _wait_for(descriptor)
    try:
        yield
    finally:
        _let_go(descriptor)


def _file_of(db_path: Path, log_id: bytes) -> Path:
    path = db_path.expanduser().resolve()
    return path.with_name(f"{path.name}.locks") / log_id.hex()


def _acquire(file: Path, part: Part, log_id: bytes) -> None:
    if any(_overlap(part, other) for other in _held.get(file, ())):
        raise _refusal(log_id, part, "this scan is reading it already")
    try:
        taken = _os_lock(_descriptor(file), part)
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
        _os_unlock(_descriptors[file], part, last=not _held[file])


def _overlap(one: Part, other: Part) -> bool:
    return (other[1] is None or one[0] < other[1]) and (one[1] is None or other[0] < one[1])


def _refusal(log_id: bytes, part: Part, who: str) -> Locked:
    end = "its end" if part[1] is None else str(part[1])
    return Locked(
        f"log {log_id.hex()}: entries {part[0]} to {end} are locked, {who}; wait for it to end, or read another part"
    )


def _descriptor(file: Path) -> int:
    """Return the only descriptor of a file. It is never closed: closing any descriptor would drop all POSIX locks
    of the process on the file."""
    if file not in _descriptors:
        _make_folder(file.parent)
        _descriptors[file] = os.open(file, os.O_CREAT | os.O_RDWR | getattr(os, "O_CLOEXEC", 0), 0o600)
        file.chmod(0o600)
    return _descriptors[file]


def _forget() -> None:
    """Reset the state in a forked child, which holds none of the locks of its parent."""
    global _guard
    _guard = threading.Lock()
    _held.clear()


if sys.platform == "win32":
    import msvcrt

    def _os_lock(descriptor: int, part: Part) -> bool:
        """The whole log, as its first byte; a second range of the same process is covered by the first lock."""
        os.lseek(descriptor, 0, os.SEEK_SET)
        if any(_descriptors[file] == descriptor and parts for file, parts in _held.items()):
            return True
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EDEADLK):
                return False
            raise
        return True

    def _os_unlock(descriptor: int, part: Part, *, last: bool) -> None:
        if last:
            os.lseek(descriptor, 0, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

    def _wait_for(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)  # tries for 10 s

    def _let_go(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    os.register_at_fork(after_in_child=_forget)

    def _os_lock(descriptor: int, part: Part) -> bool:
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, _length(part), part[0], os.SEEK_SET)
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EAGAIN):
                return False
            raise
        return True

    def _os_unlock(descriptor: int, part: Part, *, last: bool) -> None:
        fcntl.lockf(descriptor, fcntl.LOCK_UN, _length(part), part[0], os.SEEK_SET)

    def _wait_for(descriptor: int) -> None:
        fcntl.lockf(descriptor, fcntl.LOCK_EX)

    def _let_go(descriptor: int) -> None:
        fcntl.lockf(descriptor, fcntl.LOCK_UN)

    def _length(part: Part) -> int:
        """In bytes; 0 means to the end of the file, wherever that will be."""
        return 0 if part[1] is None else part[1] - part[0]
