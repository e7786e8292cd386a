"""`ctscan inspect --fail-on`: the gate of pipelines and hooks, its exit codes, formats, baseline and ignore list."""

from __future__ import annotations

import base64
import json
import os
import re
import textwrap
import xml.dom.minidom
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from support.certs import EMAIL_PROTECTION, make_certificate, string
from support.cli import error_line, run
from support.request_builders import CHALLENGE_PASSWORD, client_info, make_request, request_attribute
from support.request_builders import pem as request_pem
from support.sarif_shape import SARIF

ADDRESS, NAME, NUMBER = "jane.roe@example.org", "Jane Roe", "IDCBE-85073003328"


def pem(der: bytes) -> str:
    body = "\n".join(textwrap.wrap(base64.b64encode(der).decode(), 64))
    return f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"


def mail_certificate(name: str, address: str, *more: tuple[str, str], serial: int = 10) -> bytes:
    der = make_certificate([("CN", name), *more], [("email", address)], eku=(EMAIL_PROTECTION,), serial=serial)
    assert isinstance(der, bytes)
    return der


JANE = mail_certificate(NAME, ADDRESS, ("emailAddress", ADDRESS), ("serialNumber", NUMBER))
SUPPORT = mail_certificate("Support", "support@example.org", serial=11)
HOST = make_certificate([("CN", "www.example.org")], [("dns", "www.example.org")], serial=5)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder with a file of a person and a host, and a file of a function."""
    (tmp_path / "certs").mkdir()
    (tmp_path / "certs" / "jane.pem").write_text(pem(JANE) + pem(HOST))
    (tmp_path / "certs" / "support.pem").write_text(pem(SUPPORT))
    (tmp_path / "broken.pem").write_text("-----BEGIN CERTIFICATE-----\nMIIB\n")
    (tmp_path / "key.pem").write_text("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----\n")
    return tmp_path


def gate(*arguments: str | Path, word: str = "person") -> Any:
    return run("inspect", *arguments, "--fail-on", word)


def sarif(*arguments: str | Path) -> dict[str, Any]:
    found = json.loads(run("inspect", *arguments, "--format", "sarif").stdout)
    jsonschema.validate(found, SARIF)
    assert isinstance(found, dict)
    return found


# --- exit codes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "file", "code"),
    [
        ("person", "jane.pem", 5),
        ("person", "support.pem", 0),
        ("user.contact.email", "support.pem", 5),  # of a function: the category counts all the same
        ("user.contact", "support.pem", 5),
        ("user", "support.pem", 5),
        ("user.name,user.demographic", "support.pem", 0),
        ("national-identifier", "jane.pem", 5),
        ("National Identifier", "jane.pem", 5),
        ("special-category", "jane.pem", 0),
        ("special-category, person", "jane.pem", 5),
    ],
)
def test_words_of_the_gate(folder: Path, word: str, file: str, code: int) -> None:
    assert gate(folder / "certs" / file, word=word).exit_code == code


def test_data_of_the_ca_and_of_organisations_stops_nothing(folder: Path) -> None:
    ca = [("CN", "Example CA"), ("O", "Example Ltd"), ("emailAddress", "info@ca.example.com")]
    host = make_certificate([("CN", "www.example.org")], [("dns", "www.example.org")], issuer=ca)
    firm = make_certificate(
        [
            ("CN", "www.example.org"),
            ("organizationIdentifier", "VATDE-123456789"),
            ("telephoneNumber", "+49 30 901820"),
        ],
        [("dns", "www.example.org")],
    )
    for der in (host, firm):
        (folder / "one.der").write_bytes(der)
        assert json.loads(run("inspect", folder / "one.der", "--format", "json").stdout)[0]["findings"]
        assert gate(folder / "one.der", word="user,ordinary,person").exit_code == 0
    own = make_certificate(ca, issuer=ca)
    (folder / "own.der").write_bytes(own)
    assert gate(folder / "own.der", word="user").exit_code == 5  # in its subject
    person = [("CN", "Example CA"), ("emailAddress", "jane.roe@example.org"), ("GN", "Jane"), ("SN", "Roe")]
    (folder / "one.der").write_bytes(make_certificate([("CN", "x.example.org")], issuer=person))
    assert gate(folder / "one.der").exit_code == 5


def test_standard_input_is_named_in_every_format() -> None:
    result = run("inspect", "-", "--fail-on", "person", "--format", "sarif", stdin=pem(JANE))
    (made,) = json.loads(result.stdout)["runs"]
    jsonschema.validate(json.loads(result.stdout), SARIF)
    uris = {one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in made["results"]}
    assert (result.exit_code, uris) == (5, {"stdin"})


def test_the_option_repeats(folder: Path) -> None:
    path = folder / "certs" / "jane.pem"
    assert run("inspect", path, "--fail-on", "special-category", "--fail-on", "user.demographic").exit_code == 5


@pytest.mark.parametrize("word", ["people", "user.names", "user.contact.", "", ",", "sensitive"])
def test_unknown_words_are_refused_and_not_repeated(folder: Path, word: str) -> None:
    result = gate(folder, word=word)
    assert result.exit_code == 2
    line = error_line(result)
    assert line.startswith("ctscan: --fail-on: expected person, a category")
    assert "people" not in line and "user.names" not in line


def test_an_input_that_was_not_read_never_passes_in_silence(folder: Path) -> None:
    host = folder / "certs" / "support.pem"
    assert gate(host).exit_code == 0
    assert gate(host, folder / "broken.pem").exit_code == 4
    assert gate(folder / "certs" / "jane.pem", folder / "broken.pem").exit_code == 5
    assert gate(folder / "broken.pem").exit_code == 1
    assert gate(folder / "nothing.pem").exit_code == 1
    shut = gate(host, folder / "broken.pem").stderr
    assert "THE GATE STAYS SHUT: 1 input" in shut and "is open" not in shut


def test_a_certificate_that_is_cut_off_is_not_whole(folder: Path) -> None:
    (folder / "cut.der").write_bytes(SUPPORT[:-20])
    assert gate(folder / "cut.der", folder / "certs" / "support.pem").exit_code == 4


def test_files_without_a_certificate_are_passed_over_only_when_asked(folder: Path) -> None:
    key = folder / "key.pem"
    assert gate(key).exit_code == 1
    assert gate(key, "--skip-others").exit_code == 0
    assert gate(key, folder / "broken.pem", "--skip-others").exit_code == 1
    assert gate(key, folder / "certs" / "jane.pem", "--skip-others").exit_code == 5


@pytest.mark.parametrize(
    "arguments",
    [("--baseline", "b.json"), ("--ignore", "c.toml"), ("--write-baseline", "b.json"), ("--format", "junit")],
)
def test_options_of_a_gate_need_its_words(folder: Path, arguments: tuple[str, str]) -> None:
    result = run("inspect", folder, *arguments)
    assert (result.exit_code, "expected --fail-on with" in error_line(result)) == (2, True)


def test_options_that_a_gate_does_not_take(folder: Path) -> None:
    assert gate(folder, "--explain", "subject.0.commonName").exit_code == 2
    assert run("inspect", folder, "--values").exit_code == 2
    assert run("inspect", folder, "--skip-others").exit_code == 2


# --- values ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["table", "sarif", "junit"])
def test_values_are_masked_unless_asked_for(folder: Path, format: str) -> None:
    itself = make_certificate([("CN", NAME)], [("email", ADDRESS)], issuer=[("CN", NAME)], serial=9)
    (folder / "own.der").write_bytes(itself)
    arguments = (folder / "certs" / "jane.pem", folder / "own.der", "--format", format)
    masked, shown = gate(*arguments), gate(*arguments, "--values")
    assert "subject.0.commonName" in masked.stdout
    for value in (NAME, "Jane", ADDRESS, "85073003328", "1985-07-30", " male"):
        assert value not in masked.stdout + masked.stderr, value
        assert (value in shown.stdout) or value == "Jane"


def test_json_keeps_its_shape_and_gets_the_judgement(folder: Path) -> None:
    path = folder / "certs" / "jane.pem"
    plain = json.loads(run("inspect", path, "--format", "json").stdout)
    judged = json.loads(gate(path, "--format", "json").stdout)
    for found in judged[0]["findings"]:
        assert (found.pop("gate"), found.pop("ignored")) == ("stops", None)
        assert re.fullmatch("[0-9a-f]{64}", found.pop("fingerprint"))
    assert judged == plain


# --- requests -------------------------------------------------------------------------------------------------------


def test_a_request_is_stopped_by_what_would_become_public(folder: Path) -> None:
    """The password, and the account that made the request, stay with the CA."""
    staying = [request_attribute(CHALLENGE_PASSWORD, string("jane.roe@example.org")),
               client_info("pc.example.org", r"EXAMPLE\\jane.roe", "certreq")]  # fmt: skip
    (folder / "host.csr").write_text(request_pem(make_request([("CN", "www.example.org")], staying)))
    mail = make_request([("CN", NAME), ("emailAddress", ADDRESS)], staying)
    (folder / "mail.csr").write_text(request_pem(mail))
    assert len(json.loads(run("inspect", folder / "host.csr", "--format", "json").stdout)[0]["findings"]) >= 2
    assert gate(folder / "host.csr", word="user").exit_code == 0
    stopped = gate(folder / "mail.csr", word="user")
    assert stopped.exit_code == 5
    assert all("in subject." in line for line in stopped.stdout.splitlines() if "STOPS" in line)
    (suite,) = suites(folder / "mail.csr")
    assert suite.getElementsByTagName("testcase")[0].getAttribute("name").startswith("request ")
    (made,) = sarif(folder / "mail.csr", "--fail-on", "user")["runs"]
    assert {one["properties"]["gate"] for one in made["results"]} == {"stops", "passes"}


# --- SARIF ----------------------------------------------------------------------------------------------------------


def test_sarif_of_a_gate(folder: Path) -> None:
    (made,) = sarif(folder / "certs", folder / "broken.pem", "--fail-on", "person")["runs"]
    results, rules = made["results"], made["tool"]["driver"]["rules"]
    assert {one["ruleId"] for one in results} == {rule["id"] for rule in rules}
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in results)
    levels = {(one["properties"]["category"], one["level"], one["properties"]["gate"]) for one in results}
    assert ("user.government_id.national_identification_number", "error", "stops") in levels
    assert ("user.name", "warning", "stops") in levels
    assert ("user.contact.email", "note", "passes") in levels  # of the function
    (end,) = made["invocations"]
    assert (end["executionSuccessful"], end["exitCode"]) == (False, 5)
    assert "broken.pem" in end["toolExecutionNotifications"][0]["message"]["text"]


def test_sarif_without_a_gate_lists_all_and_fails_nobody(folder: Path) -> None:
    result = run("inspect", folder / "certs", "--format", "sarif")
    (made,) = json.loads(result.stdout)["runs"]
    assert (result.exit_code, made["invocations"][0]["exitCode"]) == (0, 0)
    assert {one["properties"]["gate"] for one in made["results"]} == {"passes"}
    assert {one["level"] for one in made["results"]} == {"error", "warning", "note"}
    assert run("inspect", folder / "broken.pem", "--format", "sarif").exit_code == 1


def test_places_in_sarif_are_uri_references(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    odd = Path("a b#c%[é]{0}.pem")
    odd.write_text(pem(JANE))
    (made,) = sarif(f"./{odd}", "--fail-on", "person")["runs"]
    uris = {one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in made["results"]}
    assert uris == {"a%20b%23c%25%5B%C3%A9%5D%7B0%7D.pem"}
    (made,) = sarif(odd.absolute(), "--fail-on", "person")["runs"]
    assert made["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].startswith("file:///")


def test_hostile_values_are_no_links_and_no_placeholders(folder: Path) -> None:
    (folder / "evil.der").write_bytes(mail_certificate(NAME, ADDRESS, ("GN", "Jane [x](http://evil.example) {0}")))
    (made,) = sarif(folder / "evil.der", "--fail-on", "user", "--values")["runs"]
    (text,) = (one["message"]["text"] for one in made["results"] if "evil" in one["message"]["text"])
    assert r"\[x\](http://evil.example) {{0}}" in text


def test_fingerprints_follow_the_certificate_and_not_the_value(folder: Path) -> None:
    (folder / "moved.pem").write_text(pem(JANE))
    (folder / "next.der").write_bytes(mail_certificate(NAME, ADDRESS, ("emailAddress", ADDRESS), serial=77))

    def prints(path: Path) -> list[str]:
        (made,) = sarif(path, "--fail-on", "person")["runs"]
        return [one["partialFingerprints"]["ctscanFinding/v1"] for one in made["results"]]

    here = prints(folder / "certs" / "jane.pem")
    assert len(set(here)) == len(here) == 6
    assert prints(folder / "moved.pem") == here
    assert set(prints(folder / "next.der")).isdisjoint(here)  # the same person in a new certificate: a new publication


@pytest.mark.skipif("SARIF_SCHEMA" not in os.environ, reason="SARIF_SCHEMA names no file with the schema of OASIS")
def test_sarif_follows_the_schema_of_oasis(folder: Path) -> None:
    schema = json.loads(Path(os.environ["SARIF_SCHEMA"]).read_text(encoding="utf-8"))
    baseline = folder / "b.json"
    gate(folder / "certs" / "support.pem", "--write-baseline", baseline, word="user")
    (folder / "c.toml").write_text('[report]\nignore = [{ rule = "name.common", reason = "a test" }]\n')
    more = ("--fail-on", "user", "--baseline", baseline, "--ignore", folder / "c.toml")
    for options in ((), ("--fail-on", "person"), more, (*more, "--values")):
        jsonschema.validate(sarif(folder / "certs", folder / "broken.pem", *options), schema)


def test_the_shape_of_sarif_would_refuse_others(folder: Path) -> None:
    made = sarif(folder / "certs", "--fail-on", "person")
    made["runs"][0]["results"][0]["level"] = "fatal"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(made, SARIF)


# --- JUnit ----------------------------------------------------------------------------------------------------------


def suites(*arguments: str | Path) -> list[xml.dom.minidom.Element]:
    found = xml.dom.minidom.parseString(gate(*arguments, "--format", "junit").stdout.encode())  # noqa: S318 - our own
    top = found.documentElement
    assert top is not None and (top.tagName, top.getAttribute("name")) == ("testsuites", "ctscan")
    return top.getElementsByTagName("testsuite")


def test_junit_has_a_suite_for_each_file_and_a_case_for_each_certificate(folder: Path) -> None:
    found = suites(folder / "certs", folder / "broken.pem")
    counts = [tuple(suite.getAttribute(name) for name in ("tests", "failures", "errors", "skipped")) for suite in found]
    assert counts == [("2", "1", "0", "0"), ("1", "0", "0", "0"), ("1", "0", "1", "0")]
    for suite in found:
        cases = suite.getElementsByTagName("testcase")
        assert len(cases) == int(suite.getAttribute("tests"))
        for case in cases:
            assert case.getAttribute("classname") == suite.getAttribute("name")
            assert len(case.getElementsByTagName("failure")) + len(case.getElementsByTagName("error")) <= 1
    failure = found[0].getElementsByTagName("failure")[0]
    assert failure.getAttribute("message") == "6 findings of personal data"
    assert "STOPS: name, person (likely); in subject.0.commonName" in failure.firstChild.data  # type: ignore[union-attr]


def test_junit_escapes_hostile_values_and_names(folder: Path) -> None:
    hostile = 'Jane ]]></failure>&<x a="\x00\x0b\x1b\ufffe">'
    (folder / 'a"<b>&.der').write_bytes(mail_certificate(NAME, ADDRESS, ("GN", hostile)))
    (suite,) = suites(folder / 'a"<b>&.der', "--values")
    assert suite.getAttribute("name").endswith('a"<b>&.der')
    failure = suite.getElementsByTagName("failure")[0].firstChild.data  # type: ignore[union-attr]
    assert ']]></failure>&<x a="' in failure
    assert not re.search("[\x00-\x08\x0b\x1b\ufffe]", failure)


# --- known findings -------------------------------------------------------------------------------------------------


def test_a_pipeline_adopts_the_gate_step_by_step(folder: Path) -> None:
    baseline, certs = folder / "baseline.json", folder / "certs"
    written = gate(certs, "--write-baseline", baseline)
    assert (written.exit_code, written.stdout) == (0, "")
    assert "6 findings" in written.stderr
    known = gate(certs, "--baseline", baseline)
    assert (known.exit_code, "6 findings are known" in known.stderr) == (0, True)
    assert known.stdout.count("known: ") == 6
    assert "no finding that fits person stops the gate" in known.stderr, "six findings fit, and are known"
    assert gate(certs, "--baseline", folder / "none.json").exit_code == 1
    (certs / "new.der").write_bytes(mail_certificate("Mary Major", "mary.major@example.org", serial=99))
    later = gate(certs, "--baseline", baseline)
    assert later.exit_code == 5
    assert later.stdout.count("STOPS: ") == 2
    text = baseline.read_text(encoding="utf-8")
    assert not re.search("Jane|Roe|example|8507", text)
    gate(certs, "--baseline", baseline, "--write-baseline", baseline)
    assert gate(certs, "--baseline", baseline).exit_code == 0
    assert len(json.loads(baseline.read_text())["findings"]) == 8


def test_a_baseline_does_not_hide_inputs_that_were_not_read(folder: Path) -> None:
    baseline = folder / "baseline.json"
    assert gate(folder / "certs", folder / "broken.pem", "--write-baseline", baseline).exit_code == 4
    assert gate(folder / "certs", folder / "broken.pem", "--baseline", baseline).exit_code == 4


def test_baseline_in_sarif(folder: Path) -> None:
    baseline = folder / "baseline.json"
    gate(folder / "certs" / "jane.pem", "--write-baseline", baseline, word="national-identifier")
    given = (folder / "certs" / "jane.pem", "--fail-on", "person", "--baseline", baseline)
    (made,) = sarif(*given)["runs"]
    states = {one["properties"]["category"].rpartition(".")[2]: one["baselineState"] for one in made["results"]}
    assert (states["national_identification_number"], states["email"]) == ("unchanged", "new")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"ctscan_baseline": 2, "findings": []}',
        '{"ctscan_baseline": 1, "findings": [{"fingerprint": "x"}]}',
        '{"ctscan_baseline": 1, "findings": ["x"]}',
        '{"ctscan_baseline": 1, "findings": {}}',
        "[" * 100_000,
    ],
)
def test_other_files_are_no_baseline(folder: Path, text: str) -> None:
    (folder / "b.json").write_text(text)
    result = gate(folder / "certs", "--baseline", folder / "b.json")
    assert (result.exit_code, error_line(result).startswith("ctscan: --baseline: ")) == (2, True)


def test_a_baseline_that_is_missing_is_an_error(folder: Path) -> None:
    result = gate(folder / "certs", "--baseline", folder / "none.json")
    assert (result.exit_code, "can't be read" in error_line(result)) == (1, True)


@pytest.mark.parametrize(
    ("entry", "left"),
    [
        ('value = "jane.roe@example.org"', 4),
        ('value = "example.org"', 4),
        ('value = "other.example.org"', 6),
        ('value = "85073003328"', 5),
        ('rule = "name.common"', 5),
        ('issuer = "example trust"', 0),
        ('issuer = "example trust", rule = "name.common"', 5),
        ('issuer = "another", rule = "name.common"', 6),
    ],
)
def test_the_ignore_list_of_reports_holds_for_a_gate(folder: Path, entry: str, left: int) -> None:
    (folder / "ctscan.toml").write_text(f'[report]\nignore = [{{ {entry}, reason = "our tests" }}]\n')
    result = gate(folder / "certs" / "jane.pem", "--ignore", folder / "ctscan.toml")
    assert result.stdout.count("STOPS: ") == left
    assert result.stdout.count("ignored (our tests): ") == 6 - left
    assert result.exit_code == (5 if left else 0)


def test_suppressed_results_in_sarif_have_the_reason(folder: Path) -> None:
    (folder / "ctscan.toml").write_text('[report]\nignore = [{ rule = "name.common", reason = "our tests" }]\n')
    given = (folder / "certs" / "jane.pem", "--fail-on", "person", "--ignore", folder / "ctscan.toml")
    (made,) = sarif(*given)["runs"]
    (suppressed,) = (one for one in made["results"] if "suppressions" in one)
    assert suppressed["suppressions"][0]["justification"] == "our tests"


@pytest.mark.parametrize("text", ["", "x", "[report]\n", '[report]\nignore = "x"\n', "[report]\nignore = [{}]\n"])
def test_other_files_are_no_ignore_list(folder: Path, text: str) -> None:
    (folder / "c.toml").write_text(text)
    result = gate(folder / "certs", "--ignore", folder / "c.toml")
    assert (result.exit_code, error_line(result).startswith("ctscan: --ignore: ")) == (2, True)
