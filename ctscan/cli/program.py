"""The frame of all commands: which there are, how help looks, and the one place that turns errors into exit codes.

It does no work of its own. Commands are imported when they are called, and all of them for the list of commands.
"""

from __future__ import annotations

import importlib
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

import click

from ctscan.errors import EXIT_CODES, CtscanError
from ctscan.privacy.redaction import one_line, safe_traceback, without_addresses

COMMANDS: dict[str, str] = {
    "init": "ctscan.cli.init",
    "scan": "ctscan.cli.scan",
    "backfill": "ctscan.cli.backfill",
    "search": "ctscan.cli.search",
    "import": "ctscan.cli.file_import",
    "lookup": "ctscan.cli.lookup",
    "status": "ctscan.cli.status",
    "inspect": "ctscan.cli.inspect",
    "rules": "ctscan.cli.rules",
    "logs": "ctscan.cli.logs",
    "runs": "ctscan.cli.runs",
    "sources": "ctscan.cli.sources",
    "disclosures": "ctscan.cli.disclosures",
    "ca": "ctscan.cli.ca",
    "prove": "ctscan.cli.prove",
    "reindex": "ctscan.cli.reindex",
    "demo": "ctscan.cli.demo",
}
"""Commands in the order in which a user meets them, and the modules that hold them."""

SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class Command(click.Command):
    """A command whose help ends with the exit codes that it can return and an example."""

    def __init__(self, *args: Any, exits: Mapping[int, str], example: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.exits = exits
        self.example = example

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Called by click at the end of the help."""
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(code), words or EXIT_CODES[code]) for code, words in sorted(self.exits.items())])
        lines = self.example.strip().splitlines()
        with formatter.section("Example" if len(lines) == 1 else "Examples"):
            for line in lines:
                formatter.write(f"{'':{formatter.current_indent}}{line.strip()}\n")


def command(name: str, *, exits: Mapping[int, str], example: str) -> Callable[[Callable[..., Any]], Command]:
    """Decorator: a command of ctscan. `exits` maps the exit codes that it can return to what they mean here; an empty
    text stands for the general meaning."""
    return click.command(name, cls=Command, exits=exits, example=example, context_settings=SETTINGS)


class Group(Command, click.Group):
    """A command that has commands of its own. Called without one, it shows them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"callback": _show_commands, "invoke_without_command": True})

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Called by click: every command with its whole sentence."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, found.get_short_help_str(200)) for name, found in self.commands.items()])


