"""Limits of the process that takes files apart, as far as the platform has them.

    CPU time      a soft RLIMIT_CPU, raised with each file and with each 16 MiB that were read of it
    memory        RLIMIT_AS beyond what the process has at its start; enforced on Linux
    files, net    no further descriptor (RLIMIT_NOFILE): neither a file nor a socket can be opened any more
    processes     none (RLIMIT_NPROC); no core dump, which would hold the content of a file

Windows has none of them: there the parent watches time and ends the process. macOS doesn't enforce RLIMIT_AS: there the
parent watches memory, too.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Final

from msgspec import Struct

CPU_SECONDS: Final = 2
"""Most CPU seconds for a file of up to `CPU_STEP` octets; a second more for each further step."""

CPU_STEP: Final = 16 * 1024 * 1024

MEMORY: Final = 256 * 1024 * 1024
"""Octets that taking a file apart may need, beside the program itself."""


class CpuLimit(Struct):
    """Limit of CPU time for one file, which grows as the file is read."""

    began: float = 0.0
    steps: int = 0
    octets: int = 0
    size: int = 0

    def begin(self, size: int) -> None:
        """Begin with a file of `size` octets, 0 where nobody knows."""
        self.began, self.steps, self.octets, self.size = time.process_time(), 0, 0, size
        self._set()

    def read(self, octets: int) -> None:
        """Count octets that were read of the file."""
        self.octets = counted(self.octets + octets, self.size)
        if self.octets // CPU_STEP > self.steps:
            self.steps = self.octets // CPU_STEP
            self._set()

    def _set(self) -> None:
        if sys.platform != "win32":
            import resource

            hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
            soft = int(self.began + CPU_SECONDS + self.steps)
            resource.setrlimit(resource.RLIMIT_CPU, (soft if hard < 0 else min(soft, hard), hard))


def counted(octets: int, size: int) -> int:
    """Return the octets of a file that count for its limits. Members of an archive may overlap: what is read again
    allows no more.

    Args:
        octets: that were read, again and again perhaps.
        size: of the file; 0 where nobody knows.
    """
    return min(octets, size) if size else octets


def confine() -> None:
    """Give up what reading bytes needs no more: memory beyond `MEMORY`, files, sockets and processes."""
    if sys.platform != "win32":
        import resource

        _lower(resource.RLIMIT_CORE, 0)
        _lower(resource.RLIMIT_FSIZE, 0)
        _lower(resource.RLIMIT_NPROC, 0)
        if (size := _own_size()) is not None:
            _lower(resource.RLIMIT_AS, size + MEMORY)
        _lower(resource.RLIMIT_NOFILE, 3)


def _lower(limit: int, most: int) -> None:
    """Lower a limit, for good. A lower limit that somebody set stays."""
    import resource

    hard = resource.getrlimit(limit)[1]
    most = most if hard < 0 else min(most, hard)
    resource.setrlimit(limit, (most, most))


def _own_size() -> int | None:
    """Return the octets of address space of this process; None where /proc doesn't tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return None
    import resource

    return pages * resource.getpagesize()
