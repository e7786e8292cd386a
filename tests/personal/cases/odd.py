"""Oddities of real issuers, with invented people: leaked configuration, and places that few readers search."""

from __future__ import annotations

from typing import Any

from support.certs import (
    CLIENT_AUTH,
    EMAIL_PROTECTION,
    authority_key_identifier,
    basic_constraints,
    certificate_policies,
    extension,
    general_names,
    name,
    oid,
    san_extension,
    string,
    tlv,
    user_notice,
)

MAIL = {"eku": (EMAIL_PROTECTION,)}
KEY_USAGE, ISSUER_ALT_NAME, COMMENT = "2.5.29.15", "2.5.29.18", "2.16.840.1.113730.1.13"
CA_ISSUERS = "1.3.6.1.5.5.7.48.2"

GUIDS = "4C2F1D3E-0000-4000-8000-00000000000A 4C2F1D3E-0000-4000-8000-00000000000B"
NOTICE = "For more information write to customer_service@example.com, or see the practice statement."
BUSINESS = "Example Trust S.L. desk@example.com C.I.F.  B-12345674"
ISSUER_WITH_NUMBER = [("C", "ES"), ("O", BUSINESS), ("CN", "Example Trust CLASE1")]


def _access(address: str) -> bytes:
    location = tlv(0x30, oid(CA_ISSUERS), tlv(0x81, address.encode()))
    return extension("1.3.6.1.5.5.7.1.1", tlv(0x30, location))


CASES: dict[str, dict[str, Any]] = {
    # the issuer of a self-issued certificate is its subject, wherever the issuer is named
    "self-issued-with-issuer-name": {
        "subject": [("CN", "Jane Roe"), ("emailAddress", "jane.roe@example.org")],
        "issuer": [("CN", "Jane Roe"), ("emailAddress", "jane.roe@example.org")],
        "extra": [extension(ISSUER_ALT_NAME, general_names([("email", "jane.roe@example.org")]))],
    },
    "odd-13-empty-key-usage": {
        "subject": [("GN", "Jane"), ("SN", "Doe")],
        "extensions": [
            extension(KEY_USAGE, b"", critical=True),
            basic_constraints(),
            san_extension([("email", "q7@example.org")]),
        ],
    },
    "odd-14-configuration-key": {
        "subject": [("O", "Example Ltd")],
        "extra": [extension(ISSUER_ALT_NAME, general_names([("email", "rfc822Name=soporte.pki@example.org")]))],
    },
    "odd-15-label": {"san": [("email", "mail: jane.doe@example.org")], **MAIL},
    "odd-16-trailing-space": {"san": [("email", "info@example.org "), ("email", "jane.doe@example.org\0")], **MAIL},
    "odd-17-identifiers-for-addresses": {"san": [("email", f"member: {GUIDS}"), ("dns", "example.org")]},
    "odd-18-device-for-address": {
        "subject": [("CN", "usg20_00005E005301")],
        "san": [("email", "usg20_00005E005301")],
        "eku": (CLIENT_AUTH,),
    },
    "odd-19-what-stands-around": {
        "san": [
            ("email", "<jane.doe@example.org>"),
            ("email", "john.roe@example.org(comments)"),
            ("email", "email <erika.mustermann@example.com>"),
            ("email", "myemail: kari.nordmann@example.com"),
            ("email", "max.mustermann@example.net otto.normal@example.net"),
            ("email", "myemail:"),
        ],
        **MAIL,
    },
    "odd-22-everything-in-the-organisation": {
        "subject": [("C", "ES"), ("O", BUSINESS), ("CN", "Example Trust CLASE3")],
        "issuer": ISSUER_WITH_NUMBER,
        "extensions": [
            basic_constraints(True),
            authority_key_identifier(bytes(20), tlv(0xA1, tlv(0xA4, name(ISSUER_WITH_NUMBER))), tlv(0x82, b"\1")),
        ],
        "ca": True,
    },
    "odd-24-only-in-a-notice": {
        "subject": [("O", "Example Energy"), ("CN", "Example Energy Issuing CA")],
        "extensions": [
            basic_constraints(True),
            certificate_policies({"2.5.29.32.0": [user_notice(NOTICE, "bmp")]}),
        ],
    },
    "odd-24-only-in-a-comment": {
        "subject": [("CN", "www.example.org")],
        "extra": [
            extension(
                COMMENT,
                string("FIGYELEM! Tanusitvany. Elerheto: info@example.net. IMPORTANT! E-mail: cps@example.net.", "ia5"),
            )
        ],
    },
    "odd-25-address-of-the-issuer": {
        "subject": [("CN", "www.example.org")],
        "extensions": [_access("pki@example.net"), certificate_policies(["2.23.140.1.2.1"])],
    },
}
