"""Mailboxes of a name: certificates with an address whose local part is made from the name. They are no matches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ctscan.model import IdentifierKind, Remark
from ctscan.personal.normalise.name_tokens import spelled_words

if TYPE_CHECKING:
    from ctscan.index.protocols import Finder
    from ctscan.model import Identifier, Match, Message

MAILBOXES = 200
"""Most certificates with a mailbox of a name in an answer."""

WITH_INITIAL = 0.5
"""Score of a mailbox of an initial and a word (`jroe`), which other people share."""


async def mailboxes_of(
    index: Finder, identifier: Identifier, matches: Sequence[Match]
) -> tuple[list[Match], Message | None]:
    """Return certificates with a mailbox of the name, and a remark where others are left out.

    Certificates that match already are left out. Mailboxes of full words come first, with score 1, then those of an
    initial and a word.
    """
    readings = [one for one in identifier.readings if one.kind == IdentifierKind.NAME]
    if not readings:
        return [], None
    from ctscan.personal.attribution.mailbox_names import mailbox_names  # not at the top: it loads lists of words

    names = [mailbox_names(spelled_words(one)) for one in readings]
    known = [match.certificate.identity for match in matches]
    found: list[Match] = []
    is_cut = False
    for score, some in ((1.0, [one.full for one in names]), (WITH_INITIAL, [one.with_initial for one in names])):
        local_parts = {local for made in some for local in made}
        if not local_parts:
            continue
        more, cut = await index.find_mailboxes(local_parts, MAILBOXES - len(found), known)
        found += [replace(match, score=score) for match in more]
        known += [match.certificate.identity for match in more]
        is_cut |= cut
    return found, Remark.MAILBOXES_CUT(shown=len(found)) if is_cut else None
