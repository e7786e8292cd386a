"""Addresses of logs, as log lists and `log.v3.json` give them: checked before anything is asked there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, urlsplit

from ctscan.ct.strict_json import text_in
from ctscan.errors import FormatError
from ctscan.on_first_use import late_pattern

if TYPE_CHECKING:
    from ctscan.ct.strict_json import Object

_URL_LIMIT: Final = 2_000
_URL_TEXT: Final = late_pattern(r"[!$-;=@A-Z\[\]_a-z~]+", re.ASCII)  # of RFC 3986: no `?`, `#`, quotes, backslashes
_PUBLIC_HOST: Final = late_pattern(r"[a-z0-9.-]+\.[a-z][a-z0-9-]*[a-z0-9]", re.ASCII)  # no IP address in any notation
_RESERVED_HOST: Final = late_pattern(r"(.+\.)?(example(\.(com|net|org))?|invalid|test|localhost)", re.ASCII)  # RFC 2606


def url_in(entry: Object, key: str, context: str, *, by_hand: bool, may_be_file: bool = False) -> str:
    return checked_url(text_in(entry, key, context), f"{context}: {key}", by_hand=by_hand, may_be_file=may_be_file)


def checked_url(text: str, context: str, *, by_hand: bool, may_be_file: bool = False) -> str:
    """Check an address and end it with a slash. It needs https and a public host name, unless given by hand."""
    if len(text) > _URL_LIMIT or not _URL_TEXT.fullmatch(text):
        raise FormatError(f"{context}: expected a URL of at most {_URL_LIMIT} characters without query and spaces")
    parts = _split_url(text, context)
    schemes = ("https", *(("http",) if by_hand else ()), *(("file",) if by_hand and may_be_file else ()))
    if parts.scheme not in schemes:
        raise FormatError(f"{context}: expected a URL with {' or '.join(schemes)}, got {parts.scheme or 'no scheme'}")
    if parts.scheme == "file":
        if parts.netloc not in ("", "localhost") or not parts.path.startswith("/"):
            raise FormatError(f"{context}: expected file:/// and an absolute path")
    elif not parts.hostname or "@" in parts.netloc:
        raise FormatError(f"{context}: expected a host and no user name")
    elif not by_hand and not _PUBLIC_HOST.fullmatch(parts.hostname):
        raise FormatError(
            f"{context}: expected a public host name; addresses of this machine need a list given by hand"
        )
    return text if text.endswith("/") else text + "/"


def _split_url(text: str, context: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises when it is no number
    except ValueError:
        raise FormatError(f"{context}: expected a URL, got {len(text)} characters that aren't") from None
    return parts


def is_placeholder(url: object) -> bool:
    """Return whether a host is reserved for examples (RFC 2606), where no log can be."""
    try:
        host = urlsplit(url).hostname if isinstance(url, str) else None
    except ValueError:
        return False
    return host is not None and _RESERVED_HOST.fullmatch(host.rstrip(".")) is not None


def origin_of(submission_url: str) -> str:
    """Return the submission prefix without scheme and trailing slash: origin line and key name of the checkpoints."""
    return submission_url.partition("://")[2].removesuffix("/")
