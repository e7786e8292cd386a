"""Certificates in e-mail, by the standard library: in signatures (S/MIME, RFC 8551), and as attachments.

A mailbox (RFC 4155) is read message by message. Text, names and addresses are skipped.
"""

from __future__ import annotations

import binascii
import io
import re
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import Message
from typing import Final

from ctscan.model import Problem
from ctscan.on_first_use import late_pattern
from ctscan.sources.files.blocks import Unpack, split_certificates
from ctscan.sources.files.der_shapes import is_structure
from ctscan.sources.files.file_format import FileFormat, FormatContext, Item
from ctscan.sources.files.streams import stream_of

MAX_MESSAGE: Final = 64 * 1024 * 1024
MAX_PARTS: Final = 1_000

_HEAD_LINE = late_pattern(rb"[!-9;-~]{1,100}:")
_MIME = late_pattern(rb"^(?:content-type|mime-version):", re.IGNORECASE | re.MULTILINE)
_FROM = late_pattern(rb"From [^\r\n]{0,1000}\r?\n[!-9;-~]{1,100}:")
_EMPTY_LINE = late_pattern(rb"\r?\n[ \t]*\r?\n")
_SIGNED: Final = frozenset({"pkcs7-signature", "x-pkcs7-signature", "pkcs7-mime", "x-pkcs7-mime"})
_CONTENT_TYPE = bytes.fromhex("06092a864886f70d01")  # of a ContentInfo: PKCS#7 (07) or S/MIME (09)
_LINE: Final = 64 * 1024
_EMPTY: Final = (b"\n", b"\r\n")

Attached = Callable[[bytes], Iterator[bytes | Problem]]


def is_mbox(head: bytes) -> bool:
    """Return whether the octets begin with the line before each message of a mailbox, and a header."""
    return _FROM.match(head.lstrip(b"\r\n")) is not None


def is_message(head: bytes) -> bool:
    """Return whether the octets begin with a header that mentions MIME."""
    head = head.lstrip(b"\r\n")
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
    """Yield the messages; a message that is too large is cut after MAX_MESSAGE. `mailbox` of the standard library takes
    only the path of a file, and reads any line that begins with "From " as a new message."""
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
        elif message or piece not in _EMPTY:
            message += piece[: MAX_MESSAGE + 1 - len(message)]
        after_empty = is_line_start and piece in _EMPTY
        is_line_start = piece.endswith(b"\n")
    yield bytes(message)


def _in_message(data: bytes, attached: Attached, unpack: Unpack) -> Iterator[bytes | Problem]:
    if len(data) > MAX_MESSAGE:
        yield Problem("", f"expected a message of at most {MAX_MESSAGE} octets, got more")
        return
    try:
        message = message_from_bytes(data.lstrip(b"\r\n"))
    except RecursionError:
        yield Problem("", "expected a message whose parts are nested less deep")
        return
    for count, part in enumerate(message.walk(), 1):
        if count > MAX_PARTS:
            yield Problem("", f"expected at most {MAX_PARTS} parts in a message, got more")
            return
        yield from _around(part, attached) if part.is_multipart() else _in_part(part, attached, unpack)


def _around(part: Message, attached: Attached) -> Iterator[bytes | Problem]:
    """Yield the certificates around the parts of a part, and in a message that is packed in base64 against RFC 2046
    section 5.2.1: the library leaves it as it is. A type says nothing: each part is read by its content."""
    for text in (part.preamble, part.epilogue):
        if text and text.strip():
            yield from attached(text.encode("utf-8", "surrogateescape"))
    if (
        part.get_content_type() == "message/rfc822"
        and str(part.get("content-transfer-encoding", "")).strip() == "base64"
    ):
        try:
            packed = b"".join(one.as_bytes() for one in part.get_payload() if isinstance(one, Message))
            yield from attached(binascii.a2b_base64(packed))
        except (binascii.Error, ValueError):
            yield Problem("", "expected a message in base64, got something else; it is damaged")


def _in_part(part: Message, attached: Attached, unpack: Unpack) -> Iterator[bytes | Problem]:
    content = part.get_payload(decode=True)
    data = content if isinstance(content, bytes) else b""
    if part.get_content_subtype() not in _SIGNED:
        yield from attached(data)
    elif is_structure(data):
        yield from split_certificates(data, unpack)
    elif part.defects or _CONTENT_TYPE not in data[:40]:  # the signature of encrypted content is invisible
        yield Problem("", "expected a signature in a part of the message, got something else; it is damaged")


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
