"""`findings.csv` of a dossier: a row for each datum of each certificate. Formula-safe as every CSV of ctscan."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterator

from ctscan.model.picture import PersonCertificate, Picture
from ctscan.views.json import hex_text, time_text, timestamp_text
from ctscan.views.reports.csv import Cells, csv_lines

COLUMNS = (
    "category", "value", "canonical", "sensitivity", "marks", "about", "confidence", "where", "certificate", "identity",
    "sha256", "serial", "issuer", "owner", "subject", "not_before", "not_after", "status", "form", "log", "index",
    "logged", "proven", "path",
)  # fmt: skip


def findings_pieces(picture: Picture) -> Iterator[bytes]:
    """Write the header, then the rows of each certificate."""
    yield BOM_UTF8 + csv_lines([COLUMNS])
    for number, certificate in enumerate(picture.certificates, 1):
        yield csv_lines(_rows(number, certificate))


def _rows(number: int, one: PersonCertificate) -> Iterator[Cells]:
    """Make the rows of a certificate; its log is that of the newest proven sighting, else of the newest."""
    certificate = one.certificate
    seen = max(one.sightings, key=lambda found: (found.verified, found.timestamp), default=None)
    for finding in one.findings:
        yield (
            finding.category,
            finding.value if finding.repaired is None else finding.repaired,
            finding.canonical,
            finding.sensitivity,
            "; ".join(map(str, finding.qualifiers)),
            finding.subject_kind,
            finding.confidence,
            finding.path,
            number,
            certificate.identity.hex(),
            hex_text(certificate.sha256),
            certificate.serial,
            certificate.issuer,
            "; ".join(one.owners),
            certificate.subject,
            time_text(certificate.not_before),
            time_text(certificate.not_after),
            None if one.status is None else one.status.standing,
            one.form,
            None if seen is None else seen.log,
            None if seen is None else seen.index,
            None if seen is None else timestamp_text(seen.timestamp),
            None if seen is None else ("yes" if seen.verified else "no"),
            one.path,
        )
