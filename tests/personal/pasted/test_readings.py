"""Readings of pasted texts: each form that people use finds the certificate that is meant, and nobody else's."""

from __future__ import annotations

import time
from contextlib import suppress
from functools import cache
from hashlib import sha1

import pytest
from fuzz.texts import TEXTS
from hypothesis import example, given
from hypothesis import strategies as st
from support.pasted_forms import FORMS, JANE, JOHN, REFUSED, Form, Person

from ctscan.errors import UsageError
from ctscan.model import Identifier, IdentifierKind, LookupKey
from ctscan.model.identifier import KEY_KINDS
from ctscan.personal.analyse import analyse
from ctscan.personal.identifiers import parse_identifier
from ctscan.personal.normalise.name_tokens import name_score


@cache
def keys_of(person: Person) -> frozenset[LookupKey]:
    """Return the look-up keys of all findings of the certificate of a person."""
    return frozenset(key for finding in analyse(person.der).findings for key in finding.keys)


def is_found(reading: Identifier, person: Person) -> bool:
    """Return whether a reading leads to the certificate of a person, as the index would find it."""
    certificate, keys = person.certificate, keys_of(person)
    match reading.kind:
        case IdentifierKind.NAME:
            return name_score(reading.canonical, frozenset(key.key for key in keys if key.kind == "name")) == 1
        case IdentifierKind.EMAIL:
            return any(key in keys for key in reading.keys if key.kind == IdentifierKind.EMAIL)
        case IdentifierKind.DOMAIN:
            below = [key.key for key in keys if key.kind == IdentifierKind.DOMAIN]
            return any(found.startswith(key.key) for key in reading.keys for found in below)
        case IdentifierKind.SERIAL:
            return reading.canonical == certificate.serial_hex
        case IdentifierKind.SHA256:
            return certificate.sha256 is not None and reading.canonical == certificate.sha256.hex()
        case IdentifierKind.SHA1:
            return reading.canonical == sha1(person.der, usedforsecurity=False).hexdigest()
        case IdentifierKind.IDENTITY:
            return reading.canonical == certificate.identity.hex()
    assert reading.kind in KEY_KINDS
    return any(key in keys for key in reading.keys)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.template)
def test_each_form_finds_the_person_and_nobody_else(form: Form) -> None:
    for person, other in ((JANE, JOHN), (JOHN, JANE)):
        readings = parse_identifier(form.of(person)).readings
        assert any(is_found(reading, person) for reading in readings if reading.kind in form.kinds), readings
        assert not any(is_found(reading, other) for reading in readings), readings


