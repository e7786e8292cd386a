"""Brazil: people who answer for servers, services and companies, and mailboxes of others."""

from __future__ import annotations

from support.certs import SERVER_AUTH, GeneralNameSpec, RdnSpec, string
from support.several_people import Case, arguments_of, held, people_of

DATA = "2.16.76.1.3."
BRAZIL: list[RdnSpec] = [("C", "BR"), ("O", "ICP-Brasil")]
COMPANY: list[RdnSpec] = [*BRAZIL, ("OU", "Certificado PJ A1"), ("CN", "EMPRESA EXEMPLO LTDA:11222333000181")]
JOANA: list[RdnSpec] = [("CN", "JOANA SANTOS MODELO:12345678909"), *BRAZIL, ("OU", "Certificado PF A3")]
TIME_STAMPS = ("1.3.6.1.5.5.7.3.8",)


def field(last: int, value: str) -> GeneralNameSpec:
    return ("other", f"{DATA}{last}", string(value, "octet"))


def data(cpf: str) -> str:
    return f"29021980{cpf}{'0' * 11}{'0' * 15}SSPSP"


JOANA_ANSWERS = [field(2, "JOANA SANTOS MODELO"), field(3, "11222333000181"), field(4, data("12345678909"))]
CHICO_ANSWERS = [field(4, data("11144477735")), field(3, "11222333000181"), field(2, "FRANCISCO LIMA DIAS")]
JOANA_VALUES = "joana santos modelo|12345678909|1980-02-29"

_CASES: dict[str, Case] = {
    "server-responsible": held(
        [*BRAZIL, ("OU", "Servidor A1"), ("CN", "www.example.org")],
        [("dns", "www.example.org"), *JOANA_ANSWERS, ("email", "suporte@example.org")],
        JOANA_VALUES,
        eku=(SERVER_AUTH,),
    ),
    "company-mail-other-given-name": held(
        COMPANY, [("email", "rafael@example.org"), *JOANA_ANSWERS], JOANA_VALUES, "rafael@example.org"
    ),
    "company-mail-given-name": held(
        COMPANY, [*JOANA_ANSWERS, ("email", "joana@example.org")], f"{JOANA_VALUES}|joana@example.org"
    ),
    "company-account-name": held(
        COMPANY, [("upn", "joana.santos@example.org"), *JOANA_ANSWERS], f"{JOANA_VALUES}|joana.santos@example.org"
    ),
    "company-nickname": held(
        COMPANY,
        [*CHICO_ANSWERS, ("email", "chico@example.org")],
        "francisco lima dias|11144477735|chico@example.org",
    ),
    "person-mail-of-accountant": held(
        JOANA,
        [("email", "fernando@example.org"), field(1, data("12345678909")), ("email", "contato@example.org")],
        JOANA_VALUES,
        "fernando@example.org",
    ),
    "person-voter": held(
        JOANA,
        [
            field(6, "0" * 12),
            field(5, f"{'0' * 12}001002SAO PAULOSP"),
            field(1, data("12345678909")),
            ("email", "jsmodelo@example.org"),
        ],
        f"{JOANA_VALUES}|jsmodelo@example.org",
    ),
    "time-stamps-with-responsible": held(
        [*BRAZIL, ("OU", "Carimbo do Tempo"), ("CN", "SISTEMA DE CARIMBO DO TEMPO EXEMPLO 2")],
        JOANA_ANSWERS,
        JOANA_VALUES,
        eku=TIME_STAMPS,
    ),
    "equipment": held(
        [*BRAZIL, ("OU", "Equipamento A1"), ("CN", "GATEWAY DE PAGAMENTOS EXEMPLO")],
        [field(8, "EMPRESA EXEMPLO LTDA"), *CHICO_ANSWERS, ("email", "francisco.dias@example.org")],
        "francisco lima dias|11144477735|francisco.dias@example.org",
    ),
}

NOBODY: dict[str, str] = {
    "equipment": "gateway de pagamentos exemplo|empresa exemplo ltda",
    "time-stamps-with-responsible": "sistema de carimbo do tempo exemplo",
    "company-mail-given-name": "empresa exemplo ltda",
}
CASES, PEOPLE = arguments_of(_CASES), people_of(_CASES)
