"""Certificates in the chains that are submitted with entries: CA certificates, some of which name a contact.

The tree covers no chain. What is found here is told apart from entries to the end, and proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Final

from ctscan.errors import FormatError
from ctscan.model import Certificate, ChainHit, Entry, Finding
from ctscan.personal.rules import find_in_text, find_personal_data
from ctscan.personal.scope import Scope
from ctscan.x509.certificate import read_certificate
from ctscan.x509.text import salvage_strings

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
            found = self._read(der)
            if found is not None:
                entry = entry_of()
                hits.append(ChainHit(entry.log_id, entry.index, entry.timestamp, der, *found))
            if len(self._seen) >= MAX_SEEN:
                self._seen.clear()
            self._seen.add(fingerprint)
        return hits

    def _read(self, der: bytes) -> tuple[Certificate | None, tuple[Finding, ...], str] | None:
        """The certificate, findings, and why it can't be read; None when it holds nothing in scope."""
        try:
            certificate = read_certificate(der)
        except FormatError as error:
            return self._salvage(der, str(error))
        except Exception as error:  # one bad certificate must not end the scan of a log; the type alone, it may quote
            return self._salvage(der, f"the reader failed with {type(error).__name__}")
        findings, failures = find_personal_data(certificate, self._scope.domains)
        if not findings and failures:
            return self._salvage(der, "; ".join(f"{failure.path}: {failure.what}" for failure in failures))
        return (certificate, findings, "") if findings and self._scope.keeps(findings, certificate) else None

    def _salvage(self, der: bytes, reason: str) -> tuple[None, tuple[Finding, ...], str] | None:
        """What is no certificate to the reader is kept for what its strings tell, in scope. Without any it is let go,
        also of the widest scope: an entry that can't be read has to be accounted for, what comes beside one hasn't."""
        strings = salvage_strings(der)
        if not self._scope.keeps_text(strings):
            return None
        findings, failures = find_in_text(strings)
        reason = "; ".join((reason, *(f"{failure.path}: {failure.what}" for failure in failures)))
        return (None, findings, reason) if findings else None
