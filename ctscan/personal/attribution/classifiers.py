"""Object identifiers that show the kind of a certificate's subject: policies, statements of qualified certificates,
purposes of the key, and types of values that only people, organisations or devices have.

This module holds the tables and their look-up; `evidence` ranks them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from ctscan.errors import FormatError
from ctscan.model import Certificate, Phrase
from ctscan.on_first_use import late_pattern
from ctscan.personal.normalise.name_tokens import fold_text
from ctscan.x509.der import children, dotted

# --- policies --------------------------------------------------------------------------------------------------------

NATURAL_POLICIES: Final[Mapping[str, Phrase]] = {
    "2.23.140.1.2.3": Phrase.CABF_INDIVIDUAL,
    "0.4.0.194112.1.0": Phrase.QCP_N,
    "0.4.0.194112.1.2": Phrase.QCP_N_QSCD,
    "2.16.840.1.101.3.2.1.3.13": Phrase.FPKI_AUTHENTICATION,
    **{f"2.23.140.1.5.3.{n}": Phrase.SMIME_SPONSOR for n in (1, 2, 3)},
    **{f"2.23.140.1.5.4.{n}": Phrase.SMIME_INDIVIDUAL for n in (1, 2, 3)},
}
"""Policies under which only natural persons get certificates."""

LEGAL_POLICIES: Final[Mapping[str, Phrase]] = {
    "2.23.140.1.1": Phrase.CABF_EXTENDED,
    "2.23.140.1.2.2": Phrase.CABF_ORGANISATION,
    "2.23.140.1.3": Phrase.CABF_CODE_SIGNING,
    "0.4.0.194112.1.1": Phrase.QCP_L,
    "0.4.0.194112.1.3": Phrase.QCP_L_QSCD,
    "0.4.0.194112.1.4": Phrase.QEVCP_W,
    **{f"2.23.140.1.5.2.{n}": Phrase.SMIME_ORGANISATION for n in (1, 2, 3)},
}
"""Policies under which only organisations get certificates."""

QUALIFIED_POLICIES: Final[Mapping[str, Phrase]] = {
    "0.4.0.1456.1.1": Phrase.QCP_SSCD,
    "0.4.0.1456.1.2": Phrase.QCP_PUBLIC,
}
"""Policies for natural persons that were also used for other subjects."""

_QUALIFIED: Final = "0.4.0.194112.1."

HOST_POLICIES: Final = frozenset(
    ["2.23.140.1.2.1", "0.4.0.194112.1.5", "0.4.0.194112.1.6"]  # CA/Browser Forum domain-validated; ETSI QNCP-w, -gen
)
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
    "0.4.0.1862.1.6.1": (bytes.fromhex("0607 0400 8e46 0106 01"), Phrase.ESIGN),
    "0.4.0.194121.1.1": (bytes.fromhex("0607 0400 8bec 4901 01"), Phrase.ETSI_NATURAL),
    "0.4.0.194121.1.3": (bytes.fromhex("0607 0400 8bec 4901 03"), Phrase.EIDAS_NATURAL),
}
_LEGAL_STATEMENTS = {
    "0.4.0.1862.1.6.2": (bytes.fromhex("0607 0400 8e46 0106 02"), Phrase.ESEAL),
    "0.4.0.194121.1.2": (bytes.fromhex("0607 0400 8bec 4901 02"), Phrase.ETSI_LEGAL),
    "0.4.0.194121.1.4": (bytes.fromhex("0607 0400 8bec 4901 04"), Phrase.EIDAS_LEGAL),
}
_WEB = ("0.4.0.1862.1.6.3", bytes.fromhex("0607 0400 8e46 0106 03"))

# --- purposes of the key ---------------------------------------------------------------------------------------------

SERVER_AUTH: Final = "1.3.6.1.5.5.7.3.1"
SMART_CARD: Final = "1.3.6.1.4.1.311.20.2.2"
HELD_BY_PEOPLE: Final[Mapping[str, Phrase]] = {
    "1.3.6.1.5.5.7.3.4": Phrase.EMAIL_PROTECTION,
    SMART_CARD: Phrase.SMART_CARD_LOGON,
    "1.3.6.1.5.2.3.4": Phrase.KERBEROS_LOGIN,
    "1.3.6.1.5.5.7.3.36": Phrase.DOCUMENT_SIGNING,
    "1.3.6.1.4.1.311.10.3.12": Phrase.DOCUMENT_SIGNING,
    "1.2.840.113583.1.1.5": Phrase.DOCUMENT_SIGNING,
    "1.3.6.1.5.5.7.3.2": Phrase.CLIENT_AUTHENTICATION,
}
SERVICES: Final[Mapping[str, Phrase]] = {
    "1.3.6.1.5.5.7.3.8": Phrase.TIME_STAMPS,
    "1.3.6.1.5.5.7.3.9": Phrase.STATUS_ANSWERS,
    "1.3.6.1.5.2.3.5": Phrase.KERBEROS_CONTROLLER,
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

ONLY_OF_PEOPLE: Final[Mapping[str, Phrase]] = {
    **{f"1.3.6.1.5.5.7.9.{n}": Phrase.PERSONAL_ATTRIBUTE for n in range(1, 6)},
    "1.3.6.1.5.5.7.1.2": Phrase.BIOMETRIC,
    "1.3.6.1.5.5.7.8.1": Phrase.RFC3039_DATA,
    "1.3.36.8.4.1": Phrase.SIGI_DATA,
    "1.3.36.8.3.5": Phrase.MAJORITY,
    "2.16.840.1.101.3.6.6": Phrase.FASCN,
    "2.16.840.1.101.3.6.9.1": Phrase.BACKGROUND_CHECK,
    **{f"1.2.392.200149.8.5.5.{n}": Phrase.JP_CARD for n in range(1, 7)},
    "1.2.410.200004.10.1.1": Phrase.KR_REAL_NAME,
    **{f"2.16.76.1.3.{n}": Phrase.BR_PERSON for n in (1, 5, 6, 9)},
    "2.16.76.1.4.2.1.1": Phrase.BR_LAWYER,
    "2.16.76.1.4.3": Phrase.BR_SOCIAL_NAME,
    "2.16.886.1.100.2.51": Phrase.TW_NUMBER,
    "1.2.804.2.1.1.1.11.1.4.11.1": Phrase.UA_NUMBER,
    "1.2.643.100.3": Phrase.RU_INSURANCE,
    "1.2.643.100.5": Phrase.RU_SOLE_TRADER,
    "1.3.6.1.4.1.11801.2.1": Phrase.CZ_CLIENT,
    **{f"1.3.6.1.4.1.5734.1.{n}": Phrase.FNMT_PERSON for n in (1, 2, 3, 4)},
    **{f"1.3.6.1.4.1.14862.1.4.4.1.{n}": Phrase.ES_EMPLOYEE for n in (4, 6, 7, 8)},
    **{f"2.16.724.1.3.5.{p}.{n}": Phrase.ES_EMPLOYEE for p in ("3.1", "3.2", "7.1", "7.2") for n in (4, 6, 7, 8)},
}
"""Types of values that only people have."""

ONLY_OF_ORGANISATIONS: Final[Mapping[str, Phrase]] = {
    **{f"2.16.76.1.3.{n}": Phrase.BR_COMPANY for n in (3, 7, 8)},
    "2.23.140.3.1": Phrase.CABF_IDENTIFIER,
    "2.5.4.97": Phrase.ORGANISATION_IDENTIFIER,
    "2.5.4.15": Phrase.BUSINESS_CATEGORY,
    "1.3.6.1.4.1.311.60.2.1.3": Phrase.JURISDICTION,
    "1.2.643.100.1": Phrase.RU_COMPANY,
}
ONLY_OF_DEVICES: Final[Mapping[str, Phrase]] = {
    "1.3.6.1.5.5.7.8.4": Phrase.HARDWARE_MODULE,
    "1.3.6.1.5.5.7.8.11": Phrase.NETWORK_NODE,
    "1.3.6.1.4.1.311.25.1": Phrase.DOMAIN_CONTROLLER,
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
_BUILT_IN = late_pattern(r"1\.3\.6\.1\.4\.1\.311\.21\.8(?:\.\d{1,12}){4,6}\.1\.(\d{1,2})")
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


def first_phrase(oids: Iterable[str], table: Mapping[str, Phrase]) -> Phrase | None:
    """Return the table's phrase for the first object identifier that it holds, or None."""
    for oid in oids:
        if oid in table:
            return table[oid]
    return None


