"""Certificates in JSON: a value per line (the form of certstream and of many corpora), an array, or a whole document.

A string counts as a certificate by its content, anywhere in the value, chains included: PEM, base64 or hexadecimal
digits that begin like a certificate, alone or in any text. Under a key that is meant for certificates, any other string
is a problem. Answers of logs (get-entries, get-entry-and-proof; RFC 6962 section 4) give the certificate or
precertificate of each entry, and its chain.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct, field

from ctscan.errors import FormatError
from ctscan.model import Problem
from ctscan.on_first_use import late_pattern
from ctscan.sources.files.blocks import Unpack, decode, split_certificates
from ctscan.sources.files.file_format import Doubt, FileFormat, Item
from ctscan.sources.files.log_leaves import of_leaf
from ctscan.sources.files.streams import BUFFER
from ctscan.sources.files.structures import is_recognised
from ctscan.sources.files.sweep import sweep

MAX_VALUE: Final = 16 * 1024 * 1024
"""Octets of one line, or of one value of an array. Reading it takes several times as much memory."""

KEYS: Final = frozenset({"as_der", "der", "der_b64", "der_base64", "cert_der", "certificate_der"})
"""Keys, in lower case, whose strings must be certificates; certstream's `as_der` is among them."""

OTHER_KEYS: Final = frozenset({"cert", "certificate", "raw"})
"""Keys whose strings may be certificates in DER of any kind."""

_BEGINS = late_pattern(rb"\s*(?:\{\s*[\"}]|\[\s*(?:[\[{\"\]]|(?:null|true|false|-?\d[\d.eE+-]{0,30})\s*,))")
_TOKEN = late_pattern(rb'\\.|["\[\]{}\n]', re.DOTALL)
_BOM: Final = b"\xef\xbb\xbf"
LEAF: Final = "leaf_input"
CHAIN: Final = "extra_data"

_SHORTEST: Final = 100  # characters of a string that may hold a certificate
_URL_SAFE: Final = bytes.maketrans(b"-_", b"+/")
_PIECE: Final = 64 * 1024


def is_json(head: bytes) -> bool:
    """Return whether the octets begin like an object or an array."""
    return _BEGINS.match(head.removeprefix(_BOM)) is not None


def read_json(stream: io.BufferedReader, head: bytes, unpack: Unpack) -> Iterator[Item]:
    """Yield the certificates in all values, `:line` each, and a problem for text that isn't JSON."""
    for line, text in _lines(stream) if _is_lines(head) else _Values().split(stream):
        position = 0
        for position, found in enumerate(_in_text(text, unpack), 1):
            yield f":{line}" if position == 1 else f":{line}#{position}", found


def _is_lines(head: bytes) -> bool:
    """Return whether the first line is an object by itself, as a long line is assumed to be, or the second line begins
    another object."""
    first, end, rest = head.removeprefix(_BOM).lstrip().partition(b"\n")
    if not first.startswith(b"{"):
        return False
    is_long = not end and len(head) >= BUFFER
    return is_long or rest.lstrip(b"\r\n").startswith(b"{") or isinstance(_parsed(first), dict)


def _lines(stream: io.BufferedReader) -> Iterator[tuple[int, bytes | None]]:
    """Yield number and text of each line that isn't empty; None for a line that is too long."""
    number = 0
    while line := stream.readline(MAX_VALUE + 1):
        number += 1
        if len(line) > MAX_VALUE and not line.endswith(b"\n"):
            while (more := stream.readline(_PIECE)) and not more.endswith(b"\n"):
                pass
            yield number, None
        elif line.strip():
            yield number, line


