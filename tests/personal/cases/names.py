"""Names of people by their attributes, and common names."""

from __future__ import annotations

from typing import Any

from support.certs import (
    CLIENT_AUTH,
    EMAIL_PROTECTION,
    certificate_policies,
    string,
    tlv,
)

MAIL = {"eku": (EMAIL_PROTECTION,)}
CLIENT = {"eku": (CLIENT_AUTH,)}


def _policy(oid: str) -> dict[str, Any]:
    return {"extra": [certificate_policies([oid])], **MAIL}


INDIVIDUAL, SPONSOR, ORGANISATION = (f"2.23.140.1.5.{kind}.1" for kind in (4, 3, 2))
QUALIFIED_NATURAL, INDIVIDUAL_TLS = "0.4.0.194112.1.0", "2.23.140.1.2.3"

POSTAL_ADDRESS = tlv(0x30, string("Example Street 1"), string("jane.doe@example.org", "bmp"), string("Exampletown"))
SELF = [("CN", "Jane Doe"), ("emailAddress", "jane.doe@example.org")]
CASES: dict[str, dict[str, Any]] = {
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
}
