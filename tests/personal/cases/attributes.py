"""Attributes of people besides names and numbers: addresses, telephones, accounts, titles, birth, pictures."""

from __future__ import annotations

import hashlib
from typing import Any

from support.certs import (
    CLIENT_AUTH,
    EMAIL_PROTECTION,
    SERVER_AUTH,
    certificate_policies,
    extension,
    make_certificate,
    name,
    oid,
    string,
    tlv,
)

CLIENT = {"eku": (CLIENT_AUTH,)}
JANE = [("C", "XX"), ("GN", "Jane"), ("SN", "Doe")]
COSINE, PDA = "0.9.2342.19200300.100.1", "1.3.6.1.5.5.7.9"
BOSS = name([("GN", "Robin"), ("SN", "Roe")])
HASH = hashlib.sha256(b"+15550100").hexdigest()


def _lines(*lines: str) -> bytes:
    return tlv(0x30, *(string(line) for line in lines))


def _birth(*values: tuple[int, bytes]) -> bytes:
    attributes = (tlv(0x30, oid(f"{PDA}.{arc}"), tlv(0x31, value)) for arc, value in values)
    return extension("2.5.29.9", tlv(0x30, *attributes))


ADDRESS = [
    ("2.5.4.7", "Exampletown"),
    ("2.5.4.8", "Example County"),
    ("2.5.4.9", "Example Street 1"),
    ("2.5.4.17", "EX1 2AM"),
]
ORGANISATION = [("C", "XX"), ("O", "Example Ltd"), *ADDRESS]

