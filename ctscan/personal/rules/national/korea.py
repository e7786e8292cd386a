"""Korea: identification data of the national PKI (KISA), an alternative name of every accredited certificate, and the
common names `name()number` of banks.

The data hold the real name of a person or a company and a virtual identifier: the hash of the resident (or business)
registration number with a random number that only the holder has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from ctscan.errors import FormatError
from ctscan.model import AttributionReason, Confidence, DecodedString, Field, Finding, SubjectKind
from ctscan.on_first_use import late_pattern
from ctscan.personal.attribution.evidence import COMMON_NAME
from ctscan.personal.attribution.name_shapes import has_organisation_word, is_name_shaped
from ctscan.personal.finding import make_finding
from ctscan.personal.normalise.name_tokens import fold_text, name_keys
from ctscan.personal.parsers.numbers import NATIONAL
from ctscan.personal.rules import oid_rule, rule
from ctscan.personal.values import Attribution, Value, hashed, numbered
from ctscan.personal.view import View, spellings
from ctscan.x509.der import MAX_DEPTH, children, content, dotted
from ctscan.x509.text import read_text

IDENTIFY_DATA = "1.2.410.200004.10.1.1"
VIRTUAL_ID = "1.2.410.200004.10.1.1.1"

_OID, _OCTETS, _CONTEXT_0 = 0x06, 0x04, (0x80, 0xA0)
_FEWEST_OCTETS = 16  # of a hash
_COMPANY = late_pattern(
    r"\(주\)|㈜|\(유\)|\(사\)|\(재\)|유한회사|주식회사|법인|협회|조합|재단|병원|학교|공사|공단|상사$"
)
_BANK = late_pattern(r"(?P<name>[\uac00-\ud7a3 ]{2,40})\((?P<latin>[A-Za-z ,.'-]{0,60})\)-?(?P<number>\d{16,40})")

_PERSON: Final = Attribution(SubjectKind.PERSON, Confidence.CERTAIN, AttributionReason.KR_REAL_NAME_OF_PERSON())
_CUSTOMER: Final = Attribution(SubjectKind.PERSON, Confidence.LIKELY, AttributionReason.KR_BANK_CUSTOMER())
_MAYBE: Final = Attribution(SubjectKind.PERSON, Confidence.POSSIBLE, AttributionReason.KR_REAL_NAME())
_HASH_OF_PERSON: Final = Attribution(SubjectKind.PERSON, Confidence.CERTAIN, AttributionReason.KR_RESIDENT_HASH())
_HASH_OF_COMPANY: Final = Attribution(SubjectKind.ORGANISATION, Confidence.LIKELY, AttributionReason.KR_COMPANY_HASH())
_HASH_OF_ANY: Final = Attribution(SubjectKind.PERSON, Confidence.LIKELY, AttributionReason.KR_UNSURE_HASH())


class _Data(Struct):
    """Contents of an identification value: its texts, and the hashes after the type of a virtual identifier."""

    names: list[DecodedString]
    hashes: list[bytes]


def _read(raw: bytes) -> _Data:
    # SEQUENCE { realName UTF8String, userInfo SEQUENCE OF SEQUENCE { type OID, VID } OPTIONAL }
    # VID: SEQUENCE { hashAlg AlgorithmIdentifier, virtualID [0] OCTET STRING }
    data, after_type = _Data([], []), False
    waiting = [(element, 0) for element in reversed(children(raw, 0, len(raw))[0])]
    while waiting:
        element, depth = waiting.pop()
        tag, _, body, end, _ = element
        if tag == _OID:
            after_type = after_type or _type(raw[body:end]) == VIRTUAL_ID
        elif after_type and (tag in _CONTEXT_0 or tag == _OCTETS) and end - body >= _FEWEST_OCTETS:
            data.hashes.append(content(raw, element))
            after_type = False
        elif not tag & 0x20 and (text := read_text(tag, raw[body:end])) is not None:
            data.names.append(text)
        elif tag & 0x20 and depth < MAX_DEPTH:
            waiting.extend((inner, depth + 1) for inner in reversed(children(raw, body, end)[0]))
    return data


def _type(octets: bytes) -> str:
    try:
        return dotted(octets)
    except FormatError:
        return ""


def _identify_data(view: View, place: Field) -> Iterable[Value]:
    data = _read(place.raw)
    is_company = any(_is_company(spellings(name)[0]) for name in data.names)
    yield from _names(data.names)
    attribution = _HASH_OF_COMPANY if is_company else _HASH_OF_PERSON if _is_person(data.names) else _HASH_OF_ANY
    for octets in data.hashes:
        yield replace(hashed(NATIONAL, octets[:100].hex().upper()), attribution=attribution)


def _names(names: Iterable[DecodedString]) -> Iterator[Value]:
    for name in names:
        best = spellings(name)[0]
        if fold_text(best) and not _is_company(best):
            repaired = name.repaired if name.repaired != name.value else None
            keys = tuple(dict.fromkeys((*name_keys(best), *name_keys(name.value))))
            attribution = _PERSON if is_name_shaped(best) else _MAYBE
            yield Value("user.name", name.value, fold_text(best), keys, attribution=attribution, repaired=repaired)


def _is_person(names: Iterable[DecodedString]) -> bool:
    return any(is_name_shaped(spellings(name)[0]) for name in names)


def _is_company(text: str) -> bool:
    return bool(_COMPANY.search(text)) or has_organisation_word(text)


oid_rule(
    id="kr.identify_data",
    version=1,
    category="user.name",
    kinds=("name", "number"),
    cites=("KISA KCAC.TS.SIVID, subscriber identification based on virtual ID", "RFC 4683"),
    looks_for="Real names and hashed registration numbers in the identification data of Korean certificates",
    rows={IDENTIFY_DATA: _identify_data},
)


@rule(
    id="kr.common_name",
    version=1,
    category="user.name",
    kinds=("name", "number"),
    cites=("KISA KCAC.TS.DN, distinguished names of accredited certificates",),
    covers=(COMMON_NAME,),
    only=True,
)
def common_name_of_a_bank(view: View) -> Iterator[Finding]:
    """Names and customer numbers in the common names of Korean certificates, name()number."""
    for place in view.of(COMMON_NAME):
        text = spellings(place.text)[0] if place.text is not None else ""
        match = _BANK.fullmatch(text.strip()) if "(" in text else None
        if match is None or _is_company(match["name"]):
            continue
        for name in filter(None, (match["name"].strip(), match["latin"].strip())):
            value = Value("user.name", name, fold_text(name), name_keys(name), attribution=_CUSTOMER)
            yield make_finding("kr.common_name", view, place, value)
        for value in numbered("user.unique_id", match["number"]):
            yield make_finding("kr.common_name", view, place, replace(value, attribution=_CUSTOMER))
