"""`ctscan templates`: groups by Microsoft template or by shape, the fields with data of people, needs, exit codes."""

from __future__ import annotations

import base64
import json
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from support.certs import (
    CLIENT_AUTH,
    EMAIL_PROTECTION,
    SERVER_AUTH,
    UPN,
    extended_key_usage,
    extension,
    integer,
    make_certificate,
    oid,
    other_name,
    string,
    tlv,
)
from support.cli import error_line, run
from support.request_builders import make_request

SMART_CARD_LOGON = "1.3.6.1.4.1.311.21.8.1111.2222.3333.4444.5555.123.1.5"
OWN = "1.3.6.1.4.1.311.21.8.1111.2222.3333.4444.5555.123.7654321.7"
CA = [("CN", "Example Internal CA"), ("O", "Example Ltd")]
OTHER_CA = [("CN", "Example Second CA"), ("O", "Example Ltd")]


def template(dotted: str) -> bytes:
    return extension("1.3.6.1.4.1.311.21.7", tlv(0x30, oid(dotted), integer(100), integer(3)))


def template_name(name: str) -> bytes:
    return extension("1.3.6.1.4.1.311.20.2", string(name, "bmp"))


def person(number: int, *extra: bytes, ca: Sequence[tuple[str, str]] = CA, eku: str = EMAIL_PROTECTION) -> bytes:
    address = f"jane.roe{number}@example.org"
    der = make_certificate(
        [("CN", f"Jane Roe {chr(65 + number)}"), ("emailAddress", address)],
        [("email", address)],
        serial=number + 1000 * len(extra) + (5000 if ca is OTHER_CA else 0) + 1,
        issuer=ca,
        eku=(eku,),
        extra=extra,
    )
    assert isinstance(der, bytes)
    return der


def written(folder: Path, *certificates: bytes) -> Path:
    """Write certificates into a PEM file."""
    blocks = (
        "\n".join(["-----BEGIN CERTIFICATE-----", *textwrap.wrap(base64.b64encode(der).decode(), 64)])
        + "\n-----END CERTIFICATE-----\n"
        for der in certificates
    )
    path = folder / "issued.pem"
    path.write_text("".join(blocks))
    return path


def report(*arguments: str | Path, code: int = 0) -> dict[str, Any]:
    result = run("templates", *arguments, "--format", "json")
    assert result.exit_code == code, result.stderr
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    return found


def test_certificates_of_one_template_are_counted_together_whatever_ca_issued_them(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        *(person(number, template(OWN)) for number in range(3)),
        person(0, template(OWN), ca=OTHER_CA),
        person(1, template(SMART_CARD_LOGON), eku="1.3.6.1.4.1.311.20.2.2"),
        person(2, template_name("ExchangeUser"), template_name("x")),
    )
    own, *others = report(path)["templates"]
    assert (own["template"], own["certificates"], own["persons"], own["addresses"]) == (OWN, 4, 3, 3)
    assert own["issuers"] == [
        {"name": "O=Example Ltd,CN=Example Internal CA", "certificates": 3},
        {"name": "O=Example Ltd,CN=Example Second CA", "certificates": 1},
    ]
    assert {(one["template"], one["template_name"]) for one in others} == {
        (SMART_CARD_LOGON, "SmartcardLogon"),
        (None, "ExchangeUser"),
    }


def test_other_certificates_are_counted_by_their_shape(tmp_path: Path) -> None:
    plain = [make_certificate([("CN", f"host{n}.example.org")], [("dns", f"host{n}.example.org")], serial=n, issuer=CA)
             for n in range(1, 4)]  # fmt: skip
    found = report(written(tmp_path, person(0), person(1), person(2, eku=CLIENT_AUTH), *plain))
    shapes = {(one["certificates"], tuple(one["uses"]), one["with_people"]) for one in found["templates"]}
    assert shapes == {(2, ("smime", "dv"), 2), (1, ("client", "dv"), 1), (3, ("tls", "dv"), 0)}
    mail = found["templates"][0]
    assert (mail["subject"], mail["san"]) == (["commonName", "emailAddress"], ["rfc822Name"])


