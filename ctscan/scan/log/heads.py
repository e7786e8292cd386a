"""Tree head of a pass: asks the log and follows the verdicts of `ct.trust.HeadTrust`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from ctscan.ct.freshness import shows_time
from ctscan.ct.trust import PAUSES, HeadTrust
from ctscan.errors import HeadChanged, ProofError, SourceError, Unsigned
from ctscan.model import TreeHead
from ctscan.scan.log.verifier import Verifier

if TYPE_CHECKING:
    from ctscan.ct.trust import AcceptedHead
    from ctscan.index.protocols import LogStore
    from ctscan.model import Log
    from ctscan.scan.log.verifier import Sleep
    from ctscan.sources import LogSource

VerifierOf = Callable[[TreeHead], Verifier]


async def accept_head(
    source: LogSource, known: TreeHead | None, verifier_of: VerifierOf, sleep: Sleep, now: datetime
) -> AcceptedHead:
    """Find the tree head that this pass reads up to, and prove that its tree extends the known tree.

    Raises:
        Misbehaviour: the log contradicts itself, and its signatures prove that.
        Unproven: the log contradicts itself, or the final head of its log list.
        WrongOrigin: the log list names another origin than the log signs under.
        FutureHead: the log dates its head after `now`.
        SourceError: the log gives no head that its key signed, or no proof.
    """
    trust = HeadTrust(source.log, known, now)
    accepted = None
    for pause in (*PAUSES, None):
        try:
            offered = await _ask(source, trust)
            accepted = trust.offer(offered)
        except Unsigned:  # a cache, a proxy or somebody else answers, now or for good
            if pause is not None:
                await sleep(pause)
                continue
            if trust.final is None:
                raise
            break
        if accepted is not None:
            break
        if offered is not None and trust.newest is not None:
            with suppress(SourceError):  # a stale head that can't be checked now is still only a stale head
                await verifier_of(trust.newest).check_extends(offered)
        if pause is not None:
            await sleep(pause)
    accepted = accepted or trust.give_up()
    if accepted.extends is not None:
        await verifier_of(accepted.head).check_extends(accepted.extends)
    return accepted


async def _ask(source: LogSource, trust: HeadTrust) -> TreeHead | None:
    """Ask for the signed head; None when a readonly log doesn't answer any more."""
    try:
        return await source.head()
    except ProofError as error:
        raise Unsigned(f"{source.log.name}: a tree head that the log's key didn't sign: {error}") from error
    except SourceError:
        if trust.final is None:
            raise
        return None


async def save_head(
    index: LogStore, head: TreeHead, known: TreeHead | None, verifier_of: VerifierOf, now: Callable[[], datetime]
) -> None:
    """Save a head that extends `known`. A head that another process saved meanwhile is compared first: the log may
    have shown that process another tree, and a consistency proof shows both heads to be of the same tree."""
    while True:
        try:
            await index.save_head(head, now(), known)
            return
        except HeadChanged as changed:
            known = changed.head
        if known is not None:
            smaller, larger = sorted((known, head), key=lambda one: one.size)
            await verifier_of(larger).check_extends(smaller)


async def record_seen(index: LogStore, log: Log, accepted: AcceptedHead, now: datetime) -> None:
    """Record the head that the log showed in this pass. A recent one shows that our clock is right: times of a clock
    that ran ahead before are forgotten then."""
    if accepted.is_current and accepted.head.signature:
        if shows_time(log, accepted.head, now):
            await index.forget_times_after(now)
        await index.record_seen(accepted.head, now)
