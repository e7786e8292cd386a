"""Italy, Germany, Estonia, France: certificates with several people, or with a person in several places."""

from __future__ import annotations

from support.certs import RdnSpec, extension, name, string, tlv
from support.several_people import Case, arguments_of, held, people_of, with_extra

IT: RdnSpec = ("C", "IT")
DE: RdnSpec = ("C", "DE")
EE: RdnSpec = ("C", "EE")
FR: RdnSpec = ("C", "FR")
OWNER = "2.5.4.32"
MARIA: list[RdnSpec] = [IT, ("GN", "MARIA"), ("SN", "ROSSI"), ("serialNumber", "TINIT-RSSMRA80A01H501U")]
ERIKA: list[RdnSpec] = [DE, ("GN", "Erika"), ("SN", "Müller"), ("CN", "Erika Müller")]
MARI: list[RdnSpec] = [
    EE,
    ("SN", "NÄIDE"),
    ("GN", "MARI-LIIS"),
    ("serialNumber", "PNOEE-47101010033"),
    ("CN", "NÄIDE,MARI-LIIS,47101010033"),
]
JEANNE: list[RdnSpec] = [FR, ("GN", "Jeanne"), ("SN", "Exemple"), ("CN", "Jeanne Exemple")]


def procuration(party: bytes) -> bytes:
    return extension("1.3.36.8.3.2", tlv(0x30, tlv(0xA2, string("Prokura")), tlv(0xA3, party)))


