"""Offers: similar identifiers that may belong to the same person, with the number of their certificates.

Only identifiers with certificates in the index are offered, and never mixed into the answer:

    address      other dots, other +tags, percent signs, xn--, umlauts; and the name in its certificates
    name         a vowel written otherwise, where it finds further certificates
    telephone    the number without its country
    account      the address that it is
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from ctscan.errors import UsageError
from ctscan.model import Identifier, IdentifierKind, Message, Offer, OfferReason, Remark, SubjectKind
from ctscan.personal.identifiers import name_in, parse_identifier
from ctscan.personal.normalise import address_spellings
from ctscan.personal.normalise.addresses import tidy_text
from ctscan.personal.normalise.name_spacing import respaced
from ctscan.personal.normalise.name_tokens import asked_forms, respelled, spelled_words

if TYPE_CHECKING:
    from ctscan.index.protocols import Finder
    from ctscan.model import Finding, Match

OFFERS = 20
"""Most offers of an answer."""

NAMES = 3
"""Most names that are offered for an address."""

COUNTED = 100
"""Certificates of an offer at which counting stops: an offer says whether a look-up is worth it."""

_HELD = 1_000  # certificates at which the comparison of spellings stops

_SIMILAR = 1_000  # addresses with the same letters that are compared
_LONGEST_NAME = 100  # characters of a name that is offered
_MOST_WORDS = 6  # of a name that is offered

_Candidate = tuple[str, Identifier, Message]
"""Text of an offer, its meaning, and its reason."""


async def offers_of(
    index: Finder, identifier: Identifier, matches: Sequence[Match]
) -> tuple[tuple[Offer, ...], Message | None]:
    """Return the offers for every reading of an identifier, and a remark where others are left out."""
    answered = {(reading.kind, reading.canonical) for reading in identifier.readings}
    found: dict[str, Offer] = {}
    is_cut = False
    for reading in identifier.readings:
        candidates, is_part = await _candidates(index, reading, matches)
        is_cut |= is_part
        for text, meant, reason in candidates:
            if (meant.kind, meant.canonical) in answered or text in found:
                continue
            if len(found) == OFFERS:
                is_cut = True
                break
            count, is_least = await _count(index, meant)
            if count:
                found[text] = Offer(text, reason, count, at_least=is_least)
    return tuple(found.values()), Remark.OFFERS_CUT(shown=len(found)) if is_cut else None


async def _candidates(index: Finder, reading: Identifier, matches: Sequence[Match]) -> tuple[list[_Candidate], bool]:
    """Return the offers that a reading may have, in the order of their reasons, and whether some are missing."""
    found: list[tuple[str, Message]] = []
    is_part = False
    match reading.kind:
        case IdentifierKind.EMAIL:
            found, is_part = await _similar(index, reading.canonical)
            found += [(f"name:{name}", OfferReason.NAME()) for name in names_beside(matches, reading.canonical)]
        case IdentifierKind.NAME:
            found = [(text, OfferReason.SPELLING()) for text in await _respelled(index, reading)]
            found += [(f"name:{name}", OfferReason.SPACING()) for name in _respaced(reading)]
        case IdentifierKind.PHONE:
            found = [(variant, OfferReason.NATIONAL_NUMBER()) for variant in reading.variants]
        case IdentifierKind.ACCOUNT:
            found = [(variant, OfferReason.ADDRESS()) for variant in reading.variants]
    return _parsed(found), is_part


def _parsed(found: Sequence[tuple[str, Message]]) -> list[_Candidate]:
    """Add the meanings of texts; leave out texts that can't be typed, such as the name of a single letter."""
    parsed = []
    for text, reason in found:
        with suppress(UsageError):
            parsed.append((text, parse_identifier(text), reason))
    return sorted(parsed, key=lambda one: _ORDER.index(one[2].code))


_ORDER = [str(reason) for reason in OfferReason]


async def _count(index: Finder, meant: Identifier) -> tuple[int, bool]:
    """Count the certificates of an offer; return whether there may be more, too."""
    if meant.kind == IdentifierKind.NAME:
        return await index.estimate_name(asked_forms(meant), COUNTED)
    count = await index.count_keys([key for key in meant.keys if key.kind == meant.kind], COUNTED)
    return count, count == COUNTED


# --- addresses ----------------------------------------------------------------------------------------------------


