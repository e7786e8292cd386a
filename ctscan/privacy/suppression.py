"""Comparison with suppressions: whether identifiers and certificates belong to somebody who objected. Pure.

    identifier ──► its proven forms ──► HMAC-SHA-256 under a key of its own ──► digests of the entries

Forget, writing and look-up compare by `forms_of` and `Suppressions`, and by nothing else. An address is compared as
found and without its tag: a suppression of `jane@…` holds for `jane+list@…`, one of `jane+list@…` only for itself. A
domain belongs to many, and the words of a name to many: neither is a form of a person by itself.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from ctscan.model.identifier import IdentifierKind
from ctscan.model.suppression import (
    NUMBERED_KINDS,
    SuppressedDigest,
    SuppressionKind,
)

if TYPE_CHECKING:
    from ctscan.model.suppression import (
        Suppression,
    )

SUPPRESSION_DIGEST = b"ctscan suppression digest v1"
"""Use of the key file for these digests."""

_PROMISES = (SuppressionKind.FORGOTTEN, SuppressionKind.RESTRICTED)

Form = tuple[str, str]
"""Kind of an identifier, and its form for comparison."""


def forms_of(kind: str, text: str) -> tuple[Form, ...]:
    """Return the forms in which an identifier is compared: as found, and an address also without its tag."""
    if kind != IdentifierKind.EMAIL:
        return ((kind, text),)
    local, _, host = text.rpartition("@")
    bare = local.partition("+")[0]
    if local.startswith('"') or not bare or bare == local:
        return ((kind, text),)
    return (kind, text), (kind, f"{bare}@{host}")


def digest_of(key: bytes, form: Form) -> bytes:
    """Make the digest of a form under a derived key."""
    return hmac.digest(key, form[0].encode() + b"\0" + form[1].encode("utf-8", "surrogatepass"), "sha256")


@dataclass(frozen=True, slots=True)
class Suppressions:
    """Suppressions of an index: the entries of its suppression file, and the keys that compare with them.

    Attributes:
        file: identifier of the suppression file; empty: there is none.
        entries: all entries, in their order. Their number is the generation.
        keys: derived keys, the newest first: digests of older keys are compared with, too.
    """

    file: bytes = b""
    entries: tuple[Suppression, ...] = ()
    keys: tuple[bytes, ...] = field(default=(), repr=False)
    _identifiers: Mapping[bytes, Suppression] = field(init=False, repr=False, compare=False)
    _certificates: Mapping[bytes, Suppression] = field(init=False, repr=False, compare=False)
    _lifted: frozenset[bytes] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        active = list(self.active())
        lifted = {entry.lifts for entry in self.entries}
        object.__setattr__(self, "_identifiers", _by_digest((one, one.identifiers) for one in active))
        object.__setattr__(self, "_certificates", _by_digest((one, one.certificates) for one in active))
        gone = (one for one in self.entries if one.number in lifted and one.kind is SuppressionKind.FORGOTTEN)
        object.__setattr__(
            self, "_lifted", frozenset(some.digest for one in gone for some in (*one.identifiers, *one.certificates))
        )

    def active(self) -> Iterator[Suppression]:
        """Yield the entries that hold: neither lifted nor a lifting, nor the note of a loss."""
        lifted = {entry.lifts for entry in self.entries}
        return (one for one in self.entries if one.number not in lifted and one.kind in _PROMISES)

    def lost_since(self) -> date | None:
        """Return the day since when earlier suppressions are lost; None where none are."""
        return next((one.at.date() for one in self.entries if one.kind is SuppressionKind.LOST), None)

    def owner_of(self, kind: str, text: str) -> Suppression | None:
        """Return the entry that a look-up key of a certificate belongs to; None without any."""
        if kind not in NUMBERED_KINDS:
            return None
        found = (self._identifiers.get(digest) for form in forms_of(kind, text) for digest in self._digests(form))
        return min(filter(None, found), key=_strength, default=None)

    def of_certificate(self, keys: Iterable[Form], identity: bytes) -> Suppression | None:
        """Return the entry that a certificate belongs to: one that deletes before one that hides; None without any.

        Args:
            keys: look-up keys of its findings.
            identity: identity of the certificate.
        """
        if not self._identifiers and not self._certificates:
            return None
        found = [self._certificates.get(digest) for digest in self._digests((IdentifierKind.IDENTITY, identity.hex()))]
        found += [self.owner_of(kind, text) for kind, text in keys]
        return min(filter(None, found), key=_strength, default=None)

    def of_identifier(self, forms: Iterable[Form]) -> Suppression | None:
        """Return the entry that an identifier of a look-up belongs to; None without any."""
        digests = [digest for form in self._all_forms(forms) for digest in self._digests(form)]
        found = [held.get(digest) for digest in digests for held in (self._identifiers, self._certificates)]
        return min(filter(None, found), key=_strength, default=None)

    def was_lifted(self, forms: Iterable[Form]) -> bool:
        """Return whether a suppression of an identifier, which had deleted certificates, was lifted."""
        if not self._lifted:
            return False
        return any(digest in self._lifted for form in self._all_forms(forms) for digest in self._digests(form))

    def digests(self, forms: Iterable[Form]) -> list[bytes]:
        """Return the digests of forms under every key."""
        return [digest for form in forms for digest in self._digests(form)]

    def new_digest(self, form: Form) -> bytes:
        """Make the digest of a form under the newest key."""
        return digest_of(self.keys[0], form)

    def suppressed(self, forms: Iterable[tuple[IdentifierKind, str]]) -> tuple[SuppressedDigest, ...]:
        """Make the digests of identifiers for a new entry."""
        return tuple(SuppressedDigest(kind, self.new_digest((str(kind), text))) for kind, text in dict.fromkeys(forms))

    def _digests(self, form: Form) -> Iterator[bytes]:
        return (digest_of(key, form) for key in self.keys)

    @staticmethod
    def _all_forms(forms: Iterable[Form]) -> list[Form]:
        return [one for kind, text in forms for one in forms_of(kind, text)]


def _by_digest(entries: Iterable[tuple[Suppression, Sequence[SuppressedDigest]]]) -> dict[bytes, Suppression]:
    """Return the entries by digest; of several with one digest, the strongest."""
    found: dict[bytes, Suppression] = {}
    for entry, digests in entries:
        for one in digests:
            known = found.get(one.digest)
            found[one.digest] = entry if known is None else min(known, entry, key=_strength)
    return found


def _strength(entry: Suppression) -> tuple[bool, int]:
    return entry.kind is not SuppressionKind.FORGOTTEN, entry.number
