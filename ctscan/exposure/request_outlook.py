"""Outlook on the certificate that a CA would issue from a request: public data, logs, periods, and advice. Pure.

    findings ──► would stand in the certificate ──► logs of its kinds, for ever ──► ask for less
        └──────► attributes of the request ──► the CA alone

Nothing is promised: a CA may leave out, change and add.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from ctscan.exposure.request_advice import advice
from ctscan.model import Finding, Message
from ctscan.model.certificate_request import (
    STAYING_PARTS,
    Logging,
    PublicationFacts,
    Requested,
    RequestOutlook,
    RequestText,
    RequestUse,
    UsesBasis,
    ValidityLimit,
)

_ENVELOPE: Final = (RequestText.ENVELOPE(), RequestText.NOT_CHECKED())


def outlook(requested: Requested, findings: Sequence[Finding], facts: PublicationFacts, today: date) -> RequestOutlook:
    """Say what a CA would publish if it took over all that a request asks for.

    Args:
        requested: the facts of the request.
        findings: all findings of the request.
        facts: facts on publication.
        today: day on which the certificate would be issued; decides the limits of validity in force.
    """
    public = tuple(finding for finding in findings if not _stays(finding))
    staying = tuple(finding for finding in findings if _stays(finding))
    is_empty = requested.form.is_envelope and not public
    logs = () if is_empty else tuple(_logs(requested, facts))
    periods = () if is_empty else tuple(_periods(requested, facts, today))
    return RequestOutlook(
        requested=requested,
        public=public,
        staying=staying,
        conditions=_ENVELOPE if is_empty else tuple(_conditions(requested, staying)),
        logs=logs,
        periods=periods,
        advice=tuple(advice(requested, public, staying)),
        sources=() if is_empty else tuple(_sources(requested, facts, today)),
    )


def _stays(finding: Finding) -> bool:
    return finding.path.partition(".")[0] in STAYING_PARTS


def _phrase(use: str) -> str:
    return f"request-use.{use}"


def _conditions(requested: Requested, staying: Sequence[Finding]) -> Iterator[Message]:
    for use in requested.uses:
        if requested.basis is UsesBasis.PURPOSES:
            yield RequestText.ASKS_BY_PURPOSES(use=_phrase(use))
        else:
            yield RequestText.ASKS_BY_NAMES(use=_phrase(use))
    if not requested.uses:
        yield RequestText.ASKS_UNKNOWN()
    yield RequestText.CA_DECIDES()
    if staying or requested.fields_of_staying:
        yield RequestText.STAYS_WITH_CA()
    yield RequestText.NOT_CHECKED()


# --- in which logs, for how long -----------------------------------------------------------------------------------


def _kinds(requested: Requested) -> tuple[str, ...]:
    return tuple(use for use in requested.uses if _phrase(use) != RequestUse.QUALIFIED)


def _logs(requested: Requested, facts: PublicationFacts) -> Iterator[Message]:
    """Yield the logs of each kind. One kind that has to be logged is enough, whatever else the key may do."""
    by_use = {one.use: one.logging for one in facts.logging}
    found = [(use, by_use.get(use, Logging.UNKNOWN)) for use in _kinds(requested)]
    if any(logging is Logging.REQUIRED for _, logging in found):
        yield RequestText.LOGGED_TLS()
    else:
        yield from _not_required(found)
    yield RequestText.PRIVATE_CA()


def _not_required(found: Sequence[tuple[str, Logging]]) -> Iterator[Message]:
    for use, logging in found:
        match logging:
            case Logging.OF_ISSUERS:
                yield RequestText.LOGGED_CA()
            case Logging.SOME:
                yield RequestText.LOGGED_CODE()
            case Logging.RARE:
                yield RequestText.MOSTLY_UNLOGGED(use=_phrase(use))
            case _:
                yield RequestText.LOGGING_UNKNOWN()
    if not found:
        yield RequestText.LOGGING_UNKNOWN()
    yield RequestText.DIRECTORIES()


def _periods(requested: Requested, facts: PublicationFacts, today: date) -> Iterator[Message]:
    """Yield how long the data stays public, and how long the certificate may be valid: the shortest limit counts."""
    yield RequestText.FOR_EVER()
    limits = [(use, *_limits(use, facts.limits, today)) for use in _kinds(requested)]
    for use, now, later in limits:
        if now is not None:
            yield RequestText.VALID_AT_MOST(use=_phrase(use), days=now.days, since=now.since)
        if later is not None:
            yield RequestText.VALID_LATER(use=_phrase(use), days=later.days, since=later.since)
    if not any(now for _, now, _ in limits):
        yield RequestText.VALID_BY_CA()
    if requested.not_before is not None:
        yield RequestText.VALID_ASKED_FROM(since=requested.not_before)
    if requested.not_after is not None:
        yield RequestText.VALID_ASKED_UNTIL(until=requested.not_after)


def _limits(
    use: str, limits: Iterable[ValidityLimit], today: date
) -> tuple[ValidityLimit | None, ValidityLimit | None]:
    """Return the limit in force, and the next that comes into force; None: there is none."""
    own = sorted((limit for limit in limits if limit.use == use), key=lambda limit: limit.since)
    past, coming = [one for one in own if one.since <= today], [one for one in own if one.since > today]
    return past[-1] if past else None, coming[0] if coming else None


def _sources(requested: Requested, facts: PublicationFacts, today: date) -> Iterator[str]:
    kinds = _kinds(requested)
    cited = [one.source for one in facts.logging if one.use in kinds]
    for use in kinds:
        cited += [limit.source for limit in _limits(use, facts.limits, today) if limit is not None]
    yield from dict.fromkeys(cited)
