"""JSON and LDIF: certificates at any place, read value by value."""

from __future__ import annotations

import base64
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.certs import signed_data
from support.holding import JANE, JOHN, SIGNATURE, a_line, found, ldif, pem, problems, read, text

from ctscan.sources.files.formats import json_values
from ctscan.sources.files.formats import ldif as ldif_module

CERTSTREAM = {
    "message_type": "certificate_update",
    "data": {
        "leaf_cert": {"subject": {"CN": "Jane Doe"}, "as_der": text(JANE)},
        "chain": [{"as_der": text(JOHN)}],
        "source": {"name": "an example"},
    },
}


@pytest.mark.parametrize("key", ["der_b64", "der", "cert", "certificate", "as_der", "anything"])
def test_a_certificate_a_line(key: str) -> None:
    data = a_line(**{key: text(JANE)}) + b"\n" + a_line(**{key: text(JOHN)})
    assert found(data) == [("-:1", JANE), ("-:3", JOHN)]


def test_certstream_with_its_chains() -> None:
    line = json.dumps(CERTSTREAM).encode() + b"\n"
    assert found(line * 2) == [("-:1", JANE), ("-:1#2", JOHN), ("-:2", JANE), ("-:2#2", JOHN)]
    light = a_line(data={"leaf_cert": {"as_der": None, "all_domains": ["example.org"]}})
    assert found(light + line)[0] == ("-:2", JANE)


@pytest.mark.parametrize("indent", [None, 2])
def test_arrays_and_documents(indent: int | None) -> None:
    for value in (
        [CERTSTREAM],
        [text(JANE), text(JOHN)],
        {"a": [[text(JANE)]], "b": text(JOHN)},
        [[text(JANE)], text(JOHN)],
    ):
        assert [der for _, der in found(json.dumps(value, indent=indent).encode())] == [JANE, JOHN]


def test_values_of_an_array_have_the_line_where_they_begin() -> None:
    data = json.dumps([{"der": text(JANE)}, {"note": 'a "quoted" } brace \\'}, {"der": text(JOHN)}], indent=1)
    assert found(data.encode()) == [("-:2", JANE), ("-:8", JOHN)]


@pytest.mark.parametrize("shift", range(4))
def test_escapes_where_the_text_is_read_in_pieces(shift: int) -> None:
    odd = [{"a": "x" * shift + "\\" * 150_000 + '"'}, {"der": text(JANE)}]
    assert [der for _, der in found(json.dumps(odd).encode())] == [JANE]


def test_a_byte_order_mark_is_passed_over() -> None:
    mark = b"\xef\xbb\xbf"
    assert found(mark + a_line(der=text(JANE))) == [("-:1", JANE)]
    assert found(mark + json.dumps([{"der": text(JANE)}], indent=1).encode()) == [("-:2", JANE)]
    assert found(mark + ldif(("userCertificate", JANE)))[0][1] == JANE


def test_pem_url_safe_base64_and_structures_in_strings() -> None:
    url_safe = base64.urlsafe_b64encode(JANE).decode().rstrip("=")
    assert found(a_line(pem=pem(JANE).decode(), more=pem(JOHN).decode())) == [("-:1", JANE), ("-:1#2", JOHN)]
    assert found(a_line(der=url_safe)) == [("-:1", JANE)]
    assert found(a_line(bundle=text(SIGNATURE))) == [("-:1", JANE), ("-:1#2", JOHN)]


def test_a_broken_line_is_a_problem_and_reading_goes_on() -> None:
    lines = [a_line(der=text(JANE)), a_line(der=text(JOHN))]
    inputs = read(lines[0] + b'{"der": "MII\n' + b"not JSON\n" + a_line(der="?") + lines[1])
    assert [(i.source, i.der) for i in inputs] == [
        ("-:1", JANE), ("-:2", None), ("-:3", None), ("-:4", None), ("-:5", JOHN)
    ]  # fmt: skip
    assert [i.source for i in read(lines[0][:-9] + b"\n" + lines[1]) if i.der] == ["-:2"]


def test_lines_without_certificates_are_no_problem_but_a_file_without_any_is() -> None:
    assert found(a_line(name="x", certificate="of merit") + a_line(der=text(JANE))) == [("-:2", JANE)]
    assert "found none" in problems(a_line(name="x"))[0]