@pytest.mark.parametrize("template", REFUSED)
def test_the_look_of_a_kind_without_its_form_is_refused_without_quoting(template: str) -> None:
    text = template.format(**JANE.words)
    with pytest.raises(UsageError) as caught:
        parse_identifier(text)
    message = str(caught.value)
    assert message.startswith("identifier: expected ")
    assert "\n" not in message
    for word in (*JANE.words.values(), "4AXF", "Acme"):
        assert len(word) < 4 or word == "example.org" or word.casefold() not in message.casefold()


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("12345678", ["serial 12345678?", "serial bc614e?", "number 12345678?", "phone 12345678?"]),
        ("012345678", ["serial 12345678?", "number 012345678?", "phone 012345678?"]),
        ("serial:12345678", ["serial 12345678", "serial bc614e"]),
        ("serial:0x12345678", ["serial 12345678"]),
        ("0x12345678", ["serial 12345678"]),
        ("12345678A", ["number 12345678A?", "account 12345678a?", "name 12345678a?", "serial 12345678a?"]),
        ("00deadbeef", ["serial deadbeef?", "number 00DEADBEEF?", "account 00deadbeef?", "name 00deadbeef?"]),
        ("deadbeef", ["name deadbeef?", "account deadbeef?", "serial deadbeef?"]),
        ("ab" * 32, [f"sha256 {'ab' * 32}", f"identity {'ab' * 32}?", f"number {'AB' * 32}?"]),
        ("a1" * 20, [f"serial {'a1' * 20}?", f"sha1 {'a1' * 20}?", f"number {'A1' * 20}?"]),
        ("a1" * 16, [f"serial {'a1' * 16}?", f"number {'A1' * 16}?", f"account {'a1' * 16}?", f"name {'a1' * 16}?"]),
        (":".join(["a1"] * 16), [f"serial {'a1' * 16}?"]),
        ("4a:8c:12", ["serial 4a8c12"]),
        ("4a 8c 12", ["serial 4a8c12?", "number 4A8C12?"]),
        ("Serial Number: 4660 (0x1234)", ["serial 1234"]),
        ("Serial Number: -5 (-0x5)", ["serial fb"]),
        ("serial=-80", ["serial 80", "serial b0"]),  # hexadecimal as openssl prints it, decimal as Java does
        ("serial:-255", ["serial fdab", "serial ff01"]),
        (
            "-12345678",
            [
                "serial edcba988?",
                "serial ff439eb2?",
                "serial 12345678?",
                "serial bc614e?",
                "number 12345678?",
                "phone 12345678?",
            ],
        ),
        ("othername: UPN::jane/admin@EXAMPLE.ORG", ["email jane/admin@example.org", "account jane/admin@example.org"]),
        ("Principal Name=PC17$@example.org", ["email pc17$@example.org", "account pc17$@example.org"]),
        ("Serial Number: 38001085718", ["serial 38001085718", "serial 8d90a8d16", "number 38001085718"]),
        ("serialNumber=-255", ["number 255", "serial fdab?", "serial ff01?"]),
        ("(Negative)4a:8c:12:4a:8c:12:4a:8c:12", ["serial b573edb573edb573ee"]),
        ("030 901820", ["phone 030901820?", "number 030901820?"]),
        ("01 23 45 67 89", ["phone 0123456789?", "number 0123456789?", "serial 123456789?"]),
        ("+49 (0)30 901820", ["phone 4930901820"]),
        ("123.456.789-09", ["number 12345678909?", "phone 12345678909?"]),
        ("example.org", ["domain example.org?", "name example org?", "account example.org?"]),
        ("@example.org", ["domain example.org"]),
        ("@handle", ["domain handle?", "account handle?"]),
        ("EXAMPLE\\Jane", ["account example\\jane?", "name example jane?"]),
        ("jane_roe", ["account jane_roe?", "name jane roe?"]),
        ("Ada", ["name ada", "account ada"]),
        ("Jane Roe", ["name jane roe"]),
        ("Jane Roe example.org", ["name example jane org roe?"]),
        ("J.Roe Doe", ["name doe j roe"]),
        ("Zoë O’Roe-Müller, J. (née Doe)", ["name j muller oroe zoe"]),
        ("मीरा उदाहरण", ["name उदाहरण मीरा"]),
        ("John Paul 2", ["name 2 john paul?", "number JOHNPAUL2?"]),
        ("who = Jane", ["name jane who?"]),
        ("Jane Roe 12345678Z", ["name jane roe", "number 12345678Z?"]),
        ("jane dot roe at example dot org", ["email jane.roe@example.org?", "name at dot example jane org roe?"]),
        ("jane%2Btag@example.org", ["email jane%2btag@example.org", "email jane+tag@example.org?"]),
        ("https://github.com/JaneRoe/x", ["domain github.com?", "account github.com/janeroe?"]),
        ("https://example.org/?to=a%40example.com", ["email a@example.com?", "domain example.org?"]),
        ("https://a@example.com/", ["email a@example.com?", "domain example.com?"]),
        ("https://example.org/a@example.com", ["email a@example.com?", "domain example.org?"]),
        ("Jane Roe +49 30 901820", ["name jane roe", "phone 4930901820?"]),
        ("+49 30 901820 ext. 5", ["phone 4930901820?"]),
        ("+49 30 901820 (mobile)", ["phone 4930901820?"]),
        ("030 901820 (at home)", ["phone 030901820?", "number 030901820?", "name 030 901820 at home?"]),
        ("12345678Z JANE ROE (R: B12345674)", ["name jane roe", "number 12345678Z?", "number B12345674?"]),
        ("JANE ROE:1234567890123", ["name jane roe", "number 1234567890123?"]),
        ("ROE.JANE.Q.1234567890", ["name jane q roe?", "number 1234567890?", "account roe.jane.q.1234567890?"]),
        ("SERIALNUMBER=IDCES-12345678Z, SN=ROE, CN=ROE JANE", ["number IDCES12345678Z", "name jane roe"]),
        ("C=ES, SN=ROE, GN=JANE", ["name jane roe"]),
        ("Jane Roe [mailto:jane@example.org]", ["email jane@example.org"]),
        ("Jane (jane@example.org)", ["email jane@example.org"]),
        ("Tel +49 30 901820", ["phone 4930901820"]),
        ("NIF 12345678Z Jane Roe", ["name jane roe", "number 12345678Z?"]),
        ("NIF 12345678Z", ["number NIF12345678Z"]),
        ("PASSPORT AB 123456", ["number PASSPORTAB123456"]),
        ("Jane Roe jane@example.org", ["email jane@example.org?", "name jane roe?"]),
        ("urn:uuid:4c2f1d3e-0000-4000-8000-00000000000a", ["number 4C2F1D3E00004000800000000000000A"]),
        ("SN=4A8C12", ["name 4a8c12", "serial 4a8c12?"]),
        ("https://crt.sh/?q=" + "a1" * 20, [f"sha1 {'a1' * 20}?", "domain crt.sh?"]),
        ("'012345678", ["serial 12345678?", "number 012345678?", "phone 012345678?"]),
        ("domain:https://example.org/x", ["domain example.org"]),
        ("sha1:“" + "a1" * 20 + "”", [f"sha1 {'a1' * 20}"]),
        ("BI 012345678", ["number BI012345678?", "name 012345678 bi?", "number 012345678?"]),
        ("QQ 12 34 56 C", ["number QQ123456C?", "name 12 34 56 c qq?"]),
        ("PNOEE-38001085718", ["number PNOEE38001085718"]),
        ("Name: Jane Roe Email: jane@example.org", ["email jane@example.org?", "name email jane roe?"]),
        ("name:Jane Roe <jane@example.org>", ["email jane@example.org?", "name jane roe?"]),
        ("name:Jane Roe jane(at)example.org", ["email jane@example.org?", "name jane roe?"]),
        ("ID: jane@example.org", ["email jane@example.org?", "number JANEEXAMPLEORG?"]),
        ("Phone: 030 901820 Email: jane@example.org", ["email jane@example.org?", "phone 030901820?"]),
        (
            "Name: Jane Roe Tel: +49 30 901820",
            ["name jane roe tel?", "phone 4930901820?", "name 30 49 901820 jane roe tel?"],
        ),
        ("name:Jane Roe, name:John Doe", ["name doe jane john name roe?"]),
        ("name:Jane Roe", ["name jane roe"]),
        ("Roe\tJane", ["name jane roe"]),
        ("Roe / Jane", ["name jane roe"]),
        ("CN=Jane Roe, E=jane@example.org, UID=jr1", ["name jane roe", "email jane@example.org", "account jr1"]),
    ],
)
def test_readings_in_their_order(text: str, readings: list[str]) -> None:
    found = [f"{one.kind} {one.canonical}{'?' * one.guessed}" for one in parse_identifier(text).readings]
    assert found[: len(readings)] == readings
    assert len(found) == len(readings) or text.startswith(("https:", "CN=", "ROE.JANE"))


