"""Tuning: the values shipped as data, and the configuration that overrides them."""

from __future__ import annotations

import base64
import tomllib
from collections.abc import Mapping

import pytest
from support.cli import ROOT

from ctscan.errors import UsageError
from ctscan.model import Log, LogProtocol
from ctscan.resources import data_path, version
from ctscan.sources.logs.tuning import Tuning, load_tuning

ID = bytes(range(32))
TEXT_ID = base64.b64encode(ID).decode()
DATA = f"""
[default]
batch = 100
rate = 3

[operator."Example Operator"]
batch = 64
rate = 7
keep_alive = false

[log."Example 'log2026'"]
id = "{TEXT_ID}"
batch = 32
tiles = "https://log.example.org/2026/"
""".encode()


def log_of(name: str = "Other log", operator: str = "Other Operator", log_id: bytes = b"\x07" * 32) -> Log:
    return Log(log_id, b"", name, operator, LogProtocol.RFC6962)


def test_later_layers_win_key_by_key() -> None:
    table = load_tuning(DATA)
    assert table.of(log_of()) == Tuning(batch=100, concurrency=4, rate=3.0, keep_alive=True)
    operator = log_of(operator="Example Operator")
    assert table.of(operator) == Tuning(batch=64, concurrency=4, rate=7.0, keep_alive=False)
    both = log_of("Example 'log2026'", "Example Operator")
    assert table.of(both) == Tuning(batch=32, concurrency=4, rate=7.0, keep_alive=False)
    assert table.hybrids == {ID: "https://log.example.org/2026/"}


@pytest.mark.parametrize("key", ["Example Operator", "example  operator", "Example 'LOG2026'", TEXT_ID])
def test_the_configuration_wins_over_all_that_ships(key: str) -> None:
    table = load_tuning(DATA, {key: {"batch": 9, "concurrency": 1}})
    assert table.of(log_of("Example 'log2026'", "Example Operator", ID)) == Tuning(9, 1, 7.0, False)


def test_the_configuration_makes_hybrids_by_id_or_known_name() -> None:
    other = base64.b64encode(b"\x07" * 32).decode()
    table = load_tuning(
        DATA,
        {other: {"tiles": "http://127.0.0.1:1/"}, "Example 'log2026'": {"tiles": "https://tiles.example.org/"}},
    )
    assert table.hybrids == {b"\x07" * 32: "http://127.0.0.1:1/", ID: "https://tiles.example.org/"}
    with pytest.raises(UsageError, match="log ID"):
        load_tuning(DATA, {"Unknown log": {"tiles": "https://tiles.example.org/"}})


def test_settings_of_repositories_are_skipped() -> None:
    alone, beside = (
        load_tuning(DATA),
        load_tuning(DATA, {"crt.sh": {"rate": 0.0008, "url": "https://crt.example.org/"}}),
    )
    assert alone == beside


def test_limits_of_logs_are_not_those_of_repositories() -> None:
    seldom = {"crt.sh": {"rate": 0.0008}}
    assert load_tuning(DATA, seldom, ["censys", "crt.sh"]) == load_tuning(DATA)
    for others in ((), ["censys"]):
        with pytest.raises(UsageError, match=r"'crt\.sh': rate"):
            load_tuning(DATA, seldom, others)
    with pytest.raises(UsageError, match="'Example Operator': rate"):
        load_tuning(DATA, seldom | {"Example Operator": {"rate": 0.0008}}, ["crt.sh"])


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ({"X": {"bach": 5}}, "'bach'"),
        ({"X": {"batch": 0}}, "batch"),
        ({"X": {"batch": 65_537}}, "batch"),
        ({"X": {"batch": 2.5}}, "batch"),
        ({"X": {"batch": True}}, "batch"),
        ({"X": {"batch": "5"}}, "batch"),
        ({"X": {"concurrency": 65}}, "concurrency"),
        ({"X": {"rate": 0}}, "rate"),
        ({"X": {"rate": float("nan")}}, "rate"),
        ({"X": {"rate": float("inf")}}, "rate"),
        ({"X": {"keep_alive": 1}}, "keep_alive"),
        ({"X": {"id": TEXT_ID}}, "'id'"),
        ({TEXT_ID: {"tiles": "log.example.org"}}, "tiles"),
        ({TEXT_ID: {"tiles": "https://log.example.org"}}, "tiles"),
        ({TEXT_ID: {"tiles": 5}}, "tiles"),
        ({"X": 5}, "'X'"),
    ],
)
def test_bad_values_are_usage_errors_that_name_the_key(overrides: Mapping[str, object], expected: str) -> None:
    with pytest.raises(UsageError, match=expected):
        load_tuning(DATA, overrides)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\xff", "TOML"),
        (b"[default", "TOML"),
        (b"[defaults]", "'defaults'"),
        (b"default = 5", "default"),
        (b"[operator]\nx = 5", "'x'"),
        (b"[default]\nspeed = 5", "'speed'"),
        (b'[log."x"]\nid = "AAAA"', "id"),
        (b'[log."x"]\ntiles = "https://log.example.org/"', "ID"),
        (b'[operator."x"]\nid = "AAAA"', "'id'"),
    ],
)
def test_bad_files_are_usage_errors(data: bytes, expected: str) -> None:
    with pytest.raises(UsageError, match=expected):
        load_tuning(data)


def test_the_file_that_ships_is_sound() -> None:
    table = load_tuning(data_path("logs.toml").read_bytes())
    digicert = table.of(log_of("DigiCert 'Wyvern2026h2'", "DigiCert"))
    assert not digicert.keep_alive
    assert digicert.rate <= 1
    assert table.of(log_of("Google 'Argon2026h2' log", "Google")).batch == 32
    assert sorted(table.hybrids.values()) == [
        "https://ct2026-a.trustasia.com/log2026a/",
        "https://ct2026-b.trustasia.com/log2026b/",
        "https://hetu2027.trustasia.com/hetu2027/",
    ]


def test_ctscan_knows_its_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert version() == project["version"]
