"""`ctscan completion`: the script by which a shell completes commands and options."""

from __future__ import annotations

import click

from ctscan.cli.program import command

SHELLS = ("bash", "zsh", "fish")


@command(
    "completion",
    exits={0: "", 2: ""},
    example="ctscan completion bash > ~/.local/share/bash-completion/completions/ctscan\n"
    'ctscan completion zsh > "${fpath[1]}/_ctscan"\n'
    "ctscan completion fish > ~/.config/fish/completions/ctscan.fish",
)
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def COMMAND(ctx: click.Context, shell: str) -> None:  # noqa: N802 - the name by which the program finds it
    """Print the script that completes commands, options and their values in a shell.

    The script starts ctscan at each Tab key; no index is opened. Save it where the shell looks for completions, and
    begin a new shell.
    """
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    if found is None:  # a click without this shell
        raise click.UsageError(f"click {shell}: expected a script for this shell, got none", ctx)
    click.echo(found(ctx.find_root().command, {}, "ctscan", "_CTSCAN_COMPLETE").source(), nl=False)
