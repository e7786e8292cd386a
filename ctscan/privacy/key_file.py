"""Key file of an index: one secret of 32 random bytes, and a key derived from it for each use.

    ctscan privacy key v1
    64 hexadecimal digits

The trail records an HMAC of each identifier under such a key: whoever has the trail alone can't find out, by trying
addresses, who was looked up. So the key file belongs in another backup than index and trail.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
import stat
from contextlib import suppress
from glob import escape
from pathlib import Path

from msgspec import Struct

from ctscan.errors import InputError
from ctscan.hidden_fields import repr_without
from ctscan.on_first_use import late_pattern

AUDIT_DIGEST = b"ctscan audit digest v1"
KEY_ID = b"ctscan key id v1"

_HEADER = "ctscan privacy key v1"
_FORM = late_pattern(rf"{_HEADER}\n([0-9a-f]{{64}})\n", re.ASCII)
_SIZE = len(_HEADER) + 1 + 64 + 1
_SETTING = "key_file under [privacy] in ctscan.toml, or CTSCAN_KEY_FILE"


@repr_without("secret")
class Key(Struct, frozen=True):
    """Secret of a key file. `path` is where it was read."""

    path: Path
    secret: bytes

    def derive(self, use: bytes) -> bytes:
        """Derive the key of one use (RFC 5869, HKDF-SHA-256)."""
        from cryptography.hazmat.primitives.hashes import SHA256  # not at the top: it costs 20 ms
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        return HKDF(algorithm=SHA256(), length=32, salt=None, info=use).derive(self.secret)

    @property
    def id(self) -> bytes:
        """Identifier of the key, 16 bytes that don't disclose it."""
        return self.derive(KEY_ID)[:16]

    def identifier_digest(self, kind: str, canonical: str) -> bytes:
        """Make the digest of an identifier: HMAC-SHA-256 of its kind and its canonical form."""
        message = kind.encode() + b"\0" + canonical.encode("utf-8", "surrogatepass")
        return hmac.digest(self.derive(AUDIT_DIGEST), message, "sha256")


def load_key(path: Path) -> Key:
    """Read a key file.

    Raises:
        InputError: the file is missing, has another form, or is a link to a file of another account.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        raise InputError(
            f"{path}: there is no key file here, and the digests of the audit trail were made with one; put it back "
            f"from its copy, or name its place ({_SETTING}). If the key is lost, move the trail away, keep it, and "
            "begin another with a new key: ctscan audit begin --reason …"
        ) from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: the key file can't be read ({_reason(error)}); check its owner and mode") from None
    try:
        _check_file(path, os.fstat(descriptor))
        raw = os.read(descriptor, _SIZE + 1)
    except OSError as error:
        raise InputError(f"{path}: the key file can't be read ({_reason(error)}); check the disk") from None
    finally:
        os.close(descriptor)
    found = _FORM.fullmatch(raw.decode("ascii", "replace"))
    if found is None:
        raise InputError(
            f"{path}: expected a key file ('{_HEADER}' and a line of 64 hexadecimal digits), got {len(raw)} or more "
            f"bytes of something else; put it back from its copy, or name another place: {_SETTING}"
        )
    return Key(path, bytes.fromhex(found[1]))


def make_key(path: Path) -> Key:
    """Read a key file, and make a missing one with mode 0600. Processes that make it at once get the same key.

    Raises:
        InputError: as `load_key`, or the file can't be made.
    """
    try:
        if not os.path.lexists(path):
            _create(path)
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path}: the key file can't be made ({_reason(error)}); name a place on a local disk: {_SETTING}"
        ) from None
    key = load_key(path)
    _remove_drafts(path)
    return key


def _create(path: Path) -> None:
    """Write a new key beside its place and link it there: the file appears whole, and only where there is none."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}.new")
    try:
        descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii", newline="\n") as file:
            draft.chmod(0o600)  # against the umask
            file.write(f"{_HEADER}\n{secrets.token_hex(32)}\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except (FileExistsError, FileNotFoundError):
        if not path.exists():
            raise
        # another process was faster, its key counts; it may have removed the draft, too
    finally:
        draft.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _remove_drafts(path: Path) -> None:
    """Remove drafts of killed processes. Such a draft can be a second name of the key, which a backup would take."""
    digits = "[0-9a-f]" * 16
    for draft in path.parent.glob(f"{escape(path.name)}.{digits}.new"):
        with suppress(OSError):  # on a medium that nobody can write to
            draft.unlink()


def _sync_folder(folder: Path) -> None:
    """Write the name of a new file to the disk; Windows can't open folders, and needs no such step."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _check_file(path: Path, opened: os.stat_result) -> None:
    """Refuse a key that somebody else may have put in its place: no regular file, or a link to another account's."""
    if not stat.S_ISREG(opened.st_mode):
        raise InputError(f"{path}: expected a key file, got something that is no regular file; name it: {_SETTING}")
    if hasattr(os, "geteuid") and path.is_symlink() and opened.st_uid not in (0, os.geteuid()):
        raise InputError(
            f"{path}: a symbolic link to a file of another account, expected a key file of your own; name the file "
            f"itself: {_SETTING}"
        )


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
