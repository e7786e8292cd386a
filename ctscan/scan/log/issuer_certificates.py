"""Issuers that a log names by fingerprint: fetched for hits only. A pass goes on without the issuers it can't have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctscan.errors import Missing, Refused, SourceError
from ctscan.model import IssuerOrigin
from ctscan.scan.events import Notice

if TYPE_CHECKING:
    from ctscan.model import BatchResult, IssuerRequest
    from ctscan.personal.batch import BatchAnalyser
    from ctscan.scan.events import Emit
    from ctscan.sources import LogSource

ENOUGH = 2
"""Failures in a row, each up to a minute long, after which a pass asks the server for no more issuers."""


class IssuerReader:
    """Reader of issuers for a pass over a log. The first failure is a notice; the next pass asks again."""

    def __init__(self, name: str, source: LogSource, analyser: BatchAnalyser, emit: Emit) -> None:
        self._name, self._source, self._analyser, self._emit = name, source, analyser, emit
        self._failures = 0  # in a row
        self._has_warned = False

    async def complete(self, result: BatchResult) -> BatchResult:
        """Add the requested issuers, and the findings in them, to the result of a batch."""
        for request in result.issuer_requests:
            if self._failures >= ENOUGH:
                break
            der = await self._fetch(request)
            if der is not None:
                result += self._analyser.analyse_issuer(request, der, IssuerOrigin.LOG)
        return result

    async def _fetch(self, request: IssuerRequest) -> bytes | None:
        try:
            der = await self._source.issuer(request.fingerprint)
        except SourceError as error:
            is_quick = isinstance(error, Missing | Refused)
            self._failures = 0 if is_quick else self._failures + 1
            if not self._has_warned:
                self._emit(Notice(f"{self._name}: the certificate of an issuer can't be had: {error}"))
            self._has_warned = True
            return None
        self._failures = 0
        return der
