"""Encodings of people in values: string types, wrong types, lengths, missing tags, values in values."""

from __future__ import annotations

from typing import Any

from support.certs import (
    CLIENT_AUTH,
    EMAIL_PROTECTION,
    attribute,
    extension,
    general_name,
    indefinite_tlv,
    long_tlv,
    make_certificate,
    name,
    oid,
    other_name,
    reencode,
    san_extension,
    signing_key,
    string,
    tlv,
)

MAIL = {"eku": (EMAIL_PROTECTION,)}
CLIENT = {"eku": (CLIENT_AUTH,)}
ANNA = [("GN", "Anna"), ("SN", "Musterfrau"), ("emailAddress", "anna@example.org")]


def _seq(*parts: bytes) -> bytes:
    return tlv(0x30, *parts)


def _sda(*attributes: tuple[str, bytes]) -> bytes:
    body = _seq(*(_seq(oid(kind), tlv(0x31, value)) for kind, value in attributes))
    return extension("2.5.29.9", body)


def _whole(form: Any) -> bytes:
    der = make_certificate([("CN", "Anna Musterfrau"), *ANNA], serial=11, sign_with=signing_key("golden"), **MAIL)
    return reencode(der, form)


X400 = tlv(
    0xA3,
    _seq(tlv(0x61, string("XX", "printable")), tlv(0x83, b"Example"), tlv(0xA5, tlv(0x80, b"Doe"), tlv(0x81, b"Jane"))),
    _seq(_seq(string("RFC-822", "printable"), string("jane@example.org", "ia5"))),
)

CASES: dict[str, dict[str, Any]] = {
    # the same name in many string types
    "string-types": {
        "subject": [
            ("GN", b"Zo\xc8e", "t61"),
            ("GN", "Ζωή", "universal"),
            ("GN", "Zoe", "visible"),
            ("GN", "Zoe", "general"),
            ("GN", b"Zoe", "bit"),
            ("GN", "Zoë".encode(), "octet"),
            ("GN", "Zoë".encode(), "printable"),
            ("GN", b"Zo\xeb", "utf8"),
            ("GN", "Zo\0e", "utf8"),
            ("SN", string("Пример", "bmp"), "raw"),
        ]
    },
    "constructed-strings": {"subject": [("SN", indefinite_tlv(0x2C, string("Muster") + string("frau")), "raw")]},
    "sequence-of-strings": {
        "subject": [
            ("SN", _seq(string("Beispiel"), string("Musterfrau")), "raw"),
            ("GN", tlv(0x31, string("Eva")), "raw"),
        ]
    },
    # lengths
    "lengths-indefinite": {"der": _whole(lambda tag, body: (indefinite_tlv if tag & 0x20 else tlv)(tag, body))},
    "lengths-long": {"der": _whole(long_tlv)},
    # around the value
    "broken-siblings": {
        "subject": [("CN", "example.org")],
        "extra": [
            extension("2.5.29.30", b"\x30\x50\xa0"),
            extension("2.5.29.15", b""),
            san_extension([("email", "anna@example.org")]),
            extension("1.3.6.1.5.5.7.1.1", string("no access")),
        ],
    },
    "duplicate-extensions": {
        "extra": [san_extension([("email", f"{who}@example.org")]) for who in ("anna", "eva")],
    },
    "missing-tags": {
        "san": [
            other_name("1.3.6.1.4.1.311.20.2.3", string("anna@example.org"), explicit=False),
            tlv(0xA4, name([("SN", "Musterfrau")])[2:]),
            string("eva@example.org", "ia5"),
        ],
    },
    "sixty-addresses": {"subject": [("emailAddress", f"member{n}@example.org") for n in range(64)]},
    # values in values
    "name-as-value": {"subject": [("O", "Example"), ("2.5.4.32", name(ANNA), "raw"), ("2.5.4.34", name(ANNA), "raw")]},
    "x400-address": {"san": [X400]},
    "edi-party-name": {
        "san": [tlv(0xA5, tlv(0xA0, string("Register of anna@example.org")), tlv(0xA1, string("eva@example.org")))]
    },
    "octets-of-der": {
        "san": [("other", "1.2.3.4", tlv(0x04, _seq(string("anna@example.org"))))],
        "extra": [extension("1.2.3.5", _seq(tlv(0x03, b"\0" + string("eva@example.org")), name(ANNA)))],
    },
    "raw-text": {"extra": [extension("1.2.3.4", "Kontakt: zoë@example.org\n".encode())]},
    "no-der": {"extra": [extension("1.2.3.4", b"\x30\x44\1\xff anna@example.org \2")]},
    "relative-name": {
        "extra": [
            extension("2.5.29.31", _seq(_seq(tlv(0xA0, tlv(0xA1, *map(attribute, ANNA)))))),
            extension("2.5.29.46", _seq(_seq(tlv(0xA2, general_name(("dir", ANNA)))))),
        ]
    },
    "directory-attributes": {
        "extra": [
            _sda(
                ("1.3.6.1.5.5.7.9.1", tlv(0x18, b"19800229120000Z")),
                ("1.3.6.1.5.5.7.9.2", string("Beispielstadt", "t61")),
                ("2.5.4.16", _seq(string("Beispielstraße 1"), string("Beispielstadt"))),
            )
        ],
        **CLIENT,
    },
}
