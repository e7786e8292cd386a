"""Format of a backup: an uncompressed tar of an index, its trail and a manifest, which any tar can take apart.

    ctscan.db          the index, an SQLite file, or one of SQLCipher where the index is encrypted
    ctscan.db.audit    its trail, with the same key
    manifest.json      format, time, version, and size and SHA-256 of both files

A backup holds no key. Reading takes exactly these three members, in this order, and nothing else.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from msgspec import Struct

from ctscan.errors import InputError

FORMAT = "ctscan backup v1"
INDEX, TRAIL, MANIFEST = "ctscan.db", "ctscan.db.audit", "manifest.json"
_BLOCK = tarfile.BLOCKSIZE
_AT_ONCE = 1 << 20
_LONGEST_MANIFEST = 1 << 16


class Manifest(Struct, frozen=True):
    """Manifest of a backup.

    Attributes:
        made: time of the backup, ISO 8601.
        version: version of ctscan that made it.
        is_encrypted: index and trail are encrypted.
        digest: SHA-256 of the manifest, hexadecimal, which stands for the whole backup.
        octets: size of the backup.
    """

    made: str
    version: str
    is_encrypted: bool
    digest: str = ""
    octets: int = 0


def write_backup(target: BinaryIO, index: Path, trail: Path, manifest: Manifest) -> str:
    """Write a backup of two closed files; returns the digest of its manifest. OSError where that fails."""
    sums = {name: _add(target, name, path) for name, path in ((INDEX, index), (TRAIL, trail))}
    noted = {"format": FORMAT, "made": manifest.made, "version": manifest.version, "encrypted": manifest.is_encrypted}
    raw = json.dumps(noted | {"files": sums}, indent=2).encode()
    _write_member(target, MANIFEST, io.BytesIO(raw), len(raw))
    target.write(bytes(2 * _BLOCK))
    return hashlib.sha256(raw).hexdigest()


def _add(target: BinaryIO, name: str, path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        size = path.stat().st_size
        return {"size": size, "sha256": _write_member(target, name, file, size)}


def _write_member(target: BinaryIO, name: str, source: BinaryIO, size: int) -> str:
    header = tarfile.TarInfo(name)
    header.size, header.mode = size, 0o600
    target.write(header.tobuf(tarfile.GNU_FORMAT))
    digest = _copied(source, target, size, name)
    target.write(bytes(-size % _BLOCK))
    return digest


def _copied(source: BinaryIO, target: BinaryIO, size: int, where: str) -> str:
    """Copy octets, and return their SHA-256."""
    digest, left = hashlib.sha256(), size
    while left > 0:
        some = source.read(min(left, _AT_ONCE))
        if not some:
            raise InputError(f"{where}: {left} octets are missing at its end; take another backup")
        digest.update(some)
        target.write(some)
        left -= len(some)
    return digest.hexdigest()


# --- reading ------------------------------------------------------------------------------------------------------


def read_backup(source: Path, index: Path, trail: Path) -> Manifest:
    """Take a backup apart into two new files with mode 0600, which are on the disk when this returns.

    Raises:
        InputError: no backup of ctscan, a damaged one, one of a newer ctscan, or the files can't be written.
    """
    try:
        with source.open("rb") as file:
            sums = {name: _taken(file, source, name, path) for name, path in ((INDEX, index), (TRAIL, trail))}
            raw = _manifest_of(file, source)
    except OSError as error:
        raise InputError(f"{source}: can't be restored: {error.strerror or type(error).__name__}") from error
    return _checked(source, raw, sums)


def _taken(file: BinaryIO, source: Path, name: str, path: Path) -> dict[str, Any]:
    size = _header(file, source, name)
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as target:
        path.chmod(0o600)  # against the umask
        digest = _copied(file, target, size, f"{source}: {name}")
        target.flush()
        os.fsync(target.fileno())
    file.read(-size % _BLOCK)
    return {"size": size, "sha256": digest}


def _manifest_of(file: BinaryIO, source: Path) -> bytes:
    size = _header(file, source, MANIFEST)
    if size > _LONGEST_MANIFEST:
        raise InputError(f"{source}: expected a manifest of at most {_LONGEST_MANIFEST} octets, got {size}")
    return file.read(size)


def _header(file: BinaryIO, source: Path, name: str) -> int:
    """Read the header of the member that has to come next; returns its size."""
    try:
        header = tarfile.TarInfo.frombuf(file.read(_BLOCK), "utf-8", "strict")
    except (tarfile.HeaderError, ValueError):
        header = None
    if header is None or header.name != name or header.type != tarfile.REGTYPE or header.size < 0:
        raise InputError(f"{source}: expected a backup of ctscan with {name} in it, got something else, or one cut off")
    return header.size


def _checked(source: Path, raw: bytes, sums: Mapping[str, Any]) -> Manifest:
    try:
        noted = json.loads(raw)
        if noted["format"] != FORMAT:
            raise InputError(f"{source}: a backup of a newer ctscan; upgrade ctscan")
        found = Manifest(
            str(noted["made"]),
            str(noted["version"]),
            noted["encrypted"] is True,
            hashlib.sha256(raw).hexdigest(),
            source.stat().st_size,
        )
        files = noted["files"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise InputError(f"{source}: the manifest of the backup can't be read; take another backup") from None
    if files != sums:
        raise InputError(f"{source}: the backup is damaged: its files differ from its manifest; take another backup")
    return found
