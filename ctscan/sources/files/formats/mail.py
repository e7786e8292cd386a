"""Certificates in e-mail: in signatures (S/MIME, RFC 8551), and as attachments.

This module splits parts itself, because the standard library's parser takes quadratic time for nested parts; the
library reads the headers. A mailbox (RFC 4155) is read message by message. Text, names and addresses are skipped.
"""

from __future__ import annotations

import binascii
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser
from typing import Final

from ctscan.model import Problem
from ctscan.sources.files.blocks import Unpack, split_certificates
from ctscan.sources.files.der_shapes import is_structure
from ctscan.sources.files.file_format import FileFormat, FormatContext, Item
from ctscan.sources.files.streams import stream_of

MAX_MESSAGE: Final = 64 * 1024 * 1024
MAX_HEADER: Final = 256 * 1024
MAX_NESTING: Final = 16
MAX_PARTS: Final = 1_000

_HEAD_LINE = re.compile(rb"[!-9;-~]{1,100}:")
_MIME = re.compile(rb"^(?:content-type|mime-version):", re.IGNORECASE | re.MULTILINE)
_FROM = re.compile(rb"From [^\r\n]{0,1000}\r?\n[!-9;-~]{1,100}:")
_EMPTY_LINE = re.compile(rb"\r?\n[ \t]*\r?\n")
_SIGNED: Final = frozenset({"pkcs7-signature", "x-pkcs7-signature", "pkcs7-mime", "x-pkcs7-mime"})
_WITHOUT: Final = frozenset({"image", "audio", "video", "font"})
_CONTENT_TYPE = bytes.fromhex("06092a864886f70d01")  # of a ContentInfo: PKCS#7 (07) or S/MIME (09)
_LINE: Final = 64 * 1024
_MAX_FIELD: Final = 2_000  # most characters of a header that is read

Attached = Callable[[bytes], Iterator[bytes | Problem]]


def is_mbox(head: bytes) -> bool:
    """Return whether the octets begin with the line before each message of a mailbox, and a header."""
    return _FROM.match(head) is not None


def is_message(head: bytes) -> bool:
    """Return whether the octets begin with a header that mentions MIME."""
    end = _EMPTY_LINE.search(head)
    header = head[: end.start() if end else len(head)]
    return _HEAD_LINE.match(header) is not None and _MIME.search(header) is not None


def read_mail(stream: io.BufferedReader, attached: Attached, unpack: Unpack) -> Iterator[Item]:
    """Yield the certificates in one message."""
    data = stream.read(MAX_MESSAGE + 1)
    for position, found in enumerate(_in_message(data, attached, unpack), 1):
        yield "" if position == 1 else f"#{position}", found


def read_mbox(stream: io.BufferedReader, attached: Attached, unpack: Unpack) -> Iterator[Item]:
    """Yield the certificates in the messages of a mailbox: `#17` in the 17th, `#17.2` for the second
    certificate there."""
    for number, data in enumerate(_messages(stream), 1):
        for position, found in enumerate(_in_message(data, attached, unpack), 1):
            yield f"#{number}" if position == 1 else f"#{number}.{position}", found


def _messages(stream: io.BufferedReader) -> Iterator[bytes]:
    """Yield the messages; a message that is too large is cut after MAX_MESSAGE."""
    message = bytearray()
    envelope = b""  # line before a message, if a header follows
    after_empty, is_line_start = True, True
    while piece := stream.readline(_LINE):
        if envelope:
            if not _HEAD_LINE.match(piece):  # text that begins with "From ", and should have been quoted
                message += envelope[: MAX_MESSAGE + 1 - len(message)]
            elif message:
                yield bytes(message)
                message.clear()
            envelope = b""
        if is_line_start and after_empty and piece.startswith(b"From "):
            envelope = piece
        else:
            message += piece[: MAX_MESSAGE + 1 - len(message)]
        after_empty = is_line_start and piece in (b"\n", b"\r\n")
        is_line_start = piece.endswith(b"\n")
    yield bytes(message)


def _in_message(data: bytes, attached: Attached, unpack: Unpack) -> Iterator[bytes | Problem]:
    if len(data) > MAX_MESSAGE:
        yield Problem("", f"expected a message of at most {MAX_MESSAGE} octets, got more")
        return
    yield from _Parts(attached, unpack).read(memoryview(data), 0)


