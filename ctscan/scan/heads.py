"""Asks a log for its tree head and decides, with `ct.tail`, which head this pass reads up to."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from ctscan.ct.tail import Standing, check_signature, final_tree_head, judge_head
from ctscan.errors import Misbehaviour, ProofError, SourceError
from ctscan.model import Log, TreeHead
from ctscan.scan.trust import ASK_AGAIN, Sleep, Trust
from ctscan.sources import LogSource


@dataclass(frozen=True, slots=True)
class Accepted:
    """The head to read up to. `stale`: old answers that were ignored. `is_new`: to be saved."""

    head: TreeHead
    is_new: bool
    stale: int = 0


async def accept_head(
    source: LogSource, known: TreeHead | None, trust_in: Callable[[TreeHead], Trust], sleep: Sleep
) -> Accepted:
    """Ask until the answer isn't an old one, three times at most; an old one that is consistent with what is known
    is ignored. Raises Misbehaviour, SourceError."""
    log = source.log
    stale = 0
    for pause in (*ASK_AGAIN, None):
        offered = await _offered(source, known)
        standing = judge_head(log, known, offered)
        if known is None or standing is Standing.FIRST:
            return Accepted(offered, True)
        if standing is Standing.SAME:
            return Accepted(known, False, stale)
        if standing is Standing.GROWN:
            await trust_in(offered).check_extends(known)
            return Accepted(offered, True, stale)
        with suppress(SourceError):  # an old answer that can't be checked now is still only an old answer
            await trust_in(known).check_extends(offered)
        stale += 1
        if pause is not None:
            await sleep(pause)
    assert known is not None  # noqa: S101  a stale answer is stale against a known head
    return Accepted(known, False, stale)


async def _offered(source: LogSource, known: TreeHead | None) -> TreeHead:
    """The log's own signed head; of a readonly log that doesn't answer any more, the final one of its list."""
    log = source.log
    try:
        offered = await source.head()
    except ProofError as error:
        evidence = (error.raw,) if error.raw else ()
        raise Misbehaviour(f"{log.name}: the tree head isn't signed by the log's key: {error}", evidence) from error
    except SourceError:
        if log.final_head is None or (known is not None and known.size > log.final_head.size):
            raise
        return final_tree_head(log, log.final_head)
    check_signature(log, offered)
    return offered


def is_finished(log: Log, head: TreeHead) -> bool:
    """A readonly log that was read to its final head is done once verified."""
    return log.final_head is not None and head.size == log.final_head.size
