"""Builders of CAs, their certificates, revocation lists and OCSP responses: good, odd and broken ones, by hand.

    ca = make_ca("root", kind="rsa")                   # kinds: KINDS; the same arguments give the same CA in one run
    der = ca.issue(serial=7, crls=["http://crl.example.net/1.crl"], ocsp="http://ocsp.example.net")
    ca.issuer()                                        # model.Issuer, as the index keeps it
    crl = make_crl(ca, [revoked(7, reason=1)])         # DER; THIS_UPDATE to NEXT_UPDATE
    crl = make_crl(ca, base=4, number=5, scope=scope(["http://crl.example.net/1.crl"]))
    answer = make_ocsp(ca, [single(ca, 7, "revoked", reason=1)])
    answer = make_ocsp(ca, [single(ca, 7)], responder=ca.responder())
    ocsp_error(3)                                      # tryLater

`NOW` lies between THIS_UPDATE and NEXT_UPDATE, and within the validity of certificates from `issue`. Two CAs of
different seeds and the same `subject` share a name and have two keys. `make_crl(…, sign_with=other.key)` signs with a
wrong key. RSA keys are generated anew in each run; all else is derived from the seed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from support.certs import (
    ISSUER,
    NOT_AFTER,
    NOT_BEFORE,
    GeneralNameSpec,
    RdnSpec,
    authority_key_identifier,
    basic_constraints,
    bit_string,
    boolean,
    extended_key_usage,
    extension,
    general_name,
    integer,
    key_usage,
    make_tbs,
    moment,
    name,
    oid,
    poison,
    san_extension,
    subject_key_identifier,
    tlv,
)

from ctscan.model import Issuer
from ctscan.x509.der import children
from ctscan.x509.issuer_lookup import issuer_of

NOW = datetime(2026, 2, 10, 12, tzinfo=UTC)
THIS_UPDATE = datetime(2026, 2, 9, tzinfo=UTC)
NEXT_UPDATE = datetime(2026, 2, 16, tzinfo=UTC)
REVOKED_AT = datetime(2026, 2, 1, 8, 30, tzinfo=UTC)
NULL = b"\x05\x00"
OCSP_SIGNING = "1.3.6.1.5.5.7.3.9"

# --- keys ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Key:
    """Key that signs in one way. `algorithm` is the AlgorithmIdentifier, `spki` the SubjectPublicKeyInfo."""

    spki: bytes
    algorithm: bytes
    sign: Callable[[bytes], bytes] = field(compare=False)

    @property
    def id(self) -> bytes:
        """Return the subject key identifier."""
        return hashlib.sha1(self.spki, usedforsecurity=False).digest()


_SHA256 = tlv(0x30, oid("2.16.840.1.101.3.4.2.1"), NULL)
_PSS = tlv(
    0x30,
    oid("1.2.840.113549.1.1.10"),
    tlv(
        0x30,
        tlv(0xA0, _SHA256),
        tlv(0xA1, tlv(0x30, oid("1.2.840.113549.1.1.8"), _SHA256)),
        tlv(0xA2, integer(32)),
    ),
)
_CURVES: dict[str, tuple[ec.EllipticCurve, hashes.HashAlgorithm, str]] = {
    "p256": (ec.SECP256R1(), hashes.SHA256(), "1.2.840.10045.4.3.2"),
    "p384": (ec.SECP384R1(), hashes.SHA384(), "1.2.840.10045.4.3.3"),
    "p521": (ec.SECP521R1(), hashes.SHA512(), "1.2.840.10045.4.3.4"),
}
_RSA: dict[str, tuple[bytes, padding.AsymmetricPadding, hashes.HashAlgorithm]] = {
    "rsa": (tlv(0x30, oid("1.2.840.113549.1.1.11"), NULL), padding.PKCS1v15(), hashes.SHA256()),
    "rsa-sha1": (tlv(0x30, oid("1.2.840.113549.1.1.5"), NULL), padding.PKCS1v15(), hashes.SHA1()),  # noqa: S303
    "rsa-pss": (_PSS, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256()),
}
KINDS = (*_CURVES, *_RSA, "ed25519", "ed448")


@cache
def make_key(seed: str, kind: str = "p256") -> Key:
    """Make a key of a kind in KINDS."""
    noise = hashlib.sha512(seed.encode()).digest()
    if kind in _CURVES:
        curve, hashed, dotted = _CURVES[kind]
        elliptic = ec.derive_private_key(int.from_bytes(noise[:28]) + 1, curve)
        ecdsa = ec.ECDSA(hashed, deterministic_signing=True)
        return Key(_spki(elliptic), tlv(0x30, oid(dotted)), lambda data: elliptic.sign(data, ecdsa))
    if kind in _RSA:
        algorithm, scheme, hashed = _RSA[kind]
        private = _rsa(seed)
        return Key(_spki(private), algorithm, lambda data: private.sign(data, scheme, hashed))
    if kind == "ed25519":
        edwards = ed25519.Ed25519PrivateKey.from_private_bytes(noise[:32])
        return Key(_spki(edwards), tlv(0x30, oid("1.3.101.112")), edwards.sign)
    longer = ed448.Ed448PrivateKey.from_private_bytes(noise[:57])
    return Key(_spki(longer), tlv(0x30, oid("1.3.101.113")), longer.sign)


@cache
def _rsa(seed: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def _spki(
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey,
) -> bytes:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.DER, form)


# --- CAs -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ca:
    """CA, or a holder of a CA's certificate. `subject` is the whole Name element, `der` its certificate."""

    subject: bytes
    key: Key
    der: bytes

    def issuer(self, origin: str = "file") -> Issuer:
        """Build the CA's certificate as the index keeps it."""
        return issuer_of(self.der, origin)

    def issue(
        self,
        serial: int = 1,
        *,
        subject: Iterable[RdnSpec] | bytes = (("CN", "www.example.org"),),
        crls: Sequence[str] = (),
        points: Sequence[bytes] = (),
        deltas: Sequence[str] = (),
        ocsp: str = "",
        issuers: str = "",
        extra: Sequence[bytes] = (),
        san: Sequence[GeneralNameSpec] = (),
        spki: bytes | None = None,
        not_before: datetime = NOT_BEFORE,
        not_after: datetime = NOT_AFTER,
    ) -> bytes:
        """Issue a certificate. `crls`, `deltas`: URLs, a distribution point for each; `points`: whole points, see
        `point`."""
        listed = [*_pointers(crls, points, deltas, ocsp, issuers), *extra]
        if san:
            listed.append(san_extension(san))
        extensions = [authority_key_identifier(self.key.id), *listed]
        unsigned = make_tbs(
            subject,
            issuer=self.subject,
            serial=serial,
            extensions=extensions,
            not_before=not_before,
            not_after=not_after,
            spki=spki,
        )
        return signed(with_algorithm(unsigned, self.key.algorithm), self.key)

    def precertificate(self, serial: int = 1, **kwargs: object) -> tuple[bytes, bytes]:
        """Issue `(TBS as in the leaf, precertificate as submitted)`; arguments as for `issue` except `extra`."""
        whole = self.issue(serial, **kwargs)  # type: ignore[arg-type]
        outer, _ = children(whole, 0, len(whole))
        unsigned = children(whole, outer[0][2], outer[0][3])[0][0]
        submitted = self.issue(serial, extra=[poison()], **kwargs)  # type: ignore[arg-type]
        return whole[unsigned[1] : unsigned[4]], submitted

    def responder(self, seed: str = "responder", *, eku: Sequence[str] = (OCSP_SIGNING,), **kwargs: object) -> Ca:
        """Certify an OCSP responder."""
        key = make_key(seed)
        subject = name([("CN", f"Example OCSP {seed}")])
        extra = [extended_key_usage(eku)] if eku else []
        der = self.issue(900, subject=subject, spki=key.spki, extra=extra, **kwargs)  # type: ignore[arg-type]
        return Ca(subject, key, der)


