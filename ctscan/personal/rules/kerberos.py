"""Kerberos principals of people, hosts and services (RFC 4120 section 6.2): `jane/admin@EXAMPLE.ORG`."""

from __future__ import annotations

from collections.abc import Iterator

from ctscan.model import AttributionReason, Confidence, Finding, SubjectKind
from ctscan.personal.finding import make_finding
from ctscan.personal.parsers.accounts import about, account_value, is_machine
from ctscan.personal.parsers.elements import INTEGER, SEQUENCE, Part, part_of
from ctscan.personal.rules import rule
from ctscan.personal.view import View, strings_of

KRB5_PRINCIPAL = "1.3.6.1.5.2.2"
_SERVICE_TYPES = frozenset((2, 3, 4))  # RFC 4120 section 6.2: services, named by their host


@rule(
    id="kerberos.principal",
    version=1,
    category="user.account.username",
    kinds=("account", "email", "domain"),
    cites=("RFC 4556 section 3.2.2", "RFC 4120 section 6.2"),
    covers=(KRB5_PRINCIPAL,),
    only=True,
)
def kerberos_principal(view: View) -> Iterator[Finding]:
    """Kerberos principals in alternative names (otherName KRB5PrincipalName)."""
    for place in view.of(KRB5_PRINCIPAL):
        name, kind = _principal(part_of(place.raw))
        if not name:
            name = "/".join(text.value for text in strings_of(view, place))
        value = account_value(view, place, name)
        if value is None:
            continue
        if kind in _SERVICE_TYPES and not is_machine(name):
            value = about(value, SubjectKind.DEVICE, Confidence.CERTAIN, AttributionReason.SERVICE_PRINCIPAL())
        yield make_finding("kerberos.principal", view, place, value)


def _principal(outer: Part | None) -> tuple[str, int]:
    """Return `name@REALM` and the type of the name (-1: unknown); an empty name for another layout."""
    # SEQUENCE { [0] realm, [1] SEQUENCE { [0] name-type INTEGER, [1] SEQUENCE OF component } }
    realm, kind = "", -1
    components: list[str] = []
    for field in outer.parts if outer is not None and outer.tag == SEQUENCE else ():
        if field.number == 0:
            realm = "".join(text.value for text in field.texts[:1])
        elif field.number == 1:
            for part in field.inner.parts:
                if part.number == 0 and part.inner.tag == INTEGER and len(part.inner.body) == 1:
                    kind = part.inner.body[0]
                elif part.number == 1:
                    components = [text.value for text in part.texts]
    name = "/".join(components)
    return (f"{name}@{realm}" if realm else name) if name else "", kind