def natural_policy(certificate: Certificate) -> Phrase | None:
    """Return the policy under which only natural persons get certificates, or None."""
    return first_phrase(certificate.policies, NATURAL_POLICIES)


def legal_policy(certificate: Certificate) -> Phrase | None:
    """Return the policy under which only organisations get certificates, or None."""
    return first_phrase(certificate.policies, LEGAL_POLICIES)


def is_server(certificate: Certificate) -> bool:
    """Return whether the key is for a server."""
    return SERVER_AUTH in certificate.eku


def purpose_of_people(certificate: Certificate) -> Phrase | None:
    """Return a purpose that people's keys have, the strongest evidence first; None for keys of servers."""
    if is_server(certificate):
        return None
    return next((words for oid, words in HELD_BY_PEOPLE.items() if oid in certificate.eku), None)


def service_of(certificate: Certificate) -> Phrase | None:
    """Return the purpose of a key that only services have, or None."""
    return first_phrase(certificate.eku, SERVICES)


def is_individual_server(certificate: Certificate) -> bool:
    """Return whether a certificate was issued under the policy for servers of individuals."""
    return "2.23.140.1.2.3" in certificate.policies


def qualified_for(certificate: Certificate) -> tuple[Phrase | None, Phrase | None]:
    """Return the statements of a qualified certificate about a natural and about a legal person, or None."""
    body = _statements(certificate)
    if not body:
        return None, None
    natural = next((words for encoded, words in _NATURAL_STATEMENTS.values() if encoded in body), None)
    legal = next((words for encoded, words in _LEGAL_STATEMENTS.values() if encoded in body), None)
    return natural, legal


