"""What a host, and all of them together, may cost a run: URLs and answers are made by strangers, who can name as many
lists as they like, fill a disk with them, and answer as slowly as a client puts up with.

What is left out is told as not known, and the next run begins with it: what was told meanwhile isn't asked again.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

PATIENCE: Final = 2.0
"""Seconds of each answer that count for nothing: our own pace takes them."""


@dataclass(frozen=True, slots=True)
class RefreshLimits:
    """`files`: lists and certificates of issuers. CAs that cut their lists into many small ones have some thousands."""

    files: int = 2000  # of a host
    octets: int = 512 * 1024 * 1024  # of these files, of a host
    octets_of_all: int = 4 * 1024 * 1024 * 1024
    seconds: float = 600.0  # that a host may make us wait, in all


@dataclass(slots=True)
class _Spent:
    files: int = 0
    octets: int = 0
    seconds: float = 0.0


@dataclass(slots=True)
class Budget:
    """What was spent on hosts in one run. A host is told to have spent all only once a request has ended, so that what
    is under way then comes on top."""

    limits: RefreshLimits
    octets_of_all: int = 0
    _spent: defaultdict[str, _Spent] = field(default_factory=lambda: defaultdict(_Spent))

    def refusal_reason(self, host: str, *, is_file: bool) -> str:
        """Why the host isn't asked any more in this run; empty: it is."""
        spent, limits = self._spent[host], self.limits
        if spent.seconds >= limits.seconds:
            return f"not asked any more in this run, for it kept us waiting for {limits.seconds:,.0f} s"
        if not is_file:
            return ""
        if spent.files >= limits.files:
            return f"not asked any more in this run, for {limits.files:,} files of it were fetched"
        if spent.octets >= limits.octets:
            return f"not asked any more in this run, for files of it had {limits.octets:,} octets"
        if self.octets_of_all >= limits.octets_of_all:
            return f"not asked any more in this run, for files of all hosts had {limits.octets_of_all:,} octets"
        return ""

    def begin(self, host: str, *, is_file: bool) -> None:
        """A request is made."""
        self._spent[host].files += is_file

    def end(self, host: str, seconds: float, octets: int) -> None:
        """It ended, well or not, after so long; `octets` of a file."""
        spent = self._spent[host]
        spent.seconds += max(0.0, seconds - PATIENCE)
        spent.octets += octets
        self.octets_of_all += octets
