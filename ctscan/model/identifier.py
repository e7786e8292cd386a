"""Identifiers that people give, and the keys under which findings are stored and looked up."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from msgspec import Struct


class IdentifierKind(StrEnum):
    """Kind of identifier. Findings have look-up keys of the first six kinds; the rest identify certificates."""

    EMAIL = "email"
    DOMAIN = "domain"
    NAME = "name"
    NUMBER = "number"  # of a person, a card, a register
    PHONE = "phone"
    ACCOUNT = "account"
    SHA256 = "sha256"
    SHA1 = "sha1"
    SERIAL = "serial"
    IDENTITY = "identity"  # `Certificate.identity`


KEY_KINDS: Final = frozenset(IdentifierKind) - {
    IdentifierKind.SHA256,
    IdentifierKind.SHA1,
    IdentifierKind.SERIAL,
    IdentifierKind.IDENTITY,
}
"""Kinds of look-up key."""


class LookupKey(Struct, frozen=True, order=True):
    """Key under which a finding is stored and looked up.

    `key` is the canonical address (email), the labels reversed and each followed by a dot (domain: `org.example.`), one
    folded token (name), the letters and digits in capitals (number), E.164 without the plus sign (phone), or the folded
    name (account).
    """

    kind: IdentifierKind
    key: str


class Identifier(Struct, frozen=True):
    """Identifier of a person or a certificate, as given.

    `canonical` is the form that is compared; `keys` the exact look-up keys (several where several forms mean the same);
    `variants` other identifiers offered as such (+tag, dots) and never mixed into the answer. `guessed`: the text may
    mean something else, so that "nothing found" is no complete answer. `others` are further readings of the same text,
    such as a SHA-1 fingerprint of 40 hexadecimal digits that may be a serial number; an answer unites them all. `label`
    is a note of the user: it is shown with the answer, never compared, and never recorded.
    """

    kind: IdentifierKind
    value: str
    canonical: str
    keys: tuple[LookupKey, ...] = ()
    variants: tuple[str, ...] = ()
    guessed: bool = False
    others: tuple[Identifier, ...] = ()
    label: str = ""

    @property
    def readings(self) -> tuple[Identifier, ...]:
        """Every reading of the text, the likeliest first."""
        return (self, *self.others)
