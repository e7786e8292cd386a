"""Czechia: client number of the Ministry of Labour (IK MPSV), and numbers of První certifikační autorita."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ctscan.model import AttributionReason, Field
from ctscan.personal.parsers.composite_values import holder
from ctscan.personal.parsers.elements import INTEGER
from ctscan.personal.parsers.numbers import NATIONAL, national_values
from ctscan.personal.rules import oid_rule
from ctscan.personal.values import Value, each_text, number
from ctscan.personal.view import View

_MAX_OCTETS: Final = 16
_texts = each_text(national_values)


def _client(view: View, place: Field) -> Iterable[Value]:
    """Read the number as text or as an INTEGER (`02 length octets`)."""
    raw = place.raw
    if place.text is None and place.tag == INTEGER and 2 < len(raw) <= _MAX_OCTETS and raw[1] == len(raw) - 2:
        return national_values(str(int.from_bytes(raw[2:])))
    return _texts(view, place)


oid_rule(
    id="cz.numbers",
    version=1,
    category=NATIONAL,
    kinds=("number",),
    cites=("MPSV, IK MPSV in qualified certificates", "První certifikační autorita, certificate profiles"),
    looks_for="Client numbers of the Czech Ministry of Labour, customer and card numbers of I.CA",
    rows={
        "1.3.6.1.4.1.11801.2.1": holder(_client, AttributionReason.CZ_MINISTRY()),
        "1.3.6.1.4.1.23624.4.6": number("user.unique_id"),
        "1.3.6.1.4.1.23624.4.7": number("user.device.device_id"),
    },
)
