"""Certificates in the chains that are submitted with entries: CA certificates, some of which name a contact.

The tree covers no chain. What is found here is told apart from entries to the end, and proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Final

from ctscan.model import ChainHit, Entry
from ctscan.personal.analyse import Analysis, DerKind, analyse
from ctscan.personal.scope import Scope

MAX_SEEN: Final = 16_384
"""Fingerprints remembered, a few MB; with one more, all are forgotten, and certificates are read again."""


class ChainReader:
    """Reads each distinct certificate of the chains that it is shown once, for one scope."""

    __slots__ = ("_scope", "_seen")

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._seen: set[bytes] = set()

    def analyse(self, chain: Iterable[bytes], entry_of: Callable[[], Entry]) -> list[ChainHit]:
        """What the certificates of a chain hold in scope. `entry_of` gives the entry that it came with, and is asked
        only if there is something; its FormatError is raised, and the chain counts as not seen then."""
        hits = []
        for der in chain:
            fingerprint = sha256(der).digest()
            if fingerprint in self._seen:
                continue
            found = analyse(der, DerKind.CERTIFICATE, self._scope)
            if found.findings and found.in_scope:
                hits.append(_hit(entry_of(), der, found))
            if len(self._seen) >= MAX_SEEN:
                self._seen.clear()
            self._seen.add(fingerprint)
        return hits


def _hit(entry: Entry, der: bytes, found: Analysis) -> ChainHit:
    return ChainHit(
        entry.log_id, entry.index, entry.timestamp, der, found.certificate, found.findings, found.unreadable
    )
