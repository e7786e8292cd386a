"""Forms of an identifier that are proven to be the same person's, for a suppression.

A look-up may be generous: it offers what is similar, and tries what a text may mean. A suppression hides data, so it
holds for nothing that is only similar: no guess, no number of any country, no address without the tag of a tagged one.
Forms of international domains are one form already (`normalise.addresses`).
"""

from __future__ import annotations

from ctscan.errors import UsageError
from ctscan.model import Identifier, IdentifierKind
from ctscan.model.suppression import NUMBERED_KINDS
from ctscan.personal.normalise.addresses import tidy_text
from ctscan.personal.pasted.digit_forms import names_its_country


def proven_forms(identifier: Identifier) -> tuple[tuple[IdentifierKind, str], ...]:
    """Return `(kind, form)` of the proven forms of an identifier.

    Raises:
        UsageError: it is a domain, which is many people's, or the text may mean several things.
    """
    kind = identifier.kind
    if kind == IdentifierKind.DOMAIN:
        raise UsageError(
            "forget: expected an identifier of one person, got a domain, which belongs to many; give the addresses"
        )
    if identifier.guessed or len({reading.kind for reading in identifier.readings}) > 1:
        raise UsageError(
            f"forget: expected an identifier of one meaning, got {len(identifier.value)} characters that may mean "
            "several things; put its kind before it: number:, phone:, account:, name:, serial:, sha256:"
        )
    if kind == IdentifierKind.PHONE and not names_its_country(tidy_text(identifier.value).strip()):
        raise UsageError("forget: expected a telephone number with its country, such as +49 30 …, got one without")
    if kind not in NUMBERED_KINDS:
        return ((kind, identifier.canonical),)
    keys = [(key.kind, key.key) for key in identifier.keys if key.kind == kind]
    return tuple(dict.fromkeys(keys or [(kind, identifier.canonical)]))