@dataclass(slots=True)
class _Parts:
    """Counted parts of one message."""

    attached: Attached
    unpack: Unpack
    count: int = 0

    def read(self, part: memoryview, depth: int) -> Iterator[bytes | Problem]:
        """Yield the certificates in a part with its header, and in its inner parts."""
        self.count += 1
        if self.count > MAX_PARTS or depth > MAX_NESTING:
            if self.count <= MAX_PARTS + 1:
                yield Problem("", f"expected at most {MAX_PARTS} parts {MAX_NESTING} deep in a message, got more")
            self.count = MAX_PARTS + 1
            return
        header, body = _split(part)
        if header is None:
            yield Problem("", f"expected a header of at most {MAX_HEADER} octets in a message, got more")
            return
        kind = header.get_content_type()
        if header.get_content_maintype() == "multipart":
            for inner in _inner_parts(header, body):
                yield from self.read(inner, depth + 1)
        elif kind == "message/rfc822":
            yield from self.read(memoryview(_decoded(header, body)[0]), depth + 1)
        elif header.get_content_maintype() not in _WITHOUT:
            yield from self._leaf(kind, *_decoded(header, body))

    def _leaf(self, kind: str, data: bytes, is_whole: bool) -> Iterator[bytes | Problem]:
        if kind.removeprefix("application/") not in _SIGNED:
            yield from self.attached(data)
        elif is_structure(data):
            yield from split_certificates(data, self.unpack)
        elif not (is_whole and _CONTENT_TYPE in data[:40]):  # the signature of encrypted content is invisible
            yield Problem("", "expected a signature in a part of the message, got something else; it is damaged")


def _split(part: memoryview) -> tuple[Message | None, memoryview]:
    """Split header and body; the header is None when it doesn't end."""
    if bytes(part[:2]).startswith((b"\n", b"\r\n")):
        return Message(), part
    end = _EMPTY_LINE.search(part[: MAX_HEADER + 4])
    if end is None and len(part) > MAX_HEADER:
        return None, part
    stop, begin = end.span() if end else (len(part), len(part))
    header = Message()
    for name, value in BytesHeaderParser().parsebytes(bytes(part[:stop])).raw_items():
        if name.lower() in ("content-type", "content-transfer-encoding") and len(str(value)) <= _MAX_FIELD:
            header.add_header(name, str(value))
    return header, part[begin:]


def _inner_parts(header: Message, body: memoryview) -> Iterator[memoryview]:
    """Yield the parts between boundary lines (RFC 2046 section 5.1.1); the last line may be missing."""
    boundary = str(header.get_boundary() or "").encode("utf-8", "replace")
    if not 1 <= len(boundary) <= 200:
        return
    line = re.compile(rb"^--" + re.escape(boundary) + rb"(--)?[ \t]*\r?$", re.MULTILINE)
    start = None
    for match in line.finditer(body):
        if start is not None:
            yield body[start : match.start()]
        if match[1]:
            return
        start = match.end() + 1
    if start is not None:
        yield body[start:]


def _decoded(header: Message, body: memoryview) -> tuple[bytes, bool]:
    """Undo the transfer encoding; returns the content, and whether it could be decoded to its end."""
    encoding = str(header.get("content-transfer-encoding", "")).strip().lower()
    if encoding == "quoted-printable":
        return binascii.a2b_qp(body), True
    if encoding != "base64":
        return bytes(body), True
    try:
        return binascii.a2b_base64(body), True
    except binascii.Error:  # cut off: decode the beginning
        text = bytes(body).translate(None, b"\r\n\t =")
        try:
            return binascii.a2b_base64(text[: len(text) // 4 * 4]), False
        except binascii.Error:
            return b"", False


def _attachments(context: FormatContext) -> Attached:
    """Return a function that yields the certificates in the content of a part."""
    return lambda data: (found for _, found in context.inside(stream_of(data)))


FORMATS: Final = (
    FileFormat(
        is_mbox,
        lambda stream, _, context: read_mbox(stream, _attachments(context), context.unpack),
        rank=2,
        is_text=True,
    ),
    FileFormat(
        is_message,
        lambda stream, _, context: read_mail(stream, _attachments(context), context.unpack),
        rank=2,
        is_text=True,
    ),
)
