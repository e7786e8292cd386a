"""Given names that may be the same person's, from `data/names/given_forms.toml`: forms in other languages, short forms
and pet names. Facts; no decision is taken here."""

from __future__ import annotations

from functools import cache

from ctscan.resources import data_text


def is_known_form(name: str) -> bool:
    """Return whether a folded given name is listed, so that its other forms are known."""
    return name in _forms()


def may_be_forms(one: str, other: str) -> bool:
    """Return whether two folded given names may be the same person's: `katya`, `ekaterina`."""
    forms = _forms()
    return not forms.get(one, frozenset()).isdisjoint(forms.get(other, frozenset()))


@cache
def _forms() -> dict[str, frozenset[int]]:
    """Return for each listed name the numbers of its lines; a name without other forms has none."""
    import tomllib  # not at the top: most certificates name nobody

    table = tomllib.loads(data_text("names/given_forms.toml"))
    found: dict[str, set[int]] = {name: set() for name in table["alone"].split()}
    for number, names in enumerate(table["forms"]):
        for name in names.split():
            found.setdefault(name, set()).add(number)
    return {name: frozenset(numbers) for name, numbers in found.items()}
