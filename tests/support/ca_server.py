"""Server of CRLs and OCSP answers over loopback HTTP, for refreshes in other processes.

with CaServer() as server:
    server.answers["/1.crl"] = der                  # or a function that writes the answer to the connection
    ... http://crl.example.net:<server.port>/1.crl ...
    assert server.asked == ["crl.example.net/1.crl"]
"""

from __future__ import annotations

import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Self

Stream = Callable[[BaseHTTPRequestHandler], None]


class CaServer:
    """Server; `asked` lists host and path of each request, `delay` is waited before each answer."""

    def __init__(self, delay: float = 0.0) -> None:
        self.answers: dict[str, bytes | Stream] = {}
        self.asked: list[str] = []
        self.delay = delay
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append(f"{self.headers['Host'].partition(':')[0]}{self.path}")
                time.sleep(server.delay)
                answer = server.answers.get(self.path)
                if callable(answer):
                    answer(self)
                    return
                self.send_response(200 if answer is not None else 404)
                self.send_header("Content-Length", str(len(answer or b"")))
                self.end_headers()
                self.wfile.write(answer or b"")

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.do_GET()

            def log_message(self, format: str, *args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, request: object, client_address: object) -> None:
                pass  # the other side was killed, or read enough

        self._http = Server(("127.0.0.1", 0), Handler)
        self.port = self._http.server_port
        self._thread = Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()
