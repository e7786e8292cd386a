"""Record of watches on a person and of alerts about their certificates, as a dossier tells it (GDPR article 15(1)(c)).
Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from ctscan.model.alert_record import AlertDisclosure
from ctscan.model.dossier import RecordedAlerts, RecordedWatch, WatchRecord
from ctscan.model.watch import Watch


def watch_record(watches: Iterable[Watch], told: Iterable[AlertDisclosure], at: datetime) -> WatchRecord:
    """Sum watches and alerts up to a moment, alerts by their recipient. A try counts: it may have arrived.

    Args:
        watches: watches on the person.
        told: alerts about certificates of the person.
        at: moment that the dossier speaks of.
    """
    by_recipient: dict[str, list[AlertDisclosure]] = defaultdict(list)
    for one in told:
        if one.begun <= at:
            by_recipient[one.recipient].append(one)
    return WatchRecord(
        tuple(RecordedWatch(one.at, one.purpose) for one in watches if one.at <= at),
        tuple(_sum(recipient, some) for recipient, some in sorted(by_recipient.items())),
    )


def _sum(recipient: str, some: list[AlertDisclosure]) -> RecordedAlerts:
    times = sorted(one.begun for one in some)
    return RecordedAlerts(recipient, len({one.identity for one in some}), times[0], times[-1])
