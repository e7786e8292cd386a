"""CRLs of a gigabyte, plain, in chunks and compressed: a bounded part is read, the reason is kept, others go on."""

from __future__ import annotations

import tracemalloc
import zlib
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from support.ca_server import CaServer, Stream
from support.patience import FakeTime
from support.reading import patient_client
from support.refreshing import CA, GOOD, UNKNOWN, World
from support.revoking import make_crl

from ctscan.http.ssrf_guard import guarded_transport
from ctscan.model import StatusReason
from ctscan.revocation.fetcher import CRL_LIMIT

GIGABYTE = 1 << 30
PIECE = bytes(1 << 20)
BEGIN = b"\x30\x84" + GIGABYTE.to_bytes(4, "big")
"""Outer SEQUENCE of so many octets."""
MOST_MEMORY = 3 * CRL_LIMIT
"""Octets: the pieces of an answer, the answer, and what is decompressed of it."""


class Sent:
    """Octets of bodies that the server got rid of."""

    octets = 0

    def write(self, handler: BaseHTTPRequestHandler, data: bytes) -> None:
        handler.wfile.write(data)
        self.octets += len(data)


def announced(sent: Sent, length: int | None = GIGABYTE) -> Stream:
    """Serve a gigabyte with its length, or until the connection ends."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        if length is not None:
            handler.send_header("Content-Length", str(length))
        handler.end_headers()
        handler.close_connection = True
        sent.write(handler, BEGIN)
        for _ in range(GIGABYTE // len(PIECE)):
            sent.write(handler, PIECE)

    return answer


def in_chunks(sent: Sent) -> Stream:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.protocol_version = "HTTP/1.1"
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.close_connection = True
        for piece in [BEGIN, *[PIECE] * (GIGABYTE // len(PIECE))]:
            sent.write(handler, b"%x\r\n%b\r\n" % (len(piece), piece))

    return answer


def bomb() -> bytes:
    """Make a gigabyte of zeros in a megabyte of gzip: one compressed piece again and again. Its checksum is wrong, but
    stands behind the gigabyte."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = packer.compress(PIECE) + packer.flush(zlib.Z_FULL_FLUSH)
    end = zlib.compressobj(9, zlib.DEFLATED, -15).flush()
    header = b"\x1f\x8b\x08" + bytes(7)
    return header + piece * (GIGABYTE // len(PIECE)) + end + bytes(4) + GIGABYTE.to_bytes(4, "little")


def compressed(sent: Sent, *, claims: int | None = None) -> Stream:
    """Serve a megabyte of gzip that grows to a gigabyte, or claims at its end to be small."""
    body = bomb()
    if claims is not None:
        body = body[:-4] + claims.to_bytes(4, "little")

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Encoding", "gzip")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        sent.write(handler, body)

    return answer


SERVED = {
    "announced": (announced, f"announced as {GIGABYTE} bytes, expected at most {CRL_LIMIT}"),
    "without a length": (lambda sent: announced(sent, None), f"larger than {CRL_LIMIT} bytes"),
    "in chunks": (in_chunks, f"larger than {CRL_LIMIT} bytes"),
    "compressed": (compressed, f"grows beyond {CRL_LIMIT} bytes when decompressed"),
    "compressed and lying about its size": (
        lambda sent: compressed(sent, claims=100),
        f"grows beyond {CRL_LIMIT} bytes when decompressed",
    ),
}


@pytest.mark.parametrize("case", SERVED)
def test_a_crl_of_a_gigabyte_costs_a_bounded_part_of_it(case: str, tmp_path: Path) -> None:
    make, reason = SERVED[case]
    sent, world, time = Sent(), World(tmp_path), FakeTime()

    async def loopback(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    with CaServer() as server:
        huge, small = (f"http://{host}.example.net:{server.port}/{host}.crl" for host in ("huge", "small"))
        server.answers = {"/huge.crl": make(sent), "/small.crl": make_crl(CA)}
        world.keep(CA.issue(7, crls=[huge]), CA.issue(8, crls=[small]))
        transport = guarded_transport(resolve=loopback, allows=lambda a: a == "127.0.0.1", ports=(server.port,))
        client = patient_client(time, transport=transport, give_up_after=1.0)
        tracemalloc.start()
        try:
            outcome = world.refresh(client=client)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    (first,), second = world.said()
    assert second == [("CRL", GOOD, None)]
    assert (first[1], outcome.exit_code) == (UNKNOWN, 4)
    assert first[2] is not None and first[2].code == StatusReason.LIST_MISSING
    params = dict(first[2].params)
    assert params["host"] == "huge.example.net" and reason in str(params["detail"])
    assert list(outcome.failures) == [first[2]]
    tries = server.asked.count("huge.example.net/huge.crl")
    assert peak < MOST_MEMORY, f"{peak / 2**20:.0f} MiB"
    assert 1 <= tries <= 8 and sent.octets < tries * (CRL_LIMIT + 16 * len(PIECE))
