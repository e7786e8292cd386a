"""Attributes of a distinguished name that only people have, and the texts of its attributes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ctscan.model import Name, Phrase
from ctscan.on_first_use import late_pattern
from ctscan.personal.attribution.placeholders import is_placeholder_name
from ctscan.personal.normalise.name_tokens import has_letter

COMMON_NAME: Final = "2.5.4.3"
SURNAME: Final = "2.5.4.4"
SERIAL_NUMBER: Final = "2.5.4.5"
ORGANISATION: Final = "2.5.4.10"
GIVEN_NAME: Final = "2.5.4.42"
INITIALS: Final = "2.5.4.43"
PSEUDONYM: Final = "2.5.4.65"

PERSONAL: Final = {
    GIVEN_NAME: Phrase.GIVEN_NAME,
    SURNAME: Phrase.SURNAME,
    PSEUDONYM: Phrase.PSEUDONYM,
    INITIALS: Phrase.INITIALS,
}
NATURAL_NUMBER: Final = late_pattern(
    r"(?:PAS|IDC|PNO|TIN)(?!ES-[A-HJNP-SUVW])[A-Z]{2}-.|CVR: ?\d{8}-RID: ?\S|PID: ?\d|UI:DK-[PE]:"
)
"""Beginning of a number of a person (ETSI EN 319 412-1 section 5.1.3), without the letters that Spain gives to
organisations; numbers of employees and citizens in Denmark."""


def personal_attribute(name: Name) -> Phrase | None:
    """Return the first attribute in a name that only people have ("a given name"), or None.

    An attribute without a letter (a number instead of a surname), or with the name of an attribute, is no evidence.
    """
    for attribute in name.attributes:
        if attribute.oid not in PERSONAL or attribute.text is None:
            continue
        text = attribute.text.value
        if has_letter(text) and not is_placeholder_name(text):
            return PERSONAL[attribute.oid]
    return None


def has_surname(name: Name | None) -> bool:
    """Return whether a name has an attribute for a surname, whatever it holds."""
    return name is not None and SURNAME in [attribute.oid for attribute in name.attributes]


def personal_texts(name: Name) -> Iterator[str]:
    """Return the texts of the attributes that only people have."""
    return texts_of(name, *PERSONAL)


def texts_of(name: Name, *oids: str) -> Iterator[str]:
    """Return the decoded texts of a name's attributes of some types."""
    return (a.text.value for a in name.attributes if a.oid in oids and a.text is not None)
