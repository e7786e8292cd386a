"""Consent to ask repositories: says who will learn which kinds of question, and asks whether to go on."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from ctscan.cli.progress import harmless
from ctscan.errors import UsageError

if TYPE_CHECKING:
    from ctscan.app import SearchPlan


def announce(plan: SearchPlan) -> None:
    """Say on stderr who will learn which kinds of question, and which terms of the scope are left out."""
    from ctscan.views.words import announcement

    for line in (*announcement(plan.disclosures, plan.purpose), *plan.left_out):
        _say(line)


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


def _say(line: str) -> None:
    """Write a line to stderr, with addresses replaced."""
    sys.stderr.write(harmless(line) + "\n")
    sys.stderr.flush()
