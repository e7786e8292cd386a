"""Object identifiers that show the kind of a certificate's subject: policies, statements of qualified certificates,
purposes of the key, and types of values that only people, organisations or devices have.

This module holds the tables and their look-up; `evidence` ranks them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from ctscan.errors import FormatError
from ctscan.model import Certificate
from ctscan.personal.normalise.name_tokens import fold_text
from ctscan.x509.der import children, dotted

# --- policies --------------------------------------------------------------------------------------------------------

NATURAL_POLICIES: Final[Mapping[str, str]] = {
    "2.23.140.1.2.3": "CA/Browser Forum individual-validated",
    "0.4.0.194112.1.0": "ETSI QCP-n, qualified for natural persons",
    "0.4.0.194112.1.2": "ETSI QCP-n-qscd, qualified for natural persons",
    "2.16.840.1.101.3.2.1.3.13": "FPKI common authentication, for the identity cards of federal employees",
    **{f"2.23.140.1.5.3.{n}": "S/MIME sponsor-validated: a person within an organisation" for n in (1, 2, 3)},
    **{f"2.23.140.1.5.4.{n}": "S/MIME individual-validated" for n in (1, 2, 3)},
}
"""Policies under which only natural persons get certificates, in words."""

LEGAL_POLICIES: Final[Mapping[str, str]] = {
    "2.23.140.1.1": "CA/Browser Forum extended validation",
    "2.23.140.1.2.2": "CA/Browser Forum organisation-validated",
    "2.23.140.1.3": "CA/Browser Forum extended-validation code signing",
    "0.4.0.194112.1.1": "ETSI QCP-l, qualified for legal persons",
    "0.4.0.194112.1.3": "ETSI QCP-l-qscd, qualified for legal persons",
    "0.4.0.194112.1.4": "ETSI QEVCP-w, qualified for the web sites of organisations",
    **{f"2.23.140.1.5.2.{n}": "S/MIME organisation-validated" for n in (1, 2, 3)},
}
"""Policies under which only organisations get certificates, in words."""

QUALIFIED_POLICIES: Final[Mapping[str, str]] = {
    "0.4.0.1456.1.1": "ETSI QCP public + SSCD, qualified before 2016, for natural persons",
    "0.4.0.1456.1.2": "ETSI QCP public, qualified before 2016, for natural persons",
}
"""Policies for natural persons that were also used for other subjects."""

HOST_POLICIES: Final[Mapping[str, str]] = {
    "2.23.140.1.2.1": "CA/Browser Forum domain-validated",
    "0.4.0.194112.1.5": "ETSI QNCP-w, qualified for web sites",
    "0.4.0.194112.1.6": "ETSI QNCP-w-gen, qualified for web sites",
}
"""Policies for servers, of people and of organisations."""

MAILBOX_POLICIES: Final = frozenset(f"2.23.140.1.5.1.{n}" for n in (1, 2, 3))
"""S/MIME mailbox-validated: the CA checked only the mailbox, which may be a person's or a role's."""

OTHER_POLICIES: Final = frozenset(
    ["2.23.140.1.4.1", "0.4.0.2042.1.1", "0.4.0.2042.1.2", "0.4.0.2042.1.3"]  # code signing; ETSI NCP, NCP+, LCP
)
"""Policies under which both people and organisations get certificates, and which are evidence for neither."""

# --- statements of qualified certificates (ETSI EN 319 412-1 and -5), as they are encoded ----------------------------

_QC_STATEMENTS = "1.3.6.1.5.5.7.1.3"
_COMPLIANCE = ("0.4.0.1862.1.1", bytes.fromhex("0606 0400 8e46 0101"))
_NATURAL_STATEMENTS = {
    "0.4.0.1862.1.6.1": (bytes.fromhex("0607 0400 8e46 0106 01"), "for electronic signatures, which people give"),
    "0.4.0.194121.1.1": (bytes.fromhex("0607 0400 8bec 4901 01"), "with a natural person's identifier (ETSI)"),
    "0.4.0.194121.1.3": (bytes.fromhex("0607 0400 8bec 4901 03"), "with a natural person's identifier (eIDAS)"),
}
_LEGAL_STATEMENTS = {
    "0.4.0.1862.1.6.2": (bytes.fromhex("0607 0400 8e46 0106 02"), "for electronic seals, which organisations set"),
    "0.4.0.194121.1.2": (bytes.fromhex("0607 0400 8bec 4901 02"), "with a legal person's identifier (ETSI)"),
    "0.4.0.194121.1.4": (bytes.fromhex("0607 0400 8bec 4901 04"), "with a legal person's identifier (eIDAS)"),
}
_WEB = ("0.4.0.1862.1.6.3", bytes.fromhex("0607 0400 8e46 0106 03"))

# --- purposes of the key ---------------------------------------------------------------------------------------------

SERVER_AUTH: Final = "1.3.6.1.5.5.7.3.1"
SMART_CARD: Final = "1.3.6.1.4.1.311.20.2.2"
HELD_BY_PEOPLE: Final[Mapping[str, str]] = {
    "1.3.6.1.5.5.7.3.4": "e-mail protection",
    SMART_CARD: "smart card logon",
    "1.3.6.1.5.2.3.4": "Kerberos log-in of a client",
    "1.3.6.1.5.5.7.3.36": "document signing",
    "1.3.6.1.4.1.311.10.3.12": "document signing",
    "1.2.840.113583.1.1.5": "document signing",
    "1.3.6.1.5.5.7.3.2": "client authentication",
}
SERVICES: Final[Mapping[str, str]] = {
    "1.3.6.1.5.5.7.3.8": "time stamps",
    "1.3.6.1.5.5.7.3.9": "answers on the status of certificates",
    "1.3.6.1.5.2.3.5": "a Kerberos domain controller",
}
"""Purposes of keys that only services have."""

# --- words instead of an organisation --------------------------------------------------------------------------------

_NATURAL_WORDS: Final = {
    "фізична особа": "",
    "физическое лицо": "",
    "жеке тұлға": "",
    "natural person": "",
    "personal": "IN",  # required by India's rules for certificates
}
"""Folded words in place of an organisation's name that mean there is none, with the country where they mean it."""


