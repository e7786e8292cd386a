"""Tests that the documents match the program: commands, exit codes, and JSON shapes from real runs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from support import forked
from support.asgi import served
from support.certs import crl_distribution, make_certificate, string
from support.cli import run
from support.dossiers import CONTROLLER
from support.fake_crtsh import FakeCrtsh, held
from support.logs import LogBuilder
from support.request_builders import CHALLENGE_PASSWORD, make_request, request_attribute

from ctscan.answer.log_report import log_report
from ctscan.cli.program import COMMANDS
from ctscan.errors import EXIT_CODES
from ctscan.model import (
    Answer,
    AuditAction,
    AuditState,
    BasisSource,
    Cosignature,
    DismissalReason,
    FailureKind,
    Freshness,
    Gap,
    GapDetail,
    GapReason,
    Identifier,
    LogCoverage,
    LogState,
    MisbehaviourDecision,
    MisbehaviourEvidence,
    MisbehaviourKind,
    RecordedMisbehaviour,
    Remark,
    SearchState,
    SeenHead,
    SkippedLog,
    SkipReason,
    TreeHead,
    VerifiedRange,
)
from ctscan.model.audit import Verdict
from ctscan.model.case import CaseAction, CaseKind, CaseState, DecisionKind
from ctscan.model.comparison import (
    ComparedHead,
    HeadComparison,
    HeadVerdict,
    LogComparison,
    LogHeads,
    WitnessedHead,
)
from ctscan.model.health import Condition
from ctscan.model.results import CheckedMisbehaviour
from ctscan.model.scan import RunState
from ctscan.scan.request import LogStatus
from ctscan.views import json as shapes

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = {p.name: p.read_text(encoding="utf-8") for p in sorted((ROOT / "docs").rglob("*.md"))}
EXAMPLES = {name: json.loads(text) for name, text in re.findall(r"```json (\w+)\n(.*?)```", PAGES["analyst.md"], re.S)}
AT = datetime(2026, 2, 1, tzinfo=UTC)


def differences(documented: Any, real: Any, where: str = "") -> list[str]:
    """List fields that only a single side has, at any depth; a null or an empty real list has no inside to compare."""
    if isinstance(documented, dict) and isinstance(real, dict):
        found = [f"{where}.{key}" for key in documented.keys() ^ real.keys()]
        for key in documented.keys() & real.keys():
            if key != "data" and not key.endswith("params"):  # they depend on the key or code beside them
                found += differences(documented[key], real[key], f"{where}.{key}")
        return found
    if isinstance(documented, list) and isinstance(real, list):
        if real and not documented:
            return [f"{where}: nothing of its inside is documented"]
        return [line for item in real for line in differences(documented[0], item, f"{where}[]")]
    if documented is None or real is None:
        return []
    kinds = [float if isinstance(v, int | float) and not isinstance(v, bool) else type(v) for v in (documented, real)]
    return [] if kinds[0] is kinds[1] else [f"{where}: {kinds[0].__name__} is {kinds[1].__name__}"]


# --- commands and exit codes ---------------------------------------------------------------------------------------


def test_readme_lists_the_commands_that_there_are() -> None:
    assert re.findall(r"^\| `ctscan (\w+)` \|", README, re.M) == list(COMMANDS)


def test_every_command_in_the_documents_exists() -> None:
    for name, text in {"README.md": README, **PAGES}.items():
        mentioned = set(re.findall(r"^    ctscan ([a-z]+)\b", text, re.M)) | set(
            re.findall(r"`ctscan ([a-z]+)\b", text)
        )
        assert mentioned <= set(COMMANDS), name


def test_documents_mention_every_command() -> None:
    text = "".join(PAGES.values())
    assert [command for command in COMMANDS if f"ctscan {command}" not in text] == []


def test_readme_table_of_exit_codes() -> None:
    rows = re.findall(r"^\| (\d) \| (.+?) \|$", README, re.M)
    assert {int(code): words for code, words in rows} == EXIT_CODES


def test_make_targets_in_the_documents_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    for name, text in {
        "README.md": README,
        "CONTRIBUTING.md": (ROOT / "CONTRIBUTING.md").read_text("utf-8"),
        **PAGES,
    }.items():
        assert set(re.findall(r"(?:^    |`)make ([a-z-]+)", text, re.M)) <= targets, name


def test_links_between_the_documents_lead_somewhere() -> None:
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
            assert (path.parent / link).exists(), f"{path.name}: {link}"


def test_the_sample_answer_of_the_readme_is_a_real_one(tmp_path: Path) -> None:
    sample = re.search(r"^    jane\.roe@example\.org\n.*?(?=^## )", README, re.M | re.S)
    assert sample
    environment = {n: v for n, v in os.environ.items() if not n.startswith(("CTSCAN_", "COLUMNS"))}  # as in a pipe
    done = subprocess.run(
        [sys.executable, "-m", "ctscan", "demo"],
        cwd=tmp_path,
        env=environment | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        capture_output=True,
        check=True,
    )
    said = _without_the_moment(" ".join(done.stdout.decode().split()))
    for part in sample[0].strip().split("\n\n"):
        assert _without_the_moment(" ".join(part.split())) in said


def _without_the_moment(text: str) -> str:
    """Replace times, dates, ids and digests, which are others in each run, and the version of the rules."""
    text = re.sub(r"(answer|demonstration SHA-256|rules) [0-9a-f]{12,}", r"\1 …", text)
    return re.sub(r"(?<=revision 1 of )[\d-]{10}|\d{4}-\d\d-\d\dT[\d:]{8}Z", "…", text)


# --- JSON ----------------------------------------------------------------------------------------------------------


def ctscan(folder: Path, *arguments: str) -> Any:
    """Run a command in a folder, and parse its output as JSON."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CTSCAN_")}
    command = [sys.executable, "-m", "ctscan", *arguments]
    done = forked.run(
        command, cwd=folder, env=environment | {"PYTHONPATH": str(ROOT)}, capture_output=True, check=False
    )
    assert done.returncode in (0, 4), done.stderr.decode()
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with a certificate of an invented person, a log that holds it, and an index of that log."""
    folder = tmp_path_factory.mktemp("docs")
    person = make_certificate([("CN", "Jane Roe"), ("emailAddress", "jane.roe@example.org")], serial=0x4A0F92)
    (folder / "jane.der").write_bytes(person)
    log = LogBuilder("Docs log")
    log.fill(3)
    log.add_certificate(person)
    log.write_static_tree(folder / "log")
    result = ctscan(
        folder, "scan", "--log", (folder / "log").as_uri(), "--from", "start", "--everything", "--format", "json"
    )
    (folder / "scan.json").write_text(json.dumps(result), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("lookup", ("lookup", "jane.roe@example.org", "--format", "json")),
        ("inspect", ("inspect", "jane.der", "--format", "jsonl")),
        ("logs", ("logs", "--format", "json")),
        ("basis", ("basis", "show", "--format", "json")),
        ("health", ("health", "--format", "json")),
        ("runs", ("runs", "--format", "json")),
        ("rules", ("rules", "--format", "json")),
        ("types", ("rules", "--types", "--format", "json")),
        ("prove", ("prove", "jane.roe@example.org", "--format", "json")),
        ("reindex", ("reindex", "--format", "json")),
        ("purge", ("purge", "--format", "json")),
        ("status", ("status", "jane.roe@example.org", "--format", "json")),
        ("summary", ("status", "--format", "json")),
        ("templates", ("templates", "jane.der", "--format", "json")),
        ("sources", ("sources", "--format", "json")),
    ],
)
def test_shapes_are_as_documented(scanned: Path, name: str, arguments: tuple[str, ...]) -> None:
    real = ctscan(scanned, *arguments)
    assert real
    assert differences(EXAMPLES[name], real) == []


def test_shape_of_an_explanation_is_as_documented(scanned: Path) -> None:
    (real,) = ctscan(scanned, "inspect", "jane.der", "--explain", "subject.0.commonName", "--format", "json")
    assert real["explained"]
    assert differences([EXAMPLES["explained"]], real["explained"]) == []
    assert real.keys() - EXAMPLES["inspect"].keys() == {"explained"}


def test_shape_of_a_request_is_as_documented(scanned: Path) -> None:
    attributes = [request_attribute(CHALLENGE_PASSWORD, string("a password of letters"))]
    (scanned / "jane.csr").write_bytes(make_request([("emailAddress", "jane.roe@example.org")], attributes))
    (real,) = ctscan(scanned, "inspect", "jane.csr", "--format", "json")
    assert differences(EXAMPLES["request"], real["request"]) == []
    assert all(real["request"][part] for part in ("public", "staying", "conditions", "logs", "periods", "advice"))


def test_shape_of_a_scan_is_as_documented(scanned: Path) -> None:
    real = json.loads((scanned / "scan.json").read_text(encoding="utf-8"))
    assert real["logs"]
    assert differences(EXAMPLES["scan"], real) == []


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Make a folder with a damaged file, a list of CAs, an index, and a crt.sh that holds a person's certificate."""
    folder = tmp_path_factory.mktemp("asked")
    named = [("CN", "Jane Roe"), ("emailAddress", "jane.roe@example.org")]
    person = make_certificate(named, extensions=[crl_distribution("http://127.0.0.1:9/refused.crl")])
    (folder / "jane.der").write_bytes(person)
    (folder / "broken.pem").write_text("-----BEGIN CERTIFICATE-----\nMIIB\n", encoding="ascii")
    (folder / "records.csv").write_text(RECORDS, encoding="utf-8")
    with served(FakeCrtsh([held(person, id=11)])) as url:
        settings = f'purpose = "request 2026-17"\n[tuning."crt.sh"]\nurl = "{url}"\nrate = 1000.0\n'
        (folder / "ctscan.toml").write_text(settings, encoding="utf-8")
        for command in (("import", "jane.der", "--everything"), ("ca", "update", "--from", "records.csv")):
            ctscan(folder, *command, "--format", "json")
        ctscan(folder, "search", "jane.roe@example.org", "--yes", "--format", "json")
        yield folder


