"""Lists of identifiers, one per line: UTF-8 with or without a byte order mark, LF or CRLF.

    # a comment
    jane@example.org
    Jane Roe  # HR 17        a label behind the identifier

Lists are read line by line, so that one of any length fits into memory.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from hashlib import blake2b
from io import SEEK_END
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self

from msgspec import Struct
from msgspec.structs import replace

import ctscan.app as app
from ctscan.errors import InputError, UsageError
from ctscan.on_first_use import late_pattern

if TYPE_CHECKING:
    from ctscan.model import Identifier

LINE_LIMIT = 4096  # bytes; no identifier is longer
PASSED_OVER_LIMIT = 64 << 20  # bytes of a line that is too long
KEPT_LIMIT = 64 << 20  # bytes of a pipe that is read twice
LABEL_LIMIT = 200  # characters that are shown
MOST_REMEMBERED = 200_000  # lines that later ones are compared with: some 50 MB

_LABELLED = late_pattern(r"(.*?\S)\s+#\s*(.*)", re.DOTALL)
_CONTROLS = late_pattern(r"[\x00-\x08\x0a-\x1f\x7f]")


class Line(Struct, frozen=True):
    """Line that is no comment: its place (`people.txt, line 7`), and its identifier, or the reason why there is none.
    `is_no_text`: it isn't UTF-8."""

    where: str
    identifier: Identifier | None
    reason: str = ""
    is_no_text: bool = False


class IdentifierLines:
    """Lines of a list, to be iterated as often as needed. A pipe can be read once: its lines are kept where `is_kept`,
    else a second iteration goes on where the first one ended."""

    def __init__(self, stream: BinaryIO, name: str, *, is_kept: bool) -> None:
        self._stream, self._name, self._is_kept = stream, name, is_kept
        self._start = stream.tell() if stream.seekable() else None
        self._end = _end_of(stream) if self._start is not None else None
        self._kept: list[bytes] = []
        self._kept_bytes = 0
        self._has_ended = False  # a terminal would ask for another Ctrl-D

    def __iter__(self) -> Iterator[Line]:
        """Iterate over the lines that should hold identifiers.

        Raises:
            InputError: the list can't be read, or is UTF-16.
            UsageError: a pipe is too long to be read twice.
        """
        for number, raw in self._numbered(is_kept=self._is_kept):
            if _is_meant(raw):
                yield _parsed(raw, f"{self._name}, line {number}")

    def is_empty(self) -> bool:
        """Return whether no line should hold an identifier. Lines of a pipe that were read for this come again."""
        return not any(_is_meant(raw) for _, raw in self._numbered(is_kept=True))

    @property
    def done(self) -> float | None:
        """Part of the list that was read, from 0 to 1; None for a pipe, whose length isn't known."""
        return None if not self._end else min(1.0, self._stream.tell() / self._end)

    def close(self) -> None:
        """Close a file; stdin stays open."""
        if self._name != "stdin":
            self._stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _numbered(self, *, is_kept: bool) -> Iterator[tuple[int, bytes]]:
        if self._start is not None:
            self._stream.seek(self._start)
        number = 0
        for number, raw in enumerate(self._kept, 1):
            yield number, raw
        try:
            while not self._has_ended and (raw := self._read_line()):
                number += 1
                if number == 1:
                    raw = self._without_mark(raw)
                if is_kept and self._start is None:
                    self._keep(raw)
                yield number, raw
            self._has_ended = self._start is None
        except OSError as error:
            raise InputError(f"{self._name}: can't be read: {error.strerror}; check the path") from error

    def _read_line(self) -> bytes:
        """Read a line. Of one that is too long, the rest is passed over; one without an end, of a device for example,
        would be read for ever."""
        line = rest = self._stream.readline(LINE_LIMIT)
        passed_over = 0
        while len(rest) == LINE_LIMIT and not rest.endswith(b"\n"):
            rest = self._stream.readline(LINE_LIMIT)
            passed_over += len(rest)
            if passed_over > PASSED_OVER_LIMIT:
                raise InputError(
                    f"{self._name}: expected identifiers, one per line, got a line of more than "
                    f"{PASSED_OVER_LIMIT >> 20} MiB; check the path"
                )
        return line

    def _without_mark(self, first: bytes) -> bytes:
        if first.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
            raise InputError(f"{self._name}: expected UTF-8 text, got UTF-16; save the file as UTF-8")
        # a line of nothing else doesn't end the list
        return first.removeprefix(BOM_UTF8) or b"\n"

    def _keep(self, raw: bytes) -> None:
        self._kept.append(raw)
        self._kept_bytes += len(raw)
        if self._kept_bytes > KEPT_LIMIT:
            raise UsageError(
                f"{self._name}: expected at most {KEPT_LIMIT >> 20} MiB, got more: purpose and case are compared with "
                "each person before anything is answered; give the list as a file, with --from-file"
            )


def _end_of(stream: BinaryIO) -> int | None:
    """Return the position of the end, and stay where the stream is; None where the system doesn't know the end."""
    here = stream.tell()
    try:
        end = stream.seek(0, SEEK_END)
    except OSError:
        return None
    stream.seek(here)
    return end


def repeats(identifier: Identifier, where: str, seen: dict[bytes, str]) -> str:
    """Return the place of an earlier line with the same identifier and label; else remember this one, and return an
    empty string."""
    parts = (identifier.label, *(f"{one.kind}:{one.canonical}" for one in identifier.readings))
    text = "\0".join(parts).encode("utf-8", "surrogatepass")
    digest = blake2b(text, digest_size=16).digest()
    first = seen.get(digest, "")
    if not first and len(seen) < MOST_REMEMBERED:
        seen[digest] = where
    return first


def _is_meant(raw: bytes) -> bool:
    """Return whether a line should hold an identifier."""
    text = raw.strip()
    return bool(text) and (len(raw) >= LINE_LIMIT or not text.startswith(b"#"))


def _parsed(raw: bytes, where: str) -> Line:
    if len(raw) >= LINE_LIMIT:
        return Line(where, None, f"expected an identifier, got a line of {LINE_LIMIT} bytes or more")
    try:
        text = raw.decode("utf-8").strip()
    except UnicodeDecodeError:
        return Line(where, None, "expected UTF-8 text, got something else; save the file as UTF-8", is_no_text=True)
    if control := _CONTROLS.search(text):
        return Line(
            where, None, f"expected an identifier, got a line with the control character U+{ord(control[0]):04X}"
        )
    labelled = _LABELLED.fullmatch(text)
    if labelled and app.is_label_of_number(labelled[1]):  # `Serial #: 4a8c…`: the sign means number
        labelled = None
    try:
        found = app.parse_identifier(labelled[1] if labelled else text)
    except UsageError as error:
        return Line(where, None, _worded(error))
    return Line(where, replace(found, label=_shortened(labelled[2])) if labelled else found)


def _worded(error: UsageError) -> str:
    if error.reason is None:
        return str(error)
    from ctscan.views.text import ENGLISH, text  # here: most lists have no such line

    return f"{error}: {text(error.reason, ENGLISH)}"


def _shortened(label: str) -> str:
    return label if len(label) <= LABEL_LIMIT else f"{label[:LABEL_LIMIT]}…"
