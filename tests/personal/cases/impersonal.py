"""Values without personal data, which no rule may find."""

from __future__ import annotations

from typing import Any

from support.certs import (
    CLIENT_AUTH,
    EMAIL_PROTECTION,
    certificate_policies,
    cps_qualifier,
    extension,
    san_extension,
    tlv,
)

MAIL = {"eku": (EMAIL_PROTECTION,)}
CLIENT = {"eku": (CLIENT_AUTH,)}


INDIVIDUAL_TLS = "2.23.140.1.2.3"

KEY_ID = tlv(0x30, tlv(0x80, b"y@example.org!!!!!!!"))
CASES: dict[str, dict[str, Any]] = {
    "not-host": {"subject": [("CN", "jane.doe.example.org")], "san": [("dns", "jane.doe.example.org")]},
    "not-host-individual": {"subject": [("CN", "www.example.org")], "extra": [certificate_policies([INDIVIDUAL_TLS])]},
    "not-organisation": {"subject": [("O", "Example Ltd"), ("CN", "Example Widgets Ltd")], **MAIL},
    "not-university": {"subject": [("CN", "Universität Musterstadt")], **MAIL},
    "not-company-brazil": {"subject": [("CN", "EXEMPLO COMERCIO:12345678000199")]},
    "not-company-comma": {"subject": [("CN", "Example Widgets, Inc.")], **MAIL},
    "not-company-han": {"subject": [("CN", "范例公司")], **MAIL},
    "not-ca": {"subject": [("O", "Example"), ("CN", "Jane Doe")], "ca": True, "eku": ()},
    "not-server": {"subject": [("CN", "Jane Doe")]},
    "not-organisation-of-that-name": {"subject": [("O", "Blue Harbour"), ("CN", "Blue Harbour")], **MAIL},
    "not-surname-number": {"subject": [("SN", "0123456789"), ("CN", "device-17")], **CLIENT},
    "not-organisation-identifier": {"subject": [("organizationIdentifier", "NTR@NL-12345678")]},
    "not-reference": {"subject": [("OU", "https://example.org/o/r/.github/release.yml@refs/heads/main")]},
    "not-userinfo": {"subject": [("OU", "https://user@192.0.2.1/"), ("OU", "ftp://user@files.example.org/pub")]},
    "not-path": {"subject": [("OU", "/cps/cps@sign.html")]},
    "not-record": {"subject": [("CN", "041@1234@WIDGETS@00000001")], **MAIL},
    "not-address": {"san": [("email", "∞"), ("email", "jane"), ("email", "00:11:22:33:44:55")]},
    "not-in-uris": {
        "extensions": [
            san_extension(
                [
                    ("uri", "https://example.org/o/r/.github/workflows/release.yml@refs/heads/main"),
                    *(("uri", "https://user@192.0.2.1/"), ("uri", "ftp://user@files.example.org/pub")),
                    *(
                        ("uri", "https://user:secret@files.example.org"),
                        ("uri", "https://example.org/cps/cps@sign.html"),
                    ),
                ]
            ),
            certificate_policies({"2.23.140.1.2.1": [cps_qualifier("https://www.example.org/cps/cps@sign.html")]}),
        ],
    },
    "not-keys": {
        "extensions": [extension("2.5.29.14", tlv(0x04, b"x@example.org!!!!!!!")), extension("2.5.29.35", KEY_ID)],
    },
    "not-a-whole-domain": {"san": [("email", "@example.org"), ("email", ".example.org"), ("email", "example.org")]},
}
