"""Warnings of files that other accounts can read: on stderr, once for a command, and for no false alarm."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from support.cli import run

from ctscan.index.open import open_index
from ctscan.privacy.permissions import exposure, exposures, open_folder


@pytest.fixture
def index(tmp_path: Path) -> Path:
    async def make() -> None:
        async with await open_index(tmp_path / "x.db", create=True):
            pass

    asyncio.run(make())
    return tmp_path / "x.db"


@pytest.mark.parametrize(
    ("mode", "is_open"), [(0o700, False), (0o755, False), (0o775, False), (0o1777, False), (0o777, True)]
)
def test_a_folder_is_open_where_everybody_can_replace_its_files(mode: int, is_open: bool, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    folder.chmod(mode)
    assert (open_folder(folder) is not None) == is_open
    (folder / "x.db").touch(mode=0o600)
    assert len(list(exposures([folder / "x.db", folder / "none.key"]))) == is_open
    folder.chmod(0o700)


def test_files_that_are_not_there_have_no_folder_either(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    folder.chmod(0o777)
    assert list(exposures([folder / "x.db"])) == []


def test_a_command_warns_once_and_its_output_stays_as_it_is(index: Path) -> None:
    quiet = run("logs", "--db", index, "--format", "json")
    assert (quiet.exit_code, quiet.stderr) == (0, "")
    index.chmod(0o640)
    warned = run("logs", "--db", index, "--format", "json")
    assert (warned.exit_code, json.loads(warned.stdout)) == (0, [])
    (line,) = warned.stderr.splitlines()
    assert line.startswith(f"ctscan: warning: {index}: its group can read it (mode 640)")


@pytest.mark.parametrize(("mode", "deed"), [(0o644, "read"), (0o640, "read"), (0o664, "read or change")])
def test_a_warning_says_what_others_can_do(mode: int, deed: str, index: Path) -> None:
    index.chmod(mode)
    assert f" can {deed} it (mode {mode:03o})" in (exposure(index) or "")


def test_the_key_file_and_the_trail_are_looked_at_wherever_they_are(index: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in ("trail", "key"):
        (elsewhere / name).touch()
        (elsewhere / name).chmod(0o644)
    env = {"CTSCAN_KEY_FILE": str(elsewhere / "key"), "CTSCAN_AUDIT_PATH": str(elsewhere / "trail")}
    lines = run("logs", "--db", index, env=env).stderr.splitlines()
    assert sorted(line.split(": ")[2] for line in lines) == [str(elsewhere / "key"), str(elsewhere / "trail")]


def test_a_command_without_an_index_and_a_broken_configuration_warn_of_nothing(index: Path) -> None:
    index.chmod(0o644)
    assert run("rules").stderr == ""
    lines = run("logs", "--db", index, env={"CTSCAN_JOBS": "many"}).stderr.splitlines()
    assert len(lines) == 1 and "CTSCAN_JOBS" in lines[0]
