"""JSON shapes of CA profiles: `ctscan ca list`, the profiles of `ctscan ca show`, and `ctscan ca check`."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from ctscan.model import Code
from ctscan.model.ca_profile import CaProfile, ProfileCheck, ProfileConflict, ProfileFact
from ctscan.model.ca_vocabulary import word_of
from ctscan.views.json.values import Shape, messages
from ctscan.views.profile_values import value_text
from ctscan.views.text import ENGLISH, texts


def profile_row(profile: CaProfile) -> Shape:
    """`ctscan ca list`: shape a profile without its facts."""
    return {
        "name": profile.name,
        "owner": profile.owner,
        "grade": _grade(profile.grade),
        "facts": len(profile.facts),
        "as_of": str(profile.as_of),
        "baseline": profile.is_baseline,
        "no_letter": None if profile.no_letter is None else word_of(profile.no_letter),
    }


def profile(found: CaProfile) -> Shape:
    """`ctscan ca show NAME`: shape a profile with facts and conflicts."""
    return {
        **{key: value for key, value in profile_row(found).items() if key != "facts"},
        "owners": list(found.owners),
        "organisations": list(found.organisations),
        "keys": [{"key_id": key.key_id.hex(), "name": key.name} for key in found.keys],
        "traps": [
            {"owner": trap.owner, "key_id": trap.key_id.hex() or None, "organisation": trap.organisation or None}
            for trap in found.traps
        ],
        "seat": found.seat or None,
        "languages": list(found.languages),
        "facts": [fact(one) for one in found.facts],
        "conflicts": [_conflict(found, one) for one in found.conflicts],
    }


def fact(found: ProfileFact) -> Shape:
    """Shape a fact: `value` is English text, `data` the same in words and numbers."""
    return {
        "key": word_of(found.key),
        "value": value_text(found.value, texts(ENGLISH)),
        "data": _data(found.value),
        "section": found.section,
        "source": found.source.title,
        "url": found.source.url or None,
        "layer": word_of(found.source.layer),
        "date": str(found.source.day),
        "undated": found.source.is_undated,
        "version": found.source.version or None,
        "grade": _grade(found.grade),
    }


def profile_check(found: ProfileCheck) -> Shape:
    """`ctscan ca check`: shape the faults of a profile."""
    return {
        "name": found.profile.name,
        "file": f"{found.profile.id}.toml",
        "old": found.has_old_text,
        **messages("faults", found.faults),
    }


def profile_checks(found: Sequence[ProfileCheck]) -> list[Shape]:
    """`ctscan ca check`: shape the faults of all profiles."""
    return [profile_check(one) for one in found]


def _conflict(profile: CaProfile, found: ProfileConflict) -> Shape:
    return {
        "key": word_of(found.key),
        "sources": [profile.source(id).title for id in found.sources],
        "prevails": profile.source(found.prevails).title,
        "reason": texts(ENGLISH)(found.reason()),
        "reason_code": str(found.reason),
    }


def _grade(grade: Code) -> str:
    return word_of(grade).upper()


def _data(value: object) -> object:
    """Shape a value by its fields: words for codes, lists for tuples."""
    if isinstance(value, Code):
        return word_of(value)
    if isinstance(value, tuple):
        return [_data(one) for one in value]
    if isinstance(value, Struct):
        shape = {name.removeprefix("is_"): _data(getattr(value, name)) for name in value.__struct_fields__}
        return shape["codes"] if set(shape) == {"codes"} else shape
    return value
