"""Connection to a server: a request goes out, its answer comes in, then the next.

A body whose length is known is received where it stays: the kernel, or the TLS library, writes into the bytes that the
reader gets. Everything else passes the parser. While nobody reads, at most `AHEAD` octets of a body and one buffer more
wait here; the rest waits in the kernel.
"""

from __future__ import annotations

import asyncio
import select
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import cast

from ctscan.http.answer_parser import AnswerParser, MalformedAnswer
from ctscan.http.transport import TransportError

BUFFER = 256 << 10  # octets received at once: as many as asyncio decrypts in one go; at its end it may drop more
AHEAD = 256 << 10  # octets of a body that may wait for a reader
TLS_REQUEST = 16 << 10  # octets of a request over TLS that the kernel takes at once
IN_PLACE_LIMIT = 4 << 20  # octets of a body for which room is made as soon as they are announced

BROKEN_OFF = "the connection broke off, or the answer is no HTTP"
BROKEN = "the connection broke"


class Inbox:
    """Buffer that the connections of an event loop share. A loop of asyncio reports octets as soon as it has written
    them, and nothing runs between; `holder` is checked nevertheless, since a mixture would pass for an answer."""

    __slots__ = ("holder", "view")

    def __init__(self) -> None:
        self.view = memoryview(bytearray(BUFFER))
        self.holder: Connection | None = None


