"""Static file server in Python, for machines without nginx: slower, so don't publish figures from it.

python -m bench.static_server FOLDER      prints its port and serves until it is killed
"""

from __future__ import annotations

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from bench.serving import CALLS


class Handler(BaseHTTPRequestHandler):
    """Request handler that answers from the files below `folder`."""

    protocol_version = "HTTP/1.1"
    folder = Path()

    def do_GET(self) -> None:
        """Send a file, or 404."""
        path = self.folder / _file_of(self.path)
        body = path.read_bytes() if path.is_file() and path.resolve().is_relative_to(self.folder) else None
        self.send_response(404 if body is None else 200)
        if body is not None and "/tile/data/" in self.path:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *arguments: object) -> None:
        """Log nothing: logging would cost measured time."""


def _file_of(target: str) -> str:
    """Return the file with the answer to a request."""
    parts = urlsplit(target)
    log, _, call = parts.path.strip("/").partition("/ct/v1/")
    if call not in CALLS:
        return parts.path.strip("/")
    given = parse_qs(parts.query)
    arguments = "-".join(given.get(name, [""])[0] for name in CALLS[call])
    return f"{log}/{call}/{arguments}" if arguments else f"{log}/{call}"


def main() -> None:
    """Serve a folder."""
    Handler.folder = Path(sys.argv[1]).resolve()
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        sys.stdout.write(f"{server.server_port}\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    main()
