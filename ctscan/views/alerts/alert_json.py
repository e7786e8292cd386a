"""Alerts as JSON: the shape that webhooks, hooks and files of lines share. Fields may be added, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from ctscan.views.json.values import Shape, base64_text, hex_text, message, time_text, timestamp_text

if TYPE_CHECKING:
    from ctscan.model import Finding, Match, Sighting
    from ctscan.model.alert import Alert
    from ctscan.model.alert_channel import ValueForm

VERSION = 1
"""Version of the shape."""


def alert_shape(alert: Alert, values: ValueForm, batch: str) -> Shape:
    """Shape an alert; `certificate` is null where it is about none."""
    return {
        "version": VERSION,
        "id": alert.uuid,
        "message": batch,
        "kind": str(alert.kind),
        "at": time_text(alert.at),
        "watch": alert.watch or None,
        "owner": alert.owner or None,
        "subject": alert.subject or None,
        **message("why", alert.why),
        "values": str(values),
        "certificate": None if alert.match is None else _certificate(alert.match),
        "sightings": 0 if alert.match is None else len(alert.match.sightings),
        "seen": [] if alert.match is None else [_seen(seen) for seen in alert.match.sightings[:MOST_SIGHTINGS]],
        "found": 0 if alert.match is None else len(alert.match.findings),
        "findings": [] if alert.match is None else [_finding(found) for found in alert.match.findings[:MOST_FINDINGS]],
    }


def message_shape(
    batch: str, channel: str, at: datetime, subject: str, alerts: Sequence[Shape], left: int, *, is_test: bool
) -> Shape:
    """Shape a message. `waiting` counts the alerts that the rate of the channel keeps back."""
    return {
        "version": VERSION,
        "message": batch,
        "channel": channel,
        "at": time_text(at),
        "subject": subject,
        "test": is_test,
        "waiting": left,
        "alerts": list(alerts),
    }


MOST_SIGHTINGS = 10
"""Places in logs that an alert names; `sightings` counts all of them."""

MOST_FINDINGS = 100
"""Findings that an alert holds; `found` counts all of them. Receivers of webhooks have limits of their own."""


def _certificate(match: Match) -> Shape:
    found = match.certificate
    return {
        "sha256": hex_text(found.sha256),
        "identity": found.identity.hex(),
        "issuer": found.issuer,
        "not_before": time_text(found.not_before),
        "not_after": time_text(found.not_after),
    }


def _seen(seen: Sighting) -> Shape:
    return {
        "log": seen.log,
        "log_id": base64_text(seen.log_id),
        "index": seen.index,
        "timestamp": timestamp_text(seen.timestamp),
        "verified": seen.verified,
    }


def _finding(found: Finding) -> Shape:
    return {
        "category": found.category,
        "sensitivity": str(found.sensitivity),
        "subject_kind": str(found.subject_kind),
        "confidence": str(found.confidence),
        "rule": found.rule,
        "where": found.path,
        "value": found.value,
    }