def make_ca(
    seed: str = "ca",
    *,
    subject: Iterable[RdnSpec] = tuple(ISSUER),
    kind: str = "p256",
    parent: Ca | None = None,
    usage: bytes | None = key_usage(1, 0x06),
    key: Key | None = None,
) -> Ca:
    """Make a CA with a self-signed certificate, or a certificate signed by `parent`. `usage`: the keyUsage extension or
    None."""
    key = key or make_key(seed, kind)
    named = name(subject)
    extensions = [basic_constraints(True), subject_key_identifier(key.id), *([usage] if usage else [])]
    by, signer = (parent.subject, parent.key) if parent else (named, key)
    end = datetime(2036, 1, 1, tzinfo=UTC)
    unsigned = make_tbs(named, issuer=by, serial=1, extensions=extensions, spki=key.spki, not_after=end)
    return Ca(named, key, signed(with_algorithm(unsigned, signer.algorithm), signer))


def signed(body: bytes, key: Key, *rest: bytes) -> bytes:
    """Encode the data, the algorithm and the signature in a SEQUENCE."""
    return tlv(0x30, body, key.algorithm, bit_string(key.sign(body)), *rest)


def with_algorithm(unsigned: bytes, algorithm: bytes) -> bytes:
    """Replace the signature algorithm of a TBSCertificate."""
    outer, _ = children(unsigned, 0, len(unsigned))
    fields, _ = children(unsigned, outer[0][2], outer[0][3])
    parts = [unsigned[field[1] : field[4]] for field in fields]
    return tlv(0x30, *parts[:2], algorithm, *parts[3:])


