"""Selection of the logs to read: from the log list, by the names of `--log`, and from directories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ctscan.ct.log_list import ListedLogs
from ctscan.errors import UsageError
from ctscan.model import Log, LogListEdition, SkippedLog, SkipReason
from ctscan.scan.log_names import is_named, matching
from ctscan.scan.request import LogListChange
from ctscan.sources.logs.directory import directory_of, read_directory_log

_NOT_SELECTED = SkipReason.NOT_SELECTED()


@dataclass(frozen=True, slots=True)
class Selection:
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
    """Split names of `--log` into `(directories, names of the list)`."""
    directories = [name for name in names if name.startswith("file://")]
    return directories, [name for name in names if not name.startswith("file://")]


async def from_directories(urls: Sequence[str], known: Sequence[Log] = ()) -> tuple[Log, ...]:
    """Read the logs in these directories, each described by its `log.v3.json`; of two copies the first.

    A directory that can't be read any longer stands for the log that is known to lie there: the log fails, and not the
    scan of all others.

    Raises:
        UsageError: an address is no `file:` URL, or a directory holds no log, and no known log lies there.
    """
    places = {log.monitoring_url: log for log in known}
    logs: dict[bytes, Log] = {}
    for url in urls:
        try:
            log = await read_directory_log(url)
        except UsageError:
            found = places.get(f"{directory_of(url).as_uri()}/")
            if found is None:
                raise
            log = found
        logs.setdefault(log.id, log)
    return tuple(logs.values())


def with_archived(archived: Sequence[Log], chosen: Selection) -> Selection:
    """Join the logs of directories and of a list. A log that lies in a directory is read there and not over the
    network."""
    ids = {log.id for log in archived}
    logs = (*archived, *(log for log in chosen.logs if log.id not in ids))
    return replace(chosen, logs=logs, skipped=tuple(log for log in chosen.skipped if log.id not in ids))


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
