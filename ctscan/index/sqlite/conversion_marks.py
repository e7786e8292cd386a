"""Marks of a conversion: an index and its trail that are being encrypted or decrypted.

    <index>.conversion      stage, direction and trail of the conversion
    <trail>.conversion      the index that the trail is converted with
    <file>.converted        the new file, until it takes the place of the old one

While the stage is `writing`, the old files count: a killed conversion is undone by deleting the new ones. At the stage
`swapping`, which is on the disk after both new files are, the new files count: a killed conversion is ended. Every
opening looks for a mark first, so that no process ever sees the one file converted and the other not.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from ctscan.errors import IndexFault
from ctscan.index.sqlite.file_locks import held_alone, overwrite, sync, write_small

WRITING, SWAPPING = "writing", "swapping"
_LONGEST = 1 << 16


class Conversion(Struct, frozen=True):
    """Conversion of the files of an index and its trail, links resolved; `encrypts` is its direction."""

    index: Path
    trail: Path
    encrypts: bool

    @property
    def files(self) -> tuple[Path, Path]:
        """Both files; the trail first: an index whose trail isn't there yet is the rarer sight."""
        return self.trail, self.index

    def announce(self, stage: str) -> None:
        """Write the stage, on the disk when this returns."""
        noted = {"stage": stage, "encrypts": self.encrypts, "trail": str(self.trail)}
        write_small(mark_of(self.index), json.dumps(noted).encode())
        if stage == WRITING:
            write_small(mark_of(self.trail), json.dumps({"index": str(self.index)}).encode())

    def finish(self) -> None:
        """Put the new files in the place of the old ones. Can be repeated after a kill at any moment."""
        for file in self.files:
            new = draft_of(file)
            if new.exists():
                _swap(file, new)
        self._clear()

    def undo(self) -> None:
        """Delete the new files."""
        for file in self.files:
            _delete_draft(draft_of(file), is_plain=not self.encrypts)
        self._clear()

    def _clear(self) -> None:
        """Remove what belongs to the drafts, then the marks, that of the index last."""
        for file in self.files:
            remove_beside(draft_of(file))
        for file in self.files:
            mark_of(file).with_name(f"{file.name}.conversion.new").unlink(missing_ok=True)
            mark_of(file).unlink(missing_ok=True)
            sync(file.parent)


def mark_of(file: Path) -> Path:
    """Return the path of the mark beside a file."""
    return file.with_name(f"{file.name}.conversion")


def draft_of(file: Path) -> Path:
    """Return the path of the new file of a conversion."""
    return file.with_name(f"{file.name}.converted")


def lock_of(index: Path) -> Path:
    """Return the lock file of conversions of an index."""
    return index.with_name(f"{index.name}.conversion-lock")


def is_marked(path: Path) -> bool:
    """Return whether a file is being converted, or its conversion was killed."""
    return mark_of(_real(path)).exists()


def _real(path: Path) -> Path:
    """Follow links; of a circle of links the path stays, and opening it explains it."""
    return Path(os.path.realpath(path))


def busy(path: Path) -> str:
    """Describe a conversion under way."""
    return f"{path}: is being encrypted or decrypted by another process; try again when it is done"


def settle(path: Path) -> None:
    """End or undo the killed conversion of a file, if there was one.

    Raises:
        IndexFault: the conversion is under way, or what it left can't be ended here.
    """
    path = _real(path)
    if not mark_of(path).exists():
        return
    try:
        index = _index_of(path)
        with held_alone(lock_of(index), busy(path)):
            _settle(index, path)
    except OSError as error:
        raise IndexFault(
            f"{path}: encrypting or decrypting was interrupted, and can't be ended here ({error.strerror}); open it "
            "once as its owner where it may be written to ('ctscan logs')"
        ) from error


def _settle(index: Path, path: Path) -> None:
    noted = _read(mark_of(index))
    if noted is None:  # ended meanwhile; or the trail was taken elsewhere in the middle of a conversion
        if path != index:
            _delete_draft(draft_of(path), is_plain=True)
            mark_of(path).unlink(missing_ok=True)
        return
    conversion = Conversion(index, Path(str(noted.get("trail"))), noted.get("encrypts") is True)
    pointer = _read(mark_of(conversion.trail))
    if pointer is not None and pointer.get("index") != str(index):
        raise IndexFault(f"{mark_of(index)}: names a trail that is converted with another index; remove one of the two")
    if noted.get("stage") == SWAPPING:
        conversion.finish()
    else:
        conversion.undo()


def _index_of(path: Path) -> Path:
    """Return the index of a marked file, which may be its trail."""
    noted = _read(mark_of(path)) or {}
    return Path(str(noted["index"])) if "index" in noted else path


def _read(mark: Path) -> dict[str, object] | None:
    """Read a mark; None where there is none."""
    try:
        with mark.open("rb") as file:
            found = json.loads(file.read(_LONGEST))
    except FileNotFoundError:
        return None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise IndexFault(f"{mark}: not the mark of a conversion; remove the file if you know where it comes from")
    return found


def _swap(file: Path, new: Path) -> None:
    """Overwrite the old file, and let the new one take its place. A process that still has the old one open, or opens
    it at this moment, finds no database in it and can't write into what is gone."""
    if file.exists():
        overwrite(file)
    for beside in (file.with_name(f"{file.name}{suffix}") for suffix in _OF_SQLITE):
        if beside.exists():
            overwrite(beside)
        beside.unlink(missing_ok=True)
    new.replace(file)
    sync(file.parent)


_OF_SQLITE = ("-wal", "-shm", "-journal")


def _delete_draft(draft: Path, *, is_plain: bool) -> None:
    for file in (draft, *(draft.with_name(f"{draft.name}{suffix}") for suffix in _OF_SQLITE)):
        if is_plain and file.exists():
            overwrite(file)
        file.unlink(missing_ok=True)


def remove_beside(draft: Path) -> None:
    """Remove what stands beside a closed draft: files of SQLite, and the locks of processes that had it open."""
    for suffix in (*_OF_SQLITE, ".lock"):
        draft.with_name(f"{draft.name}{suffix}").unlink(missing_ok=True)
    with suppress(FileNotFoundError):
        import shutil  # here: a look-up clears nothing away, and it imports every kind of compression

        shutil.rmtree(draft.with_name(f"{draft.name}.locks"))
