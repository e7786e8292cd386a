"""Web addresses: parsing, loopback hosts, and the form shown in messages. Pure."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import TYPE_CHECKING

from ctscan.errors import UsageError

if TYPE_CHECKING:
    import httpx


def parse_url(url: str) -> httpx.URL:
    """Parse an http or https URL with a host. Raises UsageError for anything else, without repeating it."""
    import httpx  # on its first use: it takes a tenth of a second

    try:
        parsed = httpx.URL(url)
        host = parsed.host  # decoded here: xn-- may be followed by anything
    except (httpx.InvalidURL, ValueError, TypeError):
        raise UsageError(f"an address of {len(url)} characters: expected a URL, got something else") from None
    if parsed.scheme not in ("http", "https") or not host:
        raise UsageError(f"an address of {len(url)} characters: expected http://... or https://...")
    return parsed


@lru_cache(maxsize=1024)
def is_loopback(host: str) -> bool:
    """Return whether a host name or address is this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_ipv4(host: str) -> bool:
    """Return whether a host is an IPv4 address in its usual form."""
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return True


def shown_url(url: str) -> str:
    """Shorten a URL as `show` does; text that is no URL is replaced by its length."""
    import httpx

    try:
        return show(httpx.URL(url))
    except (httpx.InvalidURL, ValueError):
        return f"an address of {len(url)} characters"


def show(url: httpx.URL) -> str:
    """Return a URL for messages: without query, fragment and credentials."""
    return f"{url.scheme}://{url.netloc.decode('ascii')}{url.raw_path.decode('ascii').partition('?')[0]}"
