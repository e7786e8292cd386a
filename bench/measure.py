"""Program that runs a command and prints its time and memory as a line of JSON.

    python -S bench/measure.py SECONDS FILE INDEX COMMAND...     FILE gets the stderr of the command

    {"wall": s, "cpu": s, "peak": MiB, "exit": code, "samples": [[s, {"<pid>": [MiB, CPU s]}, entries], ...]}

`cpu`: user and system time of the command and all its children (wait4); `peak`: resident memory of the largest of
these processes. Every SECONDS the program samples each process in /proc; 0, or no /proc: no samples. `entries`: number
of entries that are verified in INDEX, the file of an index that the command writes; 0 before the first commit. The
program is a small process of its own, for the peak of a process is never less than the memory of its parent at the
start.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import threading
import time

Sample = tuple[float, dict[str, tuple[float, float]], int]
MIB = 1024 * 1024


def family(pid: int) -> list[int]:
    """Return the ids of a process and its descendants."""
    with open(f"/proc/{pid}/task/{pid}/children") as file:  # noqa: PTH123  pathlib would make this process larger
        children = [int(child) for child in file.read().split()]
    return [pid, *(each for child in children for each in family(child))]


def state(pid: int) -> tuple[float, float]:
    """Return resident MiB and CPU seconds of a process."""
    with open(f"/proc/{pid}/statm") as file:  # noqa: PTH123
        pages = int(file.read().split()[1])
    with open(f"/proc/{pid}/stat") as file:  # noqa: PTH123
        fields = file.read().rpartition(")")[2].split()  # from the third on: the name may hold any text
    ticks = int(fields[11]) + int(fields[12])
    return pages * os.sysconf("SC_PAGE_SIZE") / MIB, ticks / os.sysconf("SC_CLK_TCK")


def covered(index: str) -> int:
    """Return the number of verified entries in an index; 0 before its tables are there.

    The file is opened anew each time, and only when its writer has a write-ahead log, so that nothing waits for this
    connection and the last writer is the last to close.
    """
    if not os.path.exists(index + "-wal"):  # noqa: PTH110
        return 0
    try:
        connection = sqlite3.connect(f"file:{index}?mode=ro", uri=True)
        try:
            (entries,) = connection.execute("SELECT total(range_end - range_start) FROM coverage").fetchone()
        finally:
            connection.close()
    except sqlite3.Error:
        return 0
    return int(entries)


def sample(pid: int, began: float, index: str) -> Sample:
    """Take a sample of the processes and of the index; skip processes that end meanwhile."""
    found: dict[str, tuple[float, float]] = {}
    try:
        for each in family(pid):
            found[str(each)] = state(each)
    except (OSError, IndexError, ValueError):
        pass
    entries = covered(index)
    return time.perf_counter() - began, found, entries


def reap(process: subprocess.Popen[bytes]) -> float:
    """Wait for a process, and return its CPU seconds, user and system."""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Run the command, take samples, print the result."""
    every, errors, index, command = float(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4:]
    samples: list[Sample] = []
    over = threading.Event()
    began = time.perf_counter()
    with open(errors, "wb") as file:  # noqa: PTH123
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=file)

    def look() -> None:
        while not over.wait(every):
            samples.append(sample(process.pid, began, index))

    watcher = threading.Thread(target=look, daemon=True)
    if every:
        watcher.start()
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    over.set()
    unit = 1024 if sys.platform == "linux" else MIB  # of ru_maxrss: KiB, but bytes on macOS
    told = {"wall": wall, "cpu": used.ru_utime + used.ru_stime, "peak": used.ru_maxrss / unit}
    print(json.dumps(told | {"exit": os.waitstatus_to_exitcode(status), "samples": samples}))  # noqa: T201


if __name__ == "__main__":
    main()
