"""Package of a dossier: a zip that appears whole by rename, with the same bytes for the same members.

    members ──► inner zip ──► file                     without a passphrase
                         └──► AES zip, one member      with one: nothing plain reaches the disk

The inner zip is written as a stream in both cases, so that its bytes are the same.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from ctscan.errors import InputError
from ctscan.extras import missing_extra

if TYPE_CHECKING:
    from typing import BinaryIO

MANIFEST = "MANIFEST"
_MODE = 0o100600  # a regular file for its owner
_UNIX = 3  # `create_system`: the mode counts
_LEVEL = 6  # of deflate
_DESCRIPTORS = Path("/proc/self/fd")  # by which a file without a name is given one (open(2), O_TMPFILE)


class _Writable(Protocol):
    def write(self, data: bytes, /) -> int: ...


class Sink:
    """Stream that can't seek, and hashes the bytes that it passes on."""

    def __init__(self, out: _Writable) -> None:
        self._out, self._hash, self.octets = out, sha256(), 0
        self._is_given_up = False

    def give_up(self) -> None:
        """Pass nothing on from now: what is written behind an error goes nowhere."""
        self._is_given_up = True

    def write(self, data: bytes) -> int:
        """Write bytes."""
        if self._is_given_up:
            return len(data)
        self._out.write(data)
        self._hash.update(data)
        self.octets += len(data)
        return len(data)

    def flush(self) -> None:
        """Do nothing: the file is flushed at its end."""

    @property
    def sha256(self) -> str:
        """SHA-256 of the bytes so far, hexadecimal."""
        return self._hash.hexdigest()


class PackageWriter:
    """Writer of the members of a package, one after another. At the end of its block it adds `MANIFEST`, in the form of
    sha256sum."""

    def __init__(self, out: Sink, at: datetime) -> None:
        self._sink = out
        stream: Any = out  # zipfile copes with a stream that can't seek, which its types don't say
        self._zip = zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL)
        moment = at.astimezone(UTC)
        year = min(max(moment.year, 1980), 2107)  # the years of a zip
        self._time = (year, moment.month, moment.day, moment.hour, moment.minute, moment.second)
        self._lines: list[str] = []

    @property
    def files(self) -> int:
        """Number of members so far."""
        return len(self._lines)

    def add(self, path: str, pieces: Iterable[bytes]) -> None:
        """Write a member."""
        digest = sha256()
        with self._zip.open(self._info(path), "w") as member:
            for piece in pieces:
                digest.update(piece)
                member.write(piece)
        self._lines.append(f"{digest.hexdigest()}  {path}\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Write the manifest and the end of the zip; behind an error, write nothing."""
        if error is not None:
            self._sink.give_up()
        with self._zip.open(self._info(MANIFEST), "w") as member:
            member.write("".join(self._lines).encode("ascii"))
        self._zip.close()

    def _info(self, path: str) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(path, self._time)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = _MODE << 16
        info.create_system = _UNIX
        return info


@contextmanager
def written_whole(folder: Path, name: str) -> Iterator[BinaryIO]:
    """Open a new file that takes its name when the body ends; until then, and after an error, there is none. Where the
    system can, the file has no name at all until then, so that nothing of it stays when the process is killed.

    Raises:
        InputError: the folder can't be made or written to.
    """
    draft = folder / f".{name}.{token_hex(8)}.part"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, is_nameless = _opened(folder, draft)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise _refusal(folder, error) from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            if is_nameless:
                _give_name(file.fileno(), draft)
        draft.replace(folder / name)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise _refusal(folder, error) from error
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _opened(folder: Path, draft: Path) -> tuple[int, bool]:
    """Open a file without a name, where system and file system have such files, else under the name of a draft."""
    nameless = getattr(os, "O_TMPFILE", None)
    if nameless is not None and _DESCRIPTORS.is_dir():
        with suppress(OSError):
            return os.open(folder, nameless | os.O_WRONLY, 0o600), True
    return os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), False


def _give_name(descriptor: int, draft: Path) -> None:
    """Give a file without a name one. Only with a descriptor of the folder does `os.link` follow the link in it."""
    folder = os.open(_DESCRIPTORS, os.O_RDONLY)
    try:
        os.link(str(descriptor), draft, src_dir_fd=folder)
    finally:
        os.close(folder)


def check_free(path: Path, content: bytes) -> None:
    """Refuse to write over another document: somebody may have worked on it.

    Raises:
        InputError: another document is there, or the place can't be read.
    """
    try:
        with path.open("rb") as file:
            there = file.read(len(content) + 1)
    except FileNotFoundError:
        return
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a path"
        raise InputError(f"{path}: can't be read: {reason}; give a folder of yours with -o") from error
    if there != content:
        raise InputError(
            f"{path}: expected no file there, got another document; move it away, or give another place with -o"
        )


def _refusal(folder: Path, error: OSError | ValueError) -> InputError:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else "not a path"
    return InputError(f"{folder}: can't be written: {reason}; give a folder of yours with -o")


@contextmanager
def encrypted(out: _Writable, name: str, passphrase: str) -> Iterator[_Writable]:
    """Open the single member of an AES zip (AES-256, WinZip's AE-2): what the body writes is its content.

    Raises:
        UsageError: the extra `dossier` isn't installed.
    """
    pyzipper = _pyzipper()
    sink = Sink(out)
    with pyzipper.AESZipFile(sink, "w", compression=pyzipper.ZIP_STORED, encryption=pyzipper.WZ_AES) as outer:
        outer.setpassword(passphrase.encode("utf-8"))
        outer.setencryption(pyzipper.WZ_AES, nbits=256)
        info = outer.zipinfo_cls(name, (1980, 1, 1, 0, 0, 0))
        info.external_attr = _MODE << 16
        info.create_system = _UNIX
        with outer.open(info, "w", force_zip64=True) as member:
            yield member


def _pyzipper() -> Any:
    try:
        import pyzipper
    except ImportError:
        raise missing_extra("dossier", "dossier") from None
    return pyzipper