@pytest.mark.parametrize("text", ["Jane Roe and John Doe", "jroe (HR)", "Jane & John Roe", "jane roe at example"])
def test_words_that_may_be_more_than_a_name_are_a_guess(text: str) -> None:
    assert parse_identifier(text).guessed
    assert not parse_identifier("José Ortega y Gasset").guessed


def test_the_first_reading_holds_the_whole_text_and_the_others() -> None:
    identifier = parse_identifier(" Jane Roe 12345678Z ")
    assert identifier.value == "Jane Roe 12345678Z"
    (number,) = identifier.others
    assert (number.value, number.others) == ("12345678Z", ())


def test_a_telephone_number_without_its_country_has_keys_for_each_country_that_has_it() -> None:
    keys = {key.key for key in parse_identifier("(030) 901-820").keys}
    assert {"030901820", "4930901820", "39030901820"} <= keys
    assert {key.key for key in parse_identifier("0049 30 901820").keys} == {"4930901820"}


# --- properties ------------------------------------------------------------------------------------------------------

ADDRESSES = st.from_regex(
    r"[a-z0-9_+-]{1,20}(\.[a-z0-9_+-]{1,20}){0,2}@([a-z0-9]{1,20}\.){1,2}[a-z]{2,10}", fullmatch=True
)
WORDS = st.from_regex(r"[^\W\d_]{2,12}( [^\W\d_]{2,12}){1,3}", fullmatch=True)
PAIRS = st.lists(st.binary(min_size=1, max_size=1), min_size=4, max_size=32).map(b"".join)


