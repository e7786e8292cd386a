"""Files taken apart in a process of its own, whose CPU time, memory and time are limited.

A small file of certificates in PEM or DER is read at once. Anything else goes to the process; one that is warm serves
many files. A file that breaks a limit is a problem with the name of that limit; what came of it before stays, and the
next file gets a fresh process.

    this process                                   `ctscan.file_process`
    begin a file  ─────────────────────────────►
                  ◄─────────────────────────────   wants octets
    octets        ─────────────────────────────►
                  ◄─────────────────────────────   certificates, problems, end
"""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

from ctscan.errors import FormatError
from ctscan.model import Problem
from ctscan.model.file_tally import FileTally
from ctscan.sources.files.blocks import is_plain
from ctscan.sources.files.content import StreamReader
from ctscan.sources.files.file_format import Item
from ctscan.sources.files.frames import (
    Frame,
    Kind,
    begin_payload,
    parse_item,
    parse_want,
    parse_want_at,
    passwords_payload,
    read_frame,
    write_frame,
)
from ctscan.sources.files.inputs import Input, read_inputs
from ctscan.sources.files.process_limits import CPU_SECONDS, CPU_STEP, MEMORY, counted
from ctscan.sources.files.streams import BUFFER, RawStream, UnpackBudget

PATIENCE: Final = 20.0
"""Seconds for a file of up to `CPU_STEP` octets, of which it may use `CPU_SECONDS` of CPU: the machine may be busy. A
longer file has more, in proportion."""

_BEAT: Final = 0.05  # seconds between two looks at the process
_PROGRAM: Final = ("-P", "-m", "ctscan.file_process")
_OWN: Final = 192 * 1024 * 1024  # octets of memory that the program itself may have


