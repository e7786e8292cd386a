"""People and services of many countries, a fourth set: representatives, colleagues, families and units."""

from __future__ import annotations

from support.certs import CLIENT_AUTH, GeneralNameSpec, RdnSpec, certificate_policies, extension, name, string
from support.several_people import Case, arguments_of, held, people_of, with_extra

FNMT, AGE, CAMERFIRMA, BRAZIL, JPKI = (
    "1.3.6.1.4.1.5734.1.",
    "2.16.724.1.3.5.",
    "1.3.6.1.4.1.17326.30.",
    "2.16.76.1.3.",
    "1.2.392.200149.8.5.5.",
)
TIME_STAMPS, STATUS = ("1.3.6.1.5.5.7.3.8",), ("1.3.6.1.5.5.7.3.9",)
NATURAL = certificate_policies(["0.4.0.194112.1.0"])
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


def answers(called: str, cpf: str) -> list[GeneralNameSpec]:
    data = f"01011970{cpf}{'0' * 26}SSPRJ"
    return [("other", f"{BRAZIL}{last}", string(text, "octet")) for last, text in ((4, data), (2, called))]


_CASES: dict[str, Case] = {
    "es-turned-fields": held(
        [
            ("serialNumber", "IDCES-12345678Z"),
            ("GN", "PILAR"),
            ES,
            ("SN", "QUIMERA MONTE"),
            ("O", "QUIMERAS SA"),
            ("CN", "12345678Z PILAR QUIMERA (R: A12345674)"),
        ],
        [fields(CAMERFIRMA, {8: "QUIMERA", 9: "MONTE", 7: "PILAR"}), ("email", "pilar.quimera@example.org")],
        "pilar|quimera monte|monte|12345678Z|pilar.quimera@example.org",
    ),
    "es-husband": held(
        [ES, ("GN", "PILAR"), ("SN", "QUIMERA MONTE"), ("CN", "QUIMERA MONTE PILAR - 12345678Z")],
        [("email", "rafael.torreblanca@example.org")],
        "pilar|quimera monte",
        "rafael.torreblanca@example.org",
    ),
    "es-seal-and-officer": held(
        [ES, ("O", "CONCELLO DE QUIMERA"), ("CN", "SELO DA ALCALDIA")],
        [
            fields(f"{AGE}6.2.", {4: "12345678Z", 8: "MONTE", 6: "PILAR", 7: "QUIMERA"}),
            ("email", "pquimera@example.org"),
        ],
        "pilar|quimera|monte|12345678Z|pquimera@example.org",
    ),
    "es-two-mails-of-one": held(
        [ES, ("GN", "JOSE LUIS"), ("SN", "QUIMERA MONTE"), ("serialNumber", "IDCES-00000000T")],
        [("email", "pepe@example.org"), ("email", "jlquimera@example.org"), ("email", "joseluis@example.org")],
        "jose luis|quimera monte|00000000T|pepe@example.org|jlquimera@example.org|joseluis@example.org",
    ),
    "es-status-answers": with_extra(
        held(
            [ES, ("O", "QUIMERAS SA"), ("GN", "AC"), ("SN", "OCSP RESPONDER"), ("CN", "OCSP AC QUIMERAS")],
            [],
            eku=STATUS,
        ),
        NATURAL,
    ),
    "br-two-roots-of-a-name": held(
        [BR, ("O", "ICP-Brasil"), ("CN", "QUIMERA TRANSPORTES SA:11222333000181")],
        [
            *answers("ANTONIO CARLOS QUIMERA", "12345678909"),
            ("email", "acquimera@example.org"),
            ("email", "toninho@example.org"),
        ],
        "antonio carlos quimera|12345678909|acquimera@example.org",
    ),
    "br-colleague": held(
        [BR, ("O", "ICP-Brasil"), ("CN", "ANTONIO CARLOS QUIMERA:12345678909")],
        [("email", "acquimera@example.org"), ("email", "renata.silvestre@example.org")],
        "antonio carlos quimera|12345678909|acquimera@example.org",
        "renata.silvestre@example.org",
    ),
    "br-machine": held(
        [BR, ("O", "ICP-Brasil"), ("OU", "Servidor"), ("SN", "Servidor de Aplicacao"), ("CN", "app01.example.org")],
        [("email", "suporte@example.org")],
        eku=(CLIENT_AUTH,),
    ),
    "pt-engineer": held(
        [PT, ("CN", "Eng. Luís Quimera"), ("GN", "Luís Filipe"), ("SN", "Quimera"), ("OU", "Ordem dos Engenheiros")],
        [("email", "lfquimera@example.org"), ("email", "filipe@example.org"), ("email", "andreia@example.org")],
        "luis filipe|quimera|lfquimera@example.org|filipe@example.org",
        "andreia@example.org",
    ),
    "pt-platform": held(
        [PT, ("O", "Quimera SA"), ("pseudonym", "Plataforma de Assinatura"), ("CN", "Plataforma de Assinatura 3")],
        [("email", "plataforma@example.org")],
    ),
    "it-spouses": held(
        [IT, ("CN", "CHIMERA PAOLA"), ("GN", "PAOLA"), ("SN", "CHIMERA"), ("serialNumber", "TINIT-RSSMRA80A01H501U")],
        [
            (
                "dir",
                [
                    ("CN", "FANTINI MARCO"),
                    ("GN", "MARCO"),
                    ("SN", "FANTINI"),
                    ("serialNumber", "TINIT-BNCLGU75B02F205K"),
                ],
            ),
            ("email", "marco.fantini@example.org"),
            ("email", "paola@example.org"),
        ],
        "paola|chimera|paola@example.org",
        "marco|fantini|marco.fantini@example.org",
    ),
    "it-mail-of-mother": held(
        [IT, ("CN", "CHIMERA PAOLA"), ("GN", "PAOLA"), ("SN", "CHIMERA")],
        [("email", "giuseppina.chimera@example.org")],
        "paola|chimera",
        "giuseppina.chimera@example.org",
    ),
    "it-registry": held(
        [IT, ("O", "Camera di Chimera"), ("GN", "Registro"), ("SN", "Imprese"), ("CN", "Registro Imprese Servizio")], []
    ),
    "de-deputy": with_extra(
        held(
            [DE, ("GN", "Heike"), ("SN", "Trugbild"), ("CN", "Heike Trugbild"), ("O", "Trugbild GmbH")],
            [("email", "heike.trugbild@example.org")],
            "heike|trugbild|heike.trugbild@example.org",
            "bernd erfindung",
        ),
        extension("1.3.36.8.3.8", string("Vertreten durch den Prokuristen Bernd Erfindung.")),
    ),
    "de-owner-and-secretary": held(
        [DE, ("O", "Trugbild GmbH"), ("CN", "Heike Trugbild"), ("2.5.4.32", name([("CN", "Bernd Erfindung")]), "raw")],
        [("email", "bernd.erfindung@example.org"), ("email", "htrugbild@example.org")],
        "heike trugbild|htrugbild@example.org",
        "bernd erfindung|bernd.erfindung@example.org",
    ),
    "de-pseudonym-unit": held(
        [DE, ("O", "Landkreis Muster"), ("pseudonym", "Ausländerbehörde 12"), ("CN", "Ausländerbehörde 12:PN")], []
    ),
    "de-pseudonym-mail-gate": held(
        [DE, ("pseudonym", "Virtuelle Poststelle 4:PN"), ("CN", "Virtuelle Poststelle 4:PN"), ("serialNumber", "1")],
        [("email", "vps@example.org")],
    ),
    "de-nickname": held(
        [DE, ("GN", "Wolfgang"), ("SN", "Trugbild"), ("CN", "Wolfgang Trugbild")],
        [("email", "wolfi@example.org"), ("email", "ingrid.m@example.org")],
        "wolfgang|trugbild|wolfi@example.org",
        "ingrid.m@example.org",
    ),
    "de-surname-amt": held(
        [DE, ("GN", "Sabine"), ("SN", "Amt"), ("CN", "Sabine Amt")],
        [("email", "sabine.amt@example.org")],
        "sabine|amt|sabine amt|sabine.amt@example.org",
    ),
    "ee-family": held(
        [EE, ("CN", "VÄLJAMÕELDIS,TIINA,47101010033"), ("GN", "TIINA"), ("SN", "VÄLJAMÕELDIS")],
        [
            ("dir", [("CN", "VÄLJAMÕELDIS,MART,38001085718"), ("GN", "MART"), ("SN", "VÄLJAMÕELDIS")]),
            ("email", "mart@example.org"),
            ("email", "tiina@example.org"),
        ],
        "tiina|47101010033|tiina@example.org",
        "mart|38001085718|mart@example.org",
    ),
    "ee-register": held(
        [EE, ("O", "Register OÜ"), ("CN", "Register OÜ"), ("GN", "Digitempel"), ("SN", "Register OÜ")], []
    ),
    "fr-agent": held(
        [
            FR,
            ("O", "Chimère SA"),
            ("OU", "0002 123456789"),
            ("GN", "Isabelle"),
            ("SN", "CHIMERE"),
            ("CN", "Isabelle CHIMERE"),
            ("UID", "ic0042"),
        ],
        [("email", "isabelle.chimere@example.org"), ("email", "benoit@example.org")],
        "isabelle|chimere|isabelle.chimere@example.org",
        "benoit@example.org",
    ),
    "fr-stamp-of-town": held(
        [
            FR,
            ("O", "Ville de Chimère"),
            ("OU", "0002 123456789"),
            ("GN", "Cachet"),
            ("SN", "Actes"),
            ("CN", "Cachet Actes"),
        ],
        [],
    ),
    "jp-couple": held(
        [JP, ("GN", "Daisuke"), ("SN", "Kakuu"), ("CN", "Daisuke Kakuu")],
        [("email", "misaki.kakuu@example.org"), ("email", "daisuke@example.org")],
        "daisuke|daisuke@example.org",
        "misaki.kakuu@example.org",
    ),
    "jp-resident-and-seal": held(
        [JP, ("O", "株式会社架空"), ("CN", "架空 大輔")],
        [("other", f"{JPKI}1", string("架空　大輔")), ("other", f"{JPKI}4", string("319700101"))],
        "架空 大輔|1970-01-01",
    ),
    "jp-time": held(
        [JP, ("O", "株式会社架空"), ("GN", "時刻"), ("SN", "認証"), ("CN", "時刻認証 3")], [], eku=TIME_STAMPS
    ),
    "cn-person-and-colleague": held(
        [("C", "CN"), ("CN", "051@张伟@Z11010519491231002X@1")],
        [("email", "zhangwei@example.org")],
        "张伟|1949-12-31|zhangwei@example.org",
    ),
    "dk-employee-and-office": held(
        [
            ("C", "DK"),
            ("O", "Fantasi A/S"),
            ("GN", "Lars"),
            ("SN", "Fantasi"),
            ("CN", "Lars Fantasi"),
            ("serialNumber", "UI:DK-E:G:0f0f0f0f-1111"),
        ],
        [("email", "kontor@example.org"), ("email", "lars@example.org"), ("email", "pia@example.org")],
        "lars|lars fantasi|lars@example.org",
        "pia@example.org",
    ),
    "gb-server-admin": held(
        [("C", "GB"), ("O", "Fiction Ltd"), ("CN", "Fiction Mail Gateway"), ("SN", "Gateway"), ("GN", "Mail")],
        [("email", "postmaster@example.org")],
    ),
}

NOBODY: dict[str, str] = {
    "es-seal-and-officer": "selo da alcaldia|concello de quimera",
    "dk-employee-and-office": "kontor@example.org|fantasi a s",
    "jp-resident-and-seal": "株式会社架空",
    "pt-engineer": "ordem dos engenheiros",
}
CASES, PEOPLE = arguments_of(_CASES), people_of(_CASES)
