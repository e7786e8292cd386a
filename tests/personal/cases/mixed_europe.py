"""Italy, Germany, Denmark, Estonia, France: people beside services, with fields in any order."""

from __future__ import annotations

from support.certs import RdnSpec, certificate_policies, extension, string
from support.several_people import Case, arguments_of, held, people_of, with_extra

IT: RdnSpec = ("C", "IT")
DE: RdnSpec = ("C", "DE")
DK: RdnSpec = ("C", "DK")
EE: RdnSpec = ("C", "EE")
FR: RdnSpec = ("C", "FR")
TIME_STAMPS, STATUS = ("1.3.6.1.5.5.7.3.8",), ("1.3.6.1.5.5.7.3.9",)
NATURAL = certificate_policies(["0.4.0.194112.1.2"])
MARIA: list[RdnSpec] = [("serialNumber", "TINIT-RSSMRA80A01H501U"), ("GN", "MARIA"), ("SN", "ROSSI"), IT]
JEANNE: list[RdnSpec] = [("CN", "Jeanne EXEMPLE 1234"), FR, ("SN", "EXEMPLE"), ("GN", "Jeanne")]
MARI: list[RdnSpec] = [
    ("serialNumber", "PNOEE-47101010033"),
    ("GN", "MARI-LIIS"),
    ("SN", "NÄIDE"),
    ("CN", "NÄIDE,MARI-LIIS,47101010033"),
    EE,
]

