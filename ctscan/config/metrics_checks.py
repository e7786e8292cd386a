"""Checks of the table `[metrics]`. Pure."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Any

from msgspec import Struct

from ctscan.config.setting_checks import filled_text, unexpected

_PORTS = 65_535


class ListenAddress(Struct, frozen=True):
    """Address to listen on. `host` is an IP address; port 0 takes a free one."""

    host: str
    port: int

    def __str__(self) -> str:
        """Write the address as URLs have it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """True where only this machine reaches it."""
        return ip_address(self.host).is_loopback


def listen_address(value: Any, where: str) -> ListenAddress:
    """Check an address: `127.0.0.1:9187`, `[::1]:9187`, `localhost:9187`."""
    text = filled_text(value, where)
    found = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]{2,45})\]|([0-9.]{7,15}|localhost)):([0-9]{1,5})", text)
    host = "" if found is None else found[1] or found[2].replace("localhost", "127.0.0.1")
    if found is None or int(found[3]) > _PORTS or not _is_address(host, is_bracketed=bool(found[1])):
        raise unexpected(where, 'an IP address and a port, such as "127.0.0.1:9187" or "[::1]:9187"', value)
    return ListenAddress(str(ip_address(host)), int(found[3]))


def _is_address(host: str, *, is_bracketed: bool) -> bool:
    try:
        return (ip_address(host).version == 6) == is_bracketed
    except ValueError:
        return False
