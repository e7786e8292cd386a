"""Search of a certificate request: first what a certificate would hold, then what stays with the request.

    request ──► subject, extensions ──► rules ──► findings of the certificate
        └─────► with its attributes ──► rules ──► findings at the attributes only

The first step sees nothing of the attributes, so it finds what the rules find in the certificate itself.
"""

from __future__ import annotations

from msgspec.structs import replace

from ctscan.model import Certificate, Finding, Problem
from ctscan.model.certificate_request import STAYING_PARTS
from ctscan.personal.rules import find_personal_data

Found = tuple[tuple[Finding, ...], tuple[Problem, ...]]


def stays(path: str) -> bool:
    """Return whether a path is in a part of a request that no CA copies into a certificate."""
    return path.partition(".")[0] in STAYING_PARTS


def find_in_request(request: Certificate, domains: tuple[str, ...] = ()) -> Found:
    """Apply all rules to a request; arguments and results are those of `find_personal_data`.

    Findings whose path `stays` come last.
    """
    asked = replace(
        request,
        fields=tuple(field for field in request.fields if field.part not in STAYING_PARTS),
        problems=tuple(problem for problem in request.problems if not stays(problem.path)),
    )
    findings, problems = find_personal_data(asked, domains)
    if len(asked.fields) == len(request.fields) and len(asked.problems) == len(request.problems):
        return findings, problems
    more, more_problems = find_personal_data(request, domains)
    staying = (finding for finding in more if stays(finding.path))
    return (*findings, *staying), tuple(dict.fromkeys((*problems, *more_problems)))
