"""The benchmark: how fast `ctscan` reads logs, what it costs by stage, and how that grows. `make bench` runs it.

certificates, logs, answers    logs of real size, written to disk
serving, static_server         nginx, or what stands in for it, over loopback
measure, scans                 `ctscan` as a process of its own, and what it took
pipeline, growth, stages, samples, lookups, findings, profile    what is measured
results, machine, render       what is written down
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

# builders of certificates and logs are shared with the tests
sys.path[:0] = [path for path in (str(ROOT / "tests"), str(ROOT)) if path not in sys.path]
