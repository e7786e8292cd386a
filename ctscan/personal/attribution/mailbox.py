"""Local parts of e-mail addresses: of a function (info, support), or like the name of a person."""

from __future__ import annotations

from ctscan.on_first_use import late_pattern
from ctscan.personal.attribution.function_words import are_of_function
from ctscan.personal.normalise.memo import cached_for_short
from ctscan.personal.normalise.name_tokens import mailbox_tokens, name_tokens

RFC_2142 = frozenset(
    [
        *("abuse", "ftp", "hostmaster", "info", "marketing", "news", "noc", "postmaster"),
        *("sales", "security", "support", "usenet", "uucp", "webmaster", "www"),
    ]
)
"""Mailbox names that RFC 2142 reserves for functions."""

ROLE_WORDS = RFC_2142 | frozenset(
    [
        # certification authorities and their desks
        *("ca", "cas", "caadmin", "cert", "certs", "certificado", "certificados", "certificate", "certificates"),
        *(
            "certification",
            "certify",
            "certificacion",
            "certificacao",
            "certmaster",
            "cps",
            "crl",
            "csr",
            "esign",
            "ejbca",
        ),
        *("firma", "firmadigital", "identity", "igtf", "keymaster", "ocsp", "pki", "pkiadmin", "pma", "policy"),
        *("ra", "registration", "revocation", "revoke", "root", "rootca", "sign", "signature", "signing", "smime"),
        *("ssl", "subca", "tls", "trust", "trustcenter", "tsa", "tsp", "validation"),
        # machines and their keepers
        *("admin", "administrator", "administrador", "daemon", "devops", "dns", "domain", "domains", "helpdesk"),
        *("host", "hosting", "it", "itadmin", "mail", "mailer", "master", "network", "nobody", "noreply", "nospam"),
        *("operations", "operator", "ops", "registry", "reply", "server", "servers", "service", "services"),
        *("servicedesk", "sysadmin", "sysop", "system", "systems", "tech", "technical", "technik", "test", "unix"),
        *("admins", "chipcard", "demo", "edv", "hotline", "hrz", "rechenzentrum", "rz", "user", "users", "web"),
        *("webadmin",),
        # offices, in the languages seen
        *("account", "accounts", "agency", "billing", "bureau", "buero", "central", "compliance", "contact"),
        *("contacto", "contato", "customer", "customercare", "customerservice", "dataprotection", "desk", "digital"),
        *("digitale", "dpo", "email", "enquiries", "enquiry", "feedback", "general", "hello", "help", "hr"),
        *(
            "incident",
            "informatica",
            "informatique",
            "infos",
            "inquiry",
            "kontakt",
            "kontor",
            "laboratories",
            "legal",
            "management",
        ),
        *(
            "manager",
            "office",
            "oficina",
            "orders",
            "podatelna",
            "podpora",
            "posta",
            "pr",
            "press",
            "privacy",
            "project",
        ),
        *("public", "recepcja", "reception", "request", "requests", "root", "sekretariat", "secretariat"),
        *("secretary", "segreteria", "servicio", "servicios", "servis", "servizio", "seguridad", "soporte"),
        *("sportello", "staff", "suporte", "supporto", "team", "webmail", "welcome", "zertifikat", "zertifikate"),
        *("zertifizierungsstelle",),
        # desks of companies
        *("accueil", "administracion", "administrativo", "amministrazione", "atendimento", "buchhaltung", "comercial"),
        *("compras", "comptabilite", "contabil", "contabilidad", "contabilidade", "contabilita", "facturacion"),
        *("facturation", "faturamento", "fatturazione", "financeiro", "finanzas", "fiscal", "gerencia", "juridico"),
        *("kantselei", "mairie", "poststelle", "raamatupidamine", "rechnung", "rechnungen", "secretaria", "vendas"),
        *("ventas", "verwaltung"),
    ]
)
_ENOUGH_ALONE = 4  # a shorter role word beside another word may be an initial or a short name
_DESKS = frozenset({"ca", "pki", "ra", "rootca", "subca", "cert", "certs", "ssl"})
_NOISE = late_pattern(r"[0-9]+")
_SEGMENTS = late_pattern(r"[._+\-\s\"]+")
_INITIAL_OR_NAME = late_pattern(
    r"[^\W\d_]{1,30}(?:\.[^\W\d_])?\.[^\W\d_]{2,30}(?:[.-][^\W\d_]{2,30})?|[^\W\d_]{3,30}_[^\W\d_]{3,30}"
)


@cached_for_short(4096)
def is_role(local: str) -> bool:
    """Return whether a canonical mailbox is a function's: `info`, `pki-ca`, `ca.admin2`, `support-eu`, `caadmin`."""
    if is_common_role(local):
        return True
    segments = words(local)
    return bool(segments) and are_of_function(segments, ROLE_WORDS)


def is_common_role(local: str) -> bool:
    """Return whether a canonical mailbox is a function's by the common words alone, which is fast."""
    segments = words(local)
    if not segments:
        return False
    known = [segment in ROLE_WORDS or _is_compound(segment) for segment in segments]
    if all(known) or segments[0] in _DESKS or (segments[-1] in _DESKS and "." not in local):
        return True
    return any(is_known and len(segment) >= _ENOUGH_ALONE for is_known, segment in zip(known, segments, strict=True))


def is_reserved_role(local: str) -> bool:
    """Return whether the local part is exactly a mailbox name of RFC 2142."""
    return local in RFC_2142


def is_personal_shape(local: str) -> bool:
    """Return whether the local part has a form for people (`first.last`, `f.last`, `first_last`), without role
    words."""
    return bool(_INITIAL_OR_NAME.fullmatch(_NOISE.sub("", local.partition("+")[0]))) and not is_role(local)


@cached_for_short(4096)
def words(local: str) -> tuple[str, ...]:
    """Return the words of a mailbox name: `jane`, `doe` of `jane.doe2+x`."""
    return tuple(filter(None, _SEGMENTS.split(_NOISE.sub("", local.partition("+")[0]))))


def resembles(address: str, name: str) -> bool:
    """Return whether the canonical address is made from the name: `jdoe`, `jane`, `doe.jane` of Jane Doe.

    Words of 3 letters or more count, except role words and the labels of the domain.
    """
    local, _, host = address.rpartition("@")
    labels = host.split(".")
    flat = local if local.isascii() else "".join(name_tokens(local))
    return any(
        len(t) >= 3 and t.isalpha() and t in flat and t not in ROLE_WORDS and t not in labels
        for t in mailbox_tokens(name)
    )


@cached_for_short(4096)
def _is_compound(segment: str) -> bool:
    """Return whether a word joins two role words, unless both are short: `caadmin`, `webssl`; not `cara`."""
    return any(
        segment[:at] in ROLE_WORDS and segment[at:] in ROLE_WORDS and (len(segment) > 5 or at == 3)
        for at in range(2, len(segment) - 1)
    )