def test_fields_say_whether_the_purpose_needs_them(tmp_path: Path) -> None:
    (mail, client) = report(written(tmp_path, person(0), person(1), person(0, eku=CLIENT_AUTH, ca=OTHER_CA)))[
        "templates"
    ]
    fields = {one["field"]: one for one in mail["fields"]}
    assert (fields["san.rfc822Name"]["need"], fields["san.rfc822Name"]["share"]) == ("needed", 1.0)
    assert (fields["subject.commonName"]["need"], fields["subject.commonName"]["values"]) == ("too much", 2)
    assert {one["need"] for one in client["fields"]} == {"too much"}
    (change,) = mail["advice_codes"]
    assert change == {"code": "template.change", "params": {"count": 2, "fields": "subject.commonName"}}


def test_a_server_certificate_needs_nobody_and_a_report_counts_it_alike(tmp_path: Path) -> None:
    der = make_certificate([("CN", "Jane Roe")], [("dns", "x.example.org"), ("email", "jane.roe@example.org")])
    (found,) = report(written(tmp_path, der))["templates"]
    reasons = {one["field"]: (one["need"], one["reasons"]) for one in found["fields"]}
    assert reasons["san.rfc822Name"] == ("too much", ["report.tls-email"])


def test_advice_on_a_microsoft_template_names_the_boxes(tmp_path: Path) -> None:
    san = extension("2.5.29.17", tlv(0x30, other_name(UPN, string("jroe@corp.example.org"))))
    der = make_certificate(
        [("CN", "Jane Roe"), ("emailAddress", "jane.roe@example.org")],
        extensions=[extended_key_usage((CLIENT_AUTH,)), san, template(OWN)],
        issuer=CA,
    )
    (found,) = report(written(tmp_path, der))["templates"]
    needs = {one["field"]: one["need"] for one in found["fields"]}
    assert needs["san.userPrincipalName"] == "needed"
    boxes = [one["params"]["boxes"] for one in found["advice_codes"] if one["code"] == "template.console"]
    assert boxes == ["Subject name format (None); Include e-mail name in subject name"]


def test_sensitive_data_comes_first_in_the_advice(tmp_path: Path) -> None:
    der = make_certificate([("GN", "Jane"), ("SN", "Roe"), ("serialNumber", "IDCBE-85073003328")], eku=(CLIENT_AUTH,))
    (found,) = report(written(tmp_path, der))["templates"]
    assert found["advice_codes"][0] == {
        "code": "template.sensitive",
        "params": {"count": 1, "fields": "subject.serialNumber"},
    }


def test_no_value_and_no_issuer_that_is_a_person_is_shown(tmp_path: Path) -> None:
    own = make_certificate([("CN", "Jane Roe")], [("email", "jane.roe@example.org")], issuer=[("CN", "Jane Roe")])
    by_person = make_certificate(
        [("CN", "Mary Major")], [("email", "mary.major@example.org")], serial=3,
        issuer=[("CN", "John Doe"), ("GN", "John"), ("SN", "Doe"), ("emailAddress", "john.doe@example.org")],
    )  # fmt: skip
    path = written(tmp_path, own, by_person, person(0))
    for format in ("table", "json"):
        text = run("templates", path, "--format", format).stdout
        assert not [value for value in ("Jane", "Roe", "jane", "Mary", "John", "Doe", "john") if value in text]
    assert "issuer not named" in run("templates", path).stdout


def test_a_certificate_counts_once(tmp_path: Path) -> None:
    found = report(written(tmp_path, person(0), person(0), person(1)))
    assert (found["certificates"], found["repeated"]) == (2, 1)


def test_persons_are_joined_by_equal_address_or_number_and_never_by_name(tmp_path: Path) -> None:
    def named(serial: int, address: str) -> bytes:
        der = make_certificate([("CN", "Jane Roe")], [("email", address)], eku=(EMAIL_PROTECTION,), serial=serial)
        assert isinstance(der, bytes)
        return der

    path = written(
        tmp_path, named(1, "jane.roe@example.org"), named(2, "jane.roe@example.com"), named(3, "Jane.Roe@example.org")
    )
    (found,) = report(path)["templates"]
    assert (found["certificates"], found["persons"], found["addresses"]) == (3, 2, 2)


