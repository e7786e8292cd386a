"""HTTP answers as bytes: every split gives the same answer, and no bytes give more than a bounded one."""

from __future__ import annotations

import gc
import weakref
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctscan.http.answer_parser import FIELDS_LIMIT, FRAMING_LIMIT, HEAD_LIMIT, AnswerParser, MalformedAnswer

Found = tuple[int, dict[str, str], bytes, bool]

FIELD = st.tuples(
    st.from_regex(r"X-[A-Za-z0-9-]{1,12}", fullmatch=True),
    st.text(st.characters(min_codepoint=33, max_codepoint=255, exclude_characters="\x7f,"), max_size=30),
)


def read(data: bytes, cuts: list[int] | None = None) -> AnswerParser:
    """Parse an answer in pieces, with the end of the connection behind it."""
    answer = AnswerParser()
    for start, end in pairwise([0, *sorted(cuts or []), len(data)]):
        if not answer.is_whole:
            answer.feed(memoryview(data)[start:end])
    if not answer.is_whole:
        answer.end()
    return answer


def found(answer: AnswerParser) -> Found:
    return answer.status, answer.headers, answer.body(), answer.is_reusable


@st.composite
def answers(draw: st.DrawFn) -> tuple[bytes, Found]:
    """Draw an answer as sent and as it has to be read."""
    status = draw(st.sampled_from([200, 203, 206, 204, 304, 404, 429, 503, 599]))
    body = b"" if status in (204, 304) else draw(st.binary(max_size=300))
    fields = draw(st.lists(FIELD, max_size=8, unique_by=lambda field: field[0].lower()))
    framing = draw(st.sampled_from(["length", "chunked", "close"])) if status not in (204, 304) else "none"
    is_closed = draw(st.booleans())
    sent = list(fields)
    if is_closed:
        sent.append(("Connection", "close"))
    if framing == "length":
        sent.append(("Content-Length", str(len(body))))
    elif framing == "chunked":
        sent.append(("Transfer-Encoding", "chunked"))
    sent = draw(st.permutations(sent))
    head = f"HTTP/1.1 {status} Reason\r\n" + "".join(f"{name}: {value}\r\n" for name, value in sent) + "\r\n"
    interim = draw(st.sampled_from([b"", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 \r\nLink: a\r\n\r\n"]))
    data = interim + head.encode("latin-1") + (draw(chunked(body)) if framing == "chunked" else body)
    headers = {name.lower(): value.strip() for name, value in sent}
    return data, (status, headers, body, not is_closed and framing != "close")


@st.composite
def chunked(draw: st.DrawFn, body: bytes) -> bytes:
    cuts = sorted(draw(st.lists(st.integers(1, max(1, len(body) - 1)), max_size=5, unique=True)))
    data = b""
    for start, end in pairwise([0, *(cut for cut in cuts if cut < len(body)), len(body)]):
        extension = draw(st.sampled_from([b"", b";a=b", b";a"]))
        data += b"%x%s\r\n%s\r\n" % (end - start, extension, body[start:end]) if end > start else b""
    return data + b"0\r\n" + draw(st.sampled_from([b"", b"X-Sum: 1\r\n"])) + b"\r\n"


@given(answers(), st.data())
def test_an_answer_in_any_pieces_is_the_same(answer: tuple[bytes, Found], data: st.DataObject) -> None:
    sent, expected = answer
    cuts = data.draw(st.lists(st.integers(0, len(sent)), max_size=20))
    assert found(read(sent, cuts)) == expected
    assert found(read(sent, list(range(len(sent))))) == expected


@given(answers(), st.data())
def test_an_answer_that_is_cut_off_is_none(answer: tuple[bytes, Found], data: st.DataObject) -> None:
    sent, (_, headers, body, _) = answer
    if not {"content-length", "transfer-encoding"} & headers.keys():
        sent = sent[: sent.rindex(b"\r\n\r\n") + 3] if b"\r\n\r\n" not in body else b""
    with pytest.raises(MalformedAnswer):
        read(sent[: data.draw(st.integers(0, max(0, len(sent) - 1)))])


@given(
    st.one_of(
        st.binary(max_size=400), st.builds(lambda a, b, c: a[0][:b] + c, answers(), st.integers(0, 99), st.binary())
    )
)
def test_random_bytes_are_an_answer_or_malformed(data: bytes) -> None:
    try:
        answer = read(data)
    except MalformedAnswer:
        return
    assert answer.is_whole and 200 <= answer.status < 1000
    assert answer.size == sum(map(len, answer.parts)) <= len(data)


OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    "data",
    [
        OK + b"Content-Length: 4\r\nContent-Length: 4\r\n\r\nbody",
        OK + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nbody",
        OK + b"Content-Length: 4, 4\r\n\r\nbody",
        OK + b"Content-Length: -4\r\n\r\nbody",
        OK + b"Content-Length: +4\r\n\r\nbody",
        OK + b"Content-Length: 4x\r\n\r\nbody",
        OK + b"Content-Length: 99999999999999999999999\r\n\r\nbody",
        OK + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: gzip\r\n\r\nbody",
        OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n-4\r\nbody\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nbody\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n4\r\nbody0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
        b"HTTP/2.0 200 OK\r\nContent-Length: 4\r\n\r\nbody",
        b"HTTP/0.9 200 OK\r\nContent-Length: 4\r\n\r\nbody",
        b"HTTP/1.1 099 OK\r\nContent-Length: 4\r\n\r\nbody",
        b"HTTP/1.1 20 OK\r\nContent-Length: 4\r\n\r\nbody",
        b"HTTP/1.1 2000 OK\r\nContent-Length: 4\r\n\r\nbody",
        b"HTTP/1.1 100 Continue\r\nContent-Length: 4\r\n\r\nbody" + OK + b"Content-Length: 0\r\n\r\n",
        b"HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\nbody",
        b"HTTP/1.1 101 Switching\r\n\r\nbody",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nNo field\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX : a\r\nContent-Length: 0\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"\r\n" * HEAD_LIMIT,
        b"",
    ],
)
def test_an_answer_that_could_be_read_in_two_ways_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedAnswer):
        read(data)


@pytest.mark.parametrize(
    "piece",
    [
        b"HTTP/1.1 200 " + b"x" * 999,  # a reason without end
        b"x" * 1000,
        b"X-%d: y\r\n" % 1 * 100,  # fields without end
        b"HTTP/1.1 100 \r\n\r\n",  # interim answers without end
    ],
)
def test_an_endless_head_is_bounded(piece: bytes) -> None:
    answer, sent = AnswerParser(), 0
    if not piece.startswith(b"HTTP/"):
        answer.feed(OK + (b"X: " if piece.startswith(b"x") else b""))
    with pytest.raises(MalformedAnswer):
        while sent <= 2 * HEAD_LIMIT:
            answer.feed(piece)
            sent += len(piece)
    assert sent <= HEAD_LIMIT


def test_the_size_and_the_fields_of_a_head_are_bounded_in_one_piece() -> None:
    short, fitting = b"X: y\r\n" * FIELDS_LIMIT, b"X: " + b"y" * (HEAD_LIMIT - 1000) + b"\r\n"
    end = b"\r\n" + bytes(HEAD_LIMIT)
    for fields in (short, fitting):
        assert read(OK + fields + end).size == HEAD_LIMIT
    for fields in (short + b"X: y\r\n", fitting + b"Y" * 1000 + b": z\r\n"):
        with pytest.raises(MalformedAnswer):
            read(OK + fields + end)


@pytest.mark.parametrize("piece", [b"x" * 1000, b"0" * 1000])
def test_endless_framing_of_chunks_is_bounded(piece: bytes) -> None:
    for begin in (b"4;", b"4\r\nbody\r\n0\r\nX: ", b""):  # extension, trailer, size
        answer, sent = AnswerParser(), 0
        answer.feed(OK + b"Transfer-Encoding: chunked\r\n\r\n" + begin)
        with pytest.raises(MalformedAnswer):
            while sent <= 2 * FRAMING_LIMIT:
                answer.feed(piece)
                sent += len(piece)
        assert sent <= FRAMING_LIMIT + 1000


@pytest.mark.parametrize("begin", [b"0\r\nX: ", b"0\r\n", b"1;a=", b"0"])
def test_framing_is_bounded_behind_a_large_body_too(begin: bytes) -> None:
    """The parser holds a whole trailer, and copies it for each piece."""
    answer, sent, size = AnswerParser(), 0, 4 * FRAMING_LIMIT
    answer.feed(OK + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % size + bytes(size) + b"\r\n" + begin)
    with pytest.raises(MalformedAnswer):
        while sent <= 2 * FRAMING_LIMIT:
            answer.feed(b"0" * 1000)
            sent += 1000
    assert sent <= FRAMING_LIMIT + 1000


@pytest.mark.parametrize("space", [b"\xa0", b"\x85"])
def test_only_spaces_and_tabs_surround_a_value(space: bytes) -> None:
    with pytest.raises(MalformedAnswer):
        AnswerParser().feed(OK + b"Transfer-Encoding: chunked" + space + b"\r\n\r\n")


def test_small_chunks_are_read() -> None:
    data = OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 50_000 + b"0\r\n\r\n"
    answer = read(data, list(range(0, len(data), 5000)))
    assert answer.body() == b"x" * 50_000
    assert len(answer.parts) == 1


@pytest.mark.parametrize("surplus", [b"x", b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged", b"HTTP/1.1"])
@pytest.mark.parametrize("apart", [False, True])
def test_octets_behind_an_answer_are_dropped_with_the_connection(surplus: bytes, apart: bool) -> None:
    data = OK + b"Content-Length: 4\r\n\r\nbody"
    answer = AnswerParser()
    answer.feed(data if apart else data + surplus)
    if apart:
        assert answer.is_reusable
        answer.feed(surplus)
    assert found(answer) == (200, {"content-length": "4"}, b"body", False)


def test_habits_of_old_servers_are_read() -> None:
    assert found(read(b"HTTP/1.1 200 OK\nContent-Length: 4\n\nbody"))[2:] == (b"body", True)
    data = OK + b"Transfer-Encoding: chunked\r\n\r\n4  \r\nbody\r\n0  \r\n\r\n"
    assert found(read(data))[2:] == (b"body", True)


def test_repeated_fields_are_joined() -> None:
    data = OK + b"Content-Encoding: gzip\r\ncontent-encoding:\tbr \r\nContent-Length: 0\r\n\r\n"
    assert read(data).headers["content-encoding"] == "gzip, br"


def test_a_server_that_offers_another_protocol_is_read() -> None:
    data = OK + b"Upgrade: h2,h2c\r\nConnection: Upgrade, Keep-Alive\r\nContent-Length: 4\r\n\r\nbody"
    assert found(read(data))[2:] == (b"body", True)


def test_an_answer_of_http_1_0_closes_the_connection_unless_it_says_otherwise() -> None:
    data = b"HTTP/1.0 200 OK\r\nContent-Length: 4\r\n%s\r\nbody"
    assert not read(data % b"").is_reusable
    assert read(data % b"Connection: keep-alive\r\n").is_reusable


def test_an_answer_leaves_nothing_to_the_garbage_collector() -> None:
    class Watched(AnswerParser):
        __slots__ = ("__weakref__",)

    gc.disable()
    try:
        whole, broken = Watched(), Watched()
        whole.feed(OK + b"Content-Length: 4\r\n\r\nbody")
        with pytest.raises(MalformedAnswer):
            broken.feed(b"no HTTP\r\n")
        seen = [weakref.ref(whole), weakref.ref(broken)]
        del whole, broken
        assert [ref() for ref in seen] == [None, None]
    finally:
        gc.enable()
