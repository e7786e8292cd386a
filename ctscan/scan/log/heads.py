"""Asks a log for its tree head and decides, with `ct.tail`, which head this pass reads up to."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from ctscan.ct.head_policy import Standing, check_signature, final_tree_head, judge_head
from ctscan.errors import Misbehaviour, ProofError, SourceError
from ctscan.model import Log, TreeHead
from ctscan.scan.log.trust import ASK_AGAIN, Sleep, Trust
from ctscan.sources import LogSource


@dataclass(frozen=True, slots=True)
class Accepted:
    """The head to read up to. `stale`: old answers that were ignored. `is_new`: to be saved. `is_current`: the log
    (or its list, of a log that can't grow) showed it now; False when all that came were old answers."""

    head: TreeHead
    is_new: bool
    stale: int = 0
    is_current: bool = True


async def accept_head(
    source: LogSource, known: TreeHead | None, trust_in: Callable[[TreeHead], Trust], sleep: Sleep
) -> Accepted:
    """Ask until the answer isn't an old one, three times at most; an old one that is consistent with what is known
    is ignored. Of a readonly log anything before its final head is old. Raises Misbehaviour, SourceError."""
    log = source.log
    final = _final_beyond(log, known)
    newest = final or known
    stale = 0
    for pause in (*ASK_AGAIN, None):
        offered = await _offered(source, final)
        standing = judge_head(log, known, offered)
        if newest is None or offered.size >= newest.size:
            if standing is Standing.SAME and known is not None:
                return Accepted(offered, True, stale) if _is_later(offered, known) else Accepted(known, False, stale)
            return await _extending(known, offered, trust_in, stale)
        with suppress(SourceError):  # an old answer that can't be checked now is still only an old answer
            await trust_in(newest).check_extends(offered)
        stale += 1
        if pause is not None:
            await sleep(pause)
    if final is not None and (known is None or known.size < final.size):
        return await _extending(known, final, trust_in, stale)
    assert known is not None  # noqa: S101  an answer is old only against a known head, or a final one
    return Accepted(known, False, stale, is_current=final is not None)


async def _extending(
    known: TreeHead | None, head: TreeHead, trust_in: Callable[[TreeHead], Trust], stale: int
) -> Accepted:
    if known is not None:
        await trust_in(head).check_extends(known)
    return Accepted(head, True, stale)


def _is_later(offered: TreeHead, known: TreeHead) -> bool:
    """The same tree, signed again; or signed at last, where only a list had stated it."""
    return bool(offered.signature) and (offered.timestamp > known.timestamp or not known.signature)


def _final_beyond(log: Log, known: TreeHead | None) -> TreeHead | None:
    """The final head that the list of a readonly log states, unless more than that is known."""
    if log.final_head is None or (known is not None and known.size > log.final_head.size):
        return None
    return final_tree_head(log, log.final_head)


async def _offered(source: LogSource, final: TreeHead | None) -> TreeHead:
    """The log's own signed head; of a readonly log that doesn't answer any more, the final one of its list."""
    log = source.log
    try:
        offered = await source.head()
    except ProofError as error:
        evidence = (error.raw,) if error.raw else ()
        raise Misbehaviour(f"{log.name}: the tree head isn't signed by the log's key: {error}", evidence) from error
    except SourceError:
        if final is None:
            raise
        return final
    check_signature(log, offered)
    return offered


def is_finished(log: Log, head: TreeHead) -> bool:
    """A readonly log that was read to its final head is done once verified."""
    return log.final_head is not None and head.size == log.final_head.size
