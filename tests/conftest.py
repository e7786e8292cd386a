"""Puts `tests/` on the path, so that helpers are `support.x`, and makes property tests repeatable and quick."""

from __future__ import annotations

import sys
from pathlib import Path

from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))

settings.register_profile("ctscan", derandomize=True, max_examples=60, deadline=None, database=None)
settings.load_profile("ctscan")
