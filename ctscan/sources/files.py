"""Local certificates: files, directories and standard input, by content and never by name.

A file is PEM (any number of certificates, other blocks passed over), base64 without armour, or DER; each may be a
PKCS#7 or CMS structure with certificates in it (.p7b, .p7c). This module finds the bytes of certificates and reports
what it can't use; it does not read certificates, and how such a structure is taken apart is handed in.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from ctscan.errors import FormatError
from ctscan.model import Problem

MAX_FILE = 64 * 1024 * 1024
MAX_STRUCTURE = 16 * 1024 * 1024  # PKCS#7 or CMS
MAX_CERTIFICATE = 1024 * 1024
STDIN = "-"

_BEGIN = re.compile(rb"-----BEGIN ([A-Z0-9 #]{1,64})-----")
_CERTIFICATES = frozenset({b"CERTIFICATE", b"X509 CERTIFICATE", b"TRUSTED CERTIFICATE", b"ATTRIBUTE CERTIFICATE"})
_STRUCTURES = frozenset({b"PKCS7", b"CMS", b"PKCS #7 SIGNED DATA"})  # RFC 7468 sections 8 and 9, and an old label
_BASE64 = re.compile(rb"[A-Za-z0-9+/\s]+={0,2}\s*")
_SPACE = re.compile(rb"\s+")
_BOM = b"\xef\xbb\xbf"
_SEQUENCE = 0x30
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")  # the object identifier that SignedData begins with

Unpack = Callable[[bytes], Sequence[bytes]]
"""From a PKCS#7 or CMS structure in DER or BER to the certificates in it; raises FormatError when it is none."""


@dataclass(frozen=True, slots=True)
class Input:
    """One certificate, or what could not be used and why: exactly one of `der` and `problem` is set.

    `source` is the path as given (below a directory: joined to it), with `#2` for the second certificate of a file.
    A structure that can't be taken apart stands whole in `problem.unread`.
    """

    source: str
    der: bytes | None = None
    problem: Problem | None = None


def read_inputs(paths: Iterable[str | Path], unpack: Unpack, stdin: BinaryIO | None = None) -> Iterator[Input]:
    """The certificates of files and directories, in sorted order, one file in memory at a time.

    Directories are read recursively; a file in them that holds no certificate is passed over, and links are followed to
    each directory once. `-` is standard input (`stdin`, by default that of the process). A path that was named and
    holds no certificate, can't be read or is too large, and a block that is damaged, give an Input with a problem, and
    the rest is read all the same. Never raises for what files hold.
    """
    for path in paths:
        if str(path) == STDIN:
            yield from _read_stream(stdin if stdin is not None else sys.stdin.buffer, unpack)
        elif Path(path).is_dir():
            yield from _read_directory(Path(path), unpack)
        else:
            yield from _read_file(Path(path), unpack, named=True)


def split_certificates(data: bytes, unpack: Unpack, *, named: bool = True) -> Iterator[bytes | Problem]:
    """The DER of each certificate in the content of one file, and a problem for each block that can't be used.

    Nothing at all comes of content that is none of PEM, base64 and DER. `named`: the file was asked for by name, so
    that any DER is given to the reader; else only what begins like a certificate or a structure that may hold some (no
    keys, requests, CRLs).
    """
    data = data.removeprefix(_BOM)
    if _BEGIN.search(data):
        yield from _pem_blocks(data, unpack)
    elif _begins_like_certificate(data) or _is_structure(data) or (named and _begins_like_sequence(data)):
        yield from _der_sequence(data, unpack)
    elif len(data) <= 2 * MAX_CERTIFICATE and _BASE64.fullmatch(data):
        yield from _bare_base64(data, unpack)


# --- where bytes come from ------------------------------------------------------------------------------------------


def _read_directory(top: Path, unpack: Unpack) -> Iterator[Input]:
    count = 0
    for path in _walk(top, set()):
        if isinstance(path, Input):
            yield path
            continue
        for found in _read_file(path, unpack, named=False):
            count += 1
            yield found
    if not count:
        yield _refused(_shown(top), "no certificate in this directory or below it; expected PEM or DER files")


