"""Signatures of CAs over certificates, revocation lists and OCSP responses, for a key that the caller selects.

Supported are RSA (PKCS #1 v1.5 and PSS), ECDSA, Ed25519 and Ed448 (RFC 4055, 5758, 8410).

SHA-1 is accepted: old CAs still sign their lists with it, and a forged list would take a second preimage. MD5 and MD2
are refused. RSA keys of 1,024 bits count for certificates, as evidence of an old issuance. They don't count for lists
and OCSP responses, which are statements about today: an attacker with enough effort can break such a key. The Baseline
Requirements have forbidden them since 2014.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from ctscan.errors import FormatError, ProofError
from ctscan.x509.der import Element, children, dotted, element_at
from ctscan.x509.der_reader import OID, SEQUENCE

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.padding import AsymmetricPadding
    from cryptography.hazmat.primitives.hashes import HashAlgorithm

_BITS: Final = 0x03
_MAX_KEY: Final = 8192  # octets of a SubjectPublicKeyInfo; RSA of 16,384 bits has 2,086
_RSA_BITS: Final = range(1024, 16_385)
STRONG_RSA: Final = 2040
"""Bits of the smallest RSA key accepted for statements on revocation.

2,048 bits less the leading zeros of some CA keys in use (2,045 and 2,047 bits occur).
"""
_EC_BITS: Final = 224

_RSA: Final = {
    "1.2.840.113549.1.1.5": "SHA1",
    "1.2.840.113549.1.1.14": "SHA224",
    "1.2.840.113549.1.1.11": "SHA256",
    "1.2.840.113549.1.1.12": "SHA384",
    "1.2.840.113549.1.1.13": "SHA512",
}
_ECDSA: Final = {
    "1.2.840.10045.4.1": "SHA1",
    "1.2.840.10045.4.3.1": "SHA224",
    "1.2.840.10045.4.3.2": "SHA256",
    "1.2.840.10045.4.3.3": "SHA384",
    "1.2.840.10045.4.3.4": "SHA512",
}
_HASHES: Final = {
    "1.3.14.3.2.26": "SHA1",
    "2.16.840.1.101.3.4.2.4": "SHA224",
    "2.16.840.1.101.3.4.2.1": "SHA256",
    "2.16.840.1.101.3.4.2.2": "SHA384",
    "2.16.840.1.101.3.4.2.3": "SHA512",
}
_PSS: Final = "1.2.840.113549.1.1.10"
_ED25519, _ED448 = "1.3.101.112", "1.3.101.113"
_SALT: Final = range(1025)
_SUPPORTED: Final = frozenset((*_RSA, *_ECDSA, _PSS, _ED25519, _ED448))


class Unsupported(ProofError):
    """A signature of an unsupported kind, neither right nor wrong."""


class Signed(Struct, frozen=True):
    """SEQUENCE { body, AlgorithmIdentifier, BIT STRING, … }: a certificate, a list or a basic OCSP response.

    `rest` holds the elements after the signature.
    """

    body: Element
    algorithm: bytes  # AlgorithmIdentifier as a whole element
    signature: bytes
    rest: tuple[Element, ...] = ()


def read_signed(data: bytes, context: str) -> Signed:
    """Read the three parts of a signed structure; octets after its end are ignored.

    Args:
        data: the structure, DER.
        context: name of the structure in error messages.

    Raises:
        FormatError: it is no such structure.
    """
    outer, problem = element_at(data, 0, len(data))
    if problem or outer[0] != SEQUENCE:
        raise FormatError(
            f"{context}: expected a whole SEQUENCE, got {problem or f'tag {outer[0]:#x}'} in {len(data)} octets"
        )
    parts, problem = children(data, outer[2], outer[3])
    if problem or [part[0] for part in parts[:3]] != [SEQUENCE, SEQUENCE, _BITS]:
        raise FormatError(
            f"{context}: expected its body, an algorithm and a signature, got {len(parts)} other elements"
        )
    body, algorithm, bits = parts[:3]
    if data[bits[2] : bits[2] + 1] != b"\0":
        raise FormatError(f"{context}: expected a signature of whole octets")
    return Signed(body, data[algorithm[1] : algorithm[4]], data[bits[2] + 1 : bits[3]], tuple(parts[3:]))


def verify_signed(
    data: bytes, signed: Signed, spki: bytes, context: str, *, min_rsa_bits: int = _RSA_BITS.start
) -> None:
    """Verify that a key signed a structure.

    Args:
        data: the buffer of `signed`.
        signed: the parts, from `read_signed`.
        spki: SubjectPublicKeyInfo, DER.
        context: name of the structure in error messages.
        min_rsa_bits: bits that an RSA key has at least.

    Raises:
        ProofError: the signature is wrong, or the key too weak.
        Unsupported: the signature is of an unsupported kind.
    """
    _refuse_weak(spki, context, min_rsa_bits)
    verify(data[signed.body[1] : signed.body[4]], signed.algorithm, signed.signature, spki, context)


def _refuse_weak(spki: bytes, context: str, min_rsa_bits: int) -> None:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import rsa

    try:
        key = _load(spki)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return  # `verify` reports it
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < min_rsa_bits:
        raise ProofError(
            f"the key that signed the {context} is too weak: expected RSA of {min_rsa_bits} bits, got {key.key_size}"
        )


def verify(message: bytes, algorithm: bytes, signature: bytes, spki: bytes, context: str) -> None:
    """Verify a signature from its parts, like `verify_signed`. `algorithm`: the AlgorithmIdentifier, DER."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    oid, parameters = _algorithm(algorithm, context)
    try:
        _check(spki, oid, parameters, signature, message, context)
    except InvalidSignature:
        raise ProofError(f"the signature of the {context} doesn't verify with the key of its issuer") from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise Unsupported(f"the signature of the {context} can't be checked with the key of its issuer") from None


