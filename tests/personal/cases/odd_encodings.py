"""Odd certificates of the wild, rebuilt with invented people: false encodings, and unusual numbers of values."""

from __future__ import annotations

from typing import Any

from support.certs import CLIENT_AUTH, EMAIL_PROTECTION, UPN, extension, integer, oid, string, tlv

MAIL: dict[str, Any] = {"eku": (EMAIL_PROTECTION,)}
SID, NTDS_SID = "1.3.6.1.4.1.311.25.2", "1.3.6.1.4.1.311.25.2.1"
OBJECT_GUID, KERBEROS = "1.3.6.1.4.1.311.25.1", "1.3.6.1.5.2.2"


def principal(realm: str, *components: str) -> bytes:
    """Encode a KRB5PrincipalName (RFC 4556 section 3.2.2)."""
    names = (string(component, "general") for component in components)
    of_name = tlv(0x30, tlv(0xA0, integer(1)), tlv(0xA1, tlv(0x30, *names)))
    return tlv(0x30, tlv(0xA0, string(realm, "general")), tlv(0xA1, of_name))


def security_identifier(text: str) -> bytes:
    """Encode Microsoft's extension with the SID of an account."""
    return extension(SID, tlv(0x30, tlv(0xA0, oid(NTDS_SID), tlv(0xA0, tlv(0x04, text.encode())))))


CASES: dict[str, dict[str, Any]] = {
    "odd-09-accents-of-t61": {  # the accent before its letter, and an issuer with the mark of a pseudonym
        "subject": [("C", "XX"), ("CN", b"J\xc8org M\xc8uster", "t61"), ("SN", b"M\xc8uster", "t61")],
        "issuer": [("C", "XX"), ("O", b"Beh\xc8orde", "t61"), ("CN", "5R-CA 1:PN")],
        **MAIL,
    },
    "odd-10-utf-8-in-t61": {
        "subject": [
            ("C", "PL"),
            ("O", "Przykład Spółka z o.o.".encode(), "t61"),
            ("CN", "Łucja Wymyślona®".encode(), "t61"),
            ("SN", "Wymyślona".encode(), "t61"),
        ],
        **MAIL,
    },
    "odd-20-more-than-sixty-addresses": {
        "subject": [("CN", "Example"), *(("emailAddress", f"person{n:02}@example.org") for n in range(64))],
        **MAIL,
    },
    "odd-27-identifiers-of-a-directory": {
        "subject": [("CN", "jane.roe")],
        "san": [
            ("other", OBJECT_GUID, tlv(0x04, bytes(range(16)))),
            ("other", UPN, string("jane.roe@corp.example.org")),
            ("other", KERBEROS, principal("CORP.EXAMPLE.ORG", "jane.roe", "admin", "host.example.org")),
        ],
        "extra": [security_identifier("S-1-5-21-1111111111-2222222222-3333333333-1104")],
        "eku": (CLIENT_AUTH,),
    },
    "odd-28-latin-1-in-utf-8": {
        "subject": [
            ("GN", b"Ren\xe9e", "utf8"),
            ("SN", b"Ib\xe1\xf1ez", "utf8"),
            ("unstructuredName", b"Ren\xe9e.example.org", "ia5"),
        ],
        **MAIL,
    },
    "odd-28-a-router": {
        "subject": [("CN", "IOS-Self-Signed-Certificate-1234567890"), ("unstructuredName", "router.example.org", "ia5")]
    },
    "odd-29-a-nul": {"subject": [("CN", b"\0", "utf8")], "san": [("dns", "www.example.org\0.example.net")]},
    "odd-29-a-nul-in-a-name": {"subject": [("GN", b"Jane\0", "utf8"), ("SN", b"D\0oe", "printable")], **MAIL},
    "odd-29-no-utf-8": {"subject": [("CN", b"J\xff\xfene \xc3 Doe", "utf8"), ("SN", "Doe")], **MAIL},
}
