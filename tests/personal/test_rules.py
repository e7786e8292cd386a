"""Rules against golden certificates; their registration, versions and isolation."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
import tomllib
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import make_golden
import make_rule_set
import pytest
from support.certs import EMAIL_PROTECTION, make_certificate, make_precert, name

from ctscan.model import Certificate, Confidence, Finding, LookupKey, Phrase, SubjectKind
from ctscan.personal.analyse import Analysis, analyse
from ctscan.personal.attribution import mailbox
from ctscan.personal.attribution.name_shapes import has_organisation_word, is_host, is_name_shaped, person_form
from ctscan.personal.categories import CATEGORIES
from ctscan.personal.identifiers import parse_identifier
from ctscan.personal.rule_set import rule_set
from ctscan.personal.rules import all_rules, find_in_text, find_personal_data, rule
from ctscan.personal.scope import Scope
from ctscan.personal.view import View
from ctscan.views.text import texts
from ctscan.x509.certificate import read_certificate, read_tbs

GOLDEN = Path(__file__).parent / "golden"
DOCUMENT = re.compile(
    r"RFC \d{4}(?: section \d+(?:\.\d+)*| appendix [A-Z](?:\.\d)?)?"
    r"|(?!RFC)[A-Za-z][\w-](?:[^.]|\.(?=[\w])){2,90}",
)
"""A document, and of an RFC, if it is more exact, the section or appendix; never a full stop."""
KINDS = {"email", "domain", "name", "number", "phone", "account"}
RULE_ID = re.compile(r"[a-z][a-z0-9]*(?:\.[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*)+")
CASES = sorted(path.relative_to(GOLDEN).with_suffix("").as_posix() for path in GOLDEN.rglob("*.pem"))
AREAS = {area: tuple(cases) for area, cases in groupby(CASES, lambda case: case.partition("/")[0])}
"""Cases by their folder: a test for each of a thousand cases would cost more than the cases do."""


@cache
def golden_analysis(case: str) -> Analysis:
    """Analyse a golden certificate; several tests ask for it."""
    return analyse(golden_der(case))


@cache
def golden_der(case: str) -> bytes:
    lines = (GOLDEN / f"{case}.pem").read_text().splitlines()
    return base64.b64decode("".join(line for line in lines if not line.startswith("-----")), validate=True)


def inspected(case: str) -> tuple[dict[str, Any], Analysis]:
    """Return what is expected of a golden certificate, and its analysis with the scope given there."""
    expected = tomllib.loads((GOLDEN / f"{case}.toml").read_text())
    scope = Scope(everything=True, domains=tuple(expected.get("domains", ())))
    return expected, analyse(golden_der(case), scope=scope)


@pytest.mark.parametrize("area", AREAS)
def test_golden_certificates(area: str) -> None:
    for case in AREAS[area]:
        expected, found = inspected(case)
        assert [make_golden.expected_form(finding) for finding in found.findings] == expected["finding"], case
        assert not any(problem.path.startswith("rule ") for problem in found.problems), case
        if "problems" in expected:
            assert [problem.path for problem in found.problems] == expected["problems"], case


@pytest.mark.parametrize("area", AREAS)
def test_reasons_quote_nothing_of_the_certificate(area: str) -> None:
    for case in AREAS[area]:
        for finding in golden_analysis(case).findings:
            words = {word for word in finding.canonical.replace("@", " ").replace(".", " ").split() if len(word) > 4}
            assert not words & set(texts("en")(finding.why).lower().split()), case


@pytest.mark.parametrize("area", AREAS)
def test_the_reason_of_an_unsure_finding_says_which_evidence_was_missing(area: str) -> None:
    for case in AREAS[area]:
        for finding in inspected(case)[1].findings:
            is_sure = finding.confidence is Confidence.CERTAIN
            assert is_sure != ("; missing: " in texts("en")(finding.why)), (case, finding.why)


def test_rules_that_read_certain_types_alone_find_nothing_in_certificates_without_them() -> None:
    for case in CASES:
        certificate = golden_analysis(case).certificate
        assert certificate is not None or case.startswith("salvaged/")
        view = View(certificate or read_certificate(golden_der(case)))
        for one in all_rules():
            if one.only and one.find is not None and not view.has(frozenset(one.covers)):
                assert not list(one.find(view)), (one.id, case)


def test_every_golden_certificate_has_its_expectation() -> None:
    assert len(CASES) >= 30
    assert sorted(path.relative_to(GOLDEN).with_suffix("").as_posix() for path in GOLDEN.rglob("*.toml")) == CASES


def test_golden_certificates_are_those_of_the_script() -> None:
    for case in make_golden.all_cases():
        assert golden_der(case) == make_golden.build(case), case


def test_every_golden_finding_is_found_by_its_own_identifier() -> None:
    for case in CASES:
        for finding in golden_analysis(case).findings:
            kinds = {key.kind for key in finding.keys}
            kind = next((kind for kind in ("email", "account", "phone", "number", "name") if kind in kinds), None)
            if kind is not None:
                wanted = parse_identifier(f"{kind}:{finding.canonical}")
                assert set(wanted.keys) & set(finding.keys), case


def test_every_rule_says_what_it_looks_for_and_where_that_is_specified() -> None:
    for one in all_rules():
        assert one.category in CATEGORIES
        assert one.looks_for[0].isupper()
        assert one.cites
        assert all(DOCUMENT.fullmatch(cite) for cite in one.cites), one.cites
        assert (one.find is None) != (one.find_in is None)


def test_rules_come_in_order_and_carry_their_kinds() -> None:
    ids = [one.id for one in all_rules()]
    assert ids == sorted(set(ids))
    assert {"email.rfc822Name", "email.emailAddress", "name.given", "name.common"} <= set(ids)
    assert {kind for one in rule_set().rules for kind in one.kinds} == KINDS
    assert all(RULE_ID.fullmatch(one) for one in ids)


def test_the_rule_set_is_that_of_the_loaded_rules() -> None:
    """To renew the file: `make rule-set`. Without it, ranges would count as read with rules that read none of them."""
    assert make_rule_set.PATH.read_text(encoding="utf-8") == make_rule_set.rule_versions()
    assert len(rule_set().version) == 12
    int(rule_set().version, 16)


def test_the_rule_set_loads_no_rule() -> None:
    code = "import sys; from ctscan.personal.rule_set import rule_set; rule_set(); print(*sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path.cwd())
    assert "ctscan.personal.rules" not in out.stdout.split()


def test_a_new_file_is_a_new_rule_of_the_rule_set(tmp_path: Path) -> None:
    code = (
        "import sys; import ctscan.personal.rules as rules; rules.__path__.append(sys.argv[1]);"
        "print(*rules.rule_versions(), sep='\\n')"
    )
    (tmp_path / "extra.py").write_text(
        "from ctscan.personal.rules import rule\n"
        "@rule(id='extra.one', version=1, category='user.name', kinds=('name',), cites=('RFC 5280',))\n"
        "def extra(certificate):\n    '''Nothing.'''\n    return ()\n"
    )
    out = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert "extra.one 1 name" in out.stdout.splitlines()


@pytest.mark.parametrize(
    "change",
    [
        {"id": "email.rfc822Name"},
        {"category": "user.shoe_size"},
        {"version": 0},
        {"cites": ()},
        {"kinds": ("shoe size",)},
    ],
)
def test_a_bad_rule_is_refused_when_it_is_loaded(change: dict[str, object]) -> None:
    assert all_rules()
    fields = {"id": "bad.rule", "version": 1, "category": "user.name", "kinds": ("name",), "cites": ("RFC 5280",)}

    def nothing(certificate: Certificate) -> tuple[Finding, ...]:
        """Return no findings."""
        return ()

    with pytest.raises(ValueError, match="expected"):
        rule(**(fields | change))(nothing)  # type: ignore[arg-type]
    assert "bad.rule" not in [one.id for one in all_rules()]


def test_a_rule_that_fails_is_a_problem_and_the_others_go_on(tmp_path: Path) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[2]); import ctscan.personal.rules as rules;"
        "from support.certs import make_certificate; from ctscan.x509.certificate import read_certificate;"
        "rules.__path__.append(sys.argv[1]);"
        "der = make_certificate([('CN', 'x')], [('email', 'jane@example.org')]);"
        "findings, problems = rules.find_personal_data(read_certificate(der));"
        "print(len(findings), *(problem.path + ' ' + problem.what for problem in problems))"
    )
    (tmp_path / "broken.py").write_text(
        "from ctscan.personal.rules import rule\n"
        "@rule(id='a.broken', version=1, category='user.name', kinds=('name',), cites=('RFC 5280',))\n"
        "def broken(certificate):\n    '''Breaks.'''\n    raise KeyError(certificate.fields[0].text.value)\n"
    )
    arguments = [sys.executable, "-c", code, str(tmp_path), str(Path(__file__).parents[1])]
    out = subprocess.run(arguments, capture_output=True, text=True, check=True).stdout
    assert out.startswith("1 rule a.broken ")
    assert "KeyError" in out
    assert "jane" not in out


def test_a_precertificate_gives_what_its_certificate_gives() -> None:
    made = make_precert([("GN", "Jane"), ("SN", "Doe"), ("emailAddress", "jane@example.org")])
    of_tbs = find_personal_data(read_tbs(made.tbs))
    assert len(of_tbs[0]) == 3
    assert (
        of_tbs
        == find_personal_data(read_certificate(made.final))
        == find_personal_data(read_certificate(made.submitted))
    )


def test_both_spellings_of_a_wrongly_encoded_text_are_keys() -> None:
    der = make_certificate([("GN", "Renée".encode(), "printable")], [("email", "renée@example.org")])
    keys = {key for finding in find_personal_data(read_certificate(der))[0] for key in finding.keys}
    assert {LookupKey("name", "renee"), LookupKey("email", "renée@example.org")} <= keys
    assert LookupKey("email", "renã©e@example.org") in keys


def test_salvaged_strings_are_searched_for_addresses() -> None:
    broken = b"\x30\x82" + make_certificate([("CN", "Jane Doe")], [("email", "jane@example.org")])[40:]
    findings, problems = find_in_text(broken)
    assert [(f.rule, f.canonical, f.path) for f in findings] == [("email.salvaged", "jane@example.org", "salvaged")]
    assert problems == ()
    assert find_in_text(b"no address\0x@y\0\0") == ((), ())


def test_inspect_reads_certificates_tbs_and_what_is_neither() -> None:
    made = make_precert([("CN", "example.org")], [("email", "jane@example.org")])
    whole, tbs, broken = (
        analyse(made.final),
        analyse(made.tbs),
        analyse(b"jane@example.org is not DER"),
    )
    assert whole.certificate is not None
    assert tbs.certificate is not None
    assert whole.findings == tbs.findings != ()
    assert broken.certificate is None
    assert [f.canonical for f in broken.findings] == ["jane@example.org"]
    assert broken.problems[0].path == "certificate"
    assert analyse(b"").problems


def test_hostile_texts_are_quick_and_harmless() -> None:
    for text in ("@" * 20000, "a@" * 10000, "a." * 20000 + "@b.example", '"' * 20000 + "@b.example", "(" * 9999 + "@"):
        der = make_certificate([("CN", text), ("GN", text), ("O", text)], [("email", text)], eku=(EMAIL_PROTECTION,))
        assert find_personal_data(read_certificate(der))[1] == ()


def test_the_kinds_of_subject_follow_the_strongest_evidence() -> None:
    subject = name([("GN", "Jane"), ("SN", "Doe")])
    (finding, *_) = find_personal_data(read_certificate(make_certificate(subject, [("email", "q7@example.org")])))[0]
    assert finding.subject_kind is SubjectKind.PERSON
    for beside in (subject, name([])):
        (finding, *_) = find_personal_data(read_certificate(make_certificate(beside, [("email", "info@example.org")])))[
            0
        ]
        assert finding.subject_kind is SubjectKind.ROLE


@pytest.mark.parametrize(
    "local", ["info", "pki-ca", "ca.admin2", "support-eu", "caadmin", "webssl", "no-reply", "ca2", "info+x", "dpo"]
)
def test_mailboxes_of_roles(local: str) -> None:
    assert mailbox.is_role(local)
    assert not mailbox.is_personal_shape(local)


@pytest.mark.parametrize("local", ["cara", "monica", "rebecca", "jane", "j.roe", "marca", "raul", "ira", "q7"])
def test_mailboxes_that_are_no_roles(local: str) -> None:
    assert not mailbox.is_role(local)


@pytest.mark.parametrize(
    "local", ["jane.doe", "j.doe", "jane.q.doe", "jane_doe", "jane.doe2", "jane.doe+x", "мария.п.примерова"]
)
def test_mailboxes_in_the_form_of_a_person(local: str) -> None:
    assert mailbox.is_personal_shape(local)


@pytest.mark.parametrize(
    "text",
    [
        *("Jane Doe", "DOE Jane", "Jane van der Doe", "J. Doe Roe", "Anne-Marie O'Example", "Мария Примерова"),
        *(
            "मीरा उदाहरण",
            "Jane Doe, PhD",
            "Dr. Jane Doe",
            "王小明",
            "홍길동",
            "見本 花子",
            "ليلى المثال",
            "Jane Doe 12345",
        ),
    ],
)
def test_texts_shaped_like_names(text: str) -> None:
    assert is_name_shaped(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "Jane", "jane doe", "Example Ltd", "Example S.A.", "Root CA", "VPN TCS", "Web Server 1", "device-17 a"),
        *("A B", "www.example.org", "Universidad de Ejemplo", "ООО Пример", "Université Exemple", "株式会社 見本"),
        *("範例大學", "x" * 200),
    ],
)
def test_texts_that_are_no_names(text: str) -> None:
    assert not is_name_shaped(text)


@pytest.mark.parametrize(
    "text", ["example.org", "*.example.org", "192.0.2.1", "2001:db8::1", "localhost", "a_b.example."]
)
def test_hosts(text: str) -> None:
    assert is_host(text)


@pytest.mark.parametrize(
    "text", ["", "Jane Doe", "jane@example.org", "DOE.JANE.1234567890", "J. Doe", "Jane", ".example"]
)
def test_texts_that_are_no_hosts(text: str) -> None:
    assert not is_host(text)


def test_forms_of_organisations_are_no_persons() -> None:
    assert person_form("EXEMPLO COMERCIO:12345678000199") is None
    assert person_form("MUSTER UNIVERSITY (Authentication)") is None
    assert person_form("A" * 1000) is None
    assert has_organisation_word("Société Exemple")
    assert has_organisation_word("Muster S.A.")
    assert has_organisation_word("MUSTER SA")


def test_surnames_that_look_like_words_of_organisations() -> None:
    assert not has_organisation_word("Maria Sá")
    assert person_form("MARIA DE SA:12345678901") == (
        "MARIA DE SA",
        Phrase.CPF_FORM,
    )
    assert is_name_shaped("Jane Example")
