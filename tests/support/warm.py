"""`ctscan` as a program in PATH that is warm: one process with everything imported forks for each call.

A shell script calls `ctscan` dozens of times, and most of the time of a short command goes into imports. The caller
hands over its streams, its folder, its environment and its arguments; the fork does the rest as a process of its own.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from support import forked

CALLER = """#!{python} -SE
import json, os, socket, sys
server = socket.socket(socket.AF_UNIX)
server.connect({path!r})
call = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
socket.send_fds(server, [len(call).to_bytes(4, "big")], [0, 1, 2])
server.sendall(call)
sys.exit(int(server.makefile().read() or 1))
"""


@contextmanager
def warm_ctscan(folder: Path, env: Mapping[str, str]) -> Iterator[Path]:
    """Start the warm process; yield the folder with the program `ctscan`, to be put into PATH."""
    path = folder / "warm.sock"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        server = forked.popen([sys.executable, "-m", "support.warm"], env=env, stdin=listening)
    try:
        programs = folder / "bin"
        programs.mkdir()
        caller = programs / "ctscan"
        caller.write_text(CALLER.format(python=sys.executable, path=str(path)), encoding="utf-8")
        caller.chmod(0o755)
        yield programs
    finally:
        server.kill()
        server.wait()


def serve(listening: socket.socket) -> None:
    """Answer calls, one fork each, until the process is killed."""
    while True:
        call, _ = listening.accept()
        with call:
            if os.fork() == 0:
                listening.close()
                _answer(call)


def _answer(call: socket.socket) -> None:
    """Run one call in a child, and tell its exit code."""
    head, streams, _, _ = socket.recv_fds(call, 4, 3)
    with call.makefile("rb") as stream:
        words, folder, env = json.loads(stream.read(int.from_bytes(head, "big")))
    child = os.fork()
    if child == 0:
        forked.become(streams, folder, env)
        forked.run_words(["-m", "ctscan", *words])
    call.sendall(str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])).encode())
    os._exit(0)


if __name__ == "__main__":
    serve(socket.socket(fileno=0))
