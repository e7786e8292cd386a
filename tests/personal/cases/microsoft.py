"""Accounts of Active Directory and Kerberos: people, machines and services."""

from __future__ import annotations

from typing import Any

from support.certs import (
    CLIENT_AUTH,
    ISSUER,
    UPN,
    extension,
    general_names,
    integer,
    name,
    other_name,
    string,
    tlv,
)
from support.personal import held_by_people

CLIENT = {"eku": (CLIENT_AUTH, "1.3.6.1.4.1.311.20.2.2")}
SID = "S-1-5-21-1000000001-2000000002-3000000003-1104"
OBJECT_SID = "1.3.6.1.4.1.311.25.2.1"


def security_extension(sid: bytes) -> bytes:
    """Encode the security extension around an element."""
    return extension("1.3.6.1.4.1.311.25.2", general_names([other_name(OBJECT_SID, sid)]))


def principal(realm: str, kind: int, *components: str) -> bytes:
    """Encode KRB5PrincipalName."""
    parts = tlv(0x30, *(string(component, "general") for component in components))
    names = tlv(0x30, tlv(0xA0, integer(kind)), tlv(0xA1, parts))
    value = tlv(0x30, tlv(0xA0, string(realm, "general")), tlv(0xA1, names))
    return other_name("1.3.6.1.5.2.2", value)


BINARY_SID = bytes.fromhex("010500000000000515000000") + b"".join(
    n.to_bytes(4, "little") for n in (1001, 1002, 1003, 1104)
)
GUID = bytes.fromhex("33221100554477668899aabbccddeeff")

CASES: dict[str, dict[str, Any]] = held_by_people(
    {
        "upn-person": {
            "subject": [("DC", "org"), ("DC", "example"), ("CN", "Users"), ("CN", "Jane Doe")],
            "san": [("upn", "jane.doe@example.org")],
            "extra": [security_extension(tlv(0x04, SID.encode()))],
            **CLIENT,
        },
        "upn-given-name": {
            "subject": [("GN", "Zoë"), ("SN", "Vzorná")],
            "san": [("upn", "zvzorna@example.org")],
            **CLIENT,
        },
        "upn-logon-name": {"subject": [("CN", "x")], "san": [("upn", "JD17@corp.example")], "eku": ()},
        "upn-without-domain": {"subject": [("CN", "x")], "san": [("upn", "127")], **CLIENT},
        "upn-ia5": {"san": [other_name(UPN, string("مثال@example.org"))], **CLIENT},
        "upn-role": {"san": [("upn", "administrator@example.org")], **CLIENT},
        "upn-machine": {
            "subject": [("CN", "pc17.example.org")],
            "san": [
                ("upn", "PC17$@example.org"),
                ("upn", "host/pc17.example.org@EXAMPLE.ORG"),
                ("dns", "pc17.example.org"),
            ],
            "eku": (CLIENT_AUTH,),
        },
        "upn-issuer": {
            "extra": [extension("2.5.29.18", general_names([("upn", "eva.beispiel@example.net")]))],
            **CLIENT,
        },
        "upn-attribute": {
            "subject": [("CN", "Jane Doe"), ("1.2.840.113556.1.4.656", "jane.doe@example.org")],
            "issuer": ISSUER,
            **CLIENT,
        },
        "upn-constraint": {
            "subject": [("CN", "Example Users CA")],
            "ca": True,
            "eku": (),
            "extra": [extension("2.5.29.30", tlv(0x30, tlv(0xA0, tlv(0x30, other_name(UPN, string("example.org"))))))],
        },
        "sid-uri": {"subject": [("CN", "x")], "san": [("uri", f"tag:microsoft.com,2022-09-14:sid:{SID}")], **CLIENT},
        "sid-binary": {"subject": [("CN", "x")], "san": [other_name(OBJECT_SID, tlv(0x04, BINARY_SID))], **CLIENT},
        "sid-administrator": {"extra": [security_extension(tlv(0x04, SID.replace("1104", "500").encode()))], **CLIENT},
        "sid-unreadable": {"extra": [security_extension(tlv(0x04, b"\x01\x09\x00"))], **CLIENT},
        "controller": {
            "subject": [("CN", "dc1.example.org")],
            "san": [other_name("1.3.6.1.4.1.311.25.1", tlv(0x04, GUID)), ("dns", "dc1.example.org")],
        },
        "kerberos-person": {"san": [principal("EXAMPLE.ORG", 1, "jane")], "eku": ("1.3.6.1.5.2.3.4",)},
        "kerberos-admin": {"san": [principal("EXAMPLE.ORG", 1, "jane", "admin")], "eku": ("1.3.6.1.5.2.3.4",)},
        "kerberos-service": {
            "san": [
                *(
                    principal("EXAMPLE.ORG", 2, "krbtgt", "EXAMPLE.ORG"),
                    principal("EXAMPLE.ORG", 3, "host", "pc17.example.org"),
                ),
                principal("EXAMPLE.ORG", 2, "backup", "pc17.example.org"),
            ]
        },
        "kerberos-other-layout": {
            "san": [other_name("1.3.6.1.5.2.2", string("jane@EXAMPLE.ORG"))],
            "eku": (CLIENT_AUTH,),
        },
        "odd-27-security-identifier-beside-controller": {
            "subject": [("CN", "Jane Doe")],
            "san": [
                *(other_name("1.3.6.1.4.1.311.25.1", tlv(0x04, GUID)), ("upn", "jane.doe@example.org")),
                principal("EXAMPLE.ORG", 1, "jane", "test", "example"),
            ],
            "extra": [security_extension(tlv(0x04, SID.encode()))],
            **CLIENT,
        },
        "directory-user": {
            "subject": name([("DC", "org"), ("CN", "Muster Jan")]),
            "san": [("upn", "muster.jan@example.org")],
            **CLIENT,
        },
    }
)
