"""Needs of purposes: which data of people a kind of certificate needs, and which is too much. Pure.

`data/exposure/needs.toml` says what a purpose needs; the excess of `weights.toml` says what a report counts against it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from typing import Any

from ctscan.errors import InputError
from ctscan.model.exposure import Weights
from ctscan.model.template import Need, UseNeeds

Needs = Mapping[str, UseNeeds]
"""Needs by kind of certificate."""

_KEYS = {"use", "categories", "source"}


def parse_needs(text: str) -> Needs:
    """Parse needs.

    Raises:
        InputError: not TOML, an unknown or missing key, or a kind twice.
    """
    try:
        found = [_needs(one) for one in tomllib.loads(text)["needs"]]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"exposure/needs.toml: expected needs with use, categories, source: {error}") from error
    by_use = {one.use: one for one in found}
    if len(by_use) < len(found):
        raise InputError("exposure/needs.toml: expected each use once, got one twice")
    return by_use


def _needs(found: dict[str, Any]) -> UseNeeds:
    if found.keys() != _KEYS:
        raise ValueError(f"expected {', '.join(sorted(_KEYS))}, got other keys")
    return UseNeeds(str(found["use"]), tuple(map(str, found["categories"])), str(found["source"]))


def need_of(category: str, uses: Collection[str], needs: Needs) -> Need:
    """Judge whether certificates for these purposes need a category."""
    known = [needs[use] for use in uses if use in needs]
    if any(f"{category}.".startswith(f"{key}.") for one in known for key in one.categories):
        return Need.NEEDED
    return Need.EXCESS if known else Need.UNKNOWN


def excess_codes(category: str, sensitivity: str, uses: Collection[str], weights: Weights) -> tuple[str, ...]:
    """Return the codes under which a report counts the data as more than the kind of certificate needs."""
    return tuple(
        str(one.code)
        for one in weights.excess
        if not set(one.uses).isdisjoint(uses) and one.counts(category, sensitivity)
    )