RECORDS = (
    "CA Owner,Certificate Name,Subordinate CA Owner,Revocation Status,SHA-256 Fingerprint,Parent SHA-256 Fingerprint,"
    "Subject Key Identifier,CP Same as Parent,Certificate Policy (CP) URL,CPS Same as Parent,"
    "Certificate Practice Statement (CPS) URL,CP/CPS Same as Parent,Certificate Practice & Policy Statement\n"
    f"Example Trust,Example CA,,Not Revoked,{'01' * 32},,AAECAwQFBgcICQ==,False,https://example.com/cp,,,,\n"
)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("import", ("import", "jane.der", "broken.pem", "--everything")),
        ("lookup", ("search", "jane.roe@example.org", "--yes")),
        ("scan", ("scan", "--repository", "crt.sh", "--scope", "example.org")),
        ("disclosures", ("disclosures",)),
        ("audit", ("audit", "show")),
        ("status", ("status", "jane.roe@example.org", "--refresh", "--contact", "ct@example.org")),
        ("summary", ("status", "--refresh", "--contact", "ct@example.org")),
        ("update", ("ca", "update", "--from", "records.csv")),
        ("show", ("ca", "show", "Example Trust")),
    ],
)
def test_shapes_of_what_repositories_files_and_cas_say(asked: Path, name: str, arguments: tuple[str, ...]) -> None:
    real = ctscan(asked, *arguments, "--format", "json")
    assert real
    assert differences(EXAMPLES[name], real) == []