def _pointers(
    crls: Sequence[str] = (),
    points: Sequence[bytes] = (),
    deltas: Sequence[str] = (),
    ocsp: str = "",
    issuers: str = "",
) -> list[bytes]:
    found = []
    if crls or points:
        found.append(extension("2.5.29.31", tlv(0x30, *(point([url]) for url in crls), *points)))
    if deltas:
        found.append(extension("2.5.29.46", tlv(0x30, *(point([url]) for url in deltas))))
    access = (("1.3.6.1.5.5.7.48.1", ocsp), ("1.3.6.1.5.5.7.48.2", issuers))
    accesses = [tlv(0x30, oid(method), general_name(("uri", url))) for method, url in access if url]
    if accesses:
        found.append(extension("1.3.6.1.5.5.7.1.1", tlv(0x30, *accesses)))
    return found


def point(urls: Sequence[str] = (), *, reasons: bytes = b"", issuer: bytes = b"") -> bytes:
    """Encode a DistributionPoint. `reasons`: octets of ReasonFlags after the unused-bit count; `issuer`: a Name
    element."""
    full = tlv(0xA0, tlv(0xA0, *(general_name(("uri", url)) for url in urls))) if urls else b""
    flags = tlv(0x81, b"\0" + reasons) if reasons else b""
    return tlv(0x30, full, flags, tlv(0xA2, tlv(0xA4, issuer)) if issuer else b"")


# --- lists ---------------------------------------------------------------------------------------------------------


def revoked(
    serial: int,
    *,
    at: datetime = REVOKED_AT,
    reason: int | None = None,
    issuer: bytes = b"",
    extra: Sequence[bytes] = (),
) -> bytes:
    """Encode an entry of a list. `reason`: a number of CRLReason; `issuer`: a Name element for certificateIssuer."""
    listed = [*extra]
    if reason is not None:
        listed.append(extension("2.5.29.21", tlv(0x0A, bytes((reason,)))))
    if issuer:
        listed.append(extension("2.5.29.29", tlv(0x30, tlv(0xA4, issuer)), critical=True))
    return tlv(0x30, integer(serial), moment(at), tlv(0x30, *listed) if listed else b"")


def scope(
    urls: Sequence[str] = (),
    *,
    only: str = "",
    reasons: bytes = b"",
    indirect: bool = False,
) -> bytes:
    """Encode issuingDistributionPoint. `only`: "user", "ca" or "attribute"; `reasons` as for `point`."""
    full = tlv(0xA0, tlv(0xA0, *(general_name(("uri", url)) for url in urls))) if urls else b""
    flags = {"user": 0x81, "ca": 0x82, "attribute": 0x85}
    kinds = {tag: tlv(tag, boolean(True)[2:]) for word, tag in flags.items() if word == only}
    some = {0x83: tlv(0x83, b"\0" + reasons)} if reasons else {}
    others = {0x84: tlv(0x84, boolean(True)[2:])} if indirect else {}
    fields = [field for _, field in sorted((kinds | some | others).items())]
    return extension("2.5.29.28", tlv(0x30, full, *fields), critical=True)