@pytest.mark.parametrize(
    ("words", "code"),
    [((), 0), (("--fail-on", "person"), 5), (("--fail-on", "national-identifier"), 0), (("--fail-on", "user.name"), 5)],
)
def test_exit_codes_of_the_gate(tmp_path: Path, words: tuple[str, ...], code: int) -> None:
    report(written(tmp_path, person(0)), *words, code=code)


def test_exit_codes_of_inputs(tmp_path: Path) -> None:
    (tmp_path / "broken.pem").write_text("-----BEGIN CERTIFICATE-----\nMIIB\n")
    path = written(tmp_path, person(0))
    report(tmp_path / "broken.pem", code=1)
    assert report(path, tmp_path / "broken.pem", code=4)["unreadable"] == 1
    assert report(path, tmp_path / "broken.pem", "--fail-on", "person", code=5)["unreadable"] == 1
    missing = run("templates", path, tmp_path / "none.pem", tmp_path / "broken.pem")
    assert missing.exit_code == 4
    assert f"{tmp_path}/none.pem: can't be read" in missing.stderr
    assert f"{tmp_path}/broken.pem: " in missing.stderr
    assert run("templates", path, "--fail-on", "people").exit_code == 2
    assert "got both" in error_line(run("templates", path, "--db", tmp_path / "x.db"))


def test_requests_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "jane.csr").write_bytes(make_request([("CN", "Jane Roe")]))
    found = report(written(tmp_path, person(0)), tmp_path / "jane.csr")
    assert (found["certificates"], found["requests"], found["unreadable"]) == (1, 1, 0)
    assert report(tmp_path / "jane.csr", code=1)["requests"] == 1


def test_only_the_named_issuer_counts(tmp_path: Path) -> None:
    path = written(tmp_path, person(0), person(1, ca=OTHER_CA))
    assert report(path, "--issuer", "second ca")["certificates"] == 1
    report(path, "--issuer", "third", code=1)


def test_files_and_index_say_the_same(tmp_path: Path) -> None:
    path, db = written(tmp_path, *(person(number, template(OWN)) for number in range(3)), person(4)), tmp_path / "x.db"
    imported = run("import", path, "--everything", "--purpose", "a test", "--db", db)
    assert imported.exit_code == 0, imported.stderr
    files, index = report(path), report("--db", db)
    assert (files.pop("source"), index.pop("source")) == ("files", "index")
    assert files == index
    forgotten = run("forget", "jane.roe1@example.org", "--ground", "erasure", "--yes", "--db", db)
    assert forgotten.exit_code in (0, 4), forgotten.stderr
    assert report("--db", db)["templates"][0]["certificates"] == 2


def test_the_table_reads_well(tmp_path: Path) -> None:
    text = run("templates", written(tmp_path, person(0, template(OWN)), person(1))).stdout
    for words in (
        f"template {OWN}",
        "O=Example Ltd,CN=Example Internal CA: e-mail (S/MIME), DV",
        "shape: subject commonName=<name>, emailAddress=<e-mail address>; san rfc822Name=<e-mail address>",
        "- in the console Certificate Templates, tab Subject Name",
        "2 certificates; templates and shapes: 2.",
    ):
        assert words in text
    assert [text.count(f"{number}. ") for number in (1, 2)] == [2, 2], "the table and its parts have the same numbers"
    alone = run("templates", written(tmp_path, person(0))).stdout
    assert alone.startswith("O=Example Ltd,CN=Example Internal CA: ")


def test_templates_of_machines_put_nobody_into_certificates(tmp_path: Path) -> None:
    der = make_certificate([("CN", "www.example.org")], [("dns", "www.example.org")], eku=(SERVER_AUTH,))
    result = run("templates", written(tmp_path, der))
    assert (result.exit_code, "No template puts data of a person" in result.stdout) == (0, True)
