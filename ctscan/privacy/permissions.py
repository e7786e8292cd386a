"""Files that hold personal data or keys: made for their owner alone, and checked for the permissions of others."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from ctscan.errors import InputError


def write_new(path: Path, text: str, option: str) -> None:
    """Create a file with mode 0600: it may name people. `option` names the option that chose it.

    Raises:
        InputError: the file exists, or can't be created.
    """
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        if path.is_dir():
            raise InputError(
                f"{path}: expected the name of a file, got a directory; give another with {option}"
            ) from None
        raise InputError(f"{path}: exists already and was left as it is; give another with {option}") from None
    except OSError as error:
        raise InputError(f"{path}: can't be written: {error.strerror}; give another place with {option}") from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def exposures(files: Iterable[Path]) -> Iterator[str]:
    """Describe the files that others than their owner can read or change, and the folders in which any account can
    replace them: a line for each, for a warning.

    Missing files have no line. Nor have files on a medium that nobody can write to: its modes can't be changed.
    """
    folders: dict[Path, None] = {}
    for file in files:
        if _mode(file) is None or _is_on_read_only_medium(file):
            continue
        folders[file.parent] = None
        line = exposure(file)
        if line is not None:
            yield line
    for folder in folders:
        line = open_folder(folder)
        if line is not None:
            yield line


def open_folder(folder: Path) -> str | None:
    """Describe a folder in which any account can replace files: writable for everybody, without the sticky bit that
    /tmp has. None for every other folder, and on systems without such modes."""
    mode = _mode(folder)
    if mode is None or not mode & stat.S_IWOTH or mode & stat.S_ISVTX:
        return None
    return f"{folder}: everybody can replace the files in it (mode {mode:03o}); 'chmod o-w' ends that"


def exposure(path: Path) -> str | None:
    """Describe the accounts besides the owner that can read or change a file or folder: one line for a warning.

    Returns:
        None where only the owner can, where there is no such file, and on systems without such modes.
    """
    mode = _mode(path)
    if mode is None:
        return None
    others = [name for name, bits in (("its group", 0o070), ("everybody", 0o007)) if mode & bits & 0o066]
    if not others:
        return None
    deed = "read or change" if mode & 0o022 else "read"
    wanted = "700" if path.is_dir() else "600"
    return f"{path}: {' and '.join(others)} can {deed} it (mode {mode:03o}); 'chmod {wanted}' keeps it to you"


def _mode(path: Path) -> int | None:
    if os.name == "nt":
        return None
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except (OSError, ValueError):
        return None


def _is_on_read_only_medium(path: Path) -> bool:
    if not hasattr(os, "statvfs"):
        return False
    try:
        return bool(os.statvfs(path).f_flag & os.ST_RDONLY)
    except (OSError, ValueError):
        return False