class BoundedReader:
    """`TakeApart` in a process with limits. To be closed. `passwords`: of PKCS#12 files."""

    def __init__(self, passwords: Sequence[str] = ()) -> None:
        self._child: _Child | None = None
        self._passwords = tuple(passwords)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process, if there is one."""
        if self._child is not None:
            self._child.close()
            self._child = None

    def __call__(self, stream: io.BufferedReader, budget: UnpackBudget, is_named: bool) -> Iterator[Item]:
        """Yield the certificates and problems of a file. Raises OSError where the stream does.

        Args:
            stream: the file.
            budget: its size.
            is_named: whether the user named it.
        """
        head = stream.peek(BUFFER)[:BUFFER]
        if len(head) < BUFFER and is_plain(head):
            yield from StreamReader(_nothing_within, budget, is_named).read(stream)
            return
        child = self._child = self._child or _Child(self._passwords)
        is_whole = False
        try:
            yield from child.take_apart(stream, budget, is_named)
            is_whole = True
        except _Broken as broken:
            yield "", Problem("", str(broken))
        finally:
            if not is_whole:  # it broke a limit, or nobody wants the rest
                self.close()


def bounded_inputs(
    paths: Iterable[str | Path],
    stdin: BinaryIO | None = None,
    *,
    skip_others: bool = False,
    passwords: Sequence[str] = (),
    tally: FileTally | None = None,
) -> Iterator[Input]:
    """Yield the certificates of files and directories (`read_inputs`), taken apart in a process of its own.

    Args:
        passwords: of PKCS#12 files, tried before the empty one.
    """
    with BoundedReader(passwords) as take_apart:
        yield from read_inputs(paths, take_apart, stdin, skip_others=skip_others, tally=tally)


def _nothing_within(der: bytes) -> list[bytes | Problem]:
    raise FormatError("expected a certificate, got a structure")  # `is_plain` lets none through


class _Broken(Exception):
    """Limit that a file broke; its text is for the user."""


class _Child:
    """Process that takes files apart, and the thread that watches it."""

    def __init__(self, passwords: tuple[str, ...]) -> None:
        root = str(Path(__file__).parents[3])
        known = os.environ.get("PYTHONPATH")
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            (sys.executable, *_PROGRAM),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a traceback would quote the file
            env={**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{known}" if known else root},
            start_new_session=True,  # Ctrl-C is for this process
        )
        self._watch = _Watch(self._process)
        self._greeting: bytes | None = passwords_payload(passwords)  # by the pipe: arguments are public

    def close(self) -> None:
        """End the process."""
        self._watch.stop()
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.wait()

    def take_apart(self, stream: io.BufferedReader, budget: UnpackBudget, is_named: bool) -> Iterator[Item]:
        """Yield what the process finds in a file. Raises _Broken where it breaks a limit."""
        file = stream.raw.file if isinstance(stream.raw, RawStream) else None
        if self._greeting is not None:
            self._send(Kind.PASSWORDS, self._greeting)
            self._greeting = None
        size = budget.packed if file else 0
        self._send(Kind.BEGIN, begin_payload(is_named=is_named, has_random_access=file is not None, size=size))
        self._watch.begin(size)
        while True:
            kind, payload = self._receive()
            match kind:
                case Kind.WANTS:
                    self._give(stream.read1(parse_want(payload)))
                case Kind.WANTS_AT if file is not None:
                    at, most = parse_want_at(payload)
                    file.seek(at)
                    self._give(file.read(most) or b"")
                case Kind.CERTIFICATE | Kind.PROBLEM | Kind.ABSENCE:
                    yield parse_item(kind, payload)
                case Kind.END:
                    return
                case _:
                    raise _Broken("was answered out of turn while it was taken apart; please report it")

    def _give(self, octets: bytes) -> None:
        self._watch.read(len(octets))
        self._send(Kind.OCTETS, octets)

    def _send(self, kind: Kind, payload: bytes) -> None:
        assert self._process.stdin is not None  # noqa: S101 - a pipe
        try:
            write_frame(self._process.stdin, kind, payload)
        except OSError:
            raise _Broken(self._reason()) from None

    def _receive(self) -> Frame:
        assert self._process.stdout is not None  # noqa: S101 - a pipe
        with self._watch.waiting():
            try:
                frame = read_frame(self._process.stdout)
            except FormatError as error:
                raise _Broken(f"was answered by {error} while it was taken apart; please report it") from None
        if frame is None:
            raise _Broken(self._reason())
        return frame

    def _reason(self) -> str:
        """Return the limit that the process broke."""
        code = self._process.wait()
        if self._watch.reason:
            return self._watch.reason
        if sys.platform != "win32" and -code in (signal.SIGXCPU, signal.SIGKILL):
            return f"needs more than {self._watch.cpu_seconds} s of CPU time to be taken apart; take it apart first"
        return f"ended the process that took it apart (exit code {code}); please report it"


class _Watch:
    """Thread that ends a process which needs too much time or memory."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._octets, self._size, self._spent = 0, 0, 0.0
        self._since: float | None = None
        self._stopped = threading.Event()
        self.reason = ""
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def cpu_seconds(self) -> int:
        """CPU time that the file may need."""
        return CPU_SECONDS + self._octets // CPU_STEP

    def begin(self, size: int) -> None:
        """Begin with a file of `size` octets, 0 where nobody knows."""
        self._octets, self._size, self._spent = 0, size, 0.0

    def read(self, octets: int) -> None:
        """Count octets that the process got."""
        self._octets = counted(self._octets + octets, self._size)

    def waiting(self) -> _Waiting:
        """Return a context in which this process waits for the other one."""
        return _Waiting(self)

    def enter(self) -> None:
        """Begin to wait."""
        self._since = time.monotonic()

    def leave(self) -> None:
        """End to wait."""
        since, self._since = self._since, None
        self._spent += time.monotonic() - since if since is not None else 0.0

    def stop(self) -> None:
        """End the watch."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(_BEAT) and self._process.poll() is None:
            self.reason = self._broken()
            if self.reason:
                self._process.kill()
                return

    def _broken(self) -> str:
        since = self._since
        spent = self._spent + (time.monotonic() - since if since is not None else 0.0)
        patience = PATIENCE * (1 + self._octets // CPU_STEP)
        if spent > patience:
            return f"takes longer than {patience:.0f} s to be taken apart; take it apart first"
        if resident(self._process.pid) > MEMORY + _OWN:
            return f"needs more than {MEMORY >> 20} MiB of memory to be taken apart; take it apart first"
        return ""


class _Waiting:
    """Context in which this process waits for the other one."""

    def __init__(self, watch: _Watch) -> None:
        self._watch = watch

    def __enter__(self) -> None:
        self._watch.enter()

    def __exit__(self, *_: object) -> None:
        self._watch.leave()


def resident(pid: int) -> int:
    """Return the octets of memory that a process has; 0 where the platform doesn't tell (Windows)."""
    if sys.platform == "win32":
        return 0
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return _resident_by_ps(pid)
    return pages * os.sysconf("SC_PAGE_SIZE")


def _resident_by_ps(pid: int) -> int:
    """Ask ps, as on macOS; 0 where there is none."""
    try:
        found = subprocess.run(  # noqa: S603 - a program of the system
            ("/bin/ps", "-o", "rss=", "-p", str(pid)), capture_output=True, check=False, timeout=2
        )
        return int(found.stdout or b"0") * 1024
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return 0
