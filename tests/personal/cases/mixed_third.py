"""People and services of many countries, a third set in further shapes: mailboxes of relatives, assistants and desks,
offices in attributes for people, and parties in fields outside names."""

from __future__ import annotations

from support.certs import CLIENT_AUTH, GeneralNameSpec, RdnSpec, certificate_policies, extension, name, string, tlv
from support.several_people import Case, arguments_of, held, people_of, with_extra

FNMT, AGE, BRAZIL = "1.3.6.1.4.1.5734.1.", "2.16.724.1.3.5.", "2.16.76.1.3."
TIME_STAMPS, STATUS = ("1.3.6.1.5.5.7.3.8",), ("1.3.6.1.5.5.7.3.9",)
NATURAL = certificate_policies(["0.4.0.194112.1.2"])
ES: RdnSpec = ("C", "ES")
BR: RdnSpec = ("C", "BR")
PT: RdnSpec = ("C", "PT")
IT: RdnSpec = ("C", "IT")
DE: RdnSpec = ("C", "DE")
AT: RdnSpec = ("C", "AT")
EE: RdnSpec = ("C", "EE")
FR: RdnSpec = ("C", "FR")
JP: RdnSpec = ("C", "JP")
PL: RdnSpec = ("C", "PL")


def fields(arc: str, values: dict[int, str]) -> GeneralNameSpec:
    return ("dir", [(f"{arc}{last}", value) for last, value in values.items()])


def answers(called: str, cpf: str) -> list[GeneralNameSpec]:
    data = f"01011970{cpf}{'0' * 26}SSPRJ"
    return [("other", f"{BRAZIL}{last}", string(text, "octet")) for last, text in ((2, called), (4, data))]


