"""Basis of the index as a scan finds it, records it and follows it. `revision` has the rules.

index -> newest revision -> which choice? -> logs of that choice -> next revision -> index -> logs to read
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct
from msgspec.structs import replace

from ctscan.ct.freshness import MMD_LIMIT, about_list
from ctscan.errors import CtscanError, IndexFault
from ctscan.index.protocols import BasisStore, LogStore
from ctscan.model import BasisChange
from ctscan.scan.revision import (
    Act,
    Choosing,
    choosing,
    described,
    dropped_of,
    first_basis,
    joined,
    names_text,
    next_basis,
)
from ctscan.scan.safe_message import safe_message

if TYPE_CHECKING:
    from ctscan.model import Basis, Log, LogChoice
    from ctscan.scan.network import Network
    from ctscan.scan.selection import Selection


class BasisIndex(BasisStore, LogStore, Protocol):
    """Index in the roles that the basis needs."""


class Reading(Struct, frozen=True):
    """Logs of a scan beside the basis.

    Attributes:
        chosen: the choices.
        basis: the newest revision; None before the first.
        of_basis: logs that the choice of the basis selects; None where the scan changes nothing.
        listed: logs that the scan's choice selects, dropped ones among them.
    """

    chosen: Choosing
    basis: Basis | None
    of_basis: Selection | None
    listed: Selection

    @property
    def selection(self) -> Selection:
        """Logs to read. Dropped logs are read only where the scan's choice names logs and changes nothing."""
        if self.basis is None or (self.is_partial and self.chosen.reading.logs):
            return self.listed
        dropped = dropped_of(self.basis)
        return replace(self.listed, logs=tuple(log for log in self.listed.logs if log.id not in dropped))

    @property
    def is_partial(self) -> bool:
        """True where the scan reads other logs than the basis follows."""
        return self.chosen.reading != self.chosen.basis


async def load_reading(network: Network, index: BasisIndex | None) -> Reading:
    """Load the logs that a scan reads, and those that the basis follows.

    Args:
        network: loads the log lists.
        index: None: there is no index yet.

    Raises:
        UsageError: a name fits no log or several, or a log list on this machine can't be read.
        SourceError: a log list can't be fetched.
    """
    basis, chosen, known = await _choices(network, index)
    choices = {choice for choice in (chosen.basis, chosen.reading) if choice is not None}
    found: dict[LogChoice | None, Selection] = {}
    for choice in choices:
        await network.check_places(choice, known if choice == chosen.basis else ())
    for choice in sorted(choices, key=network.needs_network):  # faults of this machine are found first
        found[choice] = await (
            _select_of_basis(network, index, choice, known) if choice == chosen.basis else _select(network, choice)
        )
    return Reading(chosen, basis, found.get(chosen.basis), found[chosen.reading])


async def check_local(network: Network, index: BasisIndex | None) -> None:
    """Load the log lists, folders and zip files on this machine that a scan will read, and ask no network.

    Raises:
        UsageError: a log list can't be read, a place holds no log, or a name fits no log of the list or several.
    """
    _, chosen, known = await _choices(network, index)
    for choice in (chosen.basis, chosen.reading):
        if choice is None:
            continue
        await network.check_places(choice, known if choice == chosen.basis else ())
        if not network.needs_network(choice):
            if choice == chosen.basis:
                await _select_of_basis(network, index, choice, known)
            else:
                await _select(network, choice)


async def _choices(network: Network, index: BasisIndex | None) -> tuple[Basis | None, Choosing, tuple[Log, ...]]:
    """Return the newest revision, the choices of the scan, and the logs that the recorded choice may name although the
    list has them no longer."""
    basis = await index.basis() if index else None
    chosen = choosing(basis, network.request.keys, network.request.given)
    is_recorded = chosen.basis is not None and chosen.change.code == BasisChange.LIST_CHANGED
    return basis, chosen, await _known(index) if index and is_recorded else ()


async def _select(network: Network, choice: LogChoice, known: Sequence[Log] = ()) -> Selection:
    selection = await network.select(choice, known=known)
    assert selection is not None  # noqa: S101  None stands for an unchanged list, and no version was given
    return selection


async def _select_of_basis(
    network: Network, index: BasisIndex | None, choice: LogChoice, known: Sequence[Log]
) -> Selection:
    """Select the logs of the basis, and record whether its log list could be read."""
    if index is None:
        return await _select(network, choice, known)
    async with _list_recorded(network, index):
        return await _select(network, choice, known)


