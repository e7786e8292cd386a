"""Certificates as read: names, extensions, fields, and the problems met while reading."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from ctscan.model.certificate_request import RequestForm


@dataclass(frozen=True, slots=True)
class Problem:
    """Part of a certificate that could not be read as the standard says. Parse errors are data, not exceptions.

    `unread` holds the octets that were given up, for their readable strings; empty where the part was read after all.
    `is_cut`: a bound of the reader, not a fault of the certificate, left a part unread, so that data may stand there.
    """

    path: str
    what: str
    unread: bytes = field(default=b"", compare=False, repr=False)
    is_cut: bool = False


class DecodedString(Struct, frozen=True):
    """String value: the bytes, their decoding, and the repaired form where the decoding is evidently wrong."""

    raw: bytes
    tag: int  # ASN.1 tag number as encoded
    value: str
    repaired: str | None = None


class Attribute(Struct, frozen=True):
    """Attribute of an RDN; repeated attributes are kept. `text` is None when the value is no string."""

    rdn: int  # 0-based position of the RDN
    oid: str  # dotted
    tag: int
    raw: bytes  # value TLV
    text: DecodedString | None


class Name(Struct, frozen=True):
    """Distinguished name with every attribute of every RDN, in order.

    Rules judge each attribute by all its neighbours, so a name with very many attributes comes in windows: the
    attributes after the first window are names of their own in `rest`, with the same `raw`.
    """

    raw: bytes  # whole TLV; its hash suffices for that of the name
    attributes: tuple[Attribute, ...]
    rest: tuple[Name, ...] = ()

    def __hash__(self) -> int:
        return hash(self.raw)  # names are keys of caches, and their attributes follow from the encoding

    @property
    def windows(self) -> tuple[Name, ...]:
        """All windows of the name, the first of which is the name itself."""
        return (self, *self.rest)


class GeneralName(Struct, frozen=True):
    """GeneralName of RFC 5280 section 4.2.1.6. `kind` is the context tag 0-8; `oid` the type of an otherName."""

    kind: int
    raw: bytes  # content bytes, for otherName the value's TLV
    text: DecodedString | None = None
    name: Name | None = None  # directoryName
    oid: str = ""


class Extension(Struct, frozen=True):
    """Extension of a certificate; `value` is the content of extnValue."""

    oid: str
    critical: bool
    value: bytes


class Field(Struct, frozen=True):
    """Single value of a certificate with its path: the input of rules.

    Strings inside a value that is no string itself (the lines of a postalAddress, the body of a private extension) are
    fields of their own with the same path, and have `nested` set.
    """

    path: str  # "subject.1.emailAddress", "san.0.directoryName.2.surname", "extensions.4.netscape-comment"
    part: str  # "subject", "issuer", "san", "ian", "subjectDirectoryAttributes", …: the first word of `path`
    oid: str  # type of the attribute or of the otherName, else of the extension; empty where there is none
    tag: int  # identifier octet as encoded
    raw: bytes  # attribute and otherName: the value's element; general names: the content; extensions: extnValue
    text: DecodedString | None
    kind: int | None = None  # context tag 0-8 of a general name
    name: Name | None = None  # distinguished name that holds the attribute
    nested: bool = False


class Certificate(Struct, frozen=True):
    """Contents of a certificate or of a precertificate's TBS: every part that could be read, and the problems.

    `identity`: SHA-256 over the TBS contents without the headers whose length depends on the poison and SCT-list
    extensions, and without those two: the same for a precertificate and its certificate.
    """

    identity: bytes
    sha256: bytes | None  # of the whole certificate; None when only a TBS was seen
    issuer: Name
    subject: Name
    serial: bytes  # content of the INTEGER, as encoded
    not_before: datetime | None
    not_after: datetime | None
    san: tuple[GeneralName, ...]
    extensions: tuple[Extension, ...]
    is_ca: bool
    eku: tuple[str, ...]  # dotted
    policies: tuple[str, ...]  # dotted
    spki: bytes  # SubjectPublicKeyInfo TLV
    problems: tuple[Problem, ...]
    subject_unique_id: bytes = b""  # content of the BIT STRING [2]
    issuer_unique_id: bytes = b""  # [1]
    attributes: bytes = b""  # content of the SEQUENCE OF Attribute of an attribute certificate (RFC 5755)
    authority_key_id: bytes = b""  # keyIdentifier of the authority key identifier (RFC 5280 section 4.2.1.1)
    fields: tuple[Field, ...] = ()  # every value, in the order of the certificate
    request: RequestForm | None = None  # of a certificate request, read as the certificate that it asks for

    @property
    def serial_hex(self) -> str:
        """Serial number in lower-case hex without leading zeros."""
        return self.serial.hex().lstrip("0") or "0"
