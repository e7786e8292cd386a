"""Local certificates from paths, directories and standard input, recognised by content and never by name."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO, Final

from ctscan.model import Problem
from ctscan.model.file_tally import FileTally
from ctscan.sources.files.content import TakeApart
from ctscan.sources.files.file_format import Absence, Item
from ctscan.sources.files.labels import printable
from ctscan.sources.files.streams import UnpackBudget, buffered

STDIN: Final = "-"


@dataclass(frozen=True, slots=True)
class Input:
    """Certificate or unusable part: exactly one of `der` and `problem` is set.

    `source` is the path as given (below a directory: joined to it) and the place in the file: `!member` of an archive,
    `:line` of JSON or LDIF, `#2` for the second certificate there or the second message of a mailbox. A structure that
    can't be taken apart stands whole in `problem.unread`. `file` is the path alone.
    """

    source: str
    der: bytes | None = None
    problem: Problem | None = None
    file: str = field(default="", compare=False)

    @property
    def is_absence(self) -> bool:
        """Whether it says of a file or directory that the user named only that no certificate is in it."""
        return isinstance(self.problem, Absence)


def read_inputs(
    paths: Iterable[str | Path],
    take_apart: TakeApart,
    stdin: BinaryIO | None = None,
    *,
    skip_others: bool = False,
    tally: FileTally | None = None,
) -> Iterator[Input]:
    """Yield the certificates of files and directories, in sorted order, without loading whole files where their form
    can be read piece by piece.

    Directories are read recursively; a file in them without certificates is skipped, and links are followed to each
    directory once. `-` is standard input. A named path without certificates, an unreadable or too large path, and a
    damaged part yield an Input with a problem; reading goes on. Never raises for the content of files.

    Args:
        paths: files, directories, or `-`
        take_apart: takes files apart, in a process with limits (`BoundedReader`)
        stdin: by default the standard input of the process
        skip_others: skip named files without certificates, as in directories
        tally: counts each file when it is read
    """
    tally = tally if tally is not None else FileTally()
    for path in paths:
        if str(path) == STDIN:
            found = _read_stdin(stdin if stdin is not None else _own_stdin(), take_apart)
            yield from _tallied(found, STDIN, tally)
        elif Path(path).is_dir():
            yield from _read_directory(Path(path), take_apart, tally)
        else:
            yield from _tallied(_read_file(Path(path), take_apart, named=not skip_others), _shown(Path(path)), tally)


def _tallied(inputs: Iterator[Input], name: str, tally: FileTally) -> Iterator[Input]:
    """Pass the inputs of one file on, and count the file."""
    has_certificates, is_understood = False, True
    for found in inputs:
        has_certificates = has_certificates or found.der is not None
        is_understood = is_understood and (found.problem is None or found.is_absence)
        yield found
    tally.add(name, has_certificates=has_certificates, is_understood=is_understood)


def _read_directory(top: Path, take_apart: TakeApart, tally: FileTally) -> Iterator[Input]:
    count = 0
    for path in _walk(top, set()):
        inputs = iter((path,)) if isinstance(path, Input) else _read_file(path, take_apart, named=False)
        for found in _tallied(inputs, path.file if isinstance(path, Input) else _shown(path), tally):
            count += 1
            yield found
    if not count:
        what = "expected files with certificates in this directory or below it, found none"
        yield Input(_shown(top), problem=Absence(_shown(top), what), file=_shown(top))


def _walk(top: Path, seen: set[tuple[int, int]]) -> Iterator[Path | Input]:
    """Yield regular files below a directory in sorted order; every directory once, whichever links lead there."""
    open_directories = [iter((top,))]
    while open_directories:
        path = next(open_directories[-1], None)
        if path is None:
            open_directories.pop()
            continue
        try:
            status = path.stat()
            if not stat.S_ISDIR(status.st_mode):
                if stat.S_ISREG(status.st_mode):  # a pipe or a device might never end
                    yield path
            elif (status.st_dev, status.st_ino) not in seen:
                seen.add((status.st_dev, status.st_ino))
                open_directories.append(iter(sorted(path.iterdir())))
        except FileNotFoundError:
            continue  # a link to nowhere, or a file that went away meanwhile
        except OSError as error:
            yield _refused(_shown(path), _reason(error))


def _read_file(path: Path, take_apart: TakeApart, *, named: bool) -> Iterator[Input]:
    """Yield the content of one file. `named`: the user named the file, so an empty result is a problem."""
    source = _shown(path)
    try:
        with path.open("rb", buffering=0) as file:
            status = os.fstat(file.fileno())
            is_file = stat.S_ISREG(status.st_mode)
            budget = UnpackBudget(status.st_size if is_file else 0)
            more = file.read if is_file else _counted(file, budget)
            stream = buffered(more, file if is_file else None)
            yield from _labelled(take_apart(stream, budget, named), source)
    except OSError as error:
        yield _refused(source, _reason(error))


def _read_stdin(stream: BinaryIO, take_apart: TakeApart) -> Iterator[Input]:
    budget = UnpackBudget()
    try:
        yield from _labelled(take_apart(buffered(_counted(stream, budget)), budget, True), STDIN)
    except OSError as error:
        yield _refused(STDIN, _reason(error))


def _own_stdin() -> BinaryIO:
    """Return standard input without a buffer: a thread that waits for a buffer holds its lock, and a stopped process
    could not end before the next octet."""
    buffer: BinaryIO = sys.stdin.buffer
    return getattr(buffer, "raw", buffer)


def _counted(stream: BinaryIO, budget: UnpackBudget) -> Callable[[int], bytes]:
    """Count the octets of a stream whose size is unknown until its end. The end is read once: a terminal would wait
    for another Ctrl-D each time."""
    is_over = False

    def more(most: int) -> bytes:
        nonlocal is_over
        piece = b"" if is_over else stream.read(most)
        is_over = not piece
        budget.packed += len(piece)
        return piece

    return more


def _labelled(items: Iterator[Item], source: str) -> Iterator[Input]:
    for where, found in items:
        label = source + where
        if isinstance(found, Problem):
            yield Input(label, problem=replace(found, path=label), file=source)
        else:
            yield Input(label, found, file=source)


def _shown(path: Path) -> str:
    """Return the path as printable text, even when its bytes are no UTF-8."""
    return printable(os.fsencode(path).decode("utf-8", "backslashreplace"))


def _refused(source: str, reason: str) -> Input:
    return Input(source, problem=Problem(source, reason), file=source)


def _reason(error: OSError) -> str:
    return f"can't be read: {error.strerror or type(error).__name__}"
