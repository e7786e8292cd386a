"""E-mail addresses in every place meant for them, and in free text."""

from __future__ import annotations

from typing import Any

from support.certs import (
    CLIENT_AUTH,
    EMAIL_PROTECTION,
    certificate_policies,
    extension,
    name,
    other_name,
    string,
    tlv,
)

MAIL = {"eku": (EMAIL_PROTECTION,)}
CLIENT = {"eku": (CLIENT_AUTH,)}


def _policy(oid: str) -> dict[str, Any]:
    return {"extra": [certificate_policies([oid])], **MAIL}


ORGANISATION = "2.23.140.1.5.2.1"
MAILBOX = "2.23.140.1.5.1.2"

CONSTRAINTS = extension(
    "2.5.29.30",
    tlv(
        0x30,
        tlv(0xA0, *(tlv(0x30, tlv(0x81, text)) for text in (b"jane@example.org", b"example.com", b".example.net"))),
        tlv(0xA1, tlv(0x30, tlv(0x81, b"john@example.org"))),
    ),
    critical=True,
)
SELF = [("CN", "Jane Doe"), ("emailAddress", "jane.doe@example.org")]
CASES: dict[str, dict[str, Any]] = {
    # addresses, in every place meant for them
    "email-subject": {"subject": [("C", "XX"), ("emailAddress", "Jane.Doe@Example.ORG")], **MAIL},
    "email-subject-twice": {"subject": [("emailAddress", "a.jones@example.org"), ("emailAddress", "k2@example.org")]},
    "email-issuer": {"issuer": [("O", "Example Trust"), ("emailAddress", "pki@example.net")], "subject": []},
    "email-self-signed": {"subject": SELF, "issuer": SELF, **MAIL},
    "email-san": {"san": [("dns", "example.org"), ("email", "q7@example.org")], **MAIL},
    "email-san-prefix": {"san": [("email", "rfc822Name=jane@example.org ")]},
    "email-san-brackets": {"san": [("email", "Jane <jane@example.org>")]},
    "email-san-comment": {"san": [("email", "jane@example.org(work)")]},
    "email-san-list": {"san": [("email", "jane@example.org, john@example.com")]},
    "email-san-latin-1": {"san": [("email", "jos\xe9@example.org".encode("latin-1"))]},
    "email-san-utf-8": {"san": [("email", "josé@example.org")]},
    "email-san-quoted": {"san": [("email", '"jane doe"@example.org')]},
    "email-san-ip-literal": {"san": [("email", "root@[192.0.2.1]")]},
    "email-san-underscore": {"san": [("email", "jane@mail_1.example.org")]},
    "email-idn-u-label": {"san": [("smtp", "jane@bücher.example")]},
    "email-idn-a-label": {"san": [("email", "jane@XN--BCHER-KVA.example")]},
    "email-idn-subject": {"subject": [("emailAddress", "jane@bücher.example", "utf8")]},
    "email-smtputf8": {"san": [("smtp", "δοκιμή@παράδειγμα.example")], **MAIL},
    "email-smtputf8-han": {"san": [("smtp", "用户@例子.example")], **MAIL},
    "email-smtputf8-arabic": {"san": [("smtp", "مثال@مثال.example")], **MAIL},
    "email-smtputf8-untagged": {"san": [other_name("1.3.6.1.5.5.7.8.9", string("मीरा@example.org"), explicit=False)]},
    "email-fullwidth": {"subject": [("emailAddress", "ｊａｎｅ＠ｅｘａｍｐｌｅ．ｏｒｇ", "utf8")]},
    "email-cn": {"subject": [("CN", "jane.doe@example.org")], **MAIL},
    "email-cn-with-name": {"subject": [("CN", "Jane Doe <jane@example.org>")], **MAIL},
    "email-organisation": {"subject": [("O", "Example Ltd, contact j.roe@example.com")]},
    "email-mail-attribute": {"subject": [("mail", "jane@example.org")]},
    "email-bmp": {"subject": [("emailAddress", "jane@example.org", "bmp")]},
    "email-numbers": {"san": [("email", "u1234567@example.org")], **CLIENT},
    # roles
    "role-rfc-2142": {"san": [("email", "postmaster@example.org")]},
    "role-desk": {"subject": [("emailAddress", "pki-ca@example.org")], "ca": True},
    "role-office": {"san": [("email", "support.emea@example.org")], **MAIL},
    "given-name-organisation-policy": {
        "subject": [("O", "Example Ltd")],
        "san": [("email", "jane@example.org"), ("email", "q9x@example.org")],
        **_policy(ORGANISATION),
    },
    "role-organisation-policy": {"san": [("email", "q9x@example.org")], **_policy(ORGANISATION)},
    # attributes, and places that few readers search
    "email-attributes": {
        "subject": [
            *(("mail", "jane@example.org", "t61"), ("2.5.4.104", "jané@example.org", "utf8")),
            *(("1.3.6.1.4.1.42.2.11.2.1", "jane@example.net", "printable"), ("SN", "doe@example.com")),
        ],
        **MAIL,
    },
    "email-attributes-nested": {"san": [("dir", [("O", "Example Ltd"), ("mail", "E-mail: Jane <jane@example.org>;")])]},
    "email-in-dns-name": {"san": [("dns", "jane.doe@example.org"), ("dns", "example.org")]},
    "email-in-ip-address": {"san": [("ip", b"jane@example.org"), ("ip", b"q7@example.com")]},
    "email-in-constraints": {"extra": [CONSTRAINTS], "ca": True, "eku": ()},
    "email-many": {"subject": [("emailAddress", f"q{number:02}x@example.org") for number in range(62)]},
    "email-uri": {
        "san": [
            ("uri", "mailto:jane%2Edoe@example.org,john.roe@example.com?cc=q7%40example.net&subject=a%20b"),
            ("uri", "https://example.com/unsubscribe?list=1&mail=k2%40example.com"),
            ("uri", "ldap://ldap.example.com/CN=Example,E=k3@example.com,O=Example?cACertificate"),
        ],
    },
    "email-account-once": {"san": [("upn", "jane.doe@example.org"), ("uri", "sip:jane.doe@example.org")], **CLIENT},
    "email-unreadable-spelling": {
        "subject": [("emailAddress", "j\0a\0n\0e\0@example.org\0"), ("O", "x@example.org\0")]
    },
    # a NUL ends a text for programs in C; both readings count
    "at-percent-encoded": {
        "subject": [("CN", "Jane Roe"), ("emailAddress", "jane.roe%40example.com")],
        "san": [("email", "jane%40example.org")],
    },
    "nul-inside": {
        "subject": [
            ("GN", "Jane"),
            ("SN", "Roe\0of nowhere"),
            ("CN", "jane.roe@example.org\0.evil.example"),
            ("UID", "jroe1\0x"),
        ],
        "san": [
            ("email", "x@example.org\0.evil.example"),
            ("dns", "jane-doe.example.org\0.evil.example"),
            ("upn", "u@example.org\0x"),
            ("uri", "mailto:q@example.org\0.evil.example"),
        ],
        "domains": ["example.org", "evil.example"],
        **CLIENT,
    },
    # separate people
    "persons-two-addresses": {"san": [("email", "jane.doe@example.org"), ("email", "john.roe@example.org")], **MAIL},
    "persons-responsible": {
        "subject": [("C", "XX"), ("GN", "Jane"), ("SN", "Doe"), ("CN", "Jane Doe")],
        "san": [
            ("email", "jane.doe@example.org"),
            ("dir", [("GN", "John"), ("SN", "Roe"), ("emailAddress", "desk@example.org")]),
            ("email", "jroe@example.org"),
        ],
        **MAIL,
    },
    "persons-owner": {
        "subject": [("CN", "Gateway 7"), ("2.5.4.32", name([("GN", "Erika"), ("SN", "Mustermann")]), "raw")],
        "san": [("dir", [("GN", "John"), ("SN", "Roe")]), ("dns", "gateway7.example.org")],
    },
    "whole-name-only-checked": {
        "subject": [("CN", "johnsmith@example.org")],
        "san": [("email", "johnsmith@example.org"), ("email", "alice@example.org"), ("email", "qwxyzzy@example.org")],
        **_policy(MAILBOX),
    },
    "whole-name-han-only-checked": {
        "subject": [],
        "san": [
            other_name("1.3.6.1.5.5.7.8.9", string("山田花子@example.org")),
            other_name("1.3.6.1.5.5.7.8.9", string("高山@example.org")),
        ],
        **_policy(MAILBOX),
    },
}
