"""Role of an index that keeps its promises towards people who objected, or asked to be erased."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ctscan.model.forgetting import ForgetRequest, Forgotten
    from ctscan.model.suppression import Suppression, SuppressionsAsked


class Suppressing(Protocol):
    """Suppressions. Every transaction of the index begins with all of them carried out, and no method of any role
    writes or shows what they cover."""

    async def forget(self, request: ForgetRequest) -> Forgotten:
        """Delete or hide the certificates of a person, and promise it: the entry of the suppression file is on the disk
        before the index is changed. A process that is killed between the two leaves the rest to the next opening."""

    async def rehearse_forget(self, request: ForgetRequest) -> Forgotten:
        """Return what `forget` would do; nothing is changed."""

    async def lift_suppression(self, entry: Suppression) -> Forgotten:
        """Add an entry that takes another one back (`lifts`), and show what that one hid."""

    async def suppressions(self) -> tuple[Suppression, ...]:
        """Return all entries, in their order."""

    async def suppressions_of(
        self, forms: Sequence[tuple[str, str]], names: Sequence[Sequence[Sequence[str]]]
    ) -> SuppressionsAsked:
        """Return the word of the suppressions on an identifier.

        Args:
            forms: `(kind, form)` of its readings.
            names: of each name that it may be, the words, each in its forms.
        """

    def kept_issuers(self) -> AsyncIterator[tuple[bytes, bytes]]:
        """Iterate over `(SHA-256, DER)` of the certificates of CAs that are kept to check statements."""

    def kept_partly_read(self) -> AsyncIterator[tuple[bytes, bytes]]:
        """Iterate over `(identity, leaf DER)` of certificates that were read in part: they may name somebody whom no
        finding names."""

    async def scope_without_suppressed(self, scope: str) -> str:
        """Return the text of a scope with pseudonyms in the place of addresses whose owners objected."""
