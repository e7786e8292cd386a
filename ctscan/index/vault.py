"""Index and trail as a pair of files: converted, backed up and restored together.

Work on a pair is done on drafts beside their places, which come to count at once and at the end: `Drafts` names them. A
killed work leaves drafts that the next one with the same place removes, or ends where they count already.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from msgspec import Struct

from ctscan.errors import IndexFault, InputError
from ctscan.index.backup_file import Manifest, read_backup, write_backup
from ctscan.index.open import beside


class Drafts(Struct, frozen=True):
    """Drafts of an index and its trail, which an index and a trail can be opened by."""

    index: Path
    trail: Path


def check_cipher() -> None:
    """Load SQLCipher. UsageError without the extra `encrypted`."""
    from ctscan.index.sqlite.cipher import load

    load()


@contextmanager
def converted_files(url: str, trail: Path, key_file: Path, *, encrypts: bool) -> Iterator[Drafts]:
    """Convert an index and its trail to encrypted files, or back. The body may write to the drafts, and closes them;
    they count when it has ended.

    Args:
        url: the index.
        trail: its trail.
        key_file: file with the key.
        encrypts: direction.

    Raises:
        UsageError: the files are in that state already, or the extra is missing.
        InputError: there is no key in the key file.
        IndexFault: another process has one of the files open, one can't be read, or the disk is full. Both are as they
            were.
    """
    from ctscan.index.sqlite.conversion import converted
    from ctscan.index.sqlite.conversion_marks import draft_of
    from ctscan.index.store_key import read_store_key

    with converted(beside(url, ""), trail, read_store_key(key_file), encrypts=encrypts) as conversion:
        yield Drafts(draft_of(conversion.index), draft_of(conversion.trail))


# --- backup -------------------------------------------------------------------------------------------------------


@contextmanager
def backup_drafts(file: Path, *, replaces: bool) -> Iterator[Drafts]:
    """Hold the place of a backup, and give the places of the copies for it; they are removed at the end.

    Raises:
        InputError: there is something at this place, unless it `replaces` a file.
        IndexFault: another backup is being written to it, or its folder can't be written.
    """
    from ctscan.index.sqlite.file_locks import held_alone

    if file.is_dir() or (not replaces and os.path.lexists(file)):
        raise InputError(f"{file}: exists already and was left as it is; give another name, or --replace")
    lock = file.with_name(f"{file.name}.lock")
    with held_alone(lock, f"{file}: another backup is being written to this file; try again when it is done"):
        drafts = Drafts(file.with_name(f"{file.name}.part-index"), file.with_name(f"{file.name}.part-trail"))
        _remove(drafts, _part_of(file))
        try:
            yield drafts
        finally:
            _remove(drafts, _part_of(file))


def finish_backup(file: Path, drafts: Drafts, manifest: Manifest) -> tuple[str, int]:
    """Write the file from the closed copies; it is there whole, and on the disk, when this returns. Returns the digest
    of its manifest, and its size.

    Raises:
        InputError: the file can't be written; an older one is as it was.
    """
    from ctscan.index.sqlite.file_locks import sync

    part = _part_of(file)
    try:
        descriptor = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "wb") as target:
            part.chmod(0o600)  # against the umask
            digest = write_backup(target, drafts.index, drafts.trail, manifest)
            target.flush()
            os.fsync(target.fileno())
            octets = target.tell()
        part.replace(file)
        sync(file.parent)
    except OSError as error:
        raise InputError(f"{file}: can't be written: {error.strerror}; give another place") from error
    return digest, octets


def _part_of(file: Path) -> Path:
    return file.with_name(f"{file.name}.part")


# --- restore ------------------------------------------------------------------------------------------------------


@contextmanager
def restore_drafts(url: str, trail: Path) -> Iterator[Drafts]:
    """Hold the place of a new index, and give the places of drafts; what is left of them is removed at the end.

    Raises:
        InputError: there is an index, or what remains of one.
        IndexFault: another process restores to this place, or the folder can't be written.
    """
    from ctscan.index.sqlite.file_locks import held_alone

    index = beside(url, "")
    _check_free(index)
    busy = f"{index}: an index is being restored to this place; try again when it is done"
    lock = index.with_name(f"{index.name}.restoring-lock")
    with held_alone(lock, busy):
        drafts = Drafts(
            index.with_name(f"{index.name}.restoring"), trail.resolve().with_name(f"{trail.name}.restoring")
        )
        _remove(drafts)
        try:
            yield drafts
        finally:
            _remove(drafts)


def take_apart(file: Path, drafts: Drafts) -> Manifest:
    """Take a backup apart into drafts. Errors: see `read_backup`."""
    return read_backup(file, drafts.index, drafts.trail)


def place(url: str, trail: Path | None, drafts: Drafts) -> None:
    """Let drafts become a new index and its trail; None: the trail that is there is kept. The trail comes first, so
    that no index is there without it.

    Raises:
        InputError: something came to be at one of the places meanwhile, or they can't be written.
    """
    index = beside(url, "")
    _check_free(index)
    if trail is not None:
        _move_new(drafts.trail, trail.resolve())
    _move_new(drafts.index, index)


def _check_free(index: Path) -> None:
    for path in (index, index.with_name(f"{index.name}-wal"), index.with_name(f"{index.name}-journal")):
        if os.path.lexists(path):
            raise InputError(f"{path}: exists already and was left as it is; give the path of a new index with --db")


def _move_new(draft: Path, place: Path) -> None:
    """Rename a file to a place where nothing is. A link fails where there is something; not all file systems have
    links."""
    from ctscan.index.sqlite.file_locks import sync

    try:
        try:
            os.link(draft, place)
        except FileExistsError:
            raise InputError(f"{place}: exists already and was left as it is; give another place") from None
        except OSError:
            if os.path.lexists(place):
                raise
            draft.rename(place)
        draft.unlink(missing_ok=True)
        sync(place.parent)
    except OSError as error:
        raise InputError(f"{place}: can't be written: {error.strerror}; give another place") from error


def looks_encrypted(path: Path) -> bool:
    """Return whether a closed file has the look of an encrypted one: whole pages of random octets."""
    from ctscan.index.sqlite.opening import looks_encrypted as looks

    return looks(path)


def is_encrypted(path: Path) -> bool:
    """Return whether a closed file is no plain SQLite file."""
    try:
        with path.open("rb") as file:
            return file.read(16) != b"SQLite format 3\0"
    except OSError as error:
        raise IndexFault(f"{path}: can't be read ({error.strerror})") from error


def _remove(drafts: Drafts, *others: Path) -> None:
    """Remove drafts and what SQLite and locks left beside them."""
    from ctscan.index.sqlite.conversion_marks import remove_beside

    with ExitStack() as stack:
        for path in (drafts.index, drafts.trail):
            stack.callback(remove_beside, path)
        for path in (drafts.index, drafts.trail, *others):
            with suppress(OSError):
                path.unlink(missing_ok=True)
