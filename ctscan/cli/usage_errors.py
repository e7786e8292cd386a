"""Words for usage errors of click: one line, with a suggestion for a typing error, and without other people's data."""

from __future__ import annotations

import re
from collections.abc import Iterable

import click

from ctscan.on_first_use import late_pattern

TYPED_COMMAND = late_pattern(r"[A-Za-z][A-Za-z_-]{0,15}")
"""Form of a mistyped command. An argument of another form may be a number or an address, and is not repeated."""


def unknown_command(name: str, known: Iterable[str], ctx: click.Context) -> click.UsageError:
    """Make the error for a command that doesn't exist. It repeats the name only where that is a command with a typing
    error: any other word may be the name of a person."""
    from ctscan.config.setting_checks import nearest  # here: only an error needs it

    found = nearest(name, known, cutoff=0.6) if TYPED_COMMAND.fullmatch(name) else None
    is_slip = found is not None and found[0] == name[0].lower()
    typed = f"'{name}'" if is_slip else f"of {_length(name)}"
    advice = f"; did you mean '{found}'?" if found else ""
    return click.UsageError(f"No such command {typed}{advice}", ctx)


def usage_line(error: click.ClickException) -> str:
    """Word a usage error as a line that ends with the command whose help explains it."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "ctscan"
    if isinstance(error, click.NoSuchOption):
        advice = f"; did you mean '{error.possibilities[0]}'?" if error.possibilities else ""
        message = f"No such option '{error.option_name}'{advice}"
    else:
        message = _without_arguments(error.format_message()).rstrip(".")
    return f"{message} See '{path} --help'" if message.endswith("?") else f"{message}; see '{path} --help'"


def _without_arguments(message: str) -> str:
    """Replace misplaced arguments by their length: they may be somebody's name or number."""
    message = re.sub(r"(unexpected extra arguments?) \((.*)\)", _by_length, message, flags=re.DOTALL)
    return re.sub(r"(No such command) '(-.*)'.*", _by_length, message, flags=re.DOTALL)


def _by_length(match: re.Match[str]) -> str:
    return f"{match[1]} of {_length(match[2])}"


def _length(text: str) -> str:
    return f"{len(text)} character{'' if len(text) == 1 else 's'}"
