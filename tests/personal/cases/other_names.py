"""Other types of otherName, biometric data, logos and roles."""

from __future__ import annotations

import hashlib
from typing import Any

from support.certs import CLIENT_AUTH, EMAIL_PROTECTION, extension, integer, oid, other_name, string, tlv
from support.personal import held_by_people

MAIL = {"eku": (EMAIL_PROTECTION,)}
CLIENT = {"eku": (CLIENT_AUTH,)}
PERSON = [("C", "DE"), ("GN", "Eva"), ("SN", "Beispiel")]
PKIX = "1.3.6.1.5.5.7.8."
SHA256 = tlv(0x30, oid("2.16.840.1.101.3.4.2.1"))


def digest(what: str) -> bytes:
    """Encode an invented hash as an OCTET STRING."""
    return tlv(0x04, hashlib.sha256(what.encode()).digest())


def logo(field: int, uri: str) -> bytes:
    """Encode a logotype with an image under a field: 1 of the issuer, 2 of the subject."""
    hashes = tlv(0x30, tlv(0x30, SHA256, digest("logo")))
    details = tlv(0x30, string("image/png", "ia5"), hashes, tlv(0x30, string(uri, "ia5")))
    data = tlv(0xA0, tlv(0x30, tlv(0x30, details)))
    return extension("1.3.6.1.5.5.7.1.12", tlv(0x30, tlv(0xA0 | field, data)))


PICTURE = tlv(0x30, integer(0), SHA256, digest("picture"), string("https://example.org/pictures/eva.jpg", "ia5"))
SIGNATURE = tlv(0x30, integer(1), SHA256, digest("signature"))
IRIS = tlv(0x30, oid("2.999.7"), SHA256, digest("iris"))

CASES: dict[str, dict[str, Any]] = held_by_people(
    {
        "permanent-identifier": {
            "subject": PERSON,
            "san": [other_name(f"{PKIX}3", tlv(0x30, string("P-1000042"), oid("2.999.1")))],
            **MAIL,
        },
        "permanent-identifier-bare": {
            "subject": [("CN", "x")],
            "san": [other_name(f"{PKIX}3", string("P-1000043"))],
            **CLIENT,
        },
        "hashed-identifier": {
            "subject": PERSON,
            "san": [other_name(f"{PKIX}6", tlv(0x30, SHA256, digest("random"), digest("pepsi")))],
            **MAIL,
        },
        "hashed-identifier-other-layout": {"san": [other_name(f"{PKIX}6", tlv(0x04, b"\x01\x02\x03"))], **MAIL},
        "jabber": {"san": [other_name(f"{PKIX}5", string("eva@chat.example.org/home"))], **CLIENT},
        "jabber-server": {"san": [other_name(f"{PKIX}5", string("chat.example.org"))]},
        "jabber-attribute": {"subject": [*PERSON, ("2.5.4.105", "eva@chat.example.org")], **MAIL},
        "hardware": {
            "subject": [("CN", "module")],
            "san": [
                other_name(f"{PKIX}4", tlv(0x30, oid("2.999.5"), tlv(0x04, b"SN-17-0042"))),
                other_name(f"{PKIX}4", tlv(0x30, oid("2.999.5"), tlv(0x04, b"\x00\x17\xff"))),
            ],
        },
        "service": {"san": [other_name(f"{PKIX}7", string("_xmpp-client.example.org", "ia5"))]},
        "service-is-an-account": {"san": [other_name(f"{PKIX}7", string("eva@example.org", "ia5"))]},
        "realm": {"san": [other_name(f"{PKIX}8", string("*.example.org"))]},
        "bundle-endpoint": {"san": [other_name(f"{PKIX}11", string("dtn://rover-7/", "ia5"))]},
        "biometrics": {
            "subject": PERSON,
            "extra": [extension("1.3.6.1.5.5.7.1.2", tlv(0x30, PICTURE, SIGNATURE, IRIS))],
            **MAIL,
        },
        "biometrics-other-layout": {
            "subject": PERSON,
            "extra": [extension("1.3.6.1.5.5.7.1.2", tlv(0x30, string("https://example.org/pictures/eva.jpg", "ia5")))],
            **MAIL,
        },
        "logo-of-a-person": {"subject": PERSON, "extra": [logo(2, "https://example.org/pictures/eva.png")], **MAIL},
        "logo-of-a-brand": {
            "subject": [("O", "Example Ltd"), ("CN", "Example Ltd")],
            "eku": ("1.3.6.1.5.5.7.3.31",),
            "extra": [logo(2, "data:image/svg+xml;base64,AAAA")],
        },
        "not-logo-of-an-issuer": {
            "subject": [("CN", "www.example.org")],
            "extra": [logo(1, "https://example.org/logo.png")],
        },
        "legal-entity-role": {
            "subject": [("O", "Example Ltd"), ("CN", "Jane Doe")],
            "extra": [
                extension("1.3.6.1.4.1.52266.1", string("EXAM00PLE0LEI0000042", "printable")),
                extension("1.3.6.1.4.1.52266.2", string("CEO", "printable")),
            ],
            **MAIL,
        },
    }
)