class Connection(asyncio.BufferedProtocol):
    """Connection that carries one request at a time: `send`, `receive_head`, `receive_body`, `finish`. A cancelled or
    failed exchange ends with `abort`.

    An answer is given up after `silence` seconds without an octet; an unused connection is closed after `idle` seconds.
    `on_lost` is called once the connection is closed.
    """

    def __init__(self, inbox: Inbox, silence: float, idle: float, on_lost: Callable[[Connection], None]) -> None:
        self.closed = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._silence, self._idle, self._on_lost = silence, idle, on_lost
        self._transport: asyncio.Transport | None = None  # none once the connection is closed
        self._inbox = inbox
        self._answer = AnswerParser()  # to the request under way, or the last one
        self._is_busy = False
        self._body: _BodyInPlace | None = None
        self._limit: int | None = None  # octets of the body that the reader takes; none before it reads
        self._waiter: asyncio.Future[None] | None = None
        self._failure = ""
        self._is_paused = False
        self._timer: asyncio.TimerHandle | None = None
        self._active_at = 0.0
        self._unsent = 0
        self._may_be_unsent = False

    # --- called by the pool and the reader ---

    @property
    def is_ready(self) -> bool:
        """Return whether a request may be sent: the connection is open, and nothing came that wasn't asked for. An
        answer to a request that was never sent would pass for the next one."""
        transport = self._transport
        return transport is not None and not transport.is_closing() and not _is_readable(transport)

    def send(self, request: bytes) -> None:
        """Begin an exchange with a whole request."""
        self._answer, self._failure, self._is_busy = AnswerParser(), "", True
        self._active_at = self._loop.time()
        if self._transport is None:
            self._failure = BROKEN
            return
        # of TLS, asyncio reports nothing unsent while its connection below still holds most of a large request
        self._may_be_unsent = len(request) > TLS_REQUEST and self._transport.get_extra_info("sslcontext") is not None
        self._transport.write(request)
        self._unsent = self._transport.get_write_buffer_size()
        if self._timer is None:
            self._timer = self._loop.call_at(self._active_at + self._silence, self._check_time)

    async def receive_head(self) -> AnswerParser:
        """Return the answer as soon as its head is there. Raises TransportError."""
        answer = self._answer
        if not answer.has_head:
            await self._wait()
            if not answer.has_head:
                raise TransportError(self._failure)
        return answer

    async def receive_body(self, limit: int) -> bytes | None:
        """Return the whole body; None as soon as it is announced or grows larger than `limit` octets. Raises
        TransportError."""
        answer, length = self._answer, self._answer.length
        if not answer.is_whole:
            if length is not None and length > limit:
                return None
            if length is not None and length <= IN_PLACE_LIMIT:
                self._body = _BodyInPlace(length, answer.parts)
            self._limit = limit
            if answer.size <= limit:
                self._resume()
                await self._wait()
        if answer.size > limit:
            return None
        if not answer.is_whole:
            raise TransportError(self._failure)
        return answer.body() if self._body is None else self._body.take()

    def finish(self) -> bool:
        """End the exchange. Return whether the connection can carry another; otherwise it has to be aborted."""
        answer, transport = self._answer, self._transport
        self._body, self._limit, self._is_busy = None, None, False
        answer.close()
        if not answer.is_whole or not answer.is_reusable or transport is None or self._may_be_unsent:
            return False
        self._active_at = self._loop.time()
        return not transport.is_closing() and transport.get_write_buffer_size() == 0

    def abort(self) -> None:
        """Close the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    async def _wait(self) -> None:
        """Wait until the answer has come as far as it was waited for, or never will."""
        if self._failure:
            return
        self._active_at = self._loop.time()
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    # --- called by the event loop ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Return the room for the next octets."""
        if self._body is not None and not self._body.is_full:
            return self._body.room()
        self._inbox.holder = self
        return self._inbox.view

    def buffer_updated(self, nbytes: int) -> None:
        """Take the octets that were written into the room."""
        self._active_at = self._loop.time()
        answer, body = self._answer, self._body
        if not self._is_busy or answer.is_whole:  # nobody asked for more
            self.abort()
        elif body is None:
            self._parse(answer, nbytes)
        elif body.add(nbytes):
            answer.is_whole = True
            answer.is_reusable &= body.filled == body.length
            self._wake()

    def eof_received(self) -> None:
        """Take the end of the answer; the event loop closes the connection."""
        answer = self._answer
        if not self._is_busy or answer.is_whole:
            return
        try:
            if self._body is not None or not self._is_ended_by_server():
                raise MalformedAnswer
            answer.end()
        except MalformedAnswer:
            self._fail(BROKEN_OFF)
        else:
            self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """Take the end of the connection."""
        self._transport = None
        if self._timer is not None:
            self._timer.cancel()
        if self._is_busy and not self._answer.is_whole:
            self._fail(BROKEN if exc is not None else BROKEN_OFF)
        self.closed.set()
        self._on_lost(self)

    def _parse(self, answer: AnswerParser, octets: int) -> None:
        try:
            if self._inbox.holder is not self:
                raise MalformedAnswer
            answer.feed(self._inbox.view[:octets])
        except MalformedAnswer:
            self._fail(BROKEN_OFF)
            return
        if answer.is_whole or (answer.has_head if self._limit is None else answer.size > self._limit):
            self._wake()
        if self._limit is None and answer.size >= AHEAD and not answer.is_whole:
            self._pause()

    def _is_ended_by_server(self) -> bool:
        """Return whether the end is the server's word. Of TLS that needs its closing alert: anybody on the way can end
        the connection below (RFC 8446 section 6.1)."""
        tls = self._transport.get_extra_info("ssl_object") if self._transport is not None else None
        if tls is None:
            return True
        try:
            return bool(tls.read(1) == b"")
        except OSError:  # of TLS: no alert came
            return False

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _fail(self, reason: str) -> None:
        self._failure = self._failure or reason
        self._wake()
        self.abort()

    def _pause(self) -> None:
        if self._transport is not None and not self._is_paused and not self._transport.is_closing():
            self._is_paused = True
            self._transport.pause_reading()

    def _resume(self) -> None:
        if self._transport is not None and self._is_paused:
            self._is_paused = False
            self._transport.resume_reading()

    def _check_time(self) -> None:
        """Give up a silent answer, close an unused connection. The timer of a connection runs on from exchange to
        exchange, since setting it for each costs more."""
        self._timer = None
        if self._transport is None:
            return
        now = self._loop.time()
        unsent = self._transport.get_write_buffer_size()
        if unsent != self._unsent:
            self._unsent, self._active_at = unsent, now
        if self._is_busy and self._waiter is None:  # the reader takes its time
            self._active_at = now
        left = self._active_at + (self._silence if self._is_busy else self._idle) - now
        if left > 0:
            self._timer = self._loop.call_at(now + min(left, self._silence), self._check_time)
        elif self._is_busy:
            self._fail(f"nothing received for {self._silence:g} s")
        else:
            self.abort()


class _BodyInPlace:
    """Body of `length` octets, of which `filled` are there. Room for one octet more shows octets behind the body."""

    __slots__ = ("_file", "_view", "filled", "length")

    def __init__(self, length: int, parts: Iterable[bytes | bytearray]) -> None:
        self.length, self.filled = length, 0
        self._file = BytesIO(bytes(length + 1))  # gives its bytes away without a copy
        self._view = self._file.getbuffer()
        for part in parts:
            self._view[self.filled : self.filled + len(part)] = part
            self.filled += len(part)

    @property
    def is_full(self) -> bool:
        return self.filled >= self.length

    def add(self, octets: int) -> bool:
        """Count octets that were written into the room. Return whether the body is whole."""
        self.filled += octets
        return self.filled >= self.length

    def room(self) -> memoryview:
        return self._view[self.filled :]

    def take(self) -> bytes:
        self._view.release()
        self._file.truncate(self.length)
        return self._file.getvalue()


def _is_readable(transport: asyncio.Transport) -> bool:
    descriptor = transport.get_extra_info("socket").fileno()
    if descriptor < 0:  # closed just now
        return True
    if not hasattr(select, "poll"):  # Windows
        return bool(select.select([descriptor], [], [], 0)[0])
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))
