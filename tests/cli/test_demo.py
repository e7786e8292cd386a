"""`ctscan demo --keep` leaves an index for further look-ups; without it nothing stays."""

from __future__ import annotations

import shlex
import stat
from pathlib import Path

import pytest
from support.cli import process

KEPT = {"ctscan.toml", "ctscan.db", "ctscan.db.audit", "ctscan.db.key"}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Run the demonstration once; returns its folder and its output."""
    folder = tmp_path_factory.mktemp("demo")
    done = process("demo", "--keep", "my demo/index", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / "my demo" / "index", done.stdout.decode()


def test_index_trail_key_and_configuration_stay_and_are_private(kept: tuple[Path, str]) -> None:
    directory, _ = kept
    assert {path.name for path in directory.iterdir() if path.is_file()} >= KEPT
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert {stat.S_IMODE((directory / name).stat().st_mode) for name in KEPT} == {0o600}


def test_the_printed_command_looks_up_again_from_anywhere(kept: tuple[Path, str], tmp_path: Path) -> None:
    (line,) = (line for line in kept[1].splitlines() if "lookup --config" in line)
    words = shlex.split(line)
    assert words[0] == "ctscan"
    done = process(*words[1:], cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"Found in 7 certificates; the answer is complete" in done.stdout
    trail = process("audit", "show", "--config", kept[0] / "ctscan.toml", cwd=tmp_path).stdout.decode()
    assert trail.count("complete, found") == 2


def test_a_scan_finds_nothing_left_to_read(kept: tuple[Path, str], tmp_path: Path) -> None:
    done = process("scan", "--config", kept[0] / "ctscan.toml", cwd=tmp_path)
    assert (done.returncode, b"read to its head" in done.stderr) == (0, True)
    assert b"entries to read" not in done.stderr


def test_settings_of_the_environment_change_nothing(tmp_path: Path) -> None:
    elsewhere = {"CTSCAN_DB": str(tmp_path / "other.db"), "CTSCAN_LOGS": "Another log"}
    done = process("demo", "--keep", "kept", cwd=tmp_path, env=elsewhere)
    assert done.returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


@pytest.mark.parametrize("place", ["full", "full/file", "full/file/below"])
def test_a_place_that_is_not_empty_is_refused_and_left_alone(tmp_path: Path, place: str) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("mine", encoding="utf-8")
    done = process("demo", "--keep", place, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    expected = f"ctscan: --keep: expected a new or empty directory, got {place}, which isn't; give another\n"
    assert done.stderr.decode() == expected
    assert [(path.name, path.read_text()) for path in (tmp_path / "full").iterdir()] == [("file", "mine")]


def test_without_the_option_nothing_stays(tmp_path: Path) -> None:
    done = process("demo", cwd=tmp_path, env={"TMPDIR": str(tmp_path)})
    assert (done.returncode, list(tmp_path.iterdir())) == (0, [])
    assert b"--config" not in done.stdout
