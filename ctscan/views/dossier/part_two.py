"""Part II of a dossier: what others publish for ever. Each datum once, then the certificates, the newest in full."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ctscan.model.dossier import Dossier
from ctscan.model.picture import ByteForm, Datum, PersonCertificate
from ctscan.views.answers import category
from ctscan.views.certificates import repository_line, sighting_line
from ctscan.views.dossier import blocks
from ctscan.views.dossier.blocks import Block
from ctscan.views.dossier.cells import datum_line, datum_values, marks, quoted_number, standing_words
from ctscan.views.dossier.phrases import DossierText
from ctscan.views.text import Texts
from ctscan.views.words import day

CERTIFICATES_SHOWN = 100
"""Certificates of a PDF; a file of thousands of pages is of no use. JSON and CSV have all of them."""

DATA_SHOWN = 200
SIGHTINGS_SHOWN = 8


def part_two(made: Dossier, texts: Texts) -> Iterator[Block]:
    """Make the blocks of part II."""
    if not made.picture.certificates:
        return
    yield blocks.page_break()
    yield blocks.heading(1, texts(DossierText.PART_TWO()))
    yield blocks.text(texts(DossierText.PART_TWO_TEXT()))
    yield blocks.heading(2, texts(DossierText.CAN()))
    can = (DossierText.CAN_CORRECT(), DossierText.CAN_REVOKE(), DossierText.CAN_ERASE(), DossierText.CANNOT_LOG())
    yield blocks.items(map(texts, can))
    yield from _data(made, texts)
    yield from _certificates(made, texts)


def _data(made: Dossier, texts: Texts) -> Iterator[Block]:
    numbers = {one.certificate.identity: number for number, one in enumerate(made.picture.certificates, 1)}
    yield blocks.heading(2, texts(DossierText.DATA()))
    yield blocks.text(texts(DossierText.DATA_TEXT()))
    headers = (DossierText.LABEL_WHAT(), DossierText.LABEL_VALUE(), DossierText.LABEL_PROTECTION(),
               DossierText.LABEL_WHERE(), DossierText.LABEL_SINCE())  # fmt: skip
    rows = [_datum(one, numbers, texts) for one in made.picture.data[:DATA_SHOWN]]
    yield blocks.table([texts(one) for one in headers], rows, (4, 5, 3, 3, 2))
    more = len(made.picture.data) - DATA_SHOWN
    if more > 0:
        yield blocks.note(texts(DossierText.DATA_MORE(count=more)))


def _datum(datum: Datum, numbers: dict[bytes, int], texts: Texts) -> tuple[str, ...]:
    where = sorted({numbers[place.identity] for place in datum.places if place.identity in numbers})
    return (
        category(datum.category, texts),
        datum_values(datum, texts),
        marks(datum.sensitivity, datum.qualifiers, texts),
        quoted_number(where),
        day(datum.since) if datum.since else "",
    )


def _certificates(made: Dossier, texts: Texts) -> Iterator[Block]:
    certificates = made.picture.certificates
    yield blocks.heading(2, texts(DossierText.CERTIFICATES()))
    yield blocks.text(texts(DossierText.CERTIFICATES_TEXT()))
    more = len(certificates) - CERTIFICATES_SHOWN
    if more > 0:
        yield blocks.note(texts(DossierText.CERTIFICATES_MORE(count=more)))
    for number, one in enumerate(certificates[:CERTIFICATES_SHOWN], 1):
        yield blocks.heading(3, texts(DossierText.CERTIFICATE(number=number)))
        if one.is_by_name_only:
            yield blocks.note(texts(DossierText.BY_NAME_ONLY()))
        if one.is_role:
            yield blocks.note(texts(DossierText.ROLE_ONLY()))
        yield blocks.facts(_facts(one, texts))


def _facts(one: PersonCertificate, texts: Texts) -> Iterator[tuple[str, Iterable[str]]]:
    certificate = one.certificate
    yield texts(DossierText.LABEL_DATA()), (datum_line(finding, texts) for finding in one.findings)
    yield texts(DossierText.LABEL_SUBJECT()), [certificate.subject]
    yield texts(DossierText.LABEL_ISSUER()), [certificate.issuer]
    yield texts(DossierText.LABEL_OWNER()), one.owners
    yield texts(DossierText.LABEL_PROFILE()), [one.profile]
    yield texts(DossierText.LABEL_VALIDITY()), [f"{day(certificate.not_before)} – {day(certificate.not_after)}"]
    yield texts(DossierText.LABEL_STATUS()), [standing_words(one.status, texts)]
    yield texts(DossierText.LABEL_SERIAL()), [certificate.serial]
    yield texts(DossierText.LABEL_SHA256()), [certificate.sha256.hex() if certificate.sha256 else ""]
    yield texts(DossierText.LABEL_IDENTITY()), [certificate.identity.hex()]
    yield texts(DossierText.LABEL_LOGGED()), _places(one, texts)
    yield texts(DossierText.LABEL_SHOWN()), (repository_line(seen, texts) for seen in one.repositories)
    yield texts(DossierText.LABEL_BYTES()), _bytes(one, texts)


def _places(one: PersonCertificate, texts: Texts) -> Iterator[str]:
    seen = sorted(one.sightings, key=lambda found: (found.timestamp, found.log, found.index))
    yield from (sighting_line(found, texts) for found in seen[:SIGHTINGS_SHOWN])
    if len(seen) > SIGHTINGS_SHOWN:
        yield texts(DossierText.SIGHTINGS_MORE(count=len(seen) - SIGHTINGS_SHOWN))


def _bytes(one: PersonCertificate, texts: Texts) -> Iterator[str]:
    match one.form:
        case ByteForm.CERTIFICATE:
            yield texts(DossierText.BYTES_HERE(path=one.path))
        case ByteForm.PRECERTIFICATE:
            yield texts(DossierText.BYTES_TBS(path=one.path))
        case ByteForm.LEFT_OUT:
            yield texts(DossierText.BYTES_LEFT_OUT())
        case ByteForm.NOT_KEPT:
            yield texts(DossierText.BYTES_NOT_KEPT())
    if one.has_proofs:
        yield texts(DossierText.PROOFS_HERE(path=one.proofs_path))
