"""Desk of a handler: an index with a small log, and `ctscan case` on it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from click.testing import Result
from support.cli import error_line, run
from support.filled import fill
from support.scanning import people_log

TODAY = datetime.now().astimezone().date()


def ago(days: int) -> str:
    """Return the date so many days ago."""
    return str(TODAY - timedelta(days=days))


def _scanned(folder: Path) -> None:
    people_log("people", 40).write_static_tree(folder / "log")
    log = (folder / "log").as_uri()
    scanned = run("scan", "--log", log, "--from", "start", "--everything", "--db", folder / "ctscan.db")
    assert scanned.exit_code == 0, scanned.output


class Desk:
    """Index of a handler, and the commands on it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.db = folder, folder / "ctscan.db"
        fill(folder, Desk, _scanned)

    def __call__(self, *words: str, stdin: str | bytes = "") -> Result:
        return run("case", *words, "--db", self.db, stdin=stdin)

    def json(self, *words: str, code: int = 0, stdin: str = "") -> Any:
        """Run a command, and parse its JSON."""
        result = self(*words, "--format", "json", stdin=stdin)
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)

    def open(self, *words: str, days: int = 3, regime: str = "eu") -> Any:
        """Open a case of a request that was received so many days ago."""
        identifiers = words or ("jane@example.org",)
        return self.json("open", *identifiers, "--regime", regime, "--received", ago(days))

    def trail(self) -> list[dict[str, Any]]:
        """Return the events of the register, oldest first."""
        events = json.loads(run("audit", "show", "--format", "json", "--db", self.db).stdout)
        return [event for event in reversed(events) if event["action"] == "case"]

    def refused(self, *words: str, code: int = 2, stdin: str | bytes = "") -> str:
        """Run a command that fails, and return its single line; assert that nothing was written."""
        before = self.json("list", "--all"), self.trail()
        result = self(*words, stdin=stdin)
        assert result.exit_code == code, result.output
        assert (self.json("list", "--all"), self.trail()) == before
        return error_line(result)
