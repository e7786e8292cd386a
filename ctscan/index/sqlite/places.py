"""Places of addresses: numbers of 48 bits, from the letters of a local part, its digits and its host. Pure, no SQL."""

from __future__ import annotations

from zlib import crc32

from ctscan.on_first_use import late_pattern

HOST_BITS = 16
"""Bits of a place that are of the host, and of the digits before it: `member1@` and `member2@` are two places."""

_SEPARATORS = str.maketrans("", "", "._-\"'")
_NUMBER = late_pattern(r"[._-]?[0-9]+\Z")


def place_of(address: str) -> int:
    """Return the place of a canonical address: 32 bits for the letters of its local part, then 16 for the digits behind
    them and for the host."""
    local, _, host = address.rpartition("@")
    untagged = _untagged(local)
    found = _without_number(untagged)
    digits = untagged[len(found) :]
    return _octets(found) << HOST_BITS | _octets(f"{host}\0{digits}" if digits else host) & (1 << HOST_BITS) - 1


def letters(local: str) -> str:
    """Return a local part without +tag, dots, hyphens, underscores, quotes, apostrophes, and digits at its end. A local
    part of nothing else keeps its digits, or its tag."""
    return _without_number(_untagged(local))


def _without_number(untagged: str) -> str:
    return untagged.rstrip("0123456789") or untagged


def _untagged(local: str) -> str:
    return (local.partition("+")[0] or local).translate(_SEPARATORS)


def mailbox_name(local: str) -> str:
    """Return a local part without +tag, apostrophes, and a number at its end: `jane.oneill` of `jane.o'neill-2+x`."""
    untagged = (local.partition("+")[0] or local).replace("'", "")
    return _NUMBER.sub("", untagged) or untagged


def _octets(text: str) -> int:
    return crc32(text.encode("utf-8", "surrogatepass"))
