"""Rarely used places of a certificate, each with a person in it or with an impersonal value."""

from __future__ import annotations

from typing import Any

from support.certs import CLIENT_AUTH, EMAIL_PROTECTION, extension, general_name, oid, string, tlv

MAIL, CLIENT = {"eku": (EMAIL_PROTECTION,)}, {"eku": (CLIENT_AUTH,)}
REPOSITORY = "1.3.6.1.5.5.7.48.5"
JANE = [("GN", "Jane"), ("SN", "Doe")]


def party(name: str, assigner: str = "") -> bytes:
    """Encode an ediPartyName: [0] nameAssigner OPTIONAL, [1] partyName."""
    who = [tlv(0xA0, string(assigner))] if assigner else []
    return tlv(0xA5, *who, tlv(0xA1, string(name)))


def access(*locations: Any) -> bytes:
    """Encode subjectInfoAccess: the place where the holder offers something."""
    found = (tlv(0x30, oid(REPOSITORY), general_name(location)) for location in locations)
    return extension("1.3.6.1.5.5.7.1.11", tlv(0x30, *found))


CASES: dict[str, dict[str, Any]] = {
    "edi-party": {"san": [party("Jane Doe", "Example Register of Traders")], **CLIENT},
    "edi-party-company": {"san": [party("Example Trading Ltd", "Example Register")], **CLIENT},
    "edi-party-code": {"subject": JANE, "san": [party("EX-4711 0815", "Example Register")], **CLIENT},
    "registered-identifiers": {"subject": JANE, "san": [("rid", "2.23.146.1.2.1.3"), ("rid", "2.999.17")], **CLIENT},
    "subject-info-access": {
        "subject": JANE,
        "extra": [access(("email", "jane.doe@example.org"), ("dir", [("CN", "Mária Vzorová"), ("GN", "Mária")]))],
        **MAIL,
    },
    "unstructured-address": {
        "subject": [
            ("C", "PL"),
            ("CN", "router.example.org"),
            ("1.2.840.113549.1.9.8", "PESEL: 44051401359", "printable"),
        ],
        **CLIENT,
    },
    "permanent-identifier-elsewhere": {
        "subject": [("C", "FR"), ("CN", "x")],
        "san": [("other", "1.3.6.1.5.5.7.8.3", string("12345678-5"))],
        **CLIENT,
    },
    "user-id-of-no-agency": {
        "subject": [("C", "DE"), ("UID", "1000000004.EXAMPLE.1"), ("CN", "JANE DOE")],
        **CLIENT,
    },
    "legal-entity-of-nobody": {
        "subject": [("C", "XX"), ("O", "Example Ltd"), ("CN", "www.example.org")],
        "extra": [extension("1.3.6.1.4.1.52266.1", string("9695000EXAMPLE000001", "printable"))],
        "san": [("dns", "www.example.org")],
    },
}
