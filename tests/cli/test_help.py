"""Help of every command: a sentence, its options, its exit codes, an example. The README agrees with it."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest
from support.cli import ROOT, process, run

from ctscan.cli import program
from ctscan.cli.program import COMMANDS, Command, Group
from ctscan.errors import EXIT_CODES, CtscanError
from ctscan.native_core import CORE

CONTEXT = click.Context(program, info_name="ctscan")


def command_of(path: str) -> Command:
    """Return the command with this path, such as `scan` or `ca update`."""
    name, _, rest = path.partition(" ")
    found = program.get_command(CONTEXT, name)
    if rest:
        assert isinstance(found, Group)
        found = found.commands[rest]
    assert isinstance(found, Command)
    return found


def every_command() -> list[str]:
    """List the paths of all commands; the commands of a group follow the group."""
    paths = []
    for name in COMMANDS:
        found = command_of(name)
        paths += [name, *(f"{name} {inner}" for inner in (found.commands if isinstance(found, Group) else ()))]
    return paths


EVERY = every_command()


def test_alone_it_shows_the_commands_in_the_order_of_use() -> None:
    result = run()
    assert result.exit_code == 0
    listed = re.findall(r"^  ([\w-]+)  +[A-Z]", result.stdout.partition("Commands")[2], re.MULTILINE)
    assert listed == list(COMMANDS)
    assert listed[:5] == ["init", "scan", "backfill", "search", "import"]
    assert listed == list(COMMANDS)
    assert "..." not in result.stdout.partition("Commands")[2]  # no sentence is cut
    assert "First steps" in result.stdout


def test_version() -> None:
    result = run("--version")
    assert (result.exit_code, result.stderr) == (0, "")
    core = r"without the native core" if CORE is None else rf"with the native core {re.escape(CORE.__version__)}"
    assert re.fullmatch(rf"ctscan \d+\.\d+\.\d+\S*, {core}\n", result.stdout)


def test_version_in_short() -> None:
    assert run("-V").stdout == run("--version").stdout


@pytest.mark.parametrize("path", ["", *EVERY])
def test_help_is_a_command_too(path: str) -> None:
    result = run("help", *path.split())
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == run(*path.split(), "--help").stdout


def test_python_m_ctscan_is_ctscan(tmp_path: Path) -> None:
    done = process("--version", cwd=tmp_path)  # `python -m ctscan --version`
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode() == run("--version").stdout


@pytest.mark.parametrize("path", EVERY)
def test_help_of_each_command(path: str) -> None:
    result = run(*path.split(), "--help")
    assert result.exit_code == 0
    assert f"Usage: ctscan {path}" in result.stdout
    for heading in ("Options:", "Exit codes:"):
        assert heading in result.stdout
    assert re.search(r"^Examples?:$", result.stdout, re.MULTILINE)
    purpose = result.stdout.split("\n\n")[1].strip()
    assert re.match(r"[A-Z]\w+ ", purpose)
    assert purpose.endswith(".")


@pytest.mark.parametrize("path", EVERY)
def test_exit_codes_of_each_command_are_in_the_table(path: str) -> None:
    found = command_of(path)
    assert 0 in found.exits
    assert set(found.exits) <= set(EXIT_CODES)
    page = run(*path.split(), "--help").stdout.partition("Exit codes:")[2]
    assert [int(code) for code in re.findall(r"^  (\d)  \S", page, re.MULTILINE)] == sorted(found.exits)


@pytest.mark.parametrize("path", EVERY)
def test_examples_are_commands_that_exist(path: str) -> None:
    for line in command_of(path).example.splitlines():
        words = shlex.split(line.rpartition("|")[2].partition(" > ")[0])
        assert words[: 1 + len(path.split())] == ["ctscan", *path.split()]
        found = command_of(path)
        inner = " ".join(words[1:3]) if isinstance(found, Group) and words[2:3] and words[2] in found.commands else path
        with command_of(inner).make_context(inner, words[1 + len(inner.split()) :], resilient_parsing=False) as context:
            assert context.params


def test_a_group_alone_shows_its_commands() -> None:
    for path in EVERY:
        if isinstance(found := command_of(path), Group) and not found.acts_alone:
            result = run(path)
            assert (result.exit_code, result.stderr) == (0, "")
            listed = re.findall(r"^  ([\w-]+)  +[A-Z]", result.stdout.partition("Commands")[2], re.MULTILINE)
            assert listed == list(found.commands)
            assert result.stdout == run(path, "--help").stdout


@pytest.mark.parametrize("path", EVERY)
def test_every_option_says_what_it_is_for(path: str) -> None:
    for parameter in command_of(path).params:
        assert not isinstance(parameter, click.Option) or parameter.help, parameter.name


@pytest.mark.parametrize("name", ["scan", "lookup", "logs", "runs", "ca update", "ca show", "prove", "reindex"])
def test_commands_on_an_index_share_their_options(name: str) -> None:
    options = {option for parameter in command_of(name).params for option in parameter.opts}
    assert {"--config", "--db", "--format", "--verbose"} <= options


def test_scan_takes_every_option_of_the_contract() -> None:
    options = {option for parameter in command_of("scan").params for option in parameter.opts}
    assert options >= {
        "--config", "--db", "--log-list", "--log", "--from", "--scope", "--everything", "--purpose", "--follow",
        "--jobs", "--contact",
    }  # fmt: skip


def test_the_readme_has_the_table_of_exit_codes() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d) \| ([^|]+?) \|$", readme, re.MULTILINE)
    assert {int(code): meaning for code, meaning in rows} == EXIT_CODES


def test_the_readme_names_every_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `ctscan (\w+)` \|", readme, re.MULTILINE) == list(COMMANDS)


def test_every_error_has_an_exit_code_of_the_table() -> None:
    kinds = [CtscanError]
    for kind in kinds:
        kinds += kind.__subclasses__()
    assert len(kinds) > 8
    assert all(kind.exit_code in EXIT_CODES and kind.exit_code for kind in kinds)


def test_the_operator_page_names_every_key() -> None:
    from ctscan.config.keys import KEYS

    page = Path(ROOT / "docs" / "operator.md").read_text(encoding="utf-8")
    named = re.findall(r'^\| `\[?(\w+)(?:\."…")?\]?(?: (\w+))?` \|', page, re.MULTILINE)
    assert {f"{name}.{key}" if key else name for name, key in named} == set(KEYS)
