"""Options that several commands share, so that they are named and explained alike everywhere."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import click

from ctscan.errors import UsageError
from ctscan.resources import languages

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def only_one(context: click.Context, option: click.Parameter, given: tuple[str, ...]) -> str | None:
    """Return the value of an option that may be given once: of two files, the first would be passed over in silence.

    Raises:
        UsageError: it is given more than once.
    """
    if len(given) > 1:
        raise UsageError(f"{option.opts[0]}: expected one file, got {len(given)}; put all lines into one")
    return given[0] if given else None


verbose: Decorator = click.option(
    "-v",
    "--verbose",
    count=True,
    help="Log more to stderr (twice: every batch), and show a traceback when something fails.  [env: CTSCAN_LOG_LEVEL]",
)

password_file: Decorator = click.option(
    "--password-file",
    metavar="FILE",
    default="",
    help="Try the passwords in this file, one a line, at PKCS#12 files; without it only the empty one is tried.",
)

config: Decorator = click.option(
    "--config",
    metavar="FILE",
    help="Use this configuration file.  [env: CTSCAN_CONFIG; default: ./ctscan.toml if there is one]",
)

db: Decorator = click.option(
    "--db",
    metavar="PATH|URL",
    help="Use this index: a path, or sqlite:///path.  [env: CTSCAN_DB; default: ctscan.db beside the configuration]",
)

index_key: Decorator = click.option(
    "--key-file", metavar="F", required=True, help="Use the key in this file: 64 hexadecimal digits."
)

_scope: Decorator = click.option(
    "--scope",
    metavar="S",
    multiple=True,
    help="Index only this: domain:…, organisation:…, email:…, or a bare domain or address; repeatable.  "
    "[env: CTSCAN_SCOPE, several separated by ;]",
)

_scope_file: Decorator = click.option(
    "--scope-file",
    metavar="FILE",
    multiple=True,
    callback=only_one,
    help="Index only this: a file with one term a line, # comments and [labels].  [env: CTSCAN_SCOPE_FILE]",
)

_everything: Decorator = click.option(
    "--everything", is_flag=True, help="Index all personal data, of anybody.  [env: CTSCAN_EVERYTHING]"
)

wide_scope: Decorator = click.option(
    "--yes",
    "wide_scope",
    is_flag=True,
    default=None,
    help="Agree in advance to a scope with public suffixes (co.uk, github.io) or organisations of fewer than 3 "
    "letters; needed in scripts.  [env: CTSCAN_WIDE_SCOPE]",
)


def scope(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that give a scope, and consent to a wide one."""
    return _scope(_scope_file(_everything(wide_scope(function))))


limit: Decorator = click.option(
    "--limit",
    metavar="N",
    type=click.IntRange(min=1),
    default=50,
    show_default=True,
    help="Show at most N, the newest first.",
)


def purpose(recorded: str) -> Decorator:
    """Make `--purpose`; `recorded` names the record that holds the text."""
    return click.option(
        "--purpose",
        metavar="TEXT",
        help=f"State the purpose, without names or addresses; it is recorded {recorded}.  [env: CTSCAN_PURPOSE]",
    )


case: Decorator = click.option(
    "--case",
    metavar="NUMBER",
    default="",
    help="Give the number of the case, no name; it is recorded with the look-up.",
)


_identity_settled: Decorator = click.option(
    "--identity-settled",
    metavar="HOW",
    default="",
    help="State how the identity of the requester was settled, for this command only; it is recorded.",
)

_override: Decorator = click.option(
    "--override",
    metavar="REASON",
    default="",
    help="Go on without a settled identity, for this reason, for this command only; it is recorded.",
)


def identity(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of a command that gives findings out."""
    return _identity_settled(_override(function))


def contact(who: str) -> Decorator:
    """Make `--contact`; `who` names the people who may need to reach the user."""
    return click.option(
        "--contact", metavar="ADDRESS|URL", help=f"Give {who} an address to reach you.  [env: CTSCAN_CONTACT]"
    )


def output(*formats: str, from_config: bool = True) -> Decorator:
    """Make `--format` with the formats of a command; the first one is the default."""
    source = "env: CTSCAN_FORMAT; " if from_config else ""
    return click.option(
        "--format",
        "format",
        type=click.Choice(formats),
        default=None if from_config else formats[0],
        help=f"Print the answer in this format.  [{source}default: {formats[0]}]",
    )


def language(*, from_config: bool = True) -> Decorator:
    """Make `--lang` with the languages that there are."""
    return click.option(
        "--lang",
        type=click.Choice(languages()),
        default=None if from_config else "en",
        envvar=None if from_config else "CTSCAN_LANG",
        help="Language of tables; JSON stays English.  [env: CTSCAN_LANG; default: en]",
    )


def on_index(*formats: str) -> Decorator:
    """Add the options of every command that works on an index."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        return config(db(output(*formats)(verbose(function))))

    return decorate


def is_terminal() -> bool:
    """Return True when stderr is a terminal."""
    return sys.stderr.isatty()
