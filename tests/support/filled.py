"""Folders that cost a scan or an import to fill: filled once in each process of tests, and copied for each test."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

_FILLED: dict[object, Path] = {}


def fill(folder: Path, key: object, work: Callable[[Path], object]) -> None:
    """Fill a folder with all that `work` writes into an empty folder.

    Args:
        folder: an existing folder, for one test alone.
        key: names the content; `work` is called once for each key.
        work: writes no path of its folder that a test relies on, and leaves no connection open.
    """
    if key not in _FILLED:
        made = Path(tempfile.mkdtemp(prefix="filled-"))
        atexit.register(shutil.rmtree, made, ignore_errors=True)
        work(made)
        _FILLED[key] = made
    shutil.copytree(_FILLED[key], folder, dirs_exist_ok=True)
