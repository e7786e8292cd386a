"""India: hashed attributes of the certificates under the Controller of Certifying Authorities."""

from __future__ import annotations

import hashlib
from typing import Any

from support.certs import CLIENT_AUTH, EMAIL_PROTECTION

ISSUER = [("C", "IN"), ("O", "Example Certifying Authority"), ("CN", "Example sub-CA for Individuals 2026")]
CLIENT: dict[str, Any] = {"issuer": ISSUER, "eku": (CLIENT_AUTH, EMAIL_PROTECTION)}


def digest(of: str) -> str:
    """Build a SHA-256 as these certificates write it."""
    return hashlib.sha256(of.encode()).hexdigest()


PERSON = [
    ("C", "IN"),
    ("O", "Personal"),
    ("CN", "ASHA UDAHARAN"),
    ("postalCode", "560001"),
    ("ST", "Karnataka"),
]

CASES: dict[str, dict[str, Any]] = {
    "person": {
        "subject": [
            *PERSON,
            ("pseudonym", digest("an invented answer")),
            ("telephoneNumber", digest("an invented telephone"), "printable"),
            ("serialNumber", digest("an invented PAN")),
            ("title", digest("an invented PIN")[:64]),
            ("dnQualifier", f"1985F{digest('an invented resident')}", "printable"),
        ],
        **CLIENT,
    },
    "person-transgender": {
        "subject": [*PERSON, ("dnQualifier", f"1991T{digest('another resident')[:40]}", "printable")],
        **CLIENT,
    },
    "person-with-plain-attributes": {
        "subject": [*PERSON, ("title", "Company Secretary"), ("dnQualifier", "1985X0000", "printable")],
        **CLIENT,
    },
    "other-country": {  # the same shapes mean nothing elsewhere
        "subject": [("C", "XX"), ("CN", "Example Device"), ("dnQualifier", "1985F" + "0a" * 16, "printable")],
    },
}
