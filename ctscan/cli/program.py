"""Frame of all commands: their list, the form of their help, and the one place that turns errors into exit codes.

A command is imported when it is called; all of them are imported for the list of commands.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

import click
from click.core import ParameterSource

from ctscan.cli.usage_errors import unknown_command, usage_line
from ctscan.cli.wrapping import hint
from ctscan.errors import EXIT_CODES, CtscanError, UsageError
from ctscan.privacy.redaction import one_line, safe_traceback, without_addresses

COMMANDS: dict[str, str] = {
    "init": "ctscan.cli.init",
    "scan": "ctscan.cli.scan",
    "backfill": "ctscan.cli.backfill",
    "search": "ctscan.cli.search",
    "import": "ctscan.cli.file_import",
    "lookup": "ctscan.cli.lookup",
    "status": "ctscan.cli.status",
    "case": "ctscan.cli.case",
    "dossier": "ctscan.cli.dossier",
    "letters": "ctscan.cli.letters",
    "notice": "ctscan.cli.notice",
    "report": "ctscan.cli.report",
    "export": "ctscan.cli.export",
    "inspect": "ctscan.cli.inspect",
    "templates": "ctscan.cli.templates",
    "rules": "ctscan.cli.rules",
    "logs": "ctscan.cli.logs",
    "alert": "ctscan.cli.alert",
    "health": "ctscan.cli.health",
    "metrics": "ctscan.cli.metrics",
    "basis": "ctscan.cli.basis",
    "runs": "ctscan.cli.runs",
    "purge": "ctscan.cli.purge",
    "sources": "ctscan.cli.sources",
    "disclosures": "ctscan.cli.disclosures",
    "forget": "ctscan.cli.forget",
    "suppressions": "ctscan.cli.suppressions",
    "watch": "ctscan.cli.watch",
    "ack": "ctscan.cli.ack",
    "audit": "ctscan.cli.audit",
    "ca": "ctscan.cli.ca",
    "prove": "ctscan.cli.prove",
    "reindex": "ctscan.cli.reindex",
    "encrypt": "ctscan.cli.encrypt",
    "decrypt": "ctscan.cli.decrypt",
    "backup": "ctscan.cli.backup",
    "restore": "ctscan.cli.restore",
    "demo": "ctscan.cli.demo",
    "help": "ctscan.cli.help",
    "completion": "ctscan.cli.completion",
}
"""Commands in the order of use, and their modules."""

GIVEN_SHOWN = 80  # characters of a refused text

SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class Command(click.Command):
    """Command whose help ends with its exit codes and examples."""

    def __init__(self, *args: Any, exits: Mapping[int, str], example: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.exits = exits
        self.example = example

    def invoke(self, ctx: click.Context) -> Any:
        """Invoke the command. Before a command works on an index, it warns of files that other accounts can read."""
        if isinstance(self, click.Group) or not ctx.params.keys() >= _INDEXED:
            return super().invoke(ctx)
        _warn_of_exposed_files(ctx.params)
        return _with_lost_heads(lambda: super(Command, self).invoke(ctx))

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write exit codes and examples; click calls this at the end of the help."""
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(code), words or EXIT_CODES[code]) for code, words in sorted(self.exits.items())])
        lines = self.example.strip().splitlines()
        with formatter.section("Example" if len(lines) == 1 else "Examples"):
            for line in lines:
                formatter.write(f"{'':{formatter.current_indent}}{line.strip()}\n")


def command(name: str, *, exits: Mapping[int, str], example: str) -> Callable[[Callable[..., Any]], Command]:
    """Make a command of ctscan (a decorator).

    Args:
        exits: exit codes of the command with their meaning; an empty text stands for the general meaning.
        example: command lines, one per line.
    """
    return click.command(name, cls=Command, exits=exits, example=example, context_settings=SETTINGS)


class Suggesting(click.Group):
    """Group of commands that suggests a command for a mistyped name."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the arguments begin with; click reports what looks like an option."""
        name = args[0]
        is_known = ctx.resilient_parsing or name.startswith("-") or self.get_command(ctx, name) is not None
        if not is_known:
            raise unknown_command(name, self.list_commands(ctx), ctx)
        return super().resolve_command(ctx, args)


