"""State that the parts of the benchmark share: options, folders, server, logs on disk, results."""

from __future__ import annotations

import os
import tempfile
import time
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from statistics import median

from support.logs import WIDTH

from bench import answers, logs, measure
from bench.floor import Floor, build_floor
from bench.logs import Built, LogSpec
from bench.results import Results, say
from bench.scans import ScanOptions, Used, scan
from bench.serving import Server
from ctscan.model import LogProtocol

BIG = "big"
STATIC = LogProtocol.STATIC_CT


@dataclass
class Bench:
    """Run of the benchmark. `largest`: entries of the large log; long runs read it, or a beginning of it. `paths`: the
    paths through the hot loop that can be measured; the first is that of users."""

    options: Namespace
    server: Server
    work: Path
    results: Results
    largest: int
    paths: tuple[str, ...]
    _big: list[Built] = field(default_factory=list)
    _built: dict[tuple[LogSpec, LogProtocol], Built] = field(default_factory=dict)
    _start_up: dict[str, Used] = field(default_factory=dict)
    _lists: int = 0
    began: float = field(default_factory=time.monotonic)

    @property
    def repeat(self) -> int:
        """Runs of a short scan; the median counts."""
        return int(self.options.repeat)

    @property
    def seldom(self) -> int:
        """Runs of a long scan."""
        return min(3, self.repeat)

    def build(self, *specs: LogSpec, protocol: LogProtocol = STATIC) -> list[Built]:
        """Write logs to disk, each once, and wait until the disk has them."""
        found = [replace(spec, leaf_index=protocol is STATIC) for spec in specs]
        missing = [spec for spec in found if (spec, protocol) not in self._built]
        if missing:
            total = sum(spec.size for spec in missing)
            say(f"... writing {len(missing)} log(s) of {protocol.value}, {total:,} entries in all")
            form: logs.Form = logs.STATIC_CT if protocol is STATIC else answers.RFC_6962
            made = logs.build(missing, self.server.folder, self.options.processes, form)
            self._built |= {(log.spec, protocol): log for log in made}
            os.sync()
        return [self._built[spec, protocol] for spec in found]

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
        protocol: LogProtocol = STATIC,
        *,
        jobs: int = 1,
        scope: Sequence[str] = (),
        every: float = 0.0,
        keep: Path | None = None,
        path: str | None = None,
    ) -> Used:
        """Scan logs into a new index, on the first path unless another is given."""
        self._lists += 1
        url = self.server.publish(f"list{self._lists}", found, protocol)
        return scan(url, found, self.work, ScanOptions(jobs, scope, every, keep, path or self.paths[0]))

    @cached_property
    def floor(self) -> Floor | None:
        """Floor in C; None where it can't be built."""
        return build_floor(self.fresh(), self.results)

    def start_up(self, path: str | None = None) -> Used:
        """Return the cost of a scan besides reading: the median of three scans of a log with a single entry."""
        path = path or self.paths[0]
        if path not in self._start_up:
            tiny = self.build(LogSpec("tiny", 1))
            self.scan(tiny, path=path)  # compiles modules to byte code
            runs = [self.scan(tiny, path=path) for _ in range(3)]
            used = Used(median(u.wall for u in runs), median(u.cpu for u in runs), max(u.peak for u in runs))
            self._start_up[path] = used
        return self._start_up[path]

    def fresh(self) -> Path:
        """Make a folder for an index."""
        return Path(tempfile.mkdtemp(dir=self.work))

    def server_cpu(self) -> float:
        """Return the CPU seconds of the file server so far; 0 where the system doesn't give them."""
        try:
            return measure.state(self.server.pid)[1]
        except OSError:
            return 0.0
