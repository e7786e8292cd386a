"""Key file of an encrypted index: 64 hexadecimal digits, the key of its SQLCipher files.

It is a key of its own. The key of `[privacy]` is needed by commands that don't decrypt, and has other copies.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from msgspec import Struct

from ctscan.errors import InputError
from ctscan.hidden_fields import repr_without
from ctscan.on_first_use import late_pattern

SETTING = "key_file under [index] in ctscan.toml, or CTSCAN_INDEX_KEY_FILE"
"""Settings that name the file, for messages."""

_FORM = late_pattern(rb"([0-9A-Fa-f]{64})\s*")
_LONGEST = 128
_OF_PRIVACY = b"ctscan privacy key"


@repr_without("digits")
class StoreKey(Struct, frozen=True):
    """Key of an encrypted index: 64 hexadecimal digits in lower case. `path` is where they were read."""

    path: Path
    digits: str


def read_store_key(path: Path) -> StoreKey:
    """Read a key file.

    Raises:
        InputError: the file is missing, can't be read, or holds something else.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        raise InputError(
            f"{path}: the key file of the index is not here; put it back from its copy, or name its place: {SETTING}. "
            "Without it nobody can read the index"
        ) from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: the key file of the index can't be read ({_reason(error)})") from None
    try:
        is_file = stat.S_ISREG(os.fstat(descriptor).st_mode)
        raw = os.read(descriptor, _LONGEST) if is_file else b""
    except OSError as error:
        raise InputError(f"{path}: the key file of the index can't be read ({_reason(error)})") from None
    finally:
        os.close(descriptor)
    if raw.startswith(_OF_PRIVACY):
        raise InputError(f"{path}: the key file of [privacy], expected the index's own; name another place: {SETTING}")
    found = _FORM.fullmatch(raw)
    if found is None:
        raise InputError(
            f"{path}: expected the key of an index, a line of 64 hexadecimal digits, got something else; put the file "
            f"back from its copy, or name another place: {SETTING}"
        )
    return StoreKey(path, found[1].decode("ascii").lower())


def make_store_key(path: Path) -> None:
    """Write a new key with mode 0600 where there is no file. It is on the disk when this returns.

    Raises:
        InputError: there is a file already, or it can't be made.
    """
    import secrets  # not at the top: a look-up makes no key

    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii", newline="\n") as file:
            path.chmod(0o600)  # against the umask
            file.write(f"{secrets.token_hex(32)}\n")
            file.flush()
            os.fsync(file.fileno())
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path}: the key file of the index can't be made ({_reason(error)}); name another place"
        ) from None


def make_missing_key(path: Path) -> bool:
    """Make a key file where there is none; returns whether it was made. Errors: see `make_store_key`."""
    if os.path.lexists(path):
        return False
    make_store_key(path)
    return True


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
