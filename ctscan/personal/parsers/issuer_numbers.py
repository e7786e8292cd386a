"""Forms in which authorities write the number of a person and something else into one serialNumber."""

from __future__ import annotations

from typing import Final

from ctscan.on_first_use import late_pattern

_FORMS: Final = {
    "HR": late_pattern(r"(?:HR)?(\d{11})(?:\.\d{1,3}){1,3}"),  # FINA: the OIB, then counters of certificates
    "IS": late_pattern(r"([0-3]\d{5}-?\d{4}):[4-7]\d{5}-?\d{4}"),  # Auðkenni: the kennitala, then the employer's
}


def number_in(text: str, country: str) -> str:
    """Return the number of the person in a text, in the form of authorities of a country (two capital letters); the
    whole text in any other form."""
    form = _FORMS.get(country)
    found = form.fullmatch(text.strip()) if form is not None else None
    return found[1] if found else text
