"""Record of the alerts that were sent about somebody's certificates: recipients of personal data."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class AlertDisclosure(Struct, frozen=True):
    """Delivery of alerts about certificates, for the person whose certificates they are.

    Attributes:
        identity: the certificate.
        channel: name of the channel.
        recipient: recipient as the settings named it.
        begun: time of the first try.
        watch: name of the watch.
        at: time of the delivery; None: not delivered yet, though a try may have arrived.
    """

    identity: bytes
    channel: str
    recipient: str
    watch: str
    begun: datetime
    at: datetime | None