@given(ADDRESSES)
def test_no_reading_of_an_address_is_lost(address: str) -> None:
    assert LookupKey("email", address) in parse_identifier(address).keys


@given(PAIRS, st.sampled_from(["", ":", " "]))
def test_no_reading_of_hexadecimal_digits_is_lost(octets: bytes, sign: str) -> None:
    found = {(one.kind, one.canonical) for one in parse_identifier(octets.hex(sign) if sign else octets.hex()).readings}
    kind = IdentifierKind.SHA256 if len(octets) == 32 else IdentifierKind.SERIAL
    digits = octets.hex() if kind == IdentifierKind.SHA256 else octets.hex().lstrip("0") or "0"
    assert (kind, digits) in found


@given(st.from_regex(r"[0-9]{5,40}", fullmatch=True))
def test_digits_alone_have_every_reading_of_digits(digits: str) -> None:
    readings = parse_identifier(digits).readings
    found = {(one.kind, one.canonical) for one in readings}
    assert (IdentifierKind.SERIAL, digits.lstrip("0") or "0") in found
    assert not digits.strip("0") or any(
        key.key == digits for one in readings for key in one.keys if key.kind == "number"
    )
    if digits[0] != "0":
        assert (IdentifierKind.SERIAL, f"{int(digits):x}") in found
    assert len(digits) > 17 or not digits.strip("0") or IdentifierKind.PHONE in {kind for kind, _ in found}


@given(WORDS)
def test_a_name_loses_only_titles(name: str) -> None:
    words = set(parse_identifier(f"name:{name}").canonical.split())
    asked = {
        word
        for one in parse_identifier(name).readings
        if one.kind == IdentifierKind.NAME
        for word in one.canonical.split()
    }
    assert words <= asked or not words


@given(st.one_of(st.text(max_size=1100), st.sampled_from(TEXTS).map(lambda octets: octets.decode("latin-1"))))
@example("&#0;")
@example("&" + "amp;" * 240 + "#64;")
@example("[" * 999)
@example("(at)" * 250)
@example("0x" + "f" * 998)
@example("9" * 1000)
@example("CN=" * 333)
@example("=" * 1000)
@example("a:" * 500)
@example("\\" * 500 + "=")
@example("CN=\\ff")
@example(" dot " * 200)
@example("\ufdfa" * 1000)
def test_any_text_has_readings_or_is_refused(text: str) -> None:
    try:
        identifier = parse_identifier(text)
    except UsageError:
        return
    for one in identifier.readings:
        assert one.others == () or one is identifier
        if one.canonical.isascii() and len(one.canonical) < 300:
            assert parse_identifier(f"{one.kind}:{one.canonical}").canonical == one.canonical


@pytest.mark.parametrize(
    "piece",
    [
        *("(", "[", "<", "“", '"', "&amp;", "&", "%40", "@", "(at)", " at ", " dot ", "a.", "a:", "a=", "CN=", ",CN=a"),
        *("4a:", "4a ", "1 ", "12345678Z ", "Dr. ", "\\", " ", "\u200b", "://", "//", "-", "0", "f", "é", "́", "・"),
        *("(0x1)", "S/N: ", "serial: ", "[a](", "<a href=", "\u00a0&nbsp;"),
    ],
)
def test_a_thousand_characters_cost_little(piece: str) -> None:
    parse = []
    for text in (piece * 1000, "a" + piece * 999, piece * 400 + "jane@example.org", "1" + piece * 500):
        begun = time.perf_counter()
        with suppress(UsageError):
            parse_identifier(text[:1000].strip() or "x")
        parse.append(time.perf_counter() - begun)
    assert max(parse) < 1.5  # most take a few milliseconds; telephone numbers of all countries some tenths of a second