def make_crl(
    ca: Ca,
    entries: Sequence[bytes] | None = (),
    *,
    this_update: datetime | bytes = THIS_UPDATE,
    next_update: datetime | bytes | None = NEXT_UPDATE,
    number: int | None = 5,
    base: int | None = None,
    scope: bytes = b"",
    extra: Sequence[bytes] = (),
    version: bool = True,
    key_id: bool = True,
    sign_with: Key | None = None,
) -> bytes:
    """Make a revocation list. `entries`: see `revoked`; None leaves the element out, as an empty list must. `base`
    makes it a delta; `version=False`: version 1, without extensions; `extra`: whole extensions."""
    key = sign_with or ca.key
    extensions = [authority_key_identifier(ca.key.id)] if key_id else []
    if number is not None:
        extensions.append(extension("2.5.29.20", integer(number)))
    if base is not None:
        extensions.append(extension("2.5.29.27", integer(base), critical=True))
    extensions += [part for part in (scope, *extra) if part]
    times = [at if isinstance(at, bytes) else moment(at) for at in (this_update, next_update) if at is not None]
    body = tlv(
        0x30,
        integer(1) if version else b"",
        key.algorithm,
        ca.subject,
        *times,
        tlv(0x30, *entries) if entries else b"",
        tlv(0xA0, tlv(0x30, *extensions)) if version and extensions else b"",
    )
    return signed(body, key)


# --- OCSP ----------------------------------------------------------------------------------------------------------

_HASHES = {"sha1": "1.3.14.3.2.26", "sha256": "2.16.840.1.101.3.4.2.1"}


def generalized(when: datetime) -> bytes:
    """Encode a GeneralizedTime element."""
    return tlv(0x18, when.strftime("%Y%m%d%H%M%SZ").encode())


def key_hash(spki: bytes, algorithm: str = "sha1") -> bytes:
    """Hash the content of the key's BIT STRING, as OCSP names the key."""
    outer, _ = children(spki, 0, len(spki))
    _, bits = children(spki, outer[0][2], outer[0][3])[0]
    return hashlib.new(algorithm, spki[bits[2] + 1 : bits[3]]).digest()


def single(
    ca: Ca,
    serial: int,
    state: str = "good",
    *,
    at: datetime = REVOKED_AT,
    reason: int | None = None,
    this_update: datetime = THIS_UPDATE,
    next_update: datetime | None = NEXT_UPDATE,
    algorithm: str = "sha1",
    extensions: Sequence[bytes] = (),
) -> bytes:
    """Encode a SingleResponse: "good", "revoked" or "unknown"."""
    named = hashlib.new(algorithm, ca.subject).digest()
    cert_id = tlv(
        0x30,
        tlv(0x30, oid(_HASHES[algorithm]), NULL),
        tlv(0x04, named),
        tlv(0x04, key_hash(ca.key.spki, algorithm)),
        integer(serial),
    )
    why = tlv(0xA0, tlv(0x0A, bytes((reason,)))) if reason is not None else b""
    states = {"good": tlv(0x80), "revoked": tlv(0xA1, generalized(at), why), "unknown": tlv(0x82)}
    end = tlv(0xA0, generalized(next_update)) if next_update else b""
    tail = tlv(0xA1, tlv(0x30, *extensions)) if extensions else b""
    return tlv(0x30, cert_id, states[state], generalized(this_update), end, tail)


def make_ocsp(
    ca: Ca,
    singles: Sequence[bytes],
    *,
    responder: Ca | None = None,
    by_key: bool = False,
    produced_at: datetime = THIS_UPDATE,
    certificates: Sequence[bytes] | None = None,
    sign_with: Key | None = None,
    extensions: Sequence[bytes] = (),
) -> bytes:
    """Make a successful response, of the CA or of a `responder`, whose certificate then comes with it (or
    `certificates`). With `by_key`, the response names its signer by the hash of the key. `extensions`: of the whole
    response, a nonce for example."""
    signer = responder or ca
    key = sign_with or signer.key
    named = tlv(0xA2, tlv(0x04, key_hash(signer.key.spki))) if by_key else tlv(0xA1, signer.subject)
    tail = tlv(0xA1, tlv(0x30, *extensions)) if extensions else b""
    data = tlv(0x30, named, generalized(produced_at), tlv(0x30, *singles), tail)
    held = [responder.der] if certificates is None and responder else list(certificates or ())
    basic = signed(data, key, tlv(0xA0, tlv(0x30, *held)) if held else b"")
    inner = tlv(0x30, oid("1.3.6.1.5.5.7.48.1.1"), tlv(0x04, basic))
    return tlv(0x30, tlv(0x0A, b"\0"), tlv(0xA0, inner))


def ocsp_error(status: int) -> bytes:
    """Encode an error response: 1 malformedRequest, 2 internalError, 3 tryLater, 5 sigRequired, 6 unauthorized."""
    return tlv(0x30, tlv(0x0A, bytes((status,))))
