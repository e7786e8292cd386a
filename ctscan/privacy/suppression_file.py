"""Suppression file of an index: the promises that are kept towards people, one a line, only added.

    ctscan suppressions v1 32 hexadecimal digits
    {"at": …, "n": 1, …} 64 hexadecimal digits

The digits behind an entry are an HMAC over it and over the digits before it: a changed or missing line is noticed. The
file belongs beside the key file: a copy of the index alone neither shows who objected nor lifts anything.
"""

from __future__ import annotations

import dataclasses
import hmac
import json
import os
import re
import secrets
from collections.abc import Iterator
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from ctscan.errors import InputError
from ctscan.model.identifier import IdentifierKind
from ctscan.model.suppression import Ground, SuppressedDigest, Suppression, SuppressionKind
from ctscan.on_first_use import late_pattern
from ctscan.privacy.key_file import load_key, make_key
from ctscan.privacy.suppression import SUPPRESSION_DIGEST, Suppressions
from ctscan.privacy.whole_files import write_whole

if TYPE_CHECKING:
    from ctscan.model.suppression import PrivacyFiles
    from ctscan.privacy.key_file import Key

CHAIN = b"ctscan suppression chain v1"

_HEADER = late_pattern(r"ctscan suppressions v1 ([0-9a-f]{32})", re.ASCII)
_LARGEST = 1 << 30
_OLD_KEYS = 9
_SETTING = "suppressions under [privacy] in ctscan.toml, or CTSCAN_SUPPRESSIONS"
_LOSS = (
    "without it nobody knows who objected: a scan could write them again, and a look-up would call them not found. "
    "Nothing is read or written until it is back (if it is lost for good, 'ctscan suppressions accept-loss --reason …' "
    "goes on without)"
)


class SuppressionFile:
    """Suppression file with the keys that compare with it. It is read again when it has changed."""

    def __init__(self, files: PrivacyFiles) -> None:
        self._files = files
        self._path = Path(files.suppressions)
        self._seen: tuple[int, ...] | None = None
        self._known = Suppressions()

    @property
    def path(self) -> Path:
        """Path of the file."""
        return self._path

    def current(self) -> Suppressions:
        """Return the suppressions as the file has them now; none where there is no file.

        Raises:
            InputError: the file was changed by hand, or a key that it needs is missing.
        """
        state = self._state()
        if state != self._seen:
            self._known = Suppressions() if state is None else self._read()
            self._seen = state
        return self._known

    def append(self, entry: Suppression) -> Suppressions:
        """Add an entry and sync it to the disk; return the suppressions with it. The caller lets nobody else append.

        Raises:
            InputError: the entry can't be written; then nothing of it is kept.
        """
        known = self.begun()
        raw = self._path.read_bytes()
        whole = raw[: raw.rfind(b"\n") + 1]  # a line without its end was never a promise
        key = self._keys()[0]
        line = _line(replace(entry, number=len(known.entries) + 1), key, _last_mac(whole))
        try:
            descriptor = os.open(self._path, os.O_WRONLY | getattr(os, "O_CLOEXEC", 0))
            try:
                os.ftruncate(descriptor, len(whole))
                _write_at(descriptor, len(whole), line)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            self._take_back(len(whole))
            raise InputError(
                f"{self._path}: the suppression can't be written ({error.strerror}); nothing was forgotten; free some "
                "space, or check the owner and mode of the file"
            ) from None
        return self.current()

    def begun(self) -> Suppressions:
        """Return the suppressions; make a missing file and a missing key file first.

        Raises:
            InputError: as `current`, or the file can't be made.
        """
        if self._state() is None:
            make_key(Path(self._files.key))
            self._begin()
        known = self.current()
        return known if known.keys else dataclasses.replace(known, keys=self._derived(self._keys()))

    def set_aside(self) -> None:
        """Rename the file, so that another one can be begun. Nothing is done where there is none.

        Raises:
            InputError: the file can't be renamed.
        """
        if self._state() is None:
            return
        names = (self._path.with_name(f"{self._path.name}.lost.{number}") for number in count(1))
        place = next(path for path in names if not os.path.lexists(path))
        try:
            self._path.rename(place)
        except OSError as error:
            raise InputError(
                f"{self._path}: can't be renamed to {place.name} ({error.strerror}); check the owner and mode of its "
                "directory"
            ) from None
        self._seen, self._known = None, Suppressions()

    def rehearsed(self) -> Suppressions:
        """Return suppressions to try something with, and make no file: without a key, its digests mean nothing."""
        known = self.current()
        if known.keys:
            return known
        keys = self._derived(self._keys()) if Path(self._files.key).exists() else (secrets.token_bytes(32),)
        return dataclasses.replace(known, keys=keys)

    def _begin(self) -> None:
        write_whole(self._path, f"ctscan suppressions v1 {secrets.token_hex(16)}\n".encode(), _SETTING)

    def _take_back(self, size: int) -> None:
        try:
            os.truncate(self._path, size)
        except OSError:  # the rest has no end of line, and counts for nothing
            return

    def _state(self) -> tuple[int, ...] | None:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise InputError(f"{self._path}: the suppressions can't be read ({error.strerror}); {_LOSS}") from None
        return found.st_size, found.st_mtime_ns, found.st_ino

    def _read(self) -> Suppressions:
        try:
            raw = self._path.read_bytes()
        except OSError as error:
            raise InputError(f"{self._path}: the suppressions can't be read ({error.strerror}); {_LOSS}") from None
        lines = raw[: raw.rfind(b"\n") + 1].decode("utf-8", "replace").split("\n")[:-1]
        header = _HEADER.fullmatch(lines[0]) if lines and len(raw) < _LARGEST else None
        if header is None:
            raise InputError(
                f"{self._path}: expected a suppression file ('ctscan suppressions v1 …'), got something else; put it "
                f"back from its copy, or name another place: {_SETTING}"
            )
        if len(lines) == 1:
            return Suppressions(bytes.fromhex(header[1]))
        keys = self._keys()
        entries = tuple(_entries(self._path, lines, {key.id.hex(): key for key in keys}))
        return Suppressions(bytes.fromhex(header[1]), entries, self._derived(keys))

    def _keys(self) -> list[Key]:
        """Load the key file, and older keys beside it: `KEY.1`, `KEY.2` and so on."""
        first = Path(self._files.key)
        if not first.exists():
            raise InputError(f"{first}: there is no key file here, and suppressions were made with one; {_LOSS}")
        older = [first.with_name(f"{first.name}.{number}") for number in range(1, _OLD_KEYS + 1)]
        return [load_key(path) for path in (first, *filter(Path.exists, older))]

    @staticmethod
    def _derived(keys: list[Key]) -> tuple[bytes, ...]:
        return tuple(key.derive(SUPPRESSION_DIGEST) for key in keys)


