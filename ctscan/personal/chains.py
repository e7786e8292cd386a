"""Certificates in the chains that are submitted with entries: CA certificates, some of which name a contact.

The tree covers no chain. Chain hits prove nothing, so they stay apart from entries everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Final

from ctscan.model import ChainHit, Entry
from ctscan.personal.analyse import Analysis, DerKind, ResultFilter, analyse

MAX_SEEN: Final = 16_384
"""Most fingerprints that are remembered, a few MB; then all are forgotten, and certificates are read again."""


class ChainReader:
    """Reader of chains for one scope, which reads each distinct certificate once."""

    __slots__ = ("_scope", "_seen")

    def __init__(self, scope: ResultFilter) -> None:
        self._scope = scope
        self._seen: set[bytes] = set()

    def analyse(self, chain: Iterable[bytes], entry_of: Callable[[], Entry]) -> list[ChainHit]:
        """Find personal data in scope in the certificates of a chain.

        Args:
            chain: DER of the certificates.
            entry_of: gives the entry that the chain came with; called only for a hit.

        Returns:
            The hits in certificates that weren't read before.

        Raises:
            FormatError: by `entry_of`; the certificate then counts as not read.
        """
        hits = []
        for der in chain:
            fingerprint = sha256(der).digest()
            if fingerprint in self._seen:
                continue
            found = analyse(der, DerKind.CERTIFICATE, self._scope)
            if found.is_kept:
                hits.append(_hit(entry_of(), der, found))
            if len(self._seen) >= MAX_SEEN:
                self._seen.clear()
            self._seen.add(fingerprint)
        return hits


def _hit(entry: Entry, der: bytes, found: Analysis) -> ChainHit:
    return ChainHit(
        entry.log_id,
        entry.index,
        entry.timestamp,
        der,
        found.certificate,
        found.findings_in_scope,
        found.unreadable,
        found.partly_read,
        found.unkept_keys,
    )
