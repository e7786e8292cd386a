"""The SBOM of the repository is that of the locks, and valid; the audit of the locks never calls the unknown clean."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from make_sbom import sbom

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "ctscan.cdx.json").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def pinned(lock: str) -> dict[str, str]:
    text = (ROOT / lock).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9][\w.-]*)==([^ \\]+)", text, re.MULTILINE))


def components(scope: str | None = None) -> dict[str, str]:
    """Return the versions of the packages, or those with this scope, by name."""
    listed = (c for c in json.loads(TEXT)["components"] if c["type"] == "library" and scope in (None, c["scope"]))
    return {component["name"]: component["version"] for component in listed}


def test_the_file_is_as_the_script_writes_it() -> None:
    assert sbom() == TEXT, "run `make sbom`"


def test_it_is_valid_cyclonedx_1_6() -> None:
    validator = JsonStrictValidator(SchemaVersion.V1_6)
    assert validator.validate_str(TEXT) is None
    assert validator.validate_str(TEXT.replace('"bomFormat"', '"format"')) is not None
    read = json.loads(TEXT)
    assert (read["bomFormat"], read["specVersion"], read["version"]) == ("CycloneDX", "1.6", 1)


def test_it_describes_this_program() -> None:
    program = json.loads(TEXT)["metadata"]["component"]
    assert (program["name"], program["version"]) == ("ctscan", PROJECT["version"])
    assert program["licenses"] == [{"expression": PROJECT["license"]}]


def test_every_locked_package_is_in_it_with_its_version() -> None:
    everything = pinned("requirements.lock")
    assert components() == everything | components("optional")
    assert components("optional").items() <= pinned("requirements-dev.lock").items()
    assert not components("optional").keys() & everything.keys()


def test_scopes_tell_what_running_needs() -> None:
    wanted = {re.split(r"[^A-Za-z0-9.-]", text)[0].replace(".", "-") for text in PROJECT["dependencies"]}
    assert wanted <= components("required").keys()
    assert {"hatchling", "trove-classifiers"} <= components("excluded").keys()
    assert {"psycopg", "psycopg-binary", "pycryptodome"} <= components("optional").keys()


def test_every_package_is_needed_by_something() -> None:
    needs = {entry["ref"]: set(entry.get("dependsOn", ())) for entry in json.loads(TEXT)["dependencies"]}
    found, waiting = set(), ["ctscan", *(ref for ref in needs if ref.startswith("hatchling=="))]
    while waiting:
        found.add(ref := waiting.pop())
        waiting += needs[ref] - found
    assert found == set(needs)
    assert {f"{name}=={version}" for name, version in components().items()} == found - {"ctscan", "data/names"}


def test_the_part_of_the_wheel_that_comes_from_elsewhere_has_its_licence() -> None:
    (names,) = (component for component in json.loads(TEXT)["components"] if component["type"] == "data")
    assert (names["bom-ref"], names["licenses"]) == ("data/names", [{"license": {"id": "MIT"}}])


def test_it_names_no_index() -> None:
    assert re.findall(r"\w+://[^\"]*", TEXT) == ["http://cyclonedx.org/schema/bom-1.6.schema.json"]


# --- the audit ------------------------------------------------------------------------------------------------------

CLEAN = {"name": "click", "version": "8", "vulns": []}
BAD = {"name": "rich", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"]}]}
UNKNOWN = {"name": "idna", "skip_reason": "Dependency not found"}


def audit(folder: Path, answers: dict[str, Any]) -> tuple[int, list[str]]:
    """Audit with a program in place of pip-audit that gives these packages by service; it fails for None."""
    tool = folder / "pip-audit"
    tool.write_text(
        f"#!{sys.executable}\nimport json, sys\nanswer = {answers!r}[sys.argv[sys.argv.index("
        "'--vulnerability-service') + 1]]\nif answer is None:\n    sys.exit('can not connect')\n"
        "print(json.dumps({'dependencies': answer, 'fixes': []}))\n",
        encoding="utf-8",
    )
    tool.chmod(0o755)
    script = [sys.executable, str(ROOT / "tests" / "audit_locks.py"), str(tool), "requirements.lock"]
    done = subprocess.run(script, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout.splitlines()


@pytest.mark.parametrize(
    ("pypi", "osv", "code", "last"),
    [
        ([CLEAN], None, 0, "audit: no known vulnerabilities"),
        ([CLEAN, BAD], None, 1, "audit: rich 1: PYSEC-1, fixed in 2"),
        ([UNKNOWN, BAD], None, 1, "audit: rich 1: PYSEC-1, fixed in 2"),
        ([CLEAN, UNKNOWN], [CLEAN, CLEAN], 0, "audit: no known vulnerabilities"),
        (None, [BAD], 1, "audit: rich 1: PYSEC-1, fixed in 2"),
    ],
)
def test_the_audit_believes_a_service_that_knows_every_package(
    tmp_path: Path, pypi: Any, osv: Any, code: int, last: str
) -> None:
    returned, lines = audit(tmp_path, {"pypi": pypi, "osv": osv})
    assert (returned, lines[-1]) == (code, last)


@pytest.mark.parametrize(("pypi", "osv"), [(None, None), ([CLEAN, UNKNOWN], None), ([UNKNOWN], [UNKNOWN]), ([], [])])
def test_the_audit_says_that_it_was_not_done(tmp_path: Path, pypi: Any, osv: Any) -> None:
    returned, lines = audit(tmp_path, {"pypi": pypi, "osv": osv})
    assert returned == 2
    assert lines[-1].startswith("audit: NOT DONE")
    assert "audit: no known vulnerabilities" not in lines
