"""Permissions of files that hold personal data or keys."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path


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
