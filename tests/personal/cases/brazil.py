"""Brazil: ICP-Brasil certificates of people, of companies and of sole traders."""

from __future__ import annotations

from typing import Any

from support.certs import EMAIL_PROTECTION, GeneralNameSpec, RdnSpec, string

MAIL = {"eku": (EMAIL_PROTECTION,)}
DATA, PROFESSIONS = "2.16.76.1.3.", "2.16.76.1.4."
ABSENT = "00000000000"
# DDMMYYYY, CPF, NIS, RG, issuer of the RG
JOANA = "29021980" + "12345678909" + "12056412547" + "000000012345678" + "SSPSP"
COMPANY: list[RdnSpec] = [("C", "BR"), ("O", "ICP-Brasil"), ("CN", "EXEMPLO COMERCIO LTDA:11222333000181")]


def field(last: str, value: str, kind: str = "octet") -> GeneralNameSpec:
    return ("other", last, string(value, kind))


def person(cn: str, *fields: GeneralNameSpec) -> dict[str, Any]:
    return {"subject": [("C", "BR"), ("O", "ICP-Brasil"), ("CN", cn)], "san": list(fields), **MAIL}


CASES: dict[str, dict[str, Any]] = {
    "person": person(
        "JOANA EXEMPLO DA SILVA:12345678909",
        field(f"{DATA}1", JOANA),
        field(f"{DATA}5", "123456789012" + "001" + "0002" + "SAO PAULO" + "SP"),
        field(f"{DATA}6", "123456789012"),
        field(f"{DATA}9", "10987654321"),
        field(f"{DATA}11", "1234567"),
        field(f"{PROFESSIONS}1.1.1", "SINCOR-12345"),
        field(f"{PROFESSIONS}2.1.1", "OAB 123456 SP"),
        field(f"{PROFESSIONS}2.2.1", "CRM 65432"),
        field(f"{PROFESSIONS}2.3.1", "CRF 34567"),
        field(f"{PROFESSIONS}3", "JÔ EXEMPLO"),
        ("email", "joana@example.org"),
    ),
    "person-printable": person(
        "JOANA EXEMPLO DA SILVA:12345678909", field(f"{DATA}1", JOANA, "printable"), field(f"{DATA}6", "0" * 12, "utf8")
    ),
    "person-absent": person(
        "JOSE EXEMPLO:12345678900",  # wrong check digits
        field(f"{DATA}1", "01011970" + "12345678900" + ABSENT + "0" * 15),
        field(f"{DATA}5", "0" * 19),
        field(f"{DATA}6", "0" * 12),
        field(f"{PROFESSIONS}2.1.1", "0" * 9),
    ),
    "person-unreadable": person("JOSE EXEMPLO", field(f"{DATA}1", "CPF 123.456.789-09")),
    "company": {
        "subject": COMPANY,
        "san": [
            field(f"{DATA}2", "JOANA EXEMPLO DA SILVA"),
            field(f"{DATA}3", "11222333000181"),
            field(f"{DATA}4", JOANA),
            field(f"{DATA}7", "0" * 12),
            field(f"{DATA}8", "EXEMPLO COMERCIO LTDA"),
            ("email", "fiscal@example.org"),
        ],
        **MAIL,
    },
    "company-alone": {
        "subject": COMPANY,
        "san": [field(f"{DATA}3", "11222333000181"), field(f"{DATA}8", "EXEMPLO COMERCIO LTDA")],
        **MAIL,
    },
    "sole-trader": {
        "subject": [("C", "BR"), ("CN", "JOANA EXEMPLO DA SILVA 12345678909:11222333000181")],
        "san": [
            field(f"{DATA}3", "11222333000181"),
            field(f"{DATA}7", "512345678901"),
            field(f"{DATA}8", "JOANA EXEMPLO DA SILVA 12345678909", "utf8"),
        ],
        **MAIL,
    },
    "sole-trader-2023": {
        "subject": [("C", "BR"), ("CN", "11.222.333 JOANA EXEMPLO DA SILVA:11222333000181")],
        "san": [field(f"{DATA}8", "11.222.333 JOANA EXEMPLO DA SILVA", "utf8")],
        **MAIL,
    },
}