class Group(Command, Suggesting):
    """Command that has commands of its own. Called without one of them, it runs its function where it `acts_alone`,
    and shows its commands elsewhere."""

    def __init__(self, *args: Any, callback: Callable[..., Any], acts_alone: bool = False, **kwargs: Any) -> None:
        self.acts_alone = acts_alone
        run = _run_alone(callback) if acts_alone else _show_commands
        super().__init__(*args, **kwargs | {"callback": run, "invoke_without_command": True})

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write every command with its whole sentence; click calls this."""
        if not self.commands:
            return
        with formatter.section("Commands"):
            formatter.write_dl([(name, found.get_short_help_str(200)) for name, found in self.commands.items()])


class Program(Suggesting):
    """`ctscan` itself."""

    def __init__(self, **kwargs: Any) -> None:
        version = click.Option(
            ["-V", "--version"],
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
        """List the commands in the order of use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of a command."""
        if cmd_name not in COMMANDS:
            return None
        found = importlib.import_module(COMMANDS[cmd_name]).COMMAND
        return found if isinstance(found, click.Command) else None

    def invoke(self, ctx: click.Context) -> Any:
        """Invoke a command. click would take the end of any stream for a Ctrl-D of the user."""
        try:
            return super().invoke(ctx)
        except EOFError as error:
            raise RuntimeError("a stream ended early") from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write every command with its whole sentence; click calls this."""
        commands = [(name, self.get_command(ctx, name)) for name in COMMANDS]
        with formatter.section("Commands, in the order of use"):
            formatter.write_dl([(name, found.get_short_help_str(200)) for name, found in commands if found])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write exit codes and first steps; click calls this at the end of the help."""
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(code), words) for code, words in EXIT_CODES.items()])
        with formatter.section("First steps"):
            formatter.write_dl(
                [
                    ("ctscan demo", "the whole way offline, on a small log with invented people"),
                    ("ctscan init", "write ctscan.toml: who you are, what may be searched, and why"),
                    ("ctscan help COMMAND", "options, exit codes and an example of a command"),
                ]
            )

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any) -> NoReturn:  # type: ignore[override]
        """Run a command and leave the process: every error becomes a line on stderr and an exit code here."""
        arguments = list(sys.argv[1:] if args is None else args)
        is_verbose = any(a == "--verbose" or (a.startswith("-v") and set(a[1:]) == {"v"}) for a in arguments)
        _forgive_encoding()
        extra |= {"standalone_mode": False, "obj": tuple(arguments)}
        try:
            code = super().main(arguments, prog_name or "ctscan", **extra)
            sys.stdout.flush()
        except click.ClickException as error:
            complain(usage_line(error))
            code = error.exit_code
        except click.exceptions.Exit as error:
            code = error.exit_code
        except BrokenPipeError:
            code = _leave_pipe()
        except (KeyboardInterrupt, click.Abort):
            _die_of_interrupt()
        except CtscanError as error:
            complain(_worded(error), error if is_verbose else None, getattr(error, "given", ""))
            code = error.exit_code
        except Exception as error:  # a bug: one line, no traceback that may quote a certificate
            code = _fail(error, is_verbose)
        sys.exit(code if isinstance(code, int) else 0)


def complain(message: str, error: BaseException | None = None, given: str = "") -> None:
    """Write a line to stderr, after the traceback of `error`. Neither holds an address. On a terminal, where nobody but
    the user reads it, `given` is added: the text that was refused."""
    if error is not None:
        click.echo(safe_traceback(error), err=True, nl=False)
    aside = f" (given: {one_line(given[:GIVEN_SHOWN])})" if given and sys.stderr.isatty() else ""
    hint(f"ctscan: {one_line(without_addresses(message))}{aside}")


_INDEXED = {"config", "db"}
"""Parameters of a command that works on an index."""


def _with_lost_heads(invoke: Callable[[], Any]) -> Any:
    """Invoke a command, and report each head of the audit log that can't be written outside. The command does its work
    all the same; its exit code is then 1 instead of 0 or 4."""
    import ctscan.app as app

    lost: list[CtscanError] = []

    def hear(error: CtscanError) -> None:
        if str(error) not in map(str, lost):  # a long command tries again and again
            complain(str(error))
        lost.append(error)

    with app.heard_head_failures(hear):
        code = invoke()
    return 1 if lost and code in (None, 0, 4) else code


def _warn_of_exposed_files(given: Mapping[str, Any]) -> None:
    if not given.keys() >= _INDEXED:
        return
    import ctscan.app as app
    from ctscan.config import load_settings

    try:
        config = load_settings(config=given["config"], db=given["db"])
        lines = app.exposed_files(config)
    except UsageError:  # the command meets it itself, and reports it
        return
    for line in lines:
        complain(f"warning: {line}")


def _worded(error: CtscanError) -> str:
    """Put the reason of an error, which is a code, into words behind its message. Errors are English."""
    if error.reason is None:
        return str(error)
    from ctscan.views.text import ENGLISH, text

    return f"{error}: {text(error.reason, ENGLISH)}"


@click.pass_context
def _show_commands(ctx: click.Context) -> None:
    """Show the commands where none was called."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def _run_alone(function: Callable[..., Any]) -> Callable[..., Any]:
    """Run the function of a group where none of its commands was called. Options in front of a command would be
    without effect: they are refused."""

    @click.pass_context
    def run(ctx: click.Context, /, **given: Any) -> Any:
        if ctx.invoked_subcommand is None:
            _warn_of_exposed_files(given)
            return function(**given)
        for parameter in ctx.command.params:
            if ctx.get_parameter_source(parameter.name or "") is ParameterSource.COMMANDLINE:
                after = f"{ctx.command_path} {ctx.invoked_subcommand}"
                raise click.UsageError(f"expected {parameter.opts[-1]} after '{after}', got it before", ctx)
        return None

    return run


def _fail(error: Exception, is_verbose: bool) -> int:
    complain(_unexpected(error, is_verbose), error if is_verbose else None)
    return 1


def _unexpected(error: Exception, is_verbose: bool) -> str:
    """Describe an unknown error by its class and place only: its message may quote anything."""
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
    """Report the error that ended a thread. Python's own report would print the message, with anything that it
    quotes."""
    if isinstance(given.exc_value, Exception):
        complain(_unexpected(given.exc_value, is_verbose=True), given.exc_value)


def _leave_pipe() -> int:
    """Point stdout elsewhere after its reader has gone, or Python complains once more at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1


def _die_of_interrupt() -> NoReturn:
    """End the process by the signal of Ctrl-C, so that a shell ends the loop that it runs in."""
    complain("interrupted")
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGINT)
    raise SystemExit(130)


def _forgive_encoding() -> None:
    """Let a terminal that can't show a character show its number instead of ending the program."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _print_version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from ctscan.native_core import CORE
        from ctscan.resources import version

        core = "without the native core" if CORE is None else f"with the native core {CORE.__version__}"
        click.echo(f"ctscan {version()}, {core}")
        ctx.exit()
