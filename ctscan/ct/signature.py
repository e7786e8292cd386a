"""Signatures of tree heads (RFC 6962 sections 2.1.4 and 3.5) and of log lists, and the keys that made them.

Two schemes are accepted: ECDSA on P-256 and RSA (PKCS #1 v1.5, 2048 bits or more), both with SHA-256. Nothing is signed
here. The log list (`log_list.py`) says which key belongs to which log.
"""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
    load_pem_public_key,
)

from ctscan.ct.api import sth_message
from ctscan.ct.key_ids import log_id_of
from ctscan.errors import FormatError, ProofError

if TYPE_CHECKING:
    from ctscan.model import TreeHead

PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey

_HASH_SHA256: Final = 4  # RFC 5246 section 7.4.1.4.1, HashAlgorithm
_SIGNED_RSA: Final = 1  # the same, SignatureAlgorithm
_SIGNED_ECDSA: Final = 3
_RSA_BITS: Final = 2048
_KEY_LIMIT: Final = 4096  # bytes of a key; RSA of 8192 bits needs 1,062


def read_key(key: bytes) -> PublicKey:
    """Load a log's public key.

    Args:
        key: SubjectPublicKeyInfo, DER.

    Raises:
        FormatError: it is no key, or of a kind that CT forbids.
    """
    if len(key) > _KEY_LIMIT:
        raise FormatError(f"log key: expected at most {_KEY_LIMIT} bytes, got {len(key)}")
    try:
        public = load_der_public_key(key)
    except (ValueError, UnsupportedAlgorithm):
        raise FormatError(f"log key: expected a DER SubjectPublicKeyInfo, got {len(key)} bytes that aren't") from None
    return _accepted(public, "log key")


def key_in_file(raw: bytes) -> bytes:
    """Return the DER of a log's public key out of a file: PEM, base64 as log lists have it, or DER.

    Raises:
        FormatError: it is no key, or of a kind that CT forbids.
    """
    key = raw
    try:
        if b"-----BEGIN" in raw:
            key = load_pem_public_key(raw).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        elif not raw.startswith(b"\x30"):
            key = binascii.a2b_base64(raw, strict_mode=False)
    except (ValueError, UnsupportedAlgorithm):
        raise FormatError(
            f"log key: expected a public key in PEM, base64 or DER, got {len(raw)} bytes that aren't"
        ) from None
    read_key(key)
    return key


def verify_head(head: TreeHead, key: bytes) -> None:
    """Verify that a log signed a tree head.

    Args:
        head: the tree head.
        key: the log's SubjectPublicKeyInfo, DER.

    Raises:
        ProofError: the log didn't sign it.
    """
    context = f"signature of the tree head of size {head.size}"
    if log_id_of(key) != head.log_id:
        raise ProofError(f"{context}: expected the key of log {head.log_id.hex()}, got that of {log_id_of(key).hex()}")
    try:
        public = read_key(key)
        message = sth_message(head)
    except FormatError as error:
        raise ProofError(f"{context}: {error}") from None
    scheme = _SIGNED_RSA if isinstance(public, rsa.RSAPublicKey) else _SIGNED_ECDSA
    _verify(public, _signature_of(head.signature, scheme, context), message, context)


def verify_list(raw: bytes, sig: bytes, key_pem: bytes) -> None:
    """Verify the detached signature over the exact bytes of a log list.

    Args:
        raw: the list.
        sig: the signature.
        key_pem: RSA public key, PEM.

    Raises:
        ProofError: the key didn't sign the list.
    """
    context = "signature of the log list"
    try:
        public = load_pem_public_key(key_pem)
        accepted = _accepted(public, "log list key")
    except (ValueError, UnsupportedAlgorithm):
        raise ProofError(f"{context}: expected a PEM public key, got {len(key_pem)} bytes that aren't") from None
    except FormatError as error:
        raise ProofError(f"{context}: {error}") from None
    if not isinstance(accepted, rsa.RSAPublicKey):
        raise ProofError(f"{context}: expected an RSA key, got an elliptic-curve key")
    _verify(accepted, sig, raw, context)


def _accepted(public: object, context: str) -> PublicKey:
    if isinstance(public, ec.EllipticCurvePublicKey) and isinstance(public.curve, ec.SECP256R1):
        return public
    if isinstance(public, rsa.RSAPublicKey) and public.key_size >= _RSA_BITS:
        return public
    raise FormatError(f"{context}: expected ECDSA on P-256 or RSA of {_RSA_BITS} bits or more, got another kind of key")


def _signature_of(signed: bytes, scheme: int, context: str) -> bytes:
    """Read the signature inside a DigitallySigned (RFC 5246 section 4.7), which it has to fill exactly.

    u8 hash | u8 scheme | u16 length | signature
    """
    if len(signed) < 4:
        raise ProofError(f"{context}: expected a DigitallySigned, got {len(signed)} bytes")
    if (signed[0], signed[1]) != (_HASH_SHA256, scheme):
        raise ProofError(
            f"{context}: expected hash {_HASH_SHA256} and scheme {scheme} (as the key), got {signed[0]} and {signed[1]}"
        )
    length = int.from_bytes(signed[2:4], "big")
    if length != len(signed) - 4:
        raise ProofError(f"{context}: expected {length} bytes of signature, got {len(signed) - 4}")
    return signed[4:]


def _verify(public: PublicKey, signature: bytes, message: bytes, context: str) -> None:
    try:
        if isinstance(public, rsa.RSAPublicKey):
            public.verify(signature, message, padding.PKCS1v15(), SHA256())
        else:
            public.verify(signature, message, ec.ECDSA(SHA256()))
    except InvalidSignature:
        raise ProofError(f"{context}: it doesn't verify with the key; don't use the signed data") from None
