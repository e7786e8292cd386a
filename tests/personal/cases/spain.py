"""Spain: the fields of its authorities, in every place, and numbers inside names."""

from __future__ import annotations

from typing import Any

from support.certs import EMAIL_PROTECTION, RdnSpec, extension, string, tlv

MAIL = {"eku": (EMAIL_PROTECTION,)}
FNMT, AGE, ANF = "1.3.6.1.4.1.5734.1.", "2.16.724.1.3.5.", "1.3.6.1.4.1.18332."
CAMERFIRMA, FIRMAPROFESIONAL, ACA, MAP = (
    f"1.3.6.1.4.1.{arc}." for arc in ("17326.30", "13177.0", "16533.30", "14862.1.4")
)
CITIZEN: list[RdnSpec] = [
    ("C", "ES"),
    ("serialNumber", "IDCES-12345678Z"),
    ("GN", "MARÍA"),
    ("SN", "EJEMPLO PRUEBAS"),
    ("CN", "EJEMPLO PRUEBAS MARÍA - 12345678Z"),
]


def employee(arc: str) -> list[RdnSpec]:
    """Build the fields of a public employee under an arc."""
    values = {
        1: "CERTIFICADO ELECTRONICO DE EMPLEADO PUBLICO",
        2: "MINISTERIO DE EJEMPLOS",
        3: "00000001R",  # place of the office's number; this office wrote the holder's own
        4: "00000000T",
        5: "1234567802 A1234",
        6: "LUCÍA",
        7: "PRUEBAS",
        8: "INVENTADA",
        9: "lucia.pruebas@example.org",
        10: "UNIDAD DE MUESTRAS",
        11: "JEFA DE SECCIÓN",
    }
    return [(f"{AGE}{arc}.{last}", value) for last, value in values.items()]


def seal(arc: str) -> list[RdnSpec]:
    """Build the fields of a seal, with the person responsible for it."""
    values = {
        1: "SELLO ELECTRONICO",
        2: "AYUNTAMIENTO DE EJEMPLO",
        3: "P0000000B",
        4: "12345678Z",
        5: "SISTEMA DE REGISTRO",
        6: "MARÍA",
        7: "EJEMPLO",
        8: "PRUEBAS",
        9: "maria.ejemplo@example.org",
    }
    return [(f"{AGE}{arc}.{last}", value) for last, value in values.items()]


def pseudonym(arc: str, name: str) -> list[RdnSpec]:
    values = {1: "EMPLEADO CON SEUDONIMO", 2: "MINISTERIO DE EJEMPLOS", 3: "S0000000E", 10: "BRIGADA", 11: "INSPECTOR"}
    return [(f"{AGE}{arc}.{last}", value) for last, value in {**values, 12: name}.items()]


ANF_PERSON = {"10.1": "LUCÍA", "10.2": "PRUEBAS", "10.3": "INVENTADA", "10.4": "00000000T"}
ANF_FIELDS = {
    **ANF_PERSON,
    "10.5": "LUCÍA PRUEBAS INVENTADA",
    "20.3": "LUCÍA",
    "20.4": "PRUEBAS",
    "20.5": "INVENTADA",
    "20.6": "00000000T",
    "20.8": "NIF",
    "29.1": "PRUEBAS INVENTADA",
    "29.4": "00000000T",
    "29.5": "lucia@example.org",
}
SEAL_OF_PRESIDENT: list[RdnSpec] = [
    ("C", "ES"),
    ("O", "ASOCIACIÓN DE EJEMPLO"),
    ("GN", "LUCÍA"),
    ("SN", "PRUEBAS INVENTADA - 00000000T"),
    ("description", "Cargo:PRESIDENTA DE LA JUNTA"),
    ("emailAddress", "lucía@example.org", "utf8"),
    ("CN", "SELLO DE LA ASOCIACIÓN".encode("latin-1"), "printable"),
]
STREET = extension(
    "2.5.29.9", tlv(0x30, tlv(0x30, b"\x06\x03\x55\x04\x09", tlv(0x31, string("Calle Inventada 1", "utf8"))))
)

