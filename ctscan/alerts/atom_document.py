"""Atom feed by RFC 4287: written from its entries, and read back from a file that ctscan wrote. Pure.

Each entry is one line of the file, so that older entries are kept as they are, byte by byte, and no XML is parsed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from html import escape

from msgspec import Struct

from ctscan.model.alert_message import AlertItem
from ctscan.on_first_use import late_pattern

_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
_END = "</feed>\n"
_UUID = r"urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_FEED_ID = late_pattern(rf"<id>({_UUID})</id>")
_ENTRY = late_pattern(rf"<entry><id>({_UUID})</id>[^\n]*</entry>")
_FORBIDDEN = late_pattern("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Feed(Struct, frozen=True):
    """Feed. `entries` holds the line of each entry by its id, the newest first."""

    id: str
    entries: Mapping[str, str]


def read_feed(text: str) -> Feed | None:
    """Read a feed that `feed_text` wrote; None for any other text."""
    lines = text.split("\n")
    found = _FEED_ID.fullmatch(lines[2]) if text.startswith(_HEAD) and text.endswith(_END) and len(lines) > 2 else None
    if found is None:
        return None
    entries = (_ENTRY.fullmatch(line) for line in lines if line.startswith("<entry>"))
    return Feed(found[1], {entry[1]: entry[0] for entry in entries if entry})


def with_items(feed: Feed, items: Iterable[AlertItem], most: int) -> Feed:
    """Add alerts in front, and keep the newest `most`; an alert that is there already stays as it is."""
    new = {f"urn:uuid:{item.id}": item for item in items}
    added = {id: entry_text(item) for id, item in reversed(new.items()) if id not in feed.entries}
    return Feed(feed.id, dict(list((added | dict(feed.entries)).items())[:most]))


def feed_text(feed: Feed, title: str, updated: datetime, link: str = "") -> str:
    """Write the whole file."""
    own = f'<link rel="self" href="{_text(link)}"/>\n' if link else ""
    return (
        f"{_HEAD}<id>{feed.id}</id>\n<title>{_text(title)}</title>\n<updated>{_time(updated)}</updated>\n"
        f"<author><name>ctscan</name></author>\n<generator>ctscan</generator>\n{own}"
        + "".join(f"{entry}\n" for entry in feed.entries.values())
        + _END
    )


def entry_text(item: AlertItem) -> str:
    """Write an entry in one line."""
    terms = "".join(f'<category term="{_text(term)}"/>' for term in (item.kind, item.watch) if term)
    return (
        f"<entry><id>urn:uuid:{item.id}</id><title>{_text(item.title)}</title><updated>{_time(item.at)}</updated>"
        f'{terms}<content type="text">{_text(item.text)}</content></entry>'
    )


def _text(text: str) -> str:
    """Escape a text; XML 1.0 can't hold some characters at all."""
    cleaned = _FORBIDDEN.sub("\ufffd", text)
    return escape(cleaned).replace("\n", "&#10;").replace("\r", "&#13;").replace("\t", "&#9;")


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
