"""Certificates that match an identifier, under every reading of its text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from ctscan.model import IdentifierKind, Remark
from ctscan.personal.normalise.name_tokens import asked_forms, share_of_words

if TYPE_CHECKING:
    from ctscan.index.protocols import Finder
    from ctscan.model import Identifier, Match, Message

PARTLY = 200  # certificates in an answer that hold only some words of a name; the query asks for another, too


class Found(Struct):
    """Matches to show. `cut` is the reason why others aren't shown. `only_whole`: certificates with only a part of the
    name were not looked for, as others hold the whole name."""

    matches: list[Match] = field(default_factory=list)
    cut: Message | None = None
    only_whole: bool = False


async def find_matches(index: Finder, identifier: Identifier, limit: int, *, partly: bool = False) -> Found:
    """Find the matches of every reading.

    Args:
        index: the index.
        identifier: the identifier, with all of its readings.
        limit: most certificates; the query asks for another, to recognise a cut answer.
        partly: look for certificates with a part of the name also where others hold the whole name.
    """
    if not identifier.others:
        return await _find(index, identifier, limit, partly=partly)
    found: dict[bytes, Match] = {}
    every: list[Found] = []
    for reading in identifier.readings:
        is_first = reading is identifier
        some = await _find(index, reading, limit, partly=partly and is_first)
        _unite(found, some.matches, reading, is_first=is_first)
        every.append(some)
    cuts = [Remark.CUT(limit=limit)] if len(found) > limit else []
    cuts += [some.cut for some in every if some.cut is not None]
    return Found(list(found.values())[:limit], cuts[0] if cuts else None, every[0].only_whole)


def _unite(found: dict[bytes, Match], matches: Sequence[Match], reading: Identifier, *, is_first: bool) -> None:
    """Add the matches of a reading. Of a name that is only one meaning of a text every word has to be there."""
    for match in matches:
        if match.score < 1 and not is_first:
            continue
        known = found.get(match.certificate.identity, match)
        best = max(known, match, key=lambda one: one.score)
        found[match.certificate.identity] = replace(best, matched_as=(*known.matched_as, reading.kind))


async def _find(index: Finder, reading: Identifier, limit: int, *, partly: bool) -> Found:
    if reading.kind == IdentifierKind.NAME:
        return await _find_name(index, reading, limit, partly=partly)
    found = await _find_others(index, reading, limit + 1)
    return Found(found[:limit], Remark.CUT(limit=limit) if len(found) > limit else None)


async def _find_others(index: Finder, reading: Identifier, limit: int) -> list[Match]:
    match reading.kind:
        case IdentifierKind.SHA256:
            return await index.find_sha256(bytes.fromhex(reading.canonical))
        case IdentifierKind.SHA1:
            return await index.find_sha1(bytes.fromhex(reading.canonical))
        case IdentifierKind.SERIAL:
            return await index.find_serial(reading.canonical)
        case IdentifierKind.IDENTITY:
            return await index.find_identity(bytes.fromhex(reading.canonical))
        case IdentifierKind.EMAIL:
            exact = [key for key in reading.keys if key.kind == IdentifierKind.EMAIL]
            return await index.find_keys(exact, limit)
        case _:
            return await index.find_keys(reading.keys, limit)


async def _find_name(index: Finder, reading: Identifier, limit: int, *, partly: bool) -> Found:
    """Find matches of a name, best first: by the share of its words in one certificate, in any order, spelling or
    script. Certificates with only some of the words mostly name other people, and there may be hundreds of thousands:
    they are looked for where nothing holds the whole name, or where they are asked for, and a part of them is shown."""
    words = asked_forms(reading)
    if not partly and len(words) > 1:
        scored = _scored(words, await index.find_name(words, limit + 1, 0))
        if any(match.score == 1 for match in scored):
            return Found(scored[:limit], Remark.CUT(limit=limit) if len(scored) > limit else None, only_whole=True)
    return _with_parts(_scored(words, await index.find_name(words, limit + 1, min(limit, PARTLY) + 1)), limit)


def _with_parts(scored: Sequence[Match], limit: int) -> Found:
    """Cut matches of the whole name and of its parts, each to what is shown."""
    whole = [match for match in scored if match.score == 1]
    partly = sorted((match for match in scored if match.score < 1), key=lambda match: -match.score)
    if len(whole) > limit:
        return Found(whole[:limit], Remark.CUT(limit=limit))
    shown = partly[: min(limit, PARTLY)]
    if len(partly) <= len(shown):
        return Found(whole + shown)
    if whole:
        return Found(whole + shown, Remark.CUT_PARTLY(shown=len(shown), whole=len(whole)))
    return Found(shown, Remark.CUT_PARTLY_NO_WHOLE(shown=len(shown)))


def _scored(words: Sequence[Sequence[str]], found: Sequence[Match]) -> list[Match]:
    """Score matches by the share of the words that all of their findings hold together."""
    return [replace(match, score=share_of_words(words, frozenset(_name_keys(match)))) for match in found]


def _name_keys(match: Match) -> list[str]:
    return [key.key for finding in match.findings for key in finding.keys if key.kind == IdentifierKind.NAME]
