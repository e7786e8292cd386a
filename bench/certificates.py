"""Precertificates by the million: a few hundred templates are built element by element; each precertificate is a
template with new octets in the varying fields.

Sizes and layouts match today's logged certificates for hosts: six kinds of issuers, keys on P-256 and (10 %) RSA of
2048 bits, 1 to 4 DNS names of differing length, 16 CRLs to an issuer. The parts that look random in a real certificate
(serial number, key, key identifier, signature) are random here, so that gzip compresses no better.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from operator import itemgetter

from support import certs
from support.logs import u16, u24

Values = tuple[bytes, ...]
"""Octets of the varying fields, in the order of `FIELDS`."""

FIELDS = {
    # name        octets
    "serial": 17,
    "times": 28,  # of a Validity of two UTCTimes, from the first digit to the last "Z"
    "host": 0,  # the layout gives the length
    "key": 64,
    "modulus": 256,
    "key_id": 20,
    "signature": 98,  # two numbers of 48 octets and the octets between them
    "rsa_signature": 256,
    "person": 10,
}
TEMPLATES = 256
HOSTS = range(6, 33)  # octets of the label before .example.org
CRLS = 16

_KEY_USAGE = certs.key_usage(7, 0x80)
_BOTH = certs.extended_key_usage(("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"))
_SERVER = certs.extended_key_usage(("1.3.6.1.5.5.7.3.1",))
_P256 = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")
_RSA = bytes.fromhex("30820122300d06092a864886f70d01010105000382010f003082010a0282010100")
_EXPONENT = bytes.fromhex("0203010001")


def mark(field: str, size: int = 0) -> bytes:
    """Return the placeholder of a field in a template; it occurs nowhere else."""
    octets = hashlib.shake_128(field.encode()).digest(size or FIELDS[field])
    return bytes(0x61 + octet % 26 for octet in octets) if field in ("host", "person") else octets


@dataclass(frozen=True, slots=True)
class Kind:
    """Profile of a CA's certificates. `layout` returns the extensions for `(SAN specs, number of a CRL)`."""

    ca: str
    share: int  # of 100
    layout: Callable[[Sequence[certs.GeneralNameSpec], int], list[bytes]]
    has_subject: bool = True
    is_rsa: bool = False

    @property
    def issuer(self) -> list[certs.RdnSpec]:
        return [("C", "XX"), ("O", "Example Trust Services"), ("CN", self.ca)]

    @property
    def key_hash(self) -> bytes:
        return hashlib.sha256(self.ca.encode()).digest()

    @property
    def chain(self) -> list[bytes]:
        """DER of the issuing CA's certificate and of its root."""
        root = [("C", "XX"), ("O", "Example Trust Services"), ("CN", f"{self.ca} Root")]
        spki = _RSA + hashlib.shake_128(self.ca.encode()).digest(256) + _EXPONENT
        signed = hashlib.shake_256(self.ca.encode()).digest(512)
        pairs = ((self.issuer, root), (root, root))
        return [
            certs.make_certificate(subject, issuer=by, ca=True, spki=spki, sign_with=lambda _: signed)
            for subject, by in pairs
        ]


