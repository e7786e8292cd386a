"""Locks on bytes of files, held by the operating system: a killed process holds none.

`leases` and `intent_locks` keep account of what this process holds: the system grants a process its own bytes again.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_descriptors: dict[Path, int] = {}


def descriptor_of(file: Path) -> int:
    """Return the only descriptor of a file, made with mode 0600. It is never closed: closing any descriptor would drop
    all POSIX locks of the process on the file. OSError when it can't be made."""
    if file not in _descriptors:
        _descriptors[file] = os.open(file, os.O_CREAT | os.O_RDWR | getattr(os, "O_CLOEXEC", 0), 0o600)
        file.chmod(0o600)  # against the umask
    return _descriptors[file]


@contextmanager
def held_whole(descriptor: int) -> Iterator[None]:
    """Hold a small file against other processes, waiting for a moment. OSError when it can't be held."""
    _wait_for(descriptor)
    try:
        yield
    finally:
        _let_go(descriptor)


if sys.platform == "win32":
    import msvcrt

    _REFUSALS = (errno.EACCES, errno.EDEADLK)

    def after_fork(forget: Callable[[], None]) -> None:
        """Do nothing: there are no forks."""

    def _lock(descriptor: int, start: int, length: int) -> None:
        os.lseek(descriptor, start, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, length)

    def unlock(descriptor: int, start: int, length: int) -> None:
        """Give bytes back."""
        os.lseek(descriptor, start, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, length)

    def _wait_for(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)  # tries for 10 s

    def _let_go(descriptor: int) -> None:
        unlock(descriptor, 0, 1)

else:
    import fcntl

    _REFUSALS = (errno.EACCES, errno.EAGAIN)

    def after_fork(forget: Callable[[], None]) -> None:
        """Call `forget` in each forked child, which holds none of the locks of its parent."""
        os.register_at_fork(after_in_child=forget)

    def _lock(descriptor: int, start: int, length: int) -> None:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, length, start, os.SEEK_SET)

    def unlock(descriptor: int, start: int, length: int) -> None:
        """Give bytes back; a length of 0 means to the end of the file, wherever that will be."""
        fcntl.lockf(descriptor, fcntl.LOCK_UN, length, start, os.SEEK_SET)

    def _wait_for(descriptor: int) -> None:
        fcntl.lockf(descriptor, fcntl.LOCK_EX)

    def _let_go(descriptor: int) -> None:
        fcntl.lockf(descriptor, fcntl.LOCK_UN)


def lock(descriptor: int, start: int, length: int) -> bool:
    """Take bytes without waiting; on POSIX a length of 0 means to the end of the file. Returns False where another
    process holds any of them.

    Raises:
        OSError: the file can't be locked.
    """
    try:
        _lock(descriptor, start, length)
    except OSError as error:
        if error.errno in _REFUSALS:
            return False
        raise
    return True
