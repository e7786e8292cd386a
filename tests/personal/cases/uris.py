"""URIs: telephones, calls, messages, cards, directories, pages; and texts with the look of an address."""

from __future__ import annotations

from typing import Any

from support.certs import (
    CLIENT_AUTH,
    EMAIL_PROTECTION,
    certificate_policies,
    cps_qualifier,
    extension,
    general_names,
    tlv,
)
from support.personal import held_by_people

MAIL = {"eku": (EMAIL_PROTECTION,)}
CLIENT = {"eku": (CLIENT_AUTH,)}
PERSON = [("C", "DE"), ("GN", "Eva"), ("SN", "Beispiel")]


def distribution(uri: str) -> bytes:
    """Encode cRLDistributionPoints with a single URI."""
    return extension("2.5.29.31", tlv(0x30, tlv(0x30, tlv(0xA0, tlv(0xA0, tlv(0x86, uri.encode()))))))


CASES: dict[str, dict[str, Any]] = held_by_people(
    {
        "mail": {"subject": PERSON, "san": [("uri", "mailto:eva.beispiel@example.org?subject=Hello")], **MAIL},
        "telephone": {
            "subject": PERSON,
            "san": [("uri", "tel:+49-30-2345678;ext=17"), ("uri", "TEL:+34%20912%20345%20678")],
            **MAIL,
        },
        "call": {
            "san": [
                ("uri", "sip:eva.beispiel@example.org;transport=tls"),
                ("uri", "sips:+49302345678@sip.example.org;user=phone"),
                ("uri", "sip:proxy.example.org"),
            ],
            **CLIENT,
        },
        "messages": {
            "subject": PERSON,
            "san": [
                *(
                    ("uri", "xmpp:eva@chat.example.org/home"),
                    ("uri", "im:eva@example.org"),
                    ("uri", "pres:eva@example.org"),
                ),
                ("uri", "xmpp:chat.example.org"),
            ],
            **CLIENT,
        },
        "public-user": {"san": [("uri", "urn:publicid:IDN+example.net+user+janedoe")], **CLIENT},
        "device-identifier": {
            "subject": [("CN", "pump-17")],
            "san": [("uri", "urn:uuid:0b6c5a9e-1d2f-4c3b-8a7e-6f5d4c3b2a20"), ("uri", "urn:example:pump:17")],
        },
        "urn-with-slashes": {
            "subject": [("C", "US"), ("O", "Example Government"), ("CN", "Jane Doe")],
            "san": [("uri", "urn:///uuid:0b6c5a9e-1d2f-4c3b-8a7e-6f5d4c3b2a22"), ("upn", "jdoe@example.org")],
            **CLIENT,
        },
        "urn-with-slashes-of-device": {
            "san": [("uri", "urn:///uuid:0b6c5a9e-1d2f-4c3b-8a7e-6f5d4c3b2a23")],
            "eku": (),
        },
        "urn-attribute": {
            "subject": [("CN", "Eva Beispiel"), ("2.5.4.86", "urn:uuid:0b6c5a9e-1d2f-4c3b-8a7e-6f5d4c3b2a21")],
            **MAIL,
        },
        "uri-attribute": {"subject": [*PERSON, ("2.5.4.83", "tel:+4930-2345678")], **MAIL},
        "directory-entry": {
            "san": [
                ("uri", "ldap://ldap.example.org/CN=Eva%20Beispiel,OU=People,O=Example%20Ltd,C=DE?userCertificate")
            ],
            **CLIENT,
        },
        "directory-entry-of-a-person-in-list": {
            "subject": [("CN", "x")],
            "extensions": [distribution("ldap:///cn=Jan%20Vorlage,ou=staff,o=Example?certificateRevocationList")],
        },
        "not-directory-of-a-ca": {
            "subject": [("CN", "x")],
            "extensions": [distribution("ldap:///CN=Blue%20Harbour,CN=CDP,O=Example?certificateRevocationList")],
        },
        "page": {
            "subject": [("CN", "Jane Doe")],
            "san": [("uri", "https://github.com/jane-example"), ("uri", "https://example.org/~jane")],
            **MAIL,
        },
        "not-pages": {"san": [("uri", "https://github.com/features"), ("uri", "https://www.example.org/owner/name")]},
        "address-of-a-person": {
            "subject": PERSON,
            "san": [
                ("ip", bytes([192, 0, 2, 17])),
                ("ip", bytes.fromhex("20010db8000000000000000000000017")),
                ("ip", b"192.0.2.1"),
            ],
            **CLIENT,
        },
        "not-address-of-a-host": {"subject": [("CN", "192.0.2.17")], "san": [("ip", bytes([192, 0, 2, 17]))]},
        "tag": {
            "san": [("uri", "tag:eva.beispiel@example.org,2026:key"), ("uri", "tag:example.org,2026:key")],
            **CLIENT,
        },
        "odd-30-address-in-path": {
            "extensions": [
                certificate_policies({"2.999.1": [cps_qualifier("https://www.example.org/cps/cps@sign.html")]})
            ],
        },
        "odd-30-user-before-host": {
            "san": [("uri", "https://user@192.0.2.1/"), ("uri", "irrelevantinfo//user@*.example")]
        },
        "odd-30-organisation-number": {
            "subject": [("C", "NL"), ("O", "Voorbeeld B.V."), ("organizationIdentifier", "NTR@NL-12345678")]
        },
        "odd-30-t61-address": {
            "subject": [("CN", "x"), ("0.9.2342.19200300.100.1.3", "eva@example.org", "t61")],
            **MAIL,
        },
        "odd-30-sun-address": {
            "subject": [("CN", "x"), ("1.3.6.1.4.1.42.2.11.2.1", "eva@example.org", "printable")],
            **MAIL,
        },
        "odd-30-negative-serial": {"subject": PERSON, "serial": -17, **MAIL},
        "odd-30-zero-serial": {"subject": PERSON, "serial": 0, **MAIL},
        "odd-30-long-serial": {"subject": PERSON, "serial": 1 << 180, **MAIL},
        "odd-30-empty-subject": {"san": [("email", "eva.beispiel@example.org")], **MAIL},
        "odd-30-t61-subject": {"subject": [("GN", b"Ren\xc2e", "t61"), ("SN", b"M\xc8uster", "t61")], **MAIL},
        "odd-30-bmp-subject": {"subject": [("GN", "Łucja", "bmp"), ("SN", "Wzór", "bmp")], **MAIL},
        "odd-30-universal-subject": {"subject": [("GN", "Eva", "universal"), ("SN", "Größer", "universal")], **MAIL},
        "issuer-uri": {"extra": [extension("2.5.29.18", general_names([("uri", "tel:+49-30-2345678")]))]},
    }
)
