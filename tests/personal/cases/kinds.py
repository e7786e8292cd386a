"""Subject of a certificate by each kind of evidence, for a mailbox or a name that is no evidence by itself."""

from __future__ import annotations

from typing import Any

from support.certs import (
    CLIENT_AUTH,
    EMAIL_PROTECTION,
    SERVER_AUTH,
    certificate_policies,
    extended_key_usage,
    extension,
    key_usage,
    oid,
    string,
    tlv,
)

PROBE = [("email", "q7x@example.org")]
"""Mailbox without evidence of its owner."""

MAIL, CLIENT, SERVER = ([extended_key_usage([purpose])] for purpose in (EMAIL_PROTECTION, CLIENT_AUTH, SERVER_AUTH))
SEMANTICS, COMPLIANCE, TYPE = "1.3.6.1.5.5.7.11.2", "0.4.0.1862.1.1", "0.4.0.1862.1.6"
UPN = "1.3.6.1.4.1.311.20.2.3"


def with_(*extensions: bytes, san: list[Any] | None = None, subject: list[Any] | None = None) -> dict[str, Any]:
    """Build a certificate with the probe and these extensions only."""
    from support.certs import san_extension

    built = [key_usage(), san_extension(PROBE if san is None else san), *extensions]
    return {"subject": subject or [("serialNumber", "17")], "extensions": built}


def statements(*parts: tuple[str, bytes]) -> bytes:
    """Encode qcStatements: type and statementInfo (a whole element, or empty)."""
    return extension("1.3.6.1.5.5.7.1.3", tlv(0x30, *(tlv(0x30, oid(kind), info) for kind, info in parts)))


def qualified(*types: str) -> bytes:
    """Encode the statements of a qualified certificate for these types (QcType)."""
    return statements((COMPLIANCE, b""), (TYPE, tlv(0x30, *map(oid, types))))


def semantics(identifier: str) -> bytes:
    """Encode the statement of these semantics (QCSyntax-v2)."""
    return statements((SEMANTICS, tlv(0x30, oid(identifier))))


def template(number: int) -> bytes:
    """Encode a default template of a forest by its number (certificateTemplate)."""
    built_in = f"1.3.6.1.4.1.311.21.8.1111111.2222222.3333333.4444444.5555555.6.1.{number}"
    return extension("1.3.6.1.4.1.311.21.7", tlv(0x30, oid(built_in), tlv(0x02, b"\x64"), tlv(0x02, b"\x01")))


def template_name(text: str) -> bytes:
    """Encode a template by its name (enrollCertType)."""
    return extension("1.3.6.1.4.1.311.20.2", string(text, "bmp"))


def policy(dotted: str) -> bytes:
    """Encode a single policy."""
    return certificate_policies([dotted])


BORN = extension("2.5.29.9", tlv(0x30, tlv(0x30, oid("1.3.6.1.5.5.7.9.4"), tlv(0x31, string("XX", "printable")))))
FORM = [("CN", "DOE.JANE.Q.1234567890")]

