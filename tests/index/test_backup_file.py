"""The file of a backup: a tar of three members that any tar takes apart, and hostile ones are refused."""

from __future__ import annotations

import hashlib
import io
import json
import stat
import tarfile
from pathlib import Path

import pytest

from ctscan.errors import InputError
from ctscan.index.backup_file import FORMAT, Manifest, read_backup, write_backup

MADE = Manifest("2031-05-04T12:00:00+00:00", "0.1.0", is_encrypted=False)
CONTENT = {"ctscan.db": b"index" * 999, "ctscan.db.audit": b"trail" * 512}


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    for name, content in CONTENT.items():
        (tmp_path / name).write_bytes(content)
    with (tmp_path / "backup.tar").open("wb") as file:
        write_backup(file, tmp_path / "ctscan.db", tmp_path / "ctscan.db.audit", MADE)
    return tmp_path / "backup.tar"


def read(backup: Path) -> Manifest:
    return read_backup(backup, backup.with_name("new.db"), backup.with_name("new.db.audit"))


def test_a_backup_is_read_as_it_was_written_by_its_reader_and_by_any_tar(backup: Path) -> None:
    found = read(backup)
    assert (found.made, found.version, found.is_encrypted, found.octets) == (
        MADE.made, MADE.version, False, backup.stat().st_size,
    )  # fmt: skip
    assert backup.with_name("new.db").read_bytes() == CONTENT["ctscan.db"]
    assert backup.with_name("new.db.audit").read_bytes() == CONTENT["ctscan.db.audit"]
    assert stat.S_IMODE(backup.with_name("new.db").stat().st_mode) == 0o600
    with tarfile.open(backup) as tar:
        assert [(member.name, member.mode) for member in tar] == [
            ("ctscan.db", 0o600), ("ctscan.db.audit", 0o600), ("manifest.json", 0o600),
        ]  # fmt: skip
        for name, content in CONTENT.items():
            member = tar.extractfile(name)
            assert member is not None and member.read() == content
        manifest = tar.extractfile("manifest.json")
        assert manifest is not None and hashlib.sha256(manifest.read()).hexdigest() == found.digest


def test_a_backup_that_ends_early_or_lost_an_octet_is_refused_wherever(backup: Path) -> None:
    raw = backup.read_bytes()
    content_ends = len(raw) - 1024
    for length in range(0, content_ends, 501):
        backup.write_bytes(raw[:length])
        with pytest.raises(InputError):
            read(backup)
        forget(backup)
    for place in range(0, content_ends, 199):
        changed = bytearray(raw)
        changed[place] ^= 1
        backup.write_bytes(changed)
        try:
            found = read(backup)
        except InputError:
            found = None
        restored = [backup.with_name(name) for name in ("new.db", "new.db.audit")]
        if found is not None:  # padding, or the name of somebody in a header: the files are as they were
            assert [path.read_bytes() for path in restored] == list(CONTENT.values())
        forget(backup)


def forget(backup: Path) -> None:
    for name in ("new.db", "new.db.audit"):
        backup.with_name(name).unlink(missing_ok=True)


def tar_of(*members: tarfile.TarInfo) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for member in members:
            tar.addfile(member, io.BytesIO(bytes(member.size)))
    return out.getvalue()


def member(name: str, kind: bytes = tarfile.REGTYPE, size: int = 0, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.size, info.linkname = kind, size, link
    return info


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"SQLite format 3\0" + bytes(4096),
        tar_of(),
        tar_of(member("../ctscan.db")),
        tar_of(member("/ctscan.db")),
        tar_of(member("ctscan.db", tarfile.SYMTYPE, link="/etc/passwd")),
        tar_of(member("ctscan.db", tarfile.LNKTYPE, link="/etc/passwd")),
        tar_of(member("ctscan.db", tarfile.CHRTYPE)),
        tar_of(member("ctscan.db.audit"), member("ctscan.db")),
        tar_of(member("ctscan.db"), member("ctscan.db.audit"), member("manifest.json", size=1 << 20)),
        tar_of(member("ctscan.db"), member("ctscan.db.audit"), member("manifest.json", size=10)),
    ],
)
def test_another_file_is_refused(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "backup.tar").write_bytes(raw)
    with pytest.raises(InputError, match=r"backup\.tar"):
        read(tmp_path / "backup.tar")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": "ctscan backup v2"}, "newer ctscan"),
        ({"files": {}}, "damaged"),
        ({"files": None}, "damaged"),
    ],
)
def test_a_manifest_that_differs_is_refused(backup: Path, change: dict[str, object], said: str) -> None:
    with tarfile.open(backup) as tar:
        file = tar.extractfile("manifest.json")
        assert file is not None
        noted = json.loads(file.read())
    assert noted["format"] == FORMAT
    raw = json.dumps(noted | change).encode()
    with tarfile.open(backup, "w") as tar:
        for name, content in {**CONTENT, "manifest.json": raw}.items():
            tar.addfile(member(name, size=len(content)), io.BytesIO(content))
    with pytest.raises(InputError, match=said):
        read(backup)


def test_a_member_of_endless_size_takes_no_more_than_the_file_has(backup: Path) -> None:
    raw = bytearray(backup.read_bytes())
    huge = member("ctscan.db", size=1 << 62).tobuf(tarfile.GNU_FORMAT)
    raw[:512] = huge
    backup.write_bytes(raw)
    with pytest.raises(InputError, match="missing at its end"):
        read(backup)
