"""Spain and Portugal: certificates with several people, or with a person in several places."""

from __future__ import annotations

from support.certs import GeneralNameSpec, RdnSpec, string
from support.several_people import Case, arguments_of, held, people_of

FNMT, AGE, ANF, CAMERFIRMA = "1.3.6.1.4.1.5734.1.", "2.16.724.1.3.5.", "1.3.6.1.4.1.18332.", "1.3.6.1.4.1.17326.30."
ES: RdnSpec = ("C", "ES")
PT: RdnSpec = ("C", "PT")
ENTITY: list[RdnSpec] = [
    ES,
    ("CN", "ENTIDAD EJEMPLO SA - CIF A12345674 - NOMBRE MODELO PRUEBA JUANA - NIF 12345678Z"),
]
JUANA: list[RdnSpec] = [ES, ("GN", "JUANA"), ("SN", "MODELO PRUEBA"), ("serialNumber", "IDCES-12345678Z")]


def fnmt(given: str, one: str, two: str, number: str, *, turned: bool = False) -> GeneralNameSpec:
    """Build the fields of the mint, in their order or turned round."""
    fields: list[RdnSpec] = [
        (f"{FNMT}{last}", value) for last, value in ((1, given), (2, one), (3, two), (4, number)) if value
    ]
    return ("dir", fields[::-1] if turned else fields)


def responsible(arc: str, base: int, given: str, one: str, two: str, number: str, mail: str = "") -> GeneralNameSpec:
    """Build the fields of a person who answers for a seal (base 4) or a server (base 16)."""
    values = {base: given, base + 1: one, base + 2: two, base + 3: number}
    if base == 4:
        values = {4: number, 6: given, 7: one, 8: two, 9: mail}
    return ("dir", [(f"{arc}{last}", value) for last, value in values.items() if value])


def anf(arc: int, *values: str) -> list[GeneralNameSpec]:
    first = 1 if arc == 10 else 3
    return [("other", f"{ANF}{arc}.{at}", string(value)) for at, value in enumerate(values, first)]


JUANA_FIELDS = ("JUANA", "MODELO", "PRUEBA", "12345678Z")
LUIS_FIELDS = ("LUIS", "VECINO", "CALLE", "00000000T")

