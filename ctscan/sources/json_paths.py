"""What sources that need an account share: tokens out of the environment, and JSON that is believed in nothing.

A token is sent in the Authorization header only, over TLS only, and stands in no message.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ctscan.errors import FormatError, UsageError
from ctscan.http.urls import is_loopback, parse_url

_TOKEN_LIMIT = 4096
_MAX_VALUES = 2_000_000
"""Commas and brackets of one answer. Each stands for an object of Python of some hundred bytes, at most."""


def bearer(environ: Mapping[str, str], variable: str) -> dict[str, str]:
    """The header that carries the token of this variable; none where it isn't set. UsageError for one that can't be
    sent."""
    token = environ.get(variable, "").strip()
    if not token:
        return {}
    if len(token) > _TOKEN_LIMIT or not all("!" <= character <= "~" for character in token):
        raise UsageError(f"{variable}: expected a token of printable ASCII without blanks, got something else")
    return {"Authorization": f"Bearer {token}"}


def base_of(url: str, headers: Mapping[str, str]) -> str:
    """The base that paths are appended to. UsageError when headers with a token would travel unencrypted."""
    parsed = parse_url(url)
    if headers and parsed.scheme != "https" and not is_loopback(parsed.host):
        raise UsageError("a token is sent to https:// only, got an address without encryption")
    return url.rstrip("/")


def parse_json(body: bytes) -> Any:
    """Any JSON. FormatError for what is none, or has too many values or too deep ones to be an answer."""
    check_values(body)
    try:
        return json.loads(body)
    except (ValueError, RecursionError):  # of UnicodeDecodeError, JSONDecodeError and endless numbers too
        raise FormatError("expected JSON, got something else") from None


def check_values(body: bytes) -> None:
    """FormatError when reading it as JSON would take many times its size in memory."""
    if sum(map(body.count, (b",", b"[", b"{"))) > _MAX_VALUES:
        raise FormatError(f"expected at most {_MAX_VALUES} values, got more")


def texts_in(value: object, *, deepest: int = 12) -> Iterator[str]:
    """Every string inside an object of JSON, but for names of its members."""
    if isinstance(value, str):
        yield value
    elif deepest > 0 and isinstance(value, (list, dict)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts_in(inner, deepest=deepest - 1)


def member(value: object, *path: str) -> Any:
    """What lies at a path of members; None where it ends early."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value
