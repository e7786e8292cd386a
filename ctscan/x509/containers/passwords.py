"""Password-based decryption with given passwords and the empty one, as PKCS#12 files need it.

Covers PBES1 of RFC 7292 appendix C (3DES, RC2) with the key derivation of appendix B, and PBES2 of RFC 8018 section 6.2
(AES, 3DES) with PBKDF2. Ciphers, hashes and PBKDF2 come from libraries. The caller decides whether the plaintext makes
sense.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Final

from msgspec import Struct

from ctscan.errors import FormatError
from ctscan.x509.containers.rc2 import decrypt_cbc
from ctscan.x509.der import Element, children, dotted
from ctscan.x509.der_reader import OCTETS, OID, SEQUENCE

_PBES1: Final = {  # cipher and octets of its key
    "1.2.840.113549.1.12.1.3": ("3des", 24),
    "1.2.840.113549.1.12.1.4": ("3des", 16),
    "1.2.840.113549.1.12.1.5": ("rc2", 16),
    "1.2.840.113549.1.12.1.6": ("rc2", 5),
}
_PBES2: Final = "1.2.840.113549.1.5.13"
_PBKDF2: Final = "1.2.840.113549.1.5.12"
_CIPHERS: Final = {
    "2.16.840.1.101.3.4.1.2": ("aes", 16),
    "2.16.840.1.101.3.4.1.22": ("aes", 24),
    "2.16.840.1.101.3.4.1.42": ("aes", 32),
    "1.2.840.113549.3.7": ("3des", 24),
}
_HASHES: Final = {
    "1.2.840.113549.2.7": "sha1",
    "1.2.840.113549.2.8": "sha224",
    "1.2.840.113549.2.9": "sha256",
    "1.2.840.113549.2.10": "sha384",
    "1.2.840.113549.2.11": "sha512",
}
_INTEGER: Final = 0x02
_EMPTY_PASSWORDS: Final = (b"\0\0", b"")  # an empty BMPString with its end, and no octets: programs differ


class IterationBudget(Struct):
    """Iterations of key derivation left, for one file and (`run_budget`) for the whole run; None: no further limit."""

    left: int
    run_budget: IterationBudget | None = None

    def spend(self, iterations: int) -> None:
        """Take iterations off the budget.

        Raises:
            FormatError: the budget is too small.
        """
        if not 1 <= iterations <= self.left:
            raise FormatError(f"PKCS#12: expected 1 to {self.left} iterations of key derivation, got more or none")
        if self.run_budget is not None:
            if iterations > self.run_budget.left:
                raise FormatError(
                    "PKCS#12: not decrypted, because earlier PKCS#12 files used up the key derivation allowed for one "
                    "run; read this file by itself"
                )
            self.run_budget.left -= iterations
        self.left -= iterations


def decrypt(algorithm: bytes, data: bytes, budget: IterationBudget, passwords: Sequence[str] = ()) -> Iterator[bytes]:
    """Decrypt `data` with each password, then with the empty one, in each way to encode that.

    Args:
        algorithm: AlgorithmIdentifier, DER.
        data: the ciphertext.
        budget: iterations left.
        passwords: as a person types them.

    Yields:
        Plaintexts with valid padding.

    Raises:
        FormatError: the algorithm is unknown or damaged, or would cost more than the budget.
    """
    kind, parameters = _algorithm(algorithm)
    if kind in _PBES1:
        salt, iterations = _salt_and_iterations(parameters)
        cipher, size = _PBES1[kind]
        for password in (*map(_bmp_string, passwords), *_EMPTY_PASSWORDS):
            budget.spend(iterations * (2 if size <= 20 else 3))
            key, vector = (derive(number, password, salt, iterations, n) for number, n in ((1, size), (2, 8)))
            yield from _without_padding(_decrypt(cipher, key, vector, data), 8)
    elif kind == _PBES2:
        yield from _pbes2(parameters, data, budget, passwords)
    else:
        raise FormatError("PKCS#12: the certificates are encrypted in an unknown way; export them without a password")


def derive(purpose: int, password: bytes, salt: bytes, iterations: int, size: int) -> bytes:
    """Derive a key as in RFC 7292 appendix B.2 with SHA-1 (u = 20, v = 64).

    A loop over hashlib, because `cryptography` offers it for whole files only, and pycryptodome not at all.
    """
    block = 64
    state = bytearray()
    for part in (salt, password):
        if part:
            length = -(-len(part) // block) * block
            state += (part * (length // len(part) + 1))[:length]
    made = b""
    while len(made) < size:
        digest = bytes((purpose,)) * block + bytes(state)
        for _ in range(iterations):
            digest = hashlib.sha1(digest, usedforsecurity=False).digest()
        made += digest
        step = int.from_bytes((digest * 4)[:block]) + 1
        for at in range(0, len(state), block):
            added = (int.from_bytes(state[at : at + block]) + step) % (1 << 8 * block)
            state[at : at + block] = added.to_bytes(block)
    return made[:size]


def _bmp_string(password: str) -> bytes:
    """Encode a password for RFC 7292 appendix B.1: UTF-16, big endian, with two zeros at its end."""
    return password.encode("utf-16-be", "surrogatepass") + b"\0\0"


def _pbes2(parameters: bytes, data: bytes, budget: IterationBudget, passwords: Sequence[str]) -> Iterator[bytes]:
    """Decrypt with PBES2-params { key derivation, encryption scheme }."""
    parts = _elements(parameters, 0, len(parameters))
    if len(parts) != 2:
        raise _damaged()
    derivation, (scheme, vector) = (_algorithm(parameters[part[1] : part[4]]) for part in parts)
    if derivation[0] != _PBKDF2 or scheme not in _CIPHERS:
        raise FormatError("PKCS#12: the certificates are encrypted in an unknown way; export them without a password")
    cipher, size = _CIPHERS[scheme]
    salt, iterations = _salt_and_iterations(derivation[1])
    name = _hash_of(derivation[1])
    block = 16 if cipher == "aes" else 8
    if len(vector) != block:
        raise _damaged()
    for password in (*passwords, ""):
        budget.spend(iterations * -(-size // hashlib.new(name, usedforsecurity=False).digest_size))
        key = hashlib.pbkdf2_hmac(name, password.encode("utf-8", "surrogateescape"), salt, iterations, size)
        yield from _without_padding(_decrypt(cipher, key, vector, data), block)


def _decrypt(cipher: str, key: bytes, vector: bytes, data: bytes) -> bytes:
    if not data or len(data) % len(vector):
        raise _damaged()
    if cipher == "rc2":
        return decrypt_cbc(key, vector, data)
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    algorithm = algorithms.AES(key) if cipher == "aes" else TripleDES(key if len(key) == 24 else key + key[:8])
    decryptor = Cipher(algorithm, modes.CBC(vector)).decryptor()
    return decryptor.update(data) + decryptor.finalize()


def load_ciphers() -> None:
    """Load the ciphers: a process that gave up its files can't do so later. A cipher that isn't installed stays
    away."""
    for cipher, size, vector in (("aes", 16, 16), ("3des", 24, 8), ("rc2", 16, 8)):
        with suppress(FormatError):
            _decrypt(cipher, bytes(range(size)), bytes(vector), bytes(vector))


def _without_padding(clear: bytes, block: int) -> Iterator[bytes]:
    """Remove the padding (RFC 8018 section 6.1.1); yield nothing when it is wrong, which means a wrong password."""
    count = clear[-1]
    if 1 <= count <= block and clear.endswith(bytes((count,)) * count):
        yield clear[:-count]


# --- parameters ----------------------------------------------------------------------------------------------------


def _damaged() -> FormatError:
    return FormatError("PKCS#12: expected the parameters of an encryption, got something else")


def _elements(data: bytes, start: int, end: int) -> list[Element]:
    found, problem = children(data, start, end)
    if problem:
        raise _damaged()
    return found


def _algorithm(data: bytes) -> tuple[str, bytes]:
    """Read AlgorithmIdentifier { OID, parameters } into the OID and the content of the parameters."""
    outer = _elements(data, 0, len(data))
    parts = _elements(data, outer[0][2], outer[0][3]) if outer and outer[0][0] == SEQUENCE else []
    if not parts or parts[0][0] != OID:
        raise _damaged()
    parameters = data[parts[1][2] : parts[1][3]] if len(parts) > 1 else b""
    return dotted(data[parts[0][2] : parts[0][3]]), parameters


def _salt_and_iterations(parameters: bytes) -> tuple[bytes, int]:
    """Read { OCTET STRING, INTEGER, … }, the common beginning of PBES1 and PBKDF2 parameters."""
    parts = _elements(parameters, 0, len(parameters))
    if len(parts) < 2 or parts[0][0] != OCTETS or parts[1][0] != _INTEGER or parts[0][3] - parts[0][2] > 1024:
        raise _damaged()
    return parameters[parts[0][2] : parts[0][3]], int.from_bytes(parameters[parts[1][2] : parts[1][3]][:16])


def _hash_of(parameters: bytes) -> str:
    """Return the hash of PBKDF2's PRF; SHA-1 by default (RFC 8018 appendix A.2)."""
    last = _elements(parameters, 0, len(parameters))[-1]
    if last[0] != SEQUENCE:
        return "sha1"
    kind = _algorithm(parameters[last[1] : last[4]])[0]
    if kind not in _HASHES:
        raise FormatError("PKCS#12: the certificates are encrypted in an unknown way; export them without a password")
    return _HASHES[kind]
