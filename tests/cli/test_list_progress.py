"""Progress of a list on a terminal."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from io import StringIO
from pathlib import Path
from typing import cast

from ctscan.cli.identifier_lines import IdentifierLines
from ctscan.cli.list_progress import CLEAR, ListProgress
from ctscan.model import Answer


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


async def _answers(number: int, pause: float) -> AsyncIterator[Answer]:
    for _ in range(number):
        await asyncio.sleep(pause)
        yield cast(Answer, None)


def drawn(out: StringIO, number: int, pause: float, done: float | None) -> str:
    async def count() -> int:
        with ListProgress(out) as progress:
            return len([1 async for _ in progress.counted(_answers(number, pause), lambda: done)])

    assert asyncio.run(count()) == number
    return out.getvalue()


def test_a_long_list_shows_how_far_it_is_and_leaves_nothing_behind() -> None:
    shown = drawn(Terminal(), 2, 0.6, 0.25)
    assert shown == f"{CLEAR}1 answered (25% of the list){CLEAR}2 answered (25% of the list){CLEAR}"
    assert drawn(Terminal(), 1, 0.6, None) == f"{CLEAR}1 answered{CLEAR}"


def test_a_short_list_and_a_pipe_show_nothing() -> None:
    assert drawn(Terminal(), 2, 0, None) == ""
    assert drawn(StringIO(), 1, 0.6, None) == ""


def test_the_part_of_a_list_that_was_read(tmp_path: Path) -> None:
    path = tmp_path / "people.txt"
    path.write_text("jane@example.org\njane@example.org\n")
    with IdentifierLines(path.open("rb"), "people.txt", is_kept=False) as lines:
        assert [lines.done for _ in lines] == [0.5, 1.0]
    read, write = os.pipe()
    os.close(write)
    with IdentifierLines(os.fdopen(read, "rb"), "a pipe", is_kept=False) as lines:
        assert (list(lines), lines.done) == ([], None)
