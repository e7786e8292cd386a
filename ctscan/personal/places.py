"""The places of a certificate that rules look at, each with the path that a finding gives as `where`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ctscan.model import Attribute, Certificate, Name, Text
from ctscan.x509.general_names import nested_texts

GIVEN_NAME = "2.5.4.42"
SURNAME = "2.5.4.4"
PSEUDONYM = "2.5.4.65"
COMMON_NAME = "2.5.4.3"
EMAIL_ADDRESS = "1.2.840.113549.1.9.1"
SUBJECT_ALT_NAME = "2.5.29.17"

_NAMES = {
    COMMON_NAME: "commonName",
    SURNAME: "surname",
    "2.5.4.5": "serialNumber",
    "2.5.4.6": "countryName",
    "2.5.4.7": "localityName",
    "2.5.4.8": "stateOrProvinceName",
    "2.5.4.9": "streetAddress",
    "2.5.4.10": "organizationName",
    "2.5.4.11": "organizationalUnitName",
    "2.5.4.12": "title",
    "2.5.4.13": "description",
    "2.5.4.15": "businessCategory",
    "2.5.4.16": "postalAddress",
    "2.5.4.17": "postalCode",
    "2.5.4.18": "postOfficeBox",
    "2.5.4.20": "telephoneNumber",
    "2.5.4.23": "facsimileTelephoneNumber",
    "2.5.4.41": "name",
    GIVEN_NAME: "givenName",
    "2.5.4.43": "initials",
    "2.5.4.44": "generationQualifier",
    "2.5.4.45": "x500UniqueIdentifier",
    "2.5.4.46": "dnQualifier",
    PSEUDONYM: "pseudonym",
    "2.5.4.97": "organizationIdentifier",
    "0.9.2342.19200300.100.1.1": "userId",
    "0.9.2342.19200300.100.1.3": "mail",
    "0.9.2342.19200300.100.1.25": "domainComponent",
    EMAIL_ADDRESS: "emailAddress",
    "1.2.840.113549.1.9.2": "unstructuredName",
    "1.2.840.113549.1.9.8": "unstructuredAddress",
}


@dataclass(frozen=True, slots=True)
class Place:
    """One attribute of the subject or the issuer that holds text."""

    side: str  # "subject" or "issuer"
    name: Name
    attribute: Attribute
    text: Text

    @property
    def where(self) -> str:
        """`subject.1.emailAddress`: side, position of the RDN, name of the attribute (dotted OID when it has none)."""
        return f"{self.side}.{self.attribute.rdn}.{attribute_name(self.attribute.oid)}"


def attribute_name(oid: str) -> str:
    """The name of an attribute type as in X.520 and RFC 4519, or the dotted OID."""
    return _NAMES.get(oid, oid)


def name_places(certificate: Certificate, *oids: str) -> Iterator[Place]:
    """Attributes with text of the subject, then of the issuer: those of the given types, or all."""
    for side, name in _names(certificate):
        for attribute in name.attributes:
            if attribute.text is not None and (not oids or attribute.oid in oids):
                yield Place(side, name, attribute, attribute.text)


def nested_places(certificate: Certificate) -> Iterator[Place]:
    """The same for the texts inside attributes that are no string themselves, such as the lines of a postalAddress."""
    for side, name in _names(certificate):
        for attribute in name.attributes:
            if attribute.text is None:
                for text in nested_texts(attribute.raw):
                    yield Place(side, name, attribute, text)


def _names(certificate: Certificate) -> tuple[tuple[str, Name], ...]:
    return ("subject", certificate.subject), ("issuer", certificate.issuer)


def spellings(text: Text) -> tuple[str, ...]:
    """The repaired form first, where there is one, then the text as decoded."""
    if text.repaired is None or text.repaired == text.value:
        return (text.value,)
    return (text.repaired, text.value)
