"""Which process of a scan reads which log (`--jobs`). Values only.

Logs of an operator go together: few processes ask it for tree heads. Where there are fewer operators than processes,
several read the same logs, in parts that they take from each other (`parts.py`); logs on this machine, which nobody
has to be polite to, are read by all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from ctscan.http.urls import is_loopback
from ctscan.model import Log


@dataclass(frozen=True, slots=True)
class Division:
    """`processes` are numbered from 0, the one that started the others."""

    processes: int
    operators: Mapping[str, frozenset[int]]

    def readers(self, log: Log) -> frozenset[int]:
        """The processes that read this log. An operator that joined later is read by the first."""
        if is_near(log):
            return frozenset(range(self.processes))
        return self.operators.get(log.operator, frozenset((0,)))

    def share(self, process: int, logs: Sequence[Log]) -> tuple[Log, ...]:
        """Those of the logs that a process reads."""
        return tuple(log for log in logs if process in self.readers(log))


def divide(logs: Sequence[Log], jobs: int, most: Callable[[Log], int]) -> Division:
    """Among at most `jobs` processes, about the same number of logs for each. `most`: how many may read a log at the
    same time, for each sends at least one request."""
    operators: dict[str, list[Log]] = {}
    for log in logs:
        if not is_near(log):
            operators.setdefault(log.operator, []).append(log)
    largest_first = sorted(operators, key=lambda name: len(operators[name]), reverse=True)
    loads = [0] * jobs
    readers: dict[str, set[int]] = {}
    for name in largest_first:
        process = loads.index(min(loads))
        readers[name] = {process}
        loads[process] += len(operators[name])
    for process in range(len(operators), jobs):  # nobody needs these yet: they help
        open_ = [name for name in largest_first if len(readers[name]) < min(map(most, operators[name]))]
        if open_:
            readers[min(open_, key=lambda name: len(readers[name]) / len(operators[name]))].add(process)
    used = {process for them in readers.values() for process in them}
    count = jobs if any(map(is_near, logs)) else max(used, default=0) + 1
    return Division(count, {name: frozenset(them) for name, them in readers.items()})


def is_near(log: Log) -> bool:
    """Whether a log lies on this machine: in a directory, or behind a loopback address."""
    urls = [urlsplit(url) for url in (log.url, log.monitoring_url) if url]
    return bool(urls) and all(url.scheme == "file" or is_loopback(url.hostname or "") for url in urls)
