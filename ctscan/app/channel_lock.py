"""Locks on channels: of several processes with one index, one sends the alerts of a channel at a time.

The system drops the lock of a process that ends, however it ends.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def sole_sender(index: Path, channel: str) -> Iterator[bool]:
    """Hold a channel without waiting; yield False where another process holds it.

    Args:
        index: path of the index; the lock lies in `<index>.locks/`.
        channel: name of the channel.
    """
    try:
        import fcntl
    except ImportError:  # Windows: run one sender
        yield True
        return
    folder = index.with_name(f"{index.name}.locks")
    folder.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(folder / f"alerts-{channel}", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(descriptor)
