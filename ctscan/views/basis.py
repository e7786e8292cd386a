"""Basis for readers: the logs that answers speak of, the logs outside, and the recorded changes. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from ctscan.model import Basis, BasisSource, LogChoice, LogListEdition
from ctscan.views.listings import Listing
from ctscan.views.text import ENGLISH, text
from ctscan.views.words import count, moment

SOURCES = {
    BasisSource.CONFIGURATION: "the configuration",
    BasisSource.COMMAND_LINE: "the command line of the first scan",
    BasisSource.DEFAULT: "no choice: Google's list",
    BasisSource.DECISION: "a decision",
    BasisSource.LAST_RUN: "the last scan of an older version",
}


def basis_lines(found: Basis) -> list[str]:
    """Say which revision it is, who made it and why, and which choice it follows."""
    note = f" ({found.note})" if found.note else ""
    made = f"{moment(found.at)} by {found.who}: {text(found.change, ENGLISH)}{note}"
    logs = f"{count(len(found.logs), 'log')} in the basis, {len(found.outside):,} outside"
    chosen = f"Chosen by {SOURCES[found.source]}: {_choice(found.choice)}."
    edition = [_edition(found.edition)] if found.edition else []
    return [f"Revision {found.revision}, {made}.", f"{logs}. {chosen}", *edition]


def _edition(found: LogListEdition) -> str:
    dated = moment(found.dated) if found.dated else "an unknown date"
    version = f", version {found.version}" if found.version else ""
    return f"Log list of {dated}{version}, read first at {moment(found.read_at)}."


def members(found: Basis) -> Listing:
    """List the logs that answers speak of, and why scans don't read some of them any longer."""
    rows = [
        (log.name, log.operator, "read" if log.reason is None else f"not read: {text(log.reason, ENGLISH)}")
        for log in found.logs
    ]
    return Listing(("Log", "Operator", "Scans"), rows)


def outside(found: Basis) -> Listing:
    """List the logs that answers name as not covered."""
    rows = [(log.name or "-", log.operator or "-", text(log.reason, ENGLISH)) for log in found.outside]
    return Listing(("Outside the basis", "Operator", "Reason"), rows)


def history(found: Sequence[Basis]) -> Listing:
    """List the revisions."""
    rows = [
        (b.revision, moment(b.at), b.who, text(b.change, ENGLISH), b.note or "-", len(b.logs), len(b.outside))
        for b in found
    ]
    return Listing(("Revision", "When", "Who", "Change", "Reason", "Logs", "Outside"), rows, whole=("When",))


def _choice(choice: LogChoice | None) -> str:
    if choice is None:
        return "not known"
    names = ", ".join(choice.logs) if choice.logs else "every log"
    if not choice.log_lists and choice.logs and all(name.startswith("file://") for name in choice.logs):
        return names  # directories: no list was asked
    where = " and ".join(choice.log_lists) or "Google's list"
    return f"{names} of {where}"
