"""Outlook on a certificate request for readers: what would become public, what stays, logs, periods, advice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ctscan.model import Code, Finding, Message
from ctscan.model.certificate_request import RequestForm, RequestOutlook
from ctscan.views import tables
from ctscan.views.text import Texts

if TYPE_CHECKING:
    from ctscan.views.console import Console


class RequestPage(Code):
    """Heading or line of the outlook."""

    PKCS10 = "request-page.pkcs10"
    CRMF = "request-page.crmf"
    SPKAC = "request-page.spkac"
    CMC = "request-page.cmc"
    CMP = "request-page.cmp"
    PUBLIC = "request-page.public"
    NOTHING_PUBLIC = "request-page.nothing-public"
    STAYING = "request-page.staying"
    LOGS = "request-page.logs"
    PERIODS = "request-page.periods"
    ADVICE = "request-page.advice"
    SOURCES = "request-page.sources"


_FORMS = {
    RequestForm.PKCS10: RequestPage.PKCS10(),
    RequestForm.CRMF: RequestPage.CRMF(),
    RequestForm.SPKAC: RequestPage.SPKAC(),
    RequestForm.CMC: RequestPage.CMC(),
    RequestForm.CMP: RequestPage.CMP(),
}


def outlook(out: Console, found: RequestOutlook, texts: Texts) -> None:
    """Print an outlook: the form and reservations, both kinds of findings, then logs, periods, advice and sources."""
    tables.say(out, texts(_FORMS[found.requested.form]), indent=2)
    _list(out, found.conditions, texts)
    if not found.requested.form.is_envelope or found.public:
        _findings(out, found.public, RequestPage.PUBLIC() if found.public else RequestPage.NOTHING_PUBLIC(), texts)
    if found.staying:
        _findings(out, found.staying, RequestPage.STAYING(), texts)
    for heading, lines in (
        (RequestPage.LOGS(), found.logs),
        (RequestPage.PERIODS(), found.periods),
        (RequestPage.ADVICE(), found.advice),
    ):
        if lines:
            tables.say(out, texts(heading), "bold", indent=2)
            _list(out, lines, texts)
    if found.sources:
        tables.say(out, texts(RequestPage.SOURCES(sources="; ".join(found.sources))), "dim", indent=2)


def _findings(out: Console, findings: Sequence[Finding], heading: Message, texts: Texts) -> None:
    tables.say(out, texts(heading), "bold", indent=2)
    tables.findings(out, findings, texts)


def _list(out: Console, lines: Sequence[Message], texts: Texts) -> None:
    for line in lines:
        tables.say(out, f"{tables.BULLET}{texts(line)}", indent=4)
