"""`ctscan completion`: real shells complete commands, options and values by the scripts that it prints."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.cli import ROOT, process, run
from support.warm import warm_ctscan

from ctscan.cli.completion import SHELLS
from ctscan.cli.program import COMMANDS

ASK = {
    "bash": 'source "$1"; COMP_WORDS=({words}); COMP_CWORD={last}; _ctscan_completion ctscan; '
    'printf "%s\\n" "${{COMPREPLY[@]}}"',
    "zsh": 'compdef() {{ }}; compadd() {{ print -l -- "${{(@P)5}}" }}; _describe() {{ print -l -- "${{(@P)3}}" }}; '
    'source "$1"; words=({words}); CURRENT={place}; _ctscan_completion',
    "fish": 'source "$argv[1]"; complete --do-complete "{words}"',
}
"""Programs that load the script in the first argument, and print completions of words, a line each.
zsh completes only where a person types: the functions that take the completions print them."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Make a folder with a program `bin/ctscan` for the shells."""
    made = tmp_path_factory.mktemp("shells")
    for shell in SHELLS:
        (made / f"completion.{shell}").write_text(run("completion", shell).stdout, encoding="utf-8")
    with warm_ctscan(made, os.environ):
        yield made


def environment(folder: Path, **more: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CTSCAN_")}
    return clean | {"PATH": f"{folder / 'bin'}:{clean['PATH']}", "PYTHONPATH": str(ROOT), "HOME": str(folder)} | more


def completed(folder: Path, shell: str, line: str) -> list[str]:
    """Return the completions that a shell finds for the last word of a line."""
    words = line.split(" ")
    program = ASK[shell].format(words=line, last=len(words) - 1, place=len(words))
    options = {"bash": ["--norc", "--noprofile"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]
    done = subprocess.run(
        [shell, *options, "-c", program, *(["ctscan"] if shell != "fish" else []), folder / f"completion.{shell}"],
        env=environment(folder),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    return [text.split(":")[0].split("\t")[0] for text in done.stdout.splitlines() if text]


QUESTIONS = [
    ("ctscan loo", ["lookup"]),
    ("ctscan basis s", ["set", "show"]),
    ("ctscan lookup --form", ["--format"]),
    ("ctscan lookup --format js", ["json", "jsonl"]),
    ("ctscan help reind", ["reindex"]),
    ("ctscan help logs ev", ["evidence"]),
    ("ctscan completion z", ["zsh"]),
]


@pytest.mark.parametrize(("line", "expected"), QUESTIONS)
def test_bash_completes(folder: Path, line: str, expected: list[str]) -> None:
    assert completed(folder, "bash", line) == expected


@pytest.mark.parametrize("shell", ["zsh", "fish"])
@pytest.mark.parametrize(("line", "expected"), QUESTIONS[:4])
def test_other_shells_complete_where_they_are_installed(
    folder: Path, shell: str, line: str, expected: list[str]
) -> None:
    """Without the shell, the answer that its script asks for is read."""
    if shutil.which(shell):
        assert sorted(completed(folder, shell, line)) == sorted(expected)
        return
    words = line.split(" ")
    last = words[-1] if shell == "fish" else str(len(words) - 1)
    asked = {"_CTSCAN_COMPLETE": f"{shell}_complete", "COMP_WORDS": line, "COMP_CWORD": last}
    lines = process(cwd=folder, env=asked).stdout.decode().splitlines()
    found = lines[1::3] if shell == "zsh" else [text.split("\t")[0].removeprefix("plain,") for text in lines]
    assert found == expected


def test_an_empty_line_completes_to_every_command(folder: Path) -> None:
    done = process(cwd=folder, env={"_CTSCAN_COMPLETE": "bash_complete", "COMP_WORDS": "ctscan ", "COMP_CWORD": "1"})
    assert done.stdout.decode().split() == [f"plain,{name}" for name in COMMANDS]


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_asks_the_program_by_its_own_variable(shell: str) -> None:
    result = run("completion", shell)
    assert (result.exit_code, result.stderr) == (0, "")
    assert f"_CTSCAN_COMPLETE={shell}_complete" in result.stdout
    assert "_ctscan_completion" in result.stdout


def test_completing_an_identifier_says_nothing(folder: Path) -> None:
    asked = {"_CTSCAN_COMPLETE": "bash_complete", "COMP_WORDS": "ctscan lookup jane", "COMP_CWORD": "2"}
    done = process(cwd=folder, env=asked)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, b"", b"")


PROBE = """
import sys
from ctscan.cli import program
try:
    program.main()
except SystemExit:
    print(*sys.modules, file=sys.stderr)
"""


def test_a_key_press_imports_the_command_on_the_line_only(folder: Path) -> None:
    asked = {"_CTSCAN_COMPLETE": "bash_complete", "COMP_WORDS": "ctscan lookup --f", "COMP_CWORD": "2"}
    done = subprocess.run(
        [sys.executable, "-c", PROBE], env=environment(folder, **asked), capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["plain,--from-file", "plain,--format"]
    loaded = set(done.stderr.split())
    assert {module for module in COMMANDS.values() if module in loaded} == {"ctscan.cli.lookup"}
    assert not loaded & {"asyncio", "cryptography", "httptools", "httpx", "rich", "sqlite3"}
