"""Names of people by their attributes, and common names."""

from __future__ import annotations

from typing import Any

from support.certs import (
    CLIENT_AUTH,
    EMAIL_PROTECTION,
    certificate_policies,
    key_usage,
)

MAIL = {"eku": (EMAIL_PROTECTION,)}
CLIENT = {"eku": (CLIENT_AUTH,)}
NOTHING: dict[str, Any] = {"extensions": [key_usage()]}


def _policy(oid: str) -> dict[str, Any]:
    return {"extra": [certificate_policies([oid])], **MAIL}


INDIVIDUAL = "2.23.140.1.5.4.1"
SPONSOR = "2.23.140.1.5.3.1"
QUALIFIED_NATURAL = "0.4.0.194112.1.0"
INDIVIDUAL_TLS = "2.23.140.1.2.3"

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
    "cn-firma": {"subject": [("CN", "EJEMPLO INVENTADA, MARIA (FIRMA)")]},
    "cn-sign": {"subject": [("CN", "(SIGN) MARI EESKUJU")]},
    "cn-nif-bar": {"subject": [("CN", "EJEMPLO INVENTADA MARIA |12345678Z")]},
    "cn-developer": {"subject": [("CN", "Apple Development: Jane Doe (AB12CD34EF)")]},
    "cn-robot": {"subject": [("CN", "Robot: build - Jane Doe")], **CLIENT},
    # common names without other evidence
    "cn-alone": {"subject": [("CN", "Jane Doe")], **NOTHING},
    "cn-alone-server": {"subject": [("O", "Example Ltd"), ("CN", "Jane Doe")]},
    "cn-alone-surname-first": {"subject": [("CN", "MUSTERFRAU Anna Maria")], **NOTHING},
    "cn-alone-cyrillic": {"subject": [("CN", "Іваненко Марія Петрівна")], **NOTHING},
    "cn-alone-greek": {"subject": [("CN", "Ελένη Παπαδοπούλου")], **NOTHING},
    "cn-alone-arabic": {"subject": [("CN", "محمد العتيبي")], **NOTHING},
    "cn-alone-hebrew": {"subject": [("CN", "יעל כהן")], **NOTHING},
    "cn-alone-hangul": {"subject": [("CN", "김민수")], **NOTHING},
    "cn-alone-han": {"subject": [("CN", "王秀英")], **NOTHING},
    "cn-alone-kanji": {"subject": [("CN", "山田 花子")], **NOTHING},
    "cn-alone-thai": {"subject": [("CN", "สมชาย ใจดี")], **NOTHING},
    "cn-alone-devanagari": {"subject": [("CN", "प्रिया शर्मा")], **NOTHING},
    "cn-own-ca": {"subject": [("CN", "Jane Doe")], "issuer": [("CN", "Jane Doe")], "ca": True, "eku": ()},
    "cn-own-issuer": {"subject": [("CN", "www.example.org")], "issuer": [("CN", "Jane Doe")]},
    "cn-lower-case-word": {
        "subject": [("O", "Example Ltd"), ("CN", "Ramona maria Modelo  Roe")],
        "san": [("email", "rmodelo@example.org")],
        **MAIL,
    },
    "cn-lower-case-particle": {
        "subject": [("CN", "Jane von roe")],
        "san": [("email", "jane.roe@example.org")],
        "eku": (),
    },
    "cn-lower-case": {"subject": [("CN", "jane doe")], "san": [("email", "doe_jane7@example.org")], **CLIENT},
    "cn-lower-case-alone": {"subject": [("CN", "jane doe")], "san": [("email", "x17@example.org")], **CLIENT},
    "cn-lower-case-words": {
        "subject": [("CN", "blue harbour")],
        "san": [("email", "blue.harbour@example.org")],
        **MAIL,
    },
    "cn-before-words": {
        "subject": [("O", "Jane M. Doe"), ("CN", "Jane Doe Direct Group Cert")],
        "san": [("email", "jane.doe@direct.example.org")],
        **MAIL,
    },
    "cn-before-organisation": {
        "subject": [("O", "Example Foundation"), ("CN", "Jane Doe Example Foundation")],
        **CLIENT,
    },
    "cn-before-other-words": {"subject": [("O", "Example Foundation"), ("CN", "Jane Doe Network Tools")], **CLIENT},
    "cn-pn": {"subject": [("C", "DE"), ("CN", "Nachteule:PN")], **MAIL},
    "cn-pn-service": {"subject": [("CN", "Nachteule 3:PN")], "eku": ("1.3.6.1.5.5.7.3.8",)},
    # other attributes of names
    "name-around": {
        "subject": [
            *(("0.9.2342.19200300.100.1.40", "Dr."), ("GN", "John"), ("initials", "JQD"), ("SN", "Doe")),
            ("2.5.4.44", "Jr."),
        ],
    },
    "name-generation-of-authority": {"subject": [("O", "Example Trust"), ("2.5.4.44", "G2")], "ca": True, "eku": ()},
    "name-full": {"subject": [("name", "Jane Doe"), ("serialNumber", "17")], **CLIENT},
    "name-full-beside": {"subject": [("SN", "Примерова"), ("name", "Мария Ивановна")]},
    "name-full-organisation": {"subject": [("O", "BLUE HARBOUR"), ("name", "BLUE HARBOUR")], **CLIENT},
    "name-display": {"subject": [("2.16.840.1.113730.3.1.241", "Doe, Jane (Example)")], **CLIENT},
    "name-misused": {"subject": [("GN", "Root"), ("SN", "CA"), ("CN", "Example Root CA")], "ca": True, "eku": ()},
    "name-surname-address": {"subject": [("GN", "Jane"), ("SN", "jane@example.org")]},
    # organisations and units named after a person
    "o-person": {
        "subject": [("O", "Jane Doe"), ("CN", "Jane Doe")],
        "san": [("email", "jane.doe@example.org")],
        **MAIL,
    },
    "o-individual": {
        "subject": [("C", "XX"), ("O", "Jane Doe"), ("CN", "www.example.org")],
        "extra": [certificate_policies([INDIVIDUAL_TLS])],
    },
    "o-trader": {"subject": [("O", "Erika Mustermann e.K."), ("CN", "www.example.org")]},
    "ou-person": {"subject": [("O", "Example Ltd"), ("OU", "Jane Doe"), ("GN", "Jane"), ("SN", "Doe")]},
    # texts that are no names
    "placeholder-given-name": {"subject": [("GN", "givenName"), ("emailAddress", "q7@example.org")], **MAIL},
    "placeholder-beside-name": {"subject": [("GN", "Jane"), ("SN", "IA5String"), ("serialNumber", "77")], **MAIL},
    "placeholder-common-name": {"subject": [("CN", "Nom de famille")], **_policy(INDIVIDUAL)},
    "sentence-as-surname": {"subject": [("SN", "Ask the desk on the second floor of the town hall.")], **MAIL},
    "long-name-as-surname": {"subject": [("SN", "De la Santísima Trinidad y de los Santos Roe Jr.")], **MAIL},
}
