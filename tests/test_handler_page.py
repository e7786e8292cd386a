"""The walk through a request in docs/dsar-handler.md: its commands run, in their order, on the demo index."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from support.warm import warm_ctscan

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "dsar-handler.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh walk\n(.*?)```", PAGE, re.S)
SETTINGS = re.findall(r"```toml\n.*?(\[controller\].*?)```", PAGE, re.S)


def year_of_today(text: str) -> str:
    """Put the year of today into numbers of cases: a case opened later has another one than that of the page."""
    return text.replace("C-2026-", f"C-{datetime.now().astimezone().year}-")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Path]:
    """Make a folder with the demo index, the settings of the page, and `ctscan` as a program."""
    with warm_ctscan(tmp_path, os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}):
        demo = shell("ctscan demo --keep demo", tmp_path)
        assert demo.returncode == 0, demo.stderr
        with (tmp_path / "demo" / "ctscan.toml").open("a", encoding="utf-8") as file:
            file.write(f"\n{SETTINGS[0]}")
        yield tmp_path


def shell(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CTSCAN_")}
    own = {
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "CTSCAN_CONFIG": str(folder / "demo" / "ctscan.toml"),
    }
    if "--keep" in script:
        del own["CTSCAN_CONFIG"]
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],  # noqa: S607
        cwd=folder,
        env=clean | own,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.skipif(
    shutil.which("bash") is None or not hasattr(os, "fork"), reason="the page is written for a shell of Unix"
)
def test_the_commands_of_the_walk_run_in_their_order(desk: Path) -> None:
    for block in BLOCKS:
        done = shell(year_of_today(block), desk)
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
    written = {path.name for path in (desk / "answer").iterdir()}
    assert year_of_today("dossier-C-2026-0001.zip") in written
    assert sum(name.startswith(year_of_today("letter-C-2026-0001-")) for name in written) == 3
    assert b"BEGIN:VCALENDAR" in (desk / "deadlines.ics").read_bytes()
    assert len((desk / "passphrase.txt").read_text(encoding="utf-8").strip()) >= 16
    assert '"state": "closed"' in (desk / "case.json").read_text(encoding="utf-8")
    assert [path.name.endswith("-notice.docx") for path in (desk / "notices").iterdir()] == [True]
    receipt = json.loads((desk / "receipt.json").read_text(encoding="utf-8"))
    assert receipt["removed"]["certificates"] > 0
    assert {recipient["kind"] for recipient in receipt["recipients"]} >= {"dossier", "letter"}


def test_the_page_walks_through_the_whole_of_a_case() -> None:
    walked = " ".join(BLOCKS)
    for step in ("open", "show", "list", "search", "identify", "pause", "resume", "extend", "decide", "note", "close"):
        assert f"ctscan case {step}" in walked, step
    assert all(f"ctscan {command}" in walked for command in ("dossier", "letters", "lookup", "case export", "forget"))
