"""Parties of electronic data interchange in alternative names (ediPartyName, RFC 5280 section 4.2.1.6).

Most parties are firms with a name or a registered code; now and then a party is a person.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from ctscan.model import AttributionReason, Confidence, Field, Finding, SubjectKind
from ctscan.personal.attribution.evidence import attribute_place
from ctscan.personal.attribution.name_shapes import has_organisation_word, is_name_shaped
from ctscan.personal.finding import make_finding
from ctscan.personal.normalise.addresses import find_emails
from ctscan.personal.normalise.name_tokens import fold_text, name_keys
from ctscan.personal.rules import rule
from ctscan.personal.values import Attribution, Value, numbered, with_spelling
from ctscan.personal.view import View, spellings
from ctscan.x509.general_names import EDI_PARTY_NAME

_LONGEST = 300


@rule(
    id="name.edi_party",
    version=1,
    category="user.name",
    kinds=("name", "number"),
    cites=("RFC 5280 section 4.2.1.6",),
)
def edi_party(view: View) -> Iterator[Finding]:
    """Names and codes of people as parties in ediPartyName, without the register that assigns the codes."""
    for place in view.of_kind(EDI_PARTY_NAME):
        if place.nested or place.text is None or len(place.text.value) > _LONGEST:
            continue
        for value in _values(view, place, spellings(place.text)[0].strip()):
            yield make_finding("name.edi_party", view, place, with_spelling(value, place.text))


def _values(view: View, place: Field, text: str) -> Iterator[Value]:
    """Read a party shaped like the name of a person; read a code only beside certain evidence for a person."""
    here = attribute_place(view, place)
    is_person = here.kind is SubjectKind.PERSON and here.confidence is Confidence.CERTAIN
    if find_emails(text) or has_organisation_word(text):
        return
    if is_name_shaped(text):
        confidence = Confidence.LIKELY if is_person else Confidence.POSSIBLE
        attribution = Attribution(SubjectKind.PERSON, confidence, AttributionReason.PARTY_NAME())
        yield Value("user.name", text, fold_text(text), name_keys(text), attribution=attribution)
    elif is_person and any(map(str.isdigit, text)):
        why = AttributionReason.PARTY_CODE()
        attribution = Attribution(SubjectKind.PERSON, Confidence.LIKELY, why)
        yield from (replace(value, attribution=attribution) for value in numbered("user.unique_id", text))
