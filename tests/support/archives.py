"""Archives of logs as tests make them: zip files of static-ct trees, on disk and on a server that gives ranges."""

from __future__ import annotations

import re
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from support.logs import LogBuilder, cheap_certificate

ISSUER = cheap_certificate(1 << 40, "ca.example.org")


def archived_log(directory: Path, entries: int = 600, *, leaf_index: bool = False, name: str = "Old log") -> LogBuilder:
    """Write an archived log of RFC 6962 as a tree: no index in its leaves, `url` in place of `submission_url`."""
    builder = LogBuilder(name, leaf_index=leaf_index)
    builder.fill(entries, chain=[ISSUER])
    builder.write_static_tree(directory)
    described = directory / "log.v3.json"
    described.write_bytes(described.read_bytes().replace(b'"submission_url"', b'"url"'))
    return builder


def pack(tree: Path, file: Path, method: int = zipfile.ZIP_STORED, comment: bytes = b"an archive") -> None:
    """Pack a tree into a zip file with a comment, as the archiver of ct-archive writes one."""
    with zipfile.ZipFile(file, "w", method) as archive:
        for path in sorted(tree.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(tree).as_posix())
        archive.comment = comment


@dataclass
class RangeServer:
    """Web server of files by their path: it gives ranges, and redirects `/first/…` to `/files/…`.

    `requests`: the path and the range of each request. `refuses_ranges`: it sends whole files.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)
    refuses_ranges: bool = False
    redirect: str = ""  # another place than its own
    url: str = ""

    def answer(self, path: str, wanted: str) -> tuple[int, dict[str, str], bytes]:
        self.requests.append((path, wanted))
        if path.startswith("/first/"):
            return 302, {"Location": self.redirect or path.replace("/first/", "/files/")}, b""
        body = self.files.get(path.removeprefix("/files/"))
        if body is None:
            return 404, {}, b"not here"
        found = re.fullmatch(r"bytes=(\d*)-(\d*)", wanted)
        if self.refuses_ranges or found is None:
            return 200, {}, body
        start = int(found[1]) if found[1] else max(0, len(body) - int(found[2]))
        end = min(len(body), int(found[2]) + 1) if found[1] else len(body)
        return 206, {"Content-Range": f"bytes {start}-{end - 1}/{len(body)}"}, body[start:end]


@contextmanager
def range_server(**files: bytes) -> Iterator[RangeServer]:
    """Serve files on this machine. Names: `a_zip` stands for `a.zip`."""
    served = RangeServer({name.replace("v", "").replace("_", "."): body for name, body in files.items()})

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, headers, body = served.answer(self.path, self.headers.get("Range", ""))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    served.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield served
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
