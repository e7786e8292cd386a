"""Spain and Portugal: people beside representatives, services and mailboxes of others, with fields in any order."""

from __future__ import annotations

from support.certs import SERVER_AUTH, GeneralNameSpec, RdnSpec, certificate_policies, string
from support.several_people import Case, arguments_of, held, people_of, with_extra

FNMT, AGE, CAMERFIRMA, PROFESIONAL = (
    "1.3.6.1.4.1.5734.1.",
    "2.16.724.1.3.5.",
    "1.3.6.1.4.1.17326.30.",
    "1.3.6.1.4.1.13177.0.",
)
TIME_STAMPS, STATUS = ("1.3.6.1.5.5.7.3.8",), ("1.3.6.1.5.5.7.3.9",)
ES: RdnSpec = ("C", "ES")
PT: RdnSpec = ("C", "PT")
COMPANY: list[RdnSpec] = [ES, ("O", "EJEMPLO SL"), ("organizationIdentifier", "VATES-B00000000")]
LUIS: list[RdnSpec] = [("GN", "LUIS"), ("SN", "VECINO CALLE"), ("serialNumber", "IDCES-00000000T")]
JUANA: list[RdnSpec] = [("serialNumber", "12345678Z"), ("SN", "MODELO PRUEBA"), ("GN", "JUANA")]
RITA: list[RdnSpec] = [PT, ("GN", "Rita"), ("SN", "Amostra Lopes"), ("CN", "Rita Amostra Lopes")]
SCEE: GeneralNameSpec = ("dir", [("2.16.620.1.1.1.2.2.0.2.1", "Diretora de Serviços")])


def fields(arc: str, values: dict[int, str]) -> GeneralNameSpec:
    return ("dir", [(f"{arc}{last}", value) for last, value in values.items()])