CASES: dict[str, dict[str, Any]] = {
    # 1. values that only people have
    "values-directory-attributes": with_(BORN),
    "values-initials": with_(subject=[("initials", "JD"), ("serialNumber", "17")]),
    "values-alternative-name": with_(san=[*PROBE, ("dir", [("GN", "Jane"), ("SN", "Doe")])]),
    # 2. policies and statements
    **{
        f"policy-{name}": with_(*MAIL, policy(dotted))
        for name, dotted in {
            "individual": "2.23.140.1.5.4.2",
            "sponsor": "2.23.140.1.5.3.2",
            "organisation": "2.23.140.1.5.2.2",
            "mailbox": "2.23.140.1.5.1.2",
            "qualified-natural": "0.4.0.194112.1.2",
            "qualified-legal": "0.4.0.194112.1.3",
            "qualified-before-2016": "0.4.0.1456.1.1",
            "federal-card": "2.16.840.1.101.3.2.1.3.13",
            "code-signing": "2.23.140.1.3",
            "normalised": "0.4.0.2042.1.1",
        }.items()
    },
    "policy-before-2016-named": with_(policy("0.4.0.1456.1.2"), subject=[("CN", "Jane Doe")]),
    "policy-web": with_(policy("0.4.0.194112.1.5")),
    "qualified-signature": with_(qualified(TYPE + ".1")),
    "qualified-seal": with_(qualified(TYPE + ".2")),
    "qualified-web": with_(qualified(TYPE + ".3"), subject=[("CN", "www.example.org")]),
    "qualified-untyped": with_(statements((COMPLIANCE, b""))),
    "semantics-natural": with_(semantics("0.4.0.194121.1.1")),
    "semantics-eidas-natural": with_(semantics("0.4.0.194121.1.3")),
    "semantics-legal": with_(semantics("0.4.0.194121.1.2")),
    "semantics-eidas-legal": with_(semantics("0.4.0.194121.1.4")),
    "number-natural": with_(subject=[("CN", "Jane Doe"), ("serialNumber", "PNOXX-17")]),
    "seal-with-representative": with_(
        qualified(TYPE + ".2"), subject=[("O", "Example Ltd"), ("GN", "Jane"), ("SN", "Doe"), ("CN", "Example Ltd")]
    ),
    "organisation-identifier": with_(*MAIL, subject=[("organizationIdentifier", "NTRXX-12345678")]),
    "registration-authority": with_(
        statements((SEMANTICS, tlv(0x30, tlv(0x30, tlv(0x81, b"q7x@example.net"))))), san=[("dns", "www.example.org")]
    ),
    # 3. authorities, devices and servers
    "authority": {"subject": [("CN", "Example CA")], "san": PROBE, "ca": True, "eku": ()},
    "server": with_(*SERVER, san=[*PROBE, ("dns", "www.example.org")]),
    "service": with_(extended_key_usage(["1.3.6.1.5.5.7.3.9"]), subject=[("CN", "Jane Doe")]),
    "device": with_(
        *CLIENT, san=[*PROBE, ("other", "1.3.6.1.5.5.7.8.4", tlv(0x30, oid("1.2.3.4"), tlv(0x04, b"\x01\x02")))]
    ),
    "template-machine": with_(*CLIENT, template_name("Machine")),
    "template-web-server": with_(*CLIENT, template(16)),
    "account-machine": with_(*CLIENT, san=[*PROBE, ("upn", "PC17$@example.org")]),
    # 4. purposes, templates, accounts
    "form-of-a-scheme": with_(subject=FORM),
    "template-user": with_(*CLIENT, template_name("User")),
    "template-user-number": with_(*CLIENT, template(1)),
    "template-of-ones-own": with_(*CLIENT, template(77)),
    "account": with_(*CLIENT, san=[*PROBE, ("upn", "q7x@example.org")]),
    "account-smart-card": with_(
        extended_key_usage(["1.3.6.1.4.1.311.20.2.2"]), san=[*PROBE, ("upn", "q7x@example.org")]
    ),
    **{
        f"purpose-{name}": with_(extended_key_usage([purpose]))
        for name, purpose in {
            "mail": EMAIL_PROTECTION,
            "client": CLIENT_AUTH,
            "documents": "1.3.6.1.5.5.7.3.36",
            "documents-microsoft": "1.3.6.1.4.1.311.10.3.12",
            "documents-adobe": "1.2.840.113583.1.1.5",
            "kerberos": "1.3.6.1.5.2.3.4",
        }.items()
    },
    # words in the place of an organisation
    "organisation-is-none": with_(subject=[("C", "UA"), ("O", "Фізична  особа"), ("L", "Київ")]),
    "organisation-is-none-in-india": with_(subject=[("C", "IN"), ("O", "Personal"), ("postalCode", "560001")]),
    "organisation-personal-elsewhere": with_(subject=[("C", "FR"), ("O", "Personal"), ("postalCode", "75001")]),
    "organisation-is-a-company": with_(subject=[("C", "IN"), ("O", "Personal Example Ltd"), ("postalCode", "560001")]),
    # 5. and 6. the mailbox, the words
    "mailbox-of-a-person": with_(san=[("email", "jane.doe@example.org")]),
    "mailbox-of-unknown-words": with_(san=[("email", "xqzt.wvbn@example.org")]),
    "mailbox-permitted": {
        "subject": [("CN", "Example CA")],
        "ca": True,
        "eku": (),
        "extra": [extension("2.5.29.30", tlv(0x30, tlv(0xA0, tlv(0x30, tlv(0x81, b"q7x@example.org")))))],
    },
    "words": with_(subject=[("CN", "Jane Doe")]),
    "nothing": with_(),
}