def _check(spki: bytes, oid: str, parameters: bytes, signature: bytes, message: bytes, context: str) -> None:
    """Check a signature with the algorithm of an OID.

    Raises:
        InvalidSignature: the signature is wrong.
        ProofError: the key doesn't fit the algorithm.
        ValueError, TypeError, UnsupportedAlgorithm: `cryptography` refuses the key.
    """
    from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa

    key = _load(spki)
    if isinstance(key, rsa.RSAPublicKey) and key.key_size in _RSA_BITS:
        if oid in _RSA:
            key.verify(signature, message, padding.PKCS1v15(), _hash(_RSA[oid]))
            return
        if oid == _PSS:
            scheme, hashed = _pss(parameters, context)
            key.verify(signature, message, scheme, hashed)
            return
    elif isinstance(key, ec.EllipticCurvePublicKey) and key.key_size >= _EC_BITS and oid in _ECDSA:
        key.verify(signature, message, ec.ECDSA(_hash(_ECDSA[oid])))
        return
    elif (isinstance(key, ed25519.Ed25519PublicKey) and oid == _ED25519) or (
        isinstance(key, ed448.Ed448PublicKey) and oid == _ED448
    ):
        key.verify(signature, message)
        return
    if oid not in _SUPPORTED:
        raise Unsupported(f"the {context} is signed in a way that isn't supported ({oid})")
    raise ProofError(f"the {context} wasn't signed with the issuer's key, which is too small or of another kind")


@lru_cache(maxsize=64)
def _load(spki: bytes) -> object:
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    if len(spki) > _MAX_KEY:
        raise ValueError("too long")
    return load_der_public_key(spki)


def _hash(name: str) -> HashAlgorithm:
    from cryptography.hazmat.primitives import hashes

    made: HashAlgorithm = getattr(hashes, name)()
    return made


def _algorithm(element: bytes, context: str) -> tuple[str, bytes]:
    """Read an AlgorithmIdentifier into dotted OID and parameters (whole elements).

    Raises:
        ProofError: it can't be read.
    """
    outer, _ = children(element, 0, len(element))
    parts = children(element, outer[0][2], outer[0][3])[0] if outer else []
    if not parts or parts[0][0] != OID:
        raise ProofError(f"the {context} doesn't say how it is signed")
    try:
        oid = dotted(element[parts[0][2] : parts[0][3]])
    except FormatError:
        raise ProofError(f"the {context} doesn't say how it is signed") from None
    return oid, element[parts[0][4] : outer[0][3]]


def _pss(parameters: bytes, context: str) -> tuple[AsymmetricPadding, HashAlgorithm]:
    # SEQUENCE { [0] hash DEFAULT sha1, [1] mask DEFAULT mgf1 with sha1, [2] salt length DEFAULT 20, [3] trailer }
    from cryptography.hazmat.primitives.asymmetric import padding

    names, salt = {0xA0: "SHA1", 0xA1: "SHA1"}, 20
    outer, _ = children(parameters, 0, len(parameters))
    for field in children(parameters, outer[0][2], outer[0][3])[0] if outer else ():
        inner = parameters[field[2] : field[3]]
        if field[0] == 0xA0:
            names[0xA0] = _hash_name(inner, context)
        elif field[0] == 0xA1:
            names[0xA1] = _hash_name(_algorithm(inner, context)[1], context)
        elif field[0] == 0xA2:
            salt = int.from_bytes(inner[2:6])
    if salt not in _SALT:
        raise Unsupported(f"the {context} is signed with parameters that aren't supported")
    return padding.PSS(padding.MGF1(_hash(names[0xA1])), salt), _hash(names[0xA0])


def _hash_name(algorithm: bytes, context: str) -> str:
    oid, _ = _algorithm(algorithm, context)
    if oid not in _HASHES:
        raise Unsupported(f"the {context} is signed with a hash that isn't supported ({oid})")
    return _HASHES[oid]
