"""Puts `tests/` on the path, so that helpers are `support.x`, makes property tests repeatable and quick, and spares
every process of the tests work that proves nothing."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from hypothesis import settings

TESTS = Path(__file__).parent
sys.path.insert(0, str(TESTS))

settings.register_profile("ctscan", derandomize=True, max_examples=60, deadline=None, database=None)
settings.load_profile("ctscan")

# Every client reads the CA certificates that it trusts, 150 of them in 30 ms. One will do: no test leaves this machine.
os.environ["SSL_CERT_FILE"] = str(TESTS / "support" / "no_server.pem")

# Hundreds of tests start ctscan as a process; without compiled modules each would compile all of it.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
