"""Help for sources with an account: tokens from the environment, and JSON of which nothing is trusted.

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
"""Most commas and brackets of one answer. Each stands for a Python object of some hundred bytes at most."""


def bearer_header(environ: Mapping[str, str], variable: str) -> dict[str, str]:
    """Return the header with the token of an environment variable; empty where the variable isn't set. Raises
    UsageError for a token that can't be sent."""
    token = environ.get(variable, "").strip()
    if not token:
        return {}
    if len(token) > _TOKEN_LIMIT or not all("!" <= character <= "~" for character in token):
        raise UsageError(f"{variable}: expected a token of printable ASCII without blanks, got something else")
    return {"Authorization": f"Bearer {token}"}


def base_url(url: str, headers: Mapping[str, str]) -> str:
    """Return the base to which paths are appended. Raises UsageError when a header with a token would travel
    unencrypted."""
    parsed = parse_url(url)
    if headers and parsed.scheme != "https" and not is_loopback(parsed.host):
        raise UsageError("a token is sent to https:// only, got an address without encryption")
    return url.rstrip("/")


def parse_json(body: bytes) -> Any:
    """Parse JSON. Raises FormatError when the bytes are no JSON, or hold too many values or too deep nesting."""
    check_values(body)
    try:
        return json.loads(body)
    except (ValueError, RecursionError):  # ValueError includes UnicodeDecodeError, JSONDecodeError and endless numbers
        raise FormatError("expected JSON, got something else") from None


def check_values(body: bytes) -> None:
    """Raise FormatError when reading these bytes as JSON would take many times their size in memory."""
    if sum(map(body.count, (b",", b"[", b"{"))) > _MAX_VALUES:
        raise FormatError(f"expected at most {_MAX_VALUES} values, got more")


def strings_in(value: object, *, deepest: int = 12) -> Iterator[str]:
    """Yield every string inside a JSON value, without the names of members."""
    if isinstance(value, str):
        yield value
    elif deepest > 0 and isinstance(value, (list, dict)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from strings_in(inner, deepest=deepest - 1)


def member(value: object, *path: str) -> Any:
    """Return the value at a path of member names; None where the path ends early."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value
