"""Parsers of get-sth and proof answers of RFC 6962 logs (section 4), and the message that a tree head's signature
covers.

Nothing is verified here: `merkle` and `signature` do that.
"""

from __future__ import annotations

import struct
from typing import Final

from ctscan.ct.strict_json import TIME_LIMIT, bytes_in, hash_in, hashes_in, json_object, number_in
from ctscan.errors import FormatError
from ctscan.model import TreeHead
from ctscan.model.hashes import HASH_SIZE

_PROOF_LIMIT: Final = 64 * 1024  # bytes of get-sth, get-sth-consistency, get-proof-by-hash
_ENTRY_LIMIT: Final = 64 * 1024 * 1024  # bytes of get-entry-and-proof: two u24 structures in base64, and the path
_STH: Final = struct.Struct(">BBQQ")


def parse_sth(raw: bytes, log_id: bytes) -> TreeHead:
    """Parse the tree head of a get-sth answer; its signature is not verified yet.

    Args:
        raw: the answer, JSON.
        log_id: log ID, 32 bytes.

    Raises:
        FormatError: the answer is malformed.
    """
    context = "get-sth"
    answer = json_object(raw, context, _PROOF_LIMIT)
    return TreeHead(
        log_id=log_id,
        size=number_in(answer, "tree_size", context),
        root=hash_in(answer, "sha256_root_hash", context),
        timestamp=number_in(answer, "timestamp", context, TIME_LIMIT),
        signature=bytes_in(answer, "tree_head_signature", context),
        raw=raw,
    )


def sth_message(head: TreeHead) -> bytes:
    """Build the 50 bytes that a log signs (RFC 6962 section 3.5, TreeHeadSignature).

    u8 version 0 | u8 signature_type 1 | u64 timestamp | u64 size | root[32]

    Raises:
        FormatError: time, size or root don't fit.
    """
    try:
        message = _STH.pack(0, 1, head.timestamp, head.size) + head.root
    except struct.error:
        raise FormatError("tree head: expected a time and a size of 64 bits") from None
    if len(head.root) != HASH_SIZE:
        raise FormatError(f"tree head: expected a root of {HASH_SIZE} bytes, got {len(head.root)}")
    return message


def parse_consistency(raw: bytes) -> tuple[bytes, ...]:
    """Parse a get-sth-consistency answer.

    Returns:
        The consistency path, hashes of 32 bytes.

    Raises:
        FormatError: the answer is malformed.
    """
    context = "get-sth-consistency"
    return hashes_in(json_object(raw, context, _PROOF_LIMIT), "consistency", context)


def parse_proof_by_hash(raw: bytes) -> tuple[int, tuple[bytes, ...]]:
    """Parse a get-proof-by-hash answer.

    Returns:
        `(index, audit path)`.

    Raises:
        FormatError: the answer is malformed.
    """
    context = "get-proof-by-hash"
    answer = json_object(raw, context, _PROOF_LIMIT)
    return number_in(answer, "leaf_index", context), hashes_in(answer, "audit_path", context)


def parse_entry_and_proof(raw: bytes) -> tuple[bytes, tuple[bytes, ...]]:
    """Parse a get-entry-and-proof answer.

    Returns:
        `(leaf_input, audit path)`.

    Raises:
        FormatError: the answer is malformed.
    """
    context = "get-entry-and-proof"
    answer = json_object(raw, context, _ENTRY_LIMIT)
    return bytes_in(answer, "leaf_input", context), hashes_in(answer, "audit_path", context)
