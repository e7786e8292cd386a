"""Loopback HTTP server that plays CT logs of both protocols, hybrids and a log list, and lies on demand.

    with Simulator() as sim:
        log = sim.add("a", builder, Protocol.STATIC_CT, size=300)
        log.fault("/tile/data/", server_error(503), times=2)
        ... read log.url ...
        log.publish(400)
        assert [r.path for r in log.requests] == [...]

It runs in its own thread; a test may change every setting while it serves. As a process, for benchmarks:
`python -m support.simulator --entries 100000 --protocol static-ct` (with `tests` on PYTHONPATH); it prints the URL of
its log list and serves until it is killed.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import gzip
import hashlib
import itertools
import json
import re
import sys
import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from typing import Self

from support.exchange import Answer, Request
from support.logs import WIDTH, LogBuilder, deterministic_gzip, log_list, sign_list

from ctscan.model import Log, LogProtocol

Change = Callable[[Request, Answer], Answer]
"""Fault as a function of the request and the honest answer."""


# --- ready-made faults --------------------------------------------------------------------------------------------


def too_many_requests(retry_after: str = "") -> Answer:
    """Answer 429, with Retry-After as seconds or as a date."""
    return Answer(429, b"slow down\n", {"Retry-After": retry_after} if retry_after else {})


def server_error(status: int = 503, retry_after: str = "") -> Answer:
    """Answer a 5xx."""
    return Answer(status, b"oops\n", {"Retry-After": retry_after} if retry_after else {})


def garbage(content_type: str = "text/html") -> Answer:
    """Answer an HTML page with status 200."""
    headers = {"Content-Type": content_type} if content_type else {}
    return Answer(200, b"<!DOCTYPE html><html><body>Down for maintenance</body></html>\n", headers)


def redirect(location: str) -> Answer:
    """Answer a 302."""
    return Answer(302, b"", {"Location": location})


@cache
def gzip_bomb(size: int = 1 << 30) -> Answer:
    """Answer `size` zero bytes, whole mebibytes, as gzip: about a thousandth of that on the wire."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    plain, count = bytes(1 << 20), size >> 20
    block = packer.compress(plain) + packer.flush(zlib.Z_FULL_FLUSH)  # the same octets each time: compressed once
    crc = 0
    for _ in range(count):
        crc = zlib.crc32(plain, crc)
    trailer = crc.to_bytes(4, "little") + (count << 20).to_bytes(4, "little")
    body = b"\x1f\x8b\x08" + bytes(6) + b"\xff" + block * count + packer.flush() + trailer
    return Answer(200, body, {"Content-Encoding": "gzip"})


def wrong_encoding(encoding: str = "gzip") -> Change:
    """Send the honest body, uncompressed, under a false Content-Encoding."""

    def change(_request: Request, honest: Answer) -> Answer:
        return replace(honest, body=_plain(honest), headers={**honest.headers, "Content-Encoding": encoding})

    return change


def truncated(keep: int) -> Change:
    """Break the connection after `keep` bytes of the body."""
    return lambda _request, honest: replace(honest, cut=keep)


def shortened(keep: int) -> Change:
    """Send a well-formed answer with only the first `keep` bytes of the (uncompressed) body."""
    return lambda _request, honest: replace(honest, body=_plain(honest)[:keep], headers=_without_encoding(honest))


def dropped() -> Change:
    """Break the connection before the answer."""
    return lambda _request, honest: replace(honest, cut=-1)


def slow(seconds: float) -> Change:
    """Send the honest answer, late."""
    return lambda _request, honest: replace(honest, delay=seconds)


def entries_changed(change: Callable[[list[object]], list[object]]) -> Change:
    """Change the list of get-entries: `lambda e: []`, `lambda e: e[:3]`, `lambda e: e + e`."""

    def changed(_request: Request, honest: Answer) -> Answer:
        fields: dict[str, list[object]] = json.loads(_plain(honest))
        body = json.dumps({"entries": change(fields["entries"])}).encode()
        return replace(honest, body=body, headers=_without_encoding(honest))

    return changed


def body_changed(change: Callable[[bytes], bytes]) -> Change:
    """Change the honest (uncompressed) body."""
    return lambda _request, honest: replace(honest, body=change(_plain(honest)), headers=_without_encoding(honest))


