"""Use cases on the basis: show the logs that answers speak of, choose others, drop logs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ctscan.app.recording import recorded
from ctscan.app.scanning import keys_of, log_key_of
from ctscan.app.wiring import CLOCK, opened_index
from ctscan.clock import Clock
from ctscan.errors import InputError, UsageError
from ctscan.model import AuditAction

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.model import Basis


async def basis_history(config: Config, *, inline: bool = False) -> list[Basis]:
    """Return all revisions of the basis, the newest first.

    Raises:
        InputError: no basis was recorded yet.
    """
    async with opened_index(config, inline=inline) as index:
        found = await index.basis_history()
    if not found:
        raise InputError("the index has no basis yet; the first 'ctscan scan' records it")
    return found


async def set_basis(config: Config, *, who: str, reason: str, clock: Clock = CLOCK) -> Basis:
    """Make the choice of the configuration, options included, the basis of answers.

    Args:
        config: its `log_lists` and `logs` are the choice; without both all logs of Google's list. A log list of the
            command line alone is chosen whole, whichever logs the configuration names.
        who: the account, for the record.
        reason: reason, for the record.

    Raises:
        UsageError: there is no reason, a name fits no log or several, or a log list on this machine can't be read.
        SourceError: the log list can't be fetched.
    """
    from ctscan.model import LogChoice
    from ctscan.personal.scope import Scope
    from ctscan.scan.basis_decision import set_basis as decide
    from ctscan.scan.network import open_network
    from ctscan.scan.revision import Act
    from ctscan.scan.run import ScanClock, ScanRequest

    _check_reason("basis set", reason)
    request = ScanRequest(
        config.db, Scope(), contact=config.contact, keys=keys_of(config), who=who, log_key=log_key_of(config),
        tuning=config.tuning, give_up_after=config.timeouts.give_up,
    )  # fmt: skip
    keys = request.keys or LogChoice()
    is_list_given = config.log_lists != keys.log_lists and config.logs == keys.logs
    choice = LogChoice(config.log_lists, () if is_list_given else config.logs)
    async with (
        open_network(request, ScanClock(clock.now, clock.monotonic, clock.sleep)) as network,
        opened_index(config) as index,
        recorded(config, AuditAction.BASIS, who=who, purpose=reason, clock=clock) as change,
    ):
        revision = await decide(network, index, choice, Act(clock.now(), who, reason.strip()))
        change.detail = str(revision.revision)
        return revision


async def drop_from_basis(
    config: Config, names: Sequence[str], *, who: str, reason: str, clock: Clock = CLOCK
) -> Basis:
    """Drop logs from the basis: answers no longer wait for them, and name them as not covered.

    Args:
        names: names, ids (base64) or addresses of logs of the basis.
        who: the account, for the record.
        reason: reason, for the record.

    Raises:
        UsageError: there is no reason, or a name fits no log of the basis or several.
    """
    from ctscan.scan.basis_decision import drop_logs
    from ctscan.scan.revision import Act

    _check_reason("basis drop", reason)
    async with (
        opened_index(config) as index,
        recorded(config, AuditAction.BASIS, who=who, purpose=reason, clock=clock) as change,
    ):
        revision = await drop_logs(index, names, Act(clock.now(), who, reason.strip()))
        change.detail = str(revision.revision)
        return revision


def _check_reason(command: str, reason: str) -> None:
    """Raise UsageError where there is no reason."""
    if not reason.strip():
        raise UsageError(f"{command}: --reason: expected the reason, which is recorded, got none")
