"""RC2 in CBC mode (RFC 2268), decryption only, for old PKCS#12 files.

pycryptodome implements it, which the extra `pkcs12` installs. `cryptography` has RC2 for keys of 128 bits only, but
these keys have 40. Only this module imports it, when needed.
"""

from __future__ import annotations

from ctscan.errors import FormatError
from ctscan.extras import needs


def decrypt_cbc(key: bytes, vector: bytes, data: bytes) -> bytes:
    """Decrypt whole blocks of eight octets.

    Args:
        key: 5 to 128 octets, all bits effective.
        vector: initialisation vector, eight octets.
        data: the ciphertext.

    Raises:
        FormatError: pycryptodome isn't installed.
    """
    try:
        from Crypto.Cipher import ARC2
    except (ImportError, OSError):  # OSError: its compiled part is missing, or of another machine
        raise FormatError(
            f"PKCS#12: the certificates are encrypted with RC2, which {needs('pkcs12')}, "
            "or convert the file: openssl pkcs12 -legacy -nokeys -in file.p12 -out file.pem"
        ) from None
    bits = 8 * len(key)
    cipher = ARC2.new(key, ARC2.MODE_CBC, iv=vector, effective_keylen=bits)  # noqa: S304 - old files use RC2
    return bytes(cipher.decrypt(data))
