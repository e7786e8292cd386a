"""Decisions about the basis: another choice of logs, and logs that are dropped. Each is a revision with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ctscan.errors import InputError, UsageError
from ctscan.index.protocols import BasisStore
from ctscan.model import Basis, BasisChange, BasisLog, BasisSource, Log, LogChoice
from ctscan.scan.basis_reading import BasisIndex
from ctscan.scan.log_names import matching
from ctscan.scan.network import Network
from ctscan.scan.revision import Act, Choosing, first_basis, next_basis, without


async def set_basis(network: Network, index: BasisIndex, choice: LogChoice, act: Act) -> Basis:
    """Make another choice of logs the basis; dropped logs that it selects are members again.

    Members that the choice doesn't select stay, named as no longer chosen, until they are dropped.

    Raises:
        UsageError: a name fits no log or several, or a log list on this machine can't be read.
        InputError: the choice selects no log.
        SourceError: the log list can't be fetched.
    """
    chosen = Choosing(choice, choice, BasisSource.DECISION, BasisChange.SET())
    keys = network.request.keys
    selection = await network.select(choice)
    if selection is None or not selection.logs:
        raise InputError("basis: the choice selects no log that can be read")
    await index.record_list(act.at, None)
    while True:
        before = await index.basis()
        if before is None:
            revision: Basis | None = first_basis(chosen, selection, keys, act)
        else:
            revision = next_basis(before, chosen, selection, keys, act)
        assert revision is not None  # noqa: S101  a decision is a revision, whether or not a log changes
        if await index.save_basis(revision):
            break
    for log in selection.logs:
        await index.save_log(log)
    return revision


async def drop_logs(index: BasisIndex, names: Sequence[str], act: Act) -> Basis:
    """Drop members from the basis: answers name them as not covered, and scans leave them out until `set_basis`.

    Raises:
        UsageError: a name fits no member or several, or no member would be left.
    """
    known = {state.log.id: state.log for state in await index.log_states()}
    while True:
        before = await _recorded(index)
        dropped = {find_member(name, before.logs, known).id for name in names}
        if dropped >= {log.id for log in before.logs}:
            raise UsageError(
                "basis: expected to keep a log, got all of them to drop; 'ctscan basis set' chooses others"
            )
        revision = without(before, dropped, act)
        if await index.save_basis(revision):
            return revision


def find_member(name: str, members: Sequence[BasisLog], known: Mapping[bytes, Log]) -> BasisLog:
    """Find the member that a name, an id (base64) or an address fits: in full, else by a part of its name.

    Raises:
        UsageError: the name fits no member, or several.
    """
    found = matching(name, members, known)
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(f"basis: {name!r} fits no log of the basis; 'ctscan basis show' lists them")
    names = ", ".join(sorted(log.name for log in found)[:5])
    raise UsageError(f"basis: {name!r} fits {len(found)} logs: {names}; name one of them in full, or by its id")


async def _recorded(index: BasisStore) -> Basis:
    basis = await index.basis()
    if basis is None:
        raise UsageError("basis: nothing was scanned yet; the first 'ctscan scan' records the basis")
    return basis