def asked_entries(request: Request, path: str) -> tuple[int, int] | None:
    """Find the entries that a request asks for, `path` being that below the log's URL; None for other requests."""
    if path == "ct/v1/get-entries":
        return request.number("start"), request.number("end") + 1
    if path == "ct/v1/get-entry-and-proof":
        return request.number("leaf_index"), request.number("leaf_index") + 1
    found = re.fullmatch(r"tile/data/((?:x\d{3}/)*\d{3})(?:\.p/(\d{1,3}))?", path)
    if found is None:
        return None
    index = int(found[1].replace("x", "").replace("/", ""))
    return index * WIDTH, index * WIDTH + int(found[2] or WIDTH)


# --- one log ------------------------------------------------------------------------------------------------------


@dataclass
class Fault:
    """Scripted fault for requests whose target matches `match` (a regular expression, searched): after `skip` matching
    requests, `times` times (None: for ever). `hits` counts its answers; `struck` is set at the first."""

    match: str
    answer: Answer | Change
    times: int | None = None
    skip: int = 0
    hits: int = 0
    struck: threading.Event = field(default_factory=threading.Event)

    def strikes(self, request: Request) -> bool:
        """Count the request and decide whether the fault answers it."""
        if (self.times is not None and self.hits >= self.times) or not re.search(self.match, request.target):
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.hits += 1
        self.struck.set()
        return True

    def apply(self, request: Request, honest: Callable[[], Answer]) -> Answer:
        """Return the scripted answer."""
        return self.answer if isinstance(self.answer, Answer) else self.answer(request, honest())


