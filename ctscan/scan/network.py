"""Network of one process of a scan: its HTTP client, the tuning of logs, the log list."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from ctscan.http.client import Client
from ctscan.resources import data_path
from ctscan.scan.events import Waiting
from ctscan.scan.log.connect import connect
from ctscan.scan.selection import Selection, choose, from_places, split_names, with_archived
from ctscan.sources.logs.log_lists import any_on_network, load_lists
from ctscan.sources.logs.places import is_on_network
from ctscan.sources.logs.tuning import load_tuning
from ctscan.sources.repositories import repositories

if TYPE_CHECKING:
    from ctscan.model import Log, LogChoice
    from ctscan.scan.events import Emit
    from ctscan.scan.log.connect import Connection
    from ctscan.scan.request import ScanClock, ScanRequest
    from ctscan.sources.logs.tuning import TuningTable


class Network(Struct, frozen=True):
    """HTTP client of a process, and the tuning of logs."""

    request: ScanRequest
    client: Client
    tuning: TuningTable
    clock: ScanClock
    emit: Emit = lambda _: None  # hears of the wait for the log list

    def connect(self, log: Log, readers: int, emit: Emit) -> Connection:
        """Open a log that `readers` processes read, without a request. `emit` hears of repeated requests."""
        client = self.client.watched(lambda attempt: emit(Waiting(log.id, log.name, attempt)))
        return connect(log, client, self.tuning.of(log), self.clock.sleep, readers=readers)

    def needs_network(self, choice: LogChoice) -> bool:
        """Return whether the log list of a choice, or the description of a log, has to be fetched."""
        places, names = split_names(choice.logs)
        return any(map(is_on_network, places)) or (any_on_network(choice.log_lists) and (bool(names) or not places))

    async def check_places(self, choice: LogChoice, known: Sequence[Log] = ()) -> None:
        """Check the folders and zip files of this machine that a choice names. Raises UsageError as `select`."""
        places = [place for place in split_names(choice.logs)[0] if not is_on_network(place)]
        await from_places(places, self.client, known, self.request.log_key)

    async def select(
        self, choice: LogChoice, *, etag: str | None = None, known: Sequence[Log] = ()
    ) -> Selection | None:
        """Select the logs of a choice; None while the list is unchanged since `etag`. Places need no list.

        `known`: logs that an earlier edition of the list had, which the choice may name.
        """
        places, names = split_names(choice.logs)
        archived = await from_places(places, self.client, known, self.request.log_key)
        if places and not names:
            return Selection(archived, ())
        self.emit(Waiting(b"", "the log list"))
        client = self.client.watched(lambda attempt: self.emit(Waiting(b"", "the log list", attempt)))
        loaded = await load_lists(choice.log_lists, client, hybrids=self.tuning.hybrids, etag=etag)
        if loaded.list is None:
            return None
        chosen = choose(loaded.list, names, loaded.etag, known)
        return with_archived(archived, replace(chosen, edition=loaded.list.edition(self.clock.now())))


@asynccontextmanager
async def open_network(request: ScanRequest, clock: ScanClock, emit: Emit = lambda _: None) -> AsyncIterator[Network]:
    """Open the HTTP client, and close it at the end.

    Raises:
        UsageError: the configuration holds a wrong tuning.
    """
    names = [repository.name for repository in repositories()] if request.tuning else []  # loads all of them
    tuning = load_tuning(data_path("logs.toml").read_bytes(), request.tuning, names)
    client = Client(
        request.contact or "",
        wall=lambda: clock.now().timestamp(),
        sleep=clock.sleep,
        give_up_after=request.give_up_after,
    )
    try:
        yield Network(request, client, tuning, clock, emit)
    finally:
        await client.aclose()
