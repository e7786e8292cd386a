"""Identification in letters: the person and the certificates, in just the data that the addressee asks for. Pure.

Values come from the certificates themselves, because the CA knows them as they stand there; they are findings about the
requester alone. A value that no certificate holds is marked as missing: nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from ctscan.dsar.letter_request import IssuedCertificate, organisations_of, short
from ctscan.model.ca_profile import CaProfile, RetentionEnd
from ctscan.model.ca_vocabulary import FactKey, Item
from ctscan.model.case import Case
from ctscan.model.entry import EntryKind
from ctscan.model.letter import Block, Row, Section, Subheading
from ctscan.model.letter_text import LetterText, MissingItem
from ctscan.model.message import Message
from ctscan.model.picture import PersonCertificate
from ctscan.model.revocation import CertificateStanding

DESCRIBED: Final = 50
"""Certificates of a letter that have a table of their own; further ones have a row."""

VALUES_SHOWN: Final = 8
"""Spellings of one datum that a row shows."""

_NAME: Final = "user.name"
_ADDRESS: Final = (
    "user.contact.address", "user.contact.address.street", "user.contact.address.postal_code",
    "user.contact.address.city", "user.contact.address.state", "user.contact.address.country",
)  # fmt: skip


def names_in(certificates: Iterable[PersonCertificate]) -> tuple[str, ...]:
    """List the names of the person as the certificates write them: whole names, else given name and surname."""
    found: dict[str, None] = {}
    for one in certificates:
        whole = _values([one], _NAME)
        parts = (*_values([one], f"{_NAME}.first"), *_values([one], f"{_NAME}.last"))
        found |= dict.fromkeys(whole or ((" ".join(parts),) if parts else ()))
    return tuple(found)


def addresses_in(certificates: Sequence[PersonCertificate]) -> tuple[str, ...]:
    """List the e-mail addresses of the person, each once."""
    return _values(certificates, "user.contact.email")


def organisations_in(certificates: Sequence[PersonCertificate]) -> tuple[str, ...]:
    """List the organisations in the subjects."""
    found = (name for one in certificates for name in organisations_of(one.certificate.subject))
    return tuple(dict.fromkeys(found))


def postal_addresses_in(certificates: Sequence[PersonCertificate]) -> tuple[str, ...]:
    """List the postal addresses of the person: those with a street, from the parts of each certificate."""
    found: dict[str, None] = {}
    for one in certificates:
        if _values([one], *_ADDRESS[:2]):
            found[", ".join(value for category in _ADDRESS for value in _values([one], category))] = None
    return tuple(found)


def years_in(certificates: Sequence[PersonCertificate]) -> tuple[str, ...]:
    """List the years in which the certificates began."""
    begun = (one.certificate.not_before for one in certificates)
    return tuple(sorted({str(day.year) for day in begun if day is not None}))


def is_valid(one: PersonCertificate) -> bool:
    """Return whether a certificate is valid, as far as is known: not expired, and not said to be revoked."""
    standing = one.status.standing if one.status is not None else CertificateStanding.UNKNOWN
    if standing is CertificateStanding.UNKNOWN:
        return one.status is not None and not one.status.is_expired
    return standing in (CertificateStanding.VALID, CertificateStanding.NOT_YET_VALID)


def _values(certificates: Iterable[PersonCertificate], *categories: str) -> tuple[str, ...]:
    """List the values of findings of these categories, each once by its canonical form."""
    found: dict[str, str] = {}
    for finding in (finding for one in certificates for finding in one.findings):
        if finding.category in categories:
            found.setdefault(finding.canonical or finding.value, short(finding.repaired or finding.value))
    return tuple(found.values())


# --- the person ----------------------------------------------------------------------------------------------------


def person_rows(case: Case, certificates: Sequence[PersonCertificate], profile: CaProfile | None) -> tuple[Row, ...]:
    """Make the rows on the person: the items that the CA asks for, else name and e-mail address.

    Args:
        case: the case; the name of the requester stands beside the names in the certificates where they differ.
        certificates: certificates that the letter names.
        profile: profile of the CA; None where the addressee is no CA.
    """
    asked = (FactKey.REQUIRED_ITEMS, FactKey.HELPFUL_ITEMS)
    items = tuple(dict.fromkeys(code for key in asked if profile for code in profile.words(key)))
    rows = [_name_row(case, certificates), _email_row(certificates)]
    for item in items:
        if isinstance(item, Item) and item in _ITEMS:
            rows.append(_ITEMS[item](certificates))
    return tuple(rows)


def _name_row(case: Case, certificates: Sequence[PersonCertificate]) -> Row:
    names = names_in(certificates)
    given = case.requester
    if given and " ".join(given.split()).casefold() not in {" ".join(name.split()).casefold() for name in names}:
        names = (given, *names)
    return _row(LetterText.LABEL_NAME(), names, MissingItem.FULL_NAME)


def _email_row(certificates: Sequence[PersonCertificate]) -> Row:
    return _row(LetterText.LABEL_EMAIL(), addresses_in(certificates), MissingItem.EMAIL)


def _row(label: Message, values: Sequence[str], missing: MissingItem) -> Row:
    if not values:
        return Row(label, missing=missing)
    more = " …" if len(values) > VALUES_SHOWN else ""
    return Row(label, "; ".join(values[:VALUES_SHOWN]) + more)


def _absent(label: Message, item: MissingItem) -> Callable[[Sequence[PersonCertificate]], Row]:
    """Make a row of an item that no certificate holds."""
    return lambda _: Row(label, missing=item)


_ITEMS: Final[dict[Item, Callable[[Sequence[PersonCertificate]], Row]]] = {
    Item.POSTAL_ADDRESS: lambda found: _row(
        LetterText.LABEL_POST(), postal_addresses_in(found), MissingItem.POSTAL_ADDRESS
    ),
    Item.YEAR: lambda found: _row(LetterText.LABEL_YEAR(), years_in(found), MissingItem.YEAR),
    Item.APPLICATION_ID: _absent(LetterText.LABEL_APPLICATION(), MissingItem.APPLICATION_ID),
    Item.ACCOUNT_NUMBER: _absent(LetterText.LABEL_ACCOUNT(), MissingItem.ACCOUNT_NUMBER),
    Item.CUSTOMER_NUMBER: _absent(LetterText.LABEL_CUSTOMER_NUMBER(), MissingItem.CUSTOMER_NUMBER),
    Item.CUSTOMER_NAME: lambda found: _row(
        LetterText.LABEL_CUSTOMER(), organisations_in(found), MissingItem.CUSTOMER_NAME
    ),
    Item.PRODUCT: _absent(LetterText.LABEL_PRODUCT(), MissingItem.PRODUCT),
    Item.OFFICE_OR_CONTACT: _absent(LetterText.LABEL_OFFICE(), MissingItem.OFFICE_OR_CONTACT),
    Item.PREFERRED_CONTACT: _absent(LetterText.LABEL_CONTACT(), MissingItem.PREFERRED_CONTACT),
    Item.PIN: _absent(LetterText.LABEL_PIN(), MissingItem.PIN),
    Item.REASON: _absent(LetterText.LABEL_REASON(), MissingItem.REASON),
    Item.RIGHT_NAMED: lambda _: Row(LetterText.LABEL_RIGHT(), LetterText.RIGHT_IN_SUBJECT()),
    Item.IDENTITY: lambda _: Row(LetterText.LABEL_IDENTITY(), LetterText.IDENTITY_BELOW()),
    Item.CERTIFICATE_COPY: lambda _: Row(LetterText.LABEL_COPY(), LetterText.COPY_ENCLOSED()),
}
"""Rows of the items that a CA may ask for. Name and e-mail address always stand first; serial number and fingerprint
stand with each certificate."""


# --- the certificates ----------------------------------------------------------------------------------------------


def certificate_section(certificates: Sequence[IssuedCertificate], *, with_retention: bool = True) -> Section:
    """List certificates, each with its own table.

    Args:
        certificates: certificates.
        with_retention: add the earliest end of the retention at the CA.
    """
    blocks: list[Block] = []
    for number, one in enumerate(certificates[:DESCRIBED], 1):
        blocks.append(Subheading(LetterText.HEADING_CERTIFICATE(number=number)))
        blocks += certificate_rows(one)
        if with_retention:
            blocks.append(Row(LetterText.LABEL_RETENTION_END(), _end(one.retention)))
    if further := certificates[DESCRIBED:]:
        blocks.append(Subheading(LetterText.FURTHER_CERTIFICATES()))
        blocks += [_short_row(number, one.own) for number, one in enumerate(further, DESCRIBED + 1)]
    return Section(LetterText.HEADING_CERTIFICATES(), tuple(blocks))


def _short_row(number: int, one: PersonCertificate) -> Row:
    fingerprint = one.certificate.sha256.hex() if one.certificate.sha256 is not None else ""
    return Row(LetterText.HEADING_CERTIFICATE(number=number), f"{one.certificate.serial} {fingerprint}".rstrip())


def certificate_rows(issued: IssuedCertificate) -> Iterator[Row]:
    """Describe a certificate so that its CA finds it, without the name of its subject: other people may stand there."""
    one, summary = issued.own, issued.own.certificate
    yield Row(LetterText.LABEL_ISSUER(), short(summary.issuer))
    yield Row(LetterText.LABEL_SERIAL(), summary.serial)
    if summary.sha256 is not None:
        yield Row(LetterText.LABEL_FINGERPRINT(), summary.sha256.hex())
    else:
        yield Row(LetterText.LABEL_FINGERPRINT(), LetterText.NO_FINGERPRINT())
    if issued.thumbprint and Item.FINGERPRINT in issued.profile.profile.words(FactKey.HELPFUL_ITEMS):
        yield Row(LetterText.LABEL_THUMBPRINT(), issued.thumbprint)
    yield Row(LetterText.LABEL_VALID(), _validity(summary.not_before, summary.not_after))
    yield Row(LetterText.LABEL_STATUS(), _standing(one))
    yield from _seen(one)


def _validity(start: datetime | None, end: datetime | None) -> Message:
    return LetterText.VALID(start=start, end=end) if start and end else LetterText.VALID_UNKNOWN()


def _standing(one: PersonCertificate) -> Message:
    if one.status is None:
        return LetterText.STATUS_UNKNOWN()
    match one.status.standing:
        case CertificateStanding.REVOKED:
            return LetterText.STATUS_REVOKED()
        case CertificateStanding.EXPIRED:
            return LetterText.STATUS_EXPIRED()
        case CertificateStanding.VALID:
            return LetterText.STATUS_VALID()
        case _:
            return LetterText.STATUS_UNKNOWN()


def _seen(one: PersonCertificate) -> Iterator[Row]:
    """Show the first place in a log, and the number of the others."""
    logged = sorted((seen for seen in one.sightings if seen.kind is not EntryKind.CHAIN), key=lambda s: s.timestamp)
    label = LetterText.LABEL_SEEN()
    if logged:
        first = logged[0]
        at = datetime.fromtimestamp(first.timestamp / 1000, UTC)
        yield Row(label, LetterText.SEEN_IN_LOG(log=short(first.log), index=first.index, at=at))
    elif one.repositories:
        yield Row(label, LetterText.SEEN_IN_REPOSITORY(repository=one.repositories[0].repository))
    if len(logged) > 1:
        yield Row(label, LetterText.SEEN_MORE(count=len(logged) - 1))


def _end(end: RetentionEnd) -> Message:
    return LetterText.NOT_BEFORE(on=end.on) if end.on is not None else LetterText.NO_DATE()