async def _similar(index: Finder, address: str) -> tuple[list[tuple[str, Message]], bool]:
    """Return similar addresses of the index with their reasons, and whether there may be more."""
    spellings: dict[str, Message] = dict.fromkeys(address_spellings.umlauts(address), OfferReason.SPELLING())
    spellings |= dict.fromkeys(address_spellings.relabelled(address), OfferReason.LABELS())
    spellings |= dict.fromkeys(address_spellings.encoded(address), OfferReason.ENCODED())
    spellings |= dict.fromkeys(address_spellings.decoded(address), OfferReason.DECODED())
    found = await index.similar_addresses([address, *spellings], _SIMILAR)
    related = [(other, relation(address, other, spellings)) for other in found]
    return [(other, reason) for other, reason in related if reason is not None], len(found) == _SIMILAR


def relation(address: str, other: str, spellings: Mapping[str, Message]) -> Message | None:
    """Return the reason why another address may be the same person's; None where nothing says so.

    Args:
        address: canonical address that was asked for.
        other: canonical address of the index.
        spellings: other spellings of the address with their reasons; `name@` stands for the name at any host.
    """
    local, _, other_host = other.rpartition("@")
    if other == address:
        return None
    known = spellings.get(other) or spellings.get(f"{local}@")
    if known is not None:
        return known
    asked, _, host = address.rpartition("@")
    if host != other_host or asked.startswith('"'):
        return None
    (name, _, tag), (other_name, _, other_tag) = asked.partition("+"), local.partition("+")
    if not name or not other_name:  # the + is no tag
        return None
    if name == other_name:
        return OfferReason.WITH_TAG() if other_tag else OfferReason.WITHOUT_TAG()
    if _undotted(name) == _undotted(other_name):
        return OfferReason.DOTS() if tag == other_tag else OfferReason.DOTS_AND_TAG()
    spelled = {_undotted(one.rpartition("@")[0].partition("+")[0]) for one in spellings}
    return OfferReason.SPELLING() if _undotted(other_name) in spelled else None


def _undotted(name: str) -> str:
    return name.replace(".", "")


# --- names --------------------------------------------------------------------------------------------------------


def names_beside(matches: Iterable[Match], address: str) -> list[str]:
    """Return the names that certificates give to the person of an address, the commonest first, at most `NAMES`."""
    numbers: Counter[frozenset[str]] = Counter()
    spelled: dict[frozenset[str], str] = {}
    for match in matches:
        for name in dict.fromkeys(_names_in(match, address)):
            words = frozenset(name.casefold().split())
            numbers[words] += 1
            spelled.setdefault(words, name)
    return [spelled[words] for words, _ in numbers.most_common(NAMES)]


def _names_in(match: Match, address: str) -> list[str]:
    persons = {
        one.person
        for one in match.findings
        for key in one.keys
        if key.key == address and key.kind == IdentifierKind.EMAIL
    }
    names = []
    for person in sorted(persons):
        found = [f for f in match.findings if f.person == person and f.subject_kind is SubjectKind.PERSON]
        names += _texts(found, "user.name") or [_of_parts(found)]
    return [name for name in names if 2 <= len(name.split()) <= _MOST_WORDS]


def _of_parts(found: Sequence[Finding]) -> str:
    return " ".join([*_texts(found, "user.name.first")[:1], *_texts(found, "user.name.last")[:1]])


def _texts(found: Iterable[Finding], category: str) -> list[str]:
    """Return the values of a category with look-up keys of names, without control characters."""
    texts = (
        " ".join(tidy_text(one.repaired or one.value).split())
        for one in found
        if one.category == category and any(key.kind == IdentifierKind.NAME for key in one.keys)
    )
    return [text for text in texts if len(text) <= _LONGEST_NAME]


def _respaced(reading: Identifier) -> list[str]:
    """Return names with a particle joined or apart."""
    name = name_in(reading.value)
    return list(respaced(name)) if len(name.split()) <= _MOST_WORDS else []


async def _respelled(index: Finder, reading: Identifier) -> list[str]:
    """Return names with one word respelled that find further certificates."""
    words = spelled_words(reading)
    held = await index.count_name(words, _HELD)
    if held == _HELD or len(words) > _MOST_WORDS:
        return []
    names = []
    for number, word in enumerate(words):
        others = dict.fromkeys(other for form in word if form.isascii() for other in respelled(form))
        for other in [one for one in others if one not in word]:
            wider = [*words[:number], (*word, other), *words[number + 1 :]]
            if await index.count_name([(other,)], 1) and await index.count_name(wider, _HELD) > held:
                spelled = [one[0] for one in words]
                names.append(f"name:{' '.join([*spelled[:number], other, *spelled[number + 1 :]]).title()}")
    return names
