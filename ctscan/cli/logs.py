"""`ctscan logs`: how far each log was read, and whether it can be relied on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import inf
from typing import TYPE_CHECKING, Any

from ctscan.cli import options
from ctscan.cli.program import command

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.model import LogState
    from ctscan.views.json import Misbehaved

LEAN = ("Log", "Health", "Backlog", "Rate", "Growth", "Catch up", "Holes", "Last success")
"""Columns where there is no room for all."""
ROOM = (112, 150)
"""Characters a line that these and all columns need."""
NUMBERS = ("Verified", "Head", "Backlog", "Rate", "Growth")


@command(
    "logs",
    exits={0: "", 1: "the index can't be read", 2: ""},
    example="ctscan logs\nctscan logs --format json",
)
@options.on_index("table", "json")
def COMMAND(verbose: int, **given: Any) -> None:  # noqa: N802 - the name by which the program finds it
    """Show how far each log was read, how it is doing, what was not read, and what it contradicted itself in."""
    from ctscan.cli.wiring import run

    config = options.settle(**given)
    states = run(_states(config))
    if config.format == "json":
        _print_json(states, config.stale_after)
    else:
        _print_table(states, config.stale_after)


async def _states(config: Config) -> list[tuple[LogState, list[Misbehaved]]]:
    from ctscan.cli.wiring import existing_index

    async with existing_index(config) as index:
        return [(state, await index.evidence_of_misbehaviour(state.log.id)) for state in await index.log_states()]


def health(state: LogState, now: datetime, stale_after: timedelta) -> str:
    """The worst that is known of a log, in one or two words."""
    from ctscan.answer.lookup import is_stale
    from ctscan.ct.coverage import backlog, catch_up

    if state.misbehaviour:
        return "misbehaved"
    if state.last_error:
        return "failing"
    if state.head is None:
        return "never read"
    if is_stale(state, now, stale_after):
        return "stale"
    if catch_up(state) == inf:
        return "falling behind"
    if state.pending or backlog(state):
        return "behind"
    return "has holes" if state.gaps else "ok"


def _print_json(states: list[tuple[LogState, list[Misbehaved]]], stale_after: timedelta) -> None:
    from ctscan.cli.wiring import print_json
    from ctscan.views import json as shapes

    now = datetime.now(UTC)
    print_json([shapes.log(state, evidence, health(state, now, stale_after)) for state, evidence in states])


def _print_table(states: list[tuple[LogState, list[Misbehaved]]], stale_after: timedelta) -> None:
    from ctscan.views import tables
    from ctscan.views.words import count, moment

    out = tables.console()
    if not states:
        tables.say(out, "No log was read yet: run 'ctscan scan'.")
        return
    now = datetime.now(UTC)
    columns = [_columns(state, health(state, now, stale_after)) for state, _ in states]
    headers = LEAN if ROOM[0] <= out.width < ROOM[1] else tuple(columns[0])
    tables.table(out, headers, [[row[header] for header in headers] for row in columns], NUMBERS)
    for state, evidence in states:
        for at, reason, heads in evidence:
            kept = count(len(heads), "tree head")
            tables.say(out, f"{state.log.name}, {moment(at)}: {reason} ({kept} kept as evidence)", "red")
        if state.last_error:
            tables.say(out, f"{state.log.name}: {state.last_error}", "yellow")


def _columns(state: LogState, how: str) -> dict[str, str]:
    from ctscan.ct.coverage import backlog, catch_up, judge, verified_size
    from ctscan.model.spans import total
    from ctscan.views.words import moment, per_second, until_head

    holes = judge(state, lambda _: None, False).gaps
    unread = total(hole.span for hole in holes)
    return {
        "Log": state.log.name,
        "Operator": state.log.operator,
        "Health": how,
        "Verified": f"{verified_size(state):,}",
        "Head": f"{state.head.size if state.head else 0:,}",
        "Backlog": f"{backlog(state):,}",
        "Rate": per_second(state.rate),
        "Growth": per_second(state.growth),
        "Catch up": until_head(catch_up(state)),
        "Holes": f"{len(holes)} ({unread:,} entries)" if holes else "none",
        "Last success": moment(state.last_success).replace("T", " "),  # where it may be folded
    }
