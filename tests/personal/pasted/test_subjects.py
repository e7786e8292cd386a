"""Distinguished names as programs print them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctscan.personal.pasted.subjects import Part, subject_attributes

JANE = [(Part.DROPPED, "ES"), (Part.NAME, "Jane Roe"), (Part.EMAIL, "jane@example.org"), (Part.DROPPED, "Acme, Inc")]


@pytest.mark.parametrize(
    "text",
    [
        'C = ES, CN = Jane Roe, emailAddress = jane@example.org, O = "Acme, Inc"',
        "C=ES,CN=Jane Roe,E=jane@example.org,O=Acme\\, Inc",
        "C=ES; CN=Jane Roe; E=jane@example.org; O=Acme\\, Inc",
        "/C=ES/CN=Jane Roe/emailAddress=jane@example.org/O=Acme, Inc",
        "countryName = ES commonName = Jane Roe emailAddress = jane@example.org organizationName = Acme, Inc",
        "OID.2.5.4.6=ES, 2.5.4.3=Jane Roe, OID.1.2.840.113549.1.9.1=jane@example.org, O=Acme, Inc",
        "c=ES+cn=Jane Roe+mail=jane@example.org+o=Acme, Inc",
    ],
)
def test_one_name_in_the_forms_of_many_programs(text: str) -> None:
    assert subject_attributes(text) == JANE


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("CN=Zo\\C3\\AB Roe", "Zoë Roe"),
        ('CN="Roe, Jane"', "Roe, Jane"),
        ('CN=Jane \\"JR\\" Roe', 'Jane "JR" Roe'),
        ("CN=Jane\\+Roe", "Jane+Roe"),
        ("CN=A/B Roe", "A/B Roe"),
        ("CN=\\FF", "\ufffd"),
        ("CN=a=b", "a=b"),
    ],
)
def test_quotes_and_escapes_are_undone(text: str, value: str) -> None:
    assert subject_attributes(text) == [(Part.NAME, value)]


@pytest.mark.parametrize("text", ["", "Jane Roe", "=", "CN", "x=1", "serial=4AF3", "Jane CN=Roe", "CN="])
def test_other_texts_have_no_attributes(text: str) -> None:
    assert subject_attributes(text) == []


@given(st.text(alphabet="CN=E,+;/\\\"' aO.25", max_size=80))
def test_attributes_are_not_empty(text: str) -> None:
    assert all(attribute.value for attribute in subject_attributes(text))
