"""Command line: a file per command, which parses its options, calls a use case of `app` and renders the result.

    ctscan.toml, CTSCAN_…, options ──► Config ──► use case ──► values ──► tables for readers or JSON on stdout
                                                     └──► progress, log lines and errors on stderr

The module of a command imports heavy parts inside the command, so that `ctscan lookup` pays for a look-up only.
"""

from __future__ import annotations

import gc
import threading

from ctscan.cli.program import Program, complain_of_thread
from ctscan.garbage import collected_rarely

program = Program(
    name="ctscan",
    help="Find the personal data of natural persons in Certificate Transparency logs, with proof of what was searched.",
)


def main() -> None:
    """Run the `ctscan` script, and leave the process with an exit code of `errors.EXIT_CODES`."""
    threading.excepthook = complain_of_thread
    try:
        with collected_rarely():
            program()
    finally:
        gc.freeze()  # at its end Python looks for garbage among all objects, more than once, and then frees them anyway
