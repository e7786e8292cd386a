"""Hooks: programs that get JSON on standard input and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path

import pytest
from support.alerting import BATCH, PERSONAL, a_message, an_alert, failure, sent


def program(folder: Path, body: str, mode: int = 0o700) -> str:
    path = folder / "hook"
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(mode)
    return str(path)


def test_a_program_gets_the_message_on_standard_input_and_nothing_else(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    hook = program(tmp_path, f'cat > {kept}.json; echo "$#" > {kept}.args; env > {kept}.env; pwd > {kept}.cwd; echo x')
    sent("hook", {"program": hook}, a_message(an_alert(0), an_alert(1)))
    document = json.loads(Path(f"{kept}.json").read_bytes())
    assert (document["message"], len(document["alerts"])) == (BATCH, 2)
    assert Path(f"{kept}.args").read_text().strip() == "0"
    assert Path(f"{kept}.cwd").read_text().strip() == "/"
    named = {line.partition("=")[0] for line in Path(f"{kept}.env").read_text().splitlines()}
    assert named <= {"PATH", "LANG", "PWD", "SHLVL", "_", "OLDPWD"}


def test_nobody_stands_in_the_process_list(tmp_path: Path) -> None:
    listed = tmp_path / "listed"
    sent("hook", {"program": program(tmp_path, f"ps eww -o args= -s $$ > {listed}; cat > /dev/null")})
    said = listed.read_text(errors="replace")
    assert str(tmp_path / "hook") in said
    assert [text for text in PERSONAL if text in said] == []


@pytest.mark.parametrize(
    ("body", "code", "is_final"),
    [
        ("exit 1", "undelivered.ended", False),
        ("exit 75", "undelivered.ended", False),
        ("exit 65", "undelivered.ended", True),
        ("kill -9 $$", "undelivered.died", False),
    ],
)
def test_its_end_decides(tmp_path: Path, body: str, code: str, is_final: bool) -> None:
    error = failure("hook", {"program": program(tmp_path, body)})
    assert (error.why.code, error.is_final) == (code, is_final)


def test_a_program_that_reads_nothing_may_take_the_message(tmp_path: Path) -> None:
    message = a_message(*[an_alert(number) for number in range(99)])
    assert len(message.document) > 65_536  # more than a pipe holds
    sent("hook", {"program": program(tmp_path, "exit 0")}, message)


def test_a_program_that_hangs_is_killed_with_all_that_it_started(tmp_path: Path) -> None:
    kept = tmp_path / "pid"
    hook = program(tmp_path, f"sleep 600 & echo $! > {kept}; wait")
    began = time.monotonic()
    error = failure("hook", {"program": hook, "timeout": 1})
    assert time.monotonic() - began < 10
    assert error.why.code == "undelivered.slow"
    deadline = time.monotonic() + 10
    while is_running(int(kept.read_text())):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_running(pid: int) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout  # noqa: S607
    return bool(state.strip()) and not state.strip().startswith("Z")


@pytest.mark.parametrize("mode", [0o722, 0o702, 0o600])
def test_a_program_that_others_can_change_or_nobody_can_run_is_left_alone(tmp_path: Path, mode: int) -> None:
    error = failure("hook", {"program": program(tmp_path, f"touch {tmp_path}/ran", mode)})
    assert (error.why.code, error.is_final) == ("undelivered.unready", False)
    assert not (tmp_path / "ran").exists()


def test_a_folder_in_which_others_can_replace_it(tmp_path: Path) -> None:
    hook = program(tmp_path, "exit 0")
    tmp_path.chmod(0o777)
    assert "you or root alone" in str(failure("hook", {"program": hook}))
    tmp_path.chmod(0o700)


def test_a_program_that_is_missing_or_no_program(tmp_path: Path) -> None:
    assert "can't be found" in str(failure("hook", {"program": str(tmp_path / "none")}))
    binary = tmp_path / "binary"
    binary.write_bytes(b"\x00\x01")
    binary.chmod(0o700)
    assert "can't be run" in str(failure("hook", {"program": str(binary)}))
    assert os.access(binary, os.X_OK)