def is_no_organisation(text: str, countries: Iterable[str]) -> bool:
    """Return whether an organisation's name only states that its bearer is a natural person."""
    country = _NATURAL_WORDS.get(fold_text(text)) if len(text) < 40 else None
    return country == "" or (country is not None and country in countries)


# --- types of values -------------------------------------------------------------------------------------------------

ONLY_OF_PEOPLE: Final[Mapping[str, str]] = {
    **{f"1.3.6.1.5.5.7.9.{n}": "a date or place of birth, a gender or a citizenship" for n in range(1, 6)},
    "1.3.6.1.5.5.7.1.2": "biometric information",
    "1.3.6.1.5.5.7.8.1": "personal data (RFC 3039)",
    "1.3.36.8.4.1": "personal data (SigI)",
    "1.3.36.8.3.5": "a declaration of majority",
    "2.16.840.1.101.3.6.6": "the number of a federal identity card (FASC-N)",
    "2.16.840.1.101.3.6.9.1": "the state of a background check",
    **{f"1.2.392.200149.8.5.5.{n}": "the particulars of a Japanese identity card" for n in range(1, 7)},
    "1.2.410.200004.10.1.1": "the real name of a Korean certificate",
    **{f"2.16.76.1.3.{n}": "the particulars of a natural person (ICP-Brasil)" for n in (1, 5, 6, 9)},
    "2.16.76.1.4.2.1.1": "the number of a lawyer (ICP-Brasil)",
    "2.16.76.1.4.3": "the social name of a person (ICP-Brasil)",
    "2.16.886.1.100.2.51": "part of a Taiwanese identity number",
    "1.2.804.2.1.1.1.11.1.4.11.1": "a number of the Ukrainian register of people",
    "1.2.643.100.3": "a Russian social insurance number",
    "1.2.643.100.5": "a Russian sole trader's number",
    "1.3.6.1.4.1.11801.2.1": "a client number of the Czech Ministry of Labour",
    **{f"1.3.6.1.4.1.5734.1.{n}": "a field for the person (FNMT)" for n in (1, 2, 3, 4)},
    **{
        f"2.16.724.1.3.5.{p}.{n}": "a field for an employee" for p in ("3.1", "3.2", "7.1", "7.2") for n in (4, 6, 7, 8)
    },
}
"""Types of values that only people have, in words."""

ONLY_OF_ORGANISATIONS: Final[Mapping[str, str]] = {
    **{f"2.16.76.1.3.{n}": "the particulars of a company (ICP-Brasil)" for n in (3, 7, 8)},
    "2.23.140.3.1": "the identifier of an organisation (CA/Browser Forum)",
    "2.5.4.97": "the identifier of an organisation",
    "2.5.4.15": "a category of business",
    "1.3.6.1.4.1.311.60.2.1.3": "the place where a company is registered",
    "1.2.643.100.1": "a Russian company's number",
}
ONLY_OF_DEVICES: Final[Mapping[str, str]] = {
    "1.3.6.1.5.5.7.8.4": "the name of a hardware module",
    "1.3.6.1.5.5.7.8.11": "the name of a network node",
    "1.3.6.1.4.1.311.25.1": "the identifier of a domain controller",
}

# --- certificate templates -------------------------------------------------------------------------------------------

