"""Identifiers that people give, and the keys under which findings are stored and looked up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class LookupKey:
    """Key under which a finding is stored and looked up. `kind`: `email` (canonical address), `domain` (labels
    reversed, each followed by a dot: `org.example.`), `name` (one folded token), `number` (letters and digits of a
    number of a person or a card, in capitals), `phone` (E.164 without the plus sign), `account` (folded name of an
    account)."""

    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class Identifier:
    """Identifier of a person or a certificate, as given. `kind`: email, domain, name, sha256, serial, identity.

    `canonical` is the form that is compared; `keys` the exact look-up keys (several where several forms mean the same);
    `variants` other identifiers offered as such (+tag, dots) and never mixed into the answer.
    """

    kind: str
    value: str
    canonical: str
    keys: tuple[LookupKey, ...] = ()
    variants: tuple[str, ...] = ()
