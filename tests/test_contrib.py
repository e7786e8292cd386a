"""Examples in contrib/: units that systemd accepts and counts as safe, cron lines that run, an image of known parts."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import click
import pytest
from support.cli import process
from support.warm import warm_ctscan

from ctscan.cli import program

ROOT = Path(__file__).parents[1]
CONTRIB = ROOT / "contrib"
UNITS = CONTRIB / "systemd"
SERVICES = sorted(path.name for path in UNITS.glob("*.service"))
TIMERS = sorted(path.name for path in UNITS.glob("*.timer"))
INSTALLED = "/usr/local/bin/ctscan"

SAFE = 20
"""Highest exposure that `systemd-analyze security` may find, in tenths: 0 is the safest, 100 no protection at all."""


def settings(path: Path) -> dict[str, dict[str, list[str]]]:
    """Read a unit: the values of each key of each section, in order."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    section = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if header := re.fullmatch(r"\[(\w+)\]", line):
            section = header[1]
        elif line and not line.startswith("#"):
            key, sign, value = line.partition("=")
            assert sign and section, f"{path.name}: {line}"
            found[section][key].append(value)
    return found


def parsed(words: list[str]) -> click.Context:
    """Parse a command line of ctscan as the program would; fails where a command or an option doesn't exist."""
    assert words[0] in ("ctscan", INSTALLED)
    command, rest, context = program, words[1:], click.Context(program, info_name="ctscan")
    while rest and isinstance(command, click.Group) and (found := command.get_command(context, rest[0])):
        command, rest = found, rest[1:]
    assert command is not program
    return command.make_context(" ".join(words), rest)


# --- systemd --------------------------------------------------------------------------------------------------------

HARDENING = {
    "User": "ctscan", "StateDirectory": "ctscan", "UMask": "0077", "NoNewPrivileges": "yes", "ProtectSystem": "strict",
    "ProtectHome": "yes", "PrivateTmp": "yes", "PrivateDevices": "yes", "CapabilityBoundingSet": "",
    "MemoryDenyWriteExecute": "yes", "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX",
}  # fmt: skip


def test_every_service_is_hardened_by_one_drop_in() -> None:
    assert SERVICES and all(name.startswith("ctscan-") for name in SERVICES)
    given = settings(UNITS / "ctscan-.service.d" / "hardening.conf")["Service"]
    assert {key: given[key][0] for key in HARDENING if key in given} == HARDENING
    account = (UNITS / "ctscan.sysusers.conf").read_text(encoding="utf-8")
    assert re.search(r"^u ctscan - ", account, re.MULTILINE)


@pytest.mark.parametrize("name", SERVICES)
def test_no_service_takes_its_protection_back(name: str) -> None:
    """A service may only narrow the drop-in; a drop-in is read after the unit, but lists would be added up."""
    own = settings(UNITS / name)["Service"]
    loosened = own.keys() & {
        "User",
        "Group",
        "DynamicUser",
        "CapabilityBoundingSet",
        "ReadWritePaths",
        "SystemCallFilter",
    }
    assert loosened == set()


@pytest.mark.parametrize("name", SERVICES)
def test_services_run_commands_that_exist(name: str) -> None:
    (line,) = settings(UNITS / name)["Service"]["ExecStart"]
    context = parsed(shlex.split(line))
    assert context.params.get("follow", False) is (name == "ctscan-follow.service")


def test_a_service_of_one_pass_has_a_timer_and_the_one_that_goes_on_restarts() -> None:
    for name in SERVICES:
        service = settings(UNITS / name)["Service"]
        if service["Type"] == ["oneshot"]:
            assert name.replace(".service", ".timer") in TIMERS
            assert "Restart" not in service
        else:
            assert (service["Restart"], service["RestartPreventExitStatus"]) == (["on-failure"], ["2"])
    for name in TIMERS:
        timer = settings(UNITS / name)
        assert timer["Timer"]["Persistent"] == ["true"]
        assert timer["Install"]["WantedBy"] == ["timers.target"]
        assert name.replace(".timer", ".service") in SERVICES


def test_the_health_check_has_no_network() -> None:
    service = settings(UNITS / "ctscan-health.service")["Service"]
    assert (service["PrivateNetwork"], service["IPAddressDeny"]) == (["yes"], ["any"])


