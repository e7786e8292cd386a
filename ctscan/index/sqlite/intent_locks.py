"""Locks on intents of an audit trail, held by the operating system: the intents of a killed process are free.

Byte n of `<trail>.lock` stands for event n. A process holds the byte of each change that it has announced and not yet
ended.
"""

from __future__ import annotations

import errno
import os
import sys
import threading
from pathlib import Path

_guard = threading.Lock()
_held: set[tuple[Path, int]] = set()
_descriptors: dict[Path, int] = {}  # open for as long as the process lives: closing one drops all locks on its file


def hold(trail: Path, intent: int) -> bool:
    """Take the lock of an intent without waiting. Returns False where another process, or this one, holds it.

    Raises:
        OSError: the file of locks can't be made or locked.
    """
    file = _file_of(trail)
    with _guard:
        if (file, intent) in _held or not _os_lock(_descriptor(file), intent):
            return False
        _held.add((file, intent))
        return True


def release(trail: Path, intent: int) -> None:
    """Give the lock of an intent back, if this process holds it."""
    file = _file_of(trail)
    with _guard:
        if (file, intent) in _held:  # a child forked meanwhile holds nothing
            _held.remove((file, intent))
            _os_unlock(_descriptors[file], intent)


def _file_of(trail: Path) -> Path:
    path = trail.resolve()
    return path.with_name(f"{path.name}.lock")


def _descriptor(file: Path) -> int:
    if file not in _descriptors:
        _descriptors[file] = os.open(file, os.O_CREAT | os.O_RDWR | getattr(os, "O_CLOEXEC", 0), 0o600)
        file.chmod(0o600)  # against the umask
    return _descriptors[file]


def _forget() -> None:
    """Reset the state in a forked child, which holds none of the locks of its parent."""
    global _guard
    _guard = threading.Lock()
    _held.clear()


if sys.platform == "win32":
    import msvcrt

    def _os_lock(descriptor: int, byte: int) -> bool:
        os.lseek(descriptor, byte, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EDEADLK):
                return False
            raise
        return True

    def _os_unlock(descriptor: int, byte: int) -> None:
        os.lseek(descriptor, byte, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    os.register_at_fork(after_in_child=_forget)

    def _os_lock(descriptor: int, byte: int) -> bool:
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, byte, os.SEEK_SET)
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EAGAIN):
                return False
            raise
        return True

    def _os_unlock(descriptor: int, byte: int) -> None:
        fcntl.lockf(descriptor, fcntl.LOCK_UN, 1, byte, os.SEEK_SET)
