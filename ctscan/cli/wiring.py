"""Opens what a command works on and closes it whatever happens; runs the command's coroutine.

The only place of the command line that chooses implementations.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.index.protocols import Index

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's coroutine to its end."""
    import asyncio  # not at the top: a look-up does without

    return asyncio.run(work)


def run_inline(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never waits, as it asks nothing but an index that was opened `inline`."""
    try:
        work.send(None)
    except StopIteration as done:
        return cast(T, done.value)
    raise RuntimeError("a command that runs without an event loop waited for something")


@asynccontextmanager
async def existing_index(config: Config, *, inline: bool = False) -> AsyncIterator[Index]:
    """The index of the configuration; IndexFault when there is none."""
    from ctscan.index.open import open_index

    index = await open_index(config.db, create=False, inline=inline)
    try:
        yield index
    finally:
        await index.aclose()


def print_json(shape: object, *, indent: int | None = 2) -> None:
    """JSON on stdout; ASCII only where stdout can't show more."""
    from ctscan.views.json import to_json

    click.echo(to_json(shape, indent=indent, ascii_only=is_ascii_only()))


def is_ascii_only() -> bool:
    """Whether stdout can't show every character."""
    return (sys.stdout.encoding or "ascii").lower().replace("-", "") not in ("utf8", "utf16", "utf32")