class SimulatedLog:
    """Log on the server. A test may change public attributes while it serves."""

    def __init__(self, name: str, builder: LogBuilder, protocol: LogProtocol, url: str, size: int | None) -> None:
        self.name = name
        self.protocol = protocol
        self.url = url
        self.state = "usable"
        self.state_since = "2026-01-01T00:00:00Z"
        self.mmd: int | None = None  # seconds, that the list gives; None: that of the protocol
        self.final_size: int | None = None  # for a readonly log: final_tree_head in the list
        self.builder = builder
        self.published: set[int] = set()  # every size that a head was served or set for
        self.size = builder.size if size is None else size
        self.timestamp: int | None = None  # of the head; None: `head_time`
        self.began = time.time_ns() // 1_000_000 - 60_000  # ms; time of the empty tree
        self.root: bytes | None = None  # of the head; None: the true root
        self.spoil_signature = False
        self.submission_url: str | None = None  # that the list gives; None: the one that the checkpoints imply
        self.max_batch = 256
        self.align = False  # cut get-entries at the next multiple of max_batch
        self.partials_kept = True  # False: a partial whose full tile exists is 404
        self.pruned_below = 0  # entries; tiles wholly below are gone
        self.pruned_status = 404
        self.entry_and_proof = True
        self.missing_tiles: set[int] = set()  # data tiles answered 404
        self.absent_status = 404  # of a tile that isn't there: stores of objects answer 403
        self.failing: frozenset[int] = frozenset()  # entries; no answer with one of them succeeds
        self.failure: Answer | Change = server_error(500)  # in its place
        self.most_given: int | None = None  # entries in an answer to get-entries, beyond which it fails
        self.too_many: Answer | Change = server_error(504)  # in its place
        self.hash_packing = ""  # "header": hash tiles in gzip, announced; "bare": not announced
        self.gzip_level = 6
        self.requests: list[Request] = []
        self.faults: list[Fault] = []
        self._packed: dict[tuple[int, int, int], Answer] = {}

    @property
    def size(self) -> int:
        """Return the size of the served head."""
        return self._size

    @size.setter
    def size(self, size: int) -> None:
        self._size = size
        self.published.add(size)

    # --- scripting ---

    def head_time(self, size: int) -> int:
        """Return the default time of the head at `size`, in ms: of the last minute, as a living log signs it, so that
        the head is fresh by the clock of this machine; later for larger sizes."""
        return self.began + size

    def _signed_time(self) -> int:
        return self.head_time(self.size) if self.timestamp is None else self.timestamp

    def publish(self, size: int, timestamp: int | None = None) -> None:
        """Serve the head of `size`: larger (the log grows), or smaller with an older (stale) or newer (shrunk) time."""
        self.size, self.timestamp, self.root = size, timestamp, None

    def rewrite(self, builder: LogBuilder, size: int | None = None) -> None:
        """Serve another history (`builder.fork`), by default at the published size."""
        self.builder, self.size = builder, self.size if size is None else size
        self._packed.clear()

    def fault(self, match: str, answer: Answer | Change, times: int | None = None, skip: int = 0) -> Fault:
        """Script a fault; the newest matching fault wins."""
        found = Fault(match, answer, times, skip)
        self.faults.insert(0, found)
        return found

    def corrupt(self, index: int, times: int | None = None) -> list[Fault]:
        """Flip a bit in the leaf of one entry, in data tiles and in get-entries, `times` times each."""
        tile = re.escape(f"/tile/data/{_tile_number(index // WIDTH)}") + r"(\.p/\d+)?$"

        def in_tile(_request: Request, honest: Answer) -> Answer:
            at = sum(len(e.leaf) + len(e.tail) for e in self.builder.entries[index - index % WIDTH : index])
            body = bytearray(_plain(honest))
            body[at + len(self.builder.entries[index].leaf) // 2] ^= 1
            return replace(honest, body=bytes(body), headers=_without_encoding(honest))

        def in_entries(request: Request, honest: Answer) -> Answer:
            fields, place = json.loads(_plain(honest)), index - request.number("start")
            if 0 <= place < len(fields["entries"]):
                entry = fields["entries"][place]
                leaf = bytearray(base64.b64decode(entry["leaf_input"]))
                leaf[len(leaf) // 2] ^= 1
                entry["leaf_input"] = base64.b64encode(leaf).decode()
            return replace(honest, body=json.dumps(fields).encode(), headers=_without_encoding(honest))

        return [self.fault(tile, in_tile, times), self.fault("/get-entries", in_entries, times)]

    def log(self) -> Log:
        """Build the log as a list gives it."""
        return self.builder.log(self.url, self.protocol, state=self.state, final_size=self.final_size)

    def list_entry(self) -> dict[str, object]:
        """Build the log as an object of a log list."""
        protocol = LogProtocol.STATIC_CT if self.protocol is LogProtocol.STATIC_CT else LogProtocol.RFC6962
        entry = self.builder.list_entry(
            self.url, protocol, state=self.state, since=self.state_since, final_size=self.final_size
        )
        stated = {"submission_url": self.submission_url, "mmd": self.mmd}
        return entry | {field: value for field, value in stated.items() if value is not None}

    def warm(self) -> None:
        """Pack every data tile now, so that serving tiles costs nothing."""
        for index in range(self.size // WIDTH):
            self._data_tile(index, WIDTH)

    # --- serving ---

    def answer(self, request: Request, path: str) -> Answer:
        """Answer a request for `path` (below the log's URL), faults included."""
        self.requests.append(request)
        for fault in self.faults:
            if fault.strikes(request):
                return fault.apply(request, lambda: self.honest(request, path))
        return self._failed(request, path) or self.honest(request, path)

    def _failed(self, request: Request, path: str) -> Answer | None:
        """Answer a request for entries at which the log fails, or for too many entries; None for any other request."""
        span = asked_entries(request, path)
        if span is None:
            return None
        end = min(span[1], span[0] + self.max_batch) if "get-entries" in path else span[1]
        if self.most_given is not None and "get-entries" in path and end - span[0] > self.most_given:
            fault = self.too_many
        elif self.failing and not self.failing.isdisjoint(range(span[0], end)):
            fault = self.failure
        else:
            return None
        return fault if isinstance(fault, Answer) else fault(request, self.honest(request, path))

    def honest(self, request: Request, path: str) -> Answer:
        """Answer as a correct server does."""
        posted = self.protocol is not LogProtocol.STATIC_CT
        tiled = self.protocol is not LogProtocol.RFC6962
        try:
            if posted and path.startswith("ct/v1/"):
                return self._rfc6962(request, path.removeprefix("ct/v1/"))
            if tiled and path.startswith("tile/"):
                return self._tile(path)
            if tiled and (found := re.fullmatch(r"issuer/([0-9a-f]{64})", path)):
                return self._issuer(found[1])
            if self.protocol is LogProtocol.STATIC_CT:
                return self._static(path)
        except (KeyError, ValueError, IndexError) as error:
            return Answer(400, f"{error}\n".encode())
        return Answer(404, b"not found\n")

    def _checkpoint(self) -> bytes:
        return self.builder.checkpoint(
            self.size, timestamp=self._signed_time(), root=self.root, spoil=self.spoil_signature
        )

    def _sth(self) -> bytes:
        return self.builder.sth(self.size, timestamp=self._signed_time(), root=self.root, spoil=self.spoil_signature)

    def _static(self, path: str) -> Answer:
        if path == "checkpoint":
            return Answer(200, self._checkpoint(), {"Content-Type": "text/plain; charset=utf-8"})
        if path == "log.v3.json":
            return Answer(200, json.dumps(self.list_entry()).encode(), {"Content-Type": "application/json"})
        return Answer(404, b"not found\n")

    def _issuer(self, fingerprint: str) -> Answer:
        der = self.builder.issuers.get(bytes.fromhex(fingerprint))
        return Answer(200, der, {"Content-Type": "application/pkix-cert"}) if der else Answer(404, b"not found\n")

    def _tile(self, path: str) -> Answer:
        found = re.fullmatch(r"tile/(\d|data)/((?:x\d{3}/)*\d{3})(?:\.p/(\d{1,3}))?", path)
        if not found:
            return Answer(404, b"not found\n")
        level, index = found[1], int(found[2].replace("x", "").replace("/", ""))
        width = int(found[3]) if found[3] else WIDTH
        if self.protocol is LogProtocol.HYBRID and (level != "data" or width != WIDTH):
            return Answer(404, b"not found\n")
        return self._tile_of(level, index, width)

    def _tile_of(self, level: str, index: int, width: int) -> Answer:
        span = 1 if level == "data" else WIDTH ** int(level)
        there = self.size // span - index * WIDTH  # width of the tile at the published size
        if width > there or (width < WIDTH <= there and not self.partials_kept):
            return Answer(self.absent_status, b"not found\n")
        if width < WIDTH and all(size // span - index * WIDTH != width for size in self.published):
            return Answer(404, b"no head of this log ever asked for this width\n")
        if (index + 1) * WIDTH * span <= self.pruned_below:
            return Answer(self.pruned_status, b"pruned\n")
        if level != "data":
            return self._hash_tile(self.builder.hash_tile(int(level), index, width))
        if index in self.missing_tiles:
            return Answer(404, b"not found\n")
        return self._data_tile(index, width)

    def _hash_tile(self, body: bytes) -> Answer:
        if not self.hash_packing:
            return Answer(200, body)
        headers = {"Content-Encoding": "gzip"} if self.hash_packing == "header" else {}
        return Answer(200, deterministic_gzip(body), headers)

    def _data_tile(self, index: int, width: int) -> Answer:
        key = (index, width, self.gzip_level)
        if key not in self._packed:
            body = deterministic_gzip(self.builder.data_tile(index, width), self.gzip_level)
            self._packed[key] = Answer(200, body, {"Content-Encoding": "gzip"})
        return self._packed[key]

    def _rfc6962(self, request: Request, name: str) -> Answer:
        makers: dict[str, Callable[[Request], bytes]] = {
            "get-sth": lambda r: self._sth(),
            "get-entries": self._get_entries,
            "get-sth-consistency": lambda r: self.builder.get_consistency(
                self._proven_size(r.number("first")), self._proven_size(r.number("second"))
            ),
            "get-proof-by-hash": lambda r: self.builder.get_proof_by_hash(
                base64.b64decode(r.text("hash"), validate=True), self._proven_size(r.number("tree_size"))
            ),
            "get-entry-and-proof": lambda r: self.builder.get_entry_and_proof(
                r.number("leaf_index"), self._proven_size(r.number("tree_size"))
            ),
        }
        if name not in makers or (name == "get-entry-and-proof" and not self.entry_and_proof):
            return Answer(404, b"not found\n")
        return Answer(200, makers[name](request), {"Content-Type": "application/json"})

    def _proven_size(self, size: int) -> int:
        if not 0 < size <= self.size:
            raise ValueError("size out of range")
        return size

    def _get_entries(self, request: Request) -> bytes:
        start, end = request.number("start"), request.number("end") + 1
        if not 0 <= start < end or start >= self.size:
            raise ValueError("range out of the tree")
        end = min(end, self.size, start + self.max_batch)
        if self.align and (boundary := (start // self.max_batch + 1) * self.max_batch) < end:
            end = boundary
        return self.builder.get_entries(start, end)


# --- the server ---------------------------------------------------------------------------------------------------


class Simulator:
    """Server and context manager; `url` ends with a slash."""

    def __init__(self) -> None:
        self.logs: dict[str, SimulatedLog] = {}
        self.requests: list[Request] = []  # all, including requests for the list
        self.faults: list[Fault] = []  # for the list and its signature
        self.port = 0
        self.list_timestamp = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        self.connections = 0
        self._loop = asyncio.new_event_loop()
        self._open: set[asyncio.Transport] = set()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="simulator", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError("the simulator did not start")
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(self._loop.create_server(lambda: _Connection(self), "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for transport in list(self._open):
            transport.abort()
        self._loop.run_until_complete(asyncio.sleep(0.001))
        self._loop.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def list_url(self) -> str:
        """Return the URL of the log list of all logs; `.sig` beside it is signed with `support.logs.sign_list`."""
        return f"{self.url}log_list.json"

    @property
    def signature_url(self) -> str:
        return f"{self.url}log_list.sig"

    def add(
        self, name: str, builder: LogBuilder, protocol: LogProtocol = LogProtocol.STATIC_CT, size: int | None = None
    ) -> SimulatedLog:
        """Serve `builder` under `<url><name>/`, publishing its first `size` entries (default: all)."""
        self.logs[name] = SimulatedLog(name, builder, protocol, f"{self.url}{name}/", size)
        return self.logs[name]

    def log(self, name: str) -> SimulatedLog:
        """Return the log of this name."""
        return self.logs[name]

    def fault(self, match: str, answer: Answer | Change, times: int | None = None, skip: int = 0) -> Fault:
        """Script a fault for the log list and its signature."""
        found = Fault(match, answer, times, skip)
        self.faults.insert(0, found)
        return found

    def log_list(self) -> bytes:
        """Build the log list v3 of all logs in their present state."""
        entries = [(x.builder.operator, x.protocol, x.list_entry()) for x in self.logs.values()]
        return log_list(entries, self.list_timestamp)

    def answer(self, request: Request) -> Answer:
        """Answer any request."""
        self.requests.append(request)
        name, _, rest = request.path[1:].partition("/")
        if name in self.logs:
            return self.logs[name].answer(request, rest)
        honest = self._list_answer(request, name)
        for fault in self.faults:
            if fault.strikes(request):
                return fault.apply(request, lambda: honest)
        return honest

    def _list_answer(self, request: Request, name: str) -> Answer:
        if name == "log_list.sig":
            return Answer(200, sign_list(self.log_list())[0])
        if name != "log_list.json":
            return Answer(404, b"not found\n")
        body = self.log_list()
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if request.headers.get("if-none-match") == tag:
            return Answer(304, b"", {"ETag": tag})
        return Answer(200, body, {"Content-Type": "application/json", "ETag": tag})


class _Connection(asyncio.Protocol):
    """Keep-alive connection: GET requests only, one at a time, pipelined requests in order."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.buffer = b""
        self.busy = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.simulator.connections += 1
        self.simulator._open.add(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.simulator._open.discard(self.transport)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        self._next()

    def _next(self) -> None:
        while not self.busy and b"\r\n\r\n" in self.buffer and not self.transport.is_closing():
            head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
            first, *lines = head.decode("latin-1").split("\r\n")
            pairs = (line.partition(":") for line in lines)
            headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
            self._serve(Request(first.split(" ")[1], headers))

    def _serve(self, request: Request) -> None:
        answer = self.simulator.answer(request)
        close = request.headers.get("connection", "").lower() == "close"
        if answer.delay:
            self.busy = True
            self.simulator._loop.call_later(answer.delay, self._late, answer, close)
        else:
            self._send(answer, close)

    def _late(self, answer: Answer, close: bool) -> None:
        self.busy = False
        if not self.transport.is_closing():
            self._send(answer, close)
            self._next()

    def _send(self, answer: Answer, close: bool) -> None:
        wire = answer.encode(close)
        if answer.cut is not None:
            wire = wire[: max(0, len(wire) - len(answer.body) + answer.cut)] if answer.cut >= 0 else b""
        self.transport.write(wire)
        if close or answer.cut is not None:
            self.transport.close()


def _plain(answer: Answer) -> bytes:
    return gzip.decompress(answer.body) if answer.headers.get("Content-Encoding") == "gzip" else answer.body


def _without_encoding(answer: Answer) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name != "Content-Encoding"}


def _tile_number(index: int) -> str:
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.insert(0, f"x{index % 1000:03d}")
    return "/".join(groups)


def main(arguments: list[str] | None = None) -> None:
    """Serve one log of cheap certificates until killed."""
    parser = argparse.ArgumentParser(prog="python -m support.simulator", description=main.__doc__)
    parser.add_argument("--entries", type=int, default=25_600)
    parser.add_argument("--protocol", type=LogProtocol, choices=list(LogProtocol), default=LogProtocol.STATIC_CT)
    chosen = parser.parse_args(arguments)
    builder = LogBuilder("Simulated log")
    builder.fill(chosen.entries)
    with Simulator() as simulator:
        simulator.add("log", builder, chosen.protocol).warm()
        sys.stdout.write(simulator.list_url + "\n")
        sys.stdout.flush()
        for _ in itertools.count():
            time.sleep(3600)


if __name__ == "__main__":
    main()
