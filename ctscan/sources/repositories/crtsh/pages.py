"""Answers of crt.sh, and the errors it sends instead. Pure: bytes in, values or FormatError out.

A JSON answer is a list with one object for each certificate; `result_count` is the number of its names that matched,
and the server looks at the first 10,000 names. Errors inside its database come with status 200: a page, or the
beginning of the answer behind `[BEGIN_HEADERS]` with a message at its end.
"""

from __future__ import annotations

import binascii
import json
from base64 import b64decode
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, TypeGuard

from msgspec import Struct

from ctscan.errors import FormatError, Refused
from ctscan.on_first_use import late_pattern
from ctscan.sources.json_paths import check_values
from ctscan.sources.repositories.crtsh.escape_text import readings

MAX_LISTING = 32 << 20
MAX_CERTIFICATE = 4 << 20

_BEGIN, _END = b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"
_WONT = late_pattern(
    rb"\[BEGIN_HEADERS\][^\[]{0,500}\[END_HEADERS\]\s{0,9}(?:</SPAN>\s{0,9})?"
    rb"<BR><BR>(?:Unsupported|Value not permitted)"
)
_END_OF_SPACE = late_pattern(r"[ \t\r\n]*")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Row(Struct, frozen=True):
    """Certificate of an answer. `names` are the readings of the names that matched; empty: none is shown."""

    id: int
    issuer: int
    names: tuple[str, ...]
    first_logged: int | None  # ms


class Listing(Struct, frozen=True):
    """Answer of crt.sh. `counted`: number of names the server looked at; None when it doesn't report it."""

    rows: tuple[Row, ...]
    counted: int | None


def parse_listing(body: bytes) -> Listing:
    """Parse a JSON answer: a list, or values one behind the other without it, as older servers send them. Nothing shows
    the end of the latter, so they have no count. Raises FormatError for anything else; Refused when the server will
    never accept this query."""
    _check_no_page(body)
    check_values(body)
    text, is_sure = _text_of(body)
    try:
        values = list(_values(text))
    except (ValueError, RecursionError):
        raise FormatError(f"expected JSON, got {len(body)} bytes of something else") from None
    is_list = len(values) == 1 and isinstance(values[0], list)
    listed = [item for value in values for item in (value if isinstance(value, list) else [value])]
    rows = tuple(_row(item, is_sure) for item in listed)
    counts = [item.get("result_count") for item in listed]
    if is_list and all(_is_number(count) for count in counts):
        return Listing(rows, sum(counts))
    return Listing(rows, None)


def _text_of(body: bytes) -> tuple[str, bool]:
    """Decode an answer. False: it is not in UTF-8 but was read as Latin-1, so that letters beyond ASCII are a guess."""
    try:
        return body.decode("utf-8-sig"), True
    except UnicodeDecodeError:
        return body.decode("latin-1"), False


def _values(text: str) -> Iterator[Any]:
    """Yield JSON values that stand one behind the other. Raises ValueError for none, and for anything else."""
    decode, at = json.JSONDecoder().raw_decode, _END_OF_SPACE.match(text).end()  # type: ignore[union-attr]  # it matches
    while True:
        value, end = decode(text, at)
        yield value
        at = _END_OF_SPACE.match(text, end).end()  # type: ignore[union-attr]  # it matches anything
        if at == len(text):
            return


def parse_certificate(body: bytes) -> bytes:
    """Return the DER of the certificate in PEM. Raises FormatError unless the answer is a single whole certificate."""
    if not body.strip():
        raise FormatError("an empty answer")
    _check_no_page(body)
    text = body.strip()
    if not (text.startswith(_BEGIN) and text.endswith(_END)):
        raise FormatError(f"{len(body)} bytes that are no certificate in PEM")
    try:
        der = b64decode(b"".join(text[len(_BEGIN) : -len(_END)].split()), validate=True)
    except (binascii.Error, ValueError):
        raise FormatError(f"{len(body)} bytes that are no certificate in PEM") from None
    if der[:1] != b"\x30" or len(der) < _announced(der):
        raise FormatError(f"{len(der)} bytes that are no whole certificate in DER")
    return der


def _check_no_page(body: bytes) -> None:
    if body.startswith(b"[BEGIN_HEADERS]"):
        if _WONT.match(body):
            raise Refused("crt.sh: it doesn't accept this question in this form; please report it")
        raise FormatError("its database cut the answer off with an error")
    if body[:100].lstrip()[:1] == b"<":
        raise FormatError("an HTML page instead of an answer")


def _row(item: Any, is_sure: bool) -> Row:
    """Read a row. Of letters that are a guess no name is shown, so that the certificate is fetched in any case."""
    if not isinstance(item, dict):
        raise FormatError("a row that is no object")
    id, issuer, shown = item.get("id"), item.get("issuer_ca_id"), item.get("name_value")
    if not (_is_number(id) and id > 0 and _is_number(issuer) and isinstance(shown, str | None)):
        raise FormatError("a row without id, issuer_ca_id or name_value")
    if not is_sure and shown and not shown.isascii():
        shown = None
    names = tuple(reading for line in (shown or "").split("\n") if line for reading in readings(line))
    return Row(id, issuer, names, _milliseconds(item.get("entry_timestamp")))


def _is_number(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 63


def _milliseconds(value: Any) -> int | None:
    """Parse a time without zone, which is UTC, to ms. None for anything else: the time is only shown."""
    if not isinstance(value, str):
        return None
    try:
        when = datetime.fromisoformat(value[:40])
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return round((when - _EPOCH).total_seconds() * 1000)


def _announced(der: bytes) -> int:
    """Return the announced length of the outermost element, with its head; 2 where it can't be read."""
    octets = der[1] & 0x7F if len(der) > 1 else 0
    if not octets or der[1] < 0x80:
        return 2 + octets
    return 2 + octets + int.from_bytes(der[2 : 2 + octets])
