"""Common names, mailboxes and numbers of organisations and their services, and of people that look like them."""

from __future__ import annotations

from typing import Any

from cases.kinds import qualified
from support.certs import EMAIL_PROTECTION, GeneralNameSpec, RdnSpec
from support.personal import held_by_people

ESEAL = "0.4.0.1862.1.6.2"
ACME: list[RdnSpec] = [("C", "PL"), ("O", "Acme S.A.")]


def held(
    subject: list[RdnSpec], *san: GeneralNameSpec | str, eku: tuple[str, ...] = (), extra: Any = ()
) -> dict[str, Any]:
    names = [("email", one) if isinstance(one, str) else one for one in san]
    return {"subject": subject, "san": names, "eku": eku, "extra": list(extra)}


_CASES: dict[str, dict[str, Any]] = {
    "service-made-mailbox": held(
        [("serialNumber", "Nr wpisu: 7"), *ACME, ("CN", "ACME QDA")], "qda@acme.example", eku=(EMAIL_PROTECTION,)
    ),
    "service-made-mailbox-by-domain": held([("O", "Example"), ("CN", "Acme QODA")], "qoda@acme.example"),
    "service-made-mailbox-in-seal": held(
        [
            ("C", "BG"),
            ("organizationIdentifier", "NTRBG-123456789"),
            ("O", "Acmetrust JSC"),
            ("CN", "Acmetrust QREMS SU"),
            ("emailAddress", "qrems-ca@rem.acmetrust.example"),
        ],
        extra=[qualified(ESEAL)],
    ),
    "name-made-mailbox-in-seal": held(
        [*ACME, ("CN", "Jane Roe")], "jane.roe@acme.example", "jroe@acme.example", extra=[qualified(ESEAL)]
    ),
    "name-with-word-of-organisation": held(
        [("O", "Roe Consulting"), ("CN", "JANE ROE")], "jane@example.org", eku=(EMAIL_PROTECTION,)
    ),
    "name-unlisted-with-word-of-organisation": held(
        [("O", "Xqwobe Consulting"), ("CN", "Yzane Xqwobe")], "yzane@example.org", eku=(EMAIL_PROTECTION,)
    ),
}

CASES = held_by_people(_CASES)
