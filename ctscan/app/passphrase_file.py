"""Passphrases of packages: read from a file, or made and written to it."""

from __future__ import annotations

from base64 import b32encode
from pathlib import Path
from secrets import token_bytes

from ctscan.errors import UsageError
from ctscan.privacy.permissions import write_new

SHORTEST = 20  # characters of a passphrase that somebody chose
_OCTETS = 15  # of a passphrase that is made: 120 bits
_GROUP = 4
_LIMIT = 1024  # octets of the file


def passphrase_of(path: Path) -> tuple[str, bool]:
    """Read the passphrase of a file; without the file, make one and write it there for its owner alone.

    Returns:
        The passphrase, and whether it was made.

    Raises:
        UsageError: the file can't be read, or holds no passphrase of at least 20 characters in one line.
        InputError: the file can't be written.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(_LIMIT + 1)
    except FileNotFoundError:
        made = _made()
        write_new(path, f"{made}\n", "--passphrase-file")
        return made, True
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = error.strerror if isinstance(error, OSError) else "not a path"
        raise UsageError(f"--passphrase-file: {path}: can't be read: {reason}; give another file") from error
    return _checked(raw, path), False


def _checked(raw: bytes, path: Path) -> str:
    try:
        text = raw.decode("utf-8-sig").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        text = ""
    if len(raw) > _LIMIT or len(text) < SHORTEST or not text.isprintable():
        raise UsageError(
            f"--passphrase-file: {path}: expected one line of at least {SHORTEST} characters, got "
            f"{'another text' if len(text) >= SHORTEST or not text else f'{len(text)}'}; name a file that doesn't "
            "exist, and a passphrase is made"
        )
    return text


def _made() -> str:
    """Make a passphrase of 120 random bits, in groups of letters and digits that are hard to confuse (base32)."""
    text = b32encode(token_bytes(_OCTETS)).decode("ascii")
    return "-".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))
