"""German signature and health cards: admissions, procurations, personal data, pseudonyms."""

from __future__ import annotations

from typing import Any

from support.certs import (
    CLIENT_AUTH,
    EMAIL_PROTECTION,
    extended_key_usage,
    extension,
    integer,
    name,
    oid,
    other_name,
    string,
    tlv,
)
from support.personal import held_by_people

MAIL = {"eku": (EMAIL_PROTECTION,)}
CLIENT = {"eku": (CLIENT_AUTH,)}
TELEMATICS = "1.2.276.0.76.4."


def naming_authority(text: str, url: str = "") -> bytes:
    """Encode NamingAuthority with a text and a web address."""
    return tlv(0x30, string(url, "ia5") if url else b"", string(text))


def profession(*items: str, oids: tuple[str, ...] = (), number: str = "", more: bytes = b"") -> bytes:
    """Encode ProfessionInfo."""
    fields = [tlv(0x30, *map(string, items))]
    fields += [tlv(0x30, *map(oid, oids))] if oids else []
    fields += [string(number, "printable")] if number else []
    return tlv(0x30, more, *fields)


def admission(*professions: bytes, authority: bytes = b"", chamber: bytes = b"") -> bytes:
    """Encode the admission extension."""
    admissions = tlv(0x30, tlv(0xA1, chamber) if chamber else b"", tlv(0x30, *professions))
    return extension("1.3.36.8.3.3", tlv(0x30, authority, tlv(0x30, admissions)))


def personal_data(identity: bytes, *fields: bytes) -> bytes:
    """Encode PersonalData."""
    return tlv(0x30, identity, *fields)


def attributes(*pairs: tuple[str, bytes]) -> bytes:
    """Encode subjectDirectoryAttributes."""
    return extension("2.5.29.9", tlv(0x30, *(tlv(0x30, oid(kind), tlv(0x31, value)) for kind, value in pairs)))


def procuration(party: bytes, kind: str = "Prokura") -> bytes:
    """Encode the procuration extension."""
    country = tlv(0xA1, string("DE", "printable"))
    return extension("1.3.36.8.3.2", tlv(0x30, country, tlv(0xA2, string(kind)), tlv(0xA3, party)))


PHYSICIAN = [
    ("C", "DE"),
    ("CN", "Dr. Eva Beispiel"),
    ("GN", "Eva"),
    ("SN", "Beispiel"),
    ("serialNumber", "80276001011699901"),
]
CHAMBER = tlv(0xA4, name([("C", "DE"), ("O", "Ärztekammer Musterstadt")]))
BORN = tlv(0x81, b"19800229120000Z")
REAL_NAME = tlv(0x30, string("Größer"), tlv(0x30, string("Ilse"), string("Marie")))

LIST_ISSUER = name(
    [
        *(("C", "DE"), ("O", b"Muster f\xc8ur Beispiele AG", "t61")),
        [("CN", "Muster CRL 7:PN", "t61"), ("0.2.262.1.10.7.20", "1", "printable")],
    ]
)
LIST_BY_NAME = tlv(0x30, tlv(0x30, tlv(0xA0, tlv(0xA0, tlv(0xA4, LIST_ISSUER)))))

