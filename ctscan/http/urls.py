"""Web addresses: parsing, loopback hosts, and the form shown in messages. Pure."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

import httpx

from ctscan.errors import UsageError


def parse_url(url: str) -> httpx.URL:
    """Parse an http or https URL with a host. Raises UsageError for anything else, without repeating it."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError, TypeError):
        raise UsageError(f"an address of {len(url)} characters: expected a URL, got something else") from None
    if parsed.scheme not in ("http", "https") or not parsed.host:
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


def shown_url(url: str) -> str:
    """Shorten a URL as `show` does; text that is no URL is replaced by its length."""
    try:
        return show(httpx.URL(url))
    except (httpx.InvalidURL, ValueError):
        return f"an address of {len(url)} characters"


def show(url: httpx.URL) -> str:
    """Return a URL for messages: without query, fragment and credentials."""
    return f"{url.scheme}://{url.netloc.decode('ascii')}{url.raw_path.decode('ascii').partition('?')[0]}"
