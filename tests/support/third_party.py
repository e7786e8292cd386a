"""Verifier of exported evidence as a third party would write it: hashlib and cryptography, and nothing of ctscan."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key


class Unconvinced(Exception):
    """The evidence doesn't prove that the log contradicted itself."""


@dataclass
class Signed:
    size: int
    root: bytes
    time: int


def convince(item: dict[str, Any]) -> None:
    """Verify one item of an export, as its `how_to_verify` says. Raises Unconvinced."""
    key = b64decode(item["log_key"])
    _want(hashlib.sha256(key).digest() == b64decode(item["log_id"]), "the log ID is the hash of the key")
    heads = sorted((_head(key, b64decode(raw)) for raw in item["tree_heads"]), key=lambda head: head.size)
    hashes = [b64decode(one) for one in item["hashes"]]
    match item["kind"]:
        case "two roots":
            one, other = heads
            _want(one.size == other.size and one.root != other.root, "one size with two roots")
        case "shrank":
            smaller, larger = heads
            _want(smaller.size < larger.size and smaller.time > larger.time, "a smaller tree later")
        case "empty root":
            (head,) = heads
            _want(head.size == 0 and head.root != hashlib.sha256(b"").digest(), "an empty tree with another root")
        case "not extended":
            smaller, larger = heads
            old, new = _roots(smaller.size, larger.size, hashes)
            _want(new == larger.root, "the hashes are those of the larger tree")
            _want(old != smaller.root, "another root for the smaller size")
        case kind:
            raise Unconvinced(f"no such kind: {kind}")


def _want(holds: bool, what: str) -> None:
    if not holds:
        raise Unconvinced(what)


def _head(key: bytes, raw: bytes) -> Signed:
    if raw.startswith(b"{"):
        fields = json.loads(raw)
        head = Signed(fields["tree_size"], b64decode(fields["sha256_root_hash"]), fields["timestamp"])
        signature = b64decode(fields["tree_head_signature"])
    else:
        head, signature = _checkpoint(hashlib.sha256(key).digest(), raw.decode())
    message = b"\0\1" + head.time.to_bytes(8, "big") + head.size.to_bytes(8, "big") + head.root
    public = load_der_public_key(key)
    try:
        if isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(signature[4:], message, ec.ECDSA(SHA256()))
        else:
            public.verify(signature[4:], message, padding.PKCS1v15(), SHA256())  # type: ignore[union-attr, call-arg]
    except InvalidSignature:
        raise Unconvinced("signed by the log") from None
    return head


def _checkpoint(log_id: bytes, note: str) -> tuple[Signed, bytes]:
    body, _, lines = note.partition("\n\n")
    origin, size, root = body.split("\n")
    key_id = hashlib.sha256(origin.encode() + b"\n\5" + log_id).digest()[:4]
    for line in lines.splitlines():
        _, name, blob = line.split(" ")
        value = b64decode(blob)
        if name == origin and value[:4] == key_id:
            return Signed(int(size), b64decode(root), int.from_bytes(value[4:12], "big")), value[12:]
    raise Unconvinced("a signature line of the log")


def _roots(first: int, second: int, path: list[bytes]) -> tuple[bytes, bytes]:
    """Compute both roots by RFC 9162 section 2.1.4.2, steps 3 to 6, without prepending a hash."""
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        _want(sn > 0, "no hash too many")
        if fn & 1 or fn == sn:
            fr, sr = _node(c, fr), _node(c, sr)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = _node(sr, c)
        fn, sn = fn >> 1, sn >> 1
    _want(sn == 0, "no hash too few")
    return fr, sr


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()
