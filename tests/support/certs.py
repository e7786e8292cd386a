"""Builders of certificates and precertificates of invented people: good, odd and broken ones, thousands a second.

A tiny DER writer (`tlv`, `oid`, `string`, `name`, `general_name`, `extension`, `tbs`, `certificate`) stands under two
front doors, `make_certificate` and `make_precert`. Everything is deterministic: the same arguments give the same
bytes. Signatures are bytes derived from the TBS unless a key is given (`sign_with=signing_key("seed")`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

# --- identifiers ---------------------------------------------------------------------------------------------------

STRING_TAGS: dict[str, int] = {
    "utf8": 0x0C,
    "numeric": 0x12,
    "printable": 0x13,
    "t61": 0x14,
    "videotex": 0x15,
    "ia5": 0x16,
    "graphic": 0x19,
    "visible": 0x1A,
    "general": 0x1B,
    "universal": 0x1C,
    "bmp": 0x1E,
    "bit": 0x03,
    "octet": 0x04,
}
"""String types by name: the identifier octet of each."""

ATTRIBUTES: dict[str, str] = {
    "CN": "2.5.4.3",
    "SN": "2.5.4.4",
    "serialNumber": "2.5.4.5",
    "C": "2.5.4.6",
    "L": "2.5.4.7",
    "ST": "2.5.4.8",
    "street": "2.5.4.9",
    "O": "2.5.4.10",
    "OU": "2.5.4.11",
    "title": "2.5.4.12",
    "description": "2.5.4.13",
    "postalAddress": "2.5.4.16",
    "postalCode": "2.5.4.17",
    "telephoneNumber": "2.5.4.20",
    "name": "2.5.4.41",
    "GN": "2.5.4.42",
    "initials": "2.5.4.43",
    "x500UniqueIdentifier": "2.5.4.45",
    "dnQualifier": "2.5.4.46",
    "pseudonym": "2.5.4.65",
    "organizationIdentifier": "2.5.4.97",
    "UID": "0.9.2342.19200300.100.1.1",
    "mail": "0.9.2342.19200300.100.1.3",
    "DC": "0.9.2342.19200300.100.1.25",
    "emailAddress": "1.2.840.113549.1.9.1",
    "unstructuredName": "1.2.840.113549.1.9.2",
}
"""Attribute types by their usual short names."""

SERVER_AUTH = "1.3.6.1.5.5.7.3.1"
CLIENT_AUTH = "1.3.6.1.5.5.7.3.2"
EMAIL_PROTECTION = "1.3.6.1.5.5.7.3.4"
UPN = "1.3.6.1.4.1.311.20.2.3"
SMTP_UTF8_MAILBOX = "1.3.6.1.5.5.7.8.9"
DOMAIN_VALIDATED = "2.23.140.1.2.1"
POISON = "1.3.6.1.4.1.11129.2.4.3"
SCT_LIST = "1.3.6.1.4.1.11129.2.4.2"

# --- DER -----------------------------------------------------------------------------------------------------------


def length(n: int) -> bytes:
    """Encode a length in DER: the shortest form."""
    if n < 0x80:
        return bytes((n,))
    octets = n.to_bytes((n.bit_length() + 7) // 8)
    return bytes((0x80 | len(octets),)) + octets


def tlv(tag: int, *parts: bytes) -> bytes:
    """Encode an element with the identifier octet `tag` and the joined parts as content."""
    content = b"".join(parts)
    return bytes((tag,)) + length(len(content)) + content


def long_tlv(tag: int, *parts: bytes, octets: int = 4) -> bytes:
    """Encode an element with a length in `octets` octets, more than DER allows."""
    content = b"".join(parts)
    return bytes((tag, 0x80 | octets)) + len(content).to_bytes(octets) + content


def indefinite_tlv(tag: int, *parts: bytes) -> bytes:
    """Encode an element with an indefinite length (BER; only for constructed elements)."""
    return bytes((tag, 0x80)) + b"".join(parts) + b"\0\0"


@lru_cache(maxsize=1024)
def oid(dotted: str) -> bytes:
    """Encode an OBJECT IDENTIFIER element."""
    first, second, *rest = map(int, dotted.split("."))
    content = bytearray()
    for arc in (first * 40 + second, *rest):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(0x80 | arc & 0x7F)
        content += bytes(reversed(groups))
    return tlv(0x06, bytes(content))


def integer(value: int) -> bytes:
    """Encode an INTEGER element."""
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, signed=True))


def boolean(value: bool) -> bytes:
    """Encode a BOOLEAN element."""
    return tlv(0x01, b"\xff" if value else b"\0")


def bit_string(content: bytes, unused: int = 0) -> bytes:
    """Encode a BIT STRING element."""
    return tlv(0x03, bytes((unused,)), content)


_ENCODINGS = {"bmp": "utf-16-be", "universal": "utf-32-be", "utf8": "utf-8", "octet": "utf-8", "bit": "utf-8"}


def encode_text(value: str | bytes, kind: str) -> bytes:
    """Encode the content of a string of that type: bytes unchanged, text in the encoding of the type. 8-bit types hold
    Latin-1, or UTF-8 for text outside Latin-1, as careless issuers write it."""
    if isinstance(value, str):
        try:
            value = value.encode(_ENCODINGS.get(kind, "latin-1"))
        except UnicodeEncodeError:
            value = value.encode()
    return b"\0" + value if kind == "bit" else value


def string(value: str | bytes, kind: str = "utf8") -> bytes:
    """Encode a string element of any type in STRING_TAGS."""
    return tlv(STRING_TAGS[kind], encode_text(value, kind))


def moment(when: datetime) -> bytes:
    """Encode a Time element: UTCTime until 2049, then GeneralizedTime (RFC 5280 section 4.1.2.5)."""
    if 1950 <= when.year < 2050:
        return tlv(0x17, when.strftime("%y%m%d%H%M%SZ").encode())
    return tlv(0x18, when.strftime("%Y%m%d%H%M%SZ").encode())


# --- names ---------------------------------------------------------------------------------------------------------

Value = str | bytes
AttributeSpec = tuple[str, Value] | tuple[str, Value, str]
"""`(short name or dotted OID, value[, string type])`; string type "raw": the value is a whole element."""
RdnSpec = AttributeSpec | list[AttributeSpec]
"""An attribute, or a list of attributes for an RDN with several."""


def attribute(spec: AttributeSpec) -> bytes:
    """Encode an AttributeTypeAndValue. Default string types: C and serialNumber printable, e-mail and DC IA5, else
    UTF-8."""
    kind, value = spec[0], spec[1]
    dotted = ATTRIBUTES.get(kind, kind)
    default = (
        "printable" if kind in ("C", "serialNumber") else "ia5" if kind in ("emailAddress", "DC", "mail") else "utf8"
    )
    encoding = spec[2] if len(spec) == 3 else default
    if encoding == "raw":
        assert isinstance(value, bytes), "a raw attribute value is a whole element"
        return tlv(0x30, oid(dotted), value)
    return tlv(0x30, oid(dotted), string(value, encoding))


def name(attributes: Iterable[RdnSpec]) -> bytes:
    """Encode a Name element: an RDN for each attribute, or for each list of attributes."""
    rdns = ([spec] if isinstance(spec, tuple) else spec for spec in attributes)
    return tlv(0x30, *(tlv(0x31, *(attribute(spec) for spec in rdn)) for rdn in rdns))


GeneralNameSpec = bytes | tuple[str, Value] | tuple[str, list[RdnSpec]] | tuple[str, str, bytes]


def other_name(dotted: str, value: bytes, *, explicit: bool = True) -> bytes:
    """Encode an otherName general name; `value` is a whole element. `explicit=False` leaves out the [0] around it."""
    return tlv(0xA0, oid(dotted), tlv(0xA0, value) if explicit else value)


_GENERAL_NAMES = {"email": 0x81, "dns": 0x82, "x400": 0xA3, "edi": 0xA5, "uri": 0x86, "ip": 0x87, "rid": 0x88}


def general_name(spec: GeneralNameSpec) -> bytes:
    """Encode a general name: a whole element as bytes, `("email" | "dns" | "uri", text)`, `("ip", bytes)`,
    `("dir", [attributes])`, `("rid", dotted)`, `("upn" | "smtp", text)`, `("other", dotted, element)`."""
    if isinstance(spec, bytes):
        return spec
    kind, value = spec[0], spec[1]
    if len(spec) == 3:
        assert isinstance(value, str)
        return other_name(value, spec[2])
    if isinstance(value, list):
        return tlv(0xA4, name(value))
    if kind in ("upn", "smtp"):
        return other_name(UPN if kind == "upn" else SMTP_UTF8_MAILBOX, string(value))
    if kind == "rid":
        assert isinstance(value, str)
        return tlv(0x88, oid(value)[2:])
    return tlv(_GENERAL_NAMES[kind], value.encode() if isinstance(value, str) else value)


def general_names(specs: Iterable[GeneralNameSpec]) -> bytes:
    """Encode GeneralNames: the value of a SAN or IAN extension."""
    return tlv(0x30, *(general_name(spec) for spec in specs))


# --- extensions ----------------------------------------------------------------------------------------------------


def extension(dotted: str, value: bytes, *, critical: bool = False) -> bytes:
    """Encode an Extension; `value` is the content of extnValue."""
    return tlv(0x30, oid(dotted), boolean(True) if critical else b"", tlv(0x04, value))


def san_extension(specs: Iterable[GeneralNameSpec]) -> bytes:
    """Encode subjectAltName."""
    return extension("2.5.29.17", general_names(specs))


def key_usage(*octets: int) -> bytes:
    """Encode keyUsage from unused-bit count and octets; digitalSignature + keyEncipherment by default."""
    return extension("2.5.29.15", tlv(0x03, bytes(octets or (5, 0xA0))), critical=True)


def extended_key_usage(oids: Iterable[str]) -> bytes:
    """Encode extKeyUsage."""
    return extension("2.5.29.37", tlv(0x30, *map(oid, oids)))


def basic_constraints(ca: bool = False) -> bytes:
    """Encode basicConstraints."""
    return extension("2.5.29.19", tlv(0x30, boolean(True) if ca else b""), critical=True)


def subject_key_identifier(key_id: bytes) -> bytes:
    """Encode subjectKeyIdentifier."""
    return extension("2.5.29.14", tlv(0x04, key_id))


def authority_key_identifier(key_id: bytes, *rest: bytes) -> bytes:
    """Encode authorityKeyIdentifier; `rest` are whole elements after the keyIdentifier."""
    return extension("2.5.29.35", tlv(0x30, tlv(0x80, key_id), *rest))


def authority_information(ocsp: str, issuers: str) -> bytes:
    """Encode authorityInfoAccess with an OCSP URI and a caIssuers URI."""
    access = (("1.3.6.1.5.5.7.48.1", ocsp), ("1.3.6.1.5.5.7.48.2", issuers))
    return extension("1.3.6.1.5.5.7.1.1", tlv(0x30, *(tlv(0x30, oid(o), tlv(0x86, u.encode())) for o, u in access)))


def crl_distribution(*uris: str) -> bytes:
    """Encode cRLDistributionPoints with a point for each URI."""
    points = (tlv(0x30, tlv(0xA0, tlv(0xA0, tlv(0x86, uri.encode())))) for uri in uris)
    return extension("2.5.29.31", tlv(0x30, *points))


def certificate_policies(policies: Mapping[str, Sequence[bytes]] | Iterable[str]) -> bytes:
    """Encode certificatePolicies: OIDs, or OIDs with qualifiers (whole PolicyQualifierInfo elements)."""
    qualifiers = policies if isinstance(policies, Mapping) else dict.fromkeys(policies, ())
    infos = (tlv(0x30, oid(o), tlv(0x30, *q) if q else b"") for o, q in qualifiers.items())
    return extension("2.5.29.32", tlv(0x30, *infos))


def cps_qualifier(uri: str) -> bytes:
    """Encode a CPS pointer for certificate_policies."""
    return tlv(0x30, oid("1.3.6.1.5.5.7.2.1"), string(uri, "ia5"))


def user_notice(text: Value, kind: str = "utf8") -> bytes:
    """Encode a user notice for certificate_policies."""
    return tlv(0x30, oid("1.3.6.1.5.5.7.2.2"), tlv(0x30, string(text, kind)))


def poison() -> bytes:
    """Encode the extension that makes a precertificate (RFC 6962 section 3.1)."""
    return extension(POISON, b"\x05\x00", critical=True)


def sct_list(seed: bytes, count: int = 2) -> bytes:
    """Encode the SCT list extension (RFC 6962 section 3.3) with `count` SCTs; their bytes come from the seed."""
    scts = []
    for i in range(count):
        noise = hashlib.sha512(seed + bytes((i,))).digest()
        signature = tlv(0x30, tlv(0x02, b"\x11" + noise[:31]), tlv(0x02, b"\x11" + noise[32:63]))
        sct = (
            b"\0" + noise[:32] + bytes(2) + noise[:6] + bytes(2) + b"\x04\x03" + len(signature).to_bytes(2) + signature
        )
        scts.append(len(sct).to_bytes(2) + sct)
    listed = b"".join(scts)
    return extension(SCT_LIST, tlv(0x04, len(listed).to_bytes(2) + listed))


# --- certificates --------------------------------------------------------------------------------------------------

ECDSA_SHA256 = tlv(0x30, oid("1.2.840.10045.4.3.2"))
NOT_BEFORE = datetime(2026, 1, 1, tzinfo=UTC)
NOT_AFTER = datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC)
ISSUER: list[RdnSpec] = [("C", "XX"), ("O", "Example Trust"), ("CN", "Example Trust DV 1")]

Signer = Callable[[bytes], bytes]
"""Function from the TBS to the content of the signature BIT STRING."""


@lru_cache(maxsize=64)
def private_key(seed: str) -> ec.EllipticCurvePrivateKey:
    """Derive a P-256 key from the seed: the same key on every machine."""
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    return ec.derive_private_key(
        int.from_bytes(hashlib.sha512(seed.encode()).digest()) % (order - 1) + 1, ec.SECP256R1()
    )


@lru_cache(maxsize=64)
def public_key(seed: str) -> bytes:
    """Encode the SubjectPublicKeyInfo of `private_key(seed)`."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return private_key(seed).public_key().public_bytes(serialization.Encoding.DER, form)


