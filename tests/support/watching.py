"""Watches of an invented organisation, and the ways of a test with them."""

from __future__ import annotations

from msgspec.structs import replace
from support.kept import AT

from ctscan.index.protocols import Watching
from ctscan.model.alert import Route
from ctscan.model.watch import Ack, AckKind, MatchState, Watch, WatchCheck, WatchKind
from ctscan.personal.watch_matching import TermMatcher, matcher_of, read_term

EVERYTHING = {"mail": Route()}
"""One channel that takes all alerts."""


def a_watch(
    name: str = "ours", kind: WatchKind = WatchKind.SCOPE, term: str = "example.org", **fields: object
) -> Watch:
    """Build a watch; it knows the identifiers of its term."""
    watch = Watch(name, kind, term, "privacy team", "a test", AT, "jane", read_term(kind, term).forms)
    return replace(watch, **fields)  # type: ignore[arg-type]


def an_ack(kind: AckKind, value: str, **fields: object) -> Ack:
    """Build an acknowledgement without an end."""
    return replace(Ack(kind, value, "known", None, AT, "jane"), **fields)  # type: ignore[arg-type]


async def watching(index: Watching, *watches: Watch) -> list[int | None]:
    """Add watches; return the numbers of their matches."""
    return [await index.add_watch(one, TermMatcher({0: read_term(one.kind, one.term)})) for one in watches]


async def checked(index: Watching, now: object = AT, most: int = 1000) -> WatchCheck:
    """Check until nothing is left."""
    done = WatchCheck()
    while True:
        matcher = matcher_of([one.watch for one in await index.watches()])
        part = await index.check_watches(now, matcher, most)  # type: ignore[arg-type]
        assert not part.is_outdated
        done += part
        if not part.left:
            return done


async def states(index: Watching, name: str = "ours") -> list[MatchState]:
    """Return the states of the matches of a watch, sorted."""
    return sorted((await index.match_states(name)).values())
