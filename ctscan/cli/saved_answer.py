"""Checks of saved answers on the command line: `ctscan prove --answer`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

import ctscan.app as app
from ctscan.cli.standard_input import standard_input
from ctscan.errors import InputError, worst

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.model.saved_answer import CheckedAnswer

LIMIT = 256 << 20  # bytes of a file; 10,000 certificates make some 60 MB


async def prove_answers(config: Config, path: str) -> int:
    """Check the answers of a file, or of stdin, and print the checks. Returns the exit code."""
    from ctscan.cli.process import account

    where = "stdin" if path == "-" else path
    async with aclosing(app.prove_answers(config, _read(path), where, who=account())) as checked:
        if config.format == "table":
            return await _print_table(checked, config.lang)
        return await _print_json(checked, is_array=config.format == "json")


def _read(path: str) -> bytes:
    try:
        if path == "-":
            raw = standard_input("saved answers in JSON").read(LIMIT + 1)
        else:
            with Path(path).open("rb") as file:
                raw = file.read(LIMIT + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = error.strerror if isinstance(error, OSError) else "not a path"
        raise InputError(f"{path}: can't be read: {reason}; check the path") from error
    if len(raw) > LIMIT:
        raise InputError(f"{path}: expected answers of at most {LIMIT} bytes, got more")
    return raw


async def _print_json(checked: AsyncIterator[CheckedAnswer], *, is_array: bool) -> int:
    from ctscan.cli.output import JsonItems
    from ctscan.views.json.saved_answer import checked_answer

    codes: list[int] = []
    items = JsonItems(is_array=is_array)
    async for one in checked:
        codes.append(one.exit_code)
        items.add(checked_answer(one))
    items.end()
    return worst(codes)


async def _print_table(checked: AsyncIterator[CheckedAnswer], lang: str) -> int:
    from ctscan.views import tables
    from ctscan.views.saved_answer import check_lines
    from ctscan.views.text import texts

    codes: list[int] = []
    out = tables.console()
    async for one in checked:
        if codes:
            out.blank()
        codes.append(one.exit_code)
        for line, style, indent in check_lines(one, texts(lang)):
            tables.say(out, line, style, indent)
    return worst(codes)
