"""Sources of certificates for eyes and for JSON: what each finds, what it doesn't, what it needs, and whom it tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ctscan.model import Repository

FINDS = {
    "email": "e-mail address",
    "domain": "domain (addresses at and below it)",
    "host": "host (DNS names at and below a domain)",
}
"""Kinds of question where the word alone doesn't say what they find."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where certificates can come from. `lacks`: why it can't be used here; empty: it can."""

    name: str
    title: str
    url: str
    finds: tuple[str, ...]
    limits: tuple[str, ...]
    needs: str
    tells: str
    is_verified: bool
    command: str
    lacks: str = ""


LOGS = Source(
    name="logs",
    title="Certificate Transparency logs, read from where coverage begins",
    url="",
    finds=("everything that can be looked up",),
    limits=(
        "What was logged before coverage begins isn't found; 'ctscan scan --from' reaches back as far as a log does.",
        "Certificates that were never logged are in no log.",
    ),
    needs="a contact, and time: a log is read as a whole",
    tells="operators of logs learn that you read their logs, and nothing of whom you look for",
    is_verified=True,
    command="ctscan scan",
)

FILES = Source(
    name="files",
    title="certificates in files and on stdin",
    url="",
    finds=("everything that can be looked up",),
    limits=("Only what the files hold; that a certificate was logged is not known until a log confirms it.",),
    needs="",
    tells="nobody",
    is_verified=False,
    command="ctscan import",
)


def source_of(repository: Repository, lacks: str) -> Source:
    """A repository as a source."""
    return Source(
        repository.name,
        repository.title,
        repository.url,
        repository.finds,
        repository.limits,
        repository.needs,
        repository.tells,
        is_verified=False,
        command=f"ctscan search --in {repository.name}",
        lacks=lacks,
    )


def lines(source: Source) -> list[str]:
    """What is said of a source, line by line."""
    proven = "complete for what was read, and verified: every entry is proven to be in the signed tree"
    claimed = "neither complete nor verified: what it gives counts as proven when a log confirms it"
    return [
        f"Worth: {proven if source.is_verified else claimed}",
        f"Finds by: {', '.join(FINDS.get(kind, kind) for kind in source.finds)}",
        *(f"Limit: {limit}" for limit in source.limits),
        *([f"Needs: {source.needs}"] if source.needs else []),
        f"Ready here: {f'no: {source.lacks}' if source.lacks else 'yes'}",
        f"Who learns of a question: {source.tells}",
        *([f"Address: {source.url}"] if source.url else []),
        f"Command: {source.command}",
    ]


def shape(source: Source) -> dict[str, Any]:
    """The same for JSON."""
    return {
        "name": source.name,
        "title": source.title,
        "url": source.url or None,
        "finds": list(source.finds),
        "limits": list(source.limits),
        "needs": source.needs or None,
        "ready": not source.lacks,
        "lacks": source.lacks or None,
        "tells": source.tells,
        "complete": source.is_verified,
        "verified": source.is_verified,
        "command": source.command,
    }
