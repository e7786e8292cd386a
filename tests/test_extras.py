"""Extras: their names are fixed, they install only what has a use, and a feature without its extra names the remedy."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from support.certs import integer, make_certificate, oid, tlv
from support.cli import run

from ctscan.extras import PACKAGES, to_install

ROOT = Path(__file__).parents[1]
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
NAMES = {"dossier", "reports", "parquet", "encrypted", "metrics", "postgres", "pkcs12", "native"}

HIDING = """
import sys
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition('.')[0] == {package!r}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Hidden())
sys.argv[0] = 'ctscan'
from ctscan.cli import main
main()
"""


def without(package: str, *arguments: str, cwd: Path, first: str = "") -> subprocess.CompletedProcess[str]:
    """Run `ctscan …` in a process in which a package can't be imported. `first`: a folder from which the processes that
    it starts import first."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CTSCAN_")}
    return subprocess.run(
        [sys.executable, "-c", HIDING.format(package=package), *arguments],
        cwd=cwd,
        env=environment | {"PYTHONPATH": os.pathsep.join(filter(None, (first, str(ROOT))))},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_names_stay() -> None:
    assert set(EXTRAS) == NAMES | {"all"}


def test_all_names_every_extra_but_the_native_part() -> None:
    (named,) = EXTRAS["all"]
    assert set(re.fullmatch(r"ctscan\[(.+)\]", named)[1].split(",")) == NAMES - {"native"}  # type: ignore[index]


def test_an_extra_that_installs_something_is_one_that_a_feature_asks_for() -> None:
    filled = {name: re.split(r"[^a-z0-9_]", only[0])[0] for name, only in EXTRAS.items() if only and name != "all"}
    assert filled == PACKAGES


def test_the_readme_offers_only_extras_that_do_something() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)` \| .* \|$", readme, re.MULTILINE)) == {*PACKAGES, "all"}


ASKING = [
    ("search", "jane@example.org", "--in", "crt.sh-sql", "--yes", "--purpose", "a request"),
    ("scan", "--repository", "crt.sh-sql", "--scope", "example.org", "--purpose", "a request"),
]


@pytest.mark.parametrize("arguments", ASKING, ids=lambda given: given[0])
def test_a_command_without_its_extra_says_what_to_install(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = without("psycopg", *arguments, "--contact", "ct@example.org", "--db", "new.db", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    expected = f"ctscan: crt.sh over PostgreSQL needs psycopg: {to_install('postgres')}"
    assert done.stderr.splitlines()[-1] == expected
    assert not (tmp_path / "new.db").exists()


def test_a_file_that_needs_an_extra_is_a_problem_of_this_file_only(tmp_path: Path) -> None:
    (tmp_path / "jane.der").write_bytes(make_certificate([("CN", "Jane Roe"), ("emailAddress", "jane@example.org")]))
    (tmp_path / "old.p12").write_bytes(old_key_store())
    (tmp_path / "hidden" / "Crypto").mkdir(parents=True)
    (tmp_path / "hidden" / "Crypto" / "__init__.py").write_text("raise ModuleNotFoundError('Crypto')\n")
    done = without("Crypto", "inspect", "old.p12", "jane.der", cwd=tmp_path, first=str(tmp_path / "hidden"))
    assert done.returncode == 4
    (line,) = done.stderr.splitlines()
    assert line.startswith("ctscan: old.p12: ")
    assert f"needs pycryptodome: {to_install('pkcs12')}, or convert the file: openssl pkcs12 -legacy" in line
    assert "jane@example.org" in done.stdout


def old_key_store() -> bytes:
    """Make a PKCS#12 file whose certificates are encrypted with RC2 of 40 bits."""
    scheme = tlv(0x30, oid("1.2.840.113549.1.12.1.6"), tlv(0x30, tlv(0x04, bytes(8)), integer(1)))
    content = tlv(0x30, oid("1.2.840.113549.1.7.1"), scheme, tlv(0x80, bytes(16)))
    safe = tlv(0x30, oid("1.2.840.113549.1.7.6"), tlv(0xA0, tlv(0x30, integer(0), content)))
    data = tlv(0x30, oid("1.2.840.113549.1.7.1"), tlv(0xA0, tlv(0x04, tlv(0x30, safe))))
    return tlv(0x30, integer(3), data)


@pytest.mark.parametrize("words", [("metrics",), ("scan", "--follow", "--everything", "--contact", "ct@example.org")])
def test_metrics_without_the_extra_say_what_to_install(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "ctscan.toml").write_text('[metrics]\nlisten = "127.0.0.1:0"\n')
    done = without("prometheus_client", *words, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    expected = f"ctscan: metrics needs prometheus_client: {to_install('metrics')}"
    assert done.stderr.splitlines() == [expected]
    assert [one.name for one in tmp_path.iterdir()] == ["ctscan.toml"]


def test_a_report_without_the_library_of_charts_has_its_tables(tmp_path: Path) -> None:
    assert run("demo", "--keep", str(tmp_path / "demo")).exit_code == 0
    page = tmp_path / "report.html"
    command = ("report", "--since", "2020-01-01", "--db", str(tmp_path / "demo" / "ctscan.db"), "-o", str(page))
    assert "tables only" not in run(*command).stderr
    drawn = page.read_text("utf-8")
    found = without("vl_convert", *command, cwd=tmp_path)
    assert f"ctscan: report: tables only: a chart needs vl-convert-python: {to_install('reports')}" in found.stderr
    plain = page.read_text("utf-8")
    assert ("<svg" in drawn, "<svg" in plain) == (True, False)
    assert drawn.count("<table") == plain.count("<table") > 5


def test_letters_without_the_extra_say_what_to_install_and_look_nobody_up(tmp_path: Path) -> None:
    given = ("letters", "--case", "C-2026-0001", "-o", "out", "--purpose", "a request", "--db", "new.db")
    done = without("docx", *given, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [f"ctscan: letters needs python-docx: {to_install('dossier')}"]
    assert list(tmp_path.iterdir()) == []
