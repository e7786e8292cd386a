"""HTTP/1.1 answers, parsed as they arrive (RFC 9112), by llhttp. Pure.

Every size is bounded: the head with the interim answers before it, the number of its fields, and all that frames a body
(chunk sizes, their extensions, trailers). The body itself is bounded by the reader, who looks at `size` after each
piece.
"""

from __future__ import annotations

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

HEAD_LIMIT = 32 << 10  # octets of a head, with the interim answers before it
FIELDS_LIMIT = 128  # header fields of a head, with the interim answers before it
FRAMING_LIMIT = 64 << 10  # octets besides the body: the head, sizes and extensions of chunks, trailers; and
FRAMING_SHARE = 16  # so many octets more for each octet of the body: chunks may be small.
_SMALL = 1024  # octets; smaller parts are put together, since an object for each takes many times their size


class MalformedAnswer(Exception):
    """No HTTP, or more of it than is read."""


class AnswerParser:
    """Answer to one request. Its attributes grow while it is fed.

    `headers` have lower-case names; the values of repeated fields are joined by a comma (RFC 9110 section 5.3).
    `length` is the announced size of the body, None where it comes in chunks or ends with the connection. `parts` are
    the octets of the body so far, `size` together. `is_reusable`: the connection may carry another request afterwards.
    """

    __slots__ = (
        *("status", "headers", "length", "parts", "size", "has_head", "is_whole", "is_reusable"),
        *("_parser", "_fed", "_unbroken", "_fields", "_head_size", "_is_chunked"),
    )

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.length: int | None = None
        self.parts: list[bytes | bytearray] = []
        self.size = 0
        self.has_head = self.is_whole = self.is_reusable = False
        self._fed = self._unbroken = self._fields = self._head_size = 0
        self._is_chunked = False
        self._parser: HttpResponseParser | None = HttpResponseParser(self)
        # old servers end lines with LF only, and pad the sizes of chunks with spaces
        self._parser.set_dangerous_leniencies(lenient_optional_cr_before_lf=True, lenient_spaces_after_chunk_size=True)

    def feed(self, data: memoryview | bytes) -> None:
        """Take the next octets. Octets behind the answer are dropped, and the connection isn't reusable any more.
        Raises MalformedAnswer."""
        if self._parser is None:
            self.is_reusable = False
            return
        before = self.size
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade):
            if not self.is_whole:
                raise self._malformed() from None
            self.is_reusable = False
        if self.is_whole:
            self.close()
        else:
            self._bound(len(data), self.size > before)

    def end(self) -> None:
        """Take the end of the connection, which ends a body without a length. Raises MalformedAnswer where something is
        missing."""
        if self.is_whole:
            return
        if not self.has_head or self._is_chunked or self.length is not None:
            raise self._malformed()
        self.is_whole = True
        self.close()

    def body(self) -> bytes:
        """Return the octets of the body so far."""
        first = self.parts[0] if len(self.parts) == 1 else None
        return first if isinstance(first, bytes) else b"".join(self.parts)

    def close(self) -> None:
        """Parse nothing more. Parser and answer hold each other, which would leave both to the garbage collector."""
        self._parser = None

    def _bound(self, octets: int, held_body: bool) -> None:
        """Count the octets of a piece. The body doesn't pay for a trailer, which is kept whole until its end."""
        self._fed += octets
        self._unbroken = 0 if held_body else self._unbroken + octets
        most = FRAMING_LIMIT + (FRAMING_SHARE + 1) * self.size if self.has_head else HEAD_LIMIT
        if self._fed > most or self._unbroken > FRAMING_LIMIT:
            raise self._malformed()

    def _malformed(self) -> MalformedAnswer:
        self.close()
        return MalformedAnswer()

    # --- called by the parser ---

    def on_message_begin(self) -> None:
        if self.is_whole:  # nobody asked for a second answer
            raise MalformedAnswer

    def on_header(self, name: bytes, value: bytes) -> None:
        if self.has_head:  # a trailer (RFC 9112 section 7.1.2)
            return
        self._fields += 1
        self._head_size += len(name) + len(value)
        if self._fields > FIELDS_LIMIT or self._head_size > HEAD_LIMIT:
            raise MalformedAnswer
        key, text = name.lower().decode("latin-1"), value.decode("latin-1").strip(" \t")
        known = self.headers.get(key)
        self.headers[key] = text if known is None else f"{known}, {text}"

    def on_headers_complete(self) -> None:
        parser, headers = self._parser, self.headers
        if parser is None:
            return
        status, version = parser.get_status_code(), parser.get_http_version()
        length, coding = headers.get("content-length"), headers.get("transfer-encoding")
        if version not in ("1.1", "1.0") or status < 100 or status == 101:
            raise MalformedAnswer
        if coding is not None and (coding.lower() != "chunked" or length is not None or version == "1.0"):
            raise MalformedAnswer
        if status < 200:  # an interim answer (RFC 9110 section 15.2) has no body; the answer follows
            if length is not None or coding is not None:
                raise MalformedAnswer
            self.headers = {}
            return
        self.status, self.has_head, self._is_chunked = status, True, coding is not None
        self.is_reusable = parser.should_keep_alive()
        self.length = None if length is None else int(length)

    def on_body(self, part: bytes) -> None:
        self.size += len(part)
        if len(part) >= _SMALL:
            self.parts.append(part)
        elif self.parts and isinstance(self.parts[-1], bytearray):
            self.parts[-1] += part
        else:
            self.parts.append(bytearray(part))

    def on_message_complete(self) -> None:
        self.is_whole = self.has_head  # not the end of an interim answer
