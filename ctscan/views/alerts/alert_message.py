"""Messages of channels, from alerts whose values were masked already where the channel wants that.

Subject and titles name nobody: they hold numbers, names of watches, and reasons, which are codes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from ctscan.model import Message
from ctscan.model.alert import AlertKind, AlertText
from ctscan.model.alert_channel import ValueForm
from ctscan.model.alert_message import AlertItem, AlertMessage, Gravity
from ctscan.privacy.redaction import one_line, visible
from ctscan.views.alerts.alert_json import alert_shape, message_shape
from ctscan.views.alerts.alert_words import AlertView
from ctscan.views.json.values import to_json
from ctscan.views.words import day

if TYPE_CHECKING:
    from ctscan.model import Match
    from ctscan.model.alert import Alert
    from ctscan.views.text import Texts

MOST_FINDINGS = 50
"""Findings of a certificate that the text of an alert lists."""

_NAMED = 3  # watches that a subject names
_NAME_LENGTH = 40
_GOOD = (
    AlertText.LOG_RECOVERED, AlertText.LOG_LIST_RECOVERED, AlertText.CHANNEL_RECOVERED, AlertText.CASE_SETTLED,
)  # fmt: skip
_GRAVE = (AlertText.LOG_MISBEHAVING,)


def alert_message(
    alerts: Sequence[Alert],
    *,
    batch: str,
    channel: str,
    at: datetime,
    values: ValueForm,
    texts: Texts,
    left: int = 0,
    rate: int = 0,
    is_test: bool = False,
) -> AlertMessage:
    """Make the message of a channel.

    Args:
        alerts: its alerts, masked where `values` says so.
        batch: UUID of the message.
        channel: name of the channel.
        at: time of the message.
        values: form of the values.
        texts: language of the text; JSON is English beside its codes.
        left: alerts that the rate keeps back.
        rate: most alerts of an hour.
        is_test: the message proves that the channel works.
    """
    shapes = [alert_shape(alert, values, batch) for alert in alerts]
    items = tuple(_item(alert, to_json(shape, indent=None), texts) for alert, shape in zip(alerts, shapes, strict=True))
    subject = _printable(texts(AlertView.TEST_SUBJECT()) if is_test else _subject(alerts, texts))
    document = to_json(message_shape(batch, channel, at, subject, shapes, left, is_test=is_test), indent=None)
    text = _text(items, values, left, rate, texts, has_values=any(alert.match for alert in alerts))
    return AlertMessage(batch, at, channel, subject, text, document, items, is_test)


def _subject(alerts: Sequence[Alert], texts: Texts) -> str:
    """Say how many certificates of which watches there are, and how many conditions changed."""
    watches = Counter(alert.watch for alert in alerts if alert.kind is AlertKind.FINDING)
    conditions = sum(alert.kind is not AlertKind.FINDING for alert in alerts)
    parts = []
    if watches:
        named = [f"{_short(watch)} {number}" for watch, number in watches.most_common(_NAMED)]
        more = len(watches) - _NAMED
        named += [texts(AlertView.MORE_WATCHES(count=more))] if more > 0 else []
        parts.append(texts(AlertView.CERTIFICATES(count=watches.total(), watches=texts.listed(named))))
    if conditions:
        parts.append(texts(AlertView.CONDITIONS(count=conditions)))
    return texts(AlertView.SUBJECT(parts=texts.listed(parts)))


def _printable(text: str) -> str:
    """Make a text one line of printable characters: a header of a mail takes no others."""
    return "".join(c if c.isprintable() else "?" for c in one_line(text))


def _short(name: str) -> str:
    return name if len(name) <= _NAME_LENGTH else name[: _NAME_LENGTH - 1] + "…"


def _text(
    items: Sequence[AlertItem], values: ValueForm, left: int, rate: int, texts: Texts, *, has_values: bool
) -> str:
    parts = [item.text for item in items]
    if left:
        parts.append(texts(AlertView.CUT(count=left, rate=rate)))
    if has_values and values is ValueForm.MASKED:
        parts.append(texts(AlertView.MASKED()))
    return "\n\n".join(parts) + "\n"


def _item(alert: Alert, document: str, texts: Texts) -> AlertItem:
    title = _printable(_title(alert, texts))
    lines = [title, *(visible(line) for line in _details(alert, texts))]
    return AlertItem(
        alert.uuid, str(alert.kind), alert.at, _gravity(alert), alert.watch, title, "\n".join(lines), document,
        _fields(alert),
    )  # fmt: skip


def _title(alert: Alert, texts: Texts) -> str:
    why = texts(alert.why)
    if alert.kind is AlertKind.TEST:
        return texts(AlertView.TEST_TITLE(channel=alert.subject))
    if not alert.watch:
        return why
    end = alert.match.certificate.not_after if alert.match else None
    if end is not None and end < alert.at:
        return texts(AlertView.TITLE_EXPIRED(watch=_short(alert.watch), why=why))
    return texts(AlertView.TITLE(watch=_short(alert.watch), why=why))


def _gravity(alert: Alert) -> Gravity:
    if alert.kind is AlertKind.TEST or alert.why.code in map(str, _GOOD):
        return Gravity.NOTICE
    return Gravity.ERROR if alert.why.code in map(str, _GRAVE) else Gravity.WARNING


def _details(alert: Alert, texts: Texts) -> list[str]:
    if alert.kind is AlertKind.TEST:
        return [texts(AlertView.TEST_TEXT())]
    if alert.match is None:
        return []
    named = [(AlertView.WATCH(), alert.watch), (AlertView.OWNER(), alert.owner), (AlertView.WHY(), texts(alert.why))]
    lines = [texts.labelled(texts(label), value) for label, value in named if value]
    return lines + _of_certificate(alert.match, texts) + _of_findings(alert.match, texts)


def _of_certificate(match: Match, texts: Texts) -> list[str]:
    found = match.certificate
    label = AlertView.CERTIFICATE() if found.sha256 else AlertView.IDENTITY()
    fingerprint = (found.sha256 or found.identity).hex()
    valid = texts(AlertView.VALID(first=day(found.not_before), last=day(found.not_after)))
    lines = [
        texts.labelled(texts(label), f"{fingerprint}, {valid}"),
        texts.labelled(texts(AlertView.ISSUER()), found.issuer),
    ]
    lines += [texts(AlertView.LOGGED(log=seen.log, index=seen.index)) for seen in match.sightings[:1]]
    return lines


def _of_findings(match: Match, texts: Texts) -> list[str]:
    """Write a line for each finding. Values are no parameters of messages."""
    lines = []
    for found in match.findings[:MOST_FINDINGS]:
        category = texts(Message(f"category.{found.category}"))
        lines.append(f"  {texts.labelled(category, found.value)} ({found.path})")
    more = len(match.findings) - MOST_FINDINGS
    return lines + ([f"  {texts(AlertView.MORE_FINDINGS(count=more))}"] if more > 0 else [])


def _fields(alert: Alert) -> tuple[tuple[str, str], ...]:
    """Return the structured data of an alert: no value of a person, masked or not."""
    found = alert.match
    if found is None:
        return (("why", alert.why.code), ("subject", alert.subject))
    seen = found.sightings[0] if found.sightings else None
    return (
        ("watch", alert.watch),
        ("owner", alert.owner),
        ("why", alert.why.code),
        ("sha256", found.certificate.sha256.hex() if found.certificate.sha256 else ""),
        ("identity", found.certificate.identity.hex()),
        ("log", seen.log if seen else ""),
        ("index", str(seen.index) if seen else ""),
        ("categories", " ".join(sorted({one.category for one in found.findings}))),
    )
