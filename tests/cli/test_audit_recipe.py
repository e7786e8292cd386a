"""The documented way to check a proof of an event with Python and OpenSSL alone, and the documented JSON of the log."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from support.certs import make_certificate
from support.cli import ROOT, run
from test_docs import EXAMPLES, differences

PAGE = (ROOT / "docs" / "analyst.md").read_text(encoding="utf-8")
RECIPE = re.search(r"```sh proof\n(.*?)```", PAGE, re.S)


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a trail of 11 events: an odd tree has audit paths of several lengths."""
    folder = tmp_path_factory.mktemp("recipe")
    (folder / "jane.der").write_bytes(make_certificate([("CN", "Jane Roe")], [("email", "jane@example.org")]))
    assert run("import", folder / "jane.der", "--everything", "--db", folder / "ctscan.db").exit_code == 0
    identifiers = "".join(f"nobody-{number}@example.org\n" for number in range(9))
    (folder / "list").write_text(identifiers, encoding="ascii")
    run("lookup", "--from-file", folder / "list", "--db", folder / "ctscan.db")
    return folder / "ctscan.db"


def followed(folder: Path) -> subprocess.CompletedProcess[str]:
    """Follow the recipe in a folder with a proof."""
    assert RECIPE is not None
    return subprocess.run(["sh", "-e", "-c", RECIPE[1]], cwd=folder, capture_output=True, text=True, check=False)  # noqa: S607


def has_openssl() -> bool:
    found = shutil.which("openssl")
    return bool(found) and subprocess.check_output([found, "version"], text=True) >= "OpenSSL 3"


@pytest.mark.skipif(not has_openssl(), reason="needs OpenSSL 3")
@pytest.mark.parametrize("number", [1, 2, 8, 9, 11])
def test_python_and_openssl_check_a_proof(db: Path, tmp_path: Path, number: int) -> None:
    assert run("audit", "prove", str(number), "--db", db, "-o", tmp_path / "event.json").exit_code == 0
    done = followed(tmp_path)
    assert (done.returncode, done.stdout.strip()) == (0, "Signature Verified Successfully"), done.stderr
    proof = json.loads((tmp_path / "event.json").read_text(encoding="utf-8"))
    other_leaf = proof | {"leaf": proof["leaf"].replace('"done"', '"failed"')}
    other_size = proof | {"head": proof["head"].replace("\n11\n", "\n12\n")}
    for other in (other_leaf, other_size):
        (tmp_path / "event.json").write_text(json.dumps(other), encoding="utf-8")
        assert other != proof or number == 1
        if other != proof:
            assert followed(tmp_path).returncode != 0


def test_shapes_of_a_check_and_of_a_proof(db: Path) -> None:
    report = json.loads(run("audit", "verify", "--db", db, "--format", "json").stdout)
    assert differences(EXAMPLES["verified"], report) == []
    assert differences(EXAMPLES["proven"], json.loads(run("audit", "prove", "1", "--db", db).stdout)) == []
