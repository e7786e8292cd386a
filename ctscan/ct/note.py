"""Checkpoints of static-ct logs: a signed note (C2SP signed-note) around a tree head (C2SP tlog-checkpoint).

    <origin>\\n <size>\\n <base64 root>\\n          no extension lines: the log's signature doesn't cover them
    \\n
    — <key name> <base64 of: key ID[4] | signature>\\n     one or more; U+2014, space

The parser selects the signature line of the log's key under the origin that the note itself names; whether a log list
expects that origin is another question (`trust.check_origin`). `signature.verify_head` verifies the line. A note that
can't be written back byte for byte is refused. Lines of other keys (witnesses, other algorithms, grease) are only
checked for their form.
"""

from __future__ import annotations

import re
from base64 import b64encode
from typing import Final

from ctscan.ct.key_ids import key_id
from ctscan.ct.strict_json import NUMBER_LIMIT, TIME_LIMIT, base64_bytes
from ctscan.errors import FormatError, ProofError
from ctscan.model import TreeHead
from ctscan.model.hashes import HASH_SIZE
from ctscan.on_first_use import late_pattern

_CONTEXT: Final = "checkpoint"
_SIZE_LIMIT: Final = 64 * 1024  # bytes of a note
_LINE_LIMIT: Final = 32  # signature lines
_NAME_LIMIT: Final = 1024  # characters of an origin or key name
_MARK: Final = "\u2014 "
_DECIMAL: Final = late_pattern(r"0|[1-9][0-9]{0,18}", re.ASCII)
_CONTROL: Final = late_pattern(r"[\x00-\x09\x0b-\x1f\x7f]")
_UNUSUAL: Final = late_pattern(r"[^A-Za-z0-9._:/-]")
_SHOWN: Final = 100  # characters of an origin in a message

SignatureLine = tuple[str, bytes]
"""Key name; key ID and signature."""


def parse_checkpoint(raw: bytes, log_id: bytes) -> TreeHead:
    """Parse the tree head of a checkpoint; its `signature` is the DigitallySigned of the log's line, not verified yet.

    Args:
        raw: the note, UTF-8.
        log_id: log ID, 32 bytes.

    Raises:
        FormatError: `raw` isn't a checkpoint.
        ProofError: the checkpoint has no signature line of this log's key under its own origin.
    """
    text, lines = _split_note(raw)
    origin, size, root = _parse_body(text)
    signatures = tuple(_parse_line(line) for line in lines)
    if _render(origin, size, root, signatures) != raw:
        raise FormatError(f"{_CONTEXT}: its parts don't encode to the same bytes again")
    own = [value[4:] for name, value in signatures if name == origin and value[:4] == key_id(origin, log_id)]
    if not own:
        raise ProofError(
            f"{_CONTEXT}: none of its {len(signatures)} signature lines is of the log's key under its origin of "
            f"{len(origin)} characters"
        )
    timestamp, signed = _own_signature(own)
    return TreeHead(log_id, size, root, timestamp, signed, raw)


def signature_lines(raw: bytes) -> tuple[bytes, tuple[SignatureLine, ...]]:
    """Split a note into its signed text, with the last newline, and all its signature lines; nothing is verified.

    Raises:
        FormatError: `raw` isn't a note.
    """
    text, lines = _split_note(raw)
    return f"{text}\n".encode(), tuple(_parse_line(line) for line in lines)


def origin_of(raw: bytes) -> str:
    """Read the origin of a parsed checkpoint: its first line."""
    return raw.partition(b"\n")[0].decode("utf-8", "replace")


def shown_origin(origin: str) -> str:
    """Render an origin for a message: `?` for each character that no address of a log has, and at most 100 of them.

    The text is the choice of a server, and may hold an address of a person.
    """
    safe = _UNUSUAL.sub("?", origin)
    return safe if len(safe) <= _SHOWN else f"{safe[:_SHOWN]}... ({len(safe)} characters)"


def _split_note(raw: bytes) -> tuple[str, list[str]]:
    """Split a note at the last empty line into signed text and signature lines."""
    if len(raw) > _SIZE_LIMIT:
        raise FormatError(f"{_CONTEXT}: expected at most {_SIZE_LIMIT} bytes, got {len(raw)}")
    try:
        note = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise FormatError(f"{_CONTEXT}: expected UTF-8, got {len(raw)} bytes that aren't") from None
    if _CONTROL.search(note):
        raise FormatError(f"{_CONTEXT}: expected no control characters but newlines")
    text, blank, tail = note.rpartition("\n\n")
    if not blank or not tail.endswith("\n"):
        raise FormatError(f"{_CONTEXT}: expected signature lines after an empty line, each ended by a newline")
    lines = tail[:-1].split("\n")
    if len(lines) > _LINE_LIMIT:
        raise FormatError(f"{_CONTEXT}: expected at most {_LINE_LIMIT} signature lines, got {len(lines)}")
    return text, lines


def _parse_body(text: str) -> tuple[str, int, bytes]:
    lines = text.split("\n")
    if len(lines) != 3:
        raise FormatError(f"{_CONTEXT}: expected 3 lines (origin, size, root), got {len(lines)}")
    origin, size, root = lines
    if not 0 < len(origin) <= _NAME_LIMIT:
        raise FormatError(f"{_CONTEXT}: expected an origin of 1 to {_NAME_LIMIT} characters, got {len(origin)}")
    if not _DECIMAL.fullmatch(size) or int(size) >= NUMBER_LIMIT:
        raise FormatError(f"{_CONTEXT}: expected a decimal size below 2^63 without leading zeros")
    value = base64_bytes(root, f"{_CONTEXT}: root")
    if len(value) != HASH_SIZE:
        raise FormatError(f"{_CONTEXT}: expected a root of {HASH_SIZE} bytes, got {len(value)}")
    return origin, int(size), value


def _parse_line(line: str) -> SignatureLine:
    context = f"{_CONTEXT}: signature line"
    if not line.startswith(_MARK):
        raise FormatError(f"{context}: expected an em dash (U+2014) and a space at its beginning")
    name, space, encoded = line[len(_MARK) :].partition(" ")
    if not space or not 0 < len(name) <= _NAME_LIMIT or "+" in name or any(map(str.isspace, name)):
        raise FormatError(f"{context}: expected a key name without spaces and plus signs, a space and base64")
    value = base64_bytes(encoded, context)
    if len(value) < 5:
        raise FormatError(f"{context}: expected a key ID of 4 bytes and a signature, got {len(value)} bytes")
    return name, value


def _render(origin: str, size: int, root: bytes, signatures: tuple[SignatureLine, ...]) -> bytes:
    body = f"{origin}\n{size}\n{b64encode(root).decode()}\n\n"
    tail = "".join(f"{_MARK}{name} {b64encode(value).decode()}\n" for name, value in signatures)
    return (body + tail).encode()


def _own_signature(own: list[bytes]) -> tuple[int, bytes]:
    """Read timestamp (ms) and DigitallySigned of the log's line: u64 timestamp | DigitallySigned."""
    if len(own) > 1:
        raise FormatError(f"{_CONTEXT}: expected one signature line of the log, got {len(own)}")
    timestamp = int.from_bytes(own[0][:8], "big")
    if len(own[0]) <= 8 or timestamp >= TIME_LIMIT:
        raise FormatError(f"{_CONTEXT}: expected a time before the year 10000 and a signature in the log's line")
    return timestamp, own[0][8:]
