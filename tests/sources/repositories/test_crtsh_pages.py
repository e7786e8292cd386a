"""Pages of crt.sh: real answers, and pages that only look like an answer."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.certs import make_certificate

from ctscan.errors import FormatError, Refused
from ctscan.sources.repositories.crtsh.pages import Listing, Row, parse_certificate, parse_listing

ROW = {
    "issuer_ca_id": 282054,
    "issuer_name": 'C=XX, O="Example, Inc.", CN=Example',
    "common_name": "example.com",
    "name_value": "*.example.com\nM\\303\\274ller",
    "id": 25342399799,
    "entry_timestamp": "2026-04-02T21:29:08.423",
    "not_before": "2026-04-02T21:18:57",
    "not_after": "2026-07-01T21:24:46",
    "serial_number": "6520",
    "result_count": 3,
}
DER = make_certificate([("CN", "Jane Roe")])
PEM = b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(DER) + b"-----END CERTIFICATE-----\n"


def listing(*rows: object) -> Listing:
    return parse_listing(json.dumps(rows).encode())


def test_a_row() -> None:
    names = ("*.example.com", "Müller")
    assert listing(ROW) == Listing((Row(25342399799, 282054, names, 1775165348423),), 3)


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        (None, None),
        ("2026-04-02T21:29:08", 1775165348000),
        ("2026-04-02T21:29:08+00:00", 1775165348000),
        ("infinity", None),
        (7, None),
        ("", None),
    ],
)
def test_the_time_is_for_eyes(time: object, expected: int | None) -> None:
    assert listing(ROW | {"entry_timestamp": time}).rows[0].first_logged == expected


def test_counts_add_up_or_are_none() -> None:
    assert listing(ROW, ROW | {"id": 2}).counted == 6
    assert listing().counted == 0
    assert listing({name: ROW[name] for name in ROW if name != "result_count"}).counted is None
    assert listing(ROW | {"result_count": True}).counted is None


def test_no_names_are_no_names() -> None:
    assert listing(ROW | {"name_value": None}).rows[0].names == ()
    assert listing(ROW | {"name_value": ""}).rows[0].names == ()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"null",
        b"[1]",
        b"[{}]",
        b"[[]]",
        json.dumps([ROW]).encode()[:-3],
        json.dumps([ROW | {"id": 0}]).encode(),
        json.dumps([ROW | {"id": "1"}]).encode(),
        json.dumps([ROW | {"id": True}]).encode(),
        json.dumps([ROW | {"id": 1 << 64}]).encode(),
        json.dumps([ROW | {"name_value": 1}]).encode(),
        b"[" * 200_000,
        b"[" + b"9" * 5000 + b"]",
        b"\xff\xfe[",
        b" <!DOCTYPE html>",
        b"[BEGIN_HEADERS]\nContent-Type: application/json\n[END_HEADERS]\n[{<BR><BR>conflict with recovery",
        b"ERROR",
    ],
)
def test_answers_that_are_refused(body: bytes) -> None:
    with pytest.raises(FormatError):
        parse_listing(body)


@pytest.mark.parametrize("message", ["Unsupported use of '%'", "</SPAN>\n<BR><BR>Value not permitted: '%'"])
def test_a_query_that_is_never_accepted_is_not_repeated(message: str) -> None:
    begun = "[BEGIN_HEADERS]\nContent-Type: application/json\nAccess-Control-Allow-Origin: *\n[END_HEADERS]\n"
    body = f"{begun}{message}" if message.startswith("<") else f"{begun}<BR><BR>{message}"
    with pytest.raises(Refused, match="this form"):
        parse_listing(body.encode())


def test_a_name_that_looks_like_a_refusal_is_none() -> None:
    begun = b"[BEGIN_HEADERS]\nContent-Type: application/json\n[END_HEADERS]\n"
    with pytest.raises(FormatError):
        parse_listing(begun + b'[{"name_value":"<BR><BR>Unsupported"}<BR><BR>canceled')


def test_a_certificate() -> None:
    assert parse_certificate(PEM) == DER
    assert parse_certificate(PEM.replace(b"\n", b"\r\n") + b"\n ") == DER


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" \n",
        PEM[:-20],
        PEM[20:],
        PEM + PEM,
        PEM.replace(b"MII", b"M?I", 1),
        b"<HTML>",
        b"404 page not found",
        b"-----BEGIN CERTIFICATE----------END CERTIFICATE-----",
        b"-----BEGIN CERTIFICATE-----END CERTIFICATE-----",
        b"-----BEGIN CERTIFICATE-----\n" + base64.b64encode(DER[:300]) + b"\n-----END CERTIFICATE-----",
        b"-----BEGIN CERTIFICATE-----\n" + base64.b64encode(b"hello") + b"\n-----END CERTIFICATE-----",
    ],
)
def test_other_content_than_a_certificate(body: bytes) -> None:
    with pytest.raises(FormatError):
        parse_certificate(body)


@given(st.binary(max_size=80))
def test_hostile_bodies_are_data(body: bytes) -> None:
    for parse, head in ((parse_listing, b"["), (parse_certificate, b"-----BEGIN CERTIFICATE-----")):
        for hostile in (body, head + body):
            try:
                parse(hostile)
            except FormatError as error:
                assert len(str(error)) < 100