def signing_key(seed: str) -> Signer:
    """Build a signer for `sign_with`: real, deterministic signatures (ECDSA P-256 with SHA-256, RFC 6979)."""
    key = private_key(seed)
    return lambda data: key.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))


def arbitrary_signature(data: bytes) -> bytes:
    """Derive bytes with the shape of an ECDSA signature from the data; fast, and verifies under no key."""
    noise = hashlib.sha512(data).digest()
    return tlv(0x30, tlv(0x02, b"\x11" + noise[:31]), tlv(0x02, b"\x11" + noise[32:63]))


def arbitrary_spki(seed: bytes) -> bytes:
    """Build a SubjectPublicKeyInfo with the shape of a P-256 key (the point is not on the curve)."""
    head = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")
    return head + hashlib.sha512(seed).digest()


def tbs(
    *,
    subject: bytes,
    issuer: bytes,
    serial: bytes,
    extensions: Sequence[bytes] | None,
    not_before: bytes,
    not_after: bytes,
    spki: bytes,
    version: bytes = b"\xa0\x03\x02\x01\x02",
    unique_ids: bytes = b"",
) -> bytes:
    """Encode a TBSCertificate from whole elements; `extensions=None` leaves out the [3]."""
    tail = b"" if extensions is None else tlv(0xA3, tlv(0x30, *extensions))
    validity = tlv(0x30, not_before, not_after)
    return tlv(0x30, version, serial, ECDSA_SHA256, issuer, validity, subject, spki, unique_ids, tail)


