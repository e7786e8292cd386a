"""Fetches the issuers that a log names by fingerprint, of what is kept; a pass goes on without those it can't have."""

from __future__ import annotations

from collections.abc import Callable

from ctscan.errors import Missing, Refused, SourceError
from ctscan.model import BatchResult, IssuerOrigin, IssuerRequest
from ctscan.personal.batch import BatchAnalyser
from ctscan.sources import LogSource

ENOUGH = 2
"""Failures in a row of a server that doesn't answer, or keeps giving something else, each up to a minute long: in this
pass it isn't asked again."""


class IssuerReader:
    """Reads issuers for one pass over one log. What can't be had is told once, and asked for again in the next pass
    that finds something of the same issuer."""

    def __init__(self, name: str, source: LogSource, analyser: BatchAnalyser, notice: Callable[[str], None]) -> None:
        self._name, self._source, self._analyser, self._notice = name, source, analyser, notice
        self._failures = 0  # in a row
        self._told = False

    async def complete(self, result: BatchResult) -> BatchResult:
        """Add the issuers that are asked for, and what is found in them, to the result of a batch."""
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
            was_quick = isinstance(error, Missing | Refused)
            self._failures = 0 if was_quick else self._failures + 1
            if not self._told:
                self._notice(f"{self._name}: the certificate of an issuer can't be had: {error}")
            self._told = True
            return None
        self._failures = 0
        return der
