"""Mailboxes of functions beside people and organisations, and mailboxes of people that look like them."""

from __future__ import annotations

from typing import Any

from support.certs import EMAIL_PROTECTION, RdnSpec, certificate_policies
from support.personal import held_by_people

MAIL = {"eku": (EMAIL_PROTECTION,)}
SEAL = certificate_policies(["0.4.0.194112.1.1"])
JANE: list[RdnSpec] = [("C", "ES"), ("GN", "JANE"), ("SN", "ROE MODELO"), ("CN", "JANE ROE MODELO")]


def with_mailboxes(subject: list[RdnSpec], *mailboxes: str, **more: Any) -> dict[str, Any]:
    return {"subject": subject, "san": [("email", f"{one}@example.org") for one in mailboxes], **MAIL, **more}


_CASES: dict[str, dict[str, Any]] = {
    "beside-person-spanish": with_mailboxes(JANE, "serviciotecnico", "cfgestion", "claves"),
    "beside-person-in-many-languages": with_mailboxes(
        [("C", "LU"), ("GN", "Jane"), ("SN", "Roe")],
        *("ufficiotecnico", "ressourceshumaines", "personalabteilung", "ksiegowosc", "objednavky", "ouvidoria"),
    ),
    "beside-representative": with_mailboxes(
        [*JANE, ("title", "PRESIDENTA"), ("O", "EJEMPLO SA")], "serviciotecnico", extra=[SEAL]
    ),
    "beside-person-joined": with_mailboxes(
        [("C", "LU"), ("GN", "Jane"), ("SN", "Roe"), ("emailAddress", "jane.roe@example.org")], "OP-JO-ORDERDOSSIER"
    ),
    "beside-own-mailbox": with_mailboxes([("GN", "Jane"), ("SN", "Roe")], "jane.roe", "blizzard"),
    "beside-own-mailbox-initials": with_mailboxes([("GN", "Jane Ann"), ("SN", "Roe")], "jane.roe", "jar", "janro"),
    "beside-own-mailbox-other-script": with_mailboxes([("GN", "花子"), ("SN", "山田")], "yamada", "山田花子"),
    "alone-without-word-of-name": with_mailboxes([("GN", "Jane"), ("SN", "Roe")], "blizzard"),
    "surname-is-a-word-of-functions": with_mailboxes(
        [("GN", "Jane"), ("SN", "Claves"), ("CN", "Jane Claves")], "claves", "jclaves"
    ),
    "without-person": with_mailboxes(
        [("O", "Example"), ("CN", "Example")], "klantenservice", "pisarna", "jane.ksiegowosc"
    ),
}

CASES = held_by_people(_CASES)
