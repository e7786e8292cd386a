"""Leaves of an audit log: each is the canonical JSON (RFC 8785) of an event with 128 random bits of its own.

    leaf       {"action":"lookup","answer":"","answer_digest":"","at":"…","case":"","detail":"","digest":"","format":
                "ctscan audit event v1","id":12,"intent":null,"kind":"","nonce":"…","purpose":"","state":"done", …}
    leaf hash  SHA-256(00 || leaf)                                                            (RFC 6962 section 2.1)

The random bits keep the leaf from being guessed: somebody who holds the leaf hash alone can't try out events.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

FORMAT: Final = "ctscan audit event v1"
NONCE_SIZE: Final = 16  # bytes

FIELDS: Final = (
    "id", "at", "who", "action", "state", "purpose", "case", "kind", "digest", "answer", "answer_digest", "verdict",
    "detail", "intent",
)  # fmt: skip
"""Members of a leaf beside `format` and `nonce`, in the order of the columns of the table of events."""


def audit_leaf(values: Sequence[object], nonce: bytes) -> bytes:
    """Write the leaf of an event.

    Args:
        values: values of `FIELDS` as the trail stores them; bytes become hexadecimal digits.
        nonce: random bytes of the event.

    Raises:
        ValueError: a value has no canonical form: somebody changed it by hand.
    """
    import rfc8785  # here: commands that record nothing don't need it

    plain = {name: _plain(value) for name, value in zip(FIELDS, values, strict=True)}
    return rfc8785.dumps({**plain, "format": FORMAT, "nonce": nonce.hex()})


def audit_leaf_hash(leaf: bytes) -> bytes:
    """Hash a leaf as RFC 6962 does."""
    return sha256(b"\x00" + leaf).digest()


def _plain(value: object) -> str | int | None:
    if isinstance(value, bytes):
        return value.hex()
    if value is None or isinstance(value, str | int):
        return value
    raise ValueError(f"audit leaf: expected text, a number, bytes or nothing, got {type(value).__name__}")
