"""Request that a dossier answers: everything that can be checked before anybody is looked up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from ctscan.app.case_register import case, new_event
from ctscan.app.controller_settings import controller_of
from ctscan.app.identity_gate import check_identity
from ctscan.clock import Clock
from ctscan.errors import UsageError
from ctscan.model.case import CaseAction
from ctscan.model.dossier import Paper

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.dsar.dossier import Installation, Request
    from ctscan.model import Identifier
    from ctscan.model.case import CaseStanding
    from ctscan.model.letterhead import Letterhead

COMMAND = "dossier"

_LATEST = timedelta(days=1)
"""Time after now that a moment may have: the clocks of two machines, and the end of today."""


class DossierOptions(Struct, frozen=True):
    """Options of a dossier.

    Attributes:
        folder: folder of the package.
        identity_settled: how the identity was settled; empty where the case says it.
        override: reason to go without; empty where not given.
        passphrase_file: file with the passphrase of the package; None: it isn't encrypted.
        at: moment that the dossier speaks of; None: now.
        lang: language; empty: that of the case.
        paper: size of the paper.
    """

    folder: Path
    identity_settled: str = ""
    override: str = ""
    passphrase_file: Path | None = None
    at: datetime | None = None
    lang: str = ""
    paper: Paper = Paper.A4


async def prepared_request(
    config: Config, of: str | Sequence[Identifier], options: DossierOptions, clock: Clock
) -> tuple[Request, Installation, Letterhead]:
    """Check settings and options, and read case and letterhead.

    Args:
        config: settings.
        of: number of a case, or identifiers without a case.
        options: options.
        clock: clock.

    Raises:
        UsageError: no controller, purpose or identifier; the identity is not settled; an option can't be used.
        InputError: a file of the letterhead can't be used.
        IndexFault: the register of cases can't be read.
    """
    from ctscan.app.letterhead import read_letterhead
    from ctscan.dsar.dossier import Installation
    from ctscan.personal.rule_set import rule_set
    from ctscan.resources import version

    controller = controller_of(config, COMMAND)
    if not config.purpose:
        raise UsageError(
            f'{COMMAND}: expected a purpose, which the person has to be told, got none; write purpose = "…" into '
            f"{config.path or 'ctscan.toml'}, or give it with --purpose"
        )
    request = await _request(config, of, options, _moment(options.at, clock), clock)
    letterhead = read_letterhead(controller.letterhead, request.lang)
    installation = Installation(
        controller=controller,
        purpose=config.purpose,
        retention=config.retention,
        quarantine_days=config.days_of_quarantine,
        keep=config.keep.statements,
        version=version(),
        rules=rule_set().version,
        paragraphs=letterhead.paragraphs,
    )
    return request, installation, letterhead


async def _request(
    config: Config, of: str | Sequence[Identifier], options: DossierOptions, at: datetime, clock: Clock
) -> Request:
    from ctscan.dsar.dossier import Request, case_as_of
    from ctscan.dsar.regimes import regime
    from ctscan.dsar.standing import standing
    from ctscan.dsar.transitions import check_event

    if not isinstance(of, str):
        if not of:
            raise UsageError(f"{COMMAND}: expected --case or an identifier, got neither; see 'ctscan dossier --help'")
        return Request("", at, options.lang or config.lang, _identity(None, options), regime=regime("eu"))
    known = await case(config, of)
    frozen = case_as_of(known, at)
    if not frozen.events:
        raise UsageError(f"{COMMAND}: --at: expected a moment after the opening of {known.number}, got an earlier one")
    rules = regime(known.regime)
    check_event(known, new_event(CaseAction.DOSSIER_MADE, "", clock.now()), rules, None)  # before a package is written
    now = standing(frozen, rules, None)
    return Request(known.number, at, options.lang or known.lang, _identity(now, options), frozen, now.state, rules)


def _identity(standing: CaseStanding | None, options: DossierOptions) -> tuple[str, str]:
    return check_identity(
        standing, identity_settled=options.identity_settled, override=options.override, command=COMMAND
    )


def _moment(at: datetime | None, clock: Clock) -> datetime:
    """Choose the moment that the dossier speaks of.

    A moment of now is the next whole millisecond, as documents print it: what was just recorded lies before it.
    """
    now = clock.now()
    if at is not None and at > now + _LATEST:
        raise UsageError(f"{COMMAND}: --at: expected a time that isn't in the future, got one; leave it out for now")
    return now + timedelta(microseconds=-now.microsecond % 1000) if at is None else at
