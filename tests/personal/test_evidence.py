"""Subject of a certificate: the order of the evidence, one step against the next, and its words."""

from __future__ import annotations

from typing import Any

import pytest
from cases.kinds import (
    FORM,
    MAIL,
    SERVER,
    TYPE,
    policy,
    qualified,
    semantics,
    statements,
    template,
    template_name,
    with_,
)
from support.certs import CLIENT_AUTH, extended_key_usage, extension, general_names, make_certificate, oid, tlv

from ctscan.model import Confidence, Phrase, SubjectKind
from ctscan.personal.attribution.classifiers import is_untyped_qualified, qualified_for, template_is_for_people
from ctscan.personal.attribution.evidence import CLASSIFIERS, attribute_subject, purpose_of_people
from ctscan.personal.view import View
from ctscan.views.text import text
from ctscan.x509.certificate import read_certificate

CLIENT = extended_key_usage([CLIENT_AUTH])
SEAL = qualified(TYPE + ".2")
JANE = [("GN", "Jane"), ("SN", "Doe")]
PERSON, ORGANISATION, HOST = SubjectKind.PERSON, SubjectKind.ORGANISATION, SubjectKind.HOST
DEVICE, CA, UNKNOWN = SubjectKind.DEVICE, SubjectKind.CA, SubjectKind.UNKNOWN
CERTAIN, LIKELY, POSSIBLE = Confidence.CERTAIN, Confidence.LIKELY, Confidence.POSSIBLE


def view(**arguments: Any) -> View:
    return View(read_certificate(make_certificate(**arguments)))


STRONGER_FIRST: list[tuple[str, dict[str, Any], SubjectKind, Confidence]] = [
    ("a name before a policy for organisations", with_(policy("2.23.140.1.5.2.1"), subject=JANE), PERSON, LIKELY),
    ("a name before a seal", with_(SEAL, subject=JANE), PERSON, LIKELY),
    ("a name before a server", with_(*SERVER, subject=JANE), PERSON, CERTAIN),
    ("a name before a CA", {"subject": JANE, "ca": True, "eku": ()}, PERSON, CERTAIN),
    ("a CA before the policies it may issue for", {
        "subject": [("CN", "Example CA")], "ca": True, "eku": (), "extra": [policy("0.4.0.194112.1.0")]
    }, CA, CERTAIN),
    ("words of a CA in the place of a name", {"subject": [("SN", "Root CA")], "ca": True, "eku": ()}, CA, CERTAIN),
    ("a policy before a server", with_(policy("2.23.140.1.2.3"), *SERVER), PERSON, CERTAIN),
    ("natural before legal", with_(policy("0.4.0.194112.1.0"), subject=[("organizationIdentifier", "NTRXX-1")]), PERSON,
     CERTAIN),
    ("a type before an identifier of an organisation", with_(qualified(TYPE + ".1"), subject=[
        ("organizationIdentifier", "NTRXX-1")]), PERSON, CERTAIN),
    ("signature and seal at once", with_(qualified(TYPE + ".1", TYPE + ".2")), ORGANISATION, CERTAIN),
    ("a seal before the purpose", with_(SEAL, *MAIL), ORGANISATION, CERTAIN),
    ("a form before a server", with_(*SERVER, subject=FORM), PERSON, CERTAIN),
    ("a service before a form", with_(extended_key_usage(["1.3.6.1.5.5.7.3.8"]), subject=FORM), HOST, LIKELY),
    ("a machine's template before the purpose", with_(CLIENT, template_name("Machine")), DEVICE, LIKELY),
    ("a machine's account before a template", with_(CLIENT, san=[("upn", "pc17$@example.org")]), DEVICE, LIKELY),
    ("a server before a user's template", with_(*SERVER, template_name("User")), HOST, LIKELY),
    ("a named host", with_(*SERVER, san=[("dns", "www.example.org")]), HOST, CERTAIN),
    ("a template before words", with_(template(1), subject=[("CN", "Blue Harbour")]), PERSON, LIKELY),
    ("words alone", with_(subject=[("CN", "Jane Doe")]), PERSON, POSSIBLE),
    ("words of an organisation", with_(subject=[("CN", "Jane Doe Ltd")]), UNKNOWN, POSSIBLE),
    ("a number in the place of a surname", with_(subject=[("SN", "0123456789")]), UNKNOWN, POSSIBLE),
    ("a name of the issuer's", with_(extension("2.5.29.18", general_names([("dir", JANE)]))), UNKNOWN, POSSIBLE),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "kind", "confidence"), [case[1:] for case in STRONGER_FIRST])
