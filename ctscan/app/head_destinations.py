"""Places outside of the trail to which its heads are written, too: files and syslog.

    file       the note, and an empty line; appended and synced
    syslog     one line (RFC 5424), to /dev/log or another socket, or by UDP: `ctscan-audit-head <base64 of the note>`

Somebody who can write to index, trail and key file can make another history, but not one that agrees with a head that
is out of their reach.
"""

from __future__ import annotations

import os
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ctscan.errors import InputError
from ctscan.on_first_use import late_pattern

MARK = "ctscan-audit-head"
FILE_LIMIT = 1 << 30  # bytes of a file of heads: 4 million of them
_LINE = late_pattern(rb"ctscan-audit-head ([A-Za-z0-9+/]+=*)")
_NOTICE = 13 * 8 + 5  # facility 13 (log audit), severity 5 (notice)
_SECONDS = 5.0
_FLAGS = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


Listener = Callable[[InputError], None]

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def heard_head_failures(listener: Listener) -> Iterator[None]:
    """Give failures of destinations to a listener: work under way goes on, and its results are shown. Without a
    listener they are raised."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def write_heads(places: Iterable[str], note: bytes, at: datetime) -> None:
    """Write a head to all destinations: one that fails doesn't keep it from the others.

    Raises:
        InputError: a destination failed, and there is no listener.
    """
    failures: list[InputError] = []
    for place in places:
        try:
            write_head(place, note, at)
        except InputError as error:
            failures.append(error)
    listener = _listener.get()
    for failure in failures:
        if listener is None:
            raise failure
        listener(failure)


def is_file(place: str) -> bool:
    """Return whether a destination is a file."""
    return place != "syslog" and not place.startswith(("syslog:", "udp://"))


def write_head(place: str, note: bytes, at: datetime) -> None:
    """Write a head to a destination.

    Args:
        place: a path, `syslog`, `syslog:PATH` or `udp://HOST:PORT`.
        note: the head.
        at: time of the line in the system's log.

    Raises:
        InputError: the destination can't be written to.
    """
    try:
        if is_file(place):
            _append(Path(place), note)
        else:
            _send(place, note, at)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
        raise InputError(
            f"{place}: the head of the audit log can't be written here ({reason}); nothing is lost: the next command "
            "writes a head that covers all events; check `heads_to` under [audit] in ctscan.toml"
        ) from None


def notes_in(raw: bytes) -> tuple[list[bytes], bool]:
    """Find the heads in a file of heads, or of lines of syslog.

    Returns:
        The notes, and whether there is a part of a head that was not written whole.
    """
    from ctscan.ct.audit_head import NOTE

    found = [match[0] for match in NOTE.finditer(raw)]
    for line in _LINE.finditer(raw):
        try:
            found.append(b64decode(line[1], validate=True))
        except ValueError:
            found.append(b"")
    return found, b"ctscan-audit/" in NOTE.sub(b"", raw)


def read_notes(path: Path) -> tuple[list[bytes], bool]:
    """Read the heads of a file: see `notes_in`.

    Raises:
        InputError: the file can't be read.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(FILE_LIMIT + 1)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
        raise InputError(f"{path}: the heads of the audit log can't be read ({reason}); check the path") from None
    if len(raw) > FILE_LIMIT:
        raise InputError(f"{path}: expected at most {FILE_LIMIT} bytes of heads, got more; give a part of the file")
    return notes_in(raw)


def _append(path: Path, note: bytes) -> None:
    """Append by one write, so that two processes don't mix their heads. Part of a head that a full disk left is ended
    by an empty line first."""
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND | _FLAGS, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        tail = os.pread(descriptor, 2, max(0, size - 2)) if size and hasattr(os, "pread") else b"\n\n"
        data = (b"" if tail == b"\n\n" else b"\n\n") + note + b"\n"
        if os.write(descriptor, data) != len(data):
            raise OSError(0, "only a part was written")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _send(place: str, note: bytes, at: datetime) -> None:
    import socket  # here: most commands send nothing

    line = _syslog_line(note, at, socket.gethostname())
    address: Any
    if place.startswith("udp://"):
        target = urlsplit(place)
        kind, _, _, _, address = socket.getaddrinfo(target.hostname, target.port or 514, type=socket.SOCK_DGRAM)[0]
        family = int(kind)
    elif hasattr(socket, "AF_UNIX"):
        family, address = int(socket.AF_UNIX), place.partition(":")[2] or "/dev/log"
    else:
        raise ValueError("this system has no sockets of that kind")
    with socket.socket(family, socket.SOCK_DGRAM) as sender:
        sender.settimeout(_SECONDS)
        sender.sendto(line, address)


def _syslog_line(note: bytes, at: datetime, host: str) -> bytes:
    host = re.sub(r"[^!-~]", "", host)[:255] or "-"
    time = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return f"<{_NOTICE}>1 {time} {host} ctscan {os.getpid()} head - {MARK} {b64encode(note).decode()}".encode()
