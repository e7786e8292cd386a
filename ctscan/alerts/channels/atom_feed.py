"""Atom feed: a file with the newest alerts, replaced as a whole.

A reader sees the older file or the newer one, never a part. The file is made for its owner alone; a web server that is
to show it needs the right to read it (`chmod`), which a replacement keeps.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from ctscan.alerts.atom_document import Feed, feed_text, read_feed, with_items
from ctscan.alerts.channel import ChannelKind, ChannelTools, Options, Send
from ctscan.alerts.channels.json_lines import sync_folder
from ctscan.config.setting_checks import filled_text, whole_number
from ctscan.errors import DeliveryFailed
from ctscan.model.alert_channel import ChannelSettings
from ctscan.model.alert_message import AlertMessage
from ctscan.model.delivery import DeliveryReason

_ENTRIES = 100
_TITLE = "ctscan"
_LIMIT = 64 << 20  # bytes of a feed: 10,000 entries of 6 KiB


def _open(settings: ChannelSettings, options: Options, tools: ChannelTools) -> Send:
    async def send(message: AlertMessage) -> None:
        try:
            await asyncio.to_thread(_replace, options, message)
        except _ForeignFile:
            reason = "the file there is no feed of ctscan, and stays as it is"
        except (OSError, ValueError) as error:
            reason = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
        else:
            return
        line = f"alerts: channel '{settings.name}': the feed can't be written ({reason}); name another path"
        raise DeliveryFailed(line, DeliveryReason.UNWRITABLE(error=reason))

    return send


class _ForeignFile(Exception):
    """File that ctscan didn't write."""


def _replace(options: Options, message: AlertMessage) -> None:
    path = Path(options["path"])
    feed = with_items(_read(path), message.items, options.get("entries", _ENTRIES))
    text = feed_text(feed, options.get("title", _TITLE), message.at, options.get("url", ""))
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}.new")
    try:
        descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileNotFoundError):
            draft.chmod(stat.S_IMODE(path.stat().st_mode))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)


def _read(path: Path) -> Feed:
    try:
        with path.open("rb") as file:
            raw = file.read(_LIMIT + 1)
    except FileNotFoundError:
        return Feed(f"urn:uuid:{uuid4()}", {})
    feed = read_feed(raw.decode("utf-8", "replace")) if len(raw) <= _LIMIT else None
    if feed is None:
        raise _ForeignFile
    return feed


def _recipient(options: Options, tools: ChannelTools) -> str:
    return str(options["path"])


CHANNEL = ChannelKind(
    "atom",
    {"path": filled_text, "entries": whole_number(1, 10_000), "title": filled_text, "url": filled_text},
    ("path",),
    _recipient,
    _open,
)