_CASES: dict[str, Case] = {
    "it-services-card-other-given-name": held(
        [("CN", "RSSMRA80A01H501U/7420091100001234.abc="), ("OU", "Regione Esempio"), *MARIA],
        [("email", "giuseppe@example.org")],
        "maria|rossi",
        "giuseppe@example.org",
    ),
    "it-holder-number": held(
        [
            ("dnQualifier", "WSREF-12345678901234"),
            ("title", "Amministratore Unico"),
            ("O", "Esempio Srl"),
            *MARIA,
            ("CN", "ROSSI MARIA"),
        ],
        [("email", "amministrazione@example.org"), ("email", "m.rossi@example.org")],
        "maria|rossi|m.rossi@example.org",
    ),
    "it-description": held(
        [
            IT,
            ("CN", "ROSSI MARIA"),
            ("serialNumber", "IT:RSSMRA80A01H501U"),
            ("description", "C=ROSSI/N=MARIA/D=01-01-1980/R=Avvocato"),
        ],
        [("email", "rossimaria@example.org")],
        "rossi maria|rossimaria@example.org",
    ),
    "it-automatic-signature": held(
        [*MARIA, ("O", "Esempio SpA"), ("CN", "Firma Automatica Massiva")],
        [("email", "conservazione@example.org")],
        "maria|rossi",
    ),
    "it-time-stamps": held(
        [IT, ("O", "Esempio SpA"), ("SN", "TSU Esempio"), ("GN", "Marcatura"), ("CN", "TSU Esempio 2026 n.3")],
        [],
        eku=TIME_STAMPS,
    ),
    "it-mail-service": held(
        [IT, ("GN", "Servizio"), ("SN", "PEC"), ("O", "Esempio SpA"), ("CN", "Servizio PEC Esempio")],
        [("email", "posta-certificata@example.org")],
    ),
    "de-pseudonym-of-person": held(
        [DE, ("pseudonym", "Erika Stempel:PN"), ("CN", "Erika Stempel:PN")], [], "erika stempel"
    ),
    "de-pseudonym-of-court": held(
        [
            DE,
            ("O", "Landgericht Musterstadt"),
            ("CN", "Poststelle Landgericht Musterstadt:PN"),
            ("pseudonym", "Poststelle Landgericht Musterstadt"),
        ],
        [("email", "poststelle@example.org")],
    ),
    "de-pseudonym-status-answers": held(
        [("pseudonym", "Beispiel OCSP-Signer 12:PN"), ("CN", "Beispiel OCSP-Signer 12:PN"), DE], [], eku=STATUS
    ),
    "de-pseudonym-dkim": held(
        [DE, ("O", "Beispiel Mail AG"), ("pseudonym", "DKIM Beispiel-Mail 3"), ("CN", "DKIM Beispiel-Mail 3:PN")], []
    ),
    "de-pseudonym-counter": held(
        [DE, ("CN", "Registratur Amtsgericht 4:PN"), ("pseudonym", "Registratur Amtsgericht 4")], []
    ),
    "de-seal-mail-of-person": held(
        [DE, ("O", "Beispiel GmbH"), ("CN", "Beispiel GmbH Siegel"), ("organizationIdentifier", "NTRDE-HRB 1234")],
        [("email", "erika.muster@example.org"), ("email", "siegel@example.org")],
        "erika.muster@example.org",
    ),
    "de-dfn-group": held(
        [DE, ("O", "Universitaet Beispiel"), ("CN", "GRP: Netzbetrieb Rechenzentrum")],
        [("email", "grp-netz@example.org")],
    ),
    "de-dfn-pseudonym": held(
        [DE, ("O", "Universitaet Beispiel"), ("CN", "PN: Zeitschriftenstelle")], [("email", "zs@example.org")]
    ),
    "de-restriction": with_extra(
        held(
            [("SN", "Muster"), ("GN", "Max"), ("CN", "Max Muster"), DE],
            [("email", "max@example.org")],
            "max|muster|max muster|max@example.org",
        ),
        extension("1.3.36.8.3.8", string("Der Zertifikatsinhaber Max Muster ist Geschäftsführer der Beispiel GmbH.")),
    ),
    "de-restriction-of-seal": with_extra(
        held(
            [DE, ("O", "Beispiel GmbH"), ("CN", "Beispiel GmbH")],
            [("email", "max.muster@example.org"), ("email", "buchhaltung@example.org")],
            "max muster|max.muster@example.org",
        ),
        extension("1.3.36.8.3.8", string("Vertretungsberechtigt ist der Geschäftsführer Max Muster.")),
    ),
    "de-validation": held(
        [DE, ("GN", "Validation"), ("SN", "Service"), ("CN", "Validation Service Beispiel"), ("O", "Beispiel AG")], []
    ),
    "de-surname-post": held(
        [DE, ("CN", "Frank Post"), ("SN", "Post"), ("GN", "Frank")],
        [("email", "frank.post@example.org"), ("email", "post@example.org")],
        "frank|frank post|frank.post@example.org",
    ),
    "de-company-called-like-the-person": held(
        [DE, ("O", "Müller Bäckerei GmbH"), ("SN", "Müller"), ("GN", "Erika"), ("CN", "Müller Bäckerei GmbH")],
        [("email", "baeckerei@example.org"), ("email", "hans@example.org")],
        "erika|muller",
        "hans@example.org",
    ),
    "dk-organisation": held(
        [
            DK,
            ("O", "Eksempelstyrelsen"),
            ("organizationIdentifier", "NTRDK-12345678"),
            ("CN", "Fagsystem 3"),
            ("serialNumber", "UI:DK-O:G:0f0f0f0f-1111-2222-3333-444444444444"),
        ],
        [("email", "jens.eksempel@example.org")],
        "jens.eksempel@example.org",
    ),
    "dk-device-under-natural-policy": with_extra(
        held([DK, ("O", "Eksempel A/S"), ("CN", "Server 7"), ("serialNumber", "UI:DK-T:G:0f0f0f0f-1111")], []), NATURAL
    ),
    "ee-seal-answerable": held(
        [EE, ("O", "Näidis OÜ"), ("CN", "Näidis OÜ e-tempel"), ("serialNumber", "12345678")],
        [("email", "mart@example.org"), ("dir", [("SN", "NÄIDE"), ("GN", "JAAN")])],
        "jaan|naide",
        "mart@example.org",
    ),
    "ee-signature": held(
        [("OU", "digital signature"), *MARI],
        [("email", "mari-liis.naide.1@example.org")],
        "mari liis|naide|47101010033|mari-liis.naide.1@example.org",
    ),
    "ee-time-stamps": held(
        [EE, ("O", "Näidis AS"), ("SN", "Näidis"), ("GN", "Ajatempel"), ("CN", "NÄIDIS TIMESTAMPING UNIT 2026")],
        [("email", "mari@example.org")],
        eku=TIME_STAMPS,
    ),
    "fr-seal-answerable": held(
        [FR, ("O", "Exemple SA"), ("OU", "0002 123456789"), ("CN", "Cachet serveur Exemple")],
        [("email", "laurent@example.org"), ("dir", [("CN", "Jeanne Exemple"), ("GN", "Jeanne"), ("SN", "Exemple")])],
        "jeanne|jeanne exemple",
        "laurent@example.org",
    ),
    "fr-employee": held(
        [*JEANNE, ("UID", "jexemple"), ("O", "Exemple SA")],
        [("upn", "jexemple@example.org"), ("email", "jeanne@example.org")],
        "jeanne|exemple|jexemple@example.org|jeanne@example.org",
    ),
    "fr-time-stamps": held(
        [FR, ("SN", "Horodatage"), ("O", "Exemple SA"), ("CN", "Unité d'horodatage Exemple 5")], [], eku=TIME_STAMPS
    ),
    "fr-two-part-given-name": held(
        [FR, ("GN", "Jean-Luc"), ("SN", "Modèle"), ("CN", "Jean-Luc Modèle"), ("title", "Notaire")],
        [("email", "jl.modele@example.org"), ("email", "jean@example.org"), ("email", "sophie.k@example.org")],
        "jean luc|modele|jl.modele@example.org|jean@example.org",
        "sophie.k@example.org",
    ),
}

NOBODY: dict[str, str] = {
    "it-automatic-signature": "firma automatica massiva",
    "de-seal-mail-of-person": "beispiel gmbh siegel|siegel@example.org",
    "de-restriction-of-seal": "beispiel gmbh|buchhaltung@example.org",
    "de-company-called-like-the-person": "muller backerei gmbh|müller bäckerei gmbh",
    "dk-organisation": "fagsystem 3|fagsystem",
    "fr-seal-answerable": "cachet serveur exemple",
}
CASES, PEOPLE = arguments_of(_CASES), people_of(_CASES)
