"""Watches and acknowledgements, as tables for readers. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from ctscan.model import Code
from ctscan.model.watch import Ack, AckKind, MatchState, WatchKind, WatchStanding
from ctscan.views.listings import Listing
from ctscan.views.text import Texts
from ctscan.views.words import day


class WatchText(Code):
    """Words of the tables of watches."""

    NO_WATCHES = "watch.no-watches"
    NO_ACKS = "watch.no-acks"
    NO_END = "watch.no-end"
    NAME = "watch.name"
    KIND = "watch.kind"
    TERM = "watch.term"
    OWNER = "watch.owner"
    PURPOSE = "watch.purpose"
    SINCE = "watch.since"
    KNOWN = "watch.known"
    WAITING = "watch.waiting"
    ACKNOWLEDGED = "watch.acknowledged"
    ALERTED = "watch.alerted"
    NUMBER = "watch.number"
    COVERS = "watch.covers"
    REASON = "watch.reason"
    UNTIL = "watch.until"
    WHO = "watch.who"
    SCOPE = "watch.scope"
    CATEGORY = "watch.category"
    CA = "watch.ca"
    PERSON = "watch.person"
    CERTIFICATE = "watch.certificate"
    ISSUER = "watch.issuer"
    RULE = "watch.rule"


_KINDS = {
    WatchKind.SCOPE: WatchText.SCOPE(),
    WatchKind.CATEGORY: WatchText.CATEGORY(),
    WatchKind.CA: WatchText.CA(),
    WatchKind.PERSON: WatchText.PERSON(),
}
_COVERS = {
    AckKind.CERTIFICATE: WatchText.CERTIFICATE(),
    AckKind.ISSUER: WatchText.ISSUER(),
    AckKind.RULE: WatchText.RULE(),
}
_STATES = {
    MatchState.BASELINE: WatchText.KNOWN(),
    MatchState.WAITING: WatchText.WAITING(),
    MatchState.ACKNOWLEDGED: WatchText.ACKNOWLEDGED(),
    MatchState.ALERTED: WatchText.ALERTED(),
}


def watches(found: Sequence[WatchStanding], say: Texts) -> Listing:
    """Lay the watches out, with the numbers of their matches by state."""
    headers = (
        WatchText.NAME(),
        WatchText.KIND(),
        WatchText.TERM(),
        WatchText.OWNER(),
        WatchText.PURPOSE(),
        WatchText.SINCE(),
        *_STATES.values(),
    )
    rows = [
        (
            one.watch.name,
            say(_KINDS[one.watch.kind]),
            one.watch.term,
            one.watch.owner,
            one.watch.purpose,
            day(one.watch.at),
            *(one.count(state) for state in _STATES),
        )
        for one in found
    ]
    return Listing([say(header) for header in headers], rows, (say(WatchText.NAME()),))


def acks(found: Sequence[Ack], say: Texts) -> Listing:
    """Lay the acknowledgements out. The end is the last day on which one holds."""
    headers = (
        WatchText.NUMBER(),
        WatchText.KIND(),
        WatchText.COVERS(),
        WatchText.REASON(),
        WatchText.UNTIL(),
        WatchText.WHO(),
        WatchText.SINCE(),
    )
    rows = [
        (
            one.id,
            say(_COVERS[one.kind]),
            one.value,
            one.reason,
            say(WatchText.NO_END()) if one.until is None else day(one.until - timedelta(days=1)),
            one.who,
            day(one.at),
        )
        for one in found
    ]
    return Listing([say(header) for header in headers], rows, (say(WatchText.NUMBER()),))
