"""Turns to send requests to an operator: one queue for all processes with one index, so that together they ask no
faster than one alone.

Each operator has one file in `<index>.locks/`, which holds the time of the next free turn as a float64.
"""

from __future__ import annotations

import os
import struct
import threading
from hashlib import sha256
from pathlib import Path

from ctscan.errors import IndexFault
from ctscan.index.sqlite.byte_locks import held_whole
from ctscan.index.sqlite.leases import folder_of

_TURN = struct.Struct("<d")
_MOST_WAITING = 1000
"""Most turns ahead that are believed; a later time was written before the clock was set back."""

_guard = threading.Lock()  # a lock of the system belongs to a process, not to a thread


def take_turn(db_path: Path, operator: str, rate: float, now: float) -> float:
    """Take the next free turn, and return the seconds until then.

    Args:
        db_path: the index file.
        operator: the operator of the log.
        rate: turns per second.
        now: seconds of a clock that all processes share.

    Raises:
        IndexFault: the file can't be written.
    """
    try:
        file = folder_of(db_path) / f"turns-{sha256(operator.encode()).hexdigest()}"
        with _guard:
            descriptor = os.open(file, os.O_CREAT | os.O_RDWR | getattr(os, "O_CLOEXEC", 0), 0o600)
            try:
                with held_whole(descriptor):
                    return _take(descriptor, rate, now)
            finally:
                os.close(descriptor)
    except OSError as error:
        raise IndexFault(
            f"{db_path}.locks: turns can't be kept here ({error.strerror}); keep the index on a local disk that you own"
        ) from error


def _take(descriptor: int, rate: float, now: float) -> float:
    os.lseek(descriptor, 0, os.SEEK_SET)
    kept = os.read(descriptor, _TURN.size)
    turn = _TURN.unpack(kept)[0] if len(kept) == _TURN.size else now
    if not now <= turn <= now + _MOST_WAITING / rate:
        turn = now
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.write(descriptor, _TURN.pack(turn + 1 / rate))
    return float(turn - now)
