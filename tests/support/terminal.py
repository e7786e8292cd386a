"""Runner of `ctscan` on a pseudo-terminal of a given width, as a person sees it."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import termios
from collections.abc import Mapping
from pathlib import Path

from support import forked
from support.cli import ROOT, command

PATIENCE = 60  # seconds


def on_terminal(
    *arguments: str | Path, cwd: Path, columns: int = 80, typed: bytes = b"", env: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Run `ctscan …` with stdin, stdout and stderr on a terminal; returns the exit code and everything shown on it."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    clean = {k: v for k, v in os.environ.items() if not k.startswith("CTSCAN_") and k not in ("COLUMNS", "LINES")}
    given = {"PYTHONPATH": os.pathsep.join([str(ROOT), clean.get("PYTHONPATH", "")]), "NO_COLOR": "1", "TERM": "xterm"}
    program = forked.popen(
        command(*arguments), cwd=cwd, stdin=theirs, stdout=theirs, stderr=theirs, env={**clean, **given, **(env or {})}
    )
    os.close(theirs)
    os.write(ours, typed)
    shown = b""
    while data := _read(ours, shown):
        shown += data
    os.close(ours)
    return program.wait(PATIENCE), shown.decode(errors="backslashreplace").replace("\r\n", "\n")


def _read(terminal: int, shown: bytes) -> bytes:
    if not forked.can_read(terminal, PATIENCE):
        raise TimeoutError(shown)
    try:
        return os.read(terminal, 65_536)
    except OSError:  # Linux raises this when the other side is closed
        return b""
