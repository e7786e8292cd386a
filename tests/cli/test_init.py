"""`ctscan init`: writes a commented configuration file that ctscan can read, and never overwrites a file."""

from __future__ import annotations

import re
import stat
import tomllib
from pathlib import Path

import pytest
from support.cli import error_line, run

from ctscan.config import load_config
from ctscan.config.keys import KEYS, KEYS_OF_TABLES
from ctscan.config.template import TEMPLATE


def test_the_file_is_private_and_understood(tmp_path: Path) -> None:
    path = tmp_path / "ctscan.toml"
    result = run(
        "init", "--config", path, "--contact", "ct@example.org", "--scope", "example.org", "--scope",
        'organisation:Exämple "Ltd" \\ Co', "--purpose", "exposure", "--retention", "12 months",
    )  # fmt: skip
    assert (result.exit_code, result.stderr) == (0, "")
    assert "ctscan scan --config" in result.stdout
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    config = load_config({"config": str(path)}, {}, tmp_path)
    assert config.contact == "ct@example.org"
    assert config.scope == ("example.org", 'organisation:Exämple "Ltd" \\ Co')
    assert (config.purpose, config.retention) == ("exposure", "12 months")


def test_without_options_everything_is_an_example_and_the_next_step_says_what_to_fill_in(tmp_path: Path) -> None:
    path = tmp_path / "ctscan.toml"
    result = run("init", "--config", path)
    assert "Fill in contact and scope" in result.stdout
    assert tomllib.loads(path.read_text(encoding="utf-8")) == {}


def test_every_example_in_the_file_is_valid(tmp_path: Path) -> None:
    path = tmp_path / "ctscan.toml"
    run("init", "--config", path)
    text = uncommented(path.read_text(encoding="utf-8"))
    for other in ("everything", "scope(?:_file)?"):  # one of the two is given
        path.write_text(re.sub(rf"^{other} = .*\n", "", text, flags=re.MULTILINE), encoding="utf-8")
        assert load_config({"config": str(path)}, {}, tmp_path).tuning
    assert max(len(line) for line in TEMPLATE.splitlines()) <= 120


def test_the_file_has_every_key_that_there_is(tmp_path: Path) -> None:
    run("init", "--config", tmp_path / "ctscan.toml")
    given = tomllib.loads(uncommented((tmp_path / "ctscan.toml").read_text(encoding="utf-8")))
    tables = {name: set(value) for name, value in given.items() if isinstance(value, dict)}
    tables["tuning"] = {key for table in given["tuning"].values() for key in table}
    nested = {table: {name.split(".")[1] for name in KEYS if name.startswith(f"{table}.")} for table in tables}
    assert set(given) == {name.split(".")[0] for name in KEYS}
    assert tables == {table: KEYS_OF_TABLES[table].keys() if table in KEYS else nested[table] for table in tables}


def test_a_wide_scope_needs_consent_which_the_file_then_holds(tmp_path: Path) -> None:
    path = tmp_path / "ctscan.toml"
    refused = run("init", "--config", path, "--scope", "example.org", "--scope", "co.uk")
    assert refused.exit_code == 2
    assert error_line(refused).startswith("ctscan: --scope, term 2: expected")
    assert not path.exists()
    assert run("init", "--config", path, "--scope", "co.uk", "--yes").exit_code == 0
    assert tomllib.loads(path.read_text(encoding="utf-8")) == {"scope": ["co.uk"], "wide_scope": True}


def uncommented(text: str) -> str:
    """Take the comment sign off every example of a configuration."""
    return re.sub(r"^# (?=\w+ = |\[)", "", text, flags=re.MULTILINE)


def test_an_existing_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ctscan.toml"
    path.write_text("mine")
    result = run("init", "--config", path, "--contact", "ct@example.org")
    assert result.exit_code == 1
    assert "exists already" in error_line(result)
    assert path.read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--contact", "nobody"), 2),
        (("--scope", "not a domain@@"), 2),
        (("--purpose", "two\nlines"), 2),
        (("--purpose", "request of jane.roe@example.org"), 2),
    ],
)
def test_bad_values_write_nothing(tmp_path: Path, arguments: tuple[str, ...], code: int) -> None:
    path = tmp_path / "ctscan.toml"
    result = run("init", "--config", path, *arguments)
    assert result.exit_code == code
    assert error_line(result)
    assert not path.exists()


def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    result = run("init", "--config", tmp_path / "none" / "ctscan.toml")
    assert result.exit_code == 1
    assert "can't be written: No such file or directory" in error_line(result)


def test_the_next_steps_name_the_file_and_stand_in_columns(tmp_path: Path) -> None:
    path = tmp_path / "my settings.toml"
    lines = run("init", "--config", path, "--contact", "ct@example.org", "--scope", "example.org").stdout.splitlines()[
        2:
    ]
    assert [line.split(" --config ")[0].strip() for line in lines] == [
        "ctscan scan", "ctscan scan", "ctscan backfill", "ctscan lookup -"
    ]  # fmt: skip
    assert all(f"--config '{path}' " in line for line in lines)
    first_words = ("read the", "the same", "read what", "look som")
    assert len({line.index(words) for line, words in zip(lines, first_words, strict=True)}) == 1


def test_a_directory_is_no_file_to_write(tmp_path: Path) -> None:
    result = run("init", "--config", tmp_path)
    assert (result.exit_code, "got a directory" in error_line(result)) == (1, True)
