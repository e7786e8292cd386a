"""Use cases that encrypt an index and its trail in place, or decrypt them.

The event of the conversion is written into the new trail before it counts, so that files and record change together.
"""

from __future__ import annotations

import hmac
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from ctscan.app.known_trail import check_trail, lost
from ctscan.app.recording import record_reading
from ctscan.app.wiring import CLOCK, index_key_path, key_path, opened_index, opened_trail, privacy_files, trail_path
from ctscan.clock import Clock
from ctscan.errors import CtscanError, IndexFault, InputError, UsageError
from ctscan.model import AuditAction

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.index.store_key import StoreKey
    from ctscan.index.vault import Drafts


class Encrypted(Struct, frozen=True):
    """Result of an encryption. `is_new_key`: the key file was made."""

    key_file: Path
    is_new_key: bool


async def encrypt_index(config: Config, key_file: Path, *, who: str, clock: Clock = CLOCK) -> Encrypted:
    """Encrypt the index of a configuration and its trail, in place, with the key in a file. A missing key file is made.

    Args:
        config: settings; they name index and trail.
        key_file: file of 64 hexadecimal digits.
        who: the account.
        clock: clock of the record.

    Raises:
        UsageError: the extra is missing, the index is encrypted already, or the key file is that of `[privacy]`.
        InputError: there is another thing in the key file, or the key of `[privacy]`.
        IndexFault: another process has index or trail open, one of them is missing or damaged, or the disk is full.
            Both are as they were.
    """
    from ctscan.index.store_key import make_missing_key, read_store_key
    from ctscan.index.vault import check_cipher

    check_cipher()
    encrypted, plain = replace(config, index_key_file=str(key_file)), replace(config, index_key_file=None)
    index_key_path(encrypted)
    try:
        await _check_files(plain)
    except IndexFault as fault:
        raise _already(plain, fault) from fault
    is_new = make_missing_key(key_file)
    _check_own(config, read_store_key(key_file))
    await _convert(plain, encrypted, key_file, AuditAction.ENCRYPT, who, clock)
    return Encrypted(key_file, is_new)


async def decrypt_index(config: Config, key_file: Path, *, who: str, clock: Clock = CLOCK) -> None:
    """Decrypt the index of a configuration and its trail, in place. Arguments and errors: see `encrypt_index`."""
    from ctscan.index.store_key import read_store_key

    read_store_key(key_file)
    encrypted, plain = replace(config, index_key_file=str(key_file)), replace(config, index_key_file=None)
    await _check_files(encrypted)
    await _convert(encrypted, plain, key_file, AuditAction.DECRYPT, who, clock)


async def _convert(before: Config, after: Config, key_file: Path, action: AuditAction, who: str, clock: Clock) -> None:
    from ctscan.index.vault import converted_files

    with converted_files(before.db, trail_path(before), key_file, encrypts=action is AuditAction.ENCRYPT) as drafts:
        await record_reading(on_drafts(after, drafts), action, "", who=who, clock=clock)


def on_drafts(config: Config, drafts: Drafts) -> Config:
    """Make settings that speak of drafts. No head is sent of a trail that doesn't count yet: the next
    command does it."""
    return replace(
        config,
        db=str(drafts.index),
        audit_path=str(drafts.trail),
        key_file=str(key_path(config)),
        suppressions=privacy_files(config).suppressions,
        heads_to=(),
    )


def _already(config: Config, fault: IndexFault) -> CtscanError:
    """Say of an index that no plain one can be opened from that it is encrypted, where it looks like that."""
    from ctscan.index.open import beside, has_index
    from ctscan.index.vault import looks_encrypted

    path = beside(config.db, "")
    if has_index(config.db) and looks_encrypted(path):
        return UsageError(f"{path}: the index is encrypted already, or no index of ctscan; nothing was done")
    return fault


async def _check_files(config: Config) -> None:
    """Open index and trail, which ends what a killed command began, and compare them."""
    async with opened_index(config) as index:
        known = await index.known_trail()
    if known is not None and not trail_path(config).exists():
        raise lost(config, known)
    if trail_path(config).exists():
        async with opened_trail(config) as trail:
            await check_trail(config, known, trail)


def _check_own(config: Config, key: StoreKey) -> None:
    """Refuse the key of `[privacy]` under another name."""
    from ctscan.privacy.key_file import load_key

    if not key_path(config).exists():
        return
    if hmac.compare_digest(load_key(key_path(config)).secret.hex(), key.digits):
        raise InputError(
            f"{key.path}: holds the key of [privacy], expected a key of the index's own; name another file"
        )