_CASES: dict[str, Case] = {
    "it-person-twice": held(
        [*MARIA, ("CN", "ROSSI/MARIA")],
        [
            ("dir", [("CN", "Maria Rossi"), ("serialNumber", "IT:RSSMRA80A01H501U")]),
            ("email", "maria.rossi@example.org"),
        ],
        "maria|rossi|maria rossi|maria.rossi@example.org",
    ),
    "it-services-card": held(
        [IT, ("CN", "RSSMRA80A01H501U/1234567890123456")],
        [("dir", [("SN", "ROSSI"), ("GN", "MARIA"), ("serialNumber", "TINIT-RSSMRA80A01H501U")])],
        "maria|rossi",
    ),
    "it-two-people": held(
        [*MARIA, ("CN", "ROSSI MARIA")],
        [("dir", [("GN", "LUIGI"), ("SN", "BIANCHI"), ("serialNumber", "TINIT-BNCLGU75B02F205K")])],
        "maria|rossi",
        "luigi|bianchi",
    ),
    "it-siblings": held(
        [*MARIA, ("CN", "ROSSI MARIA")],
        [("dir", [("CN", "ROSSI GIULIA")]), ("dir", [("GN", "GIULIA"), ("SN", "ROSSI")])],
        "maria",
        "rossi giulia|giulia",
    ),
    "it-mail-of-accountant": held(
        [*MARIA, ("CN", "ROSSI MARIA"), ("O", "Esempio Srl")],
        [("email", "paolo.commercialista@example.org")],
        "maria|rossi",
        "paolo.commercialista@example.org",
    ),
    "it-same-code-other-name": held(
        [*MARIA, ("CN", "ROSSI MARIA")],
        [("dir", [("GN", "MARIA"), ("SN", "BIANCHI"), ("serialNumber", "IT:RSSMRA80A01H501U")])],
        "maria|rossi|bianchi",
    ),
    "it-mails-of-two": held(
        [*MARIA, ("CN", "ROSSI MARIA")],
        [("email", "m.rossi@example.org"), ("email", "maria@example.org"), ("email", "luigi.bianchi@example.org")],
        "maria|m.rossi@example.org|maria@example.org",
        "luigi.bianchi@example.org",
    ),
    "de-spellings": held(
        ERIKA,
        [
            ("dir", [("CN", "Mueller, Erika"), ("emailAddress", "e7@example.org")]),
            ("email", "erika.mueller@example.org"),
        ],
        "erika|muller|e7@example.org|erika.mueller@example.org",
    ),
    "de-siblings": held(
        ERIKA,
        [("dir", [("GN", "Max"), ("SN", "Müller")]), ("email", "max.mueller@example.org")],
        "erika",
        "max|max.mueller@example.org",
    ),
    "de-short-given-name": held(
        [DE, ("GN", "Maximilian"), ("SN", "Muster"), ("CN", "Maximilian Muster")],
        [("dir", [("GN", "Max"), ("SN", "Muster"), ("emailAddress", "m7@example.org")])],
        "maximilian|max|muster|m7@example.org",
    ),
    "de-owner": held(
        [*ERIKA, (OWNER, name([("GN", "Jan"), ("SN", "Vorlage")]), "raw")],
        [("email", "jan.vorlage@example.org")],
        "erika|muller",
        "jan|vorlage|jan.vorlage@example.org",
    ),
    "de-procuration": with_extra(
        held(ERIKA, [("email", "erika@example.org")], "erika|muller|erika@example.org", "jan|vorlage"),
        procuration(tlv(0xA4, name([("GN", "Jan"), ("SN", "Vorlage")]))),
    ),
    "de-name-at-birth": with_extra(
        held(ERIKA, [("email", "erika.geburt@example.org")], "erika|muller|geburt|erika.geburt@example.org"),
        extension("2.5.29.9", tlv(0x30, tlv(0x30, b"\x06\x05\x2b\x24\x08\x03\x0e", tlv(0x31, string("Geburt"))))),
    ),
    "de-mail-of-assistant": held(
        [*ERIKA, ("O", "Beispiel GmbH")],
        [("email", "sabine.vorzimmer@example.org")],
        "erika",
        "sabine.vorzimmer@example.org",
    ),
    "de-possible-name": held(
        [DE, ("CN", "Erika Muster")],
        [("email", "sabine.vorzimmer@example.org")],
        "erika muster",
        "sabine.vorzimmer@example.org",
    ),
    "ee-mail": held(MARI, [("email", "mari-liis.naide@example.org")], "mari liis|mari-liis.naide@example.org"),
    "ee-married": held(
        MARI,
        [("dir", [("SN", "MALL"), ("GN", "MARI-LIIS"), ("serialNumber", "PNOEE-47101010033")])],
        "mari liis|naide|mall",
    ),
    "ee-two-people": held(
        MARI,
        [
            ("dir", [("CN", "NÄIDE,JAAN,38001085718"), ("serialNumber", "PNOEE-38001085718")]),
            ("email", "jaan@example.org"),
        ],
        "mari liis|47101010033",
        "naide jaan|38001085718|jaan@example.org",
    ),
    "ee-common-name-alone": held(
        [EE, ("CN", "NÄIDE,MARI-LIIS,47101010033")],
        [("dir", [("CN", "MARI-LIIS NÄIDE"), ("serialNumber", "47101010033")])],
        "naide mari liis|mari liis naide",
    ),
    "ee-seal": held(
        [EE, ("O", "Näidis OÜ"), ("CN", "Näidis OÜ")],
        [("dir", [("GN", "JAAN"), ("SN", "NÄIDE")]), ("email", "jaan.naide@example.org")],
        "jaan|naide|jaan.naide@example.org",
    ),
    "fr-mandatary": held(
        [*JEANNE, ("O", "Exemple SARL"), ("OU", "0002 123456789"), ("title", "Gérante")],
        [
            ("dir", [("GN", "Luc"), ("SN", "Modèle")]),
            ("email", "luc.modele@example.org"),
            ("email", "jexemple@example.org"),
        ],
        "jeanne|exemple|jexemple@example.org",
        "luc|modele|luc.modele@example.org",
    ),
    "fr-turned-round": held(
        [FR, ("CN", "EXEMPLE Jeanne Marie"), ("GN", "Jeanne"), ("SN", "EXEMPLE")],
        [("dir", [("CN", "Jeanne EXEMPLE")]), ("email", "jeanne.exemple@example.org")],
        "jeanne|exemple|exemple jeanne marie|jeanne exemple|jeanne.exemple@example.org",
    ),
    "fr-married-mail": held(
        JEANNE, [("email", "jeanne.mariee@example.org")], "jeanne|exemple|jeanne.mariee@example.org"
    ),
    "fr-mail-of-colleague": held(
        JEANNE, [("email", "thierry.invente@example.org")], "jeanne|exemple", "thierry.invente@example.org"
    ),
    "fr-couple": held(
        [FR, ("CN", "Jeanne Exemple"), ("serialNumber", "IDCFR-123456789012")],
        [("dir", [("CN", "Paul Exemple"), ("serialNumber", "IDCFR-210987654321")]), ("email", "p.exemple@example.org")],
        "jeanne exemple|123456789012",
        "paul exemple|210987654321|p.exemple@example.org",
    ),
}

CASES, PEOPLE = arguments_of(_CASES), people_of(_CASES)
