"""Release of what a case's look-ups found: the certificates that leave the case, and those that are held back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from ctscan.model.message import Code, Message

if TYPE_CHECKING:
    from ctscan.model.match import Match


class IdentityDoubt(Code):
    """Reason why a certificate is held back though the identity of the requester is settled."""

    UNPROVEN = "doubt.unproven"  # no identifier that found it was proven by a code
    NAME_DIFFERS = "doubt.name-differs"
    NAME_UNKNOWN = "doubt.name-unknown"  # it names a person, and the case has no name of the requester
    BEFORE_SINCE = "doubt.before-since"  # parameters: since, begins (first day of validity)
    UNDATED = "doubt.undated"  # parameter: since
    REJECTED = "doubt.rejected"  # the handler found that it is somebody else's


class Held(Struct, frozen=True):
    """Certificate that is held back as unclear, with every reason."""

    match: Match
    reasons: tuple[Message, ...]


class Release(Struct, frozen=True):
    """Certificates of a case, divided; each in the order in which it was found.

    Attributes:
        released: certificates that leave the case.
        held: certificates that are unclear until the handler confirms each.
        rejected: certificates that the handler found to be somebody else's.
        confirmed: identities of the certificates that the handler confirmed, found or not.
    """

    released: tuple[Match, ...]
    held: tuple[Held, ...]
    rejected: tuple[Match, ...]
    confirmed: frozenset[bytes]

    @property
    def reasons(self) -> Mapping[bytes, Message]:
        """First reason of each certificate that isn't released, by its identity."""
        held = {one.match.certificate.identity: one.reasons[0] for one in self.held}
        return held | {match.certificate.identity: IdentityDoubt.REJECTED() for match in self.rejected}