def certificate(tbs_der: bytes, sign_with: Signer = arbitrary_signature) -> bytes:
    """Encode the certificate around a TBS."""
    return tlv(0x30, tbs_der, ECDSA_SHA256, bit_string(sign_with(tbs_der)))


@dataclass(frozen=True, slots=True)
class Precert:
    """Products of a TBS at a CA: `tbs` as it stands in the leaf, the `submitted` precertificate with the poison, and
    the `final` certificate with the SCT list. All three have the same identity."""

    tbs: bytes
    submitted: bytes
    final: bytes


def _default_extensions(
    san: Sequence[GeneralNameSpec], eku: Sequence[str], ca: bool, seed: bytes, issuer: bytes
) -> list[bytes]:
    built = [key_usage(1, 0x06) if ca else key_usage()]
    if eku:
        built.append(extended_key_usage(eku))
    built += [
        basic_constraints(ca),
        subject_key_identifier(hashlib.sha1(seed, usedforsecurity=False).digest()),
        authority_key_identifier(hashlib.sha1(issuer, usedforsecurity=False).digest()),
        authority_information("http://ocsp.example.net", "http://ca.example.net/dv1.cer"),
    ]
    if san:
        built.append(san_extension(san))
    return [*built, certificate_policies([DOMAIN_VALIDATED]), crl_distribution("http://crl.example.net/dv1.crl")]


