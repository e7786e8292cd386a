"""Settings of all tests: `tests/` on the path (helpers are `support.x`), repeatable and quick property tests, and less
start-up work for each process."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from hypothesis import settings

TESTS = Path(__file__).parent
sys.path.insert(0, str(TESTS))

settings.register_profile("ctscan", derandomize=True, max_examples=60, deadline=None, database=None)
settings.load_profile("ctscan")

# Each client loads its trusted CA certificates, 150 in 30 ms. A single certificate suffices: no test uses the network.
os.environ["SSL_CERT_FILE"] = str(TESTS / "support" / "no_server.pem")

# Hundreds of tests start ctscan as a process; without compiled modules each process would compile all modules.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