@asynccontextmanager
async def _list_recorded(network: Network, index: BasisIndex) -> AsyncIterator[None]:
    """Record whether the log list of the basis could be read, for `ctscan health`."""
    try:
        yield
    except CtscanError as error:
        try:
            await index.record_list(network.clock.now(), safe_message(error))
        except IndexFault as fault:
            error.add_note(f"the failure of the log list is not recorded: {fault}")
        raise
    await index.record_list(network.clock.now(), None)


async def record_reading(network: Network, index: BasisIndex, reading: Reading | None) -> tuple[Reading, str]:
    """Record the revision of the basis that a scan brings, if there is one.

    Another process may record a revision meanwhile; then everything is decided anew.

    Args:
        network: loads the log lists.
        index: keeps the basis.
        reading: logs that were loaded already; None: they are loaded.

    Returns:
        The logs to read, and a line about the basis for the user; empty where the basis stays.
    """
    while True:
        found = reading or await load_reading(network, index)
        revision = _revision(network, found)
        if revision is None or await index.save_basis(revision):
            break
        reading = None
    line = _line(found, revision)
    found = replace(found, basis=revision) if revision else await _with_edition(index, found)
    if found.of_basis is not None and found.is_partial:
        for log in found.of_basis.logs:
            await index.save_log(log)
    lines = (line, _old_list(found, network.clock.now()), _long_delays(found.listed.logs))
    return found, "; ".join(filter(None, lines))


async def reload_reading(network: Network, index: BasisIndex, reading: Reading) -> tuple[Reading, str]:
    """Load the log list again for a scan that follows, and revise the basis. Arguments and result: `record_reading`.

    The choice is the recorded one: another process may have recorded an edit or a decision meanwhile.
    """
    while True:
        basis = await index.basis()
        chosen = reading.chosen
        if basis is not None and basis.choice is not None and not reading.is_partial:
            chosen = Choosing(basis.choice, basis.choice, basis.source, BasisChange.LIST_CHANGED())
        etag = reading.listed.etag if chosen.reading == reading.chosen.reading else None
        async with nullcontext() if reading.is_partial else _list_recorded(network, index):
            loaded = await network.select(chosen.reading, etag=etag, known=await _known(index))
        listed = loaded or reading.listed
        found = Reading(chosen, basis, None if reading.is_partial else listed, listed)
        revision = None
        if basis is not None and found.of_basis is not None:
            revision = next_basis(basis, chosen, found.of_basis, basis.keys, _act(network))
        if revision is None:
            return await _with_edition(index, found), ""
        if await index.save_basis(revision):
            return replace(found, basis=revision), _line(found, revision)


async def _with_edition(index: BasisStore, found: Reading) -> Reading:
    """Record a later edition of the log list that changes no log of the basis, and anew an edition that was read by a
    clock that ran ahead."""
    edition = found.of_basis.edition if found.of_basis else None
    if found.basis is None or edition is None:
        return found
    known = found.basis.edition
    if known is not None and edition.is_same(known) and known.read_at <= edition.read_at:
        return found
    await index.note_edition(found.basis.revision, edition)
    return replace(found, basis=replace(found.basis, edition=edition))


async def joined_logs(index: BasisStore) -> frozenset[bytes]:
    """Find the logs that joined the log list after the first scan."""
    return joined(await index.basis_history())


def _revision(network: Network, found: Reading) -> Basis | None:
    if found.of_basis is None:
        return None
    keys = network.request.keys
    if found.basis is None:
        return first_basis(found.chosen, found.of_basis, keys, _act(network))
    return next_basis(found.basis, found.chosen, found.of_basis, keys, _act(network))


def _act(network: Network) -> Act:
    return Act(network.clock.now(), network.request.who)


def _line(found: Reading, revision: Basis | None) -> str:
    if revision is not None:
        return described(found.basis, revision)
    if found.basis is None or found.of_basis is not None:
        return ""
    count = len(found.basis.logs)
    logs = f"{count:,} log{'' if count == 1 else 's'}"
    return f"partial read: the basis stays (revision {found.basis.revision}, {logs})"


def _old_list(found: Reading, now: datetime) -> str:
    """Say that the log list of the basis is too old for complete answers; empty where it isn't."""
    remark, is_outdated = about_list(found.basis, now) if found.of_basis else (None, False)
    if remark is None or not is_outdated:
        return ""
    stated = dict(remark.params)
    return f"the log list is of {stated.get('day', 'an unknown day')}: too old for complete answers"


def _long_delays(logs: Sequence[Log]) -> str:
    """Name the logs whose MMD in the log list isn't believed; empty where there is none."""
    found = [log.name for log in logs if log.mmd > MMD_LIMIT]
    return f"MMD beyond {MMD_LIMIT:,} seconds, not believed: {names_text(found)}" if found else ""


async def _known(index: LogStore) -> tuple[Log, ...]:
    return tuple(state.log for state in await index.log_states())
