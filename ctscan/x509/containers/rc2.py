"""RC2 in CBC mode (RFC 2268), decryption only: what many old PKCS#12 files hide their certificates with.

pycryptodome does it, which the extra `pkcs12` installs: `cryptography` has RC2 for keys of 128 bits only, and those
here have 40. It is loaded when it is needed, in this module and nowhere else.
"""

from __future__ import annotations

from ctscan.errors import FormatError


def decrypt_cbc(key: bytes, vector: bytes, data: bytes) -> bytes:
    """`data`, whole blocks of eight octets, with a key of 5 to 128 octets, all of whose bits count. FormatError when
    pycryptodome isn't installed."""
    try:
        from Crypto.Cipher import ARC2
    except (ImportError, OSError):  # the latter from its compiled part, where that is missing or of another machine
        raise FormatError(
            "PKCS#12: the certificates are encrypted with RC2, which needs pycryptodome: pip install 'ctscan[pkcs12]', "
            "or convert the file: openssl pkcs12 -legacy -nokeys -in file.p12 -out file.pem"
        ) from None
    bits = 8 * len(key)
    cipher = ARC2.new(key, ARC2.MODE_CBC, iv=vector, effective_keylen=bits)  # noqa: S304 - the files are as they are
    return bytes(cipher.decrypt(data))
