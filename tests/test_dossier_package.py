"""Tests of packages: whole or not at all, the same bytes, and nothing plain beside a passphrase."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pyzipper

from ctscan.app.dossier_package import PackageWriter, Sink, encrypted, written_whole
from ctscan.app.passphrase_file import passphrase_of
from ctscan.errors import InputError

AT = datetime(2026, 11, 30, 12, 30, tzinfo=UTC)
PLAIN = b"jane.roe@example.org " * 50

KILLED = """
import os, sys
from pathlib import Path
from ctscan.app.dossier_package import written_whole
with written_whole(Path(sys.argv[1]), "p.zip") as file:
    file.write(b"jane.roe@example.org" * 9999)
    file.flush()
    os.kill(os.getpid(), 9)
"""


def packed(**content: bytes) -> bytes:
    """Pack members in memory."""
    out = io.BytesIO()
    with PackageWriter(Sink(out), AT) as writer:
        for name, data in content.items():
            writer.add(f"{name}.txt", [data[:3], data[3:]])
    return out.getvalue()


def test_a_package_has_fixed_times_modes_and_a_manifest() -> None:
    with zipfile.ZipFile(io.BytesIO(packed(a=b"first", b=PLAIN))) as found:
        infos = found.infolist()
        manifest = found.read("MANIFEST").decode()
    assert [info.filename for info in infos] == ["a.txt", "b.txt", "MANIFEST"]
    assert {info.date_time for info in infos} == {(2026, 11, 30, 12, 30, 0)}
    assert {info.external_attr >> 16 for info in infos} == {0o100600}
    assert manifest.splitlines()[0] == f"{hashlib.sha256(b'first').hexdigest()}  a.txt"
    assert packed(a=b"first") == packed(a=b"first") != packed(a=b"other")


@pytest.mark.parametrize("year", [1, 1979, 2108, 9999])
def test_years_that_a_zip_cant_hold_are_moved(year: int) -> None:
    out = io.BytesIO()
    with PackageWriter(Sink(out), datetime(year, 6, 1, tzinfo=UTC)) as writer:
        writer.add("a", [b"a"])
    assert zipfile.ZipFile(out).infolist()[0].date_time[0] in (1980, 2107)


def test_a_file_appears_when_it_is_whole(tmp_path: Path) -> None:
    with written_whole(tmp_path / "new" / "folder", "p.zip") as file:
        file.write(PLAIN)
        assert not (tmp_path / "new" / "folder" / "p.zip").exists()
    path = tmp_path / "new" / "folder" / "p.zip"
    assert path.read_bytes() == PLAIN and [one.name for one in path.parent.iterdir()] == ["p.zip"]
    with written_whole(path.parent, "p.zip") as file:
        file.write(b"newer")
    assert path.read_bytes() == b"newer"


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), ValueError("x"), KeyboardInterrupt()])
def test_nothing_stays_behind_an_error(tmp_path: Path, error: BaseException) -> None:
    (tmp_path / "p.zip").write_bytes(b"older")
    wanted = InputError if isinstance(error, OSError) else type(error)
    with pytest.raises(wanted), written_whole(tmp_path, "p.zip") as file:
        file.write(PLAIN)
        raise error
    assert [one.name for one in tmp_path.iterdir()] == ["p.zip"] and (tmp_path / "p.zip").read_bytes() == b"older"


@pytest.mark.skipif(sys.platform != "linux", reason="files without a name")
def test_nothing_stays_when_the_process_is_killed(tmp_path: Path) -> None:
    root = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", KILLED, tmp_path], cwd=root, check=False, capture_output=True)
    assert done.returncode == -9
    assert list(tmp_path.iterdir()) == []


def test_nothing_plain_passes_beside_a_passphrase() -> None:
    out = io.BytesIO()
    with encrypted(out, "p.zip", "x" * 20) as inside:
        for _ in range(99):
            inside.write(PLAIN)
            assert PLAIN[:20] not in out.getvalue()
    with pyzipper.AESZipFile(io.BytesIO(out.getvalue())) as found:
        assert found.read("p.zip", pwd=b"x" * 20) == PLAIN * 99


def test_the_inner_package_is_the_plain_one() -> None:
    out = io.BytesIO()
    with encrypted(out, "p.zip", "x" * 20) as inside, PackageWriter(Sink(inside), AT) as writer:
        writer.add("a.txt", [b"fir", b"st"])
    with pyzipper.AESZipFile(io.BytesIO(out.getvalue())) as found:
        assert found.read("p.zip", pwd=b"x" * 20) == packed(a=b"first")


def test_passphrases_that_are_made_differ(tmp_path: Path) -> None:
    made = [passphrase_of(tmp_path / str(number)) for number in range(20)]
    assert len({text for text, _ in made}) == 20 and all(is_made for _, is_made in made)
    assert passphrase_of(tmp_path / "0") == (made[0][0], False)
