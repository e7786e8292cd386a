"""Gates in contrib/ and the hook of pre-commit: shapes of the YAML, and their scripts really run."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import xml.dom.minidom
from pathlib import Path
from typing import Any

import click
import pytest
from support.certs import EMAIL_PROTECTION, make_certificate
from support.cli import ROOT

from ctscan.cli import program

yaml = pytest.importorskip("yaml")

HOOKS = ROOT / ".pre-commit-hooks.yaml"
ACTION = ROOT / "contrib" / "github-action" / "action.yml"
JOB = ROOT / "contrib" / "gitlab" / "ctscan.gitlab-ci.yml"
PERSON = make_certificate([("CN", "Jane Roe")], [("email", "jane.roe@example.org")], eku=(EMAIL_PROTECTION,))
HOST = make_certificate([("CN", "www.example.org")], [("dns", "www.example.org")])


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def parsed(words: list[str]) -> click.Context:
    """Parse a command line of ctscan as the program would; fails where a command or an option doesn't exist."""
    assert words[0] == "ctscan"
    command = program.get_command(click.Context(program), words[1])
    assert command is not None
    return command.make_context(words[1], words[2:])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder with certificates, whose names try the shell, and a program `ctscan`."""
    (tmp_path / "certs").mkdir()
    (tmp_path / "certs" / "host.der").write_bytes(HOST)
    (tmp_path / "$(touch evil) a.der").write_bytes(PERSON)
    script = tmp_path / "ctscan" / "bin" / "ctscan"
    script.parent.mkdir(parents=True)
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ctscan "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    return tmp_path


def bash(script: str, folder: Path, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a script as the runners do: it ends at the first failure."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CTSCAN_")}
    environment = clean | {"PYTHONPATH": str(ROOT), "RUNNER_TEMP": str(folder)} | variables
    return subprocess.run(
        ["/bin/bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


# --- pre-commit -----------------------------------------------------------------------------------------------------


def test_the_hook_names_a_command_that_exists() -> None:
    (hook,) = read(HOOKS)
    assert {"id", "name", "entry", "language", "files"} <= hook.keys()
    assert hook["language"] == "python"
    context = parsed([*shlex.split(hook["entry"]), *hook["args"], "-a.pem", "b.pem"])
    assert (context.params["paths"], context.params["fail_on"]) == (("-a.pem", "b.pem"), ("person",))
    assert context.params["skip_others"] is True


@pytest.mark.parametrize(
    ("name", "is_read"),
    [("a.pem", True), ("dir/B.CRT", True), ("x.csr", True), ("a.pem.txt", False), ("pem", False), ("a.py", False)],
)
def test_the_hook_reads_certificates_and_requests(name: str, is_read: bool) -> None:
    (hook,) = read(HOOKS)
    assert bool(re.search(hook["files"], name)) is is_read


# --- GitHub ---------------------------------------------------------------------------------------------------------


def step(name: str) -> dict[str, Any]:
    (found,) = (one for one in read(ACTION)["runs"]["steps"] if one.get("name") == name)
    assert isinstance(found, dict)
    return found


def test_the_action_has_the_shape_of_a_composite_action() -> None:
    action = read(ACTION)
    assert action.keys() == {"name", "description", "inputs", "outputs", "runs"}
    assert action["runs"]["using"] == "composite"
    assert all(one["description"] and ("default" in one or one["required"]) for one in action["inputs"].values())
    for one in action["runs"]["steps"]:
        assert ("uses" in one) != ("run" in one)
        assert "run" not in one or one["shell"] == "bash"  # a composite action has no default shell
        assert re.fullmatch(r"[\w-]+/[\w/-]+@v\d+", one.get("uses", "a/b@v1"))


def test_no_input_becomes_code_and_no_secret_is_named() -> None:
    text = ACTION.read_text(encoding="utf-8")
    assert "secrets." not in text
    assert [one["name"] for one in read(ACTION)["runs"]["steps"] if "${{" in one.get("run", "")] == []
    used = set(re.findall(r"inputs\.([\w-]+)", text))
    assert used == set(read(ACTION)["inputs"])


@pytest.mark.parametrize(
    ("paths", "code", "results"),
    [("certs\n", 0, 0), ("certs\n\n$(touch evil) a.der\n", 5, 2), ("certs\nnone.der\n", 4, 0), ("", 2, None)],
)
def test_the_action_inspects(folder: Path, paths: str, code: int, results: int | None) -> None:
    given = {"CTSCAN_PATHS": paths, "CTSCAN_FAIL_ON": "person", "CTSCAN_BASELINE": "", "CTSCAN_IGNORE": ""}
    assert step("Inspect")["env"].keys() == given.keys() | {"CTSCAN_SARIF"}
    done = bash(step("Inspect")["run"], folder, given | {"CTSCAN_SARIF": "out put.sarif"})
    assert done.returncode == code, done.stderr
    assert not (folder / "evil").exists()
    if results is not None:
        made = json.loads((folder / "out put.sarif").read_text(encoding="utf-8"))
        assert len(made["runs"][0]["results"]) == results
    assert "Jane" not in done.stdout + done.stderr


def test_the_action_takes_baseline_and_ignore_list(folder: Path) -> None:
    given = {"CTSCAN_PATHS": "$(touch evil) a.der", "CTSCAN_FAIL_ON": "person", "CTSCAN_SARIF": "a.sarif"}
    program = folder / "ctscan" / "bin" / "ctscan"
    made = [program, "inspect", "--fail-on", "person", "--write-baseline", "known.json", given["CTSCAN_PATHS"]]
    subprocess.run(made, cwd=folder, check=True, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True)
    (folder / "c.toml").write_text('[report]\nignore = [{ issuer = "Example Trust", reason = "our tests" }]\n')
    for known in ({"CTSCAN_BASELINE": "known.json", "CTSCAN_IGNORE": ""},
                  {"CTSCAN_BASELINE": "", "CTSCAN_IGNORE": "c.toml"}):  # fmt: skip
        assert bash(step("Inspect")["run"], folder, given | known).returncode == 0


# --- GitLab ---------------------------------------------------------------------------------------------------------


def test_the_job_has_the_shape_of_a_job() -> None:
    job = read(JOB)["ctscan"]
    assert job.keys() == {"stage", "image", "variables", "script", "artifacts"}
    assert ":latest" not in job["image"] and ":" in job["image"]
    assert job["artifacts"]["when"] == "always"  # a failed job shows its report, too
    assert job["artifacts"]["reports"]["junit"] in job["script"][-1]


def test_the_job_installs_nothing_by_a_name_that_anybody_may_hold(tmp_path: Path) -> None:
    job = read(JOB)["ctscan"]
    first = job["script"][0]
    refused = bash(first, tmp_path, job["variables"])
    assert refused.returncode != 0 and "expected where ctscan is installed from" in refused.stderr
    named = job["variables"] | {"CTSCAN_SOURCE": "git+https://gitlab.example.org/x"}
    assert bash(first, tmp_path, named).returncode == 0


@pytest.mark.parametrize(("paths", "code"), [("certs", 0), (".", 5), ("certs none.der", 4)])
def test_the_job_inspects(folder: Path, paths: str, code: int) -> None:
    job = read(JOB)["ctscan"]
    script = job["script"][-1].replace("/tmp/ctscan/bin", str(folder / "ctscan" / "bin"))  # noqa: S108
    assert script != job["script"][-1]
    done = bash(script, folder, job["variables"] | {"CTSCAN_PATHS": paths})
    assert done.returncode == code, done.stderr
    suites = xml.dom.minidom.parse(str(folder / "ctscan-junit.xml")).getElementsByTagName("testsuite")  # noqa: S318
    assert len(suites) >= 1
