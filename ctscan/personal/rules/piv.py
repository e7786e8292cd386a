"""Identity cards of the US government and its partners (PIV, CAC; FIPS 201-3): numbers of people and of their cards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from ctscan.model import AttributionReason, Field, Finding, IdentifierKind, LookupKey, Message, Qualifier
from ctscan.on_first_use import late_pattern
from ctscan.personal.attribution.evidence import COMMON_NAME
from ctscan.personal.finding import make_finding
from ctscan.personal.normalise.number_keys import number_key
from ctscan.personal.parsers.elements import BOOLEAN, part_of
from ctscan.personal.parsers.phones import region_of
from ctscan.personal.rules import rule
from ctscan.personal.rules.microsoft import UPN
from ctscan.personal.values import ONLY_PEOPLE, Value
from ctscan.personal.view import View, spellings

FASC_N = "2.16.840.1.101.3.6.6"
NACI = "2.16.840.1.101.3.6.9.1"
USER_ID = "0.9.2342.19200300.100.1.1"

_ON_A_CARD = replace(ONLY_PEOPLE, why=AttributionReason.CARD_NUMBER())

# --- FASC-N --------------------------------------------------------------------------------------------------------

_SYMBOLS: Final = "0123456789:[;-?]"  # 11 start sentinel, 13 field separator, 15 end sentinel
_LAYOUT = late_pattern(r"\[(\d{4})-(\d{4})-(\d{6})-(\d)-(\d)-(\d{10})(\d)(\d{4})(\d)\].")
_ASSOCIATIONS: Final = {
    "1": "employee",
    "2": "civil",
    "3": "executive staff",
    "4": "uniformed service",
    "5": "contractor",
    "6": "organisational affiliate",
    "7": "organisational beneficiary",
}


@rule(
    id="us.fascn",
    version=1,
    category="user.unique_id",
    kinds=("number",),
    cites=("FIPS 201-3 section 4.2.1", "TIG SCEPACS 2.3"),
    covers=(FASC_N,),
    only=True,
)
def fasc_n(view: View) -> Iterator[Finding]:
    """Numbers of card and person, agency and kind of association in the FASC-N of identity cards."""
    for place in view.of(FASC_N):
        for value in _card_values(place):
            yield make_finding("us.fascn", view, place, replace(value, attribution=_ON_A_CARD))


def _card_values(place: Field) -> Iterator[Value]:
    symbols = _symbols(place)
    fields = _LAYOUT.fullmatch(symbols)
    if fields is None:
        written_out = place.text is not None and number_key(place.text.value).isdecimal()
        text = place.text.value if place.text is not None and written_out else symbols or _octets(place)[:100].hex()
        yield Value(
            "user.unique_id",
            text,
            number_key(text),
            (LookupKey(IdentifierKind.NUMBER, number_key(text)),),
            marks=(Qualifier.INVALID,),
        )
        return
    agency, system, credential, _, _, person, _, _, association = fields.groups()
    written = symbols[1:-2]
    card = agency + system + credential
    # Cards that no agency issued (PIV-I) have nines in the first three fields, which single out nobody.
    keys = () if not card.strip("9") else (LookupKey(IdentifierKind.NUMBER, card),)
    yield Value("user.unique_id", written, card, keys)
    if person.strip("0"):
        yield Value("user.unique_id", person, person, (LookupKey(IdentifierKind.NUMBER, person),))
    if agency.strip("9"):
        yield Value("user.workplace", agency, f"agency {agency}", marks=(Qualifier.DERIVED,))
    if association in _ASSOCIATIONS:
        yield Value("user.job_title", association, _ASSOCIATIONS[association], marks=(Qualifier.DERIVED,))


def _symbols(place: Field) -> str:
    """Decode 25 octets to 40 symbols: four bits each, lowest first, and an odd parity bit.

    Return an empty string for another length or an even parity.
    """
    octets = _octets(place)
    if len(octets) != 25:
        return ""
    bits = f"{int.from_bytes(octets):0200b}"
    groups = [bits[at : at + 5] for at in range(0, 200, 5)]
    if any(group.count("1") % 2 == 0 for group in groups[:-1]):  # the last symbol is a check sum, often wrong
        return ""
    return "".join(_SYMBOLS[int(group[3::-1], 2)] for group in groups)


def _octets(place: Field) -> bytes:
    part = part_of(place.raw)
    return part.body if part is not None else place.raw


# --- numbers in names ----------------------------------------------------------------------------------------------

_COMMON_NAME_FORM = late_pattern(r"[^\W\d_][^\d@:/]{0,120}\.(\d{10})")
_MILITARY_ACCOUNT = late_pattern(r"(\d{10})(?:\d{6})?@(?:[a-z0-9-]{1,63}\.){0,4}mil", re.IGNORECASE)
_AGENCY_FORM = late_pattern(r"(\d{7,15})\.[A-Za-z][A-Za-z0-9 &.-]{0,60}")


@rule(
    id="us.edipi",
    version=1,
    category="user.unique_id",
    kinds=("number",),
    cites=("DoDI 1000.30", "FIPS 201-3 section 4.2.1"),
    covers=(COMMON_NAME, UPN),
    only=True,
)
def dod_id_number(view: View) -> Iterator[Finding]:
    """Numbers that the Department of Defense gives to people, in common names and accounts of its cards."""
    for oid, form in ((COMMON_NAME, _COMMON_NAME_FORM), (UPN, _MILITARY_ACCOUNT)):
        for place in view.of(oid):
            text = spellings(place.text)[0].strip() if place.text is not None else ""
            match = form.fullmatch(text[:200]) if oid == UPN or text.count(".") >= 2 else None
            if match and match[1].strip("0"):
                yield make_finding("us.edipi", view, place, _numbered(match[1], AttributionReason.EDIPI()))


@rule(
    id="us.uid",
    version=1,
    category="user.unique_id",
    kinds=("number",),
    cites=(
        "FPKI certificate profiles: X.509 Certificate and CRL Extensions Profile for the PIV-I",
        "RFC 4519 section 2.39",
    ),
    covers=(USER_ID,),
    only=True,
)
def agency_user_id(view: View) -> Iterator[Finding]:
    """Numbers of people in the userId attribute of names of the US government."""
    for place in view.of(USER_ID):
        text = spellings(place.text)[0].strip() if place.text is not None else ""
        digits = agency_number(text, region_of(view, place))
        if digits:
            value = _numbered(digits, AttributionReason.AGENCY_NUMBER())
            whole = LookupKey(IdentifierKind.NUMBER, number_key(text))
            yield make_finding("us.uid", view, place, replace(value, value=text, keys=(*value.keys, whole)))


def agency_number(text: str, country: str) -> str:
    """Return the number in `1000000004.AGENCY.1`, or an empty string. `country`: of the name, empty without one."""
    match = _AGENCY_FORM.fullmatch(text[:100]) if country in ("", "US") else None
    return match[1] if match and match[1].strip("0") else ""


def _numbered(digits: str, why: Message) -> Value:
    keys = (LookupKey(IdentifierKind.NUMBER, digits),)
    return Value("user.unique_id", digits, digits, keys, attribution=replace(ONLY_PEOPLE, why=why))


# --- background check ----------------------------------------------------------------------------------------------


@rule(
    id="us.naci",
    version=1,
    category="user.criminal_history",
    kinds=(),
    cites=("FIPS 201-1",),
    covers=(NACI,),
    only=True,
)
def background_check(view: View) -> Iterator[Finding]:
    """State of the holder's background check (completed or open) when the card was issued (NACI indicator)."""
    attribution = replace(ONLY_PEOPLE, why=AttributionReason.CARD_MARK())
    for place in view.of(NACI):
        part = part_of(place.raw)
        has_state = part is not None and part.tag == BOOLEAN and len(part.body) == 1
        is_open = has_state and part is not None and part.body != b"\0"
        text = ("TRUE" if is_open else "FALSE") if has_state else place.raw[:50].hex()
        words = f"background check {'not completed' if is_open else 'completed'}" if has_state else "background check"
        marks = (Qualifier.DERIVED,) if has_state else ()
        value = Value("user.criminal_history", text, words, marks=marks, attribution=attribution)
        yield make_finding("us.naci", view, place, value)