_CASES: dict[str, Case] = {
    "es-agent-of-two": held(
        [
            ("CN", "00000000T IKER INVENTADO (R: B00000000)"),
            ("SN", "INVENTADO SOTO"),
            ("GN", "IKER"),
            ES,
            ("serialNumber", "IDCES-00000000T"),
            ("O", "FABULA SL"),
            ("description", "Ref:AEAT/AEAT0001"),
        ],
        [("email", "iker.inventado@example.org"), ("email", "gestoria@example.org"), ("email", "amaya@example.org")],
        "iker|inventado soto|00000000T|iker.inventado@example.org",
        "amaya@example.org",
    ),
    "es-sister-mail": held(
        [ES, ("GN", "JAVIER"), ("SN", "INVENTADO SOTO"), ("CN", "INVENTADO SOTO JAVIER - 00000000T")],
        [("email", "marta.inventado@example.org")],
        "javier|inventado soto",
        "marta.inventado@example.org",
    ),
    "es-server-two-managers": held(
        [ES, ("O", "FABULA SL"), ("CN", "portal.example.org")],
        [
            fields(FNMT, {16: "JAVIER", 17: "INVENTADO", 18: "SOTO", 19: "00000000T"}),
            ("dir", [("GN", "MARTA"), ("SN", "FABULOSA"), ("emailAddress", "mfabulosa@example.org")]),
        ],
        "javier|inventado|00000000T",
        "marta|fabulosa|mfabulosa@example.org",
    ),
    "es-department": held(
        [ES, ("O", "FABULA SL"), ("GN", "DEPARTAMENTO"), ("SN", "FACTURACION"), ("CN", "DEPARTAMENTO DE FACTURACION")],
        [("email", "facturacion@example.org")],
    ),
    "es-employee-of-administration": held(
        [
            ES,
            ("O", "UNIVERSIDAD DE FABULA"),
            ("CN", "MARTA FABULOSA RIO - 12345678Z"),
            ("GN", "MARTA"),
            ("SN", "FABULOSA RIO"),
            ("title", "PROFESORA"),
            ("serialNumber", "IDCES-12345678Z"),
        ],
        [
            fields(f"{AGE}7.1.", {9: "mfabulosa@example.org", 8: "RIO", 7: "FABULOSA", 6: "MARTA", 4: "12345678Z"}),
            ("upn", "mfabulosa@example.org"),
        ],
        "marta|fabulosa rio|rio|12345678Z|mfabulosa@example.org",
    ),
    "br-partner": held(
        [BR, ("O", "ICP-Brasil"), ("CN", "FABULA E FILHOS LTDA:11222333000181")],
        [
            *answers("MARCELO FABULA", "11144477735"),
            ("email", "marcelo.fabula@example.org"),
            ("email", "patricia.fabula@example.org"),
            ("email", "rh@example.org"),
        ],
        "marcelo fabula|11144477735|marcelo.fabula@example.org",
        "patricia.fabula@example.org",
    ),
    "br-bookkeeper": held(
        [BR, ("O", "ICP-Brasil"), ("CN", "MARCELO FABULA:11144477735")],
        [("email", "contabilidade@example.org"), ("email", "vanessa.contadora@example.org")],
        "marcelo fabula|11144477735",
        "vanessa.contadora@example.org",
    ),
    "br-service": held(
        [BR, ("O", "ICP-Brasil"), ("OU", "OCSP"), ("CN", "Servidor OCSP Exemplo"), ("SN", "Servidor OCSP")],
        [],
        eku=STATUS,
    ),
    "pt-married": held(
        [
            PT,
            ("GN", "Inês Sofia"),
            ("SN", "Fábula Prado"),
            ("CN", "Inês Sofia Fábula Prado"),
            ("O", "Cidadão Nacional"),
        ],
        [("email", "ines.prado@example.org"), ("email", "sofia@example.org"), ("email", "duarte@example.org")],
        "ines sofia|fabula prado|ines.prado@example.org|sofia@example.org",
        "duarte@example.org",
    ),
    "pt-secretary": held(
        [PT, ("O", "Fábula Lda"), ("CN", "Gonçalo Fábula"), ("title", "Gerente"), ("serialNumber", "PNOPT-12345678")],
        [("email", "teresa@example.org")],
        "goncalo fabula|12345678",
        "teresa@example.org",
    ),
    "pt-invoice-service": held(
        [PT, ("O", "Fábula Lda"), ("GN", "Serviço"), ("SN", "Faturação"), ("CN", "Serviço de Faturação")],
        [("email", "faturacao@example.org")],
    ),
    "it-lawyer": held(
        [
            IT,
            ("title", "Avvocato"),
            ("CN", "FAVOLA GIANLUCA"),
            ("SN", "FAVOLA"),
            ("GN", "GIANLUCA"),
            ("dnQualifier", "2026AUCD123456"),
            ("serialNumber", "TINIT-BNCLGU75B02F205K"),
        ],
        [("email", "gianluca.favola@example.org"), ("email", "segreteria@example.org"), ("email", "elisa@example.org")],
        "gianluca|favola|gianluca.favola@example.org",
        "elisa@example.org",
    ),
    "it-mayor-and-town": held(
        [
            IT,
            ("O", "Comune di Favola"),
            ("GN", "ELISA"),
            ("SN", "FAVOLA"),
            ("CN", "ELISA FAVOLA"),
            ("title", "Sindaco"),
        ],
        [("email", "protocollo@example.org"), ("email", "sindaco@example.org")],
        "elisa|favola|elisa favola",
    ),
    "it-time-stamp-under-natural": with_extra(
        held([IT, ("O", "Favola SpA"), ("GN", "Servizio"), ("SN", "Validazione Temporale")], [], eku=TIME_STAMPS),
        NATURAL,
    ),
    "it-office": held(
        [IT, ("O", "Comune di Favola"), ("GN", "Ufficio"), ("SN", "Protocollo"), ("CN", "Ufficio Protocollo")],
        [("email", "ufficio.protocollo@example.org")],
    ),
    "de-twin": held(
        [DE, ("GN", "Lukas"), ("SN", "Phantasie"), ("CN", "Lukas Phantasie")],
        [("email", "lphantasie@example.org"), ("email", "jonas.phantasie@example.org")],
        "lukas|phantasie|lphantasie@example.org",
        "jonas.phantasie@example.org",
    ),
    "de-owner-and-assistant": held(
        [DE, ("O", "Phantasie e.K."), ("CN", "Uwe Phantasie"), ("GN", "Uwe"), ("SN", "Phantasie")],
        [("email", "uwe@example.org"), ("email", "birgit.p@example.org")],
        "uwe|uwe phantasie|uwe@example.org",
        "birgit.p@example.org",
    ),
    "de-pseudonym-office-alone": held(
        [DE, ("pseudonym", "Gemeindeverwaltung Musterdorf 3"), ("CN", "Gemeindeverwaltung Musterdorf 3:PN")], []
    ),
    "de-pseudonym-archive": held(
        [DE, ("O", "Phantasie Klinik"), ("pseudonym", "Archivserver 2:PN"), ("CN", "Archivserver 2:PN")], []
    ),
    "de-pseudonym-of-woman": held(
        [DE, ("pseudonym", "Anna Blume:PN"), ("CN", "Anna Blume:PN"), ("serialNumber", "4")],
        [("email", "anna@example.org")],
        "anna blume|anna@example.org",
    ),
    "de-owner-attribute": held(
        [
            DE,
            ("O", "Phantasie AG"),
            ("CN", "Signaturserver 4"),
            ("2.5.4.32", name([("GN", "Uwe"), ("SN", "Muster")]), "raw"),
        ],
        [("email", "uwe.muster@example.org")],
        "uwe|muster|uwe.muster@example.org",
    ),
    "de-seal-restriction-second": with_extra(
        held(
            [DE, ("O", "Phantasie AG"), ("CN", "Phantasie AG Siegel 2")],
            [("email", "karl.vorlage@example.org")],
            "karl vorlage|karl.vorlage@example.org",
        ),
        extension("1.3.36.8.3.8", string("Das Siegel wird verwendet durch Herrn Karl Vorlage.")),
    ),
    "de-procuration-other-mail": with_extra(
        held(
            [DE, ("GN", "Lukas"), ("SN", "Phantasie"), ("CN", "Lukas Phantasie")],
            [("email", "lukas@example.org")],
            "lukas|phantasie|lukas@example.org",
            "petra|vollmacht",
        ),
        extension(
            "1.3.36.8.3.2",
            tlv(0x30, tlv(0xA2, string("Prokura")), tlv(0xA3, tlv(0xA4, name([("SN", "Vollmacht"), ("GN", "Petra")])))),
        ),
    ),
    "at-company": held(
        [AT, ("O", "Phantasie GesmbH"), ("GN", "Phantasie"), ("SN", "Gesellschaft"), ("CN", "Phantasie GesmbH")], []
    ),
    "at-doctor": held(
        [AT, ("title", "Mag."), ("CN", "Mag. Franz Phantasie"), ("GN", "Franz"), ("SN", "Phantasie")],
        [("email", "ordination@example.org"), ("email", "franzi@example.org"), ("email", "herta@example.org")],
        "franz|phantasie|franzi@example.org",
        "herta@example.org",
    ),
    "ee-board-member": held(
        [EE, ("CN", "NÄIDIS,TOOMAS,38001085718"), ("GN", "TOOMAS"), ("SN", "NÄIDIS"), ("O", "Näidis OÜ")],
        [("email", "toomas@example.org"), ("email", "kristiina@example.org")],
        "toomas|naidis|38001085718|toomas@example.org",
        "kristiina@example.org",
    ),
    "ee-validation": held(
        [EE, ("O", "Näidis AS"), ("GN", "Kehtivuskinnitus"), ("SN", "Teenus"), ("CN", "Kehtivuskinnituse teenus")], []
    ),
    "fr-mayor": held(
        [
            FR,
            ("O", "Commune de Fable"),
            ("OU", "0002 123456789"),
            ("CN", "Bertrand FABLE"),
            ("GN", "Bertrand"),
            ("SN", "FABLE"),
            ("title", "Maire"),
        ],
        [("email", "mairie@example.org"), ("email", "bfable@example.org"), ("email", "colette.fable@example.org")],
        "bertrand|fable|bfable@example.org",
        "colette.fable@example.org",
    ),
    "fr-notary-clerk": held(
        [FR, ("GN", "Sylvie"), ("SN", "Fable"), ("CN", "Sylvie Fable"), ("O", "Etude Fable")],
        [("email", "etude@example.org"), ("email", "didier@example.org")],
        "sylvie|fable|sylvie fable",
        "didier@example.org",
    ),
    "fr-validation": held(
        [FR, ("O", "Fable SA"), ("GN", "Serveur"), ("SN", "Validation"), ("CN", "Serveur de validation")],
        [],
        eku=STATUS,
    ),
    "jp-president-and-assistant": held(
        [JP, ("O", "株式会社例示"), ("title", "代表取締役"), ("SN", "例田"), ("GN", "健二"), ("CN", "例田 健二")],
        [("email", "soumu@example.org"), ("email", "kenji@example.org")],
        "健二|例田 健二|kenji@example.org",
    ),
    "jp-latin-sister": held(
        [JP, ("GN", "Yuki"), ("SN", "Reida"), ("CN", "Yuki Reida")],
        [("email", "akira.reida@example.org"), ("email", "y.reida@example.org")],
        "yuki|y.reida@example.org",
        "akira.reida@example.org",
    ),
    "jp-signing-server": held(
        [JP, ("O", "例示市役所"), ("GN", "署名"), ("SN", "システム"), ("CN", "署名システム")], []
    ),
    "cn-service": held([("C", "CN"), ("O", "示例银行"), ("GN", "网上"), ("SN", "银行"), ("CN", "网上银行")], []),
    "pl-person": held(
        [
            PL,
            ("GN", "Małgorzata"),
            ("SN", "Zmyślona"),
            ("CN", "Małgorzata Zmyślona"),
            ("serialNumber", "PNOPL-12345678901"),
        ],
        [("email", "gosia@example.org"), ("email", "biuro@example.org"), ("email", "tomek@example.org")],
        "małgorzata|zmyslona|gosia@example.org",
        "tomek@example.org",
    ),
    "ru-person": held(
        [("C", "RU"), ("SN", "Выдумкин"), ("GN", "Александр Петрович"), ("CN", "Выдумкин Александр Петрович")],
        [("email", "sasha@example.org"), ("email", "buh@example.org"), ("email", "nadezhda@example.org")],
        "выдумкин|sasha@example.org",
        "nadezhda@example.org",
    ),
    "gr-person": held(
        [("C", "GR"), ("SN", "Επινοημένος"), ("GN", "Γεώργιος"), ("CN", "Γεώργιος Επινοημένος")],
        [("email", "giorgos@example.org"), ("email", "eleni@example.org")],
        "γεωργιοσ|giorgos@example.org",
        "eleni@example.org",
    ),
    "us-device-robot": held(
        [("C", "US"), ("O", "Example Inc"), ("GN", "Build"), ("SN", "Server"), ("CN", "Build Server 7")],
        [("email", "builds@example.org")],
        eku=(CLIENT_AUTH,),
    ),
}

NOBODY: dict[str, str] = {
    "es-agent-of-two": "gestoria@example.org",
    "es-server-two-managers": "portal.example.org",
    "br-partner": "rh@example.org",
    "br-bookkeeper": "contabilidade@example.org",
    "it-lawyer": "segreteria@example.org",
    "it-mayor-and-town": "protocollo@example.org|sindaco@example.org|comune di favola",
    "de-owner-attribute": "signaturserver 4|signaturserver",
    "de-seal-restriction-second": "phantasie ag siegel 2|phantasie ag siegel",
    "at-doctor": "ordination@example.org",
    "fr-mayor": "mairie@example.org",
    "fr-notary-clerk": "etude@example.org",
    "jp-president-and-assistant": "soumu@example.org|株式会社例示",
    "pl-person": "biuro@example.org",
    "ru-person": "buh@example.org",
}
CASES, PEOPLE = arguments_of(_CASES), people_of(_CASES)
