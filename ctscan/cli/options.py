"""The options that several commands share, so that they are called and explained alike everywhere."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from ctscan.config import Config, load_config

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

verbose: Decorator = click.option(
    "-v",
    "--verbose",
    count=True,
    help="Log more to stderr (twice: every batch), and show a traceback when something fails.  [env: CTSCAN_LOG_LEVEL]",
)

config: Decorator = click.option(
    "--config",
    metavar="FILE",
    help="Configuration file.  [env: CTSCAN_CONFIG; default: ./ctscan.toml if there is one]",
)

db: Decorator = click.option(
    "--db",
    metavar="PATH|URL",
    help="The index: a path, or sqlite:///path.  [env: CTSCAN_DB; default: ctscan.db beside the configuration]",
)


def output(*formats: str, from_config: bool = True) -> Decorator:
    """`--format`, with the formats that the command knows; the first is the default."""
    source = "env: CTSCAN_FORMAT; " if from_config else ""
    return click.option(
        "--format",
        "format",
        type=click.Choice(formats),
        default=None if from_config else formats[0],
        help=f"How the answer is printed.  [{source}default: {formats[0]}]",
    )


def on_index(*formats: str) -> Decorator:
    """The options of every command that works on an index."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        return config(db(output(*formats)(verbose(function))))

    return decorate


def settle(**options: Any) -> Config:
    """The configuration for options as click gives them, with the environment and the working directory of now."""
    return load_config(options, os.environ, Path.cwd())


def is_terminal() -> bool:
    """Whether somebody watches stderr."""
    return sys.stderr.isatty()
