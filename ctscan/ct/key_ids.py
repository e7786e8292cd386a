"""Identifiers that follow from a log's key: its log ID, and the key ID of its checkpoints. Nothing is verified here."""

from __future__ import annotations

from hashlib import sha256
from typing import Final

_NOTE_TYPE: Final = 0x05  # static-ct-api: RFC6962NoteSignature


def log_id_of(key: bytes) -> bytes:
    """Compute the log ID (RFC 6962 section 3.2): SHA-256 of the DER SubjectPublicKeyInfo."""
    return sha256(key).digest()


def key_id(origin: str, log_id: bytes) -> bytes:
    """Compute the 4 bytes that mark a checkpoint's signature line as this log's (static-ct-api, "Checkpoints")."""
    return sha256(origin.encode("utf-8") + bytes((0x0A, _NOTE_TYPE)) + log_id).digest()[:4]
