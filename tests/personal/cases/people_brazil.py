"""Brazil: companies with the person who answers for them, sole traders, and people."""

from __future__ import annotations

from support.certs import GeneralNameSpec, RdnSpec, string
from support.several_people import Case, arguments_of, held, people_of

DATA = "2.16.76.1.3."
COMPANY: list[RdnSpec] = [("C", "BR"), ("O", "ICP-Brasil"), ("CN", "EMPRESA EXEMPLO LTDA:11222333000181")]
JOANA: list[RdnSpec] = [("C", "BR"), ("O", "ICP-Brasil"), ("CN", "JOANA SANTOS MODELO:12345678909")]


def field(last: int, value: str) -> GeneralNameSpec:
    return ("other", f"{DATA}{last}", string(value, "octet"))


def data(cpf: str) -> str:
    """Build the date of birth, CPF, NIS, RG and the issuer of the RG."""
    return f"29021980{cpf}{'0' * 11}{'0' * 15}SSPSP"


def responsible(name: str, cpf: str) -> list[GeneralNameSpec]:
    return [field(4, data(cpf)), field(2, name), field(3, "11222333000181")]


JOANA_ANSWERS = responsible("JOANA SANTOS MODELO", "12345678909")
JOANA_VALUES = "joana santos modelo|12345678909|1980-02-29"

_CASES: dict[str, Case] = {
    "company": held(
        COMPANY, [*JOANA_ANSWERS, ("email", "joana.modelo@example.org")], f"{JOANA_VALUES}|joana.modelo@example.org"
    ),
    "company-initial": held(
        COMPANY, [*JOANA_ANSWERS, ("email", "jmodelo@example.org")], f"{JOANA_VALUES}|jmodelo@example.org"
    ),
    "company-other-order": held(
        COMPANY, [("email", "jsantos@example.org"), *JOANA_ANSWERS[::-1]], f"{JOANA_VALUES}|jsantos@example.org"
    ),
    "company-mail-without-name": held(COMPANY, [*JOANA_ANSWERS, ("email", "q7@example.org")], JOANA_VALUES),
    "company-mail-of-accountant": held(
        COMPANY,
        [*JOANA_ANSWERS, ("email", "pedro.contador@example.org")],
        JOANA_VALUES,
        "pedro.contador@example.org",
    ),
    "company-two-mails": held(
        COMPANY,
        [*JOANA_ANSWERS, ("email", "joana.modelo@example.org"), ("email", "pedro.contador@example.org")],
        f"{JOANA_VALUES}|joana.modelo@example.org",
        "pedro.contador@example.org",
    ),
    "company-role": held(COMPANY, [*JOANA_ANSWERS, ("email", "suporte@example.org")], JOANA_VALUES),
    "company-two-responsible": held(
        COMPANY,
        [*JOANA_ANSWERS, ("dir", [("GN", "PEDRO"), ("SN", "OUTRO"), ("emailAddress", "p7@example.org")])],
        JOANA_VALUES,
        "pedro|outro|p7@example.org",
    ),
    "trader": held(
        [("C", "BR"), ("O", "ICP-Brasil"), ("CN", "JOANA SANTOS MODELO 12345678909:11222333000181")],
        [*JOANA_ANSWERS, ("email", "joana@example.org")],
        f"{JOANA_VALUES}|joana@example.org",
    ),
    "trader-other-responsible": held(
        [("C", "BR"), ("O", "ICP-Brasil"), ("CN", "JOANA SANTOS MODELO 12345678909:11222333000181")],
        [*responsible("PEDRO OUTRO LIMA", "11144477735"), ("email", "pedro.outro@example.org")],
        "joana santos modelo|12345678909",
        "pedro outro lima|11144477735|pedro.outro@example.org",
    ),
    "person": held(
        JOANA, [field(1, data("12345678909")), ("email", "joana.santos@example.org")], "joana santos modelo|1980-02-29"
    ),
    "person-and-responsible": held(
        JOANA,
        [field(1, data("12345678909")), *responsible("PEDRO OUTRO LIMA", "11144477735")],
        "joana santos modelo|12345678909",
        "pedro outro lima|11144477735",
    ),
    "person-is-responsible": held(
        JOANA,
        [field(1, data("12345678909")), *responsible("MODELO, JOANA", "12345678909"), ("email", "q7@example.org")],
        "joana santos modelo|modelo, joana|12345678909|q7@example.org".replace(",", ""),
    ),
}

CASES, PEOPLE = arguments_of(_CASES), people_of(_CASES)