def test_shape_of_the_list_of_cas_is_that_of_its_update(asked: Path) -> None:
    documented = {name: value for name, value in EXAMPLES["update"].items() if name != "replaced"}
    assert differences(documented, ctscan(asked, "ca", "show", "--format", "json")) == []


def test_shapes_of_the_profiles_of_cas(tmp_path: Path) -> None:
    for name, command in {"show": ("show", "Actalis"), "profiles": ("list",), "checked": ("check",)}.items():
        done = run("ca", *command, "--db", tmp_path / "none.db", "--format", "json")
        assert done.exit_code in (0, 4)
        assert differences(EXAMPLES[name], json.loads(done.stdout)) == []


def test_shape_of_a_case(scanned: Path) -> None:
    words = ("jane.roe@example.org", "Jane Roe", "--regime", "eu", "--received", "2026-02-27", "--since", "2019-01-01")
    opened = ctscan(scanned, "case", "open", *words, "--format", "json")
    assert differences(EXAMPLES["case"], opened) == []
    assert differences([EXAMPLES["case"]], ctscan(scanned, "case", "list", "--format", "json")) == []
    assert ctscan(scanned, "case", "show", "--case", opened["number"], "--format", "json") == opened


def test_shape_of_a_dossier(scanned: Path) -> None:
    (scanned / "controller.toml").write_text(f'purpose = "a test"\n{CONTROLLER}', encoding="utf-8")
    given = ("jane.roe@example.org", "--config", "controller.toml", "-o", "out", "--override", "a test")
    made = ctscan(scanned, "dossier", *given, "--format", "json")
    assert differences(EXAMPLES["dossier"], made) == []
    with zipfile.ZipFile(scanned / made["path"]) as package:
        inside = json.loads(package.read("dossier.json"))
    missing = [field for field in inside if f"`{field}`" not in PAGES["analyst.md"]]
    assert missing == [], "fields of dossier.json that the page doesn't explain"


