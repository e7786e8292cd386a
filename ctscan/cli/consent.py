"""Consent: to ask repositories, after saying who will learn which kinds of question; and to keep what a scope with
public suffixes keeps. `--yes` agrees in advance, for scripts."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

import ctscan.app as app
from ctscan.cli.progress import harmless
from ctscan.cli.wrapping import hint
from ctscan.errors import UsageError
from ctscan.privacy.redaction import one_line

if TYPE_CHECKING:
    from ctscan.app import SearchPlan
    from ctscan.config import Config

TERMS_SHOWN = 10  # wide terms of a scope


def announce(plan: SearchPlan) -> None:
    """Say on stderr who will learn which kinds of question, and which terms of the scope are left out."""
    from ctscan.views.words import announcement

    for line in (*announcement(plan.disclosures, plan.purpose), *plan.left_out):
        _say(line)


def remind_of_purpose(config: Config, command: str) -> None:
    """Say on stderr that no purpose is stated. Reading goes on; dossiers, letters and notices are refused without."""
    if not config.purpose:
        place = config.path or "ctscan.toml"
        hint(
            f"ctscan: {command}: no purpose is stated: every answer says so, and no dossier, letter or notice is "
            f'made; write purpose = "…" into {place}, or give --purpose'
        )


def is_agreed() -> bool:
    """Ask on the terminal whether the questions may be sent.

    Raises:
        UsageError: stdin is no terminal, so that nobody can be asked.
    """
    if not sys.stdin.isatty():
        raise UsageError(
            "search: expected a terminal to ask for consent, got another stdin; give --yes to agree in advance"
        )
    if click.confirm("Ask?", default=False, err=True):
        return True
    _say("Nothing was sent.")
    return False


async def with_consent(config: Config) -> Config | None:
    """Ask on a terminal whether the wide terms of a scope are meant.

    Returns:
        The configuration, with the consent where it was given; None after a no. Elsewhere than on a terminal it stays
        as it is, and the use case refuses it.

    Raises:
        UsageError: a term can't be understood.
    """
    if config.everything or not (config.scope or config.scope_file) or not _is_conversation():
        return config
    wide = await app.terms_without_consent(config)
    for one in wide[:TERMS_SHOWN]:
        hint(f"{one_line(one.term.given)} ({one.term.place}) is {one.reason}.")
    if len(wide) > TERMS_SHOWN:
        hint(f"And {len(wide) - TERMS_SHOWN:,} more terms of that kind.")
    if not wide:
        return config
    if click.confirm("Keep the certificates of all of them?", default=False, err=True):
        return replace(config, wide_scope=True)
    _say("Nothing was read.")
    return None


def _is_conversation() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _say(line: str) -> None:
    """Write a line to stderr, with addresses replaced."""
    hint(harmless(line))
