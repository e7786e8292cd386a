"""Data of the person and the machine behind a request: attributes of Microsoft's enrolment, controls of CRMF and CMC.

They stand in requests only. No CA copies them into a certificate, but the CA and everybody on the way to it read them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ctscan.model import AttributionReason, Confidence, Field, SubjectKind
from ctscan.personal.parsers.accounts import account_value
from ctscan.personal.rules import oid_rule
from ctscan.personal.values import Attribution, Value
from ctscan.personal.view import View, spellings, strings_of

_USERNAME: Final = "user.account.username"
_DEVICE: Final = "user.device.device_id"
_SECRET: Final = "user.authorization.password"  # noqa: S105 - a category

_MACHINE: Final = Attribution(SubjectKind.DEVICE, Confidence.CERTAIN, AttributionReason.REQUESTING_MACHINE())
_HOLDER_UNKNOWN: Final = Attribution(SubjectKind.UNKNOWN, Confidence.POSSIBLE, AttributionReason.PASSWORD())
_REQUESTER: Final = "requestername"
_MACHINES: Final = frozenset(("rmd", "ccm", "cdc"))
"""Pairs with the names of the machines that enrol and of the domain controller, MS-WCCE section 2.2.2.7.10."""


def _texts(view: View, place: Field) -> list[str]:
    return [spellings(text)[0].strip() for text in strings_of(view, place)]


def _client(view: View, place: Field) -> Iterator[Value]:
    """Read machine, user and program, in this order, of the client that made the request."""
    for value, text in zip((_machine, _user), _texts(view, place), strict=False):
        yield from value(view, place, text)


def _machine(_view: View, _place: Field, text: str) -> Iterator[Value]:
    if any(map(str.isalnum, text)):
        yield Value(_DEVICE, text, text.casefold(), attribution=_MACHINE)


def _user(view: View, place: Field, text: str) -> Iterator[Value]:
    """Read an account, also without the domain before it: `EXAMPLE\\jane` is found as `jane`, too."""
    value = account_value(view, place, text, text.rpartition("\\")[2])
    if value is not None:
        yield value


def _pair(view: View, place: Field) -> Iterator[Value]:
    """Read a pair of a name and a value: the account for which somebody else asks, and machines."""
    match _texts(view, place):
        case [name, value] if name.lower() == _REQUESTER:
            yield from _user(view, place, value)
        case [name, value] if name.lower() in _MACHINES:
            yield from _machine(view, place, value)


oid_rule(
    id="request.client",
    version=1,
    category=_USERNAME,
    kinds=("account", "email", "domain"),
    cites=("MS-WCCE section 2.2.2.7.4", "MS-WCCE section 2.2.2.7.10"),
    looks_for="Account and machine of the client that made a certificate request",
    rows={"1.3.6.1.4.1.311.21.20": _client, "1.3.6.1.4.1.311.13.2.1": _pair},
    of_requests=True,
)


def _identification(view: View, place: Field) -> Iterator[Value]:
    for text in _texts(view, place):
        yield from _user(view, place, text)


oid_rule(
    id="request.identification",
    version=1,
    category=_USERNAME,
    kinds=("account", "email", "domain"),
    cites=("RFC 5272 section 6.2.3",),
    looks_for="Names by which a CA knows the person that asks for a certificate",
    rows={"1.3.6.1.5.5.7.7.2": _identification},
    of_requests=True,
)


def _secret(view: View, place: Field) -> Iterator[Value]:
    for text in _texts(view, place):
        if text:
            yield Value(_SECRET, text, text, attribution=_HOLDER_UNKNOWN)


oid_rule(
    id="request.secret",
    version=1,
    category=_SECRET,
    kinds=(),
    cites=("RFC 4211 section 6.1", "RFC 4211 section 6.2"),
    looks_for="Secrets by which a CA recognises the person that asks for a certificate",
    rows={"1.3.6.1.5.5.7.5.1.1": _secret, "1.3.6.1.5.5.7.5.1.2": _secret},
    of_requests=True,
)