CASES: dict[str, dict[str, Any]] = {
    # addresses
    "address-of-person": {
        "subject": [
            *JANE,
            *ADDRESS,
            ("2.5.4.16", _lines("Jane Doe", "Example Street 1", "EX1 2AM Exampletown"), "raw"),
            ("2.5.4.18", "PO Box 17"),
            ("2.5.4.19", "Exampletown 3"),
            ("2.5.4.26", _lines("Example Street 2", "Exampletown"), "raw"),
            ("2.5.4.51", "Flat 4"),
            (f"{COSINE}.6", "Room 5"),
            (f"{COSINE}.39", "Example Lane 7 $ Exampletown"),
        ],
        **CLIENT,
    },
    "address-beside-organisation": {"subject": [*JANE, ("O", "Example Ltd"), *ADDRESS], **CLIENT},
    "address-of-server": {"subject": [*ORGANISATION, ("CN", "www.example.org")], "san": [("dns", "www.example.org")]},
    "address-of-server-extended": {
        "subject": [
            *(("2.5.4.15", "Private Organization"), ("1.3.6.1.4.1.311.60.2.1.1", "Exampletown")),
            *(("1.3.6.1.4.1.311.60.2.1.2", "Example County"), ("1.3.6.1.4.1.311.60.2.1.3", "XX", "printable")),
            *(("serialNumber", "4711001"), *ORGANISATION, ("CN", "www.example.org")),
        ],
        "san": [("dns", "www.example.org")],
    },
    "address-individual": {
        "subject": [("C", "XX"), ("O", "Jane Doe"), ("2.5.4.7", "Exampletown"), ("CN", "www.example.org")],
        "eku": (SERVER_AUTH,),
        "extra": [certificate_policies(["2.23.140.1.2.3"])],
    },
    # telephones
    "phone-of-person": {
        "subject": [
            *(("C", "ES"), ("GN", "María"), ("SN", "Ejemplo")),
            ("2.5.4.20", "+34 910 123 456", "printable"),
            ("2.5.4.21", tlv(0x30, *(string(part, "printable") for part in ("12345", "EX", "EXAMPLE"))), "raw"),
            ("2.5.4.23", tlv(0x30, string("910 123 457", "printable")), "raw"),
            ("2.5.4.24", "2145123456789", "numeric"),
            ("2.5.4.25", "34910123458", "numeric"),
            (f"{COSINE}.20", "910 123 459"),
            (f"{COSINE}.41", "+34 612 345 678"),
            (f"{COSINE}.42", "612 345 679"),
        ],
        **CLIENT,
    },
    "phone-of-contact": {
        "subject": [("C", "DE"), ("O", "Beispiel GmbH"), ("CN", "www.example.org"), ("2.5.4.20", "030 23125 000")],
        "san": [("dns", "www.example.org")],
    },
    "phone-of-organisation": {
        "subject": [("C", "DE"), ("O", "Beispiel GmbH"), ("2.5.4.20", "Tel.: +49 30 23125-001; +49 30 23125-002")],
        "eku": (EMAIL_PROTECTION,),
        "extra": [certificate_policies(["2.23.140.1.5.2.1"])],
    },
    "phone-hashed": {"subject": [("C", "IN"), ("GN", "मीरा"), ("SN", "उदाहरण"), ("2.5.4.20", HASH)], **CLIENT},
    "phone-placeholder": {"subject": [*JANE, ("2.5.4.20", "0000000"), (f"{COSINE}.41", "n/a")], **CLIENT},
    # accounts and other identifiers
    "uid-name": {"subject": [("DC", "org"), ("DC", "example"), ("UID", "jdoe")], **CLIENT},
    "uid-address": {"subject": [("UID", "jane.doe@example.org"), ("CN", "Q-7")], **CLIENT},
    "uid-employee": {"subject": [("O", "Example Ltd"), ("UID", "00471100")], **CLIENT},
    "uid-vietnam": {"subject": [("C", "VN"), ("CN", "Nguyễn Thị Ví Dụ"), ("UID", "CCCD:001180012345")], **CLIENT},
    "uid-vietnam-old": {"subject": [("C", "VN"), ("CN", "Q-7"), ("UID", "CMND:012345678")], **CLIENT},
    "uid-vietnam-company": {"subject": [("C", "VN"), ("O", "Ví Dụ"), ("UID", "MST:0100233488")], "eku": ()},
    "uid-apple-team": {
        "issuer": [("C", "US"), ("O", "Apple Inc."), ("CN", "Example Developer Authority")],
        "subject": [("UID", "EX4MPL3XY1"), ("CN", "Apple Development: Jane Doe (EX4MPL3XY2)"), ("OU", "EX4MPL3XY1")],
        "eku": ("1.3.6.1.5.5.7.3.3",),
    },
    "uid-apple-push": {
        "issuer": [("C", "US"), ("O", "Apple Inc."), ("CN", "Example Push Authority")],
        "subject": [("UID", "org.example.app"), ("CN", "Push Services: org.example.app")],
        "eku": (CLIENT_AUTH,),
    },
    "uid-server": {"subject": [("UID", "web17"), ("CN", "www.example.org")], "san": [("dns", "www.example.org")]},
    "identifiers-of-person": {
        "subject": [
            *JANE,
            ("2.16.840.1.113730.3.1.3", "E-4711"),
            ("2.5.4.46", "Q-4712", "printable"),
            ("2.5.4.45", tlv(0x03, b"\x00\x8f\x01\xfe"), "raw"),
            (f"{COSINE}.44", "U-4713"),
            ("1.2.840.113556.1.4.656", "jane.doe@example.org"),
            ("2.5.4.105", "jane.doe@example.org"),
            ("2.5.4.83", "https://jane.example.org/about"),
            ("2.5.4.86", "urn:uuid:00000000-1111-4222-8333-444444444444"),
        ],
        **CLIENT,
    },
    "identifiers-of-device": {
        "subject": [("O", "Example Ltd"), ("2.5.4.46", "Q-4712", "printable"), (f"{COSINE}.44", "U-4713")],
        "eku": (SERVER_AUTH,),
    },
    "secrets": {
        "subject": [
            *JANE,
            ("2.5.4.35", tlv(0x04, b"correct horse"), "raw"),
            ("1.2.840.113549.1.9.7", "battery staple", "printable"),
        ],
        **CLIENT,
    },
    # the person
    "titles": {
        "subject": [
            *JANE,
            ("title", "Head of Examples"),
            ("2.5.4.72", tlv(0x30, tlv(0xA1, tlv(0x86, b"urn:example:role:editor"))), "raw"),
            (f"{COSINE}.5", "Rooibos"),
            (f"{COSINE}.40", "Dr."),
            ("2.16.840.1.113730.3.1.39", "de-CH, en;q=0.8"),
        ],
        **CLIENT,
    },
    "title-kind": {"subject": [("C", "LU"), ("GN", "Marie"), ("SN", "Exemple"), ("title", "Private Person")], **CLIENT},
    "title-of-organisation": {"subject": [("O", "Example Ltd"), ("title", "Registrar")], "eku": (SERVER_AUTH,)},
    "pictures": {
        "subject": [
            *JANE,
            (f"{COSINE}.7", tlv(0x04, b"\x00\x01\xfe\x80" * 8), "raw"),
            (f"{COSINE}.55", tlv(0x04, b".snd\x00\x00\x00\x18" + b"\xff" * 8), "raw"),
            (f"{COSINE}.60", tlv(0x04, b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(16)), "raw"),
        ],
        **CLIENT,
    },
    "birth": {
        "subject": [*JANE],
        "extra": [
            _birth(
                (1, tlv(0x18, b"19800101120000Z")),
                (2, string("Exampletown")),
                (3, string("F", "printable")),
                (4, string("XX", "printable")),
                (5, string("XY", "printable")),
            )
        ],
        **CLIENT,
    },
    "birth-odd": {
        "subject": [],
        "extra": [_birth((1, tlv(0x17, b"800101120000Z")), (3, string("männlich")), (1, string("01.02.1980")))],
        **CLIENT,
    },
    "birth-unreadable": {"subject": [], "extra": [_birth((1, string("spring 1980")), (3, string("?")))], **CLIENT},
    # other people
    "entries": {
        "subject": [
            *JANE,
            *((f"2.5.4.{arc}", BOSS, "raw") for arc in (31, 32, 33, 34, 49)),
            ("2.5.4.50", tlv(0x30, BOSS, tlv(0x03, b"\x06\x40")), "raw"),
            (f"{COSINE}.10", name([("CN", "Robin Roe"), ("emailAddress", "robin.roe@example.org")]), "raw"),
            (f"{COSINE}.21", name([("CN", "Sam Poe")]), "raw"),
        ],
        **CLIENT,
    },
    "entries-of-organisation": {"subject": [("2.5.4.34", name([("O", "Example Ltd")]), "raw")], **CLIENT},
    "certificate-inside": {
        "subject": [("O", "Example Ltd"), ("2.5.4.36", make_certificate(name(JANE), serial=7), "raw")],
        **CLIENT,
    },
    # free text with addresses in it
    "text-addresses": {
        "subject": [
            ("2.5.4.13", "Ask jane.doe@example.org"),
            (f"{COSINE}.4", "Ask jane.doe@example.org"),
            (f"{COSINE}.2", "/I=J/G=Jane/S=Doe/RFC-822=jane.doe(a)example.org/jane.doe@example.org"),
            ("1.2.840.113549.1.9.2", "jane.doe@example.org"),
            ("1.2.840.113549.1.9.8", "192.0.2.7, jane.doe@example.org"),
            ("1.2.840.113549.1.9.20", "Key of jane.doe@example.org", "bmp"),
            ("1.3.6.1.4.1.42.2.11.2.1", "jane.doe@example.org", "ia5"),
            ("2.5.4.104", "jané@example.org"),
            ("mail", "jane.doe@example.org"),
        ],
        **CLIENT,
    },
}