def _parts(
    subject: Iterable[RdnSpec] | bytes = (),
    san: Sequence[GeneralNameSpec] = (),
    *,
    issuer: Iterable[RdnSpec] | bytes = ISSUER,
    serial: int = 1,
    eku: Sequence[str] = (SERVER_AUTH,),
    ca: bool = False,
    extra: Sequence[bytes] = (),
    extensions: Sequence[bytes] | None = None,
    not_before: datetime | bytes = NOT_BEFORE,
    not_after: datetime | bytes = NOT_AFTER,
    spki: bytes | None = None,
    unique_ids: bytes = b"",
) -> tuple[dict[str, bytes], list[bytes]]:
    """Build the fields of the TBS, and its extensions."""
    subject = subject if isinstance(subject, bytes) else name(subject)
    issuer = issuer if isinstance(issuer, bytes) else name(issuer)
    seed = issuer + subject + serial.to_bytes(24, signed=True)
    made = _default_extensions(san, eku, ca, seed, issuer) if extensions is None else list(extensions)
    fields = {
        "subject": subject,
        "issuer": issuer,
        "serial": integer(serial),
        "not_before": not_before if isinstance(not_before, bytes) else moment(not_before),
        "not_after": not_after if isinstance(not_after, bytes) else moment(not_after),
        "spki": arbitrary_spki(seed) if spki is None else spki,
        "unique_ids": unique_ids,
    }
    return fields, [*made, *extra]


