"""JSON shape of the outlook on the certificate that a request asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctscan.views.json.values import Shape, messages, time_text

if TYPE_CHECKING:
    from ctscan.model.certificate_request import RequestOutlook


def request_outlook(found: RequestOutlook) -> Shape:
    """Shape an outlook. Findings are named by their places: the list of all findings stands beside it."""
    requested = found.requested
    return {
        "form": str(requested.form),
        "uses": list(requested.uses),
        "uses_basis": str(requested.basis),
        "hosts": list(requested.hosts),
        "templates": list(requested.templates),
        "not_before": time_text(requested.not_before),
        "not_after": time_text(requested.not_after),
        "public": list(dict.fromkeys(finding.path for finding in found.public)),
        "staying": list(dict.fromkeys(finding.path for finding in found.staying)),
        "fields_of_staying": list(requested.fields_of_staying),
        **messages("conditions", found.conditions),
        **messages("logs", found.logs),
        **messages("periods", found.periods),
        **messages("advice", found.advice),
        "sources": list(found.sources),
    }
