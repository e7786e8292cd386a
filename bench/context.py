"""State that the parts of the benchmark share: options, folders, server, logs on disk, results."""

from __future__ import annotations

import tempfile
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from statistics import median

from support.logs import WIDTH

from bench import answers, logs, measure
from bench.logs import Built, LogSpec
from bench.results import Results, say
from bench.scans import Used, scan
from bench.serving import Server
from ctscan.model import LogProtocol

BIG = "big"


@dataclass
class Bench:
    """Run of the benchmark. `largest`: entries of the large log; long runs read it, or a beginning of it."""

    options: Namespace
    server: Server
    work: Path
    results: Results
    largest: int
    _big: list[Built] = field(default_factory=list)
    _lists: int = 0

    def build(self, *specs: LogSpec, protocol: LogProtocol = LogProtocol.STATIC_CT) -> list[Built]:
        """Write logs to disk."""
        total = sum(spec.size for spec in specs)
        say(f"... writing {len(specs)} log(s) of {protocol.value}, {total:,} entries in all")
        is_tiled = protocol is LogProtocol.STATIC_CT
        found = [replace(spec, leaf_index=is_tiled) for spec in specs]
        form: logs.Form = logs.STATIC_CT if is_tiled else answers.RFC_6962
        return logs.build(found, self.server.folder, self.options.processes, form)

    def big(self, size: int) -> Built:
        """Return the large static-ct log as of `size` entries, rounded down to whole tiles."""
        if not self._big:
            self._big += self.build(LogSpec(BIG, self.largest))
        (big, *_) = self._big
        if size == big.spec.size:
            return big
        size = size // WIDTH * WIDTH
        known = [log for log in self._big if log.spec.size == size]
        if not known:
            known = [logs.shorter(big, size, f"{BIG}{size}")]
            self._big += known
        return known[0]

    def scan(
        self,
        found: Sequence[Built],
        protocol: LogProtocol = LogProtocol.STATIC_CT,
        jobs: int = 1,
        every: float = 0.0,
        keep: Path | None = None,
    ) -> Used:
        """Scan logs into a new index."""
        self._lists += 1
        url = self.server.publish(f"list{self._lists}", found, protocol)
        return scan(url, found, self.work, jobs=jobs, every=every, keep=keep)

    @cached_property
    def start_up(self) -> Used:
        """Cost of a scan besides reading: the median of three scans of a log with a single entry."""
        tiny = self.build(LogSpec("tiny", 1))
        self.scan(tiny)  # compiles modules to byte code
        runs = [self.scan(tiny) for _ in range(3)]
        return Used(median(u.wall for u in runs), median(u.cpu for u in runs), max(u.peak for u in runs))

    def fresh(self) -> Path:
        """Make a folder for an index."""
        return Path(tempfile.mkdtemp(dir=self.work))

    def server_cpu(self) -> float:
        """Return the CPU seconds of the file server so far; 0 where the system doesn't give them."""
        try:
            return measure.state(self.server.pid)[1]
        except OSError:
            return 0.0
