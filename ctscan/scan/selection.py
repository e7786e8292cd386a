"""Selection of the logs to read: from the log list, by the names of `--log`, and from folders and zip files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from ctscan.errors import InputError, SourceError, UsageError
from ctscan.model import SkippedLog, SkipReason
from ctscan.scan.log_names import is_named, matching
from ctscan.scan.request import LogListChange
from ctscan.sources.logs.archive import is_archive
from ctscan.sources.logs.directory import directory_of
from ctscan.sources.logs.places import is_place, read_place

if TYPE_CHECKING:
    from ctscan.ct.log_list import ListedLogs
    from ctscan.http.client import Client
    from ctscan.model import Log, LogListEdition
    from ctscan.model.log import LogKey

_RETIRED = (SkipReason.RETIRED, SkipReason.RETIRED_SINCE)
_NOT_SELECTED = SkipReason.NOT_SELECTED()


class Selection(Struct, frozen=True):
    """Logs to read, and logs that answers name as not covered. `etag` identifies the list for loading it again;
    `edition` is None without a list."""

    logs: tuple[Log, ...]
    skipped: tuple[SkippedLog, ...]
    etag: str | None = None
    edition: LogListEdition | None = None

    def change_to(self, loaded: Selection) -> LogListChange:
        """Compare with the selection of a list that was loaded later."""
        before = {log.id: log for log in self.logs}
        return LogListChange(
            added=tuple(log for log in loaded.logs if log.id not in before),
            changed=tuple(log for log in loaded.logs if before.get(log.id, log) != log),
            removed=frozenset(before.keys() - {log.id for log in loaded.logs}),
        )


def split_names(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Split names of `--log` into `(places, names of the list)`. Places are folders and zip files."""
    return [name for name in names if is_place(name)], [name for name in names if not is_place(name)]


async def from_places(
    urls: Sequence[str], client: Client, known: Sequence[Log] = (), key: LogKey | None = None
) -> tuple[Log, ...]:
    """Read the descriptions of the logs at these places; of two copies the first.

    A place that can't be read any longer stands for the log that is known to lie there: the log fails, and not the scan
    of all others.

    Args:
        urls: addresses of folders and zip files.
        client: for zip files on the network.
        known: logs that were read before.
        key: key and origin of a log in a folder that doesn't describe it.

    Raises:
        UsageError: an address is no URL, or a place holds no log, and no known log lies there.
        SourceError, InputError: the same on the network.
    """
    logs: dict[bytes, Log] = {}
    for url in urls:
        try:
            log = await read_place(url, client, key)
        except (UsageError, SourceError, InputError):
            found = _known_at(url, known)
            if found is None:
                raise
            log = found
        logs.setdefault(log.id, log)
    return tuple(logs.values())


def _known_at(url: str, known: Sequence[Log]) -> Log | None:
    """Return the known log of a place: of a folder, one that lies in it or in its zip files."""
    place = f"{url.removesuffix('/')}/" if is_archive(url) else f"{directory_of(url).as_uri()}/"
    found = (log for log in known if log.is_archive and log.monitoring_url.startswith(place))
    return next(found, None)


def with_archived(archived: Sequence[Log], chosen: Selection) -> Selection:
    """Join the logs of places and of a list. A log that lies in a folder or a zip file is read there, and not from its
    server. A retirement that the list states stays beside it: the copy may end before the log did."""
    ids = {log.id for log in archived}
    logs = (*archived, *(log for log in chosen.logs if log.id not in ids))
    skipped = tuple(log for log in chosen.skipped if log.id not in ids or log.reason.code in _RETIRED)
    return replace(chosen, logs=logs, skipped=skipped)


def choose(listed: ListedLogs, names: Sequence[str], etag: str | None, known: Sequence[Log] = ()) -> Selection:
    """Choose the named logs of a list; without names all of them.

    Args:
        listed: logs of the list.
        names: names, ids or addresses.
        etag: version of the list.
        known: logs that an earlier edition had. A name that fits one of them may be missing from the list.

    Raises:
        UsageError: a name fits no log, or several.
    """
    logs, skipped = listed.logs, listed.skipped
    if not names:
        return Selection(tuple(logs), tuple(skipped), etag)
    found = (_one(name, logs, skipped, known) for name in names)
    chosen = {log.id: log for log in found if log is not None}
    left = (SkippedLog(log.id, log.name, log.operator, _NOT_SELECTED) for log in logs if log.id not in chosen)
    return Selection(tuple(chosen.values()), (*left, *skipped), etag)


def _one(name: str, logs: Sequence[Log], skipped: Sequence[SkippedLog], known: Sequence[Log]) -> Log | None:
    """Return the log of a name; None for a known log that the list has no longer, or marks as unreadable."""
    found = matching(name, logs)
    ids = {log.id for log in known}
    if len(found) > 1:
        found = [log for log in found if log.id in ids] or found
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(sorted(log.name for log in found)[:5])
        raise UsageError(f"--log {name!r} fits {len(found)} logs: {names}; name one of them in full")
    if matching(name, known):
        return None
    for log in skipped:
        if is_named(name, log):
            raise UsageError(f"--log {name!r}: this log is not read", log.reason)
    raise UsageError(
        f"--log {name!r} is not in the log list: see `ctscan logs`, or give a list that has it with --log-list"
    )