def is_seal(certificate: Certificate) -> bool:
    """Return whether the statements of a qualified certificate are about a legal person, and none about a natural."""
    natural, legal = qualified_for(certificate)
    return legal is not None and natural is None


def is_untyped_qualified(certificate: Certificate) -> bool:
    """Return whether a certificate is qualified without a type, so for signatures (ETSI EN 319 412-5 section 4.2.3)."""
    body = _statements(certificate)
    return _COMPLIANCE[1] in body and _WEB[1] not in body and qualified_for(certificate) == (None, None)


def is_qualified(certificate: Certificate) -> bool:
    """Return whether a certificate is qualified, by a statement of compliance or by a policy of ETSI EN 319 411-2."""
    is_stated = _COMPLIANCE[1] in _statements(certificate)
    return is_stated or any(one in QUALIFIED_POLICIES or one.startswith(_QUALIFIED) for one in certificate.policies)


def is_for_the_web(certificate: Certificate) -> bool:
    """Return whether a certificate is qualified for web sites, or was issued under a policy for servers."""
    if any(policy in HOST_POLICIES for policy in certificate.policies):
        return True
    return _WEB[1] in _statements(certificate)


def _statements(certificate: Certificate) -> bytes:
    return b"".join([extension.value for extension in certificate.extensions if extension.oid == _QC_STATEMENTS])


def template_is_for_people(certificate: Certificate, name: str) -> bool | None:
    """Return whether a Microsoft CA's template is for people (True) or machines (False); None for others or without
    any.

    `name`: name in the template extension of version 1, empty without it.
    """
    folded = name.strip().casefold()
    if folded in _PEOPLE_TEMPLATES or folded in _MACHINE_TEMPLATES:
        return folded in _PEOPLE_TEMPLATES
    for template in [extension.value for extension in certificate.extensions if extension.oid == TEMPLATE]:
        built_in = _BUILT_IN.fullmatch(_first_oid(template))
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
