"""Tests that the wheel holds all files that ctscan needs, and that the program runs from any directory."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def test_wheel_is_pure_python(wheel: Path) -> None:
    assert wheel.name.endswith("-py3-none-any.whl")


def test_wheel_holds_package_data_and_licence_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    written = (p for p in (ROOT / "ctscan").rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    sources = {p.relative_to(ROOT).as_posix() for p in written}
    data = {
        f"ctscan/_data/{p.relative_to(ROOT / 'data').as_posix()}" for p in (ROOT / "data").rglob("*") if p.is_file()
    }
    assert sources <= names
    assert data <= names
    rest = {name for name in names - sources - data if ".dist-info/" not in name}
    assert rest == set()
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


def test_wheel_carries_its_sbom(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if ".dist-info/sboms/" in name)
        assert name.endswith(".dist-info/sboms/ctscan.cdx.json")
        assert archive.read(name) == (ROOT / "ctscan.cdx.json").read_bytes()


def test_wheel_offers_every_extra(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        offered = re.findall(r"^Provides-Extra: (\S+)$", archive.read(name).decode(), re.MULTILINE)
    assert {"postgres", "pkcs12", "dossier", "native", "all"} <= set(offered)


def test_wheel_says_that_it_is_typed(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        assert archive.read("ctscan/py.typed") == b""


def test_demo_runs_from_the_wheel_in_another_directory(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CTSCAN_")}
    environment["PYTHONPATH"] = str(tmp_path / "installed")
    where = [sys.executable, "-c", "from ctscan.resources import data_path; print(data_path('demo-log'))"]
    told = subprocess.run(where, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True)
    assert told.stdout.startswith(str(tmp_path / "installed"))
    demo = [sys.executable, "-m", "ctscan", "demo"]
    done = subprocess.run(demo, cwd=tmp_path, env=environment, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    assert "jane.roe@example.org" in done.stdout
    assert list(tmp_path.iterdir()) == [tmp_path / "installed"]
