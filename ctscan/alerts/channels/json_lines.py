"""JSON lines: a line for each alert, appended to a file and synced, or written to standard output.

A line is appended whole by one write under a lock, so that lines of two processes don't mix. A line that a full disk or
a loss of power cut off is ended by a line break before the next one. A repeat writes the same lines with the same ids.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from ctscan.alerts.channel import ChannelKind, ChannelTools, Options, Send
from ctscan.config.setting_checks import filled_text
from ctscan.errors import DeliveryFailed
from ctscan.model.alert_channel import ChannelSettings
from ctscan.model.alert_message import AlertMessage
from ctscan.model.delivery import DeliveryReason

STDOUT = "-"
_FLAGS = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def _open(settings: ChannelSettings, options: Options, tools: ChannelTools) -> Send:
    path = str(options["path"])

    async def send(message: AlertMessage) -> None:
        data = "".join(f"{item.document}\n" for item in message.items).encode()
        try:
            await asyncio.to_thread(_write_out if path == STDOUT else _append, path, data)
        except (OSError, ValueError) as error:  # ValueError: standard output is closed
            reason = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
            raise DeliveryFailed(
                f"alerts: channel '{settings.name}': the file can't be written ({reason}); check its path",
                DeliveryReason.UNWRITABLE(error=reason),
            ) from None

    return send


def _write_out(_path: str, data: bytes) -> None:
    out = sys.stdout
    out.flush()
    out.buffer.write(data)
    out.buffer.flush()


def _append(path: str, data: bytes) -> None:
    is_new = not Path(path).exists()
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND | _FLAGS, 0o600)
    try:
        _lock(descriptor)
        size = os.fstat(descriptor).st_size
        is_torn = size > 0 and hasattr(os, "pread") and os.pread(descriptor, 1, size - 1) != b"\n"
        _write_all(descriptor, (b"\n" if is_torn else b"") + data)
        if _is_regular(descriptor):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if is_new:
        sync_folder(Path(path).parent)


def _write_all(descriptor: int, data: bytes) -> None:
    """Write all, or raise OSError: a disk that is full takes a part first."""
    while data:
        data = data[os.write(descriptor, data) :]


def _is_regular(descriptor: int) -> bool:
    import stat

    return stat.S_ISREG(os.fstat(descriptor).st_mode)


def _lock(descriptor: int) -> None:
    """Wait for the lock on the file; the system drops it with the descriptor."""
    try:
        import fcntl
    except ImportError:  # Windows: a single write is all that there is
        return
    fcntl.flock(descriptor, fcntl.LOCK_EX)


def sync_folder(folder: Path) -> None:
    """Write the name of a new file to the disk; Windows can't open folders, and needs no such step."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY | _FLAGS)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _recipient(options: Options, tools: ChannelTools) -> str:
    return "standard output" if options["path"] == STDOUT else str(options["path"])


CHANNEL = ChannelKind("jsonl", {"path": filled_text}, ("path",), _recipient, _open)
