"""Chile, Mexico, Ecuador, Colombia, Venezuela, Peru, Argentina, Costa Rica."""

from __future__ import annotations

from typing import Any

from support.certs import EMAIL_PROTECTION, GeneralNameSpec, RdnSpec, extension, general_names, string

MAIL = {"eku": (EMAIL_PROTECTION,)}
CL, SII = "1.3.6.1.4.1.8321.", "1.3.6.1.4.1.8658.1"
PERMANENT_IDENTIFIER = "1.3.6.1.5.5.7.8.3"


def ia5(oid: str, value: str) -> GeneralNameSpec:
    return ("other", oid, string(value, "ia5"))


def chile(person: str, ca: str) -> dict[str, Any]:
    """Build a certificate with the RUT of the subject and of the CA."""
    return {
        "san": [ia5(f"{CL}1", person)],
        "extra": [extension("2.5.29.18", general_names([ia5(f"{CL}2", ca), ("email", "ca@example.net")]))],
        **MAIL,
    }


def mexico(rfc: str, curp: str, name: str, **more: str) -> list[RdnSpec]:
    return [
        ("CN", name),
        ("name", name),
        ("O", name),
        ("C", "MX"),
        ("emailAddress", "contacto@example.org"),
        ("x500UniqueIdentifier", rfc, more.get("kind", "printable")),
        ("serialNumber", curp),
    ]


ECUADORIAN = {
    1: "1710034065",
    2: "LUCÍA",
    3: "EJEMPLO",
    4: "INVENTADA",
    5: "GERENTE GENERAL",
    6: "EMPRESA DE MUESTRA",
    7: "AV. INVENTADA 123",
    8: "022345678",
    9: "QUITO",
    10: "EMPRESA DE MUESTRA S.A.",
    11: "1710034065001",
    12: "ECUADOR",
}


def ecuador(arc: str, how: str) -> dict[str, Any]:
    """Build the fields under an arc: `raw` text or `der` in extensions, or `san`: as otherNames."""
    fields = {f"1.3.6.1.4.1.{arc}.3.{last}": value for last, value in ECUADORIAN.items()}
    subject: list[RdnSpec] = [("C", "EC"), ("CN", "LUCÍA EJEMPLO INVENTADA")]
    if how == "san":
        return {"subject": subject, "san": [("other", oid, string(v)) for oid, v in fields.items()], **MAIL}
    values = {oid: v.encode() if how == "raw" else string(v) for oid, v in fields.items()}
    return {"subject": subject, "extra": [extension(oid, v) for oid, v in values.items()], **MAIL}


