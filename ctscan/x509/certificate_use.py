"""Purposes of a certificate: the kinds of certificate that it is, by key purpose, policy and statement. Pure.

A certificate has several kinds where its extended key usage (RFC 5280 section 4.2.1.12) has several purposes. Without
that extension every purpose is allowed, and the content decides: a host name makes it a server's, an address one for
mail, a qualified statement one for signatures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ctscan.model import Certificate

OTHER: Final = "other"

_PURPOSES: Final = {
    "1.3.6.1.5.5.7.3.1": "tls",
    "1.3.6.1.5.5.7.3.2": "client",
    "1.3.6.1.4.1.311.20.2.2": "client",  # smart-card logon
    "1.3.6.1.5.5.7.3.4": "smime",
    "1.3.6.1.5.5.7.3.3": "code",
    "1.3.6.1.5.5.7.3.36": "document",  # RFC 9336
    "1.3.6.1.4.1.311.10.3.12": "document",
    "1.2.840.113583.1.1.5": "document",
}
_POLICIES: Final = {
    "2.23.140.1.2.1": "dv",  # CA/Browser Forum, Baseline Requirements section 7.1.6.1
    "2.23.140.1.2.2": "ov",
    "2.23.140.1.2.3": "iv",
    "2.23.140.1.1": "ev",
}
WORDS: Final = frozenset({*_PURPOSES.values(), *_POLICIES.values(), "ca", "qualified", OTHER})
"""Words that `uses_of` returns."""

_QC_STATEMENTS: Final = "1.3.6.1.5.5.7.1.3"
_QC_COMPLIANCE: Final = bytes.fromhex("06 06 04 00 8e 46 01 01")  # ETSI EN 319 412-5 section 4.2.1
_QUALIFIED_POLICIES: Final = "0.4.0.194112.1."  # ETSI EN 319 411-2 section 5.3
_EMAIL, _DNS = 1, 2
_COMMON_NAME: Final = "2.5.4.3"
_MOST_HOSTS: Final = 100


def uses_of(certificate: Certificate) -> tuple[str, ...]:
    """Return the words of a certificate: kinds (`tls`, `smime`, `client`, `code`, `document`, `ca`, `other`), then
    `qualified`, then the validation by a policy of the CA/Browser Forum (`dv`, `ov`, `iv`, `ev`)."""
    is_qualified = _is_qualified(certificate)
    kinds = ("ca",) if certificate.is_ca else _kinds(certificate, is_qualified)
    validation = tuple(word for oid, word in _POLICIES.items() if oid in certificate.policies)
    return (*(kinds or (OTHER,)), *(("qualified",) if is_qualified else ()), *validation)


def _kinds(certificate: Certificate, is_qualified: bool) -> tuple[str, ...]:
    if certificate.eku:
        return tuple(dict.fromkeys(_PURPOSES[oid] for oid in certificate.eku if oid in _PURPOSES))
    names = {general.kind for general in certificate.san}
    found = {"tls": _DNS in names, "smime": _EMAIL in names, "document": is_qualified and _DNS not in names}
    return tuple(kind for kind, holds in found.items() if holds)


def _is_qualified(certificate: Certificate) -> bool:
    if any(policy.startswith(_QUALIFIED_POLICIES) for policy in certificate.policies):
        return True
    return any(one.oid == _QC_STATEMENTS and _QC_COMPLIANCE in one.value for one in certificate.extensions)


def hosts_of(certificate: Certificate) -> tuple[str, ...]:
    """Return the host names of a certificate in lower case, without wildcards: of alternative names, and common names
    of the subject with a dot; at most 100."""
    texts = [general.text for general in certificate.san if general.kind == _DNS]
    for window in certificate.subject.windows:
        texts += [one.text for one in window.attributes if one.oid == _COMMON_NAME]
    values = [text.value for text in texts if text is not None and "." in text.value]  # the name of a person has none
    if not values:
        return ()
    written = [value.strip().lower().removeprefix("*.").strip(".") for value in values]
    return tuple(dict.fromkeys(filter(_is_host, written)))[:_MOST_HOSTS]


def _is_host(text: str) -> bool:
    labels = text.split(".")
    return len(text) <= 253 and len(labels) > 1 and all(_is_label(label) for label in labels)


def _is_label(label: str) -> bool:
    return 0 < len(label) <= 63 and all(char.isalnum() or char in "-_" for char in label)


def reversed_host(host: str) -> str:
    """Reverse the labels of a host, each followed by a dot: `www.example.org` becomes `org.example.www.`."""
    return "".join(f"{label}." for label in reversed(host.split(".")))
