"""JSON values: text, times, hashes."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ctscan.on_first_use import late_pattern
from ctscan.views.text import ENGLISH, texts

if TYPE_CHECKING:
    from ctscan.model import Message

Shape = dict[str, Any]

_UNSAFE = late_pattern(
    "[\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\U000e0000-\U000e0fff]"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_json(shape: object, *, indent: int | None = 2, ascii_only: bool = False) -> str:
    """Write JSON text that keeps every alphabet readable but can't steer a terminal: control and bidirectional
    characters become `\\u` escapes."""
    text = json.dumps(shape, indent=indent, ensure_ascii=ascii_only, allow_nan=False)
    return text if text.isascii() and "\x7f" not in text else _UNSAFE.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    return json.dumps(match[0]).strip('"') if match[0] != "\x7f" else "\\u007f"


def time_text(at: datetime | None) -> str | None:
    """Write a time by RFC 3339, in UTC with Z; fractions of a second only where there are any."""
    if at is None:
        return None
    text = at.astimezone(UTC).isoformat(timespec="milliseconds" if at.microsecond else "seconds")
    return text.replace("+00:00", "Z")


def timestamp_text(milliseconds: int) -> str | None:
    """Write the timestamp of a log (ms); None for a time that no calendar holds (a log may claim any 64 bits)."""
    try:
        return time_text(_EPOCH + timedelta(milliseconds=milliseconds))
    except OverflowError:
        return None


def base64_text(data: bytes) -> str:
    """Write bytes in standard base64, with padding."""
    return base64.b64encode(data).decode("ascii")


def hex_text(data: bytes | None) -> str | None:
    """Write bytes in lower-case hex."""
    return None if data is None else data.hex()


def message(field: str, found: Message | None) -> Shape:
    """Return a field's English text with its code and parameters beside it; nulls where there is no message."""
    if found is None:
        return {field: None, f"{field}_code": None, f"{field}_params": None}
    return {field: texts(ENGLISH)(found), f"{field}_code": found.code, f"{field}_params": dict(found.params)}


def messages(field: str, found: Iterable[Message]) -> Shape:
    """Return a list of English texts, and beside it a list of their codes and parameters in the same order."""
    listed = list(found)
    return {
        field: [texts(ENGLISH)(one) for one in listed],
        f"{field.removesuffix('s')}_codes": codes(listed),
    }


def codes(found: Iterable[Message]) -> list[Shape]:
    """Return the codes and parameters of messages."""
    return [{"code": one.code, "params": dict(one.params)} for one in found]
