"""Passwords of PKCS#12 files, read from a file: neither arguments nor logs hold them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ctscan.errors import UsageError

MAX_PASSWORDS: Final = 16
"""Passwords that are tried with each file; every one costs a key derivation."""

_LIMIT: Final = 16 * 1024  # octets of the file


def passwords_of(path: str) -> tuple[str, ...]:
    """Read the passwords of PKCS#12 files, one a line; none for an empty path.

    Raises:
        UsageError: the file can't be read, or holds no line, too many, or no text.
    """
    if not path:
        return ()
    try:
        with Path(path).expanduser().open("rb") as file:
            raw = file.read(_LIMIT + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = error.strerror if isinstance(error, OSError) else "not a path"
        raise UsageError(f"--password-file: {path}: can't be read: {reason}; give another file") from error
    try:
        found = tuple(line for line in raw.decode("utf-8-sig").splitlines() if line)
    except UnicodeDecodeError:
        found = ()
    if not 1 <= len(found) <= MAX_PASSWORDS or len(raw) > _LIMIT:
        raise UsageError(
            f"--password-file: {path}: expected 1 to {MAX_PASSWORDS} lines of UTF-8, each a password, got "
            f"{len(found) if len(found) > MAX_PASSWORDS else 'none or another text'}; put one password on each line"
        )
    return found
