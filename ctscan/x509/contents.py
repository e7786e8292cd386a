"""Everything that a certificate says, place by place: names, general names, unique identifiers, extension bodies.

The one list that all rules look at, so that a rule needs to know neither layouts nor encodings.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctscan.model import Certificate, Place, Problem
from ctscan.x509.extensions import attribute_set, extension_places, unique_identifier
from ctscan.x509.places import general_name_places, name_places
from ctscan.x509.reading import Reading


def read_places(certificate: Certificate) -> tuple[tuple[Place, ...], tuple[Problem, ...]]:
    """All places in the order of the certificate, and the problems of extension bodies that `read_certificate` didn't
    look into. Never raises for what a certificate holds."""
    problems: list[Problem] = []
    places = tuple(_places(certificate, problems))
    known = set(certificate.problems)
    return places, tuple(problem for problem in dict.fromkeys(problems) if problem not in known)


def _places(certificate: Certificate, problems: list[Problem]) -> Iterator[Place]:
    yield from name_places("subject", "subject", certificate.subject, problems)
    yield from name_places("issuer", "issuer", certificate.issuer, problems)
    yield from unique_identifier("subjectUniqueID", certificate.subject_unique_id)
    yield from unique_identifier("issuerUniqueID", certificate.issuer_unique_id)
    yield from general_name_places("san", "san", "2.5.29.17", certificate.san, problems)
    if certificate.attributes:
        reading = Reading(certificate.attributes, problems)
        for position, element in enumerate(reading.children("attributes", reading.whole())):
            yield from attribute_set(reading, f"attributes.{position}", "attributes", element)
    for position, extension in enumerate(certificate.extensions):
        yield from extension_places(position, extension, Reading(extension.value, problems))
