"""Requests that the simulator receives, and the answers that it sends."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Request:
    """Request as received. `target` is path and query; `headers` have lower-case names."""

    target: str
    headers: dict[str, str]

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    def number(self, name: str) -> int:
        """Read an integer of the query. KeyError/ValueError when there is none."""
        return int(self.text(name))

    def text(self, name: str) -> str:
        """Read a value of the query."""
        return parse_qs(urlsplit(self.target).query)[name][0]


@dataclass(frozen=True)
class Answer:
    """Answer to send. `delay`: seconds before the first byte. `cut`: close after so many bytes of the body (-1: before
    any byte of the answer)."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    cut: int | None = None

    def encode(self, close: bool) -> bytes:
        """Encode the answer as bytes on the wire."""
        lines = [f"HTTP/1.1 {self.status} {_reason(self.status)}", f"Content-Length: {len(self.body)}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        lines.append("Connection: close" if close else "Connection: keep-alive")
        return "\r\n".join([*lines, "", ""]).encode() + self.body


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