_CASES: dict[str, Case] = {
    "es-entity-turned": held(
        ENTITY,
        [("email", "jmodelo@example.org"), fnmt(*JUANA_FIELDS, turned=True)],
        "modelo prueba juana|juana|12345678Z|jmodelo@example.org",
    ),
    "es-entity-in-order": held(
        ENTITY, [fnmt(*JUANA_FIELDS), ("email", "juana.modelo@example.org")], "juana|12345678Z|juana.modelo@example.org"
    ),
    "es-entity-part-of-name": held(
        ENTITY,
        [fnmt("Juana", "Modelo", "", ""), ("email", "q7@example.org")],
        "modelo prueba juana|juana|q7@example.org",
    ),
    "es-entity-other-spelling-same-number": held(
        ENTITY, [fnmt("JOANA", "MODEL", "", "12345678Z")], "modelo prueba juana|joana|model|12345678Z"
    ),
    "es-entity-two-people": held(
        ENTITY,
        [fnmt(*LUIS_FIELDS), ("email", "luis.vecino@example.org"), ("email", "juana.modelo@example.org")],
        "modelo prueba juana|12345678Z|juana.modelo@example.org",
        "luis|vecino|00000000T|luis.vecino@example.org",
    ),
    "es-entity-sisters": held(
        ENTITY,
        [fnmt("LUCIA", "MODELO", "PRUEBA", "00000000T"), ("email", "lmodelo@example.org")],
        "modelo prueba juana|12345678Z",
        "lucia|00000000T|lmodelo@example.org",
    ),
    "es-representative-and-notary": held(
        [
            *JUANA,
            ("O", "EJEMPLO SL"),
            ("CN", "12345678Z JUANA MODELO (R: B00000000)"),
            ("description", "Cargo:ADMINISTRADORA / Notario: PEDRO INVENTADO RUIZ / Núm Protocolo: 12/2026"),
        ],
        [fnmt(*JUANA_FIELDS), ("email", "juana@example.org")],
        "juana|12345678Z|juana@example.org",
        "pedro inventado ruiz",
    ),
    "es-representative-mail-of-adviser": held(
        [*JUANA, ("O", "EJEMPLO SL"), ("CN", "12345678Z JUANA MODELO (R: B00000000)")],
        [fnmt(*JUANA_FIELDS), ("email", "pablo.asesor@example.org")],
        "juana|12345678Z",
        "pablo.asesor@example.org",
    ),
    "es-seal": held(
        [ES, ("O", "AYUNTAMIENTO DE EJEMPLO"), ("CN", "SELLO DE REGISTRO")],
        [
            responsible(f"{AGE}6.2.", 4, *JUANA_FIELDS, "juana.modelo@example.org"),
            ("email", "juana.modelo@example.org"),
        ],
        "juana|modelo|12345678Z|juana.modelo@example.org",
    ),
    "es-seal-mail-without-name": held(
        [ES, ("O", "AYUNTAMIENTO DE EJEMPLO"), ("CN", "SELLO DE REGISTRO")],
        [responsible(f"{AGE}2.2.", 4, *JUANA_FIELDS, "q7@example.org"), ("email", "q7@example.org")],
        "juana|modelo|12345678Z|q7@example.org",
    ),
    "es-seal-two-responsible": held(
        [ES, ("O", "AYUNTAMIENTO DE EJEMPLO"), ("CN", "SELLO DE REGISTRO")],
        [responsible(f"{AGE}6.2.", 4, *JUANA_FIELDS), responsible(f"{AGE}6.2.", 4, *LUIS_FIELDS)],
        "juana|modelo|12345678Z",
        "luis|vecino|00000000T",
    ),
    "es-server": held(
        [ES, ("O", "EJEMPLO SA"), ("CN", "sede.example.org")],
        [responsible(FNMT, 16, *JUANA_FIELDS), ("email", "jmodelo@example.org")],
        "juana|modelo|12345678Z|jmodelo@example.org",
    ),
    "es-employee-and-superior": held(
        [ES, ("CN", "JUANA MODELO PRUEBA - DNI 12345678Z")],
        [
            fnmt(*JUANA_FIELDS),
            ("dir", [("GN", "LUIS"), ("SN", "VECINO CALLE"), ("emailAddress", "lvecino@example.org")]),
        ],
        "juana modelo prueba|juana|12345678Z",
        "luis|vecino calle|lvecino@example.org",
    ),
    "es-common-name-and-sister": held(
        [ES, ("CN", "JUANA MODELO PRUEBA - NIF 12345678Z")],
        [("dir", [("CN", "LUCIA MODELO PRUEBA - NIF 00000000T")])],
        "juana modelo prueba|12345678Z",
        "lucia modelo prueba|00000000T",
    ),
    "es-camerfirma-two-people": held(
        [*JUANA, ("CN", "JUANA MODELO PRUEBA")],
        [("dir", [(f"{CAMERFIRMA}7", "LUIS"), (f"{CAMERFIRMA}8", "VECINO"), (f"{CAMERFIRMA}9", "CALLE")])],
        "juana|12345678Z",
        "luis|vecino|calle",
    ),
    "es-anf-acting-person": held(
        [*JUANA, ("CN", "JUANA MODELO PRUEBA")],
        [*anf(10, *JUANA_FIELDS), *anf(20, *LUIS_FIELDS), ("email", "luis.vecino@example.org")],
        "juana|12345678Z",
        "luis|vecino|00000000T|luis.vecino@example.org",
    ),
    "es-anf-same-person": held(
        [*JUANA, ("CN", "JUANA MODELO PRUEBA")],
        [*anf(10, *JUANA_FIELDS), *anf(20, *JUANA_FIELDS)],
        "juana|modelo prueba|modelo|12345678Z",
    ),
    "pt-citizen": held(
        [PT, ("GN", "JOSÉ MANUEL"), ("SN", "MODELO EXEMPLAR"), ("serialNumber", "BI012345678"), ("CN", "JOSÉ MODELO")],
        [("email", "jose.modelo@example.org"), ("dir", [("GN", "José"), ("SN", "Modelo")])],
        "jose manuel|modelo exemplar|jose|modelo|jose.modelo@example.org",
    ),
    "pt-representative": held(
        [PT, ("O", "Exemplo Lda"), ("GN", "José"), ("SN", "Modelo"), ("CN", "José Modelo"), ("title", "Gerente")],
        [("email", "j.modelo@example.org"), ("dir", [("GN", "Rita"), ("SN", "Amostra"), ("CN", "Rita Amostra")])],
        "jose|modelo|j.modelo@example.org",
        "rita|amostra",
    ),
    "pt-same-number-other-name": held(
        [PT, ("GN", "Rita"), ("SN", "Amostra"), ("serialNumber", "TINPT-123456789"), ("CN", "Rita Amostra")],
        [("dir", [("GN", "Rita"), ("SN", "Casada"), ("serialNumber", "TINPT-123456789")])],
        "amostra|casada|123456789",
    ),
    "pt-name-with-words-between": held(
        [PT, ("CN", "José Manuel Modelo Torres Exemplar"), ("serialNumber", "PNOPT-12345678")],
        [("dir", [("CN", "José Exemplar"), ("serialNumber", "PNOPT-12345678")]), ("email", "jexemplar@example.org")],
        "jose manuel modelo torres exemplar|jose exemplar|jexemplar@example.org",
    ),
    "pt-mail-of-secretary": held(
        [PT, ("GN", "José"), ("SN", "Modelo"), ("CN", "José Modelo"), ("emailAddress", "carla.ficticia@example.org")],
        [("email", "carla.ficticia@example.org")],
        "jose|modelo",
        "carla.ficticia@example.org",
    ),
    "pt-mails-of-two": held(
        [PT, ("GN", "José"), ("SN", "Modelo"), ("CN", "José Modelo")],
        [("email", "jose.modelo@example.org"), ("email", "carla.ficticia@example.org")],
        "jose|modelo|jose.modelo@example.org",
        "carla.ficticia@example.org",
    ),
    "pt-lawyers": held(
        [PT, ("CN", "Rita Amostra Lopes"), ("serialNumber", "PNOPT-12345678"), ("title", "Advogada")],
        [("dir", [("CN", "Carla Amostra Pires"), ("serialNumber", "PNOPT-87654321")])],
        "rita amostra lopes|12345678",
        "carla amostra pires|87654321",
    ),
}

CASES, PEOPLE = arguments_of(_CASES), people_of(_CASES)
