"""Parser of CA profiles: the text of `data/ca_policies/<name>.toml` to a `CaProfile`. Pure.

    name, grade, seat, languages        head
    owners, organisations, [keys]       how a certificate is matched: CCADB owners, exact O, subject key identifiers
    [[traps]]                           CAs that look like one of these, and have another owner
    [sources.<id>]                      texts: layer, title, url, date, version, grade
    [[facts]]                           key, value, section, source
    [[conflicts]]                       key, sources, prevails, reason

Keys and words are closed lists (`model/ca_vocabulary.py`, `model/ca_terms.py`): unknown ones are errors, because a
fact under a misspelt key would silently be an open question.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, combinations
from types import MappingProxyType
from typing import Final

from ctscan.authorities.closed_tables import ClosedTable, read_tables
from ctscan.errors import FormatError
from ctscan.model.ca_profile import CaProfile, ProfileConflict, ProfileFact, ProfileSource, RootKey, Trap
from ctscan.model.ca_terms import ConflictReason, NoLetter, RetentionStart, RetentionTerm, TimeUnit, TransferMeans
from ctscan.model.ca_values import (
    ADDITIVE,
    ASSIGNED,
    VALUE_TYPES,
    WORDS,
    Assigned,
    Contact,
    FactValue,
    Party,
    ResponseTime,
    Retention,
    RightPosition,
    SupervisoryAuthority,
    Transfers,
    Words,
)
from ctscan.model.ca_vocabulary import Circumstance, Condition, FactKey, Grade, Layer, RightStance, Use, word_of
from ctscan.on_first_use import late_pattern

_KEY_ID: Final = late_pattern(r"(?:[0-9a-f]{40}|[0-9a-f]{64})")
_COUNTRY: Final = late_pattern(r"[A-Z]{2}")
_LANGUAGE: Final = late_pattern(r"[a-z]{2}")
_ID: Final = late_pattern(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_ADDRESS: Final = late_pattern(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_URL_KEYS: Final = (FactKey.WEB_FORM, FactKey.POLICY_URL)


def parse_profile(file: str, data: bytes) -> CaProfile:
    """Parse a profile.

    Args:
        file: name of the file, `<id>.toml`; errors begin with it.
        data: its bytes.

    Raises:
        FormatError: not TOML, an unknown key or word, a value of another type, a fact without section or source, two
            facts that disagree without a conflict, a source that no fact names.
    """
    top = read_tables(file, data)
    sources = {name: _source(name, table) for name, table in top.named_tables("sources")}
    facts = tuple(_fact(table, sources) for table in top.tables("facts"))
    conflicts = tuple(_conflict(table, sources) for table in top.tables("conflicts"))
    profile = CaProfile(
        id=file.removesuffix(".toml"),
        name=top.text("name"),
        grade=top.word("grade", Grade),
        owners=top.texts("owners"),
        organisations=top.texts("organisations"),
        keys=tuple(_keys(top)),
        traps=tuple(_trap(table) for table in top.tables("traps")),
        seat=_matching(top, "seat", _COUNTRY, "a country of two capital letters", default=""),
        languages=_languages(top),
        sources=tuple(sources.values()),
        facts=facts,
        conflicts=conflicts,
        no_letter=top.word("no_letter", NoLetter) if "no_letter" in top else None,
        is_baseline=top.flag("baseline", default=False),
    )
    top.end()
    _check_whole(file, profile)
    return profile


# --- head and sources ----------------------------------------------------------------------------------------------


def _keys(top: ClosedTable) -> Iterator[RootKey]:
    keys = top.table("keys")
    for name in keys.names():
        yield RootKey(_key_id(keys, name, name), keys.text(name))


def _trap(table: ClosedTable) -> Trap:
    key_id = table.text("key_id", "")
    trap = Trap(
        owner=table.text("owner"),
        key_id=_key_id(table, "key_id", key_id) if key_id else b"",
        organisation=table.text("organisation", ""),
    )
    if not (trap.key_id or trap.organisation):
        raise table.fault("key_id", "a key identifier or an organisation")
    table.end()
    return trap


def _key_id(table: ClosedTable, key: str, text: str) -> bytes:
    if not _KEY_ID.fullmatch(text):
        raise table.fault(key[:64] if key.isalnum() else "keys", "a key identifier of 40 or 64 small hex digits", text)
    return bytes.fromhex(text)


def _languages(top: ClosedTable) -> tuple[str, ...]:
    found = top.texts("languages")
    if not found or not all(_LANGUAGE.fullmatch(one) for one in found):
        raise top.fault("languages", "languages of two small letters", list(found))
    return found


def _matching(table: ClosedTable, key: str, form: re.Pattern[str], expected: str, default: str | None = None) -> str:
    text = table.text(key, default)
    if text != default and not form.fullmatch(text):
        raise table.fault(key, expected, text)
    return text


def _source(name: str, table: ClosedTable) -> ProfileSource:
    if not _ID.fullmatch(name):
        raise table.fault("layer", "a name of small letters, digits and hyphens for its source", name)
    source = ProfileSource(
        id=name,
        layer=table.word("layer", Layer),
        title=table.text("title"),
        url=_url(table, "url", table.text("url")) if "url" in table else "",
        day=table.day("date"),
        version=table.text("version", ""),
        grade=table.word("grade", Grade),
        is_undated=table.flag("undated", default=False),
    )
    table.end()
    return source


def _url(table: ClosedTable, key: str, text: str) -> str:
    if not text.startswith("https://") or " " in text:
        raise table.fault(key, "a URL that begins with https://", text)
    return text


# --- facts and conflicts -------------------------------------------------------------------------------------------


def _fact(table: ClosedTable, sources: Mapping[str, ProfileSource]) -> ProfileFact:
    key = table.word("key", FactKey)
    fact = ProfileFact(
        key=key, value=_value(key, table), section=table.text("section"), source=_named_source(table, sources)
    )
    table.end()
    return fact


def _named_source(table: ClosedTable, sources: Mapping[str, ProfileSource]) -> ProfileSource:
    name = table.text("source")
    if name not in sources:
        raise table.fault("source", f"one of {', '.join(sources) or 'the sources'}", name)
    return sources[name]


def _value(key: FactKey, table: ClosedTable) -> FactValue:
    kind = VALUE_TYPES[key]
    if kind is Words:
        codes = table.words("value", WORDS[key])
        if not codes:
            raise table.fault("value", "a list of words")
        return Words(codes)
    if kind is str:
        text = table.text("value")
        return _url(table, "value", text) if key in _URL_KEYS else text
    if kind is bool:
        return table.flag("value")
    if kind is int:
        return table.number("value")
    inner = table.table("value")
    value = _READERS[kind](key, inner)
    inner.end()
    return value


def _retention(_: FactKey, table: ClosedTable) -> Retention:
    term = table.word("term", RetentionTerm, RetentionTerm.PERIOD)
    found = Retention(
        term,
        years=table.number("years", 0),
        months=table.number("months", 0),
        start=table.word("start", RetentionStart, RetentionStart.UNSTATED),
        qualified_years=table.number("qualified_years", 0),
        at_most_years=table.number("at_most_years", 0),
        is_minimum=table.flag("minimum", default=False),
    )
    if (term is RetentionTerm.PERIOD) != bool(found.years or found.months):
        raise table.fault("years", f"a number just with the term {word_of(RetentionTerm.PERIOD)}")
    return found


def _time(_: FactKey, table: ClosedTable) -> ResponseTime:
    unit = table.word("unit", TimeUnit)
    return ResponseTime(
        count=0 if unit is TimeUnit.AS_LAW_REQUIRES else table.number("count"),
        unit=unit,
        is_aim=table.flag("aim", default=False),
        may_take_longer=table.flag("may_take_longer", default=False),
    )


def _position(_: FactKey, table: ClosedTable) -> RightPosition:
    return RightPosition(table.word("stance", RightStance), table.words("conditions", Condition))


def _assigned(key: FactKey, table: ClosedTable) -> Assigned:
    return Assigned(table.word("is", ASSIGNED[key]), table.word("when", Circumstance, Circumstance.ALWAYS))


def _party(_: FactKey, table: ClosedTable) -> Party:
    return Party(table.text("name"), table.word("when", Circumstance, Circumstance.ALWAYS))


def _contact(key: FactKey, table: ClosedTable) -> Contact:
    hidden = table.flag("hidden", default=False)
    if hidden and "text" in table:
        raise table.fault("text", "no text beside hidden = true", table.take("text"))
    text = "" if hidden else table.text("text")
    if text and key in _URL_KEYS:
        _url(table, "text", text)
    if text and key is FactKey.EMAIL and not _ADDRESS.fullmatch(text):
        raise table.fault("text", "an e-mail address", text)
    return Contact(text, table.word("use", Use), hidden, table.flag("names_officer", default=False))


def _authority(_: FactKey, table: ClosedTable) -> SupervisoryAuthority:
    return SupervisoryAuthority(
        name=table.text("name"),
        is_by_seat=table.flag("by_seat", default=False),
        address=table.text("address", ""),
        email=table.text("email", ""),
    )


def _transfers(_: FactKey, table: ClosedTable) -> Transfers:
    countries = table.texts("countries")
    if not all(_COUNTRY.fullmatch(country) for country in countries):
        raise table.fault("countries", "countries of two capital letters", list(countries))
    return Transfers(countries, table.words("means", TransferMeans))


_READERS: Final[Mapping[type, Callable[[FactKey, ClosedTable], FactValue]]] = MappingProxyType(
    {
        Retention: _retention,
        ResponseTime: _time,
        RightPosition: _position,
        Assigned: _assigned,
        Party: _party,
        Contact: _contact,
        SupervisoryAuthority: _authority,
        Transfers: _transfers,
    }
)


def _conflict(table: ClosedTable, sources: Mapping[str, ProfileSource]) -> ProfileConflict:
    found = ProfileConflict(
        key=table.word("key", FactKey),
        sources=table.texts("sources"),
        prevails=table.text("prevails"),
        reason=table.word("reason", ConflictReason),
    )
    if not found.sources or not set(found.sources) <= set(sources):
        raise table.fault("sources", f"some of {', '.join(sources) or 'the sources'}", list(found.sources))
    if found.prevails not in found.sources:
        raise table.fault("prevails", f"one of {', '.join(found.sources)}", found.prevails)
    table.end()
    return found


# --- the whole -----------------------------------------------------------------------------------------------------


def _check_whole(file: str, profile: CaProfile) -> None:
    if not profile.facts:
        raise FormatError(f"{file}: facts: expected at least one fact, got none")
    if unused := {source.id for source in profile.sources} - {fact.source.id for fact in profile.facts}:
        raise FormatError(f"{file}: sources.{min(unused)}: expected a fact that names it, got none")
    if profile.is_baseline and (profile.owners or profile.organisations or profile.keys):
        raise FormatError(f"{file}: baseline: expected no owners, organisations or keys, got some")
    if twice := _repeated(chain((key.key_id.hex() for key in profile.keys), (t.key_id.hex() for t in profile.traps))):
        raise FormatError(f"{file}: keys.{twice}: expected it once, as a key or as a trap, got it twice")
    for key in {fact.key for fact in profile.facts} - ADDITIVE:
        _check_single(file, key, profile)
    for conflict in profile.conflicts:
        _check_conflict(file, conflict, profile)


def _repeated(found: Iterator[str]) -> str | None:
    return next((one for one, number in Counter(found).items() if one and number > 1), None)


def _check_single(file: str, key: FactKey, profile: CaProfile) -> None:
    """Refuse facts of a key that holds once: the same source twice, or different values without a conflict."""
    found = profile.facts_of(key)
    values = {fact.value for fact in found}
    if len(values) < len(found):
        raise FormatError(f"{file}: facts: {word_of(key)}: expected each value once, got one twice")
    conflict = profile.conflict(key)
    if len(values) > 1 and (conflict is None or not {fact.source.id for fact in found} <= set(conflict.sources)):
        raise FormatError(
            f"{file}: facts: {word_of(key)}: expected one value, or a conflict that names the source that prevails, "
            f"got {len(values)} values"
        )


def _check_conflict(file: str, conflict: ProfileConflict, profile: CaProfile) -> None:
    found = profile.facts_of(conflict.key)
    if len(found) < 2 or not set(conflict.sources) <= {fact.source.id for fact in found}:
        raise FormatError(
            f"{file}: conflicts: {word_of(conflict.key)}: expected facts of each source, and two at least, "
            f"got {len(found)}"
        )


def check_apart(profiles: Sequence[CaProfile]) -> None:
    """Refuse profiles that claim the same key, organisation or owner: a certificate would match both.

    Raises:
        FormatError: with the names of both profiles.
    """
    for one, other in combinations(profiles, 2):
        if both := _claims(one) & _claims(other):
            shown = sorted(both)[0]
            raise FormatError(f"{one.id}.toml: {shown}: expected it in one profile, got it in {other.id}.toml, too")
        if one.is_baseline and other.is_baseline:
            raise FormatError(f"{one.id}.toml: baseline: expected one baseline, got another in {other.id}.toml")


def _claims(profile: CaProfile) -> set[str]:
    return {
        *(f"keys.{key.key_id.hex()}" for key in profile.keys),
        *(f"organisations: {folded(name)}" for name in profile.organisations),
        *(f"owners: {folded(name)}" for name in profile.owners),
    }


def folded(name: str) -> str:
    """Fold the name of an organisation or owner for an exact comparison: case and spaces don't count."""
    return " ".join(name.casefold().split())