CASES: dict[str, dict[str, Any]] = held_by_people(
    {
        "admission-physician": {
            "subject": PHYSICIAN,
            "extra": [
                admission(
                    profession("Ärztin/Arzt", oids=(f"{TELEMATICS}30",), number="1-1.58.00000042"),
                    authority=CHAMBER,
                    chamber=naming_authority("Ärztekammer Musterstadt", "https://chamber.example.org/"),
                )
            ],
            **CLIENT,
        },
        "admission-insured": {
            "subject": [
                ("C", "DE"),
                ("OU", "109999999"),
                ("OU", "X110000001"),
                ("CN", "Max Mustermann"),
                ("SN", "Mustermann"),
            ],
            "extra": [admission(profession("Versicherte/-r", oids=(f"{TELEMATICS}49",)))],
            **CLIENT,
        },
        "admission-practice": {
            "subject": [("C", "DE"), ("O", "Praxis Beispiel"), ("CN", "Praxis Beispiel")],
            "extra": [
                admission(profession("Betriebsstätte Arzt", oids=(f"{TELEMATICS}50",), number="1-2.58.00000043"))
            ],
            **CLIENT,
        },
        "admission-service": {
            "subject": [("C", "DE"), ("CN", "idp.example.org")],
            "extra": [admission(profession("IDP-Dienst", oids=(f"{TELEMATICS}260",)))],
        },
        "admission-lawyer": {
            "subject": [("C", "DE"), ("CN", "Muster, Jan"), ("GN", "Jan"), ("SN", "Muster")],
            "extra": [
                admission(
                    profession(
                        "Rechtsanwalt",
                        oids=("1.3.36.8.3.11.1.2",),
                        number="R-4711",
                        more=tlv(0xA0, naming_authority("Rechtsanwaltskammer Musterstadt")),
                    ),
                    profession("Fachanwalt für Familienrecht"),
                )
            ],
            **MAIL,
        },
        "admission-engineer": {
            "subject": [("C", "DE"), ("CN", "Lena Vorlage"), ("serialNumber", "1")],
            "extra": [admission(profession("Öffentlich bestellte Vermessungsingenieurin", number="V-17"))],
        },
        "admission-attribute": {
            "subject": [("CN", "Night Heron:PN"), ("pseudonym", "Night Heron:PN")],
            "extra": [attributes(("1.3.36.8.3.3", tlv(0x30, tlv(0x30, tlv(0x30, tlv(0x30, profession("Notarin")))))))],
        },
        "admission-other-layout": {
            "subject": [("GN", "Jan"), ("SN", "Muster")],
            "extra": [extension("1.3.36.8.3.3", tlv(0x31, string("Apotheker")))],
        },
        "procuration-person": {
            "subject": [("GN", "Eva"), ("SN", "Beispiel")],
            "extra": [
                procuration(
                    other_name(
                        "1.3.36.8.4.1",
                        personal_data(REAL_NAME, BORN, tlv(0xA2, string("Musterstadt")), tlv(0x83, b"F")),
                    )
                )
            ],
        },
        "procuration-name": {
            "subject": [("GN", "Eva"), ("SN", "Beispiel")],
            "extra": [
                procuration(tlv(0xA4, name([("C", "DE"), ("CN", "Jan Vorlage"), ("GN", "Jan"), ("SN", "Vorlage")])))
            ],
        },
        "procuration-attribute": {
            "subject": [("GN", "Eva"), ("SN", "Beispiel")],
            "extra": [
                attributes(
                    (
                        "1.3.36.8.3.2",
                        tlv(
                            0x30,
                            tlv(0xA3, tlv(0xA4, name([("GN", "Jan"), ("SN", "Vorlage"), ("serialNumber", "17-4711")]))),
                        ),
                    )
                )
            ],
        },
        "procuration-company": {
            "subject": [("GN", "Eva"), ("SN", "Beispiel")],
            "extra": [
                procuration(
                    tlv(0xA4, name([("C", "DE"), ("O", "Beispiel GmbH"), ("CN", "Beispiel GmbH")])), "Vollmacht"
                )
            ],
        },
        "procuration-mailbox": {
            "subject": [("GN", "Eva"), ("SN", "Beispiel")],
            "extra": [procuration(tlv(0x81, b"jan.vorlage@example.org"))],
        },
        "procuration-certificate": {
            "subject": [("GN", "Eva"), ("SN", "Beispiel")],
            "extra": [procuration(tlv(0x30, tlv(0x30, tlv(0xA4, name([("CN", "Example CA")]))), integer(0x1F2E3D4C)))],
        },
        "majority-age": {"subject": [("CN", "Kim:PN")], "extra": [extension("1.3.36.8.3.5", tlv(0x80, b"\x12"))]},
        "majority-country": {
            "subject": [("CN", "Kim:PN")],
            "extra": [extension("1.3.36.8.3.5", tlv(0xA1, string("AT", "printable")))],
        },
        "majority-minor": {
            "subject": [("CN", "Kim:PN")],
            "extra": [extension("1.3.36.8.3.5", tlv(0xA1, b"\x01\x01\x00", string("DE", "printable")))],
        },
        "majority-birth": {
            "subject": [("CN", "Kim:PN")],
            "extra": [extension("1.3.36.8.3.5", tlv(0x82, b"20010203000000Z"))],
        },
        "card-and-texts": {
            "subject": [
                ("C", "DE"),
                ("CN", "Eva Beispiel"),
                ("GN", "Eva"),
                ("SN", "Beispiel"),
                ("0.2.262.1.10.7.20", "3"),
            ],
            "extra": [
                extension("1.3.36.8.3.6", tlv(0x04, bytes.fromhex("8027600101169990123f"))),
                extension("1.3.36.8.3.8", string("Nur für Geschäfte bis 500 Euro")),
                extension("1.3.36.8.3.15", string("Mitglied des Vorstands")),
                attributes(("1.3.36.8.3.14", string("Müller", "t61"))),
            ],
        },
        "restriction-holder": {
            "subject": [("C", "DE"), ("O", "Muster-Bau GmbH"), ("CN", "Muster_Bau:45:PN")],
            "extra": [
                extension(
                    "1.3.36.8.3.8",
                    string(
                        "Der Zertifikatsinhaber Erika Mustermann ist vertretungsberechtigtes Organ der Muster-Bau GmbH."
                    ),
                )
            ],
        },
        "restriction-acting": {
            "subject": [("C", "DE"), ("O", "Muster-Bau GmbH"), ("CN", "Muster_Bau:46:PN")],
            "extra": [
                extension("1.3.36.8.3.8", string("Vertreten durch den Geschäftsführer Dr. Jan von Vorlage. Nur GmbH.")),
                extension("1.3.36.8.3.15", string("Inhaberin der Signaturkarte: Frau Lena Beispiel-Muster, Prokura")),
            ],
        },
        "restriction-subject": {
            "subject": [("C", "DE"), ("O", "Muster-Bau GmbH"), ("CN", "Muster_Bau:48:PN")],
            "extra": [
                extension("1.3.36.8.3.8", string("Lena Beispiel ist alleinige Geschäftsführerin der Muster-Bau GmbH")),
                extension("1.3.36.8.3.15", string("Die Nutzung ist nur Prokuristen der Muster-Bau GmbH erlaubt")),
            ],
        },
        "restriction-of-company": {
            "subject": [("C", "DE"), ("O", "Muster-Bau GmbH"), ("CN", "Muster_Bau:47:PN")],
            "extra": [extension("1.3.36.8.3.8", string("Zertifikatsinhaber ist Muster Bau GmbH, Musterstadt"))],
        },
        "telekom-attributes": {
            "subject": [
                *(("C", "DE"), ("CN", "Vorlage, Jan"), ("0.2.262.1.10.7.17", "Jan"), ("0.2.262.1.10.7.18", "von")),
                *(("0.2.262.1.10.7.19", "01234"), ("0.2.262.1.10.7.20", "1"), ("0.2.262.1.10.7.25", "4711-0815")),
            ],
            **MAIL,
        },
        "personal-data": {
            "subject": [("CN", "example")],
            "san": [
                other_name(
                    "1.3.36.8.4.1",
                    personal_data(
                        *(REAL_NAME, tlv(0x80, b"\x07"), BORN, tlv(0xA2, string("Musterstadt")), tlv(0x83, b"F")),
                        tlv(0xA4, string("Musterweg 1, 01234 Musterstadt")),
                    ),
                )
            ],
        },
        "personal-data-pseudonym": {"san": [other_name("1.3.36.8.4.1", personal_data(string("Night Heron")))]},
        "personal-data-pkix": {"san": [other_name("1.3.6.1.5.5.7.8.1", personal_data(REAL_NAME, BORN))]},
        "personal-data-other-layout": {
            "san": [
                other_name("1.3.6.1.5.5.7.8.1", string("Ilse Größer")),
                other_name("1.3.6.1.5.5.7.8.1", string("jane@example.org")),
                other_name("1.3.36.8.4.1", tlv(0x31, string("4711-0815", "printable"))),
            ]
        },
        "pseudonym-suffix": {"subject": [("C", "DE"), ("CN", "Nachteule:PN")], **MAIL},
        "not-pseudonym-ca": {
            "subject": [("C", "DE"), ("CN", "Muster CA 1:PN")],
            "issuer": [("CN", "Muster Root 5:PN")],
            "ca": True,
        },
        "odd-01-name-in-common-name-only": {
            "subject": [("C", "DE"), ("CN", "Vorlage, Jan Maria Eva"), ("serialNumber", "1")],
            "issuer": [("C", "DE"), ("O", "Muster AG"), [("CN", "Muster CA 7:PN"), ("0.2.262.1.10.7.20", "1")]],
            "extensions": [extended_key_usage([EMAIL_PROTECTION]), extension("2.5.29.31", LIST_BY_NAME)],
        },
    }
)
