"""Certificates of which a part was left unread, and in which an identifier may stand unseen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctscan.model import IdentifierKind, Remark
from ctscan.model.identifier import KEY_KINDS

if TYPE_CHECKING:
    from ctscan.index.protocols import Finder
    from ctscan.model import Identifier, Message, PartlyRead

PARTLY_READ_SHOWN = 5  # certificates that were partly read, named in an answer


async def unread_parts(index: Finder, identifier: Identifier, *, is_found: bool) -> list[Message]:
    """Return remarks that name the certificates in whose unread rest the identifier may stand: their number, and the
    first of them. Certificates that match already are among them: the rest may hold more about the person, or another
    address of the domain."""
    kinds = {reading.kind for reading in identifier.readings}
    remarks: list[Message] = []
    if IdentifierKind.SERIAL in kinds:
        unknown = await index.find_serial("")  # kept certificates whose frame can't be read
        remarks += [Remark.SERIALS_UNREADABLE(count=len(unknown))] if unknown else []
    if not kinds.isdisjoint(KEY_KINDS):
        count, found = await index.partly_read(PARTLY_READ_SHOWN)
        return [*remarks, *_named(count, found)]
    if IdentifierKind.SERIAL in kinds or (IdentifierKind.IDENTITY in kinds and not is_found):
        remarks += await _unparsed_entries(index)
    return remarks


async def _unparsed_entries(index: Finder) -> list[Message]:
    """Return remarks that name entries which hold something in scope but can't be parsed, so that nobody knows which
    certificate they hold."""
    count, _ = await index.partly_read(0)
    _, found = await index.partly_read(count) if count else (0, [])
    entries = [one for one in found if one.identity is None]
    return _named(len(entries), entries[:PARTLY_READ_SHOWN])


def _named(count: int, found: list[PartlyRead]) -> list[Message]:
    return [Remark.PARTLY_READ(count=count), *map(_name_of, found)] if found else []


def _name_of(one: PartlyRead) -> Message:
    if one.identity is None:
        return Remark.PARTLY_READ_ENTRY(log=one.log, index=one.index)
    certificate = (one.sha256 or one.identity).hex()
    kind = "sha256" if one.sha256 else "identity"
    if not one.log:
        return Remark.PARTLY_READ_ELSEWHERE(certificate=certificate, kind=kind)
    return Remark.PARTLY_READ_IN_LOG(certificate=certificate, kind=kind, log=one.log, index=one.index)
