"""Fetches the issuers that a log names by fingerprint, of what is kept; a pass goes on without those it can't have."""

from __future__ import annotations

from collections.abc import Callable

from ctscan.errors import Missing, Refused, SourceError
from ctscan.personal.examine import Examined, Examiner, Wanted
from ctscan.sources import LogSource

ENOUGH = 2
"""Failures in a row of a server that doesn't answer, or keeps giving something else, each up to a minute long: in this
pass it isn't asked again."""


class IssuerReader:
    """Reads issuers for one pass over one log. What can't be had is told once, and asked for again in the next pass
    that finds something of the same issuer."""

    def __init__(self, name: str, source: LogSource, examiner: Examiner, notice: Callable[[str], None]) -> None:
        self._name, self._source, self._examiner, self._notice = name, source, examiner, notice
        self._failures = 0  # in a row
        self._told = False

    async def complete(self, examined: Examined) -> None:
        """Add the issuers that are wanted, and what is found in them, to what was examined."""
        for wanted in examined.wanted:
            if self._failures >= ENOUGH:
                return
            der = await self._fetch(wanted)
            if der is not None:
                issuers, in_chains = self._examiner.examine_issuer(wanted, der, "log")
                examined.issuers.extend(issuers)
                examined.in_chains.extend(in_chains)

    async def _fetch(self, wanted: Wanted) -> bytes | None:
        try:
            der = await self._source.issuer(wanted.fingerprint)
        except SourceError as error:
            was_quick = isinstance(error, Missing | Refused)
            self._failures = 0 if was_quick else self._failures + 1
            if not self._told:
                self._notice(f"{self._name}: the certificate of an issuer can't be had: {error}")
            self._told = True
            return None
        self._failures = 0
        return der