CASES: dict[str, dict[str, Any]] = {
    "fnmt-citizen": {
        "subject": CITIZEN,
        "san": [
            ("email", "maria@example.org"),
            (
                "dir",
                [(f"{FNMT}1", "MARÍA"), (f"{FNMT}2", "EJEMPLO"), (f"{FNMT}3", "PRUEBAS"), (f"{FNMT}4", "12345678Z")],
            ),
        ],
        "extra": [extension(f"{FNMT}33", string("PERSONA FISICA", "ia5"))],
        **MAIL,
    },
    "fnmt-representative": {
        "subject": [
            ("C", "ES"),
            ("O", "EJEMPLO SOCIEDAD LIMITADA"),
            ("organizationIdentifier", "VATES-B00000000"),
            ("serialNumber", "IDCES-12345678Z"),
            ("GN", "MARÍA"),
            ("SN", "EJEMPLO PRUEBAS"),
            ("CN", "12345678Z MARÍA EJEMPLO (R: B00000000)"),
            ("description", "Cargo:ADMINISTRADORA / Notario: JUAN INVENTADO PÉREZ / Núm Protocolo: 12/2020"),
        ],
        "san": [
            (
                "dir",
                [
                    (f"{FNMT}1", "MARÍA"),
                    (f"{FNMT}2", "EJEMPLO"),
                    (f"{FNMT}3", "PRUEBAS"),
                    (f"{FNMT}4", "IDCES-12345678Z"),
                    (f"{FNMT}6", "EJEMPLO SOCIEDAD LIMITADA"),
                    (f"{FNMT}7", "VATES-B00000000"),
                    (f"{FNMT}20", "ADMINISTRADORA ÚNICA"),
                    (f"{FNMT}22", "RA - SOCIEDAD LIMITADA"),
                ],
            )
        ],
        **MAIL,
    },
    "fnmt-server": {
        "subject": [("C", "ES"), ("O", "EJEMPLO SA"), ("CN", "sede.example.org")],
        "san": [
            ("dns", "sede.example.org"),
            (
                "dir",
                [
                    (f"{FNMT}8", "sede.example.org"),
                    (f"{FNMT}14", "JOSÉ EJEMPLO"),
                    (f"{FNMT}15", "X0000000T"),
                    (f"{FNMT}16", "JOSÉ"),
                    (f"{FNMT}17", "EJEMPLO"),
                    (f"{FNMT}18", "MUESTRA"),
                    (f"{FNMT}19", "X0000000T"),
                ],
            ),
        ],
    },
    "fnmt-sole-trader": {
        "subject": [
            ("C", "ES"),
            ("CN", "ENTIDAD TALLER EJEMPLO - CIF B00000000 - NOMBRE PRUEBAS LUCIA - NIF 00000000T"),
        ],
        "san": [("dir", [(f"{FNMT}6", "TALLER EJEMPLO"), (f"{FNMT}7", "00000000T")])],
        **MAIL,
    },
    "fnmt-nothing-personal": {
        "subject": [("C", "ES"), ("O", "EJEMPLO SA"), ("CN", "www.example.org")],
        "san": [("dir", [(f"{FNMT}6", "EJEMPLO SA"), (f"{FNMT}7", "A00000000"), (f"{FNMT}8", "www.example.org")])],
        "extra": [extension(f"{FNMT}33", string("COMPONENTE", "utf8"))],
    },
    "administration-employee": {
        "subject": [("C", "ES"), ("CN", "LUCÍA PRUEBAS INVENTADA - DNI 00000000T")],
        "san": [("dir", employee("7.2"))],
        **MAIL,
    },
    **{
        f"administration-employee-{arc.replace('.', '-')}": {"san": [("dir", employee(arc))], **MAIL}
        for arc in ("3.1", "3.2", "7.1")
    },
    **{
        f"administration-seal-{arc.replace('.', '-')}": {
            "subject": [("C", "ES"), ("O", "AYUNTAMIENTO DE EJEMPLO"), ("CN", "SISTEMA DE REGISTRO")],
            "san": [("dir", seal(arc))],
        }
        for arc in ("2.1", "2.2", "6.1", "6.2")
    },
    **{
        f"administration-pseudonym-{arc.replace('.', '-')}": {"san": [("dir", pseudonym(arc, name))], **MAIL}
        for arc, name in (("4.1", "PLACA NOVENTA"), ("4.2", "98765"))
    },
    "administration-site": {
        "subject": [("C", "ES"), ("CN", "sede.example.org")],
        "san": [("dir", [(f"{AGE}{arc}.3", "P0000000B") for arc in ("1.1", "1.2", "5.1", "5.2")])],
    },
    "anf-extensions": {
        "subject": [("C", "ES"), ("GN", "LUCÍA"), ("SN", "PRUEBAS INVENTADA"), ("CN", "LUCÍA PRUEBAS INVENTADA")],
        "extra": [extension(ANF + last, string(value)) for last, value in ANF_FIELDS.items()],
        **MAIL,
    },
    "anf-directory-name": {"san": [("dir", [(ANF + last, value) for last, value in ANF_PERSON.items()])], **MAIL},
    "authorities": {
        "subject": [
            ("C", "ES"),
            ("GN", "LUCÍA"),
            ("SN", "PRUEBAS"),
            (f"{ACA}1", "INVENTADA"),
            ("1.3.6.1.4.1.18838.1.1", "00000000T"),
            (f"{CAMERFIRMA}3", "00000000T"),
        ],
        "san": [
            (
                "dir",
                [
                    (f"{CAMERFIRMA}7", "LUCÍA"),
                    (f"{CAMERFIRMA}8", "PRUEBAS"),
                    (f"{CAMERFIRMA}9", "INVENTADA"),
                    (f"{FIRMAPROFESIONAL}1", "LUCÍA"),
                    (f"{FIRMAPROFESIONAL}2", "PRUEBAS"),
                    (f"{FIRMAPROFESIONAL}3", "INVENTADA"),
                    (f"{FIRMAPROFESIONAL}4", "00000000T"),
                    (f"{MAP}1", "LUCÍA PRUEBAS"),
                    (f"{MAP}2", "00000000T"),
                    (f"{MAP}3", "ALTO"),
                ],
            )
        ],
        **MAIL,
    },
    "authorities-company": {
        "subject": [
            ("C", "ES"),
            ("O", "EJEMPLO SL"),
            ("1.3.6.1.4.1.18838.1.1", "B00000000"),
            (f"{CAMERFIRMA}3", "B00000000"),
            ("CN", "EJEMPLO SL"),
        ],
    },
    "common-name-invalid": {"subject": [("CN", "EJEMPLO PRUEBAS MARIA - NIF 12345678A")]},
    "common-name-no-person": {"subject": [("CN", "Example Router - 12345678A")]},
    "common-name-card": {"subject": [("C", "ES"), ("CN", "EJEMPLO PRUEBAS, MARÍA - 12345678Z (FIRMA)")]},
    "qualifier": {"subject": [("CN", "EJEMPLO MARIA"), ("2.5.4.46", "-dni 00000001R", "printable")], **MAIL},
    "qualifier-with-employer": {
        "subject": [("CN", "EJEMPLO MARIA"), ("2.5.4.46", "-dni 00000001R -cif Q0000000J", "printable")],
        **MAIL,
    },
    "anf-surname-with-number": {
        "subject": [("C", "ES"), ("GN", "LUCÍA"), ("SN", "PRUEBAS INVENTADA - 00000000T")],
        "san": [
            ("other", f"{ANF}29.{last}", string(value))
            for last, value in ((2, "PRUEBAS"), (3, "INVENTADA - 00000000T"))
        ],
        **MAIL,
    },
    "first-profile-employee": {
        "subject": [("C", "ES"), ("O", "MINISTERIO DE EJEMPLOS"), ("CN", "EMPLEADO 17")],
        "san": [
            ("email", "lucia.pruebas@example.org"),
            ("dir", [(oid.replace(f"{AGE}3.1", f"{MAP}4.1"), value) for oid, value in employee("3.1")]),
        ],
        **MAIL,
    },
    "seal-with-title": {
        "subject": [("C", "ES"), ("O", "AYUNTAMIENTO DE EJEMPLO"), ("CN", "SELLO DE REGISTRO"), ("title", "ALCALDESA")],
        "san": [("dir", seal("2.2"))],
        **MAIL,
    },
    "odd-02-seal-of-a-person": {
        "subject": SEAL_OF_PRESIDENT,
        "san": [("other", ANF + last, string(value)) for last, value in ANF_FIELDS.items()],
        "extra": [STREET],
        **MAIL,
    },
    "odd-11-t61": {
        "subject": [("C", "ES"), ("CN", "NOMBRE ESPAÑOL ESPAÑOL JUAN - NIF 00000000T".encode("latin-1"), "t61")],
        "san": [
            (
                "dir",
                [
                    (f"{FNMT}1", "JUAN", "t61"),
                    (f"{FNMT}2", "ESPAÑOL".encode("latin-1"), "t61"),
                    (f"{FNMT}3", "ESPAÑOL".encode("latin-1"), "t61"),
                    (f"{FNMT}4", "00000000T", "t61"),
                ],
            )
        ],
        **MAIL,
    },
}
