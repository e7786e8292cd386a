"""Bytes of a name, as a certificate encodes them, into the texts that they may stand for. Pure."""

from __future__ import annotations


def readings(raw: bytes | None) -> tuple[str, ...]:
    """What a value may read, without its type: UTF-8, which most are; else UTF-16 or Latin-1. Nothing is judged here,
    so more than one reading is no harm."""
    if not raw:
        return ()
    try:
        found = [raw.decode("utf-8")]
    except UnicodeDecodeError:
        found = [raw.decode("latin-1")]
    if b"\0" in raw or not raw.isascii():
        found.append(raw.decode("utf-16-be", "replace"))
        found.append(raw.decode("utf-8", "replace"))
    return tuple(dict.fromkeys(found))
