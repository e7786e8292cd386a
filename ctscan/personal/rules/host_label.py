"""Names of people in host names at or below the domains of the scope.

A name in a host of the own domain is likely the name of somebody who works there; all other hosts are too many and give
too little evidence.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctscan.model import AttributionReason, Confidence, Field, Finding, SubjectKind
from ctscan.personal.attribution.evidence import COMMON_NAME
from ctscan.personal.attribution.host_labels import people_in_host
from ctscan.personal.finding import make_finding
from ctscan.personal.normalise.addresses import canonical_domain
from ctscan.personal.normalise.name_tokens import name_keys
from ctscan.personal.rules import rule
from ctscan.personal.values import Attribution, Value
from ctscan.personal.view import View, spellings
from ctscan.x509.general_names import DNS_NAME

_ATTRIBUTION = Attribution(
    SubjectKind.PERSON,
    Confidence.POSSIBLE,
    AttributionReason.HOST_LABEL(),
)


@rule(
    id="name.host_label",
    version=2,
    category="user.name",
    kinds=("name",),
    cites=("RFC 5280 section 4.2.1.6", "RFC 1034 section 3.1"),
)
def host_label(view: View) -> Iterator[Finding]:
    """Names of people in the labels of hosts at or below a domain of the scope (jane-doe, jane.doe, jdoe-laptop)."""
    if not view.domains:
        return
    for place in _host_places(view):
        for written in spellings(place.text) if place.text is not None else ():
            host = canonical_domain(written.strip().removeprefix("*.").rstrip("."))
            for name in people_in_host(host, view.domains) if host else ():
                value = Value("user.name", written, name, name_keys(name), attribution=_ATTRIBUTION)
                yield make_finding("name.host_label", view, place, value)


def _host_places(view: View) -> Iterator[Field]:
    common = [place for place in view.of(COMMON_NAME) if place.part == "subject"]
    hosts = [place for place in view.of_kind(DNS_NAME) if place.part == "san"]
    yield from (*common, *hosts)