def test_shape_of_letters(scanned: Path) -> None:
    words = ("jane.roe@example.org", "--regime", "eu", "--received", "2026-02-27", "--requester", "Jane Roe")
    opened = ctscan(scanned, "case", "open", *words, "--format", "json")
    given = ("--case", opened["number"], "-o", "letters", "--override", "a test", "--purpose", "a test")
    assert differences(EXAMPLES["letters"], ctscan(scanned, "letters", *given, "--format", "json")) == []


def test_shapes_of_identities(scanned: Path) -> None:
    words = ("jane.roe@example.org", "--regime", "eu", "--received", "2026-02-27", "--requester", "Jane Doe")
    number = ctscan(scanned, "case", "open", *words, "--format", "json")["number"]
    identify = ("case", "identify", "--case", number, "--format", "json")
    made = ctscan(scanned, *identify, "--make-code")
    assert differences(EXAMPLES["code"], made) == []
    assert differences(EXAMPLES["verdict"], ctscan(scanned, *identify, "--code", made["code"])) == []
    review = ctscan(scanned, *identify)
    assert review["held_back"]
    assert differences(EXAMPLES["held"], review) == []


def test_shape_of_the_record_of_searches_is_that_of_an_answer(asked: Path) -> None:
    real = ctscan(asked, "runs", "--searches", "--format", "json")
    assert {search["repository"] for search in real} >= {"crt.sh", "files"}
    assert differences(EXAMPLES["lookup"]["searches"], real) == []


def test_every_example_is_of_a_command() -> None:
    of_others = {"types", "summary", "update", "show"}  # `rules --types`, `status`, `ca update`, `ca show`
    of_others |= {"evidence", "exported", "heads", "comparison"}  # `logs evidence` and its file, `logs heads`
    of_others |= {"profiles", "checked"}  # `ca list`, `ca check`
    of_others |= {"code", "verdict", "held"}  # `case identify`
    of_others |= {"verified", "proven"}  # `audit verify`, `audit prove`
    of_others |= {"proof", "explained", "request"}  # `prove --answer`, `inspect --explain`, `inspect` of a request
    assert set(EXAMPLES) <= set(COMMANDS) | of_others