def analysed(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `systemd-analyze` over copies of the units, whose program is there."""
    shutil.copytree(UNITS, folder, dirs_exist_ok=True)
    there = folder / "ctscan"
    there.write_text("#!/bin/sh\n", encoding="utf-8")
    there.chmod(0o755)
    for name in SERVICES:
        unit = folder / name
        unit.write_text(unit.read_text(encoding="utf-8").replace(INSTALLED, str(there)), encoding="utf-8")
    command = ["systemd-analyze", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze isn't installed")


@needs_systemd
def test_systemd_accepts_every_unit(tmp_path: Path) -> None:
    done = analysed(tmp_path, "verify", "--man=no", "--recursive-errors=yes", *SERVICES, *TIMERS)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@needs_systemd
@pytest.mark.parametrize("name", SERVICES)
def test_systemd_counts_every_service_as_safe(tmp_path: Path, name: str) -> None:
    done = analysed(tmp_path, "security", "--offline=true", f"--threshold={SAFE}", "--no-pager", f"./{name}")
    assert done.returncode == 0, done.stdout + done.stderr


@needs_systemd
def test_a_service_without_the_drop_in_would_be_noticed(tmp_path: Path) -> None:
    (tmp_path / "other.service").write_text("[Service]\nExecStart=/bin/true\n", encoding="utf-8")
    done = analysed(tmp_path, "security", "--offline=true", f"--threshold={SAFE}", "--no-pager", "./other.service")
    assert done.returncode != 0


# --- cron -----------------------------------------------------------------------------------------------------------

CRON = (CONTRIB / "cron" / "ctscan").read_text(encoding="utf-8")
JOBS = re.findall(r"^((?:\S+ +){5})(\w+) +(.+)$", re.sub(r"^(#|\w+=).*$", "", CRON, flags=re.MULTILINE), re.MULTILINE)


def command_in(job: str) -> str:
    found = re.search(r"\$\((.+?) 2>&1\)", job)
    assert found
    return found[1]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Make a folder with a program `bin/ctscan`, and the index of the demonstration."""
    folder = tmp_path_factory.mktemp("cron")
    assert process("demo", "--keep", "demo", cwd=folder).returncode == 0
    with warm_ctscan(folder, os.environ):
        yield folder


def done_by_cron(folder: Path, job: str, config: str) -> str:
    """Run a job as cron does, and return the text that cron would mail."""
    given = dict(re.findall(r"^(\w+)=(.*)$", CRON, re.MULTILINE))
    assert given["CTSCAN_CONFIG"].startswith("/etc/")
    environment = {"PATH": f"{folder / 'bin'}:{given['PATH']}", "PYTHONPATH": str(ROOT), "CTSCAN_CONFIG": config}
    done = subprocess.run(
        [given["SHELL"], "-c", job],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout + done.stderr


def test_cron_runs_commands_that_exist_as_ctscan() -> None:
    assert len(JOBS) == len(re.findall(r"^[0-9]", CRON, re.MULTILINE)) == 6
    for times, account, job in JOBS:
        assert account == "ctscan"
        assert all(re.fullmatch(r"\*(/\d+)?|\d+", field) for field in times.split())
        assert "%" not in job  # cron takes it for a line break
        parsed(shlex.split(command_in(job)))


@pytest.mark.parametrize("job", [job for _, _, job in JOBS if re.search("scan 2|health|case list", job)])
def test_cron_mails_nothing_when_all_is_well(kept: Path, job: str) -> None:
    assert done_by_cron(kept, job, "demo/ctscan.toml") == ""


@pytest.mark.parametrize("job", [job for _, _, job in JOBS])
def test_cron_mails_the_exit_code_and_the_reason(kept: Path, job: str) -> None:
    mail = done_by_cron(kept, job, "none.toml")
    name = " ".join(command_in(job).split(" --")[0].split())
    assert mail.startswith(f"exit code of {name}: 2. ctscan: configuration: expected a file at ")


# --- retention ------------------------------------------------------------------------------------------------------


def test_the_example_of_retention_counts_and_then_purges(kept: Path, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "operator.md").read_text(encoding="utf-8")
    example = dict(re.findall(r"```(\w+) retention\n(.*?)```", page, re.DOTALL))
    logs = re.search(r"^logs = .*$", (kept / "demo" / "ctscan.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert logs
    given = f'{logs[0]}\nfrom = "start"\neverything = true\npurpose = "a test"\n'
    (tmp_path / "ctscan.toml").write_text(given, encoding="utf-8")
    environment = {"PATH": f"{kept / 'bin'}:/usr/bin:/bin", "PYTHONPATH": str(ROOT)}

    def done(script: str) -> str:
        return subprocess.run(
            ["/bin/sh", "-e", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
        ).stdout

    done("ctscan scan")
    (tmp_path / "ctscan.toml").write_text(given + example["toml"].replace("12 months", "1d"), encoding="utf-8")
    said = done(example["sh"])
    assert re.search(r"^Would be deleted or made pseudonymous: [1-9][0-9,]* certificates, ", said)
    receipt = json.loads(said[said.index("{") : said.rindex("}") + 1])
    assert receipt["purged"]["certificates"] > 0
    assert said.endswith("Nothing is old enough to be deleted.\n")


# --- the image ------------------------------------------------------------------------------------------------------

DOCKERFILE = (CONTRIB / "Dockerfile").read_text(encoding="utf-8")
IGNORED = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
KNOWN = {"ARG", "FROM", "COPY", "RUN", "ENV", "USER", "WORKDIR", "VOLUME", "HEALTHCHECK", "ENTRYPOINT", "CMD"}


def instructions() -> list[tuple[str, str]]:
    """Return the instructions with their arguments; a line that ends with a backslash goes on."""
    text = re.sub(r"^#.*\n", "", DOCKERFILE, flags=re.MULTILINE).replace("\\\n", " ")
    return [
        (name, " ".join(rest.split())) for name, _, rest in (line.partition(" ") for line in text.splitlines()) if name
    ]


def last_stage() -> dict[str, str]:
    """Return the instructions of the stage that becomes the image; the last of each name counts."""
    found = instructions()
    begin = max(at for at, (name, _) in enumerate(found) if name == "FROM")
    return dict(found[begin:])


def test_every_instruction_is_understood() -> None:
    assert {name for name, _ in instructions()} == KNOWN


def test_the_image_runs_as_a_user_without_rights_and_checks_its_health() -> None:
    stage = last_stage()
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", stage["USER"])  # numbers: an orchestrator can see that it isn't root
    assert stage["WORKDIR"] == stage["VOLUME"] == "/var/lib/ctscan"
    check, _, code = stage["HEALTHCHECK"].partition(" CMD ")[2].partition(" || ")
    assert (check, code) == ("ctscan health", "exit 1")


def test_the_commands_of_the_image_exist() -> None:
    stage = last_stage()
    assert parsed([*json.loads(stage["ENTRYPOINT"]), *json.loads(stage["CMD"])]).params["follow"] is True
    parsed(shlex.split(stage["HEALTHCHECK"].partition(" CMD ")[2].partition(" || ")[0]))


def test_the_image_copies_files_that_exist_and_are_sent() -> None:
    copied = [words.split() for name, words in instructions() if name == "COPY" and not words.startswith("--from=")]
    sources = [source for words in copied for source in words[:-1]]
    assert sorted(sources) == sorted(line[1:] for line in IGNORED if line.startswith("!"))
    assert [source for source in sources if not (ROOT / source).exists()] == []
    needed = re.findall(
        r'"([^"*]+)"', re.search(r"^license-files = .*$", (ROOT / "pyproject.toml").read_text(), re.M)[0]
    )  # type: ignore[index]
    assert all(any(fnmatch(path, f"{source}*") for source in sources) for path in needed)


def test_nothing_else_is_sent_to_the_builder() -> None:
    rules = [line for line in IGNORED if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert not {"ctscan.toml", ".", "tests", "docs"} & {rule[1:] for rule in rules if rule.startswith("!")}


def test_the_image_installs_what_the_lock_pins_and_drops_what_only_building_needs() -> None:
    runs = " && ".join(words for name, words in instructions() if name == "RUN")
    installs = re.findall(r"pip install ([^&]+)", runs)
    assert installs
    assert all("--require-hashes" in words or "--no-deps --no-build-isolation" in words for words in installs)
    components = json.loads((ROOT / "ctscan.cdx.json").read_text(encoding="utf-8"))["components"]
    building = {component["name"] for component in components if component["scope"] == "excluded"}
    assert set(re.findall(r"pip uninstall --yes ([^&]+)", runs)[0].split()) == building | {"pip"}


@pytest.mark.parametrize(
    "words", [words for name, words in instructions() if name == "RUN"], ids=lambda text: text[:30]
)
def test_the_shell_understands_each_step(words: str) -> None:
    done = subprocess.run(["/bin/sh", "-n", "-c", words], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_nothing_is_taken_from_a_url() -> None:
    assert not re.search(r"://|\bADD\b|\bcurl\b|\bwget\b|:latest", DOCKERFILE)
