"""Roles of an index that watches for new certificates, and keeps what has to be told until it was told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ctscan.model.alert import (
        AlertKind,
        Assigned,
        ChannelQueue,
        Condition,
        DueAlert,
        NotedConditions,
        Route,
    )
    from ctscan.model.alert_record import AlertDisclosure
    from ctscan.model.message import Message
    from ctscan.model.watch import Ack, MatchState, Watch, WatchCheck, WatchMatcher, WatchStanding


class Watching(Protocol):
    """Watches, their matches, and acknowledgements."""

    async def add_watch(self, watch: Watch, matcher: WatchMatcher) -> int | None:
        """Add a watch, with a match in the state `baseline` for every certificate that matches, in one transaction.

        Args:
            watch: the watch; its `id` is ignored.
            matcher: matcher that knows the watch as number 0.

        Returns:
            The number of matches; None where the name is taken, and nothing was written.
        """

    async def watches(self) -> list[WatchStanding]:
        """Return all watches, in the order in which they were made."""

    async def watch_names(self) -> list[str]:
        """Return the names of all watches, in the order in which they were made; a damaged watch is among them."""

    async def watches_on(self, forms: Collection[tuple[str, str]]) -> list[Watch]:
        """Return the watches on a person.

        Args:
            forms: `(kind, canonical form)` of identifiers of the person.
        """

    async def remove_watch(self, name: str) -> bool:
        """Remove a watch with its matches, and its alerts that nobody was told of; return whether there was one."""

    async def add_ack(self, ack: Ack) -> int:
        """Add an acknowledgement and return its number; `ack.id` is ignored."""

    async def acks(self) -> list[Ack]:
        """Return all acknowledgements, ended ones included."""

    async def remove_ack(self, number: int) -> bool:
        """Remove an acknowledgement, so that the next check judges what it covered; return whether there was one."""

    async def check_watches(self, now: datetime, matcher: WatchMatcher, most: int = 1000) -> WatchCheck:
        """Compare a portion of the new and changed certificates, judge matches that wait or whose silence ended, and
        raise alerts: in one transaction. Repeat while `left` isn't 0.

        Args:
            now: time.
            matcher: matcher that knows all watches.
            most: largest number of certificates, and of matches to judge again.
        """

    async def match_states(self, watch: str) -> dict[bytes, MatchState]:
        """Return the states of the matches of a watch, by the identity of the certificate."""

    async def note_conditions(
        self, conditions: Sequence[Condition], kinds: Collection[AlertKind], now: datetime
    ) -> NotedConditions:
        """Note the standing of logs, channels or cases; each change to worse, and each recovery, raises one alert.

        Args:
            conditions: the standing of everything of these kinds, also where nothing is wrong. What isn't named is
                gone: it is dropped without an alert.
            kinds: kinds that the conditions are complete for.
            now: time.
        """


class Outbox(Protocol):
    """Alerts on their way to channels. An alert is delivered at least once to each channel that it was assigned to, and
    each repeat has the id of the first try."""

    async def assign(self, routes: Mapping[str, Route], now: datetime) -> Assigned:
        """Assign the alerts that aren't assigned yet to all channels that take them, in one transaction. Without any
        channel they stay as they are.

        Args:
            routes: what each channel takes, by the name of the channel.
            now: time.
        """

    async def due(self, channel: str, now: datetime, most: int, latest: datetime | None = None) -> list[DueAlert]:
        """Return what is due on a channel: all alerts of the oldest message whose next try is due, then at most `most`
        others, oldest first. Alerts about certificates whose processing is restricted are left out.

        Args:
            channel: name of the channel.
            now: time.
            most: largest number of alerts that belong to no message yet.
            latest: time behind which no try is put off; a later one was noted by a clock that ran ahead, and is due.
        """

    async def begin(self, channel: str, alerts: Sequence[int], now: datetime, recipient: str = "") -> str:
        """Make a message of alerts before its first try, and return its UUID.

        Args:
            channel: name of the channel.
            alerts: rows of alerts (`Alert.id`) that are due there and belong to no message.
            now: time.
            recipient: recipient as the settings name it, for the people whom the alerts are about; empty: the channel.

        Returns:
            The UUID; empty where none of the alerts is due any longer.
        """

    async def delivered(self, batch: str, now: datetime) -> None:
        """Note that a message arrived."""

    async def failed(self, batch: str, now: datetime, next_at: datetime, why: Message) -> None:
        """Note a failed try of a message, and when to try again."""

    async def dead(self, batch: str, now: datetime, why: Message) -> None:
        """Give up a message; it is kept."""

    async def retry_dead(self, channel: str) -> int:
        """Make dead messages of a channel due again, under their ids; return the number of alerts."""

    async def delivered_since(self, channel: str, since: datetime) -> int:
        """Count the alerts that were delivered to a channel at a time or later."""

    async def pending(self) -> list[ChannelQueue]:
        """Return the standing of every channel that ever got an alert, by name."""

    async def alerts_about(self, identities: Sequence[bytes]) -> list[AlertDisclosure]:
        """Return the messages about certificates that were tried or delivered, oldest first."""
