"""Alerts of invented people: messages for channels, an index with alerts that are due, and settings with channels."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from support.kept import a_hit, an_advance, commit, email_finding, name_finding, number_finding, started
from support.watching import a_watch, checked, watching

from ctscan.alerts.channel import ChannelTools
from ctscan.alerts.channels import kind_of_channel
from ctscan.clock import Clock
from ctscan.config import Config, load_config
from ctscan.errors import DeliveryFailed
from ctscan.index.open import open_index
from ctscan.model import (
    CertificateSummary,
    Confidence,
    EntryKind,
    Finding,
    Match,
    Sensitivity,
    Sighting,
    SubjectKind,
)
from ctscan.model.alert import Alert, AlertKind, AlertText
from ctscan.model.alert_channel import ChannelSettings, ValueForm
from ctscan.model.alert_message import AlertMessage
from ctscan.model.mail import MailSettings
from ctscan.model.message import Message
from ctscan.model.watch import WatchReason
from ctscan.views.alerts.alert_message import alert_message
from ctscan.views.text import ENGLISH, texts

AT = datetime(2031, 5, 4, 9, 30, tzinfo=UTC)
SECRET = "a secret of nobody, 40 characters long.."
UUIDS = [f"{number:08x}-1111-4222-8333-444455556666" for number in range(1, 100)]
BATCH = "0a0a0a0a-1111-4222-8333-444455556666"
PERSONAL = ("jane.roe", "Jane", "Roe", "Zuzanna", "+48 22 555 01 99", "ZXK7654321Q", "kowalczykowa")


def a_finding(value: str, category: str = "user.contact.email", path: str = "san.0.rfc822Name") -> Finding:
    """Build a finding about a person."""
    why = Message("attribution.only-people")
    return Finding(
        "email", category, (category,), value, value.casefold(), path, "", SubjectKind.PERSON, Confidence.CERTAIN, why,
        (), "subject", Sensitivity.ORDINARY,
    )  # fmt: skip


def an_alert(number: int = 0, *findings: Finding, watch: str = "staff", **fields: Any) -> Alert:
    """Build an alert about a certificate."""
    issuer = fields.pop("issuer", "CN=Example CA,O=Example Trust")
    subject = fields.pop("subject", "CN=Jane Roe,O=Example")
    digest = bytes([number + 1]) * 32
    match = Match(
        CertificateSummary(digest, digest, issuer, "4a", subject, AT - timedelta(days=1), AT + timedelta(days=364)),
        findings or (a_finding("jane.roe@example.org"),),
        (Sighting("Example 2031", b"L" * 32, 1000 + number, 1_935_000_000_000, EntryKind.PRECERT, True),),
    )
    why = WatchReason.DOMAIN_ADDRESS(domain="example.org")
    alert = Alert(UUIDS[number], AlertKind.FINDING, AT + timedelta(seconds=number), why, watch, "", match, "privacy")
    return replace(alert, **fields)


def a_condition(number: int = 50, why: Message | None = None) -> Alert:
    """Build an alert about a log."""
    return Alert(
        UUIDS[number], AlertKind.LOG, AT, why or AlertText.LOG_STALE(log="Example 2031"), subject="Example 2031"
    )


def a_message(*alerts: Alert, values: ValueForm = ValueForm.FULL, **fields: Any) -> AlertMessage:
    """Build a message."""
    given = alerts or (an_alert(),)
    return alert_message(given, batch=BATCH, channel="soc", at=AT, values=values, texts=texts(ENGLISH), **fields)


def clock_at(at: datetime) -> Clock:
    """Make a clock that stands."""
    return Clock(now=lambda: at)


def sent(
    kind: str,
    options: Mapping[str, object],
    message: AlertMessage | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    mail: MailSettings | None = None,
    patience: float = 5.0,
    name: str = "soc",
) -> None:
    """Send a message over a channel of a kind."""
    settings = ChannelSettings(name, kind, options=tuple(options.items()))
    channel = kind_of_channel(settings)
    tools = ChannelTools(
        {"CTSCAN_ALERT_SECRET_SOC": SECRET} if environ is None else environ, "ct@example.org", mail, patience,
        clock_at(AT),
    )  # fmt: skip

    async def work() -> None:
        await channel.open(settings, channel.options(settings), tools)(message or a_message())

    asyncio.run(work())


def failure(*given: Any, **how: Any) -> DeliveryFailed:
    """Send over a channel that fails, and return the failure, which names nobody and no secret."""
    try:
        sent(*given, **how)
    except DeliveryFailed as error:
        texts_of = f"{error} {error.why}"
        assert "\n" not in str(error)
        assert error.__cause__ is None
        for text in (*PERSONAL, SECRET, "token", "secret words"):
            assert text not in texts_of
        return error
    raise AssertionError("it was sent")


# --- an index with alerts -----------------------------------------------------------------------------------------


async def fill(db: Path, numbers: Sequence[int], *, is_new: bool) -> None:
    """Make an index with the watch `ours` and an alert about each of the certificates with these numbers, or add
    certificates and alerts to it."""
    async with await open_index(str(db), create=is_new) as index:
        run = await started(index)
        if is_new:
            await watching(index, a_watch())
        for number in numbers:
            found = (email_finding(f"jane.roe{number}@example.org"), name_finding("Jane Roe"), number_finding("ZXK7"))
            await commit(index, run, an_advance(number, number + 1, a_hit(number, *found)))
        await checked(index)


def an_index(db: Path, *numbers: int) -> None:
    """Fill an index: see `fill`."""
    asyncio.run(fill(db, numbers, is_new=not db.exists()))


def config_of(folder: Path, channels: str, more: str = "", **alerts: Any) -> Config:
    """Load settings with channels, given in TOML; `more` are further tables, `alerts` keys of `[alerts]`."""
    keys = "".join(f'{name} = "{value}"\n' for name, value in ({"patience": "2s"} | alerts).items())
    text = f'purpose = "a test"\n[alerts]\n{keys}{channels}\n{more}'
    (folder / "ctscan.toml").write_text(text, encoding="utf-8")
    environ = {name: value for name, value in os.environ.items() if not name.startswith("CTSCAN_")}
    return load_config({}, environ, folder)
