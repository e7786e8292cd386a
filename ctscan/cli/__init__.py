"""The command line: one file per group of commands, and the only place that wires the parts of ctscan together.

    ctscan.toml, CTSCAN_…, options ──► Config ──► a command ──► values ──► tables for eyes or JSON on stdout
                                                          └──► progress, log lines and errors on stderr

A command's module imports what it needs inside the command, so that `ctscan lookup` pays for nothing but a look-up.
"""

from __future__ import annotations

import threading

from ctscan.cli.program import Program, complain_of_thread

program = Program(
    name="ctscan",
    help="Find the personal data of natural persons in Certificate Transparency logs, with proof of what was searched.",
)


def main() -> None:
    """Entry point of the `ctscan` script; leaves the process with one of the exit codes of `errors.EXIT_CODES`."""
    threading.excepthook = complain_of_thread
    program()
