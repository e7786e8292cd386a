"""Parser of the facts on the publication of certificates, `data/exposure/publication.toml`. Pure."""

from __future__ import annotations

import tomllib
from datetime import date
from typing import Any

from ctscan.errors import InputError
from ctscan.model.certificate_request import Logging, LoggingFact, PublicationFacts, RequestUse, ValidityLimit

_USES = frozenset(str(use).partition(".")[2] for use in RequestUse)


def parse_publication(text: str) -> PublicationFacts:
    """Parse the facts.

    Raises:
        InputError: not TOML, an unknown key or word, a missing source, or days outside 1 to 3650.
    """
    try:
        found = tomllib.loads(text)
        return PublicationFacts(
            tuple(_limit(**one) for one in found["limits"]), tuple(_logging(**one) for one in found["logging"])
        )
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"exposure/publication.toml: expected limits and logging, each with a source: {error}"
        ) from error


def _limit(*, use: str, days: int, since: date, source: str) -> ValidityLimit:
    _check(use, source)
    if not (isinstance(days, int) and 1 <= days <= 3650 and type(since) is date):
        raise ValueError(f"limit of {use}: expected 1 to 3650 days since a day, got {days!r} since {since!r}")
    return ValidityLimit(use, days, since, source)


def _logging(*, use: str, logging: str, source: str) -> LoggingFact:
    _check(use, source)
    return LoggingFact(use, Logging(logging), source)


def _check(use: Any, source: Any) -> None:
    if use not in _USES:
        raise ValueError(f"use: expected one of {', '.join(sorted(_USES))}, got {use!r}")
    if not (isinstance(source, str) and source.strip()):
        raise ValueError(f"source of {use}: expected a citation, got none")
