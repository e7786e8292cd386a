"""Syslog: messages by the grammar of RFC 5424, and their ways by RFC 5425, 5426 and 6587."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.alerting import AT, UUIDS, a_condition, a_message, an_alert, failure, sent
from support.smtp_server import broken_server, running, server_certificate

from ctscan.alerts.syslog_format import framed, structured_data, syslog_message
from ctscan.errors import UsageError
from ctscan.model.alert import AlertText
from ctscan.model.alert_message import AlertItem, Gravity

PRINTABLE = r"[!-~]"
HEADER = re.compile(
    rf"<(0|[1-9][0-9]{{0,2}})>([1-9][0-9]{{0,2}})"
    r" (-|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d))"
    rf" (-|{PRINTABLE}{{1,255}}) (-|{PRINTABLE}{{1,48}}) (-|{PRINTABLE}{{1,128}}) (-|{PRINTABLE}{{1,32}}) "
)
NAME = r"[!#-<>-\\^-~]{1,32}"
PARAM = re.compile(rf' ({NAME})="((?:[^"\\\]]|\\.)*)"', re.S)


@dataclass
class Parsed:
    """Message of RFC 5424, taken apart by the grammar of its section 6."""

    priority: int
    version: int
    time: str
    host: str
    app: str
    process: str
    id: str
    data: dict[str, dict[str, str]]
    text: str


def parse(raw: bytes) -> Parsed:
    """Parse a message; fails where it breaks the grammar."""
    text = raw.decode("utf-8")
    head = HEADER.match(text)
    assert head is not None, text[:80]
    assert int(head[1]) <= 191
    rest, data = text[head.end() :], dict[str, dict[str, str]]()
    if rest.startswith("-"):
        rest = rest[1:]
    while rest.startswith("["):
        name = re.match(rf"\[({NAME})", rest)
        assert name is not None
        at, found = name.end(), dict[str, str]()
        while param := PARAM.match(rest, at):
            found[param[1]] = re.sub(r'\\(["\\\]])', r"\1", param[2])
            at = param.end()
        assert rest[at] == "]"
        assert name[1] not in data
        data[name[1]], rest = found, rest[at + 1 :]
    assert rest == "" or rest.startswith(" ")
    message = rest[1:]
    assert message.startswith("\ufeff") or message.isascii()
    return Parsed(int(head[1]), int(head[2]), *head.groups()[2:], data, message.removeprefix("\ufeff"))


RFC_EXAMPLES = (
    "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \ufeff'su root' failed for lonvick on /dev/pts/8",
    "<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time to make the do-nuts.",
    '<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 [exampleSDID@32473 iut="3" '
    'eventSource="Application" eventID="1011"][examplePriority@32473 class="high"]',
)


@pytest.mark.parametrize("example", RFC_EXAMPLES)
def test_the_parser_of_these_tests_reads_the_examples_of_the_rfc(example: str) -> None:
    assert parse(example.encode()).version == 1


def test_an_alert_is_a_message_with_structured_data() -> None:
    item = a_message(an_alert()).items[0]
    found = parse(syslog_message(item, facility=16, host="host.example.org", process=17))
    assert (found.priority, found.time, found.app) == (16 * 8 + 4, "2031-05-04T09:30:00.000Z", "ctscan")
    assert (found.host, found.process, found.id) == ("host.example.org", "17", "finding")
    data = found.data["ctscan@32473"]
    assert data["id"] == UUIDS[0]
    assert (data["watch"], data["log"], data["index"]) == ("staff", "Example 2031", "1000")
    assert data["sha256"] == "01" * 32
    assert found.text == item.title
    assert "jane" not in syslog_message(item, facility=16, host="h", process=1).decode().lower()


@pytest.mark.parametrize(
    ("why", "severity"),
    [(AlertText.LOG_MISBEHAVING(log="x"), 3), (AlertText.LOG_STALE(log="x"), 4), (AlertText.LOG_RECOVERED(log="x"), 5)],
)
def test_severities(why: object, severity: int) -> None:
    item = a_message(a_condition(why=why)).items[0]  # type: ignore[arg-type]
    assert parse(syslog_message(item, facility=3, host="", process=1)).priority == 3 * 8 + severity


@given(st.text(max_size=3000), st.text(max_size=400), st.sampled_from([480, 2048, 8192]))
def test_whatever_the_words_are_the_message_keeps_grammar_and_size(title: str, name: str, most: int) -> None:
    item = AlertItem(UUIDS[0], "finding", AT, Gravity.WARNING, name, title, "", "", (("watch", name), ("log", title)))
    raw = syslog_message(item, facility=3, host=name, process=1, most=most)
    assert len(raw) <= most
    assert b"\n" not in raw
    assert parse(raw).data["ctscan@32473"]["id"] == UUIDS[0]


def test_parameters_are_escaped() -> None:
    assert structured_data("x@1", [('a="]', 'q" b\\ c]')]) == r'[x@1 a="q\" b\\ c\]"]'


# --- ways -----------------------------------------------------------------------------------------------------------


def frames(raw: bytes) -> Iterator[bytes]:
    """Cut octet-counted frames (RFC 6587 section 3.4.1)."""
    while raw:
        count, _, rest = raw.partition(b" ")
        assert re.fullmatch(rb"[1-9][0-9]*", count)
        yield rest[: int(count)]
        raw = rest[int(count) :]


@pytest.mark.parametrize("form", ["{path}", "unix:{path}"])
def test_the_socket_of_this_machine(tmp_path: Path, form: str) -> None:
    path = tmp_path / "log"
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as server:
        server.bind(str(path))
        server.settimeout(10)
        sent("syslog", {"to": form.format(path=path), "facility": "local3"}, a_message(an_alert(0), a_condition()))
        assert [parse(server.recv(65536)).priority for _ in range(2)] == [19 * 8 + 4] * 2


def test_a_socket_that_offers_a_stream_only(tmp_path: Path) -> None:
    path, got = tmp_path / "log", list[bytes]()
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as server:
        server.bind(str(path))
        server.listen()

        def take() -> None:
            connection, _ = server.accept()
            with connection:
                while data := connection.recv(65536):
                    got.append(data)

        thread = threading.Thread(target=take)
        thread.start()
        sent("syslog", {"to": str(path)}, a_message(an_alert(0), an_alert(1)))
        thread.join(10)
    assert [parse(raw).id for raw in b"".join(got).split(b"\0")[:-1]] == ["finding", "finding"]


def test_udp_has_a_message_in_each_datagram() -> None:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(10)
        sent("syslog", {"to": f"udp://127.0.0.1:{server.getsockname()[1]}"}, a_message(an_alert(0), an_alert(1)))
        found = [parse(server.recv(65536)) for _ in range(2)]
    assert [one.data["ctscan@32473"]["id"] for one in found] == UUIDS[:2]


@contextmanager
def collecting(tls: ssl.SSLContext | None = None) -> Iterator[tuple[int, list[bytes]]]:
    got: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.append(await reader.read(-1))
        writer.close()

    async def start(loop: asyncio.AbstractEventLoop) -> asyncio.Server:
        return await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)

    with running(start) as port:
        yield port, got


def test_tcp_counts_octets() -> None:
    with collecting() as (port, got):
        sent("syslog", {"to": f"tcp://127.0.0.1:{port}"}, a_message(an_alert(0), an_alert(1)))
    assert [parse(frame).data["ctscan@32473"]["id"] for frame in frames(got[0])] == UUIDS[:2]
    assert framed("é".encode()) == "2 é".encode()


def test_tls_verifies_the_server(tmp_path: Path) -> None:
    tls, trusted = server_certificate(tmp_path)
    with collecting(tls) as (port, got):
        place = f"tls://127.0.0.1:{port}"
        error = failure("syslog", {"to": place})
        assert "certificate of the server isn't valid" in str(error)
        assert b"".join(got) == b""
        got.clear()
        sent("syslog", {"to": place, "ca_file": str(trusted)})
        wait_for(lambda: bool(got))
    assert [parse(frame).id for frame in frames(got[0])] == ["finding"]


def wait_for(is_so: Callable[[], bool]) -> None:
    for _ in range(200):
        if is_so():
            return
        threading.Event().wait(0.02)
    raise AssertionError("it never came")


def test_servers_that_are_not_there_or_don_t_speak_tls(tmp_path: Path) -> None:
    for place in ("tcp://127.0.0.1:9", "tls://127.0.0.1:9", f"unix:{tmp_path / 'none'}"):
        error = failure("syslog", {"to": place})
        assert (error.is_final, error.why.code) == (False, "undelivered.unreachable")
    with broken_server(b"no TLS at all") as port:
        assert failure("syslog", {"to": f"tls://127.0.0.1:{port}"}).why.code == "undelivered.unreachable"
    with broken_server(None, closes=False) as port:
        assert failure("syslog", {"to": f"tls://127.0.0.1:{port}"}, patience=1).why.code == "undelivered.slow"


@pytest.mark.parametrize("to", ["http://example.org", "udp://", "udp://host:99999", "tcp://a/b", "dev/log"])
def test_other_places_are_refused(to: str) -> None:
    with pytest.raises(UsageError, match='expected "/dev/log"'):
        sent("syslog", {"to": to})
