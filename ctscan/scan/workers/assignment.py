"""Assignment of logs to the processes of a scan (`--jobs`). Values only.

Logs of an operator go together: few processes ask it for tree heads. Where there are fewer operators than processes,
several processes read the same logs, in parts that they take from each other (`log/parts.py`). All processes read the
logs on this machine, where politeness has no bound.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec import Struct

from ctscan.http.urls import is_loopback

if TYPE_CHECKING:
    from ctscan.model import Log


class Assignment(Struct, frozen=True):
    """Readers of each operator's logs; `processes` are numbered from 0, the parent."""

    processes: int
    operators: Mapping[str, frozenset[int]]

    def readers(self, log: Log) -> frozenset[int]:
        """Return the processes that read a log. Process 0 reads an operator that joined later."""
        if is_local(log):
            return frozenset(range(self.processes))
        return self.operators.get(log.operator, frozenset((0,)))

    def logs_of(self, process: int, logs: Sequence[Log]) -> tuple[Log, ...]:
        """Return the logs that a process reads."""
        return tuple(log for log in logs if process in self.readers(log))


def assign(logs: Sequence[Log], jobs: int, most: Callable[[Log], int]) -> Assignment:
    """Assign logs to at most `jobs` processes, about the same number of logs to each.

    `most` returns how many processes may read a log at the same time, for each sends at least one request.
    """
    operators: dict[str, list[Log]] = {}
    for log in logs:
        if not is_local(log):
            operators.setdefault(log.operator, []).append(log)
    largest_first = sorted(operators, key=lambda name: len(operators[name]), reverse=True)
    loads = [0] * jobs
    readers: dict[str, set[int]] = {}
    for name in largest_first:
        process = loads.index(min(loads))
        readers[name] = {process}
        loads[process] += len(operators[name])
    for process in range(len(operators), jobs):  # processes without an operator help
        open_ = [name for name in largest_first if len(readers[name]) < min(map(most, operators[name]))]
        if open_:
            readers[min(open_, key=lambda name: len(readers[name]) / len(operators[name]))].add(process)
    used = {process for them in readers.values() for process in them}
    count = jobs if any(map(is_local, logs)) else max(used, default=0) + 1
    return Assignment(count, {name: frozenset(them) for name, them in readers.items()})


def is_local(log: Log) -> bool:
    """Return True for a log on this machine: in a directory, or behind a loopback address."""
    urls = [urlsplit(url) for url in (log.url, log.monitoring_url) if url]
    return bool(urls) and all(url.scheme == "file" or is_loopback(url.hostname or "") for url in urls)