def _walk(top: Path, seen: set[tuple[int, int]]) -> Iterator[Path | Input]:
    """Regular files below a directory in sorted order; every directory once, whatever links there are."""
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


def _read_file(path: Path, unpack: Unpack, *, named: bool) -> Iterator[Input]:
    """What one file holds. `named`: it was asked for by name, so that it is a problem when it holds nothing."""
    try:
        with path.open("rb") as file:
            yield from _read_open(file, _shown(path), unpack, named=named)
    except OSError as error:
        yield _refused(_shown(path), _reason(error))


def _read_stream(stream: BinaryIO, unpack: Unpack) -> Iterator[Input]:
    try:
        yield from _read_open(stream, STDIN, unpack, named=True)
    except OSError as error:
        yield _refused(STDIN, _reason(error))


def _shown(path: Path) -> str:
    """The path as text that can be printed, also when its bytes are no UTF-8."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _read_open(file: BinaryIO, source: str, unpack: Unpack, *, named: bool) -> Iterator[Input]:
    data = file.read(MAX_FILE + 1)
    if len(data) > MAX_FILE:
        if named or _BEGIN.search(data, 0, 65536):
            yield _refused(source, f"expected at most {MAX_FILE} octets, got more; split the file")
        return
    position = 0
    for position, found in enumerate(split_certificates(data, unpack, named=named), 1):
        numbered = source if position == 1 else f"{source}#{position}"
        yield (
            Input(numbered, problem=replace(found, where=numbered))
            if isinstance(found, Problem)
            else Input(numbered, found)
        )
    if named and position == 0:
        what = "expected a certificate (PEM, DER or base64), got an empty file" if not data else _no_certificate(data)
        yield _refused(source, what)


def _no_certificate(data: bytes) -> str:
    if _BEGIN.search(data):
        return "expected a PEM block CERTIFICATE or PKCS7, got other blocks only"
    return f"expected a certificate (PEM, DER or base64), got {len(data)} octets of something else"


def _refused(source: str, what: str) -> Input:
    return Input(source, problem=Problem(source, what))


def _reason(error: OSError) -> str:
    return f"can't be read: {error.strerror or type(error).__name__}"


# --- what bytes hold ------------------------------------------------------------------------------------------------


def _pem_blocks(data: bytes, unpack: Unpack) -> Iterator[bytes | Problem]:
    """RFC 7468, laxly: text between blocks and headers inside them (RFC 1421) are passed over."""
    begin = _BEGIN.search(data)
    while begin:
        following = _BEGIN.search(data, begin.end())
        if begin[1] in _CERTIFICATES or begin[1] in _STRUCTURES:
            stop = following.start() if following else len(data)
            limit = MAX_STRUCTURE if begin[1] in _STRUCTURES else MAX_CERTIFICATE
            body = _pem_body(data[begin.end() : stop], b"-----END " + begin[1] + b"-----", limit)
            if isinstance(body, Problem):
                yield body
            else:
                yield from _taken_apart(body, unpack) if begin[1] in _STRUCTURES else _found(body, unpack)
        begin = following


def _pem_body(body: bytes, end: bytes, limit: int) -> bytes | Problem:
    text, marker, _ = body.partition(end)
    if not marker:
        return _problem("PEM block without its END line; the file is truncated or damaged")
    if len(text) > 2 * limit:
        return _problem(f"PEM block of {len(text)} characters; expected at most {limit} octets in it")
    if b":" in text:  # headers up to an empty line
        text = re.split(rb"\r?\n[ \t]*\r?\n", text.strip(b"\r\n"), maxsplit=1)[-1]
    der = _decode(text)
    return der if der is not None else _problem("PEM block that is not base64; the file is damaged")


def _bare_base64(data: bytes, unpack: Unpack) -> Iterator[bytes | Problem]:
    der = _decode(data)
    if der is not None and der[:1] == bytes((_SEQUENCE,)):
        yield from _found(der, unpack)


def _decode(text: bytes) -> bytes | None:
    try:
        return base64.b64decode(_SPACE.sub(b"", text), validate=True)
    except (binascii.Error, ValueError):
        return None


def _begins_like_sequence(data: bytes) -> bool:
    """A SEQUENCE of 128 octets or more, or of indefinite length: no certificate is shorter, and no text begins so."""
    return len(data) > 4 and data[0] == _SEQUENCE and 0x80 <= data[1] <= 0x84


def _begins_like_certificate(data: bytes) -> bool:
    """SEQUENCE { SEQUENCE { [0] version …: version 3, or { INTEGER, SEQUENCE, SEQUENCE, SEQUENCE …: version 1, where
    a CRL has a time and a request no second SEQUENCE at that level. An attribute certificate has [0] in third place."""
    if not _begins_like_sequence(data):
        return False
    at = _content_start(data, 0)
    if data[at : at + 1] != bytes((_SEQUENCE,)):
        return False
    at = _content_start(data, at)
    if data[at : at + 1] == b"\xa0":
        return True
    tags: list[int] = []
    while len(tags) < 4 and at < len(data):
        tags.append(data[at])
        at = _element_end(data, at) or len(data)
    return tags in ([0x02, _SEQUENCE, _SEQUENCE, _SEQUENCE], [0x02, _SEQUENCE, 0xA0, _SEQUENCE])


def _is_structure(data: bytes) -> bool:
    """SEQUENCE { OID signedData …: whoever wrote it, and whatever the label around it says."""
    at = _content_start(data, 0)
    return data[:1] == bytes((_SEQUENCE,)) and data[at : at + len(_SIGNED_DATA)] == _SIGNED_DATA


def _content_start(data: bytes, at: int) -> int:
    first = data[at + 1] if at + 1 < len(data) else 0
    return at + 2 + (first & 0x7F if first > 0x80 else 0)


def _der_sequence(data: bytes, unpack: Unpack) -> Iterator[bytes | Problem]:
    """One certificate or structure, or several in a row; what a truncated one lacks is left to the reader."""
    at = 0
    while at < len(data) and data[at] == _SEQUENCE:
        end = _element_end(data, at)
        if end is None or end > len(data) or (at == 0 and data[end:].strip(b"\r\n\0 ") == b""):
            yield from _found(data[at:] if end is None or end > len(data) else data[at:end], unpack)
            return
        yield from _found(data[at:end], unpack)
        at = end
    if data[at:].strip(b"\r\n\0 "):
        yield _problem(f"{len(data) - at} octets after the certificate that are none")


def _element_end(data: bytes, at: int) -> int | None:
    """Where the element ends by its definite length; None when the length is indefinite or cut off."""
    first = data[at + 1] if at + 1 < len(data) else 0x80
    if first < 0x80:
        return at + 2 + first
    octets = first & 0x7F
    if not 1 <= octets <= 4 or at + 2 + octets > len(data):
        return None
    return at + 2 + octets + int.from_bytes(data[at + 2 : at + 2 + octets])


def _found(der: bytes, unpack: Unpack) -> Iterator[bytes | Problem]:
    """A certificate, or those in a structure."""
    if _is_structure(der):
        yield from _taken_apart(der, unpack)
    else:
        yield _checked(der)


def _taken_apart(der: bytes, unpack: Unpack) -> Iterator[bytes | Problem]:
    try:
        certificates = unpack(der)
    except FormatError as error:
        yield Problem("", str(error), der)
        return
    if not certificates:
        yield _problem("expected certificates in the PKCS#7 or CMS structure, got none")
    for certificate in certificates:
        yield _checked(certificate)


def _checked(der: bytes) -> bytes | Problem:
    if not der:
        return _problem("empty PEM block; expected a certificate")
    if len(der) > MAX_CERTIFICATE:
        return _problem(f"certificate of {len(der)} octets; expected at most {MAX_CERTIFICATE}")
    return der


def _problem(what: str) -> Problem:
    return Problem("", what)