TEMPLATE_NAME: Final = "1.3.6.1.4.1.311.20.2"
TEMPLATE: Final = "1.3.6.1.4.1.311.21.7"
_PEOPLE_TEMPLATES = frozenset(
    [
        *("administrator", "clientauth", "efs", "exchangeuser", "exchangeusersignature", "smartcardlogon"),
        *("smartcarduser", "user", "usersignature"),
    ]
)
_MACHINE_TEMPLATES = frozenset(
    [
        *("machine", "computer", "workstation", "domaincontroller", "domaincontrollerauthentication", "webserver"),
        *("kerberosauthentication", "directoryemailreplication", "ipsecintermediateonline", "offlinerouter"),
        *("ipsecintermediateoffline", "rasandiasserver", "ocspresponsesigning"),
    ]
)
# [MS-CRTD]: templates built into a forest end in 1 and their number
_BUILT_IN = re.compile(r"1\.3\.6\.1\.4\.1\.311\.21\.8(?:\.\d{1,12}){4,6}\.1\.(\d{1,2})")
_PEOPLE_NUMBERS = frozenset({1, 2, 3, 4, 5, 6, 7, 23, 24})
_MACHINE_NUMBERS = frozenset({14, 15, 16, 19, 20, 21, 28, 29, 30, 31, 32, 33})

CLASSIFIERS: Final = frozenset(
    [
        *NATURAL_POLICIES,
        *LEGAL_POLICIES,
        *QUALIFIED_POLICIES,
        *HOST_POLICIES,
        *MAILBOX_POLICIES,
        *OTHER_POLICIES,
        *(_NATURAL_STATEMENTS | _LEGAL_STATEMENTS),
        *(_QC_STATEMENTS, _COMPLIANCE[0], _WEB[0], SERVER_AUTH, TEMPLATE, TEMPLATE_NAME),
        *HELD_BY_PEOPLE,
        *SERVICES,
        *ONLY_OF_PEOPLE,
        *ONLY_OF_ORGANISATIONS,
        *ONLY_OF_DEVICES,
    ]
)
"""Object identifiers that are read as evidence about the subject of a certificate."""


def first_words(oids: Iterable[str], table: Mapping[str, str]) -> str | None:
    """Return the table's words for the first object identifier that it holds, or None."""
    return next((table[oid] for oid in oids if oid in table), None)


def qualified_for(certificate: Certificate) -> tuple[str | None, str | None]:
    """Return the statements of a qualified certificate about a natural and about a legal person, in words or None."""
    body = _statements(certificate)
    natural = next((words for encoded, words in _NATURAL_STATEMENTS.values() if encoded in body), None)
    legal = next((words for encoded, words in _LEGAL_STATEMENTS.values() if encoded in body), None)
    return natural, legal


def is_untyped_qualified(certificate: Certificate) -> bool:
    """Return whether a certificate is qualified without a type, so for signatures (ETSI EN 319 412-5 section 4.2.3)."""
    body = _statements(certificate)
    return _COMPLIANCE[1] in body and _WEB[1] not in body and qualified_for(certificate) == (None, None)


def is_for_the_web(certificate: Certificate) -> bool:
    """Return whether a certificate is qualified for web sites, or was issued under a policy for servers."""
    if any(policy in HOST_POLICIES for policy in certificate.policies):
        return True
    return _WEB[1] in _statements(certificate)


def _statements(certificate: Certificate) -> bytes:
    return b"".join(extension.value for extension in certificate.extensions if extension.oid == _QC_STATEMENTS)


def template_is_for_people(certificate: Certificate, name: str) -> bool | None:
    """Return whether a Microsoft CA's template is for people (True) or machines (False); None for others or without
    any.

    `name`: name in the template extension of version 1, empty without it.
    """
    folded = name.strip().casefold()
    if folded in _PEOPLE_TEMPLATES or folded in _MACHINE_TEMPLATES:
        return folded in _PEOPLE_TEMPLATES
    for extension in certificate.extensions:
        built_in = _BUILT_IN.fullmatch(_first_oid(extension.value)) if extension.oid == TEMPLATE else None
        if built_in and int(built_in[1]) in _PEOPLE_NUMBERS | _MACHINE_NUMBERS:
            return int(built_in[1]) in _PEOPLE_NUMBERS
    return None


def _first_oid(value: bytes) -> str:
    """Return the object identifier at the head of SEQUENCE { templateID, major, minor }."""
    outer = children(value, 0, len(value))[0]
    inner = children(value, outer[0][2], outer[0][3])[0] if outer and outer[0][0] == 0x30 else []
    return _dotted(value[inner[0][2] : inner[0][3]]) if inner and inner[0][0] == 0x06 else ""


def _dotted(octets: bytes) -> str:
    try:
        return dotted(octets)
    except FormatError:
        return ""
