"""Reader of certificate requests: every form, against reference readers, and broken in many ways."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from asn1crypto import csr as asn1
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st
from support.certs import (
    EMAIL_PROTECTION,
    SERVER_AUTH,
    basic_constraints,
    certificate_policies,
    extended_key_usage,
    extension,
    general_name,
    indefinite_tlv,
    integer,
    long_tlv,
    make_certificate,
    make_tbs,
    moment,
    name,
    oid,
    reencode,
    san_extension,
    signing_key,
    string,
    tlv,
)
from support.request_builders import (
    CHALLENGE_PASSWORD,
    control,
    extension_request,
    make_crmf,
    make_request,
    make_spkac,
    pki_data,
    pki_message,
    request_attribute,
    spkac_file,
    tagged_attribute,
    until,
)

from ctscan.errors import FormatError
from ctscan.model import Certificate, Field
from ctscan.model.certificate_request import RequestForm, UsesBasis
from ctscan.x509.certificate_request import read_request
from ctscan.x509.request_purposes import requested_of
from ctscan.x509.request_shapes import is_request_list, request_form

JANE = [("C", "XX"), ("O", "Example Ltd"), ("CN", "Jane Roe"), ("emailAddress", "jane.roe@example.org")]
NAMES = [("email", "jane.roe@example.org"), ("dns", "www.example.org")]
EXTENSIONS = [san_extension(NAMES), extended_key_usage([EMAIL_PROTECTION]), basic_constraints()]
PASSWORD = request_attribute(CHALLENGE_PASSWORD, string("a password of letters"))
REQUEST = make_request(JANE, [PASSWORD, extension_request(*EXTENSIONS)], sign_with=signing_key("request"))
JANE_NAME = general_name(("dir", list(JANE)))


def field(certificate: Certificate, path: str) -> Field:
    return next(one for one in certificate.fields if one.path == path)


def value(certificate: Certificate, path: str) -> str:
    text = field(certificate, path).text
    assert text is not None
    return text.value


# --- PKCS#10 -------------------------------------------------------------------------------------------------------


def test_request_against_two_reference_readers() -> None:
    read = read_request(REQUEST)
    reference = x509.load_der_x509_csr(REQUEST)
    assert reference.is_signature_valid
    assert [one.text.value for one in read.subject.attributes if one.text] == [one.value for one in reference.subject]
    names = reference.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.RFC822Name) == [read.san[0].raw.decode()]
    other = asn1.CertificationRequest.load(REQUEST, strict=True)["certification_request_info"]
    assert read.spki == other["subject_pk_info"].dump()
    assert read.subject.raw == other["subject"].dump()
    assert [one.oid for one in read.extensions] == [
        one["extn_id"].dotted for one in other["attributes"][1]["values"][0]
    ]


def test_request_is_read_as_the_certificate_that_it_asks_for() -> None:
    read = read_request(REQUEST)
    assert (read.request, read.problems) == (RequestForm.PKCS10, ())
    assert (read.serial, read.issuer.raw, read.not_before, read.not_after) == (b"", b"", None, None)
    assert (read.eku, read.is_ca) == ((EMAIL_PROTECTION,), False)
    assert value(read, "subject.2.commonName") == "Jane Roe"
    assert value(read, "san.0.rfc822Name") == "jane.roe@example.org"
    assert value(read, "requestAttributes.0.challengePassword") == "a password of letters"


def test_extensions_are_requested_by_three_attributes() -> None:
    for dotted in ("1.2.840.113549.1.9.14", "1.3.6.1.4.1.311.2.1.14", "2.16.840.1.113733.1.9.8"):
        read = read_request(make_request(JANE, [extension_request(*EXTENSIONS, dotted=dotted)]))
        assert [one.kind for one in read.san] == [1, 2]
        assert not [one for one in read.fields if one.part == "requestAttributes"]


def test_extensions_of_several_attributes_are_all_read() -> None:
    first = extension_request(san_extension(NAMES[:1]))
    second = extension_request(san_extension(NAMES[1:]), dotted="1.3.6.1.4.1.311.2.1.14")
    assert [one.raw for one in read_request(make_request(JANE, [first, second])).san] == [
        b"jane.roe@example.org",
        b"www.example.org",
    ]


@pytest.mark.parametrize(
    ("request_", "place"),
    [
        (tlv(0x30, tlv(0x30, integer(0), name(JANE), tlv(0x30, tlv(0x30), b"\x03\x01\x00")), b"\x30\x00"), "request"),
        (REQUEST + b"after the end", "request"),
        (make_request(JANE, [tlv(0x30, oid(CHALLENGE_PASSWORD))]), "requestAttributes.0"),
        (make_request(JANE, [request_attribute("1.2.840.113549.1.9.14", b"\x0c\x01x")]), "extensions"),
        (tlv(0x30, tlv(0x30, integer(0), name(JANE)), b"\x30\x00", b"\x03\x01\x00"), "subjectPublicKeyInfo"),
        (tlv(0x30, tlv(0x30, integer(0), name(JANE), tlv(0x30, tlv(0x30)), b"\x0c\x01x")), "requestAttributes"),
    ],
)
def test_faults_are_problems_and_the_subject_is_read(request_: bytes, place: str) -> None:
    read = read_request(request_)
    assert place in [problem.path for problem in read.problems]
    assert value(read, "subject.2.commonName") == "Jane Roe"


def test_sloppy_requests_are_read_without_a_fault_of_their_subject() -> None:
    bare = tlv(0x30, tlv(0x30, name(JANE), tlv(0x30, tlv(0x30), b"\x03\x01\x00")), b"\x30\x00", b"\x03\x01\x00")
    loose = make_request(JANE, [tlv(0x30, oid(CHALLENGE_PASSWORD), string("without a set"))])
    for sloppy in (bare, loose, reencode(REQUEST, long_tlv)):
        read = read_request(sloppy)
        assert value(read, "subject.3.emailAddress") == "jane.roe@example.org"
    assert value(read_request(loose), "requestAttributes.0.challengePassword") == "without a set"


def test_indefinite_lengths_are_read() -> None:
    ber = reencode(REQUEST, lambda tag, body: (indefinite_tlv if tag & 0x20 else tlv)(tag, body))
    assert [one.text for one in read_request(ber).fields] == [one.text for one in read_request(REQUEST).fields]


def test_a_request_that_is_cut_off_gives_what_can_be_read() -> None:
    for size in range(len(REQUEST)):
        if request_form(REQUEST[:size]) is None:
            continue
        read = read_request(REQUEST[:size])
        assert read.problems
        if size > REQUEST.index(b"jane.roe@example.org") + 20:
            assert value(read, "subject.3.emailAddress") == "jane.roe@example.org"


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(REQUEST) - 1), st.binary(min_size=1, max_size=4), st.integers(0, 4))
def test_no_octets_make_the_reader_fail(at: int, octets: bytes, left_out: int) -> None:
    mutated = REQUEST[:at] + octets + REQUEST[at + left_out :]
    if request_form(mutated) is not None:
        assert read_request(mutated).sha256


def test_other_structures_are_no_requests() -> None:
    certificate = make_certificate(JANE, NAMES)
    others = [certificate, make_tbs(JANE, NAMES), name(JANE), b"", b"\x30", b"\x30\x00", b"text", tlv(0x30, integer(0))]
    for other in others:
        assert request_form(other) is None
        assert not is_request_list(other)
        with pytest.raises(FormatError, match="expected one"):
            read_request(other)


# --- CRMF, SPKAC, messages -----------------------------------------------------------------------------------------


def test_template_of_crmf() -> None:
    end = datetime(2027, 3, 31, tzinfo=UTC)
    begin = tlv(0xA0, moment(datetime(2026, 12, 1, tzinfo=UTC)))
    read = read_request(make_crmf(JANE, EXTENSIONS, validity=[begin, until(end)]))
    assert (read.request, read.problems) == (RequestForm.CRMF, ())
    assert (read.not_before, read.not_after) == (datetime(2026, 12, 1, tzinfo=UTC), end)
    assert [one.raw for one in read.san] == [b"jane.roe@example.org", b"www.example.org"]
    assert read.spki == read_request(REQUEST).spki


def test_controls_and_proof_of_crmf_stay() -> None:
    read = read_request(
        make_crmf(
            JANE,
            controls=[control("1.3.6.1.5.5.7.5.1.1", string("a token")), control("1.2.3", tlv(0x30, string("within")))],
            registration=[control("1.3.6.1.5.5.7.5.2.1", string("email?jane@example.com%"))],
            sender=general_name(("email", "jane.sender@example.com")),
        )
    )
    assert read.problems == ()
    assert value(read, "requestAttributes.0.regToken") == "a token"
    assert [one.text.value for one in read.fields if one.path == "requestAttributes.1.1.2.3" and one.text] == ["within"]
    assert value(read, "requestAttributes.sender.rfc822Name") == "jane.sender@example.com"
    assert "email?jane@example.com%" in [one.text.value for one in read.fields if one.text]


def test_challenge_of_an_spkac_stays() -> None:
    read = read_request(make_spkac("a challenge"))
    assert (read.request, read.problems, read.subject.attributes) == (RequestForm.SPKAC, (), ())
    assert value(read, "requestAttributes.challenge") == "a challenge"


def test_lines_of_an_spkac_file_make_the_subject() -> None:
    text = spkac_file(
        "x", "[ section ]", "# comment", "CN = Jane Roe # behind", "0.OU=Sales", "1.OU=\"Berlin\"", "GN=Ja\\", "ne",
        "2.5.4.4=Roe", "emailAddress = jane.roe@example.org", "colour=blue", "nothing",
    )  # fmt: skip
    read = read_request(text.replace(b"\n", b"\r\n"))
    attributes = [(one.oid, one.text.value) for one in read.subject.attributes if one.text]
    assert attributes == [
        ("2.5.4.3", "Jane Roe"),
        ("2.5.4.11", "Sales"),
        ("2.5.4.11", "Berlin"),
        ("2.5.4.42", "Jane"),
        ("2.5.4.4", "Roe"),
        ("1.2.840.113549.1.9.1", "jane.roe@example.org"),
    ]
    assert [problem.what for problem in read.problems] == [
        "a line with the name of no known attribute",
        "line 12: expected name=value",
    ]
    assert read.problems[0].unread == b"blue"


def test_a_broken_key_of_an_spkac_file_leaves_its_subject() -> None:
    for broken in ("not base64!", "AAAA", ""):
        read = read_request(f"SPKAC={broken}\nCN=Jane Roe\n".encode())
        assert value(read, "subject.0.commonName") == "Jane Roe"
        assert read.spki == b""
    assert [problem.is_cut for problem in read_request(b"SPKAC=x\n" + b"\n" * 2000).problems] == [True, False]


def test_controls_of_cmc() -> None:
    added = tlv(0x30, integer(0), tlv(0x30, integer(2)), tlv(0x30, san_extension([("email", "j@example.org")])))
    read = read_request(
        pki_data(
            REQUEST,
            controls=[
                tagged_attribute("1.3.6.1.5.5.7.7.2", string("jane")),
                tagged_attribute("1.3.6.1.5.5.7.7.8", added),
                tlv(0x30, integer(1)),
            ],
        )
    )
    assert read.request is RequestForm.CMC
    assert value(read, "requestAttributes.0.identification") == "jane"
    assert [one.raw for one in read.san] == [b"j@example.org"]
    assert [problem.path for problem in read.problems] == ["requestAttributes.2"]


def test_header_of_cmp_names_sender_and_recipient() -> None:
    free = tlv(0xA7, tlv(0x30, string("Call me")))
    read = read_request(pki_message(4, REQUEST, JANE_NAME, general_name(("email", "ca@example.net")), free))
    assert read.request is RequestForm.CMP
    assert value(read, "requestAttributes.sender.directoryName.2.commonName") == "Jane Roe"
    assert value(read, "requestRecipient.rfc822Name") == "ca@example.net"
    assert "Call me" in [one.text.value for one in read.fields if one.text]
    assert read.problems == ()


@pytest.mark.parametrize(
    "whole",
    [
        make_crmf(JANE, EXTENSIONS),
        make_spkac("challenge"),
        pki_data(REQUEST, controls=[tagged_attribute("1.3.6.1.5.5.7.7.2", string("jane"))]),
        pki_message(0, tlv(0x30, make_crmf(JANE)), JANE_NAME, JANE_NAME),
        spkac_file("challenge", "CN=Jane Roe"),
    ],
)
def test_other_forms_that_are_cut_off_break_nothing(whole: bytes) -> None:
    recognised = 0
    for size in range(len(whole)):
        if request_form(whole[:size]) is not None:
            recognised += 1
            read_request(whole[:size])
    assert recognised > len(whole) // 3


# --- the kinds that are asked for ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "extensions", "uses", "basis"),
    [
        (JANE, EXTENSIONS, ("smime",), UsesBasis.PURPOSES),
        ([("CN", "www.example.org")], [extended_key_usage([SERVER_AUTH])], ("tls",), UsesBasis.PURPOSES),
        ([("CN", "www.example.org")], [], ("tls",), UsesBasis.NAMES),
        (JANE, [san_extension([("dns", "www.example.org")])], ("tls",), UsesBasis.NAMES),
        (JANE, [], ("smime",), UsesBasis.NAMES),
        ([("CN", "Jane Roe")], [], (), UsesBasis.NOTHING),
        ([("CN", "Jane Roe")], [extended_key_usage(["1.2.3.4"])], (), UsesBasis.NOTHING),
        ([("CN", "Example CA")], [basic_constraints(True)], ("ca",), UsesBasis.PURPOSES),
        (JANE, [certificate_policies(["0.4.0.194112.1.2"])], ("document", "qualified"), UsesBasis.NAMES),
    ],
)
def test_kinds_follow_from_purposes_then_from_names(
    subject: list[tuple[str, str]], extensions: list[bytes], uses: tuple[str, ...], basis: UsesBasis
) -> None:
    found = requested_of(read_request(make_request(subject, [extension_request(*extensions)])))
    assert (found.uses, found.basis) == (uses, basis)


def test_templates_hosts_and_attributes() -> None:
    template = tlv(0x30, oid("1.3.6.1.4.1.311.21.8.1.2"), integer(100))
    asked = extension_request(
        extension("1.3.6.1.4.1.311.20.2", string("User", "bmp")),
        extension("1.3.6.1.4.1.311.21.7", template),
        san_extension([("dns", "*.dev.example.org"), ("dns", "www.example.org")]),
    )
    found = requested_of(read_request(make_request(JANE, [asked, PASSWORD])))
    assert found.templates == ("User", "1.3.6.1.4.1.311.21.8.1.2")
    assert found.hosts == ("dev.example.org", "www.example.org")
    assert found.fields_of_staying == ("challengePassword",)
