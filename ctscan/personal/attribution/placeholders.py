"""Texts in attributes for names that are no names: the name of the attribute or of its type, or a sentence."""

from __future__ import annotations

from typing import Final

from ctscan.model import AttributionReason, Confidence, SubjectKind
from ctscan.personal.values import Attribution

_LONGEST: Final = 24  # characters of the name of an attribute
_SENTENCE: Final = 8  # words of a sentence, of which names seldom have so many
_LAST: Final = 3  # letters of the last word of a sentence: `Jr.` may end a name
_MAX_TEXT: Final = 1000

_ATTRIBUTES: Final = frozenset(
    [
        *("givenname", "given name", "given names", "first name", "firstname", "forename", "surname", "last name"),
        *("lastname", "family name", "common name", "commonname", "full name", "fullname", "pseudonym", "initials"),
        *("display name", "displayname", "vorname", "nachname", "familienname", "prenom", "prénom", "nom de famille"),
        *("nombre", "imię", "jméno", "příjmení", "vezetéknév", "keresztnév", "pavardė", "soyadı"),
        *("apellido", "apellidos", "primer apellido", "segundo apellido", "cognome", "sobrenome", "apelido", "imie"),
        *("nazwisko", "jmeno", "prijmeni", "priezvisko", "prezime", "priimek", "eesnimi", "perekonnanimi", "pavarde"),
        *("voornaam", "achternaam", "fornavn", "etternavn", "efternavn", "efternamn", "fornamn", "etunimi", "sukunimi"),
        *("keresztnev", "vezeteknev", "prenume", "soyad", "soyadi"),
        *("printablestring", "utf8string", "ia5string", "bmpstring", "t61string", "teletexstring", "universalstring"),
        *("visiblestring", "numericstring", "directorystring", "string", "test"),
    ]
)
"""Casefolded names of attributes and of the types of strings, and the word *test*."""


def is_placeholder_name(text: str) -> bool:
    """Return whether a text stands for a name without being one: `givenName`, `UTF8String`."""
    return len(text) <= _LONGEST and text.strip().casefold() in _ATTRIBUTES


def attribute_no_name(text: str) -> Attribution | None:
    """Attribute a text in an attribute for names that is possibly no name; None for any other."""
    if is_placeholder_name(text):
        return Attribution(SubjectKind.PERSON, Confidence.POSSIBLE, AttributionReason.NAMES_ITS_ATTRIBUTE())
    if _is_sentence(text):
        return Attribution(SubjectKind.PERSON, Confidence.POSSIBLE, AttributionReason.SENTENCE())
    return None


def _is_sentence(text: str) -> bool:
    """Return whether a text has the words of a sentence, and its end or mostly words in lower case."""
    words = text[:_MAX_TEXT].split()
    if len(words) < _SENTENCE:
        return False
    if words[-1][-1] in ".!?" and len(words[-1]) > _LAST:
        return True
    return sum(word[0].islower() for word in words) * 2 > len(words)
