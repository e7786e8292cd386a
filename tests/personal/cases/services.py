"""Services and organisations in attributes for people, and people with such names."""

from __future__ import annotations

from typing import Any

from support.certs import (
    EMAIL_PROTECTION,
    SERVER_AUTH,
    UPN,
    certificate_policies,
    extended_key_usage,
    other_name,
    san_extension,
    string,
)
from support.personal import held_by_people

TIME_STAMPS = {"eku": ("1.3.6.1.5.5.7.3.8",)}
STATUS = {"eku": ("1.3.6.1.5.5.7.3.9",)}
MAIL = {"eku": (EMAIL_PROTECTION,)}
NO_PURPOSE: dict[str, Any] = {"eku": ()}
NATURAL = certificate_policies(["0.4.0.194112.1.2"])
MAILS = [("email", "pki@example.org"), other_name(UPN, string("pki@example.org"))]


def danish(letter: str) -> dict[str, Any]:
    number = f"UI:DK-{letter}:G:0f0f0f0f-1111-2222-3333-444444444444"
    organisation = [("O", "Eksempelstyrelsen"), ("organizationIdentifier", "NTRDK-12345678")]
    return {"subject": [("C", "DK"), *organisation, ("serialNumber", number)], **NO_PURPOSE}


_CASES: dict[str, dict[str, Any]] = {
    "pseudonym-of-company": {
        "subject": [
            ("C", "DE"),
            ("O", "Muster De-Mail GmbH"),
            ("L", "Musterstadt"),
            ("CN", "Muster De-Mail GmbH 7:PN"),
            ("serialNumber", "1"),
            ("pseudonym", "Muster De-Mail GmbH 7:PN"),
        ],
        **NO_PURPOSE,
    },
    "pseudonym-of-company-under-natural-policy": {
        "subject": [
            ("C", "DE"),
            ("CN", "DKIM Schlüssel 2:PN"),
            ("serialNumber", "2"),
            ("pseudonym", "DKIM Schlüssel 2"),
        ],
        "extra": [NATURAL],
        **NO_PURPOSE,
    },
    "pseudonym-with-short-legal-form": {
        "subject": [("C", "DE"), ("O", "Beispiel AG"), ("pseudonym", "Beispiel AG 12:PN"), ("serialNumber", "12")],
        **NO_PURPOSE,
    },
    "pseudonym-is-organisation": {
        "subject": [("C", "DE"), ("O", "Musterwerke"), ("pseudonym", "Musterwerke 3"), ("serialNumber", "3")],
        **NO_PURPOSE,
    },
    "pseudonym-of-trader": {
        "subject": [("C", "DE"), ("O", "Erika Muster"), ("pseudonym", "Erika Muster"), ("serialNumber", "3")],
        **NO_PURPOSE,
    },
    "pseudonym-time-stamps": {
        "subject": [("C", "DE"), ("O", "Beispielkammer"), ("L", "Musterstadt"), ("pseudonym", "Zeitstempel 2026")],
        **TIME_STAMPS,
    },
    "pseudonym-seal": {"subject": [("C", "DE"), ("pseudonym", "Siegel 4:PN"), ("CN", "Siegel 4:PN")], **MAIL},
    "pseudonym-surname-seal": {"subject": [("C", "DE"), ("pseudonym", "Erika Siegel:PN")], **MAIL},
    "pseudonym-registry": {
        "subject": [("C", "SK"), ("O", "Vzorový úrad"), ("pseudonym", "Signature Policy Signer 2")],
        "san": [("email", "podatelna@example.org")],
        **MAIL,
    },
    "surname-time-stamps": {
        "subject": [("C", "HU"), ("O", "Példa Zrt."), ("SN", "Sample&CA OTP TSA2"), ("CN", "Sample&CA OTP TSA2")],
        **TIME_STAMPS,
    },
    "given-name-time-stamps": {
        "subject": [
            ("C", "RO"),
            ("O", "Modelsign S.A."),
            ("L", "Model"),
            ("GN", "TIMESTAMP"),
            ("SN", "MODELSIGN"),
            ("serialNumber", "200506245MT47"),
        ],
        "san": [("email", "timestamp@example.org")],
        **TIME_STAMPS,
    },
    "given-name-responder": {
        "subject": [("C", "XX"), ("GN", "OCSP"), ("SN", "Responder 03-1"), ("serialNumber", "896929130327")],
        **NO_PURPOSE,
    },
    "given-name-person-with-time-stamps": {
        "subject": [("C", "HU"), ("GN", "Zoltán"), ("SN", "Minta"), ("CN", "Minta Zoltán")],
        **TIME_STAMPS,
    },
    "surname-of-person-service": {
        "subject": [("C", "GB"), ("GN", "Robert"), ("SN", "Service"), ("CN", "Robert Service")],
        "san": [("email", "robert.service@example.org")],
        **MAIL,
    },
    "surname-of-person-with-number": {
        "subject": [("C", "DE"), ("SN", "Dienst"), ("CN", "Dienst"), ("serialNumber", "PNODE-12345678")],
        **MAIL,
    },
    "responder-under-natural-policy": {
        "subject": [("C", "RO"), ("O", "Model Servicii"), ("CN", "Model OCSP"), ("serialNumber", "77-aa")],
        "san": MAILS,
        "extra": [NATURAL],
        **STATUS,
    },
    "server-under-natural-policy": {
        "subject": [("C", "XX"), ("CN", "www.example.org"), ("serialNumber", "77-aa")],
        "extensions": [
            extended_key_usage((SERVER_AUTH,)),
            san_extension([("dns", "www.example.org"), ("email", "q7@example.org")]),
            NATURAL,
        ],
    },
    "given-name-office": {
        "subject": [
            ("C", "IT"),
            ("O", "Esempio"),
            ("GN", "Ufficio"),
            ("SN", "Sicurezza"),
            ("CN", "Ufficio Sicurezza"),
            ("serialNumber", "01234567897"),
        ],
        "san": [("email", "sicurezza_xq@example.org")],
        **NO_PURPOSE,
    },
    "given-name-office-alone": {
        "subject": [("C", "ES"), ("O", "EJEMPLO SL"), ("GN", "JURIDICO"), ("SN", "MODELO"), ("serialNumber", "77")],
        **MAIL,
    },
    "given-name-organisation": {
        "subject": [
            ("C", "IT"),
            ("O", "BANCO ESEMPIO/01234567890"),
            ("GN", "BANCOESEMPIO"),
            ("SN", "SGS"),
            ("CN", "BANCOESEMPIO SGS"),
            ("serialNumber", "IT:SGSBCS99C08L781O"),
            ("dnQualifier", "PROV-1234-567890"),
        ],
        "san": [("email", "jane.roe@example.org")],
        **NO_PURPOSE,
    },
    "given-name-word-of-organisation": {
        "subject": [("C", "FR"), ("O", "Exemplia SARL"), ("GN", "Exemplia"), ("SN", "QDA"), ("serialNumber", "12")],
        **MAIL,
    },
    "given-name-of-sole-trader": {
        "subject": [("C", "FR"), ("O", "Jane Roe Conseil SARL"), ("GN", "Jane"), ("SN", "Roe"), ("serialNumber", "12")],
        **MAIL,
    },
    "given-name-unlisted-of-sole-trader": {
        "subject": [("C", "FR"), ("O", "Xqwana Obwe SARL"), ("GN", "Xqwana"), ("SN", "Obwe"), ("serialNumber", "12")],
        **MAIL,
    },
    "given-name-function-with-number": {
        "subject": [("C", "ES"), ("O", "EJEMPLO"), ("GN", "EMPRESA"), ("SN", "XQW"), ("serialNumber", "12345678Z")],
        **MAIL,
    },
    "role-beside-person": {
        "subject": [("GN", "Jane"), ("SN", "Office"), ("CN", "Jane Office")],
        "san": [
            ("email", "info@example.org"),
            ("email", "helpdesk-2@example.org"),
            ("email", "jane.office@example.org"),
            other_name(UPN, string("helpdesk@example.org")),
        ],
        **MAIL,
    },
    "danish-organisation": danish("O"),
    "danish-device": danish("T"),
    "danish-employee": danish("E"),
    "danish-person": danish("P"),
}

CASES = held_by_people(_CASES)