def make_certificate(*args, sign_with: Signer = arbitrary_signature, **kwargs) -> bytes:  # type: ignore[no-untyped-def]
    """Make a certificate in DER.

    Args:
        subject, issuer: attribute specs (see `name`) or a whole Name element.
        san: general name specs; empty for no SAN.
        serial: an int.
        eku: dotted OIDs; empty for no extension.
        ca: basicConstraints.
        extra: whole extensions after the usual extensions.
        extensions: whole extensions in place of `san`, `eku`, `ca` and the usual extensions.
        not_before, not_after: datetimes or whole elements.
        spki, unique_ids: whole elements.
    """
    fields, extensions = _parts(*args, **kwargs)
    return certificate(tbs(extensions=extensions, **fields), sign_with)


def make_tbs(*args, **kwargs) -> bytes:  # type: ignore[no-untyped-def]
    """Make the TBSCertificate of `make_certificate` with the same arguments."""
    fields, extensions = _parts(*args, **kwargs)
    return tbs(extensions=extensions, **fields)


def make_precert(  # type: ignore[no-untyped-def]
    *args, sign_with: Signer = arbitrary_signature, poison_at: int = -1, scts_at: int = -1, **kwargs
) -> Precert:
    """Make a precertificate and its certificate; arguments as for `make_certificate`. `poison_at` and `scts_at` are the
    positions of the two extensions in the list of extensions (-1: last)."""
    fields, extensions = _parts(*args, **kwargs)

    def with_(extra: bytes, at: int) -> bytes:
        position = len(extensions) if at < 0 else min(at, len(extensions))
        listed = [*extensions[:position], extra, *extensions[position:]]
        return certificate(tbs(extensions=listed, **fields), sign_with)

    scts = sct_list(fields["subject"] + fields["serial"])
    return Precert(tbs(extensions=extensions, **fields), with_(poison(), poison_at), with_(scts, scts_at))


# --- structures around certificates --------------------------------------------------------------------------------

PKCS7_DATA, PKCS7_SIGNED = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.2"


def signed_data(*members: bytes, version: int = 1, content: bytes = b"", rest: Sequence[bytes] = ()) -> bytes:
    """Encode an unsigned ContentInfo with a SignedData, as in .p7b files. `members`: whole elements of the set of
    certificates (empty: no set); `content`: the element under the signature; `rest`: elements after the set."""
    inner = tlv(0x30, oid(PKCS7_DATA), tlv(0xA0, content) if content else b"")
    held = tlv(0xA0, *members) if members else b""
    signed = tlv(0x30, integer(version), tlv(0x31), inner, held, *rest, tlv(0x31))
    return tlv(0x30, oid(PKCS7_SIGNED), tlv(0xA0, signed))


# --- other encodings of the same thing -----------------------------------------------------------------------------

LengthForm = Callable[[int, bytes], bytes]
"""Function from identifier octet and content to an element: `tlv`, `long_tlv`, `indefinite_tlv` or a choice of them."""


def reencode(der: bytes, form: LengthForm) -> bytes:
    """Encode the same elements with other length forms: BER that a tolerant reader accepts. Only constructed elements
    (of low tag numbers) are entered; a `form` may give an indefinite length to constructed elements alone."""
    out, at = bytearray(), 0
    while at < len(der):
        tag, first = der[at], der[at + 1]
        octets = 0 if first < 0x80 else first & 0x7F
        size = first if first < 0x80 else int.from_bytes(der[at + 2 : at + 2 + octets])
        body = at + 2 + octets
        content = der[body : body + size]
        out += form(tag, reencode(content, form) if tag & 0x20 else content)
        at = body + size
    return bytes(out)
