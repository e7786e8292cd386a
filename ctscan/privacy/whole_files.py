"""Files that appear whole, for their owner alone unless the caller says otherwise: written beside their place, synced,
and renamed."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from ctscan.errors import InputError


def write_whole(path: Path, data: bytes, option: str, *, replace: bool = False, mode: int = 0o600) -> None:
    """Write a file. It is never seen in part; where writing fails, nothing of it stays.

    Args:
        path: place of the file.
        data: its content.
        option: option that chose the place, for errors.
        replace: let it take the place of an older file.
        mode: its permissions, whatever the umask is; without personal data in it others may read it.

    Raises:
        InputError: there is something at this place already, or the file can't be written.
    """
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}.new") if path.name else path
    try:
        _check_place(path, option, replace=replace)
        _write(draft, data, mode)
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise InputError(f"{path}: can't be written: {error.strerror}; give another place with {option}") from error


def _check_place(path: Path, option: str, *, replace: bool) -> None:
    if "\0" in str(path) or path.is_dir():
        raise InputError(f"{option}: expected the name of a file, got a directory, or no path; give another")
    if not replace and os.path.lexists(path):
        raise InputError(f"{path}: exists already and was left as it is; give another with {option}")


def _write(draft: Path, data: bytes, mode: int) -> None:
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        draft.chmod(mode)  # against the umask
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
