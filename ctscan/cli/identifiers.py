"""Identifiers of a command: from its arguments, from files and from stdin."""

from __future__ import annotations

import sys
from codecs import BOM_UTF8
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

import ctscan.app as app
from ctscan.cli.options import Decorator
from ctscan.cli.standard_input import standard_input
from ctscan.errors import InputError, UsageError

if TYPE_CHECKING:
    from ctscan.model import Identifier

LINE_LIMIT = 4096  # bytes; no identifier is longer
TYPED = "identifiers, one per line"

from_file: Decorator = click.option(
    "--from-file",
    metavar="FILE",
    help="Read identifiers from a file, one per line. Lines that begin with # are comments. -: read stdin.",
)


def identifiers_of(texts: tuple[str, ...], from_file: str | None, certificates: tuple[str, ...]) -> list[Identifier]:
    """Read and parse all identifiers of a command line, before anything is answered.

    Args:
        texts: arguments; `-` stands for stdin, which is read as well where nothing is given and it is no terminal.
        from_file: path of a file of identifiers, or `-`.
        certificates: paths of certificates.

    Raises:
        UsageError: an identifier can't be understood.
        InputError: a file can't be read.
    """
    return list(_read(texts, from_file, certificates))


def _read(texts: tuple[str, ...], from_file: str | None, certificates: tuple[str, ...]) -> Iterator[Identifier]:
    is_piped = not (texts or from_file or certificates or sys.stdin.isatty())
    for text in ("-",) if is_piped else texts:
        if text == "-":
            yield from _from_lines(standard_input(TYPED), "stdin")
        else:
            yield app.parse_identifier(text)
    if from_file == "-":
        yield from _from_lines(standard_input(TYPED), "stdin")
    elif from_file is not None:
        try:
            with Path(from_file).open("rb") as stream:
                yield from _from_lines(stream, from_file)
        except OSError as error:
            raise InputError(f"{from_file}: can't be read: {error.strerror}; check the path") from error
    for path in certificates:
        yield from app.identifiers_in(path)


def _from_lines(stream: BinaryIO, where: str) -> Iterator[Identifier]:
    number = 0
    while line := stream.readline(LINE_LIMIT):
        number += 1
        text = (line.removeprefix(BOM_UTF8) if number == 1 else line).strip()
        if text and (len(line) == LINE_LIMIT or not text.startswith(b"#")):
            yield _from_line(line, text, f"{where}, line {number}")


def _from_line(line: bytes, text: bytes, where: str) -> Identifier:
    if len(line) == LINE_LIMIT:
        raise UsageError(f"{where}: expected an identifier, got a line of {LINE_LIMIT} bytes or more")
    try:
        return app.parse_identifier(text.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise InputError(f"{where}: expected UTF-8 text, got something else; save the file as UTF-8") from error
    except UsageError as error:
        raise UsageError(f"{where}: {error}") from error