def _key_id(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()[:20]


def _issuers_at(uri: str) -> bytes:
    access = certs.tlv(0x30, certs.oid("1.3.6.1.5.5.7.48.2"), certs.tlv(0x86, uri.encode()))
    return certs.extension("1.3.6.1.5.5.7.1.1", certs.tlv(0x30, access))


def _first(names: Sequence[certs.GeneralNameSpec], crl: int) -> list[bytes]:
    own = certs.subject_key_identifier(mark("key_id"))
    by = certs.authority_key_identifier(_key_id("first"))
    head = [_KEY_USAGE, _BOTH, certs.basic_constraints(), own, by, _issuers_at("http://e1.i.example.net/")]
    return [*head, certs.san_extension(names), *_last("e1.c", crl)]


def _last(host: str, crl: int) -> list[bytes]:
    return [
        certs.certificate_policies([certs.DOMAIN_VALIDATED]),
        certs.crl_distribution(f"http://{host}.example.net/{crl}.crl"),
    ]


def _second(names: Sequence[certs.GeneralNameSpec], crl: int) -> list[bytes]:
    by = certs.authority_key_identifier(_key_id("second"))
    own = certs.subject_key_identifier(mark("key_id"))
    access = certs.authority_information("http://o.example.com/s/we1", "http://i.example.com/we1.crt")
    head = [_KEY_USAGE, _SERVER, certs.basic_constraints(), own, by, access]
    return [*head, certs.san_extension(names), *_last("c.pki", crl)]


def _third(names: Sequence[certs.GeneralNameSpec], crl: int) -> list[bytes]:
    by = certs.authority_key_identifier(_key_id("third"))
    own = certs.subject_key_identifier(mark("key_id"))
    cps = {certs.DOMAIN_VALIDATED: (), "1.3.6.1.4.1.99999.1.2.2.7": (certs.cps_qualifier("https://cps.example.com"),)}
    access = certs.authority_information("http://ocsp.example.com", f"http://crt.example.com/DV{crl}.crt")
    tail = [certs.certificate_policies(cps), access, certs.san_extension(names)]
    return [by, own, _KEY_USAGE, certs.basic_constraints(), _BOTH, *tail]


def _fourth(names: Sequence[certs.GeneralNameSpec], crl: int) -> list[bytes]:
    by = certs.authority_key_identifier(_key_id("fourth"))
    san = certs.extension("2.5.29.17", certs.general_names(names), critical=True)
    head = [_KEY_USAGE, _SERVER, certs.basic_constraints(), by, _issuers_at("http://e2.i.example.net/")]
    return [*head, san, *_last("e2.c", crl)]


def _fifth(names: Sequence[certs.GeneralNameSpec], crl: int) -> list[bytes]:
    by = certs.authority_key_identifier(_key_id("fifth"))
    own = certs.subject_key_identifier(mark("key_id"))
    cps = {certs.DOMAIN_VALIDATED: (certs.cps_qualifier("http://www.example.com/CPS"),)}
    crls = certs.crl_distribution(f"http://crl3.example.com/g{crl}.crl", f"http://crl4.example.com/g{crl}.crl")
    access = certs.authority_information("http://ocsp.example.net", "http://cacerts.example.com/g2.crt")
    head = [by, own, certs.san_extension(names), certs.certificate_policies(cps), _KEY_USAGE, _BOTH]
    return [*head, crls, access, certs.basic_constraints()]


KINDS = (
    Kind("Example E1", 50, _first),
    Kind("Example WE1", 15, _second),
    Kind("Example Domain Validation Secure Server CA", 10, _third),
    Kind("Example E2", 10, _fourth, has_subject=False),
    Kind("Example Global G2 TLS CA1", 5, _fifth),
    Kind("Example R1", 10, _first, is_rsa=True),
)


def _filled(der: bytes, host: bytes) -> tuple[bytes, Callable[[Values], Values]]:
    """Return a `%` format in place of the marks, and the function that picks its fields from `Values`."""
    marks = {mark(field): field for field in FIELDS if field != "host"} | {host: "host"}
    found: list[tuple[int, bytes]] = []
    for octets in marks:
        at = der.find(octets)
        while at >= 0:
            found.append((at, octets))
            at = der.find(octets, at + 1)
    pieces, order, end = [], [], 0
    for at, octets in sorted(found):
        pieces.append(der[end:at].replace(b"%", b"%%"))
        order.append(list(FIELDS).index(marks[octets]))
        end = at + len(octets)
    pieces.append(der[end:].replace(b"%", b"%%"))
    return b"%b".join(pieces), itemgetter(*order)


@dataclass(frozen=True, slots=True)
class Template:
    """Layout of a precertificate. `leaf % pick(values)` is the part of its TimestampedEntry from behind the timestamp
    to the extensions; `submitted % pick_submitted(values)` is the submitted precertificate behind its length."""

    host: int  # octets of the label
    is_rsa: bool
    leaf: bytes
    pick: Callable[[Values], Values]
    submitted: bytes
    pick_submitted: Callable[[Values], Values]
    fingerprints: bytes  # of the chain, behind their length, as in a data tile
    chain: bytes  # the chain's certificates, as in get-entries


@cache
def issuers() -> dict[bytes, bytes]:
    """Return all issuers by their fingerprints."""
    return {hashlib.sha256(der).digest(): der for kind in KINDS for der in kind.chain}


def _names(host: str, shape: int) -> list[certs.GeneralNameSpec]:
    shapes = ([host], [host, f"www.{host}"], [f"*.{host}", host], [f"{w}.{host}" for w in ("a", "mail", "www", "ftp")])
    return [("dns", name) for name in shapes[shape]]


def make_template(kind: Kind, size: int, shape: int, crl: int, is_person: bool = False) -> Template:
    """Build a template: `size` octets of label, `shape` 0 to 3 of the names, number of the CRL."""
    label = mark("host", size)
    host = f"{label.decode()}.example.org"
    names = _names(host, shape)
    subject: list[certs.RdnSpec] = [("CN", host)] if kind.has_subject else []
    if is_person:
        address = f"person.{mark('person').decode()}@example.org"
        subject, names = [("emailAddress", address)], [("email", address), *names]
    signature = bytes.fromhex("30640230") + mark("signature")
    spki = _RSA + mark("modulus") + _EXPONENT if kind.is_rsa else _P256 + mark("key")
    made = certs.make_precert(
        subject=subject,
        issuer=kind.issuer,
        serial=int.from_bytes(b"\x2c" + mark("serial")),
        extensions=kind.layout(names, crl),
        not_before=b"\x17\x0d" + mark("times"),
        not_after=b"",
        spki=spki,
        sign_with=lambda _: mark("rsa_signature") if kind.is_rsa else signature,
    )
    chain = kind.chain
    prints = u16(b"".join(hashlib.sha256(der).digest() for der in chain))
    leaf = _filled(kind.key_hash + u24(made.tbs), label)
    submitted = _filled(u24(made.submitted), label)
    return Template(size, kind.is_rsa, *leaf, *submitted, prints, u24(b"".join(map(u24, chain))))


@cache
def templates() -> tuple[Template, ...]:
    """Build 256 templates, for a random byte to choose from; the shares of the kinds weight them."""
    draw = random.Random(1)
    shares = [kind.share for kind in KINDS]
    return tuple(
        make_template(kind, draw.choice(HOSTS), draw.choice((0, 0, 1, 1, 2, 3)), draw.randrange(CRLS))
        for kind in draw.choices(KINDS, shares, k=TEMPLATES)
    )


@cache
def person_template() -> Template:
    """Build the template of certificates that name an invented person."""
    return make_template(KINDS[0], 12, 0, 0, is_person=True)
