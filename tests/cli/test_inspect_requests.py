"""`ctscan inspect`, `import` and `lookup` on certificate requests: every form, every wrapping, and what is refused."""

from __future__ import annotations

import base64
import io
import json
import tarfile
import zipfile
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from support.certs import (
    EMAIL_PROTECTION,
    SERVER_AUTH,
    extended_key_usage,
    general_name,
    make_certificate,
    san_extension,
    string,
    tlv,
)
from support.cli import error_line, run
from support.request_builders import (
    CHALLENGE_PASSWORD,
    PKI_DATA,
    content_info,
    extension_request,
    make_crmf,
    make_request,
    make_spkac,
    pem,
    pki_data,
    pki_message,
    request_attribute,
    spkac_file,
    tagged_attribute,
)

SUBJECT = [("CN", "Jane Roe"), ("emailAddress", "jane.roe@example.org")]
MAIL = (san_extension([("email", "jane.roe@example.org")]), extended_key_usage([EMAIL_PROTECTION]))
PASSWORD = request_attribute(CHALLENGE_PASSWORD, string("a password of letters"))
REQUEST = make_request(SUBJECT, [PASSWORD, extension_request(*MAIL)])
CERTIFICATE = make_certificate(SUBJECT, [("email", "jane.roe@example.org")], eku=(EMAIL_PROTECTION,), serial=11)
SENDER = general_name(("dir", list(SUBJECT)))


def lines(*arguments: str | Path, stdin: bytes = b"", code: int = 0) -> list[dict[str, Any]]:
    result = run("inspect", *arguments, "--format", "jsonl", stdin=stdin)
    assert (result.exit_code, result.stderr) == (code, "")
    return [json.loads(line) for line in result.stdout.splitlines()]


