"""Web addresses: which may be asked for, which are this machine, and how they are shown. Pure."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

import httpx

from ctscan.errors import UsageError


def parse_url(url: str) -> httpx.URL:
    """An http or https URL with a host. UsageError for anything else, without repeating it."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError, TypeError):
        raise UsageError(f"an address of {len(url)} characters is no URL") from None
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise UsageError(f"an address of {len(url)} characters: expected http://... or https://...")
    return parsed


@lru_cache(maxsize=1024)
def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def shown_url(url: str) -> str:
    """As `show`, for text that may be no URL at all."""
    try:
        return show(httpx.URL(url))
    except (httpx.InvalidURL, ValueError):
        return f"an address of {len(url)} characters"


def show(url: httpx.URL) -> str:
    """A URL for messages: without query, fragment and credentials."""
    return f"{url.scheme}://{url.netloc.decode('ascii')}{url.raw_path.decode('ascii').partition('?')[0]}"
