"""RC2 in CBC mode (RFC 2268), decryption only: what many PKCS#12 files hide their certificates with, under a key of 40
bits. No library at hand has it for keys of that length. It protects nothing, and nothing is encrypted with it here.
"""

from __future__ import annotations

from struct import Struct
from typing import Final

_TABLE: Final = bytes.fromhex(  # PITABLE, section 2
    "d978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2179a59f587b34f1361456d8d09817d32bd8f40eb86b77b0b"
    "f09521225c6b4e8254d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb6266fbf0eda4669075727f21d9bbc944303"
    "f811c7f690ef3ee706c3d52fc8661ed708e8eade8052eef784aa72ac354d6a2a961ad2715a1549744b9fd05e0418a4ecc2e0416e0f51cbcc"
    "2491af50a1f47039997c3a8523b8b47afc02365b255597312d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a9"
    "0d38341bab33ffb0bb480c5fb9b1cd2ec5f3db47e5a59c770aa62068fe7fc1ad"
)
_WORDS: Final = Struct("<4H")
_KEY: Final = Struct("<64H")
_SHIFTS: Final = (1, 2, 3, 5)
_MASHED_AFTER: Final = (5, 11)  # rounds of mixing, section 3.2


def decrypt_cbc(key: bytes, vector: bytes, data: bytes) -> bytes:
    """`data`, whole blocks of eight octets, with a key of 1 to 128 octets, all of whose bits count."""
    words = _expanded(key)
    out = bytearray()
    before = int.from_bytes(vector)
    for at in range(0, len(data), 8):
        block = data[at : at + 8]
        clear = int.from_bytes(_block(words, block)) ^ before
        out += clear.to_bytes(8)
        before = int.from_bytes(block)
    return bytes(out)


def _expanded(key: bytes) -> tuple[int, ...]:
    """The 64 words of the key, section 2; the effective bits are all bits."""
    size = len(key)
    table = bytearray(key)
    for i in range(size, 128):
        table.append(_TABLE[(table[i - 1] + table[i - size]) & 0xFF])
    table[128 - size] = _TABLE[table[128 - size]]
    for i in range(127 - size, -1, -1):
        table[i] = _TABLE[table[i + 1] ^ table[i + size]]
    return _KEY.unpack(bytes(table))


def _block(key: tuple[int, ...], block: bytes) -> bytes:
    """One block backwards, section 4: 16 rounds of mixing, with two of mashing between them."""
    words = list(_WORDS.unpack(block))
    for turn in range(16):
        for i in (3, 2, 1, 0):
            shift, word = _SHIFTS[i], words[i]
            word = (word >> shift | word << 16 - shift) & 0xFFFF
            mixed = key[63 - 4 * turn - 3 + i] + (words[i - 1] & words[i - 2]) + (~words[i - 1] & words[i - 3])
            words[i] = (word - mixed) & 0xFFFF
        if turn + 1 in _MASHED_AFTER:
            for i in (3, 2, 1, 0):
                words[i] = (words[i] - key[words[i - 1] & 63]) & 0xFFFF
    return _WORDS.pack(*words)