_CASES: dict[str, Case] = {
    "es-camerfirma-representative": held(
        [*COMPANY, ("CN", "00000000T LUIS VECINO (R: B00000000)"), *LUIS],
        [
            ("email", "administracion@example.org"),
            fields(CAMERFIRMA, {9: "CALLE", 8: "VECINO", 7: "LUIS", 3: "B00000000"}),
        ],
        "luis|vecino calle|00000000T|luis vecino",
    ),
    "es-seal-with-number-in-surname": held(
        [ES, ("SN", "MODELO PRUEBA - 12345678Z"), ("GN", "JUANA"), ("O", "EJEMPLO SA"), ("CN", "EJEMPLO SA")],
        [
            ("email", "facturas@example.org"),
            *(
                ("other", f"1.3.6.1.4.1.18332.10.{at}", string(text))
                for at, text in ((3, "PRUEBA"), (1, "JUANA"), (4, "12345678Z"))
            ),
        ],
        "juana|12345678Z",
    ),
    "es-server-other-given-name": held(
        [ES, ("O", "EJEMPLO SA"), ("CN", "sede.example.org")],
        [
            ("dns", "sede.example.org"),
            ("email", "webmaster@example.org"),
            fields(FNMT, {19: "12345678Z", 17: "MODELO", 16: "JUANA"}),
            ("email", "pablo@example.org"),
        ],
        "juana|modelo|12345678Z",
        "pablo@example.org",
        eku=(SERVER_AUTH, "1.3.6.1.5.5.7.3.2"),
    ),
    "es-person-other-given-name": held(
        [ES, *JUANA, ("CN", "MODELO PRUEBA JUANA - 12345678Z")],
        [("email", "pedro@example.org"), fields(FNMT, {4: "12345678Z", 1: "JUANA", 2: "MODELO", 3: "PRUEBA"})],
        "juana|modelo prueba|12345678Z",
        "pedro@example.org",
    ),
    "es-employee-under-pseudonym": held(
        [
            ES,
            ("O", "MINISTERIO DE EJEMPLO"),
            ("OU", "CERTIFICADO ELECTRONICO DE EMPLEADO PUBLICO CON SEUDONIMO"),
            ("pseudonym", "POL-12345"),
            ("CN", "SEUDONIMO - POL-12345 - MINISTERIO DE EJEMPLO"),
        ],
        [fields(AGE, {}), ("dir", [(f"{AGE}4.1.12", "POL-12345"), (f"{AGE}4.1.2", "MINISTERIO DE EJEMPLO")])],
        "pol 12345",
    ),
    "es-seal-mail-of-another": held(
        [ES, ("O", "AYUNTAMIENTO DE EJEMPLO"), ("CN", "SELLO ELECTRÓNICO")],
        [
            ("email", "ana.prototipo@example.org"),
            fields(f"{AGE}2.2.", {8: "CALLE", 7: "VECINO", 6: "LUIS", 4: "00000000T"}),
        ],
        "luis|vecino|calle|00000000T",
        "ana.prototipo@example.org",
    ),
    "es-time-stamps": held(
        [ES, ("O", "Ejemplo Confianza SA"), ("SN", "Unidad de Sellado 3"), ("CN", "Ejemplo TSU 3")],
        [("email", "tsu@example.org")],
        eku=TIME_STAMPS,
    ),
    "es-firmaprofesional": held(
        [ES, ("title", "Abogada"), ("CN", "JUANA MODELO PRUEBA / num:1234"), ("serialNumber", "12345678Z")],
        [
            ("email", "jmp@example.org"),
            fields(PROFESIONAL, {3: "PRUEBA", 2: "MODELO", 1: "JUANA"}),
            ("email", "juana@example.org"),
        ],
        "juana|modelo|prueba|juana@example.org",
    ),
    "es-tax-agency": held(
        [ES, ("CN", "ENTIDAD EJEMPLO SL - CIF B00000000 - NOMBRE VECINO CALLE LUIS - NIF 00000000T")],
        [fields("1.3.6.1.4.1.18838.1.", {1: "00000000T"}), ("email", "luis.vecino@example.org")],
        "vecino calle luis|00000000T|luis.vecino@example.org",
    ),
    "es-two-given-names": held(
        [
            ES,
            ("CN", "MODELO PRUEBA, MARIA DEL CARMEN (FIRMA)"),
            ("serialNumber", "12345678Z"),
            ("SN", "MODELO"),
            ("GN", "MARIA DEL CARMEN"),
        ],
        [("email", "mcmodelo@example.org"), ("email", "carmen@example.org")],
        "maria del carmen|modelo|carmen@example.org",
    ),
    "pt-scee": held(
        [*RITA, ("O", "Instituto Exemplo, I.P."), ("OU", "Divisão Modelo"), ("serialNumber", "PNOPT-12345678")],
        [SCEE, ("email", "secretaria@example.org"), ("email", "rita.lopes@example.org")],
        "rita|amostra lopes|12345678|rita.lopes@example.org",
    ),
    "pt-citizen-card": held(
        [
            PT,
            ("O", "Cartão de Cidadão"),
            ("OU", "Cidadão Português"),
            ("OU", "Autenticação do Cidadão"),
            ("serialNumber", "BI123456789"),
            ("SN", "AMOSTRA LOPES"),
            ("GN", "RITA"),
            ("CN", "RITA AMOSTRA LOPES"),
        ],
        [],
        "rita|amostra lopes|rita amostra lopes",
    ),
    "pt-status-answers": held(
        [PT, ("O", "Exemplo Cartões"), ("GN", "Serviço"), ("SN", "OCSP"), ("CN", "Serviço OCSP do Cartão 000123")],
        [("email", "ocsp@example.org")],
        eku=STATUS,
    ),
    "pt-engineer-other-given-name": held(
        [("CN", "José Modelo"), ("title", "Engenheiro"), ("GN", "José"), ("SN", "Modelo"), PT, ("O", "Ordem Modelo")],
        [("email", "jose@example.org"), ("email", "maria@example.org")],
        "jose|modelo|jose@example.org",
        "maria@example.org",
    ),
    "pt-seal": held(
        [PT, ("O", "Exemplo Lda"), ("CN", "Selo Eletrónico Exemplo"), ("organizationIdentifier", "VATPT-123456789")],
        [("email", "rita@example.org"), ("dir", [("SN", "Amostra"), ("GN", "Rita"), ("title", "Gerente")])],
        "rita|amostra|rita@example.org",
    ),
    "pt-seal-under-natural-policy": with_extra(
        held(
            [PT, ("O", "Exemplo Lda"), ("GN", "Validação"), ("SN", "Cronológica"), ("CN", "Validação Cronológica")], []
        ),
        certificate_policies(["0.4.0.194112.1.2"]),
    ),
}

NOBODY: dict[str, str] = {
    "es-seal-with-number-in-surname": "ejemplo sa",
    "es-seal-mail-of-another": "sello electronico",
    "pt-citizen-card": "cartao de cidadao|cidadao portugues",
    "pt-seal": "selo eletronico exemplo",
    "es-employee-under-pseudonym": "ministerio de ejemplo",
}
CASES, PEOPLE = arguments_of(_CASES), people_of(_CASES)
