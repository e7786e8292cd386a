"""PostgreSQL's escape text (`encode(bytea, 'escape')`), in which crt.sh shows and compares names. Pure.

A backslash is doubled; NUL and every byte from 0x80 on is a backslash with three octal digits; the rest is itself. The
encoding of the bytes isn't recorded: UTF8String, BMPString and TeletexString look alike there.
"""

from __future__ import annotations

from ctscan.on_first_use import late_pattern

_ESCAPED = late_pattern(rb"\\(?:(\\)|([0-3][0-7]{2}))")


def encode(raw: bytes) -> str:
    """Encode bytes as escape text, which is ASCII."""
    return "".join("\\\\" if b == 0x5C else chr(b) if 0 < b < 0x80 else f"\\{b:03o}" for b in raw)


def decode(text: str) -> bytes:
    """Decode escape text to bytes. Other text stays as it is: letters beyond ASCII in UTF-8, a lone backslash."""
    raw = text.encode("utf-8", "surrogatepass")
    return _ESCAPED.sub(lambda found: b"\\" if found[1] else bytes((int(found[2], 8),)), raw)


def readings(text: str) -> tuple[str, ...]:
    """Return the texts that an escape text can stand for, best first: UTF-8, else UCS-2 (big endian) and Latin-1.

    Bytes in Latin-1 are mostly valid UCS-2 of other letters too; so both are returned. NULs are left out.
    """
    raw = decode(text)
    if b"\0" not in raw:
        try:
            return (raw.decode(),)
        except UnicodeDecodeError:
            pass
    wide = raw.decode("utf-16-be", "replace") if len(raw) % 2 == 0 else ""
    found = (reading.replace("\0", "") for reading in (wide, raw.decode("latin-1")))
    return tuple(dict.fromkeys(reading for reading in found if reading))
