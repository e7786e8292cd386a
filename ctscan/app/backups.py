"""Use cases that back an index up with its trail, and restore a backup to a new place.

    backup:   intent ──► copy of the index ──► copy of the trail ──► checked ──► one file ──► done
    restore:  one file ──► drafts ──► checked ──► event ──► trail, then index come to their places

The trail is copied after the index, so that it has every event that the index has followed. Neither keys nor
suppressions are in a backup: those that are configured apply to what is restored.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from ctscan.app.encrypting import on_drafts
from ctscan.app.known_trail import check_trail
from ctscan.app.recording import record_reading, recorded
from ctscan.app.wiring import CLOCK, opened_index, opened_trail, privacy_files, trail_path
from ctscan.clock import Clock
from ctscan.errors import IndexFault, InputError
from ctscan.model import AuditAction

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.model.suppression import PrivacyFiles


class BackUp(Struct, frozen=True):
    """Backup as it was written or read.

    Attributes:
        made: time of the backup, ISO 8601.
        is_encrypted: it needs the key of the index.
        digest: SHA-256 of its manifest, which the audit trail records.
        octets: size of the file.
        keeps_trail: a newer trail was there, and was kept.
        kept: key file and suppressions that were applied to a restored index.
    """

    made: str
    is_encrypted: bool
    digest: str
    octets: int
    keeps_trail: bool = False
    kept: PrivacyFiles | None = None


async def back_up(config: Config, file: Path, *, who: str, replaces: bool = False, clock: Clock = CLOCK) -> BackUp:
    """Back up the index and its trail into one file with mode 0600, while others go on using them.

    Args:
        config: settings; they name index and trail.
        file: place of the backup.
        who: the account.
        replaces: let it take the place of an older backup, once it is whole.
        clock: clock of the record.

    Raises:
        InputError: there is a file at this place, or it can't be written.
        IndexFault: index or trail can't be read, or are damaged.
    """
    from ctscan.index.backup_file import Manifest
    from ctscan.index.vault import backup_drafts, finish_backup, is_encrypted
    from ctscan.resources import version

    async with opened_index(config):
        pass  # a wrong path is no backup that failed
    with backup_drafts(file, replaces=replaces) as drafts:
        async with recorded(config, AuditAction.BACKUP, who=who, clock=clock) as change:
            async with opened_index(config) as index:
                await index.copy_to(drafts.index)
            async with opened_trail(config) as trail:
                await trail.copy_to(drafts.trail)
            await _check(on_drafts(config, drafts))
            made = clock.now().isoformat(timespec="seconds")
            manifest = Manifest(made, version(), is_encrypted(drafts.index))
            change.detail, octets = finish_backup(file, drafts, manifest)
    return BackUp(made, manifest.is_encrypted, change.detail, octets)


async def restore(config: Config, file: Path, db: str, *, who: str, clock: Clock = CLOCK) -> BackUp:
    """Restore a backup as a new index. Nothing is overwritten: a trail that is there, and goes on from that of the
    backup, is kept.

    Args:
        config: settings; their key files and suppressions apply to the new index, too, wherever it lies.
        file: the backup.
        db: the new index; its trail comes beside it, or to the place that is configured.
        who: the account.
        clock: clock of the record.

    Raises:
        InputError: no backup, a damaged one, or there is an index at the place, or a trail that doesn't go on from the
            one of the backup.
        IndexFault: the key doesn't open the backup, or it is damaged.
    """
    from ctscan.index.open import has_index
    from ctscan.index.vault import place, restore_drafts, take_apart

    kept = privacy_files(config)
    config = replace(config, db=db, key_file=kept.key, suppressions=kept.suppressions)
    path = trail_path(config)
    with restore_drafts(config.db, path) as drafts:
        manifest = take_apart(file, drafts)
        _check_key(config, file, is_encrypted=manifest.is_encrypted)
        new = on_drafts(config, drafts)
        await _check(new)
        keeps = has_index(str(path))
        if keeps:
            await _check_goes_on(config, new)
            new = replace(new, audit_path=str(path))
        await record_reading(new, AuditAction.RESTORE, manifest.digest, who=who, clock=clock)
        place(config.db, None if keeps else path, drafts)
    async with opened_index(config):
        pass  # opening applies what the backup doesn't know of: migrations, and suppressions
    return BackUp(manifest.made, manifest.is_encrypted, manifest.digest, manifest.octets, keeps, kept)


async def _check(drafts: Config) -> None:
    """Check copies row by row, and that the trail is the one of the index.

    Raises:
        IndexFault: something is damaged, or doesn't fit together.
    """
    async with opened_index(drafts) as index:
        damaged = await index.damaged_parts(threading.Event().is_set)
        known = await index.known_trail()
    if damaged:
        raise IndexFault(
            f"{drafts.db}: the copy is damaged ({', '.join(sorted(damaged))}); `ctscan reindex` repairs an index, and "
            "another backup may be whole"
        )
    async with opened_trail(drafts) as trail:
        await check_trail(drafts, known, trail)


def _check_key(config: Config, file: Path, *, is_encrypted: bool) -> None:
    from ctscan.index.store_key import SETTING

    if is_encrypted and config.index_key_file is None:
        raise InputError(f"{file}: the backup is encrypted; name the key of its index: {SETTING}")
    if not is_encrypted and config.index_key_file is not None:
        raise InputError(
            f"{file}: the backup isn't encrypted, and a key is configured ({SETTING}); restore it without the key, "
            "then `ctscan encrypt`"
        )


async def _check_goes_on(config: Config, drafts: Config) -> None:
    """Compare the trail that is there with the one of a backup: it has to hold all of its events."""
    async with opened_trail(drafts) as copy, opened_trail(config) as trail:
        newest = await copy.events(1)
        number = newest[0].id if newest else 0
        known, there = await copy.leaf(number), await trail.leaf(number)
        is_same = await copy.id() == await trail.id()
        length = next((event.id for event in await trail.events(1)), 0)
        goes_on = is_same and length >= number and (known == there or None in (known, there))
    if not goes_on:
        raise InputError(
            f"{trail_path(config)}: an audit trail is there, and doesn't go on from the one of the backup; move it "
            "away and keep it, or name another place: `path` under [audit] in ctscan.toml, or CTSCAN_AUDIT_PATH"
        )
