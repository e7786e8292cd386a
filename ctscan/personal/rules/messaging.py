"""Accounts of messaging: Jabber identifiers (RFC 7622) in alternative names and distinguished names."""

from __future__ import annotations

from collections.abc import Iterator

from ctscan.model import AttributionReason, Confidence, Finding, SubjectKind
from ctscan.personal.finding import make_finding
from ctscan.personal.parsers.accounts import about, account_value
from ctscan.personal.rules import rule
from ctscan.personal.view import View, spellings

XMPP_ADDRESS = "1.3.6.1.5.5.7.8.5"
JID = "2.5.4.105"


@rule(
    id="messaging.xmpp",
    version=1,
    category="user.account.username",
    kinds=("account", "email", "domain"),
    cites=("RFC 6120 section 13.7.1.4", "RFC 7622 section 3"),
    covers=(XMPP_ADDRESS, JID),
    only=True,
)
def xmpp_address(view: View) -> Iterator[Finding]:
    """Jabber identifiers: of a person with a local part, else of a server."""
    for place in view.of(XMPP_ADDRESS, JID):
        text = spellings(place.text)[0].strip() if place.text is not None else ""
        bare = text.partition("/")[0]
        value = account_value(view, place, text, name=bare)
        if value is not None and "@" not in bare:
            value = about(value, SubjectKind.HOST, Confidence.CERTAIN, AttributionReason.JABBER_SERVER())
        if value is not None:
            yield make_finding("messaging.xmpp", view, place, value)
