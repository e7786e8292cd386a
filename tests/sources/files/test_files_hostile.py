"""Hostile texts: every reader of a form takes time in proportion to its input."""

from __future__ import annotations

import base64
import random
import time
from collections.abc import Callable

import pytest
from support.certs import make_certificate, signed_data
from support.holding import JANE, JOHN, a_line, a_tar, a_zip, packed, pem, read, text
from support.text_forms import FORMS, tile_entry

LARGE = (500_000, 2_000_000)
SIZES = (250_000, 1_000_000)
"""Small and large inputs, in octets: where the time grows with the square, a megabyte takes too long, too."""


def repeated(unit: bytes) -> Callable[[int], bytes]:
    return lambda size: unit * (size // len(unit))


MAY_BEGIN = base64.b64encode(bytes.fromhex("308203e8308203e4020101") + bytes(40))
CLAIMING = bytes.fromhex("30830ffff030830fffe0a003020102")
HOSTILE = {
    "beginnings of base64": repeated(b"MIIC"),
    "words that begin base64": repeated(b"MIICAAAAAAAAAAAAAAAAAAAAAA "),
    "almost certificates": repeated(MAY_BEGIN + b" "),
    "certificates that claim much": repeated(base64.b64encode(CLAIMING + bytes(33)) + b"\n"),
    "single characters": repeated(b"MIICAAAAAAAAAAAAAAAAAAAAAA" + b"A B " * 20),
    "beginnings of hexadecimal": repeated(b"3082 "),
    "digits": repeated(b"30"),
    "bytes of a program": repeated(b"0x30, 0x82, 0x03, 0x20, 0x30, 0x82, 0x02, 0x20, 0xa0, "),
    "beginnings of PEM": repeated(b"-----BEGIN CERTIFICATE-----"),
    "beginnings and lines": repeated(b"-----BEGIN CERTIFICATE-----\n" + b"A" * 64 + b"\n"),
    "ends of PEM": lambda size: b"-----BEGIN CERTIFICATE-----" + b"-----END X-----" * (size // 15),
    "blocks of nothing": repeated(b"-----BEGIN X CERTIFICATE-----\n\n-----END X-----\n"),
    "headers": lambda size: b"-----BEGIN CERTIFICATE-----\n" + b"a: b\n" * (size // 5) + b"-----END CERTIFICATE-----",
    "quotes": lambda size: b"-----BEGIN CERTIFICATE-----\n" + b'" ' * (size // 2) + b"\n-----END CERTIFICATE-----",
    "tags": lambda size: b"-----BEGIN CERTIFICATE-----\n" + b"<" * size + b"\n-----END CERTIFICATE-----",
    "backslashes": lambda size: b"\\" * size + b"n",
    "escapes": repeated(b"\\n\\u002B"),
    "references": repeated(b"&#1"),
    "references that end": repeated(b"&#13;"),
    "percent": lambda size: b"BEGIN%20" + b"%0" * (size // 2),
    "PEM in base64": repeated(b"LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t "),
    "leaves": repeated(b"AAAAAAGgxFBsAAAAAAGAAAAAAAAAAA "),
    "DER": repeated(bytes.fromhex("30820400308203e4")),
    "entities": lambda size: b'<!DOCTYPE a [<!ENTITY a "' + b"a" * (size // 2) + b'">]><a>' + b"&a;" * (size // 6),
    "elements": repeated(b"<a>"),
    "folded lines": lambda size: b"dn: cn=x\nuserCertificate: -----BEGIN X-----\n" + b"a\n" * (size // 2),
    "attributes": lambda size: b"dn: cn=x\n" + b"a: MIIC\n" * (size // 8),
    "wide text": lambda size: ("-----BEGIN X" * (size // 24)).encode("utf-16"),
    "entries": lambda size: tile_entry(b"\x30\x82\0\0") * (size // 20),
    "strings of JSON": lambda size: b'{"a": [' + b'"' + b"MIIC" * 40 + b'",' * (size // 200) + b'""]}',
}  # fmt: skip


BOUNDED = ("beginnings of hexadecimal", "single characters")
"""Kinds that cost a constant amount from some size on: the most that trying to decode may cost."""


@pytest.mark.parametrize("sizes", [SIZES, pytest.param(LARGE, marks=pytest.mark.long)], ids=["megabyte", "two"])
@pytest.mark.parametrize("kind", HOSTILE)
def test_time_grows_with_the_input_and_no_faster(kind: str, sizes: tuple[int, int]) -> None:
    seconds = []
    for size in sizes[1:] if kind in BOUNDED else sizes:
        data = HOSTILE[kind](size)
        began = time.process_time()
        assert read(data)
        seconds.append(time.process_time() - began)
    assert seconds[-1] < 0.3 + 8 * max(seconds[0], 0.3)  # the shorter one may have another form, which costs less
    assert seconds[-1] < (8 if kind in BOUNDED else 4)


# --- layers --------------------------------------------------------------------------------------------------------

OUTER: dict[str, Callable[[bytes], bytes]] = {
    "zip": lambda data: a_zip({"a": data, "b": b"text"}),
    "tar": lambda data: a_tar({"a": data}),
    "gzip": packed,
    "attachment": lambda data: (
        b"MIME-Version: 1.0\nContent-Type: application/x\nContent-Transfer-Encoding: base64\n\n"
        + base64.encodebytes(data)
    ),
}
RUNS = 400


def test_a_certificate_in_random_layers_is_found_or_reported() -> None:
    chance = random.Random(20260101)
    for number in range(RUNS):
        der = make_certificate([("CN", f"Person {number}")], [("email", f"p{number}@example.org")], serial=number + 1)
        held = chance.choice((der, der, signed_data(der, JOHN)))
        form = chance.choice(tuple(FORMS))
        data = FORMS[form](der if "tile" in form or "leaf" in form or "get-entr" in form else held)
        layers = [chance.choice(tuple(OUTER)) for _ in range(chance.randint(0, 5))]
        for layer in layers:
            data = OUTER[layer](data)
        inputs = read(data)
        is_found = any(one.der == der for one in inputs)
        is_reported = any(one.problem is not None and not one.is_absence for one in inputs)
        assert is_found or is_reported, (form, layers)
        assert is_found or len(layers) > 3, (form, layers)


@pytest.mark.parametrize("form", FORMS)
def test_cut_off_anywhere_it_is_found_or_reported_or_too_short(form: str) -> None:
    """A cut text names its problem, or gives the certificate, as soon as a certificate may begin in it."""
    whole = FORMS[form](JANE)
    for at in range(0, len(whole), max(1, len(whole) // 40)):
        assert read(whole[:at])
        assert read(whole[:at] + b"\xff" + whole[at + 1 :])


def test_many_forms_in_one_file_are_all_found() -> None:
    plain = [form for form in FORMS if not any(word in form for word in ("UTF-16", "zstd", "gzip", "tile", "LDIF"))]
    whole = b"\n\n".join(b"# next\n" + FORMS[form](JANE) for form in plain if b"BEGIN%20" not in FORMS[form](JANE))
    inputs = read(b"text first\n" + whole)
    assert {one.der for one in inputs if one.der} == {JANE}
    assert len([one for one in inputs if one.der]) > 40
    assert read(a_line(der=text(JANE)) + whole)[0].der == JANE
    assert pem(JANE) in whole
