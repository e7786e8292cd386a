"""File server for logs over loopback: nginx where it is installed, else Python in a process of its own.

The server sends data tiles as the gzip files that they are, with `Content-Encoding: gzip`. Answers of RFC 6962 are
files named after the arguments (see `answers`). The server is stopped after errors too.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.logs import log_list

from bench import ROOT
from bench.logs import Built
from bench.results import BenchError
from ctscan.model import LogProtocol

CALLS = {
    # call of RFC 6962      arguments in the name of its file
    "get-sth": (),
    "get-entries": ("start", "end"),
    "get-entry-and-proof": ("leaf_index", "tree_size"),
    "get-sth-consistency": ("first", "second"),
}
WAIT = 10.0  # seconds for the server to start

CONFIGURATION = """
daemon off;
master_process off;
worker_processes 1;
pid {own}/nginx.pid;
error_log {own}/error.log crit;
events {{ worker_connections 512; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    types {{ }}
    default_type application/octet-stream;
    keepalive_requests 100000000;
    keepalive_timeout 1h;
    client_body_temp_path {own}/body;
    proxy_temp_path {own}/proxy;
    fastcgi_temp_path {own}/fastcgi;
    uwsgi_temp_path {own}/uwsgi;
    scgi_temp_path {own}/scgi;
    server {{
        listen 127.0.0.1:{port};
        root {folder};
        location ~ ^/[^/]+/tile/data/ {{ add_header Content-Encoding gzip; }}
{calls}
    }}
}}
"""


@dataclass(frozen=True, slots=True)
class Server:
    """Running server: name and version, process id, URL, and the folder that it serves."""

    name: str
    pid: int
    url: str
    folder: Path

    def publish(self, name: str, logs: Iterable[Built], protocol: LogProtocol) -> str:
        """Write a log list beside the logs, and return its URL."""
        listed = [
            (log.spec.operator, protocol, log.signer().list_entry(f"{self.url}/{log.folder.name}/", protocol))
            for log in logs
        ]
        (self.folder / f"{name}.json").write_bytes(log_list(listed))
        return f"{self.url}/{name}.json"


def find_nginx() -> str | None:
    """Find nginx; packages install it in folders outside the PATH of users."""
    return shutil.which("nginx", path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin")))


def nginx_version(program: str) -> str:
    """Return the name and version: `nginx 1.22.1`."""
    said = subprocess.run([program, "-v"], capture_output=True, text=True, check=True).stderr
    return "nginx " + said.strip().rpartition("/")[2].split()[0]


@contextmanager
def serve(folder: Path, own: Path, use_nginx: bool = True) -> Iterator[Server]:
    """Serve `folder`; `own` is an empty folder for the server's own files. BenchError when the server doesn't start."""
    program = find_nginx() if use_nginx else None
    if program is None:
        command, name, port = [sys.executable, "-m", "bench.static_server", str(folder)], "Python", 0
    else:
        port = _free_port()
        _configure(folder, own, port)
        command, name = [program, "-p", str(own), "-c", str(own / "nginx.conf")], nginx_version(program)
    said = own / "stderr"
    with (
        said.open("wb") as errors,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, cwd=ROOT) as process,
    ):
        try:
            if not port:
                assert process.stdout is not None
                port = int(process.stdout.readline() or 0)
            _wait_for(process, port, said)
            yield Server(name, process.pid, f"http://127.0.0.1:{port}", folder)
        finally:
            process.terminate()


def _configure(folder: Path, own: Path, port: int) -> None:
    calls = "\n".join(_location(call, arguments) for call, arguments in CALLS.items())
    text = CONFIGURATION.format(own=own, folder=folder, port=port, calls=calls)
    (own / "nginx.conf").write_text(text, encoding="utf-8")


def _location(call: str, arguments: tuple[str, ...]) -> str:
    """Map a call to a file: `/log/ct/v1/get-entries?start=0&end=255` to `/log/get-entries/0-255`."""
    named = "/" + "-".join(f"$arg_{name}" for name in arguments) if arguments else ""
    inside = f"default_type application/json; try_files /$log/{call}{named} =404;"
    return f"        location ~ ^/(?<log>[^/]+)/ct/v1/{call}$ {{ {inside} }}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(process: subprocess.Popen[str], port: int, errors: Path) -> None:
    """Wait until the server listens on the port. BenchError after `WAIT` seconds."""
    until = time.monotonic() + WAIT
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    process.kill()
    last = " ".join(errors.read_text(encoding="utf-8", errors="replace").splitlines()[-1:])
    raise BenchError(f"file server: expected it to listen on port {port} within {WAIT:.0f} s, got {last!r}; try again")