class Program(click.Group):
    """`ctscan` itself."""

    def __init__(self, **kwargs: Any) -> None:
        version = click.Option(
            ["--version"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_print_version,
            help="Show the version.",
        )
        super().__init__(
            params=[version], callback=_show_commands, invoke_without_command=True, context_settings=SETTINGS, **kwargs
        )

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module."""
        if cmd_name not in COMMANDS:
            return None
        found = importlib.import_module(COMMANDS[cmd_name]).COMMAND
        return found if isinstance(found, click.Command) else None

    def invoke(self, ctx: click.Context) -> Any:
        """Called by click, which would take the end of any stream for a Ctrl-D of the user."""
        try:
            return super().invoke(ctx)
        except EOFError as error:
            raise RuntimeError("a stream ended early") from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Called by click: every command with its whole sentence."""
        commands = [(name, self.get_command(ctx, name)) for name in COMMANDS]
        with formatter.section("Commands, in the order of use"):
            formatter.write_dl([(name, found.get_short_help_str(200)) for name, found in commands if found])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Called by click at the end of the help."""
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(code), words) for code, words in EXIT_CODES.items()])
        with formatter.section("First steps"):
            formatter.write_dl(
                [
                    ("ctscan demo", "the whole way offline, on a small log with invented people"),
                    ("ctscan init", "write ctscan.toml: who you are, what may be searched, and why"),
                    ("ctscan COMMAND --help", "options, exit codes and an example of a command"),
                ]
            )

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any) -> NoReturn:  # type: ignore[override]
        """Run, and leave the process: every error becomes one line on stderr and an exit code here."""
        arguments = list(sys.argv[1:] if args is None else args)
        is_verbose = any(a == "--verbose" or (a.startswith("-v") and set(a[1:]) == {"v"}) for a in arguments)
        _forgive_encoding()
        extra |= {"standalone_mode": False, "obj": tuple(arguments)}
        try:
            code = super().main(arguments, prog_name or "ctscan", **extra)
            sys.stdout.flush()
        except click.ClickException as error:
            code = _explain_usage(error)
        except click.exceptions.Exit as error:
            code = error.exit_code
        except BrokenPipeError:
            code = _leave_pipe()
        except (KeyboardInterrupt, click.Abort):
            _die_of_interrupt()
        except CtscanError as error:
            complain(str(error), error if is_verbose else None)
            code = error.exit_code
        except Exception as error:  # a bug: one line, no traceback that may quote a certificate
            code = _fail(error, is_verbose)
        sys.exit(code if isinstance(code, int) else 0)


def complain(message: str, error: BaseException | None = None) -> None:
    """One line on stderr, with the traceback of `error` before it. Neither holds an address."""
    if error is not None:
        click.echo(safe_traceback(error), err=True, nl=False)
    click.echo(f"ctscan: {one_line(without_addresses(message))}", err=True)


@click.pass_context
def _show_commands(ctx: click.Context) -> None:
    """`ctscan` alone."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def _fail(error: Exception, is_verbose: bool) -> int:
    complain(_unexpected(error, is_verbose), error if is_verbose else None)
    return 1


def _unexpected(error: Exception, is_verbose: bool) -> str:
    """The message of an unknown error may hold anything, so only its class and place are told."""
    frames = []
    trace = error.__traceback__
    while trace is not None:
        frames.append(f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}")  # noqa: PTH119
        trace = trace.tb_next
    if isinstance(error, OSError) and error.strerror:
        return f"the system refused: {error.strerror} ({type(error).__name__} at {frames[-1]})"
    advice = "please report the lines above" if is_verbose else "run with --verbose for details"
    return f"unexpected error {type(error).__name__} at {frames[-1]}; {advice}"


def complain_of_thread(given: threading.ExceptHookArgs) -> None:
    """What Python calls when a thread ends by an error; its own way would print the message, whatever that quotes."""
    if isinstance(given.exc_value, Exception):
        complain(_unexpected(given.exc_value, is_verbose=True), given.exc_value)


def _explain_usage(error: click.ClickException) -> int:
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "ctscan"
    complain(f"{_without_arguments(error.format_message()).rstrip('.')}; see '{path} --help'")
    return error.exit_code


def _without_arguments(message: str) -> str:
    """What was typed in the wrong place may be somebody's name or number: its length is told. A mistyped command is
    shown where it can only be one."""
    message = re.sub(r"(unexpected extra arguments?) \((.*)\)", _told_by_length, message, flags=re.DOTALL)
    return re.sub(r"(No such command) '((?![a-z]{2,8}'\.).*)'", _told_by_length, message, flags=re.DOTALL)


def _told_by_length(match: re.Match[str]) -> str:
    return f"{match[1]} of {len(match[2])} characters"


def _leave_pipe() -> int:
    """Whoever read our output has gone. Point stdout elsewhere, or Python complains once more at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1


def _die_of_interrupt() -> NoReturn:
    """Ctrl-C ends a program by its signal, so that a shell ends the loop that it runs in."""
    complain("interrupted")
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGINT)
    raise SystemExit(130)


def _forgive_encoding() -> None:
    """A terminal that can't show a character shows its number instead of ending the program."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _print_version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from ctscan.resources import version

        click.echo(f"ctscan {version()}")
        ctx.exit()
