"""Makes the golden certificates of invented people: `python tests/personal/make_golden.py`.

Writes `golden/<case>.pem` for each case below. What must be found in it stands in `golden/<case>.toml`, written by
hand. A case that was made elsewhere is just two more files; nothing here has to know it.
"""

from __future__ import annotations

import base64
import sys
import textwrap
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from support.certs import (
    CLIENT_AUTH,
    EMAIL_PROTECTION,
    ISSUER,
    SMTP_UTF8_MAILBOX,
    certificate_policies,
    make_certificate,
    name,
    other_name,
    string,
    tlv,
)

GOLDEN = Path(__file__).parent / "golden"

MAIL = {"eku": (EMAIL_PROTECTION,)}
CLIENT = {"eku": (CLIENT_AUTH,)}


def _policy(oid: str) -> dict[str, Any]:
    return {"extra": [certificate_policies([oid])], **MAIL}


INDIVIDUAL, SPONSOR, ORGANISATION = (f"2.23.140.1.5.{kind}.1" for kind in (4, 3, 2))
QUALIFIED_NATURAL, INDIVIDUAL_TLS = "0.4.0.194112.1.0", "2.23.140.1.2.3"

POSTAL_ADDRESS = tlv(0x30, string("Example Street 1"), string("jane.doe@example.org", "bmp"), string("Exampletown"))
SELF = [("CN", "Jane Doe"), ("emailAddress", "jane.doe@example.org")]
CASES: dict[str, dict[str, Any]] = {
    # addresses, in every place that is read so far
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
    "role-organisation-policy": {"san": [("email", "q9x@example.org")], **_policy(ORGANISATION)},
    # names by their attributes
    "name-given-surname": {"subject": [("GN", "Jane"), ("SN", "Doe"), ("CN", "Jane Doe")]},
    "name-multivalued-rdn": {"subject": [("C", "XX"), [("CN", "DOE JANE"), ("SN", "DOE"), ("GN", "JANE")]]},
    "name-latin": {"subject": [("GN", "Zoë"), ("SN", "Żółkiewska-Müller"), ("CN", "Zoë Żółkiewska-Müller")]},
    "name-t61": {"subject": [("GN", b"Ren\xc2e", "t61"), ("SN", b"L\xc2opez", "t61")]},
    "name-t61-latin-1": {"subject": [("GN", b"Ren\xe9e", "t61"), ("SN", b"Ibanez", "t61")]},
    "name-utf-8-in-printable": {"subject": [("GN", "Renée".encode(), "printable"), ("SN", "Doe", "printable")]},
    "name-universal": {"subject": [("GN", "Ilse", "universal"), ("SN", "Größer", "universal")]},
    "name-bmp": {"subject": [("GN", "Łucja", "bmp"), ("SN", "Wymyślona", "bmp")]},
    "name-cyrillic": {"subject": [("GN", "Мария"), ("SN", "Примерова"), ("CN", "Примерова Мария")]},
    "name-greek": {"subject": [("GN", "Ελένη"), ("SN", "Παραδείγματος")]},
    "name-hebrew": {"subject": [("GN", "יעל"), ("SN", "דוגמה")]},
    "name-arabic": {"subject": [("GN", "ليلى"), ("SN", "المثال"), ("CN", "ليلى المثال")]},
    "name-devanagari": {"subject": [("GN", "मीरा"), ("SN", "उदाहरण")]},
    "name-chinese": {"subject": [("GN", "小明"), ("SN", "范"), ("CN", "范小明")]},
    "name-japanese": {"subject": [("GN", "花子"), ("SN", "見本"), ("CN", "見本 花子")]},
    "name-korean": {"subject": [("GN", "길동"), ("SN", "예"), ("CN", "예길동")]},
    "name-thai": {"subject": [("GN", "ตัวอย่าง"), ("SN", "สมมุติ")]},
    "name-georgian": {"subject": [("GN", "ნინო"), ("SN", "მაგალითაშვილი")]},
    "name-armenian": {"subject": [("GN", "Անի"), ("SN", "Օրինակյան")]},
    "name-pseudonym": {"subject": [("pseudonym", "Night Owl"), ("CN", "Night Owl:PN")]},
    "name-issuer": {"issuer": [("GN", "Jane"), ("SN", "Doe"), ("CN", "Jane Doe")], "subject": [("CN", "example.org")]},
    # common names that name a person
    "cn-edipi": {"subject": [("O", "Example Forces"), ("CN", "DOE.JANE.Q.1234567890")]},
    "cn-baltic": {"subject": [("CN", "EESKUJU,MARI,48001010000")]},
    "cn-brazil": {"subject": [("CN", "JOANA EXEMPLO:12345678901")]},
    "cn-spain": {"subject": [("CN", "EJEMPLO PRUEBAS MARIA - NIF 12345678Z")]},
    "cn-spain-representative": {"subject": [("CN", "12345678Z MARIA EJEMPLO (R: B12345678)")]},
    "cn-card": {"subject": [("CN", "Jan Voorbeeld (Authentication)")]},
    "cn-comma": {"subject": [("CN", "Beispiel, Eva Maria")], **MAIL},
    "cn-title": {"subject": [("CN", "Ing. Petr Vzorný")], **CLIENT},
    "cn-mailbox": {"subject": [("CN", "Jane Doe")], "san": [("email", "jdoe@example.org")], "eku": ()},
    "cn-purpose": {"subject": [("CN", "Jane van der Doe")], **MAIL},
    "cn-number": {"subject": [("DC", "org"), ("CN", "Jane Doe 12345")], **CLIENT},
    "cn-han": {"subject": [("CN", "王小明")], **MAIL},
    "cn-policy-individual": {"subject": [("CN", "Мария Примерова")], **_policy(INDIVIDUAL)},
    "cn-policy-sponsor": {"subject": [("O", "Example Ltd"), ("CN", "Jane Doe")], **_policy(SPONSOR)},
    "cn-policy-qualified": {"subject": [("CN", "JANE DOE")], **_policy(QUALIFIED_NATURAL)},
    # what must not be found
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
    # text inside values that are no string, and parts that can't be read
    "email-postal-address": {"subject": [("CN", "example.org"), ("postalAddress", POSTAL_ADDRESS, "raw")]},
    "salvaged-san-kind": {"san": [("dns", "example.org"), tlv(0x30, string("jane@example.org"))]},
    "salvaged-san-length": {"san": [b"\x81\x07jane@example.org", ("email", "john@example.com")]},
    "salvaged-san-constructed": {"san": [tlv(0xA1, b"jane@example.org")]},
    "salvaged-mailbox": {"san": [other_name(SMTP_UTF8_MAILBOX, tlv(0x30, string("मीरा@example.org")))]},
    "salvaged-attribute": {"subject": [("CN", "example.org"), ("emailAddress", b"jane@example.org\0", "octet")]},
    "salvaged-extension": {"extra": [tlv(0x30, string("2.5.29.17"), tlv(0x04, b"\x81\x10jane@example.org"))]},
    "salvaged-beside-read": {"san": [("email", "jane@example.org"), tlv(0xA9, b"jane@example.org")]},
}


def build(case: str) -> bytes:
    """The DER of one case."""
    arguments = {"subject": [], "issuer": ISSUER, "serial": 1000 + list(CASES).index(case)} | CASES[case]
    arguments |= {key: name(arguments[key]) for key in ("subject", "issuer")}
    return make_certificate(**arguments)


def to_pem(der: bytes) -> str:
    """One block of PEM (RFC 7468)."""
    body = "\n".join(textwrap.wrap(base64.b64encode(der).decode(), 64))
    return f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"


if __name__ == "__main__":
    for case in CASES:
        (GOLDEN / f"{case}.pem").write_text(to_pem(build(case)))
