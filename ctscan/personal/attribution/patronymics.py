"""Icelandic names: a listed given name, and a patronymic or matronymic at the end (`Jane Anna Smithsdóttir`)."""

from __future__ import annotations

from typing import Final

from ctscan.model import Name
from ctscan.personal.attribution.gazetteer import given_names
from ctscan.personal.attribution.name_attributes import texts_of
from ctscan.personal.attribution.name_shapes import full_words
from ctscan.personal.normalise.name_tokens import fold_text

_COUNTRY: Final = "2.5.4.6"
_ANYWHERE: Final = ("dottir",)  # nothing else ends so
_IN_ICELAND: Final = ("son", "bur")
_SHORTEST: Final = 3  # letters before the ending


def has_patronymic(text: str, name: Name | None) -> bool:
    """Return whether a text is an Icelandic name: its endings for sons count in names with the country IS only."""
    words = [fold_text(word) for word in full_words(text) or ()]
    if len(words) < 2 or not any(word in given_names() for word in words[:-1]):
        return False
    countries = {country.strip().upper() for country in texts_of(name, _COUNTRY)} if name is not None else set()
    endings = (*_ANYWHERE, *(_IN_ICELAND if "IS" in countries else ()))
    return any(words[-1].endswith(end) and len(words[-1]) >= len(end) + _SHORTEST for end in endings)
