"""`ctscan lookup`: answers who asks whether personal data of somebody is in the logs, and how sure that answer is."""

from __future__ import annotations

import sys
from codecs import BOM_UTF8
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from ctscan.cli import options
from ctscan.cli.program import command
from ctscan.errors import InputError, UsageError

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.model import Answer, Identifier

LINE_LIMIT = 4096  # bytes; no identifier is longer


@command(
    "lookup",
    exits={
        0: "the answer is complete",
        1: "the index or an input can't be read",
        2: "",
        4: "the answer may be incomplete, whether or not something was found",
    },
    example="ctscan lookup jane@example.org\nctscan lookup 'Jane Roe' @example.com number:12345678Z\n"
    "ctscan lookup --from-file people.txt --format json",
)
@click.argument("identifiers", metavar="[IDENTIFIER|-]...", nargs=-1)
@click.option(
    "--from-file",
    metavar="FILE",
    help="Read identifiers from a file, one on each line; lines that begin with # are comments (-: from stdin).",
)
@click.option(
    "--certificate", metavar="FILE", multiple=True, help="Look up this certificate (PEM, DER, PKCS#7); repeatable."
)
@options.on_index("table", "json", "jsonl")
def COMMAND(  # noqa: N802 - the name by which the program finds it
    identifiers: tuple[str, ...], from_file: str | None, certificate: tuple[str, ...], verbose: int, **given: Any
) -> int:
    """Look people up in the index, and say exactly what was searched.

    An IDENTIFIER is an e-mail address, @domain (all addresses at and below it), a name, a telephone number (+49 30 …),
    number:12345678Z (of a person or a card), account:NAME, a SHA-256 fingerprint or a serial number in hex. With -, or
    without any, they are read from stdin, one on each line.
    """
    from ctscan.cli.wiring import run_inline

    config = options.settle(**given)
    asked = list(asked_for(identifiers, from_file, certificate))
    if not asked:
        raise UsageError(
            "lookup: expected an identifier, --from-file or --certificate, got none; see 'ctscan lookup --help'"
        )
    return run_inline(_look_up(config, asked))


async def _look_up(config: Config, asked: list[Identifier]) -> int:
    from ctscan.cli.wiring import existing_index

    async with existing_index(config, inline=True) as index:
        from ctscan.answer.lookup import answer

        now = datetime.now(UTC)
        answers = (await answer(index, one, now=now, stale_after=config.stale_after) for one in asked)
        complete = await print_answers(answers, config.format, is_single=len(asked) == 1)
    return 0 if complete else 4


# --- what is asked ------------------------------------------------------------------------------------------------


def asked_for(texts: tuple[str, ...], from_file: str | None, certificates: tuple[str, ...]) -> Iterator[Identifier]:
    """Everything is read and understood before anything is answered."""
    from ctscan.personal.identifiers import parse_identifier

    is_piped = not (texts or from_file or certificates or sys.stdin.isatty())
    for text in ("-",) if is_piped else texts:
        if text == "-":
            yield from _from_lines(sys.stdin.buffer, "stdin")
        else:
            yield parse_identifier(text)
    if from_file == "-":
        yield from _from_lines(sys.stdin.buffer, "stdin")
    elif from_file is not None:
        try:
            with Path(from_file).open("rb") as stream:
                yield from _from_lines(stream, from_file)
        except OSError as error:
            raise InputError(f"{from_file}: can't be read: {error.strerror}; check the path") from error
    for path in certificates:
        yield from _identities_of(path)


def _from_lines(stream: BinaryIO, where: str) -> Iterator[Identifier]:
    number = 0
    while line := stream.readline(LINE_LIMIT):
        number += 1
        text = (line.removeprefix(BOM_UTF8) if number == 1 else line).strip()
        if text and (len(line) == LINE_LIMIT or not text.startswith(b"#")):
            yield _from_line(line, text, f"{where}, line {number}")


def _from_line(line: bytes, text: bytes, where: str) -> Identifier:
    from ctscan.personal.identifiers import parse_identifier

    if len(line) == LINE_LIMIT:
        raise UsageError(f"{where}: expected an identifier, got a line of {LINE_LIMIT} bytes or more")
    try:
        return parse_identifier(text.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise InputError(f"{where}: expected UTF-8 text, got something else; save the file as UTF-8") from error
    except UsageError as error:
        raise UsageError(f"{where}: {error}") from error


def _identities_of(path: str) -> Iterator[Identifier]:
    """The certificates of a file by their identity, which a precertificate and its certificate share."""
    from ctscan.cli.inputs import readable_certificates
    from ctscan.model import Identifier, IdentifierKind

    for source, certificate in readable_certificates(path):
        identity = certificate.identity.hex()
        yield Identifier(kind=IdentifierKind.IDENTITY, value=source, canonical=identity)


# --- what is answered ---------------------------------------------------------------------------------------------


async def print_answers(answers: AsyncIterator[Answer], format: str, *, is_single: bool) -> bool:
    """Print answers as they come; whether all of them are complete."""
    if format == "table":
        return await _print_tables(answers)
    return await _print_json(
        answers, indent=None if format == "jsonl" else 2, is_array=format == "json" and not is_single
    )


async def _print_json(answers: AsyncIterator[Answer], *, indent: int | None, is_array: bool) -> bool:
    """One object for one identifier; for several an array, or an object on each line."""
    from ctscan.cli.wiring import is_ascii_only
    from ctscan.views.json import answer, to_json

    before, between, after = ("[\n", ",\n", "\n]\n") if is_array else ("", "\n", "\n")
    complete, ascii_only = True, is_ascii_only()
    async for given in answers:
        complete &= given.complete
        click.echo(before + to_json(answer(given), indent=indent, ascii_only=ascii_only), nl=False)
        before = between
    click.echo(after, nl=False)
    return complete


async def _print_tables(answers: AsyncIterator[Answer]) -> bool:
    """The coverage is shown again only where it differs from that of the answer above."""
    from ctscan.views import tables

    out = tables.console()
    complete, above = True, None
    async for given in answers:
        if above is not None:
            out.rule(style="dim")
        complete &= given.complete
        tables.answer(out, given, with_coverage=given.coverage != above)
        above = given.coverage
    return complete
