"""Dossiers of many people in one index: no file of a dossier has a value that only another person has; and a dossier of
10,000 certificates."""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from support.certs import EMAIL_PROTECTION, make_certificate
from support.cli import command, run
from support.dossiers import JANE, everything_in, members, scanned
from support.logs import LogBuilder
from support.pictured import der_of, identifiers_of, match_of, people_of

from ctscan.model import Finding, Match, SubjectKind

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "personal" / "golden"
QUICK = 20  # every so many people in the quick test

WORDS = frozenset(("prokura", "11222333000181"))
"""Values of people that stand for something else elsewhere: a word of a text, the number of an organisation."""


@pytest.fixture(scope="module")
def golden() -> dict[bytes, Match]:
    """Read the golden certificates of several people, by their octets."""
    ders = [der_of(path) for path in sorted(GOLDEN.glob("*/*.pem")) if "BEGIN CERT" in path.read_text("ascii")]
    found = {der: match_of(der) for der in ders}
    return {der: match for der, match in found.items() if len(people_of(match)) > 1}


@pytest.fixture(scope="module")
def several(golden: dict[bytes, Match]) -> list[Match]:
    return list(golden.values())


@pytest.fixture(scope="module")
def config(golden: dict[bytes, Match], tmp_path_factory: pytest.TempPathFactory) -> Path:
    log = LogBuilder("Example log")
    for der in golden:
        log.add_certificate(der)
    return scanned(tmp_path_factory.mktemp("people"), log)


def test_no_file_has_a_value_of_another_person(config: Path, several: Sequence[Match], tmp_path: Path) -> None:
    people = [(match, label) for match in several for label in people_of(match)]
    shown = [check(config, several, *person, tmp_path) for person in people[::QUICK]]
    assert len(shown) > 10 and sum(shown) > 10


@pytest.mark.long
def test_no_file_has_a_value_of_another_person_for_anybody(
    config: Path, several: Sequence[Match], tmp_path: Path
) -> None:
    for match in several:
        for label in people_of(match):
            check(config, several, match, label, tmp_path)


def check(config: Path, several: Sequence[Match], match: Match, label: str, folder: Path) -> int:
    """Make the dossier of a person and search all of it for the others; return the number of its certificates."""
    asked = identifiers_of(match, label)[:4]
    if not asked:
        return 0
    (folder / "asked.txt").write_text("\n".join(asked), "utf-8")
    options = ("--config", config, "-o", folder / "out", "--identity-settled", "in person", "--format", "json")
    done = run("dossier", "--from-file", folder / "asked.txt", *options)
    assert done.exit_code in (0, 4), done.stderr
    package = members(Path(json.loads(done.stdout)["path"]))
    made = json.loads(package["dossier.json"])
    identities = {one["identity"] for one in made["certificates"]}
    others = values_of_others([one for one in several if one.certificate.identity.hex() in identities], made["data"])
    for path, content in everything_in(package):
        text = content.decode("utf-8", "ignore").casefold()
        leaked = [v for v in others if v in text and re.search(rf"(?<!\w){re.escape(v)}(?!\w)", text)]
        assert leaked == [], (label, path)
    return len(identities)


def values_of_others(matches: Sequence[Match], data: Sequence[dict[str, list[str]]]) -> set[str]:
    """Collect values in the same certificates that neither the requester has, nor anything but a person."""
    own = {value.casefold() for datum in data for value in (*datum["values"], str(datum["canonical"]))}
    inside = " ".join(value for value in own if value.count(" ") < 4)
    findings = [finding for match in matches for finding in match.findings]
    common = {value for finding in findings if not _is_of_person(finding) for value in _values(finding)} | WORDS
    found = {value for finding in findings if _is_of_person(finding) for value in _values(finding)}
    subjects = ",".join(match.certificate.subject.casefold() for match in matches)
    named = " ".join(re.findall(r"(?:^|,)ou?=((?:[^,\\]|\\.)+)", subjects))  # firms bear the names of people
    return {
        value
        for value in found - own - common
        if len(value) > 2 and value not in inside and not re.search(rf"(?<!\w){re.escape(value)}(?!\w)", named)
    }


def _is_of_person(finding: Finding) -> bool:
    is_issuer = finding.path.startswith(("issuer", "ian"))
    return finding.subject_kind in (SubjectKind.PERSON, SubjectKind.UNKNOWN) and not is_issuer


def _values(finding: Finding) -> tuple[str, str]:
    return finding.value.casefold(), finding.canonical.casefold()


@pytest.mark.long
def test_ten_thousand_certificates_take_a_minute_and_300_mib(tmp_path: Path) -> None:
    log = LogBuilder("Large log")
    for number in range(10_000):
        subject = [("GN", "Jane"), ("SN", "Roe"), ("CN", "Jane Roe"), ("2.5.4.5", f"PNOEE-6000101{number:04d}")]
        log.add_certificate(make_certificate(subject, [("email", JANE)], eku=(EMAIL_PROTECTION,), serial=number + 1))
    config = scanned(tmp_path, log)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    words = command("dossier", JANE, "--config", config, "-o", tmp_path / "out", "--identity-settled", "in person")
    code = f"import subprocess; subprocess.run({words!r}, check=True)"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, cwd=ROOT)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    assert seconds < 60, "of one processor: other work on the machine doesn't count"
    assert used.ru_maxrss < 300 << 10
    (package,) = (tmp_path / "out").iterdir()
    assert sum(path.endswith(".pem") for path in members(package)) == 10_000
