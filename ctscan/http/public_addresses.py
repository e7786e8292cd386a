"""Public IP addresses: those that belong to no private, local or reserved network. Pure."""

from __future__ import annotations

import ipaddress
from typing import Final

_IPV4_REFUSED: Final = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16"),
        *("192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3"),
    )
)
_IPV6_GLOBAL: Final = ipaddress.IPv6Network("2000::/3")
_IPV6_REFUSED: Final = tuple(
    map(ipaddress.IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"))
)
"""Special-purpose addresses (RFC 6890). Of IPv6 only global unicast is allowed at all: mapped and compatible IPv4,
NAT64, unique local, link-local and multicast addresses lie outside it; Teredo and 6to4 inside."""


def is_public(address: str) -> bool:
    """Return whether an address belongs to the public internet: not private, local, shared, reserved or multicast, and
    no IPv6 address that stands for an IPv4 address."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv4Address):
        return ip.is_global and not any(ip in network for network in _IPV4_REFUSED)
    if ip.scope_id is not None or ip not in _IPV6_GLOBAL:
        return False
    return ip.is_global and not any(ip in network for network in _IPV6_REFUSED)