def test_parts_that_a_clean_scan_does_not_show() -> None:
    log = LogBuilder("Docs log").log("https://log.example.org/")
    hole = Gap(3, 5, GapReason.PRUNED, GapDetail.UNAVAILABLE(detail="404"), 2)
    ranges = (VerifiedRange(0, 3, "everything", "abc"),)
    coverage = LogCoverage(log.name, log.id, 5, ranges, (hole,), AT, since=1_700_000_000_000)
    asked = Identifier("email", "jane.roe@example.org", "jane.roe@example.org", (), ("janeroe@example.org",))
    skipped = SkippedLog(log.id, "Old", "Example", SkipReason.RETIRED())
    answer = Answer(asked, (), (coverage,), (skipped,), False, (Remark.NOTHING_SCANNED(),))
    assert differences(EXAMPLES["lookup"], shapes.answer(answer)) == []
    state = LogState(log, None, ranges, (), (hole,), AT, None, ("two roots",))
    evidence = MisbehaviourEvidence(MisbehaviourKind.NOT_EXTENDED, (b"head", b"head"), (bytes(32),))
    accused = RecordedMisbehaviour(1, log.id, AT, "two roots", evidence)
    report = log_report(state, [accused], AT, timedelta(days=1))
    assert differences(EXAMPLES["logs"], [shapes.log(report)]) == []


def test_shapes_of_heads() -> None:
    log = LogBuilder("Docs log").log("https://log.example.org/")
    head = TreeHead(log.id, 5, bytes(32), 1_700_000_000_000, b"signed", b"raw")
    witnessed = WitnessedHead(SeenHead(head, AT, AT), (Cosignature("witness.example.org/w1", 1_700_000_000),))
    assert differences(EXAMPLES["heads"], [shapes.log_heads(LogHeads(log, (witnessed,), 2), 9)]) == []
    compared = ComparedHead(HeadVerdict.CONTRADICTS, head, head, "two roots")
    comparison = HeadComparison((LogComparison(log.id, log.name, True, (compared,)),))
    assert differences(EXAMPLES["comparison"], shapes.head_comparison(comparison)) == []
    state = LogState(log, head, (), (), (), AT, None, ())
    report = replace(log_report(state, [], AT, timedelta(days=1)), cosignatures=witnessed.cosignatures)
    assert differences(EXAMPLES["logs"], [shapes.log(report)]) == []


def test_shapes_of_evidence_against_logs() -> None:
    log = LogBuilder("Docs log").log("https://log.example.org/")
    evidence = MisbehaviourEvidence(MisbehaviourKind.NOT_EXTENDED, (b"head", b"head"), (bytes(32),))
    dismissed = MisbehaviourDecision(AT, "auditor", True, DismissalReason.UNVERIFIABLE())
    accused = RecordedMisbehaviour(1, log.id, AT, "two roots", evidence, (dismissed,))
    checked = [CheckedMisbehaviour(log, accused, "words")]
    assert differences(EXAMPLES["evidence"], [shapes.checked_misbehaviour(one) for one in checked]) == []
    assert differences(EXAMPLES["exported"], shapes.exported_misbehaviour(checked)) == []


def test_every_field_of_a_finding_is_explained() -> None:
    table = PAGES["analyst.md"].partition("| Field | Meaning |")[2].partition("\n\n")[0]
    explained = set(re.findall(r"`(?:findings\[\]\.)?(\w+)`", table))
    (finding,) = EXAMPLES["inspect"]["findings"]
    assert set(finding) - explained == {"rule", "category", "categories"}  # under "Categories" and `ctscan rules`


def test_a_difference_is_seen() -> None:
    assert differences({"a": [{"b": 1}]}, {"a": [{"b": 1}, {"c": 1}]}) != []
    assert differences({"a": "text"}, {"a": 1}) != []
    assert differences({"a": 1.0}, {"a": 1}) == []


