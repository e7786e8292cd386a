"""Processes of Python that start in a hundredth of a second: forks of one warm process that has ctscan imported.

    done = run([sys.executable, "-m", "ctscan", "lookup", "jane@example.org"], cwd=folder, capture_output=True)
    process = popen([sys.executable, "-m", "ctscan", "scan"], cwd=folder, stdout=PIPE)

Words and options are those of `subprocess.run` and `subprocess.Popen`. Each is a process of its own, with its own
streams, folder, environment and signals. A test that asks about the start itself (imports, settings of Python, the
installation) needs a fresh interpreter.
"""

from __future__ import annotations

import atexit
import base64
import fcntl
import gc
import importlib
import io
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
import types
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO, Any, NoReturn

PIPE, DEVNULL, STDOUT = subprocess.PIPE, subprocess.DEVNULL, subprocess.STDOUT
TESTS = Path(__file__).parents[1]
READ_BEFORE = ("attributes", "east_asia", "encodings")
"""Folders of golden certificates that are read once, so that lists of names and tables of letters are in memory."""


class Forked:
    """Process that was forked, with the methods of `subprocess.Popen`."""

    def __init__(self, words: Sequence[str], call: socket.socket, pipes: Sequence[IO[Any] | None]) -> None:
        self.args = words
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
        if self.returncode is None and can_read(self._call, 0):
            self.wait()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end, and return the exit code.

        Raises:
            subprocess.TimeoutExpired: the process still runs after `timeout` seconds.
        """
        if self.returncode is None:
            if not can_read(self._call, timeout):
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
            self.returncode = int(self._said.readline())
            self._said.close()
            self._call.close()
        return self.returncode

    def communicate(self, given: Any = None, timeout: float | None = None) -> tuple[Any, Any]:
        """Write to stdin, read stdout and stderr to their ends, and wait for the end of the process."""
        said: dict[IO[Any] | None, Any] = {}
        pipes = [pipe for pipe in (self.stdout, self.stderr) if pipe is not None]
        readers = [threading.Thread(target=lambda p=pipe: said.update({p: p.read()}), daemon=True) for pipe in pipes]
        for reader in readers:
            reader.start()
        if self.stdin is not None:
            _feed(self.stdin, given)
        until = None if timeout is None else time.monotonic() + timeout
        for reader in readers:
            reader.join(None if until is None else max(0.0, until - time.monotonic()))
        self.wait(None if until is None else max(0.0, until - time.monotonic()))
        for pipe in pipes:
            pipe.close()
        return said.get(self.stdout), said.get(self.stderr)

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


def can_read(stream: int | IO[Any] | socket.socket, timeout: float | None) -> bool:
    """Wait until a descriptor can be read from, or for `timeout` seconds. A process of many tests has thousands of
    descriptors, of which `select` takes the first 1,024."""
    waiting = select.poll()
    waiting.register(stream, select.POLLIN)
    return bool(waiting.poll(None if timeout is None else timeout * 1000))


def _feed(stdin: IO[Any], given: Any) -> None:
    try:
        if given is not None:
            stdin.write(given)
        stdin.close()
    except BrokenPipeError:  # a process may end without reading
        pass


def run(
    words: Sequence[str], *, input: Any = None, capture_output: bool = False, timeout: float | None = None,
    check: bool = False, **options: Any,
) -> subprocess.CompletedProcess[Any]:  # fmt: skip
    """Run a process to its end, as `subprocess.run` does; one that takes too long is killed."""
    if capture_output:
        options |= {"stdout": PIPE, "stderr": PIPE}
    if input is not None:
        options["stdin"] = PIPE
    with popen(words, **options) as process:
        try:
            out, err = process.communicate(input, timeout)
        finally:
            process.kill()
    done = subprocess.CompletedProcess(words, process.wait(), out, err)
    if check:
        done.check_returncode()
    return done


def popen(
    words: Sequence[str], *, cwd: str | Path | None = None, env: Mapping[str, str] | None = None, stdin: Any = None,
    stdout: Any = None, stderr: Any = None, text: bool = False, encoding: str | None = None,
    start_new_session: bool = False,
) -> Forked:  # fmt: skip
    """Start `[sys.executable, options of Python…, "-m" or "-c", what, words…]` as `subprocess.Popen` does."""
    environment = dict(os.environ if env is None else env)
    odd = {name for name in environment.keys() - {"PYTHONPATH"} if name.startswith("PYTHON")} - os.environ.keys()
    assert not odd, f"{odd} need a fresh interpreter"
    begin = next(number for number, word in enumerate(words) if word in ("-m", "-c"))
    streams, pipes, opened = _streams(stdin, stdout, stderr, encoding or ("utf-8" if text else None))
    ours, theirs = socket.socketpair()
    with theirs:
        socket.send_fds(_server(tuple(words[1:begin])), [b"!"], [theirs.fileno(), *streams])
    for descriptor in opened:
        os.close(descriptor)
    call = json.dumps([[*map(str, words[begin:])], str(cwd or Path.cwd()), environment, start_new_session]).encode()
    ours.sendall(len(call).to_bytes(4, "big") + call)
    return Forked(words, ours, pipes)


AT_ONCE = """
import importlib, sys
from pathlib import Path
module, _, name = sys.argv[1].partition(":")
work = getattr(importlib.import_module(module), name)
print("ready", flush=True)
sys.stdin.read()
work(Path(sys.argv[2]))
"""


def at_once(work: str, path: Path, count: int) -> list[int]:
    """Call `module:function` of a test with a path in several processes at one moment, and return their exit codes."""
    words = [sys.executable, "-c", AT_ONCE, work, str(path)]
    started = [popen(words, stdin=PIPE, stdout=PIPE) for _ in range(count)]
    for process in started:
        assert process.stdout is not None and process.stdout.readline() == b"ready\n"
    for process in started:
        assert process.stdin is not None
        process.stdin.close()
    for process in started:
        with process:
            process.wait(60)
    return [process.wait() for process in started]


def _streams(
    stdin: Any, stdout: Any, stderr: Any, encoding: str | None
) -> tuple[list[int], list[IO[Any] | None], list[int]]:
    """Open the streams of a process: its descriptors, our ends of pipes, and those to close after the call."""
    streams: list[int] = []
    pipes: list[IO[Any] | None] = []
    opened: list[int] = []
    for number, stream in enumerate((stdin, stdout, stderr)):
        pipe: IO[Any] | None = None
        if stream == PIPE:
            reads, writes = os.pipe()
            pipe = os.fdopen(reads, "rb") if number else os.fdopen(writes, "wb", buffering=0)
            if encoding:
                pipe = io.TextIOWrapper(pipe, encoding, write_through=True)  # type: ignore[arg-type]
            opened.append(writes if number else reads)
        elif stream == DEVNULL:
            opened.append(os.open(os.devnull, os.O_RDWR))
        if stream in (PIPE, DEVNULL):
            streams.append(opened[-1])
        elif stream == STDOUT:
            streams.append(streams[1])
        else:
            streams.append(number if stream is None else stream if isinstance(stream, int) else stream.fileno())
        pipes.append(pipe)
    return streams, pipes, opened


@cache
def _server(options: tuple[str, ...]) -> socket.socket:
    """Start a warm process with options of Python; it ends when this process does."""
    ours, theirs = socket.socketpair()
    paths = os.pathsep.join([str(TESTS.parent), str(TESTS)])
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CTSCAN_")}
    with theirs:
        words = [sys.executable, *options, "-m", "support.forked", str(theirs.fileno())]
        server = subprocess.Popen(words, env={**environment, "PYTHONPATH": paths}, pass_fds=[theirs.fileno()])
    atexit.register(server.wait)
    atexit.register(ours.close)
    return ours


# --- the warm process -----------------------------------------------------------------------------------------------


def warm_up() -> None:
    """Import all modules of ctscan and what tests need, and load the tables that nearly every command reads."""
    import aiosqlite  # noqa: F401
    import docx  # noqa: F401
    import pytest  # noqa: F401
    import typst  # noqa: F401

    import ctscan
    from ctscan.app.holidays_of_place import holidays_of
    from ctscan.on_first_use import LatePattern
    from ctscan.personal.analyse import analyse
    from ctscan.views.text import languages, texts

    for module in pkgutil.walk_packages(ctscan.__path__, "ctscan."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    for area in READ_BEFORE:
        for path in (TESTS / "personal" / "golden" / area).glob("*.pem"):
            analyse(base64.b64decode("".join(path.read_text(encoding="ascii").splitlines()[1:-1])))
    for one in gc.get_objects():
        if type(one) is LatePattern:
            _ = one.groups  # compiles it
    for language in languages():
        _ = texts(language).sentences  # reads every table
    holidays_of("DE")  # imports the calendars of all countries: a quarter of a second
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
    waiting = select.poll()
    for stream in (asked, ended):
        waiting.register(stream, select.POLLIN)
    while True:
        ready = {number for number, _ in waiting.poll()}
        if ended.fileno() in ready:
            ended.recv(4096)
            _tell_ends(running)
        if asked.fileno() in ready:
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
                become(descriptors[1:], folder, env, alone)
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


def become(streams: list[int], folder: str, env: dict[str, str], alone: bool = False) -> None:
    """Take over streams, folder and environment of the call, as a new process would."""
    copies = [fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 10) for descriptor in streams]  # none of them is 0, 1 or 2
    for descriptor in streams:
        os.close(descriptor)
    for number, descriptor in enumerate(copies):
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


def run_words(words: list[str]) -> NoReturn:
    """Run a module or a text as Python does; an error that escapes ends this interpreter as it ends any other."""
    code: object = None
    kind, what, *rest = words
    try:
        if kind == "-m":
            sys.argv = [what, *rest]
            runpy.run_module(what, run_name="__main__", alter_sys=True)
        else:
            sys.argv = [kind, *rest]
            sys.modules["__main__"] = main = types.ModuleType("__main__")
            exec(what, main.__dict__)  # noqa: S102 - `python -c`
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
    run_words(_serve(socket.socket(fileno=int(sys.argv[1]))))
