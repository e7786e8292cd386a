"""Benchmark of `ctscan`: speed of reading logs, cost by stage, growth of the cost. `make bench` runs it.

certificates, logs, answers    logs of real size, written to disk
serving, static_server         nginx, or a Python server in its place, over loopback
measure, scans                 `ctscan` as a process of its own, and its time and memory
pipeline, growth, stages, samples, lookups, loop, findings, profile    the measurements
results, machine, render       the record of a run and its figures in the documents
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

# the benchmark uses the tests' builders of certificates and logs
sys.path[:0] = [path for path in (str(ROOT / "tests"), str(ROOT)) if path not in sys.path]
