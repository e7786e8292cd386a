"""Certificates that match an identifier, under every reading of its text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ctscan.index.protocols import Finder
from ctscan.model import Identifier, IdentifierKind, LookupKey, Match, Message, Remark
from ctscan.personal.normalise.name_tokens import asked_forms, share_of_words

PARTLY = 200  # certificates in an answer that hold only some words of a name; the query asks for another, too


async def find_matches(index: Finder, identifier: Identifier, limit: int) -> tuple[list[Match], Message | None]:
    """Return the matches to show, and the reason why others aren't shown.

    Args:
        limit: most certificates; the query asks for another, to recognise a cut answer.
    """
    if not identifier.others:
        return await _find(index, identifier, limit)
    found: dict[bytes, Match] = {}
    cuts: list[Message] = []
    for reading in identifier.readings:
        matches, cut = await _find(index, reading, limit)
        _unite(found, matches, reading, is_first=reading is identifier)
        cuts += [cut] if cut else []
    if len(found) > limit:
        cuts.insert(0, Remark.CUT(limit=limit))
    return list(found.values())[:limit], cuts[0] if cuts else None


def _unite(found: dict[bytes, Match], matches: Sequence[Match], reading: Identifier, *, is_first: bool) -> None:
    """Add the matches of a reading. Of a name that is only one meaning of a text every word has to be there."""
    for match in matches:
        if match.score < 1 and not is_first:
            continue
        known = found.get(match.certificate.identity, match)
        best = max(known, match, key=lambda one: one.score)
        found[match.certificate.identity] = replace(best, matched_as=(*known.matched_as, reading.kind))


async def _find(index: Finder, reading: Identifier, limit: int) -> tuple[list[Match], Message | None]:
    if reading.kind == IdentifierKind.NAME:
        return await _find_name(index, reading, limit)
    found = await _find_others(index, reading, limit + 1)
    return found[:limit], Remark.CUT(limit=limit) if len(found) > limit else None


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


async def _find_name(index: Finder, reading: Identifier, limit: int) -> tuple[list[Match], Message | None]:
    """Return matches of a name, best first: by the share of its words in one certificate, in any order, spelling or
    script. Hundreds of thousands of certificates may hold a common given name; matches of nothing else are counted, not
    shown."""
    found = await index.find_name(asked_forms(reading), limit + 1, min(limit, PARTLY) + 1)
    scored = [replace(match, score=_score(reading, match)) for match in found]
    whole = [match for match in scored if match.score == 1]
    partly = sorted((match for match in scored if match.score < 1), key=lambda match: -match.score)
    if len(whole) > limit:
        return whole[:limit], Remark.CUT(limit=limit)
    shown = partly[: min(limit, PARTLY)]
    if len(partly) <= len(shown):
        return whole + shown, None
    if whole:
        return whole + shown, Remark.CUT_PARTLY(shown=len(shown), whole=len(whole))
    return shown, Remark.CUT_PARTLY_NO_WHOLE(shown=len(shown))


def _score(reading: Identifier, match: Match) -> float:
    return share_of_words(asked_forms(reading), frozenset(_name_keys(match)))


def _name_keys(match: Match) -> list[str]:
    keys: list[LookupKey] = [key for finding in match.findings for key in finding.keys]
    return [key.key for key in keys if key.kind == IdentifierKind.NAME]