def written(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_object_of_a_request(tmp_path: Path) -> None:
    (found,) = lines(written(tmp_path, "jane.csr", pem(REQUEST)))
    assert (found["serial"], found["issuer"], found["not_before"]) == ("", "", None)
    outlook = found["request"]
    assert (outlook["form"], outlook["uses"], outlook["uses_basis"]) == ("pkcs10", ["smime"], "purposes")
    assert outlook["public"] == ["subject.1.emailAddress", "san.0.rfc822Name", "subject.0.commonName"]
    assert outlook["staying"] == ["requestAttributes.0.challengePassword"]
    assert {one["where"] for one in found["findings"]} == {*outlook["public"], *outlook["staying"]}
    for field in ("conditions", "logs", "periods", "advice"):
        assert len(outlook[field]) == len(outlook[f"{field.removesuffix('s')}_codes"]) > 0
    assert "request.ask-no-password" in [one["code"] for one in outlook["advice_codes"]]


def test_the_same_findings_as_in_the_certificate(tmp_path: Path) -> None:
    request, certificate = lines(
        written(tmp_path, "a.csr", pem(REQUEST)), written(tmp_path, "b.pem", pem(CERTIFICATE, "CERTIFICATE"))
    )
    public = [one for one in request["findings"] if one["where"] in request["request"]["public"]]
    assert public == certificate["findings"]
    assert certificate["request"] is None


@pytest.mark.parametrize("label", ["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"])
def test_both_labels_of_pem(tmp_path: Path, label: str) -> None:
    path = written(tmp_path, "jane.csr", pem(REQUEST, label) + pem(CERTIFICATE, "CERTIFICATE"))
    request, certificate = lines(path)
    assert (bool(request["request"]), bool(certificate["request"])) == (True, False)


FORMS = {
    "pkcs10": REQUEST,
    "crmf": make_crmf(SUBJECT, MAIL),
    "crmf list": tlv(0x30, make_crmf(SUBJECT, MAIL)),
    "spkac": make_spkac("a challenge"),
    "pkcs7": content_info(REQUEST),
    "cmc": content_info(pki_data(REQUEST), PKI_DATA),
    "bare cmc": pki_data(REQUEST),
    "cmp": pki_message(0, tlv(0x30, make_crmf(SUBJECT, MAIL)), SENDER, SENDER),
    "cmp with pkcs10": pki_message(4, REQUEST, SENDER, SENDER),
}


def tar_of(content: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        member = tarfile.TarInfo("request.bin")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def zip_of(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("request.bin", content)
    return out.getvalue()


def mail_of(content: bytes) -> bytes:
    message = EmailMessage()
    message["Subject"] = "a request"
    message.set_content("attached")
    message.add_attachment(content, maintype="application", subtype="pkcs10", filename="request.p10")
    return message.as_bytes()


@pytest.mark.parametrize("form", FORMS)
def test_every_form_in_every_wrapping(tmp_path: Path, form: str) -> None:
    """One call reads all files: the process that takes them apart starts once."""
    der = FORMS[form]
    wrapped = [der, base64.b64encode(der), zip_of(der), tar_of(der), mail_of(der), pem(der)]
    wrapped.append(json.dumps({"csr": base64.urlsafe_b64encode(der).decode().rstrip("=")}))
    paths = [written(tmp_path, f"wrapped-{number}", content) for number, content in enumerate(wrapped)]
    (tmp_path / "folder").mkdir()
    paths.append(written(tmp_path / "folder", "unnamed", der))
    found = lines(*paths[:-1], tmp_path / "folder")
    by_file = {path: [one for one in found if one["source"].startswith(str(path))] for path in paths}
    assert sum(map(len, by_file.values())) == len(found)
    plain = by_file[paths[0]]
    for path, those in by_file.items():
        assert [one["sha256"] for one in those] == [one["sha256"] for one in plain] != [], path
    last = plain[-1]
    if form != "spkac":
        assert "jane.roe@example.org" in {one["canonical"] for one in last["findings"]}
    assert last["request"]["form"] in form or last["request"]["form"] in ("pkcs10", "crmf")


def test_file_of_an_spkac(tmp_path: Path) -> None:
    text = spkac_file("a challenge", "CN=Jane Roe", "emailAddress=jane.roe@example.org")
    (tmp_path / "folder").mkdir()
    named = written(tmp_path / "folder", "key.spkac", text)
    for paths in ((named,), (tmp_path / "folder",), (written(tmp_path, "a.zip", zip_of(text)),)):
        (found,) = lines(*paths)
        assert found["request"]["form"] == "spkac"
        assert found["request"]["public"] == ["subject.1.emailAddress", "subject.0.commonName"]
        assert found["request"]["staying"] == ["requestAttributes.challenge"]


def test_standard_input() -> None:
    (found,) = lines("-", stdin=pem(REQUEST).encode())
    assert found["source"] == "-"
    assert found["request"]["form"] == "pkcs10"


def test_page_of_a_request(tmp_path: Path) -> None:
    result = run("inspect", written(tmp_path, "jane.csr", pem(REQUEST)))
    assert result.exit_code == 0
    shown = result.stdout
    for part in (
        "Certificate request (PKCS#10).",
        "asks for a mail certificate (S/MIME), by the requested purposes",
        "Would become public, if the certificate is logged:",
        "Would not become public, but reaches the CA:",
        "an entry of a log can't be deleted",
        "How to ask for less:",
        "1 certificate request read, 1 with personal data.",
    ):
        assert part in shown
    assert shown.index("jane.roe@example.org") < shown.index("a password of letters")


def test_a_request_without_personal_data_is_shown_as_well(tmp_path: Path) -> None:
    host = make_request([("CN", "www.example.org")], [extension_request(extended_key_usage([SERVER_AUTH]))])
    shown = run("inspect", written(tmp_path, "host.csr", pem(host))).stdout
    assert "No personal data in it would become public." in shown
    assert "public CAs log every server certificate before they issue it" in shown
    assert shown.endswith("1 certificate request read, 0 with personal data.\n")


def test_controls_of_a_message_are_an_input_of_their_own(tmp_path: Path) -> None:
    controls = [tagged_attribute("1.3.6.1.5.5.7.7.2", string("jane.roe"))]
    path = written(tmp_path, "cmc.der", content_info(pki_data(REQUEST, controls=controls), PKI_DATA))
    message, request = lines(path)
    assert (message["request"]["form"], request["request"]["form"]) == ("cmc", "pkcs10")
    assert (message["source"], request["source"]) == (str(path), f"{path}#2")
    assert "none of them becomes part of a certificate" in run("inspect", path).stdout


def test_a_request_that_is_cut_off_gives_what_is_there(tmp_path: Path) -> None:
    (found,) = lines(written(tmp_path, "cut.der", REQUEST[:160]), code=4)
    assert found["request"]["form"] == "pkcs10"
    assert found["problems"]
    assert "jane.roe@example.org" in {one["canonical"] for one in found["findings"]}
    cut = pem(REQUEST)[:200]
    assert "PEM block without its END line" in error_line(run("inspect", written(tmp_path, "cut.csr", cut)))


def test_findings_of_a_request_are_explained(tmp_path: Path) -> None:
    result = run("inspect", written(tmp_path, "jane.csr", pem(REQUEST)), "--explain", "subject.0.commonName")
    assert result.exit_code == 0
    assert "found by the rule name.common" in result.stdout
    assert "How to ask for less" not in result.stdout


# --- the index holds public certificates only ----------------------------------------------------------------------


def imported(db: Path, *paths: Path, format: str = "json") -> Any:
    return run("import", *paths, "--db", f"sqlite:///{db}", "--scope", "everything", "--yes", "--format", format)


def test_import_names_requests_and_keeps_none(tmp_path: Path) -> None:
    db = tmp_path / "index.db"
    request = written(tmp_path, "jane.csr", pem(REQUEST))
    certificate = written(tmp_path, "jane.pem", pem(CERTIFICATE, "CERTIFICATE"))
    result = imported(db, request, certificate)
    assert result.exit_code == 0, result.stderr
    sums = json.loads(result.stdout)
    assert (sums["certificates"], sums["kept"], sums["requests"], sums["problem_count"]) == (1, 1, 1, 0)
    assert [one["where"] for one in sums["problems"]] == [str(request)]
    assert f"{request}: a certificate request, which isn't public and isn't kept" in result.stderr
    held = run("lookup", "jane.roe@example.org", "--db", f"sqlite:///{db}", "--format", "json").stdout
    assert "requestAttributes" not in held
    assert "a password of letters" not in held


def test_import_of_requests_alone_keeps_nothing(tmp_path: Path) -> None:
    result = imported(tmp_path / "index.db", written(tmp_path, "cmp.der", FORMS["cmp"]), format="table")
    assert result.exit_code == 1
    assert "2 certificate requests left out" in result.stdout
    assert "0 kept" in result.stdout


def test_a_request_is_no_certificate_to_look_up(tmp_path: Path) -> None:
    path = written(tmp_path, "jane.csr", pem(REQUEST))
    imported(tmp_path / "index.db", written(tmp_path, "jane.pem", pem(CERTIFICATE, "CERTIFICATE")))
    result = run("lookup", "--certificate", path, "--db", f"sqlite:///{tmp_path / 'index.db'}")
    assert result.exit_code == 1
    assert "expected a certificate, got a certificate request" in error_line(result)
