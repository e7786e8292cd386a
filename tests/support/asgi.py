"""Server of an ASGI app over loopback HTTP, for tests that run the whole program.

    with served(app) as url: ...          # url: http://127.0.0.1:<port>/

It understands one request for each connection: GET without a body.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager, suppress
from typing import Any

Message = MutableMapping[str, Any]
App = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]


@contextmanager
def served(app: App) -> Iterator[str]:
    """Serve the app from its own thread; yield the URL."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(_start(app), loop).result(10)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    finally:
        asyncio.run_coroutine_threadsafe(_stop(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _start(app: App) -> asyncio.Server:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await _answer(app, reader, writer)
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    return await asyncio.start_server(serve, "127.0.0.1", 0)


async def _stop(server: asyncio.Server) -> None:
    server.close()
    answering = asyncio.all_tasks() - {asyncio.current_task()}
    for task in answering:
        task.cancel()
    await asyncio.gather(*answering, return_exceptions=True)
    await server.wait_closed()


async def _answer(app: App, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = lines[0].split(" ")
    path, _, query = target.partition("?")
    pairs = [line.partition(":") for line in lines[1:] if line]
    headers = [(name.lower().encode("latin-1"), value.strip().encode("latin-1")) for name, _, value in pairs]
    scope = {"type": "http", "method": method, "path": path, "query_string": query.encode("ascii"), "headers": headers}

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = b"".join(name + b": " + value + b"\r\n" for name, value in message["headers"])
            writer.write(b"HTTP/1.1 %d Answer\r\n%sConnection: close\r\n\r\n" % (message["status"], given))
        else:
            writer.write(message["body"])
        await writer.drain()

    await app(scope, receive, send)