def test_problems_quote_no_string() -> None:
    (what,) = problems(a_line(der="jane@example.org"))
    assert "jane" not in what


def test_deep_nesting_and_long_values() -> None:
    for hostile in (b'{"a":' * 100_000, b"[" * 100_000, b'{"a":' + b"[" * 50_000 + b"]" * 50_000 + b"}\n"):
        assert problems(hostile)
    large = b'{"a": "' + b"x" * (json_values.MAX_VALUE + 1) + b'"}\n'
    inputs = read(large + a_line(der=text(JANE)))
    assert "at most" in str(inputs[0].problem)
    assert inputs[1].der == JANE
    (what, *_) = problems(b"[" + large[:-1] + b"]")
    assert "at most" in what


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=9), lambda s: st.lists(s) | st.dictionaries(st.text(max_size=5), s)
    )
)
def test_a_certificate_is_found_in_any_document(value: object) -> None:
    for whole in ({"x": value, "y": text(JANE)}, [value, {"y": text(JANE)}, value]):
        for indent in (None, 1):
            data = json.dumps(whole, indent=indent, ensure_ascii=False).encode()
            assert [i.der for i in read(data) if i.der] == [JANE]


# --- LDIF ----------------------------------------------------------------------------------------------------------


def test_certificates_of_people_and_authorities() -> None:
    data = b"# an export\n" + ldif(("userCertificate;binary", JANE), ("cACertificate;binary", JOHN))
    assert [der for _, der in found(data)] == [JANE, JOHN]
    assert found(data)[0][0] == "-:5"


def test_structures_spellings_and_line_ends() -> None:
    data = ldif(("userSMIMECertificate;binary", SIGNATURE), ("USERCERTIFICATE", JOHN)).replace(b"\n", b"\r\n")
    assert [der for _, der in found(data)] == [JANE, JOHN, JOHN]
    folded = f"dn:: Y249SmFuZQ==\nuserCerti\n ficate;bin\n ary:\n : \n {text(JANE)}\n".encode()
    assert [i.der for i in read(folded)] == [JANE]


def test_other_attributes_count_by_their_content() -> None:
    data = ldif(("jpegPhoto", b"\xff\xd8" + bytes(200)), ("userKey", JANE), ("userCertificate;binary", JOHN))
    assert [der for _, der in found(data)] == [JANE, JOHN]


CUT_OFF = base64.b64encode(signed_data(JANE)[:-5])


@pytest.mark.parametrize("value", [b":< file:///etc/passwd", b": MIIB", b":: ???", b":: aGVsbG8=", b":: " + CUT_OFF])
def test_a_value_that_is_no_certificate_is_a_problem(value: bytes) -> None:
    data = b"dn: cn=x\nuserCertificate;binary" + value + b"\n" + ldif(("userCertificate;binary", JOHN))
    first, second = read(data)
    assert (first.source, first.der) == ("-:2", None)
    assert second.der == JOHN


def test_values_and_lines_without_end() -> None:
    begins = b"dn: cn=x\nuserCertificate;binary:: "
    long = (
        begins + (b"QUJD" * 16 + b"\n ") * (ldif_module.MAX_VALUE // 64 + 1) + b"\n" + ldif(("userCertificate", JOHN))
    )
    began = time.process_time()
    first, second = read(long)
    assert "at most" in str(first.problem)
    assert second.der == JOHN
    assert read(b"dn: cn=x\ndescription: " + b"x" * 30_000_000 + b"\n" + b" y\n" * 1_000_000)
    assert time.process_time() - began < 20


SMALL = {
    "lines": a_line(der=text(JANE)) + a_line(der=text(JOHN)),
    "array": json.dumps([{"der": text(JANE)}]).encode(),
    "ldif": ldif(("userCertificate;binary", JANE)),
}


@pytest.mark.parametrize("kind", SMALL)
def test_cut_off_or_damaged_anywhere_nothing_is_raised(kind: str) -> None:
    whole = SMALL[kind]
    for at in range(0, len(whole), 2):
        assert read(whole[:at])
        assert read(whole[:at] + b'"' + whole[at + 1 :])
