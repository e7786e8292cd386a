"""Program that runs a command and prints its time and memory as a line of JSON.

    python -S bench/measure.py SECONDS FILE COMMAND...     FILE gets the stderr of the command

    {"wall": s, "cpu": s, "peak": MiB, "exit": code, "samples": [[s, {"<pid>": [MiB, CPU s]}], ...]}

`cpu`: user and system time of the command and all its children (wait4); `peak`: resident memory of the largest of
these processes. Every SECONDS the program samples each process in /proc; 0, or no /proc: no samples. The program is a
small process of its own, for the peak of a process is never less than the memory of its parent at the start.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time

Sample = tuple[float, dict[str, tuple[float, float]]]
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


def sample(pid: int, began: float) -> Sample:
    """Take a sample of the processes; skip processes that end meanwhile."""
    found: dict[str, tuple[float, float]] = {}
    try:
        for each in family(pid):
            found[str(each)] = state(each)
    except (OSError, IndexError, ValueError):
        pass
    return time.perf_counter() - began, found


def main() -> None:
    """Run the command, take samples, print the result."""
    every, errors, command = float(sys.argv[1]), sys.argv[2], sys.argv[3:]
    samples: list[Sample] = []
    over = threading.Event()
    began = time.perf_counter()
    with open(errors, "wb") as file:  # noqa: PTH123
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=file)

    def look() -> None:
        while not over.wait(every):
            samples.append(sample(process.pid, began))

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
