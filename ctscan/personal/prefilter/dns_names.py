"""Host names in the octets of a certificate, in the forms that the prefilter accepts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Final

from ctscan.on_first_use import late_pattern
from ctscan.personal.prefilter.impersonal_extensions import end_of_element

# 0x82 (dNSName), a length in one octet, host characters; the caller checks the lengths
_DNS_NAMES: Final = late_pattern(rb"(?:\x82[\x01-\x7f][-.*_0-9A-Za-z]++)++")
_HOST_CHARACTERS: Final = late_pattern(rb"[-.*_0-9A-Za-z]+")
# a lower-case host without IDNA labels ("xn--")
HOST: Final = late_pattern(rb"(?:\*\.)?(?:[a-z0-9]++(?:-[a-z0-9]++)*+\.)++[a-z][a-z0-9]++")
# 30 L { 31 L { 30 L { CN of `size` characters } } }: a host name as CN and nothing else
HOST_SUBJECTS: Final = {
    bytes((0x30, size + 11, 0x31, size + 9, 0x30, size + 7, 0x06, 0x03, 0x55, 0x04, 0x03, kind, size)): size
    for size in range(3, 65)
    for kind in (0x0C, 0x13, 0x16)
}
HOST_SUBJECT_PREFIX: Final = 13
_DOT: Final = 0x2E


def are_hosts(names: bytes) -> bool:
    """Return whether the content of a GeneralNames is dNSNames of host characters only, with right lengths."""
    if names[0] == 0x82 and names[1] == len(names) - 2 and names[1] < 0x80:
        return _HOST_CHARACTERS.fullmatch(names, 2) is not None  # a single name, the usual case
    if not _DNS_NAMES.fullmatch(names):
        return _are_long_hosts(names)
    # neither a host character nor a length is 0x82, so splitting finds exactly the names
    _, *parts = names.split(b"\x82")
    for part in parts:  # noqa: SIM110  a generator costs more than the few names
        if part[0] != len(part) - 1:  # the octet before the host is its length
            return False
    return True


def _are_long_hosts(names: bytes) -> bool:
    """Return the same as `are_hosts`, for names of any length."""
    for tag, body, stop in _elements(names):
        if tag != 0x82 or stop > len(names) or not _HOST_CHARACTERS.fullmatch(names, body, stop):
            return False
    return len(names) > 0


def _elements(names: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield tag, offset of the content and offset behind it of each element."""
    at = 0
    while at < len(names):
        stop = end_of_element(names, at)
        yield names[at], at + (2 if names[at + 1] < 0x80 else names[at + 1] - 0x7E), stop
        at = stop


class ScopeDomains:
    """Domains of a scope, with which hosts are compared in any case of letters.

    The last octets of a host, as many as the shortest domain has, exclude nearly all hosts. The rest are looked up from
    their last label on, so two hundred domains cost as little as one.

    Args:
        domains: canonical domains, one at least.
    """

    __slots__ = ("_end", "_ends", "_has_long", "_suffixes")

    def __init__(self, domains: Iterable[str]) -> None:
        named = {domain.encode("ascii").lower() for domain in domains}
        labels = (domain.split(b".") for domain in named)
        self._suffixes = {suffix: suffix in named for each in labels for suffix in accumulate(reversed(each), _before)}
        """Every suffix of the domains by whole labels, and whether it is one of the domains."""
        self._end = -min(map(len, named))
        self._ends = frozenset(domain[self._end :] for domain in named)
        self._has_long = max(map(len, named)) >= 0x80

    def have_any(self, names: bytes) -> bool:
        """Return whether a host is one of the domains or below one.

        Args:
            names: content of a GeneralNames that `are_hosts` accepts.
        """
        if names[1] == len(names) - 2 < 0x80:  # a single name, the usual case
            return self.have(names[2:])
        lowered = names.lower()
        if self._has_long or b".\x82" in lowered or lowered.endswith(b"."):
            return any(self.have(names[body:stop]) for _, body, stop in _elements(names))
        # Each host behind its length. A length in several octets cuts or spoils the first label alone: that host is
        # longer than the domains, and can only be below one.
        end, ends = self._end, self._ends
        for part in lowered.split(b"\x82"):  # noqa: SIM110  a generator costs more
            if part[end:] in ends and self._have(part[1:]):
                return True
        return False

    def have(self, host: bytes) -> bool:
        """Return whether a host is one of the domains or below one."""
        return (host[self._end :].lower() in self._ends or host[-1] == _DOT) and self._have(host.lower())

    def _have(self, host: bytes) -> bool:
        host = host.rstrip(b".")  # the rule that reads hosts leaves the root out
        dot, is_domain = len(host), None if not host else False
        while is_domain is False and dot >= 0:
            dot = host.rfind(b".", 0, dot)
            is_domain = self._suffixes.get(host[dot + 1 :])
        return is_domain is True


def _before(suffix: bytes, label: bytes) -> bytes:
    return label + b"." + suffix
