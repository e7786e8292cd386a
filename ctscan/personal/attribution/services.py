"""Names of services in attributes for people: `GN=OCSP, SN=Responder`, `pseudonym=Zeitstempel 3`.

This module judges words only; `service_names` weighs them against the rest of the certificate.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Final

from ctscan.on_first_use import late_pattern
from ctscan.personal.attribution.gazetteer import given_names, surnames
from ctscan.personal.attribution.lexicon import ORGANISATION_WORDS
from ctscan.personal.attribution.name_shapes import has_organisation_word
from ctscan.personal.normalise.name_tokens import fold_text
from ctscan.resources import data_text

MAX_TEXT: Final = 300
"""Characters of a text whose words are compared."""

_DIGITS: Final = late_pattern(r"[0-9]+(?=\s|$)|\b[0-9]+")
_OTHER_SCRIPT: Final = late_pattern(r"[^A-Za-z\u00c0-\u024f\u1e00-\u1eff]+")
_OFFICE: Final = late_pattern(
    r".{3,}(?:amt|apotheke|archiv|auskunft|behorde|behoerde|betriebe?|bibliothek|buero|buro|dienste?|eingang|gemeinde|"
    r"genossenschaft|gericht|gesellschaft|institut|kammer|kanzlei|kasse|klinik|klinikum|krankenhaus|ministerium|postfach|"
    r"polizei|prasidium|praesidium|praxis|registratur|schlussel|schluessel|schule|sekretariat|server|siegel|stelle|"
    r"stempel|verband|verein|versicherung|verwaltung|werke|zentrale|zentrum)"
)
"""German compounds of offices and services: `Bauverwaltung`, `Amtsgericht`; some short ones are surnames."""

_LONG: Final = 9  # letters of a compound


def is_service(given: Iterable[str], others: Iterable[str], has_purpose: bool) -> bool:
    """Return whether the attributes for people in a name hold the name of a service.

    Args:
        given: given names. Where all of their words are given names, only the purpose of the key makes a service.
        others: surnames and pseudonyms.
        has_purpose: whether the key is for a service: then it is one without a listed given name, and with any word of
            organisations or machines.
    """
    given, others = tuple(given), tuple(others)
    of_given = frozenset(word for text in given for word in numberless_words(text))
    found = of_given.union(word for text in others for word in numberless_words(text))
    is_called_so = any(map(_is_in_other_script, (*given, *others)))
    if has_purpose:
        is_called_so = is_called_so or not any(map(_is_given, found))
        return is_called_so or not (_always() | _also_names() | ORGANISATION_WORDS).isdisjoint(found)
    if of_given and all(map(_is_given, of_given)):
        return False
    if is_called_so or not _always().isdisjoint(found):
        return True
    if any(map(_is_office, found)) and not any(map(_is_given, found)):
        return True
    return not _also_names().isdisjoint(found) and not any(map(_is_name, found - _also_names()))


def _is_in_other_script(text: str) -> bool:
    """Return whether a text without Latin letters has a word of organisations."""
    text = text[:MAX_TEXT]
    if text.isascii() or not _OTHER_SCRIPT.fullmatch(text):
        return False
    return has_organisation_word(text)


def _is_office(word: str) -> bool:
    return len(word) >= _LONG and word not in surnames() and _OFFICE.fullmatch(word) is not None


def _is_name(word: str) -> bool:
    return word in given_names() or word in surnames()


def _is_given(word: str) -> bool:
    return word in given_names()


def numberless_words(text: str) -> list[str]:
    """Return the folded words of a text without digits at their ends."""
    return _DIGITS.sub(" ", fold_text(text[:MAX_TEXT])).split()


@cache
def _always() -> frozenset[str]:
    return _listed("always")


@cache
def _also_names() -> frozenset[str]:
    return _listed("also_names")


def _listed(name: str) -> frozenset[str]:
    import tomllib  # not at the top: most certificates name nobody

    return frozenset(map(fold_text, tomllib.loads(data_text("names/services.toml"))[name]))
