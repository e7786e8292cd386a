"""Budget of a refresh, per host and for all hosts. Strangers make the URLs and answers: they can name any number of
CRLs, fill a disk with them, and answer as slowly as a client tolerates.

Certificates beyond the budget stay unknown. The next run begins with them, as it doesn't repeat answers that still
count.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from msgspec import Struct, field

PATIENCE: Final = 2.0
"""Seconds of each answer that cost nothing: our own rate limit takes them."""


class RefreshLimits(Struct, frozen=True):
    """Limits of a refresh. `files`: CRLs and certificates of issuers. CAs that split their CRLs into small parts have
    some thousands."""

    files: int = 2000  # per host
    octets: int = 512 * 1024 * 1024  # of these files, per host
    octets_of_all: int = 4 * 1024 * 1024 * 1024  # of these files, all hosts together
    seconds: float = 600.0  # of waiting, per host


class _Spent(Struct):
    files: int = 0
    octets: int = 0
    seconds: float = 0.0


class Budget(Struct):
    """Cost of each host in one run. A cost counts when its request has ended, so requests under way may exceed the
    limits."""

    limits: RefreshLimits
    octets_of_all: int = 0
    _spent: defaultdict[str, _Spent] = field(default_factory=lambda: defaultdict(_Spent))

    def refusal_reason(self, host: str, *, is_file: bool) -> str:
        """Return the reason to leave a host alone for the rest of the run; empty while it may be asked."""
        spent, limits = self._spent[host], self.limits
        if spent.seconds >= limits.seconds:
            return f"skipped for the rest of this run: it made us wait for {limits.seconds:,.0f} s"
        if not is_file:
            return ""
        if spent.files >= limits.files:
            return f"skipped for the rest of this run: {limits.files:,} of its files were fetched"
        if spent.octets >= limits.octets:
            return f"skipped for the rest of this run: its files had {limits.octets:,} octets"
        if self.octets_of_all >= limits.octets_of_all:
            return f"skipped for the rest of this run: files of all hosts had {limits.octets_of_all:,} octets"
        return ""

    def begin(self, host: str, *, is_file: bool) -> None:
        """Count a request."""
        self._spent[host].files += is_file

    def end(self, host: str, seconds: float, octets: int) -> None:
        """Count the seconds of a request that ended, well or not, and the octets of a fetched file."""
        spent = self._spent[host]
        spent.seconds += max(0.0, seconds - PATIENCE)
        spent.octets += octets
        self.octets_of_all += octets
