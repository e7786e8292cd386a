"""People and services of many countries in rarer shapes, written after the rules: the fields in any order."""

from __future__ import annotations

from support.certs import CLIENT_AUTH, SERVER_AUTH, GeneralNameSpec, RdnSpec, certificate_policies, extension, string
from support.several_people import Case, arguments_of, held, people_of, with_extra

FNMT, AGE, CAMERFIRMA = "1.3.6.1.4.1.5734.1.", "2.16.724.1.3.5.", "1.3.6.1.4.1.17326.30."
BRAZIL, JPKI = "2.16.76.1.3.", "1.2.392.200149.8.5.5."
TIME_STAMPS, STATUS, CODE = ("1.3.6.1.5.5.7.3.8",), ("1.3.6.1.5.5.7.3.9",), ("1.3.6.1.5.5.7.3.3",)
NATURAL, NATURAL_SOFT = certificate_policies(["0.4.0.194112.1.2"]), certificate_policies(["0.4.0.194112.1.0"])
ES: RdnSpec = ("C", "ES")
BR: RdnSpec = ("C", "BR")
PT: RdnSpec = ("C", "PT")
IT: RdnSpec = ("C", "IT")
DE: RdnSpec = ("C", "DE")
EE: RdnSpec = ("C", "EE")
FR: RdnSpec = ("C", "FR")
JP: RdnSpec = ("C", "JP")


def fields(arc: str, values: dict[int, str]) -> GeneralNameSpec:
    return ("dir", [(f"{arc}{last}", value) for last, value in values.items()])


def answers(name: str, cpf: str) -> list[GeneralNameSpec]:
    data = f"01011970{cpf}{'0' * 26}SSPRJ"
    return [("other", f"{BRAZIL}{last}", string(text, "octet")) for last, text in ((4, data), (2, name))]


def born(last: int, text: str) -> GeneralNameSpec:
    return ("other", f"{JPKI}{last}", string(text))