CASES: dict[str, dict[str, Any]] = {
    "chile-person": {"subject": [("C", "CL"), ("CN", "EJEMPLO INVENTADA ANA")], **chile("12345678-5", "76543210-3")},
    "chile-company": {"subject": [("C", "CL"), ("O", "Ejemplo SpA")], **chile("76543210-3", "96543210-9")},
    "chile-sii": {"san": [ia5(SII, "12.345.678-5")], **MAIL},
    "chile-ca-of-a-person": chile("12345678-K", "7654321-6"),
    "odd-07-three-times-rut": {
        "subject": [
            ("C", "CL"),
            ("title", "PERSONA NATURAL"),
            ("CN", "ANA EJEMPLO INVENTADA"),
            ("serialNumber", "12345678-5"),
            ("emailAddress", "pedro.otro@example.org"),
        ],
        "san": [ia5(f"{CL}1", "12345678-5"), ("other", PERMANENT_IDENTIFIER, string("12345678-5"))],
        "extra": [extension("2.5.29.18", general_names([ia5(f"{CL}2", "76543210-3"), ("email", "ca@example.net")]))],
        **MAIL,
    },
    "mexico-person": {"subject": mexico("EEPA800229AB6", "EEPA800229MDFJRN06", "ANA EJEMPLO PEREZ"), **MAIL},
    "mexico-person-bits": {
        "subject": mexico("EEPA-800229-AB6", "EEPA800229MDFJRN06", "ANA EJEMPLO PEREZ", kind="bit"),
        **MAIL,
    },
    "mexico-self-represented": {
        "subject": mexico(
            "EEPA800229AB6 / EEPA800229AB6", "EEPA800229MDFJRN06 / EEPA800229MDFJRN06", "ANA EJEMPLO PEREZ"
        ),
        **MAIL,
    },
    "odd-04-slash": {
        "subject": mexico("EKU9003173C9 / EEPA800229AB6", " / EEPA800229MDFJRN06", "ESCUELA DE EJEMPLO"),
        **MAIL,
    },
    "odd-05-bits-of-a-company": {
        "subject": [("C", "MX"), ("O", "Secretaría de Ejemplos"), ("x500UniqueIdentifier", "EJE-830101-9V9", "bit")],
        "ca": True,
        "eku": (),
    },
    "ecuador-bce": ecuador("37947", "raw"),
    "ecuador-security-data": ecuador("37746", "der"),
    "ecuador-anf": ecuador("18332", "der"),
    "ecuador-anf-2": ecuador("37442", "der"),
    "ecuador-judicatura": ecuador("43745.1", "san"),
    "ecuador-uanataca": ecuador("47286.102", "san"),
    "ecuador-eclipsoft": ecuador("57153.102", "der"),
    "ecuador-datil": ecuador("52643", "der"),
    "ecuador-lazzate": ecuador("59382", "der"),
    "ecuador-argosdata": ecuador("59198", "der"),
    "ecuador-corpnewbest": ecuador("34380", "der"),
    "ecuador-alpha": ecuador("56105", "der"),
    "ecuador-firmasegura": ecuador("61305", "raw"),
    "ecuador-digercic": {
        "extra": [
            extension(f"1.3.6.1.4.1.55519.1.1.1.5.2.{last}", string(value))
            for last, value in {1: "1710034065", 2: "A1234567", 3: "INVENTADA", 4: "1710034065001"}.items()
        ],
        **MAIL,
    },
    "ecuador-company": {
        "extra": [
            extension("1.3.6.1.4.1.37746.3.10", string("EMPRESA DE MUESTRA S.A.")),
            extension("1.3.6.1.4.1.37746.3.11", string("1790012345001")),
        ],
        **MAIL,
    },
    "ecuador-passport": {"extra": [extension("1.3.6.1.4.1.37947.3.1", b"XA123456")], **MAIL},
    "colombia": {
        "subject": [
            ("C", "CO"),
            ("CN", "ANA EJEMPLO INVENTADA"),
            ("1.3.6.1.4.1.23267.2.2", "1020304050"),
            ("1.3.6.1.4.1.23267.2.3", "1020304050-8"),
            ("1.3.6.1.4.1.4710.1.3.1", "52123456"),
        ],
        **MAIL,
    },
    "colombia-company": {
        "subject": [
            ("C", "CO"),
            ("O", "EJEMPLO SAS"),
            ("CN", "ANA EJEMPLO INVENTADA"),
            ("1.3.6.1.4.1.23267.2.2", "52123456"),
            ("1.3.6.1.4.1.23267.2.3", "900123456-8"),
        ],
        **MAIL,
    },
    "venezuela": {
        "subject": [("C", "VE"), ("CN", "ANA EJEMPLO INVENTADA")],
        "san": [
            ("other", "2.16.862.2.1", string("V-12345678")),
            ("other", "2.16.862.2.2", string("RIF-V-12345678-1")),
        ],
        **MAIL,
    },
    "venezuela-company": {
        "san": [
            ("other", "2.16.862.2.1", string("PSC-000009")),
            ("other", "2.16.862.2.2", string("RIF-J-00000000-0")),
        ],
        **MAIL,
    },
    "peru": {
        "subject": [
            ("C", "PE"),
            ("CN", "EJEMPLO INVENTADA Ana FIR 12345678 hard"),
            ("OU", "RUC: 10123456781"),
            ("serialNumber", "PNOPE-12345678"),
        ],
        **MAIL,
    },
    "peru-company": {
        "subject": [
            ("C", "PE"),
            ("O", "EJEMPLO SAC"),
            ("CN", "EJEMPLO INVENTADA Ana FAU 20123456786 soft"),
            ("OU", "20123456786"),
            ("1.3.6.1.4.1.17326.30.3", "10123456781"),
        ],
        **MAIL,
    },
    "argentina": {"subject": [("C", "AR"), ("CN", "EJEMPLO ANA"), ("serialNumber", "CUIL 27123456780")], **MAIL},
    "costa-rica": {
        "subject": [("C", "CR"), ("GN", "ANA"), ("SN", "EJEMPLO"), ("serialNumber", "CPF-01-0123-0456")],
        **MAIL,
    },
    "costa-rica-company": {"subject": [("C", "CR"), ("O", "EJEMPLO SA"), ("serialNumber", "CPJ-3-101-123456")]},
}
