"""Pictures, handwritten signatures and other biometric data that a certificate holds as a hash, and logos."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from ctscan.model import AttributionReason, Confidence, Field, Finding, Qualifier, Sensitivity, SubjectKind
from ctscan.personal.attribution.evidence import attribute_place
from ctscan.personal.finding import make_finding
from ctscan.personal.parsers.elements import INTEGER, OCTETS, OID, SEQUENCE, Part, part_of
from ctscan.personal.rules import rule
from ctscan.personal.values import ONLY_PEOPLE, Attribution, Value
from ctscan.personal.view import View

BIOMETRIC_INFO = "1.3.6.1.5.5.7.1.2"
LOGOTYPE = "1.3.6.1.5.5.7.1.12"
_BRAND_INDICATOR: Final = "1.3.6.1.5.5.7.3.31"  # purpose of Verified Mark Certificates
_TYPES: Final = {0: ("user.content.self_image", "picture"), 1: ("user.biometric", "handwritten signature")}
_MAX_URI: Final = 500


@rule(
    id="biometric.info",
    version=1,
    category="user.biometric",
    kinds=(),
    cites=("RFC 3739 section 3.2.5",),
    covers=(BIOMETRIC_INFO,),
    only=True,
)
def biometric_info(view: View) -> Iterator[Finding]:
    """Hashes of pictures and handwritten signatures, and their web addresses, in the biometricInfo extension."""
    attribution = replace(ONLY_PEOPLE, why=AttributionReason.BIOMETRIC())
    for place in view.of(BIOMETRIC_INFO):
        outer = part_of(place.raw)
        found = [value for entry in (outer.parts if outer is not None else ()) for value in _biometric(entry)]
        texts = outer.texts if outer is not None else ()
        strings = [Value("user.biometric", text.value, text.value.strip()[:_MAX_URI]) for text in texts]
        for value in found or strings:
            value = replace(value, attribution=attribution, sensitivity=Sensitivity.SPECIAL_CATEGORY)
            yield make_finding("biometric.info", view, place, value)


def _biometric(entry: Part) -> Iterator[Value]:
    # SEQUENCE { INTEGER 0 picture, 1 handwritten signature | OID, hashAlgorithm, hash OCTET STRING, sourceDataUri? }
    kind, *rest = (entry.parts if entry.tag == SEQUENCE else ()) or (entry,)
    category, words = "user.biometric", kind.oid or "biometric"
    if kind.tag == INTEGER:
        category, words = _TYPES.get(int.from_bytes(kind.body[:4]), (category, words))
    for part in rest:
        if part.tag == OCTETS:
            digest = part.body[:100].hex()
            yield Value(category, digest, f"{words} {digest}", marks=(Qualifier.HASHED,))
        elif part.tag not in (SEQUENCE, OID):
            for text in part.texts:
                yield Value(
                    category, text.value, f"{words} at {text.value.strip()}"[:_MAX_URI], also=("user.contact.url",)
                )


@rule(
    id="biometric.logo",
    version=1,
    category="user.content.self_image",
    kinds=(),
    cites=("RFC 9399 section 4",),
    covers=(LOGOTYPE,),
    only=True,
)
def subject_logo(view: View) -> Iterator[Finding]:
    """Images of the holder in the logotype extension: the mark of an organisation, or the picture of a person."""
    # SEQUENCE { [0] communityLogos?, [1] issuerLogo?, [2] subjectLogo?, [3] otherLogos? }
    for place in view.of(LOGOTYPE):
        outer = part_of(place.raw)
        for field in outer.parts if outer is not None else ():
            image = _image(field) if field.number == 2 else ""
            if image:
                value = Value("user.content.self_image", image, image, attribution=_attribute_logo(view, place))
                yield make_finding("biometric.logo", view, place, value)


def _image(field: Part) -> str:
    """Return the address of the image, without the data of a `data:` URI; empty when there is none."""
    places = [text.value.strip() for text in field.texts if ":" in text.value[:20]]
    return places[0].partition(",")[0][:_MAX_URI] if places else ""


def _attribute_logo(view: View, place: Field) -> Attribution:
    if _BRAND_INDICATOR in view.certificate.eku:
        return Attribution(SubjectKind.ORGANISATION, Confidence.CERTAIN, AttributionReason.BRAND())
    here = attribute_place(view, place)
    if here.kind is SubjectKind.PERSON:
        why = AttributionReason.IMAGE_OF_SUBJECT()
        return Attribution(SubjectKind.PERSON, Confidence.POSSIBLE, why)
    return here
