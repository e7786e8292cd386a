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
    "mailbox-initial-and-surname-in-seal": held(
        [*ACME, ("CN", "Acme Seal")],
        "rjones@acme.example",
        "jones@acme.example",
        "q7x@acme.example",
        "acmesa@acme.example",
        extra=[qualified(ESEAL)],
    ),
    "mailbox-beside-representative": held(
        [*ACME, ("GN", "Jane"), ("SN", "Roe"), ("CN", "Jane Roe")],
        *("cgo@acme.example", "acme@acme.example", "jroe@acme.example", "jaro@acme.example", "q7x@acme.example"),
        *("john.smith@acme.example", "peter@acme.example"),
        extra=[qualified(ESEAL)],
    ),
    "mailbox-beside-representative-alone": held(
        [*ACME, ("GN", "Jane"), ("SN", "Roe"), ("CN", "Jane Roe")], "cgo@acme.example", extra=[qualified(ESEAL)]
    ),
    "mailbox-called-like-organisation-of-person": held(
        [*ACME, ("GN", "Jane"), ("SN", "Roe"), ("CN", "Jane Roe")], "acme@acme.example"
    ),
    "mailbox-called-like-organisation-and-person": held(
        [("O", "Jane Roe Acme"), ("GN", "Jane"), ("SN", "Roe"), ("CN", "Jane Roe")], "janeroe@acme.example"
    ),
    "number-tin-of-organisation": held([("C", "ES"), ("serialNumber", "TINES-G12345674"), ("CN", "Ejemplo")]),
    "number-tin-of-organisation-without-hyphen": held(
        [("C", "ES"), ("serialNumber", "TINESG12345674"), ("GN", "JANE"), ("SN", "ROE"), ("O", "EJEMPLO")]
    ),
    "number-tin-of-person": held([("C", "ES"), ("serialNumber", "TINES-12345678Z"), ("CN", "Ejemplo")]),
    "number-tin-of-foreigner": held([("C", "ES"), ("serialNumber", "TINES-X1234567L"), ("CN", "Ejemplo")]),
    "number-tin-of-minor": held([("C", "ES"), ("serialNumber", "TINES-K1234567L"), ("CN", "Ejemplo")]),
    "number-of-organisation-beside-person": held(
        [("C", "ES"), ("serialNumber", "B12345674"), ("GN", "JANE"), ("SN", "ROE"), ("O", "EJEMPLO")]
    ),
    "number-danish-of-time-stamps": held(
        [
            ("C", "DK"),
            ("organizationIdentifier", "NTRDK-12345678"),
            ("O", "Eksempel A/S"),
            ("serialNumber", "UI:DK-10000001"),
            ("CN", "Kvalificeret tidsstemplingsenhed 1"),
        ],
        eku=("1.3.6.1.5.5.7.3.8",),
    ),
    "number-danish-untyped-of-person": held(
        [("C", "DK"), ("GN", "Jane"), ("SN", "Roe"), ("serialNumber", "UI:DK-0f0f0f0f-1111-2222-3333-444444444444")]
    ),
}

CASES = held_by_people(_CASES)
