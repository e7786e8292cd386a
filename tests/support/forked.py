"""Processes of Python modules that start in a hundredth of a second: forks of one warm process that has everything
imported. Each is a process of its own, with its own streams, folder, environment and signals, as `python -m` starts it.

    process = start("ctscan", "lookup", "jane@example.org", cwd=folder, stdout=PIPE)

A test that asks about the start itself (imports, settings of Python, the installation) needs a fresh interpreter.
"""

from __future__ import annotations

import atexit
import base64
import gc
import importlib
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import BinaryIO, NoReturn

PIPE, DEVNULL, STDOUT = subprocess.PIPE, subprocess.DEVNULL, subprocess.STDOUT
TESTS = Path(__file__).parents[1]
READ_BEFORE = ("attributes", "east_asia", "encodings")
"""Folders of golden certificates that are read once, so that lists of names and tables of letters are in memory."""


class Forked:
    """Process that was forked, with the methods of `subprocess.Popen`."""

    def __init__(self, call: socket.socket, pipes: tuple[BinaryIO | None, BinaryIO | None, BinaryIO | None]) -> None:
        self._call = call
        self._said = call.makefile("rb", buffering=0)
        self.stdin, self.stdout, self.stderr = pipes
        self.pid = int(self._said.readline())
        self.returncode: int | None = None

    def __enter__(self) -> Forked:
        return self

    def __exit__(self, *_: object) -> None:
        for pipe in (self.stdin, self.stdout, self.stderr):
            if pipe is not None:
                pipe.close()
        self.wait()

    def poll(self) -> int | None:
        """Return the exit code, minus the number of the signal that ended the process, or None while it runs."""
        if self.returncode is None and select.select([self._call], [], [], 0)[0]:
            self.wait()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end, and return the exit code.

        Raises:
            subprocess.TimeoutExpired: the process still runs after `timeout` seconds.
        """
        if self.returncode is None:
            if not select.select([self._call], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("a forked process", timeout or 0)
            self.returncode = int(self._said.readline())
            self._said.close()
            self._call.close()
        return self.returncode

    def communicate(self, given: bytes = b"", timeout: float | None = None) -> tuple[bytes, bytes]:
        """Write to stdin, read stdout and stderr to their ends, and wait for the end of the process."""
        said: dict[BinaryIO | None, bytes] = {None: b""}
        pipes = [pipe for pipe in (self.stdout, self.stderr) if pipe is not None]
        readers = [threading.Thread(target=lambda p=pipe: said.update({p: p.read()}), daemon=True) for pipe in pipes]
        for reader in readers:
            reader.start()
        if self.stdin is not None:
            self._feed(self.stdin, given)
        until = None if timeout is None else time.monotonic() + timeout
        for reader in readers:
            reader.join(None if until is None else max(0.0, until - time.monotonic()))
        self.wait(None if until is None else max(0.0, until - time.monotonic()))
        for pipe in pipes:
            pipe.close()
        return said[self.stdout], said[self.stderr]

    @staticmethod
    def _feed(stdin: BinaryIO, given: bytes) -> None:
        try:
            stdin.write(given)
            stdin.close()
        except BrokenPipeError:  # it may end without reading
            pass

    def send_signal(self, number: int) -> None:
        """Send a signal, unless the process has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Send SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL."""
        self.send_signal(signal.SIGKILL)


def start(
    module: str, *arguments: str | Path, cwd: Path, env: Mapping[str, str], stdin: int = DEVNULL, stdout: int = DEVNULL,
    stderr: int = DEVNULL, start_new_session: bool = False,
) -> Forked:  # fmt: skip
    """Start `python -m module …` as a fork; streams are given as to `subprocess.Popen`."""
    ours, theirs = socket.socketpair()
    given: list[int] = []
    opened = [theirs.detach()]
    pipes: list[BinaryIO | None] = []
    for number, stream in enumerate((stdin, stdout, stderr)):
        pipe = None
        if stream == PIPE:
            ends = os.pipe()
            pipe = os.fdopen(ends[number == 0], "wb" if number == 0 else "rb", buffering=0 if number == 0 else -1)
            stream = ends[number != 0]
            opened.append(stream)
        elif stream == DEVNULL:
            stream = os.open(os.devnull, os.O_RDWR)
            opened.append(stream)
        given.append(given[1] if stream == STDOUT else stream)
        pipes.append(pipe)
    socket.send_fds(_server(), [b"!"], [opened[0], *given])
    for descriptor in opened:
        os.close(descriptor)
    words = [module, *(str(argument) for argument in arguments)]
    call = json.dumps([words, os.fspath(cwd), dict(env), start_new_session]).encode()
    ours.sendall(len(call).to_bytes(4, "big") + call)
    return Forked(ours, (pipes[0], pipes[1], pipes[2]))


@cache
def _server() -> socket.socket:
    """Start the warm process of this process; it ends when this process does."""
    ours, theirs = socket.socketpair()
    paths = os.pathsep.join([str(TESTS.parent), str(TESTS)])
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CTSCAN_")}
    with theirs:
        words = [sys.executable, "-m", "support.forked", str(theirs.fileno())]
        server = subprocess.Popen(words, env={**environment, "PYTHONPATH": paths}, pass_fds=[theirs.fileno()])
    atexit.register(server.wait)
    atexit.register(ours.close)
    return ours


# --- the warm process -----------------------------------------------------------------------------------------------


def warm_up() -> None:
    """Import all modules of ctscan, and load the tables that nearly every command reads."""
    import ctscan
    from ctscan.personal.analyse import analyse

    for module in pkgutil.walk_packages(ctscan.__path__, "ctscan."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    for area in READ_BEFORE:
        for path in (TESTS / "personal" / "golden" / area).glob("*.pem"):
            analyse(base64.b64decode("".join(path.read_text(encoding="ascii").splitlines()[1:-1])))
    gc.collect()
    gc.freeze()


def _serve(asked: socket.socket) -> list[str]:
    """Fork for each call until nobody is left who calls; returns in the forks, with the words to run."""
    running: dict[int, socket.socket] = {}
    ended, wake = socket.socketpair()
    for end in (ended, wake):
        end.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake.fileno())
    while True:
        ready, _, _ = select.select([asked, ended], [], [])
        if ended in ready:
            ended.recv(4096)
            _tell_ends(running)
        if asked in ready:
            said, descriptors, _, _ = socket.recv_fds(asked, 1, 4)
            if not said:
                sys.exit()
            call = socket.socket(fileno=descriptors[0])
            words, folder, env, alone = _heard(call)
            child = os.fork()
            if child == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for one in (asked, ended, wake, call, *running.values()):
                    one.close()
                _become(descriptors[1:], folder, env, alone)
                return words
            running[child] = call
            call.sendall(b"%d\n" % child)
            for descriptor in descriptors[1:]:
                os.close(descriptor)


def _heard(call: socket.socket) -> tuple[list[str], str, dict[str, str], bool]:
    with call.makefile("rb") as stream:
        words, folder, env, alone = json.loads(stream.read(int.from_bytes(stream.read(4), "big")))
    return words, folder, env, alone


def _tell_ends(running: dict[int, socket.socket]) -> None:
    for child in list(running):
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            with running.pop(child) as call:
                call.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))


def _become(streams: list[int], folder: str, env: dict[str, str], alone: bool) -> None:
    """Take over streams, folder and environment of the call, as a new process would."""
    for number, descriptor in enumerate(streams):
        os.dup2(descriptor, number)
        os.close(descriptor)
    if alone:
        os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        old = getattr(sys, name)
        stream = open(number, "w" if number else "r", encoding=old.encoding, errors=old.errors, closefd=False)  # noqa: SIM115
        if number == 2:
            stream.reconfigure(line_buffering=True)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _run(words: list[str]) -> NoReturn:
    """Run a module as `python -m` does; an error that escapes ends this interpreter as it ends any other."""
    code: object = None
    sys.argv = words
    try:
        runpy.run_module(words[0], run_name="__main__", alter_sys=True)
    except SystemExit as end:
        code = end.code
    if not isinstance(code, int | None):
        sys.exit(str(code))
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code or 0)


if __name__ == "__main__":
    warm_up()
    _run(_serve(socket.socket(fileno=int(sys.argv[1]))))
