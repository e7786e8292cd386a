"""Use cases on the trail that an index knows: a lost trail is noticed, and another one begun with a reason.

index ── knows ──► id of its trail ── is compared with ──► trail file
nothing known: an index of an older version, or a new one; the trail that is there, or is made, is its trail
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from ctscan.app.audit_signing import send_head, sign_where_possible
from ctscan.app.recorded_texts import check_recorded_text
from ctscan.app.wiring import CLOCK, key_path, opened_index, opened_trail, trail_path
from ctscan.errors import IndexFault, UsageError
from ctscan.model import AuditAction, AuditEvent, AuditState

if TYPE_CHECKING:
    from ctscan.clock import Clock
    from ctscan.config import Config
    from ctscan.index.protocols import Trail, TrailMemory
    from ctscan.model.audit import KnownTrail


async def known_trail(config: Config, *, inline: bool = False) -> KnownTrail | None:
    """Return the trail that has to be there: the trail that the index knows.

    None where there is no index, or it knows none yet. None, too, for an index that may not be written to while the
    configuration names a place for the trail: such a copy has a trail of its own, which it can't remember.
    """
    from ctscan.index.open import has_index

    if not has_index(config.db):
        return None
    async with opened_index(config, inline=inline) as index:
        return None if config.audit_path and not index.may_write() else await index.known_trail()


async def check_trail(config: Config, known: KnownTrail | None, trail: Trail) -> None:
    """Compare a trail with the trail of the index. Raises IndexFault for another one."""
    if known is not None and await trail.id() != known.id:
        raise IndexFault(
            f"{trail_path(config)}: another audit trail than the one of this index, which has it since "
            f"{_time(known)}; {_PUT_BACK}"
        )


def lost(config: Config, known: KnownTrail) -> IndexFault:
    """Describe a missing trail, and a missing key file with it."""
    is_key_lost = not key_path(config).exists()
    also = f", nor the key file {key_path(config)}" if is_key_lost else ""
    return IndexFault(
        f"{trail_path(config)}: the audit trail is not here{also}, and this index has it since {_time(known)}; "
        f"{_PUT_BACK}"
    )


_PUT_BACK = (
    "put it back from its copy, or name its place: `path` under [audit] in ctscan.toml, or CTSCAN_AUDIT_PATH. If it "
    "is lost for good, `ctscan audit begin --reason …` begins another and records that"
)


async def remember_trail(config: Config, trail: Trail, who: str, clock: Clock = CLOCK, *, inline: bool = False) -> None:
    """Make the trail that is open the trail of an index that knows none."""
    from ctscan.index.open import has_index

    if has_index(config.db):
        async with opened_index(config, inline=inline) as index:
            if index.may_write() and await index.known_trail() is None:
                await _save(config, index, trail, None, who, "", clock)


async def begin_trail(config: Config, *, who: str, reason: str, clock: Clock = CLOCK) -> None:
    """Begin another trail in place of a lost one, or take over the one that is there. Index and trail record it.

    Args:
        config: settings; they name index, trail and key file.
        who: the account.
        reason: what became of the trail before.
        clock: clock of the record.

    Raises:
        UsageError: there is no reason, or the trail of the index is there.
        IndexFault: the index or the trail can't be written.
        InputError: the key file can't be made.
    """
    if not reason.strip():
        raise UsageError("audit begin: --reason: expected what became of the trail before, got nothing")
    check_recorded_text("audit begin", "reason", reason)
    async with opened_index(config) as index, AsyncExitStack() as stack:
        before = await index.known_trail()
        if before is None or not index.may_write():
            raise UsageError("audit begin: the index knows no trail that could be lost; the next command begins one")
        trail = await stack.enter_async_context(opened_trail(config, create=True))
        if await trail.id() == before.id:
            raise UsageError("audit begin: the audit trail of this index is here; nothing was begun")
        detail = f"after the trail of {_time(before)}"
        event = AuditEvent(0, clock.now(), who, AuditAction.TRAIL, AuditState.DONE, reason.strip(), detail=detail)
        await sign_where_possible(config, trail, clock)
        await trail.append(event)
        await send_head(config, trail, clock)
        await _save(config, index, trail, before.id, who, reason.strip(), clock)


async def _save(
    config: Config, index: TrailMemory, trail: Trail, before: bytes | None, who: str, reason: str, clock: Clock
) -> None:
    """Remember a trail. IndexFault where another process gave the index another trail meanwhile."""
    from ctscan.model.audit import KnownTrail

    known = KnownTrail(await trail.id(), clock.now(), who, reason)
    if await index.save_trail(known, before) != known.id:
        raise IndexFault(
            f"{trail_path(config)}: another process gave this index another audit trail at this moment; run again"
        )


def _time(known: KnownTrail) -> str:
    return f"{known.at:%Y-%m-%dT%H:%M:%SZ}"
