"""Rules of national schemes: any value in their fields, and the person to which a number or a field belongs."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.certs import EMAIL_PROTECTION, RdnSpec, extension, make_certificate, name, string

from ctscan.model import Finding, Qualifier, SubjectKind
from ctscan.personal.rules import all_rules, find_personal_data
from ctscan.personal.view import View
from ctscan.x509.certificate import read_certificate

SCHEMES = ("baltic.", "bg.", "br.", "cl.", "co.", "cz.", "ec.", "es.", "it.", "mx.", "nl.", "pe.", "si.", "ve.")
TYPES = sorted({oid for one in all_rules() if one.id.startswith(SCHEMES) for oid in one.covers})
CPF, NIF = "12345678909", "12345678Z"


def find(der: bytes) -> list[Finding]:
    """Find the data of national schemes; assert that none of their rules fails."""
    findings, problems = find_personal_data(read_certificate(der))
    assert not [problem for problem in problems if problem.path.startswith("rule ")]
    return [finding for finding in findings if finding.rule.startswith(SCHEMES)]


def found_in(*subject: RdnSpec, rule: str = "") -> list[tuple[str, str]]:
    """List the last word of the category and the canonical form of each finding in a subject."""
    findings = find(make_certificate(name(list(subject)), eku=(EMAIL_PROTECTION,)))
    return [(f.category.rpartition(".")[2], f.canonical) for f in findings if f.rule.startswith(rule)]


VALUES = st.one_of(
    st.text(max_size=80),
    st.from_regex(r"[0-9A-Z /:.,()-]{0,60}", fullmatch=True),
    st.from_regex(r"[0-9]{0,70}", fullmatch=True),
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(TYPES), VALUES)
def test_any_text_may_stand_in_any_field(oid: str, text: str) -> None:
    subject = name([("C", "ES"), ("CN", text), ("GN", text), (oid, text)])
    find(make_certificate(subject, [("other", oid, string(text))], extra=[extension(oid, string(text))]))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(TYPES), st.binary(max_size=60))
def test_any_octets_may_stand_in_any_field(oid: str, value: bytes) -> None:
    subject = name([(oid, value, "bit"), (oid, value, "raw")])
    find(make_certificate(subject, [("other", oid, value)], extra=[extension(oid, value)]))


@pytest.mark.parametrize(
    "text",
    [
        *("A - CIF A1234567A - " * 14, "A-" * 145, "12345678Z " * 29, "a/" * 145, "AB," * 97 + "48001010005"),
        *("Notario: " * 55, "/ Cargo: " * 55, "A A FIR " * 35, "x" * 250 + ":12345678909", "1" * 290),
        *("2.16.528-" * 30, "A" * 4_000_000, "- " * 2_000_000),
    ],
)
def test_texts_made_to_be_slow_are_read_at_once(text: str) -> None:
    kinds = ("CN", "SN", "description", "2.5.4.45", "2.5.4.46", "2.16.76.1.3.1", "2.16.76.1.3.8", "2.5.5.5", "UID")
    certificate = read_certificate(make_certificate(name([(kind, text) for kind in kinds])))
    rules = [one.find for one in all_rules() if one.id.startswith(SCHEMES) and one.find is not None]
    start = time.process_time()
    view = View(certificate)
    for one in rules:
        list(one(view))
    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    "text",
    [
        *("Example Router - 12345678A", "EJEMPLO SL - CIF B12345678", "EXEMPLO LTDA:11222333000181", "Warehouse/Sales"),
        *(
            "EXEMPLO LTDA 12345678900:11222333000181",
            "A1234567B Example (BETA)",
            "www.example.org",
            "Model 10123456781",
        ),
    ],
)
def test_common_names_that_hold_no_number_of_a_person(text: str) -> None:
    assert found_in(("CN", text)) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("EJEMPLO MARIA - NIF 12345678Z", NIF),
        ("NOMBRE EJEMPLO MARIA - NIF: 12345678Z", NIF),
        ("MARIA EJEMPLO - DNI 12345678Z (FIRMA)", NIF),
        ("MARIA EJEMPLO / NIF:12345678Z", NIF),
        ("MARIA EJEMPLO - X0000000T", "X0000000T"),
        ("12345678Z MARIA EJEMPLO (R: B00000000)", NIF),
        ("JOANA EXEMPLO:12345678909", CPF),
        ("EJEMPLO ANA FIR 12345678 hard", "12345678"),
    ],
)
def test_numbers_in_common_names(text: str, number: str) -> None:
    assert ("national_identification_number", number) in found_in(("CN", text))


@pytest.mark.parametrize(
    ("oid", "text", "number"),
    [
        ("1.3.6.1.4.1.5734.1.4", "IDCES-12345678Z", NIF),
        ("1.3.6.1.4.1.5734.1.7", "VATES-12345678Z", NIF),
        ("1.3.6.1.4.1.5734.1.7", "VATES-B00000000", None),
        ("1.3.6.1.4.1.18838.1.1", "B00000000", None),
        ("1.3.6.1.4.1.8321.1", "49.999.999-4", "499999994"),
        ("1.3.6.1.4.1.8321.1", "50.000.000-7", None),
        ("1.3.6.1.4.1.37947.3.11", "1790012345001", None),
        ("1.3.6.1.4.1.37947.3.11", "1710034065001", "1710034065"),
        ("1.3.6.1.4.1.23267.2.3", "900123456-8", None),
        ("2.16.862.2.2", "RIF-J-12345678-1", None),
        ("2.16.862.2.2", "V123456781", "V12345678"),
    ],
)
def test_tax_numbers_of_companies_are_not_of_people(oid: str, text: str, number: str | None) -> None:
    canonical = [canonical for _, canonical in found_in((oid, text))]
    assert canonical == [] if number is None else number in canonical


def test_who_acts_for_a_company_is_somebody_else_than_the_subject() -> None:
    field = ("other", "2.16.76.1.3.2", string("JOANA EXEMPLO"))
    (finding,) = find(make_certificate(name([("CN", "EXEMPLO LTDA:11222333000181")]), [field]))
    assert (finding.person, finding.subject_kind) == ("representative", SubjectKind.PERSON)
    (finding,) = find(make_certificate(name([("GN", "JOANA"), ("SN", "EXEMPLO")]), [field]))
    assert finding.person == "subject"


def test_an_organisation_is_told_only_beside_a_person() -> None:
    firm, person = ("1.3.6.1.4.1.5734.1.6", "EJEMPLO SL"), ("1.3.6.1.4.1.5734.1.1", "MARIA")
    assert found_in(firm) == []
    assert found_in(firm, person) == [("first", "maria"), ("workplace", "ejemplo sl")]


def test_what_follows_from_a_number_is_marked() -> None:
    field = ("other", "2.16.724.1.3.5.7.2.5", string("1234567802 A1234"))
    whole, derived = find(make_certificate(name([]), [field]))
    assert (whole.canonical, whole.qualifiers) == ("1234567802A1234", ())
    assert (derived.canonical, derived.qualifiers) == (NIF, (Qualifier.DERIVED,))