class _Values(Struct):
    """Splitter of a document into its values, and of a top-level array into its members, by brackets and quotes
    alone."""

    line: int = 1
    depth: int = 0
    in_string: bool = False
    in_array: bool = False
    began: int = 0  # the line; 0: between values
    text: bytearray = field(default_factory=bytearray)
    is_too_long: bool = False

    def split(self, stream: io.BufferedReader) -> Iterator[tuple[int, bytes | None]]:
        """Yield line and text of each value; None for a value that is too long."""
        while piece := stream.read1(_PIECE):
            while (len(piece) - len(piece.rstrip(b"\\"))) % 2 and (more := stream.read(1)):
                piece += more  # so that no escape is cut in two
            yield from self._feed(piece)
        if self.began:
            yield self.began, None if self.is_too_long else bytes(self.text)

    def _feed(self, piece: bytes) -> Iterator[tuple[int, bytes | None]]:
        start = 0
        for match in _TOKEN.finditer(piece):
            token = match[0]
            if token == b"\n":
                self.line += 1
            elif not self.began and self._begins(token):
                self.began, start = self.line, match.start()
            if self.began and self._ends(token):
                self._take(piece[start : match.end()])
                yield self.began, None if self.is_too_long else bytes(self.text)
                self.began, self.is_too_long = 0, False
                self.text.clear()
        if self.began:
            self._take(piece[start:])

    def _begins(self, token: bytes) -> bool:
        """Return whether a value begins here; enters and leaves the top-level array."""
        if token == b"[" and not self.in_array:
            self.in_array = True
            return False
        if token == b"]":
            self.in_array = False
        return token in (b"{", b"[", b'"')

    def _ends(self, token: bytes) -> bool:
        """Return whether the open value ends here."""
        if token == b'"':
            self.in_string = not self.in_string
        elif not self.in_string and token in (b"{", b"["):
            self.depth += 1
        elif not self.in_string and token in (b"}", b"]"):
            self.depth -= 1
        else:
            return False
        return not self.in_string and self.depth <= 0

    def _take(self, piece: bytes) -> None:
        self.is_too_long = self.is_too_long or len(self.text) + len(piece) > MAX_VALUE
        if not self.is_too_long:
            self.text += piece


_Entry = tuple[str, str]
"""Leaf and extra data of an entry of a log, in base64."""


# --- one value -----------------------------------------------------------------------------------------------------


def _in_text(text: bytes | None, unpack: Unpack) -> Iterator[bytes | Problem]:
    if text is None:
        yield Problem("", f"expected JSON values of at most {MAX_VALUE} octets, got more; split it")
        return
    value = _parsed(text)
    if value is None and text.strip() != b"null":
        yield from sweep(text, unpack)
        yield Doubt("", "expected JSON, got something else; it is damaged")
        return
    for key, string in _strings(value):
        if isinstance(string, str):
            yield from _in_string(key, string, unpack)
        else:
            yield from _in_entry(string)


def _parsed(text: bytes) -> object:
    """Parse a value; None when it is no JSON, or nested too deep."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _strings(value: object) -> Iterator[tuple[str, str | _Entry]]:
    """Yield every string in order, with its key or the key of the list around it; and each entry of a log."""
    waiting: list[tuple[str, object]] = [("", value)]
    while waiting:
        key, item = waiting.pop()
        if isinstance(item, str):
            yield key, item
        elif isinstance(item, dict) and isinstance(leaf := item.get(LEAF), str):
            chain = item.get(CHAIN)
            yield key, (leaf, chain if isinstance(chain, str) else "")
        elif isinstance(item, dict):
            waiting.extend((name.lower(), inner) for name, inner in reversed(item.items()))
        elif isinstance(item, list):
            waiting.extend((key, inner) for inner in reversed(item))


def _in_entry(entry: _Entry) -> Iterator[bytes | Problem]:
    """Yield the certificate of an entry of a log, and its chain."""
    leaf, extra = (decode(part.encode("ascii", "replace")) for part in entry)
    try:
        if leaf is None or extra is None:
            raise FormatError("expected an entry of a log in base64, got something else")
        yield from of_leaf(leaf, extra)
    except FormatError as fault:
        yield Problem("", str(fault))


def _in_string(key: str, string: str, unpack: Unpack) -> Iterator[bytes | Problem]:
    is_meant = key in KEYS
    if is_meant or (len(string) > _SHORTEST and string.startswith("MI")):
        der = _decoded(string)
        if der[:1] == b"\x30" and (is_meant or key in OTHER_KEYS or is_recognised(der)):
            yield from split_certificates(der, unpack)
            return
    count = 0
    if len(string) > _SHORTEST:
        for count, one in enumerate(sweep(string.encode("utf-8", "replace"), unpack), 1):  # noqa: B007 - counted
            yield one
    if is_meant and string and not count:
        yield Doubt("", f"expected a certificate in base64 under '{key}', got something else")


def _decoded(string: str) -> bytes:
    """Decode base64, URL-safe and unpadded too; empty for other text."""
    text = string.encode("ascii", "replace").translate(_URL_SAFE)
    return decode(text) or decode(text + b"=" * (-len(text) % 4)) or b""


FORMATS: Final = (
    FileFormat(is_json, lambda stream, head, context: read_json(stream, head, context.unpack), rank=2, is_text=True),
)