def missing_file(path: Path, applied: int) -> InputError:
    """Make the error for a suppression file that an index has carried out entries of, and that is gone or shorter."""
    return InputError(
        f"{path}: expected the suppression file of this index with {applied} or more entries, got none, a shorter one, "
        f"or that of another index; {_LOSS}: put it back from its copy, or name its place: {_SETTING}"
    )


# --- lines --------------------------------------------------------------------------------------------------------


def _write_at(descriptor: int, at: int, line: bytes) -> None:
    os.lseek(descriptor, at, os.SEEK_SET)
    while line:
        line = line[os.write(descriptor, line) :]


def _line(entry: Suppression, key: Key, before: str) -> bytes:
    text = json.dumps(_object(entry, key.id.hex()), separators=(",", ":"), sort_keys=True)
    return f"{text} {_mac(key, before, text)}\n".encode()


def _mac(key: Key, before: str, text: str) -> str:
    return hmac.digest(key.derive(CHAIN), f"{before}\0{text}".encode(), "sha256").hex()


def _last_mac(whole: bytes) -> str:
    """Return the digits behind the last entry, else those of the header."""
    return whole.rstrip(b"\n").rpartition(b"\n")[2].rpartition(b" ")[2].decode("ascii", "replace")


def _entries(path: Path, lines: list[str], keys: dict[str, Key]) -> Iterator[Suppression]:
    """Yield the entries of lines, the first of which is the header.

    Raises:
        InputError: a line was changed or is missing, or its key isn't there.
    """
    before = _last_mac(lines[0].encode())
    for number, line in enumerate(lines[1:], 1):
        text, _, mac = line.rpartition(" ")
        try:
            given = json.loads(text)
            key = keys.get(given["key"])
            entry = _entry(given)
        except (ValueError, KeyError, TypeError):
            raise _changed(path, number) from None
        if key is None:
            raise InputError(
                f"{path}: entry {number} was made with another key than those at hand; put that key back from its "
                f"copy, beside the key file with .1 behind its name; {_LOSS}"
            )
        if entry.number != number or not hmac.compare_digest(_mac(key, before, text), mac):
            raise _changed(path, number)
        before = mac
        yield entry


def _changed(path: Path, number: int) -> InputError:
    return InputError(
        f"{path}: entry {number} was changed, or the one before it is missing; put the file back from its copy; {_LOSS}"
    )


def _object(entry: Suppression, key: str) -> dict[str, Any]:
    return {
        "n": entry.number,
        "at": entry.at.isoformat(),
        "kind": str(entry.kind),
        "ground": str(entry.ground),
        "identifiers": [[str(one.kind), one.digest.hex()] for one in entry.identifiers],
        "certificates": [[str(one.kind), one.digest.hex()] for one in entry.certificates],
        "normalisation": entry.normalisation,
        "lifts": entry.lifts,
        "told": str(entry.told) if entry.told else "",
        "case": entry.case,
        "key": key,
    }


def _entry(given: dict[str, Any]) -> Suppression:
    return Suppression(
        number=int(given["n"]),
        at=datetime.fromisoformat(given["at"]),
        kind=SuppressionKind(given["kind"]),
        ground=Ground(given["ground"]),
        identifiers=_digests(given["identifiers"]),
        certificates=_digests(given["certificates"]),
        normalisation=int(given["normalisation"]),
        lifts=int(given["lifts"]),
        told=date.fromisoformat(given["told"]) if given["told"] else None,
        case=str(given["case"]),
    )


def _digests(given: list[list[str]]) -> tuple[SuppressedDigest, ...]:
    return tuple(SuppressedDigest(IdentifierKind(kind), bytes.fromhex(digest)) for kind, digest in given)
