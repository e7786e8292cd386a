"""Search for the CA certificates that issued a certificate.

The signature decides for a whole certificate, the issuer key hash in the tree for the TBS of a precertificate. Names
alone decide nothing: two CAs can have the same name, and a CA can have had several keys. Trust in a CA is not decided
here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import lru_cache
from hashlib import sha256
from typing import Final

from msgspec import Struct

from ctscan.errors import FormatError, ProofError
from ctscan.model import Certificate, Issuer, IssuerOrigin, Message, Name, StatusReason
from ctscan.x509.certificate import read_certificate
from ctscan.x509.precertificate import split_precertificate
from ctscan.x509.signatures import Unsupported, read_signed, verify_signed

MAX_KEYS: Final = 16
"""Keys tried for CAs of one name; more than a handful is an attack."""

_KEY_USAGE: Final = "2.5.29.15"
_SUBJECT_KEY_ID: Final = "2.5.29.14"
_SIGNS_LISTS: Final = 0x02  # bit 6 of keyUsage


class Signer(Struct, frozen=True):
    """Certificate of a CA or an OCSP responder, with the facts that matter when it signs."""

    certificate: Certificate
    key_id: bytes  # subject key identifier; empty: none
    signs_lists: bool | None  # cRLSign of keyUsage; None: no keyUsage


class Issuers(Struct, frozen=True):
    """Certificates of the CA that issued a certificate.

    Attributes:
        found: several when the CA is cross-signed, all with the same key.
        why: the reason when none was found.
    """

    found: tuple[Issuer, ...]
    why: Message | None = None


def issuer_of(der: bytes, origin: IssuerOrigin) -> Issuer:
    """Make the Issuer of a CA certificate, as the index keeps it.

    Args:
        der: the certificate, DER.
        origin: its source.

    Raises:
        FormatError: it can't be read, or has no key.
    """
    certificate = read_signer(der).certificate
    subject_hash = sha256(certificate.subject.raw).digest()
    return Issuer(sha256(der).digest(), der, subject_hash, sha256(certificate.spki).digest(), origin)


@lru_cache(maxsize=512)
def read_signer(der: bytes) -> Signer:
    """Read the certificate of a CA or an OCSP responder.

    Raises:
        FormatError: it can't be read, or has no key.
    """
    certificate = read_certificate(der)
    if not certificate.spki:
        raise FormatError("issuer: expected a certificate with a key, got one without")
    values = {extension.oid: extension.value for extension in reversed(certificate.extensions)}
    key_id, usage = values.get(_SUBJECT_KEY_ID, b""), values.get(_KEY_USAGE)
    return Signer(
        certificate,
        key_id[2:] if key_id[:1] == b"\x04" and key_id[1:2] == bytes((len(key_id) - 2 & 0xFF,)) else b"",
        None if usage is None else bool(usage[3:4] and usage[3] & _SIGNS_LISTS),
    )


def find_issuers(
    certificate: Certificate,
    der: bytes,
    key_hashes: Collection[bytes],
    candidates: Iterable[Issuer],
    submitted: Iterable[bytes] = (),
) -> Issuers:
    """Select the candidates that issued `certificate`. Never raises.

    A signature or an issuer_key_hash decides. Where a whole certificate doesn't verify, `key_hashes` decide, because
    anybody can put a wrong signature under a logged certificate. Without both, the signature of a submitted
    precertificate for this TBS decides, then the authority key identifier together with the name. That last step
    ignores candidates fetched from the certificate's own URLs (AIA), because their server can forge such a candidate.

    Args:
        certificate: the certificate.
        der: the whole certificate; or the TBS of a precertificate (`certificate.sha256` is None), which has no
            signature.
        key_hashes: issuer_key_hash values of its entries (RFC 6962 section 3.2), proven together with the TBS.
        candidates: known CA certificates.
        submitted: precertificates as submitted.
    """
    same = [issuer for issuer in candidates if _has_issuer_name(certificate, issuer)]
    if not same:
        return Issuers((), StatusReason.ISSUER_UNKNOWN())
    if certificate.sha256 is not None:
        found = _by_signature(der, same)
        return found if found.found or not key_hashes else Issuers(_by_key_hash(key_hashes, same), found.why)
    if key_hashes:
        named = _by_key_hash(key_hashes, same)
        return Issuers(named, None if named else StatusReason.ISSUER_KEY_UNKNOWN())
    for signed in submitted:
        found = _by_signature(signed, same) if split_precertificate(signed)[1] == der else Issuers(())
        if found.found:
            return found
    named = _by_key_id(certificate.authority_key_id, same)
    return Issuers(named, None if named else StatusReason.ISSUER_NAME_ONLY())


def is_issued_by(der: bytes, spki: bytes) -> bool:
    """Return whether the certificate `der` carries a signature of the key in `spki`."""
    try:
        verify_signed(der, read_signed(der, "certificate"), spki, "certificate")
    except (FormatError, ProofError):
        return False
    return True


def same_name(one: Name, other: Name) -> bool:
    """Return whether two names are equal apart from string types, case and spaces (RFC 5280 section 7.1)."""
    return one.raw == other.raw or (bool(one.attributes) and _comparable(one) == _comparable(other))


def _comparable(name: Name) -> list[tuple[int, str, str | bytes]]:
    texts = ((a, a.text.value.split() if a.text else None) for a in name.attributes)
    return [(a.rdn, a.oid, a.raw if words is None else " ".join(words).casefold()) for a, words in texts]


def _has_issuer_name(certificate: Certificate, issuer: Issuer) -> bool:
    try:
        return same_name(read_signer(issuer.der).certificate.subject, certificate.issuer)
    except FormatError:
        return False


def _by_key_hash(key_hashes: Collection[bytes], candidates: Iterable[Issuer]) -> tuple[Issuer, ...]:
    return tuple(issuer for issuer in candidates if issuer.key_hash in key_hashes)


def _by_key_id(key_id: bytes, candidates: Iterable[Issuer]) -> tuple[Issuer, ...]:
    believed = (issuer for issuer in candidates if issuer.origin != IssuerOrigin.AIA)
    return tuple(issuer for issuer in believed if key_id and read_signer(issuer.der).key_id == key_id)


def _by_signature(der: bytes, candidates: list[Issuer]) -> Issuers:
    by_key: dict[bytes, list[Issuer]] = {}
    for issuer in candidates:
        by_key.setdefault(read_signer(issuer.der).certificate.spki, []).append(issuer)
    unsupported: Message | None = None
    try:
        signed = read_signed(der, "certificate")
        for spki, issuers in list(by_key.items())[:MAX_KEYS]:
            try:
                verify_signed(der, signed, spki, "certificate")
            except Unsupported as error:
                unsupported = StatusReason.SIGNATURE_UNSUPPORTED(detail=str(error))
            except ProofError:
                continue
            else:
                return Issuers(tuple(issuers))
    except FormatError:
        return Issuers((), StatusReason.SIGNATURE_UNREADABLE())
    return Issuers((), unsupported or StatusReason.SIGNATURE_WRONG())