def test_stronger_evidence_comes_first(arguments: dict[str, Any], kind: SubjectKind, confidence: Confidence) -> None:
    attribution = attribute_subject(view(**arguments))
    assert (attribution.kind, attribution.confidence) == (kind, confidence), attribution.why
    assert text(attribution.why, "en")[0].islower()


def test_it_is_worked_out_once() -> None:
    one = view(**with_(subject=JANE))
    assert attribute_subject(one) is attribute_subject(one)


def test_every_classifier_of_the_taxonomy_is_read() -> None:
    policies = [f"2.23.140.1.5.{kind}.{level}" for kind in range(1, 5) for level in range(1, 4)]
    policies += ["2.23.140.1.1", "2.23.140.1.2.1", "2.23.140.1.2.2", "2.23.140.1.2.3", "2.23.140.1.3", "2.23.140.1.4.1"]
    policies += [f"0.4.0.194112.1.{n}" for n in range(7)] + [f"0.4.0.1456.1.{n}" for n in (1, 2)]
    policies += [f"0.4.0.2042.1.{n}" for n in (1, 2, 3)] + ["2.16.840.1.101.3.2.1.3.13"]
    stated = [
        "0.4.0.1862.1.1",
        *(f"0.4.0.1862.1.6.{n}" for n in (1, 2, 3)),
        *(f"0.4.0.194121.1.{n}" for n in range(1, 5)),
    ]
    purposes = [*(f"1.3.6.1.5.5.7.3.{n}" for n in (1, 2, 4, 36)), "1.3.6.1.4.1.311.10.3.12", "1.3.6.1.4.1.311.20.2.2"]
    purposes += ["1.3.6.1.5.2.3.4", "1.2.840.113583.1.1.5"]
    assert CLASSIFIERS.issuperset([*policies, *stated, *purposes, "1.3.6.1.4.1.311.20.2", "1.3.6.1.4.1.311.21.7"])


@pytest.mark.parametrize(
    ("statement", "natural", "legal", "untyped"),
    [
        (qualified(TYPE + ".1"), True, False, False),
        (qualified(TYPE + ".2"), False, True, False),
        (qualified(TYPE + ".3"), False, False, False),
        (qualified(TYPE + ".1", TYPE + ".2"), True, True, False),
        (semantics("0.4.0.194121.1.1"), True, False, False),
        (semantics("0.4.0.194121.1.4"), False, True, False),
        (statements(("0.4.0.1862.1.1", b"")), False, False, True),
        (extension("1.3.6.1.5.5.7.1.3", b"\x30\x03\x02"), False, False, False),
        (extension("1.3.6.1.4.1.99999.1", tlv(0x30, oid(TYPE + ".1"))), False, False, False),
    ],
)
def test_what_qualified_certificates_state(statement: bytes, natural: bool, legal: bool, untyped: bool) -> None:
    certificate = view(**with_(statement)).certificate
    said = qualified_for(certificate)
    assert (said[0] is not None, said[1] is not None, is_untyped_qualified(certificate)) == (natural, legal, untyped)


@pytest.mark.parametrize(
    ("extensions", "name", "expected"),
    [
        ([], "User", True),
        ([], " SmartcardLogon ", True),
        ([], "WebServer", False),
        ([], "Example Custom", None),
        ([template(5)], "", True),
        ([template(14)], "", False),
        ([template(77)], "", None),
        ([template(14)], "User", True),
        ([extension("1.3.6.1.4.1.311.21.7", b"\x30\x03\x06\x01\x80")], "", None),
        ([extension("1.3.6.1.4.1.311.21.7", b"")], "", None),
    ],
)
def test_templates_of_people_and_of_machines(extensions: list[bytes], name: str, expected: bool | None) -> None:
    assert template_is_for_people(view(**with_(*extensions)).certificate, name) is expected


def test_a_key_for_servers_has_no_purpose_of_people() -> None:
    assert purpose_of_people(view(**with_(CLIENT)).certificate) == Phrase.CLIENT_AUTHENTICATION
    both = extended_key_usage([CLIENT_AUTH, "1.3.6.1.5.5.7.3.1"])
    assert purpose_of_people(view(**with_(both)).certificate) is None