def test_every_reason_of_a_gap_is_explained() -> None:
    (row,) = (
        line for line in (ROOT / "docs" / "analyst.md").read_text("utf-8").splitlines() if "`holes[].reason`" in line
    )
    assert set(re.findall(r"`([a-z ]+)`", row)) == set(GapReason)


def test_every_decision_has_a_number_of_its_own_and_a_row() -> None:
    records = sorted(path.name for path in (ROOT / "docs" / "adr").glob("0*.md"))
    assert [int(name[:4]) for name in records] == list(range(1, len(records) + 1))
    rows = re.findall(
        r"^\| \[(\d+)\]\(([^)]+)\) \|", (ROOT / "docs" / "adr" / "README.md").read_text("utf-8"), re.MULTILINE
    )
    assert rows == [(str(int(name[:4])), name) for name in records]


def test_the_shape_of_a_checked_answer_is_as_documented(scanned: Path) -> None:
    answer = ctscan(scanned, "lookup", "jane.roe@example.org", "--format", "json")
    (scanned / "answer.json").write_text(json.dumps(answer), encoding="utf-8")
    assert differences(EXAMPLES["proof"], ctscan(scanned, "prove", "--answer", "answer.json", "--format", "json")) == []


def test_the_example_of_the_digest_computes_it(scanned: Path) -> None:
    (code,) = re.findall(r"```python digest\n(.*?)```", PAGES["analyst.md"], re.S)
    answer = ctscan(scanned, "lookup", "jane.roe@example.org", "--format", "json")
    changed = answer | {"complete": not answer["complete"]}
    for given, words in ((answer, "unchanged\n"), (changed, "changed\n")):
        done = subprocess.run(
            [sys.executable, "-c", code], input=json.dumps(given), capture_output=True, text=True, check=True
        )
        assert done.stdout == words


WORDS_OF_JSON = (
    AuditAction, AuditState, BasisSource, CaseAction, CaseKind, CaseState, Condition, DecisionKind, FailureKind,
    Freshness, GapReason, HeadVerdict, LogStatus, MisbehaviourKind, RunState, SearchState, Verdict,
)  # fmt: skip


@pytest.mark.parametrize("words", WORDS_OF_JSON, ids=lambda words: words.__name__)
def test_every_word_of_a_closed_list_in_json_is_explained(words: type[StrEnum]) -> None:
    page = " ".join(PAGES["analyst.md"].split())
    assert [str(word) for word in words if f"`{word}`" not in page] == []


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md", *(p for p in PAGES if p[0] != "0" and p != "README.md")])
def test_a_page_says_nothing_twice(name: str) -> None:
    """A merge that keeps both versions of a line leaves a heading, a row or a sentence twice."""
    page = (ROOT / name).read_text(encoding="utf-8") if name in ("README.md", "CHANGELOG.md") else PAGES[name]
    written = re.sub(r"<!-- bench: \w+ -->.*?<!-- /bench -->", "", page, flags=re.S)  # tables of figures share rows
    text = re.sub(r"```.*?```", "", written, flags=re.S)
    assert re.findall(r"(?m)^\S.*\n#+ .*", text) == []  # a blank line goes before a heading
    heads = r"(?m)^(?:#{2,} .*|\| [^|]{20,} \||\*\*[^*]+\*\*(?=[: (]))"  # headings, rows, terms of the glossary
    headings = Counter(re.findall(heads, text))
    begins = Counter(line[:60] for line in text.splitlines() if len(line) > 60 and line[0] not in "| ")
    assert [line for line, number in (headings + begins).items() if number > 1] == []


def test_readme_and_operator_page_agree_about_windows() -> None:
    for text in (README, PAGES["operator.md"]):
        assert "Windows is untested: use WSL." in " ".join(text.split())


def test_no_setting_has_two_rows() -> None:
    page = (ROOT / "docs" / "operator.md").read_text("utf-8")
    rows = Counter(re.findall(r"^(\| `\[\w+[^|]*\|[^|]*\|) `?\w+", page, re.MULTILINE))
    assert [row for row, count in rows.items() if count > 1] == []
