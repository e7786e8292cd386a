"""Identifiers of a command: from its arguments, and line by line from files and stdin."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self

import click

import ctscan.app as app
from ctscan.cli.identifier_lines import IdentifierLines, repeats
from ctscan.cli.options import only_one
from ctscan.cli.standard_input import standard_input
from ctscan.errors import InputError, UsageError

if TYPE_CHECKING:
    from ctscan.cli.identifier_lines import Line
    from ctscan.cli.options import Decorator
    from ctscan.errors import CtscanError
    from ctscan.model import Identifier

TYPED = "identifiers, one per line"

from_file: Decorator = click.option(
    "--from-file",
    metavar="FILE",
    multiple=True,
    callback=only_one,
    help="Read identifiers from a file, one per line: a process list doesn't show them. Lines that begin with # are "
    "comments; text behind an identifier and ' #' is a label, shown with the answer. -: read stdin.",
)

taken: Decorator = click.argument("identifiers", metavar="[IDENTIFIER|-]...", nargs=-1)
"""The identifiers of a command. Every command with this argument has `from_file`, too."""


class AskedIdentifiers:
    """Identifiers of a command line, to be iterated as often as needed. Arguments and certificates are parsed at once;
    files and stdin are read while they are iterated.

    A line that can't be understood, and a line that repeats another, is passed over. `complain` is given its number and
    the reason, once.

    Attributes:
        not_understood: number of lines that were passed over because they can't be understood.
        repeated: number of lines that were passed over because they repeat another.
    """

    def __init__(self, parts: Sequence[Identifier | IdentifierLines], complain: Callable[[str], None]) -> None:
        self._parts, self._complain = parts, complain
        self._lists = [part for part in parts if isinstance(part, IdentifierLines)]
        self.not_understood = self.repeated = 0
        self._said = 0  # lines that were passed over; a second pass says nothing again

    @property
    def passed_over(self) -> int:
        """Number of lines that got no answer."""
        return self.not_understood + self.repeated

    @property
    def has_lists(self) -> bool:
        """True where a file or stdin is read."""
        return bool(self._lists)

    @property
    def is_alone(self) -> bool:
        """True where one identifier was given, and no list is read."""
        return len(self._parts) == 1 and not self._lists

    def done(self) -> float | None:
        """Return the part of the list that was read; None of several lists, and of a pipe."""
        return self._lists[0].done if len(self._lists) == 1 else None

    def is_empty(self) -> bool:
        """Return whether there is no identifier, and no line that should be one."""
        return len(self._lists) == len(self._parts) and all(one.is_empty() for one in self._lists)

    def __iter__(self) -> Iterator[Identifier]:
        seen: dict[bytes, str] = {}
        passed_over = 0
        for part in self._parts:
            if not isinstance(part, IdentifierLines):
                yield part
                continue
            for line in part:
                first = repeats(line.identifier, line.where, seen) if line.identifier else ""
                if line.identifier and not first:
                    yield line.identifier
                    continue
                passed_over += 1
                if passed_over > self._said:
                    self._said = passed_over
                    self._pass_over(line, first)

    def _pass_over(self, line: Line, first: str) -> None:
        """Count a line, and say why it is passed over."""
        if line.identifier is None:
            self.not_understood += 1
            self._complain(f"{line.where}: {line.reason}")
        else:
            self.repeated += 1
            self._complain(f"{line.where}: repeats {first}, and is answered there")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with ExitStack() as stack:
            for one in self._lists:
                stack.callback(one.close)


def asked_identifiers(
    texts: tuple[str, ...],
    from_file: str | None,
    certificates: tuple[str, ...],
    *,
    passwords: tuple[str, ...] = (),
    complain: Callable[[str], None],
    is_read_twice: bool,
) -> AskedIdentifiers:
    """Parse the arguments of a command line, and open its lists.

    Args:
        texts: arguments; `-` stands for stdin, which is read as well where nothing is given and it is no terminal.
        from_file: path of a file of identifiers, or `-`.
        certificates: paths of certificates.
        passwords: of PKCS#12 files among them.
        complain: is given a line for the user about each line that is passed over.
        is_read_twice: keep the lines of a pipe for another pass.

    Raises:
        UsageError: an argument can't be understood.
        InputError: a file can't be read.
    """
    parts = _parts(texts, from_file, certificates, is_read_twice, passwords)
    return AskedIdentifiers(list(parts), complain)


def identifiers_of(texts: tuple[str, ...], from_file: str | None, *, is_stdin_meant: bool = True) -> list[Identifier]:
    """Read and parse all identifiers of a command line. Nothing is done for a part of them.

    Args:
        texts: arguments; `-` stands for stdin.
        from_file: path of a file of identifiers, or `-`.
        is_stdin_meant: read stdin, too, where nothing is given and it is no terminal.

    Raises:
        UsageError: an identifier can't be understood.
        InputError: a file can't be read, or a line isn't UTF-8 text.
    """
    found: list[Identifier] = []
    is_nothing = not (texts or from_file or is_stdin_meant)
    for part in () if is_nothing else _parts(texts, from_file, (), False):
        if isinstance(part, IdentifierLines):
            found += _strictly(part)
        else:
            found.append(part)
    return found


def _strictly(lines: IdentifierLines) -> Iterator[Identifier]:
    with lines:
        for line in lines:
            if line.identifier is None:
                error: type[CtscanError] = InputError if line.is_no_text else UsageError
                raise error(f"{line.where}: {line.reason}")
            yield line.identifier


def _parts(
    texts: tuple[str, ...],
    from_file: str | None,
    certificates: tuple[str, ...],
    is_read_twice: bool,
    passwords: tuple[str, ...] = (),
) -> Iterator[Identifier | IdentifierLines]:
    is_piped = not (texts or from_file or certificates or sys.stdin.isatty())
    arguments = ("-",) if is_piped else texts
    is_stdin_read = False
    for text in (*arguments, *(["-"] if from_file == "-" else [])):
        if text != "-":
            yield app.parse_identifier(text)
        elif not is_stdin_read:  # its end comes once
            is_stdin_read = True
            yield IdentifierLines(standard_input(TYPED), "stdin", is_kept=is_read_twice)
    of_certificates = [found for path in certificates for found in app.identifiers_in(path, passwords)]
    if from_file is not None and from_file != "-":
        yield IdentifierLines(_opened(from_file), from_file, is_kept=is_read_twice)
    yield from of_certificates


def _opened(path: str) -> BinaryIO:
    try:
        return Path(path).open("rb")
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = error.strerror if isinstance(error, OSError) else "not a path"
        raise InputError(f"{path}: can't be read: {reason}; check the path") from error