_CASES: dict[str, Case] = {
    "es-two-in-one-rdn": held(
        [ES, [("GN", "ELENA"), ("SN", "FICTICIA LLANO")], ("serialNumber", "IDCES-00000000T"), ("O", "MODELOS SA")],
        [("email", "e.ficticia@example.org"), ("email", "gerardo@example.org")],
        "elena|ficticia llano|00000000T|e.ficticia@example.org",
        "gerardo@example.org",
    ),
    "es-representative-of-entity-without-number": held(
        [
            ES,
            ("O", "ASOCIACION EJEMPLO"),
            ("CN", "00000000T ELENA FICTICIA (R: G00000000)"),
            ("GN", "ELENA"),
            ("SN", "FICTICIA LLANO"),
            ("serialNumber", "IDCES-00000000T"),
        ],
        [("email", "secretaria@example.org"), fields(FNMT, {3: "LLANO", 1: "ELENA", 2: "FICTICIA", 4: "00000000T"})],
        "elena|ficticia llano|00000000T",
    ),
    "es-code": held(
        [ES, ("O", "MODELOS SA"), ("CN", "MODELOS SA FIRMA DE CODIGO"), ("SN", "FICTICIA LLANO"), ("GN", "ELENA")],
        [("email", "desarrollo@example.org")],
        "elena|ficticia llano",
        eku=CODE,
    ),
    "es-office-seal": held(
        [
            ES,
            ("O", "MINISTERIO MODELO"),
            ("OU", "SELLO ELECTRONICO"),
            ("CN", "REGISTRO GENERAL"),
            ("GN", "REGISTRO"),
            ("SN", "GENERAL SELLO"),
        ],
        [("email", "registro@example.org")],
    ),
    "es-validation-platform": with_extra(
        held([ES, ("O", "MODELOS SA"), ("SN", "Plataforma Validación"), ("CN", "Plataforma de Validación 2")], []),
        NATURAL,
    ),
    "br-nickname-of-responsible": held(
        [BR, ("O", "ICP-Brasil"), ("CN", "COMERCIO MODELO EIRELI:11222333000181")],
        [("email", "beto@example.org"), *answers("ROBERTO FIGURA NETO", "11144477735")],
        "roberto figura neto|11144477735|beto@example.org",
    ),
    "br-another-full-name": held(
        [BR, ("O", "ICP-Brasil"), ("CN", "COMERCIO MODELO EIRELI:11222333000181")],
        [*answers("ROBERTO FIGURA NETO", "11144477735"), ("email", "camila_fantasia@example.org")],
        "roberto figura neto|11144477735",
        "camila_fantasia@example.org",
    ),
    "br-person-with-company-fields": held(
        [("CN", "ROBERTO FIGURA NETO:11144477735"), ("OU", "Pessoa Fisica A1"), ("O", "ICP-Brasil"), BR],
        [("email", "figura@example.org"), ("other", f"{BRAZIL}7", string("112223330001", "octet"))],
        "roberto figura neto|11144477735|figura@example.org",
    ),
    "br-health-unit": held(
        [BR, ("O", "ICP-Brasil"), ("OU", "Aplicacao"), ("CN", "HOSPITAL MODELO SISTEMA DE PRONTUARIO")],
        [("email", "ti@example.org"), *answers("CAMILA FANTASIA", "12345678909"), ("email", "camila@example.org")],
        "camila fantasia|12345678909|camila@example.org",
    ),
    "pt-lawyer-and-office": held(
        [
            PT,
            ("O", "Ordem dos Modelos"),
            ("CN", "Tomás Figurado"),
            ("title", "Advogado"),
            ("initials", "TF"),
            ("SN", "Figurado"),
            ("GN", "Tomás"),
        ],
        [("email", "geral@example.org"), ("email", "tomas.figurado-12@example.org")],
        "tomas|figurado|tomas figurado|tomas.figurado-12@example.org",
    ),
    "pt-sister-in-mailbox": held(
        [PT, ("GN", "Tomás"), ("SN", "Figurado"), ("CN", "Tomás Figurado")],
        [("email", "helena.figurado@example.org"), ("email", "tfigurado@example.org")],
        "tomas|tfigurado@example.org",
        "helena.figurado@example.org",
    ),
    "pt-time-stamps": with_extra(
        held(
            [PT, ("O", "Modelo SA"), ("GN", "Selo"), ("SN", "Temporal"), ("CN", "Selo Temporal 4")], [], eku=TIME_STAMPS
        ),
        NATURAL,
    ),
    "it-surname-given": held(
        [
            IT,
            ("CN", "FINTI/LUCA"),
            ("SN", "FINTI"),
            ("GN", "LUCA"),
            ("dnQualifier", "LOPS202612345"),
            ("O", "NON PRESENTE"),
        ],
        [("email", "avv.finti@example.org"), ("email", "giovanna@example.org")],
        "luca|finti|avv.finti@example.org",
        "giovanna@example.org",
    ),
    "it-company-seal": held(
        [IT, ("O", "Finti e Figli Srl"), ("organizationIdentifier", "VATIT-00000000000"), ("CN", "Finti e Figli Srl")],
        [("email", "luca.finti@example.org"), ("email", "fatture@example.org")],
        "luca.finti@example.org",
    ),
    "it-remote-signature-service": held(
        [IT, ("GN", "Firma"), ("SN", "Remota"), ("pseudonym", "Servizio Firma Remota 12"), ("O", "Finti SpA")], []
    ),
    "it-two-tax-codes": held(
        [IT, ("SN", "FINTI"), ("GN", "LUCA"), ("serialNumber", "TINIT-BNCLGU75B02F205K"), ("CN", "LUCA FINTI")],
        [
            (
                "dir",
                [("serialNumber", "TINIT-RSSMRA80A01H501U"), ("CN", "MARIA FINTI"), ("emailAddress", "m9@example.org")],
            )
        ],
        "luca|BNCLGU75B02F205K",
        "maria finti|RSSMRA80A01H501U|m9@example.org",
    ),
    "de-doctor": held(
        [DE, ("title", "Dr. med."), ("CN", "Dr. med. Sigrid Attrappe"), ("SN", "Attrappe"), ("GN", "Sigrid")],
        [("email", "praxis@example.org"), ("email", "sigrid@example.org"), ("email", "karl-heinz@example.org")],
        "sigrid|attrappe|sigrid@example.org",
        "karl-heinz@example.org",
    ),
    "de-pseudonym-name-and-company": held(
        [DE, ("O", "Attrappe KG"), ("pseudonym", "Attrappe KG Rechnungseingang:PN"), ("CN", "Rechnungseingang:PN")], []
    ),
    "de-pseudonym-nickname": held([DE, ("pseudonym", "Sonnenblume:PN"), ("CN", "Sonnenblume:PN")], [], "sonnenblume"),
    "de-pseudonym-police": held(
        [
            DE,
            ("O", "Polizeipräsidium Musterstadt"),
            ("pseudonym", "Funkleitzentrale 2"),
            ("CN", "Funkleitzentrale 2:PN"),
        ],
        [],
    ),
    "de-time-stamp-unit": held(
        [DE, ("O", "Attrappe KG"), ("SN", "TSS 7"), ("CN", "Attrappe TSS 7:PN")], [], eku=TIME_STAMPS
    ),
    "de-responder-of-people": with_extra(
        held([DE, ("GN", "Status"), ("SN", "Auskunft"), ("CN", "Attrappe Statusauskunft")], [], eku=STATUS),
        NATURAL_SOFT,
    ),
    "de-restriction-names-two": with_extra(
        held(
            [DE, ("SN", "Attrappe"), ("GN", "Sigrid"), ("CN", "Sigrid Attrappe")],
            [],
            "sigrid|attrappe|sigrid attrappe",
            "karl vorlage",
        ),
        extension("1.3.36.8.3.8", string("Nur gültig gemeinsam mit Herrn Karl Vorlage.")),
    ),
    "de-robot": held(
        [DE, ("O", "Universitaet Attrappe"), ("CN", "Robot: Backup - Sigrid Attrappe")],
        [("email", "sigrid.attrappe@example.org")],
        "sigrid attrappe|sigrid.attrappe@example.org",
        eku=(CLIENT_AUTH,),
    ),
    "de-function-mailbox-of-person": held(
        [DE, ("CN", "Karl Support"), ("GN", "Karl"), ("SN", "Support")],
        [("email", "support@example.org"), ("email", "karl.support@example.org")],
        "karl|karl support|karl.support@example.org",
    ),
    "de-housing-company": held(
        [DE, ("O", "Stadtwerke Muster"), ("GN", "Stadtwerke"), ("SN", "Muster"), ("CN", "Stadtwerke Muster")],
        [("email", "zaehler@example.org")],
    ),
    "ee-two-given-names": held(
        [EE, ("GN", "KATRIN"), ("SN", "NÄIDIS-TAMM"), ("CN", "NÄIDIS-TAMM,KATRIN,47101010033")],
        [("email", "katrin.naidis-tamm@example.org"), ("email", "priit@example.org")],
        "katrin|katrin.naidis-tamm@example.org",
        "priit@example.org",
    ),
    "ee-company-of-person": held(
        [EE, ("O", "Tamm OÜ"), ("CN", "Katrin Tamm"), ("serialNumber", "PNOEE-47101010033")],
        [("email", "info@example.org"), ("email", "kati@example.org")],
        "katrin tamm|47101010033|kati@example.org",
    ),
    "ee-status-answers": held(
        [EE, ("O", "Näidis AS"), ("GN", "OCSP"), ("SN", "Responder"), ("CN", "NÄIDIS OCSP")], [], eku=STATUS
    ),
    "fr-server-manager": held(
        [FR, ("O", "Fictif SAS"), ("OU", "0002 123456789"), ("CN", "www.example.org")],
        [("dns", "www.example.org"), ("email", "clement.fictif@example.org"), ("email", "hostmaster@example.org")],
        "clement.fictif@example.org",
        eku=(SERVER_AUTH,),
    ),
    "fr-double-name": held(
        [FR, ("CN", "Anne-Sophie FICTIF ép. MODÈLE"), ("SN", "FICTIF"), ("GN", "Anne-Sophie"), ("O", "Fictif SAS")],
        [("email", "asfictif@example.org"), ("email", "annesophie@example.org"), ("email", "bertrand@example.org")],
        "anne sophie|fictif|asfictif@example.org|annesophie@example.org",
        "bertrand@example.org",
    ),
    "fr-seal-service": with_extra(
        held([FR, ("O", "Fictif SAS"), ("SN", "Cachet"), ("GN", "Service"), ("CN", "Service de cachet")], []), NATURAL
    ),
    "jp-company-president": held(
        [JP, ("O", "Mihon Co., Ltd."), ("CN", "Kenji Rei"), ("title", "President"), ("SN", "Rei"), ("GN", "Kenji")],
        [("email", "kenji@example.org"), ("email", "keiko@example.org")],
        "kenji|rei|kenji@example.org",
        "keiko@example.org",
    ),
    "jp-resident-in-kana": held(
        [JP, ("CN", "20260101120000ABCDE02")],
        [born(4, "319700101"), born(3, "1"), born(1, "ミホン　タケシ"), ("email", "takeshi@example.org")],
        "ミホン タケシ|1970-01-01|takeshi@example.org",
    ),
    "jp-server-word": held([JP, ("O", "株式会社見本"), ("SN", "メールサーバ"), ("CN", "メールサーバ 1")], []),
    "jp-two-residents": held(
        [JP, ("SN", "見本"), ("GN", "健"), ("CN", "見本 健")],
        [("dir", [("SN", "例示"), ("GN", "桜"), ("CN", "例示 桜"), ("emailAddress", "s9@example.org")])],
        "見本 健|健",
        "例示 桜|桜|s9@example.org",
    ),
    "dk-employee": held(
        [("C", "DK"), ("O", "Eksempel A/S"), ("CN", "Mette Prøve"), ("serialNumber", "UI:DK-E:G:0f0f0f0f-1111-2222")],
        [("email", "mette@example.org"), ("email", "søren".replace("ø", "oe") + "@example.org")],
        "mette prøve|mette@example.org",
        "soeren@example.org",
    ),
    "dk-system": held(
        [
            ("C", "DK"),
            ("O", "Eksempel A/S"),
            ("GN", "Fagsystem"),
            ("SN", "Server"),
            ("serialNumber", "UI:DK-T:G:0f0f0f0f"),
        ],
        [],
    ),
    "nl-care-provider": held(
        [("C", "NL"), ("title", "Huisarts"), ("GN", "Sanne"), ("SN", "van Voorbeeld"), ("CN", "S. van Voorbeeld")],
        [("email", "s.vanvoorbeeld@example.org"), ("email", "joost@example.org")],
        "sanne|van voorbeeld|s.vanvoorbeeld@example.org",
        "joost@example.org",
    ),
    "cn-agent": held(
        [("C", "CN"), ("O", "示例科技有限公司"), ("OU", "财务部"), ("CN", "王建国")],
        [("email", "wangjianguo@example.org"), ("email", "kefu@example.org")],
        "王建国|wangjianguo@example.org",
    ),
}

NOBODY: dict[str, str] = {
    "es-code": "modelos sa firma de codigo|modelos sa",
    "br-health-unit": "hospital modelo sistema de prontuario",
    "it-company-seal": "finti e figli srl|fatture@example.org",
    "fr-server-manager": "hostmaster@example.org|www.example.org",
    "cn-agent": "财务部|示例科技有限公司",
    "es-representative-of-entity-without-number": "secretaria@example.org|asociacion ejemplo",
    "de-doctor": "praxis@example.org",
    "pt-lawyer-and-office": "geral@example.org",
}
CASES, PEOPLE = arguments_of(_CASES), people_of(_CASES)
