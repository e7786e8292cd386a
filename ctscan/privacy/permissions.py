"""Permissions of files that hold personal data or keys."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def exposure(path: Path) -> str | None:
    """Describe the accounts besides the owner that can read or change a file or folder: one line for a warning.

    Returns:
        None where only the owner can, where there is no such file, and on systems without such modes.
    """
    if os.name == "nt":
        return None
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except (OSError, ValueError):
        return None
    others = [name for name, bits in (("its group", 0o070), ("everybody", 0o007)) if mode & bits & 0o066]
    if not others:
        return None
    wanted = "700" if path.is_dir() else "600"
    return f"{path}: {' and '.join(others)} can read or change it (mode {mode:03o}); 'chmod {wanted}' keeps it to you"
