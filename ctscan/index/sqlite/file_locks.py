"""Locks for work that no two processes may do on one place, and writing that reaches the disk.

A lock is a small file that is locked, see `byte_locks`, and removed at the end of the work. A killed process leaves the
file and holds nothing.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ctscan.errors import IndexFault
from ctscan.index.sqlite.byte_locks import lock

_guard = threading.Lock()
_held: set[Path] = set()  # the system grants a process its own bytes again
_BLOCK = 1 << 20


@contextmanager
def held_alone(file: Path, busy: str) -> Iterator[None]:
    """Hold a lock file, without waiting.

    Args:
        file: the lock file.
        busy: description of the work of another process that holds it.

    Raises:
        IndexFault: another process, or another task of this one, holds it, or it can't be made.
    """
    with _guard:
        if file in _held:
            raise IndexFault(busy)
        _held.add(file)
    try:
        descriptor = _taken(file, busy)
        try:
            yield
        finally:
            with suppress(OSError):
                file.unlink()
            os.close(descriptor)
    finally:
        with _guard:
            _held.remove(file)


def _taken(file: Path, busy: str) -> int:
    """Lock the file and return its descriptor. A file that its holder removes meanwhile is made anew."""
    while True:
        try:
            descriptor = os.open(file, os.O_CREAT | os.O_RDWR | getattr(os, "O_CLOEXEC", 0), 0o600)
        except OSError as error:
            raise IndexFault(f"{file}: can't be made ({error.strerror}); check the directory") from error
        try:
            if not lock(descriptor, 0, 1):
                raise IndexFault(busy)
            if _is_of(file, descriptor):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _is_of(file: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(file.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def sync(path: Path) -> None:
    """Write a file, or the names in a folder, to the disk."""
    if path.is_dir() and os.name == "nt":
        return  # Windows syncs no folders
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_small(path: Path, data: bytes) -> None:
    """Write a small file with mode 0600 so that it is there whole, and on the disk, or as it was before."""
    draft = path.with_name(f"{path.name}.new")
    descriptor = os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        draft.chmod(0o600)  # against the umask
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync(path.parent)


def overwrite(path: Path) -> None:
    """Overwrite a file with zeros in its place, and sync it. Its length stays, so that SQLite takes it for no empty
    database."""
    left = path.stat().st_size
    with path.open("r+b") as file:
        while left > 0:
            left -= file.write(bytes(min(left, _BLOCK)))
        file.flush()
        os.fsync(file.fileno())
