"""`ctscan help`: the help of the program, or of a command, as `--help` prints it."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem

from ctscan.cli.program import command
from ctscan.cli.usage_errors import unknown_command


def _complete(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the name of a command behind the names that stand there already."""
    found = ctx.find_root()
    for name in ctx.params.get("path") or ():
        found = _entered(found, name)
    names = found.command.list_commands(found) if isinstance(found.command, click.Group) else ()
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


@command(
    "help",
    exits={0: "", 2: "there is no such command"},
    example="ctscan help\nctscan help lookup\nctscan help basis set",
)
@click.argument("path", metavar="[COMMAND [SUBCOMMAND]]", nargs=-1, shell_complete=_complete)
@click.pass_context
def COMMAND(ctx: click.Context, path: tuple[str, ...]) -> None:  # noqa: N802 - the name by which the program finds it
    """Show the commands, or the options, exit codes and examples of a COMMAND."""
    found = ctx.find_root()
    for name in path:
        found = _entered(found, name)
    click.echo(found.get_help())


def _entered(ctx: click.Context, name: str) -> click.Context:
    """Make the context of a command of the group that `ctx` stands for."""
    group = ctx.command
    if not isinstance(group, click.Group):
        raise click.UsageError(f"expected nothing after '{ctx.command_path}', which has no commands of its own", ctx)
    found = group.get_command(ctx, name)
    if found is None:
        raise unknown_command(name, group.list_commands(ctx), ctx)
    return found.context_class(found, info_name=name, parent=ctx, **found.context_settings)
