"""Forms in which people paste identifiers, and the certificates of two people that they mean.

A form is a template: the same text with the identifiers of another person asks for somebody else. `Person.der` is the
certificate in which everything about the person stands.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import md5, sha1, sha256
from typing import NamedTuple

from support.certs import CLIENT_AUTH, EMAIL_PROTECTION, make_certificate, other_name, string

from ctscan.model import Certificate, IdentifierKind
from ctscan.x509.certificate import read_certificate

_UPN = "1.3.6.1.4.1.311.20.2.3"


def _pairs(digits: str, sign: str) -> str:
    return sign.join(digits[at : at + 2] for at in range(0, len(digits), 2))


@dataclass(frozen=True)
class Person:
    """Invented holder of a certificate, with all that a form may show of it."""

    given: str
    surname: str
    number: str
    phone: str  # as dialled within Spain
    account: str
    serial: int
    address: str
    domain: str
    der: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        subject = [
            ("C", "ES"),
            ("GN", self.given),
            ("SN", self.surname),
            ("CN", f"{self.surname.upper()} {self.given.upper()} - NIF:{self.number}"),
            ("serialNumber", f"IDCES-{self.number}"),
            ("2.5.4.20", self.phone),
            ("0.9.2342.19200300.100.1.1", self.account),
        ]
        san = [("email", self.address), other_name(_UPN, string(self.address))]
        der = make_certificate(subject, san, serial=self.serial, eku=(CLIENT_AUTH, EMAIL_PROTECTION))
        object.__setattr__(self, "der", der)

    @property
    def certificate(self) -> Certificate:
        """The certificate as the index keeps it."""
        return read_certificate(self.der)

    @property
    def words(self) -> dict[str, str]:
        """Values of the fields of a template."""
        serial, local = f"{self.serial:x}", self.address.partition("@")[0]
        digits = {"sha256": sha256(self.der).hexdigest(), "sha1": sha1(self.der, usedforsecurity=False).hexdigest()}
        octets = {
            f"{name}_{form}": _pairs(value, sign)
            for name, value in {**digits, "serial": serial}.items()
            for form, sign in (("colons", ":"), ("spaces", " "), ("hyphens", "-"))
        }
        return {
            **digits,
            **octets,
            **{f"{name.upper()}": value.upper() for name, value in octets.items()},
            "md5_colons": _pairs(md5(self.der, usedforsecurity=False).hexdigest(), ":"),
            "given": self.given,
            "surname": self.surname,
            "number": self.number,
            "phone": self.phone,
            "phone_spaced": f"{self.phone[:3]} {self.phone[3:6]} {self.phone[6:]}",
            "account": self.account,
            "address": self.address,
            "local": local,
            "spoken": local.replace(".", " dot "),
            "domain": self.domain,
            "spoken_domain": self.domain.replace(".", " dot "),
            "bracketed_domain": self.domain.replace(".", "[dot]"),
            "serial": serial,
            "SERIAL": serial.upper(),
            "decimal": str(self.serial),
        }


JANE = Person(
    "Jane", "Roe", "12345678Z", "912345678", "jroe2031", 0x4A8C12AF3319C0DE, "jane.roe@example.org", "example.org"
)
JOHN = Person(
    "John", "Doe", "87654321X", "931234567", "jdoe1990", 0x1B2F99AA00DD4E77, "john.doe@example.com", "example.com"
)


class Form(NamedTuple):
    """Form of an identifier, and the kinds of which one has to find the person."""

    template: str
    kinds: frozenset[IdentifierKind]

    def of(self, person: Person) -> str:
        """Fill the form with the identifiers of a person."""
        return self.template.format(**person.words)


def _forms(kinds: str, *templates: str) -> list[Form]:
    return [Form(template, frozenset(map(IdentifierKind, kinds.split()))) for template in templates]


FORMS: tuple[Form, ...] = (
    *_forms(
        "email",
        *("{address}", "“{address}”", "„{address}“", "«{address}»", "»{address}«", "‘{address}’", "`{address}`"),
        *('"{address}', "「{address}」", "<{address}>", "[{address}]", "({address}),", "{address};", "{address}."),
        *("mailto:{address}?subject=hello", "mailto:?to={address}", "[{address}](mailto:{address})"),
        *("<mailto:{address}>", '<a href="mailto:{address}">write to me</a>', "{local}%40{domain}"),
        *("{local}&#64;{domain}", "{local}&commat;{domain}", "{local}&#x40;{domain}&nbsp;", "&lt;{address}&gt;"),
        *("{local}(at){domain}", "{local} [at] {domain}", "{local}{{at}}{domain}", "{local}(ät){domain}"),
        *("{local}[at]{bracketed_domain}", "{spoken} at {spoken_domain}", "{local} at {domain}"),
        *(
            "\u200b{address}\ufeff",
            "{local}\u00ad@{domain}",
            "\u00a0{address}\u00a0",
            "From: {given} {surname} <{address}>",
        ),
        *("{given} {surname} <{address}>", "To: “{surname}, {given}” <{address}>", "E-Mail-Adresse: {address}"),
        *("emailAddress={address}", "email:{address}", "RFC822 Name={address}", "Principal Name={address}"),
        *("E = {address}", "Email Address {address}", "email:{address}, DNS:{domain}", "othername: UPN::{address}"),
        *(
            "X509v3 Subject Alternative Name: email:{address}",
            "sip:{address}",
            "{address}>",
            "{given} {surname};{address}",
            "emailAddress = {address}, CN = J",
            "{address} [mailto:{address}]",
            "Absender: {address}",
            "- {address}",
            "{given} {surname} {address}",
        ),
    ),
    *_forms(
        "domain",
        *("@{domain}", "*@{domain}", "*.{domain}", "{domain}", "https://{domain}/x", "//{domain}", "DNS:{domain}"),
        *(
            "domain:{domain}",
            "Domain {domain}",
            "“@{domain}”",
            "{domain}.",
            "https://www.{domain}:8443/?a=b".replace("www.", ""),
        ),
    ),
    *_forms(
        "name",
        *(
            "{given} {surname}",
            "{surname}, {given}",
            "{surname} {given}",
            "“{given} {surname}”",
            "Dr. {given} {surname}",
        ),
        *(
            "Ms {given} {surname}",
            "{given} {surname} (CEO)",
            "Prof. Dr.-Ing. {given} {surname}",
            "{given} {surname}, PhD",
        ),
        *("Frau {given} {surname}", "Dña. {given} {surname}", "{given} {surname} Jr.", "M. {given} {surname}"),
        *(
            "CN={given} {surname}",
            "CN = {given} {surname}",
            "name:Dr. {given} {surname}",
            "Common Name: {given} {surname}",
        ),
        *("{given} {surname} {number}", "Titular: {given} {surname}", "C = ES, GN = {given}, SN = {surname}"),
        *("/C=ES/O=Acme, Inc/CN={given} {surname}", "O=Acme\\, Inc,CN={given} {surname},C=ES"),
    ),
    *_forms(
        "number",
        *(
            "{number}",
            "NIF {number}",
            "NIF: {number}",
            "IDCES-{number}",
            "number:{number}",
            "“{number}”",
            "ID {number}",
        ),
        *("{given} {surname} {number}", "{given} {surname} - NIF:{number}", "serialNumber=IDCES-{number}"),
        *("subject=C = ES, CN = {given} {surname} - NIF:{number}, serialNumber = IDCES-{number}", "DNI {number}"),
    ),
    *_forms(
        "phone",
        *("+34 {phone_spaced}", "0034 {phone_spaced}", "{phone}", "{phone_spaced}", "phone:{phone}", "tel:+34{phone}"),
        *(
            "Tel: {phone_spaced} (at work)",
            "phone:{phone} ext. 5",
            "Tel.: +34 {phone_spaced}",
            "Teléfono: {phone_spaced}",
            "+34 (0){phone_spaced}",
            "“+34{phone}”",
        ),
    ),
    *_forms(
        "account", "{account}", "account:{account}", "@{account}", "UID={account}", "User: {account}", "{account} (HR)"
    ),
    *_forms(
        "serial",
        *("serial:{serial}", "{serial}", "{SERIAL}", "serial={SERIAL}", "{serial_colons}", "{serial_spaces}"),
        *("0x{serial}", "Serial Number: {serial_colons}", "Serial Number:\n            {serial_colons}"),
        *("Serial Number: {decimal} (0x{serial})", "{decimal}", "serial:{decimal}", "Seriennummer: {serial}"),
        *("Numéro de série {serial_spaces}", "Número de serie: {serial}", "Serial number\t{SERIAL_SPACES}"),
        *("S/N: {SERIAL}", "Serial Number (hex): {serial}", "“{serial}”", "{SERIAL_HYPHENS}", "00:{serial_colons}"),
        *("(dec): {decimal}", "Serial No. {serial}", "Serial #: {serial}", "Serial (hex): {serial}"),
    ),
    *_forms(
        "sha256",
        *("{sha256}", "sha256:{sha256}", "sha256 Fingerprint={SHA256_COLONS}", "{SHA256_COLONS}", "{sha256_spaces}"),
        *("SHA-256 {SHA256_SPACES}", "SHA256: {SHA256_COLONS}", "SHA-256 Fingerprint: {SHA256_COLONS}"),
        *("Fingerprints SHA-256 {sha256}", "Thumbprint: {sha256}", "Cert Hash(sha256): {sha256_spaces}"),
        *("SHA-256-Fingerabdruck: {SHA256_COLONS}", "fingerprint: {SHA256_COLONS}", "“{sha256}”"),
        *("Fingerprint (SHA-256): {sha256}", "SHA-256 digest: {sha256}"),
    ),
    *_forms(
        "sha1",
        *("{sha1}", "sha1:{sha1}", "SHA1 Fingerprint={SHA1_COLONS}", "{SHA1_COLONS}", "{sha1_spaces}"),
        *("Thumbprint {sha1_spaces}", "Fingerabdruck: {sha1}", "Empreinte numérique : {sha1}", "SHA-1 {SHA1_SPACES}"),
        *("Huella digital: {sha1}", "Cert Hash(sha1): {sha1_spaces}", "sha1 fpr: {SHA1_COLONS}"),
        "Thumbprint (sha1): {sha1}",
    ),
)
"""Forms that have to be understood."""

REFUSED: tuple[str, ...] = (
    *("{address}, other@example.net", "{local}@@{domain}", "{local}@example..org", "{given} {address}"),
    "{surname}, {given}; Sample, John",
    *("{given} {surname}\tJohn Sample", "{given} {surname} | John Sample", "{given} {surname} / John Sample"),
    *("{given} {surname}\nJohn Sample", "• {given} {surname} • John Sample"),
    "From: {given} <{address}>, To: John <john@example.net>",
    "{given} <{address}>, John <john@example.net>",
    *("{local}(at){domain}, john(at)example.net", "{local}(at)example..org"),
    *("md5 Fingerprint={md5_colons}", "MD5: {md5_colons}", "sha256 Fingerprint={sha1_colons}", "SHA-1: {sha256}"),
    *("Serial Number:", "Thumbprint:", "sha256 Fingerprint=", "Email Address", "-----BEGIN CERTIFICATE-----"),
    *(
        "C3:45:G1:B2:11:22:33:44:55:66",
        "serial=4AXF",
        "Thumbprint: 4a8c",
        "O=Acme, C=ES",
        "192.0.2.1",
        "2001:db8::1",
        "“”",
        "()",
    ),
)
"""Forms that look like one kind and aren't of that kind."""
