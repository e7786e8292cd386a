"""Templates of an internal CA: the shape of certificates, the data of people that a template puts into them, advice."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from ctscan.model.message import Code, Message


class TemplateShape(Struct, frozen=True):
    """Shape of a certificate: what its template decides, without any value.

    Attributes:
        template_oid: object identifier of the Microsoft certificate template; empty without it.
        template_name: name of the Microsoft certificate template of version 1; empty without it.
        built_in: name of a template that every forest has, by its object identifier; empty for another.
        issuer: name of the issuer as a line; empty where it would name a person or the subject itself.
        policies, key_purposes: dotted object identifiers, in order.
        subject_types, san_types: names of the attribute types and of the kinds of general name, in order, each once.
        uses: words of `x509.certificate_use`.
    """

    template_oid: str
    template_name: str
    built_in: str
    issuer: str
    policies: tuple[str, ...]
    key_purposes: tuple[str, ...]
    subject_types: tuple[str, ...]
    san_types: tuple[str, ...]
    uses: tuple[str, ...]

    @property
    def is_of_template(self) -> bool:
        """Whether a Microsoft certificate template made it."""
        return bool(self.template_oid or self.template_name)


class Need(StrEnum):
    """Judgement whether the purpose of a certificate needs a kind of data."""

    NEEDED = "needed"
    EXCESS = "too much"
    UNKNOWN = "unknown"  # the certificate states no purpose that is known


class UseNeeds(Struct, frozen=True):
    """Data of people that a purpose of certificates needs. `use`: a word of `x509.certificate_use`; `categories`:
    fideslang keys, each with everything below it; `source`: the requirement."""

    use: str
    categories: tuple[str, ...]
    source: str


class TemplateField(Struct, frozen=True):
    """Field that holds data of people in the certificates of a template.

    Attributes:
        field: path without numbers, as `subject.emailAddress`.
        category, sensitivity: kind of the data.
        certificates: certificates that have it; `values`: distinct values.
        need: judgement; `reasons`: codes of the excess, as reports weigh it.
    """

    field: str
    category: str
    sensitivity: str
    certificates: int
    values: int
    need: Need
    reasons: tuple[str, ...] = ()


class TemplateGroup(Struct, frozen=True):
    """Certificates of one template, or of one shape where no template is named.

    Attributes:
        shape: shape of the first of them.
        is_rest: further shapes, beyond the bound, counted together; `shape` is then that of one of them.
        issuers: number of certificates by issuer; `others`: certificates of issuers beyond the bound.
        uses: purposes of all of them.
        certificates: number; `with_people`: those with data of a person.
        stopped: those with a finding that fits `--fail-on`.
        persons: labels of persons, joined by equal address or number.
        addresses: distinct e-mail addresses of persons.
        fields: the field in most certificates first.
        advice: what to do.
    """

    shape: TemplateShape
    is_rest: bool
    issuers: Mapping[str, int]
    others: int
    uses: tuple[str, ...]
    certificates: int
    with_people: int
    stopped: int
    persons: int
    addresses: int
    fields: tuple[TemplateField, ...]
    advice: tuple[Message, ...]


class TemplateReport(Struct, frozen=True):
    """Templates that were found, those that put most people into certificates first.

    Attributes:
        groups: templates and shapes.
        certificates: certificates counted, each once; `repeated`: further copies of them.
        unreadable: inputs that couldn't be read; `partly_read`: certificates read only in part.
        requests: certificate requests, which are left out.
        unread: the first inputs that were not read whole, each as its source and the reason.
        damaged: parts of the index that are damaged.
        from_index: whether the certificates are those of an index.
    """

    groups: tuple[TemplateGroup, ...]
    certificates: int
    repeated: int = 0
    unreadable: int = 0
    partly_read: int = 0
    requests: int = 0
    damaged: tuple[str, ...] = ()
    from_index: bool = False
    unread: tuple[str, ...] = ()

    @property
    def codes(self) -> tuple[int, ...]:
        """Exit codes: 1 nothing was read, 5 a certificate fits `--fail-on`, 4 something was not read whole."""
        found = {
            1: not self.certificates,
            5: any(group.stopped for group in self.groups),
            4: self.unreadable or self.partly_read or self.damaged,
        }
        return tuple(code for code, holds in found.items() if holds)


class TemplateText(Code):
    """Sentence or word of the command on templates."""

    CHANGE = "template.change"  # parameters: count, fields
    SENSITIVE = "template.sensitive"
    CONSOLE = "template.console"  # parameter: boxes
    DECIDE = "template.decide"
    ONLY_NEEDED = "template.only-needed"
    NAMED = "template.named"  # parameter: name
    NUMBERED = "template.numbered"  # parameter: oid
    BUILT_IN = "template.built-in"  # parameters: oid, name
    SHAPE = "template.shape"  # parameters: issuer, uses
    SELF_ISSUED = "template.self-issued"
    REST = "template.rest"
    EXAMPLE = "template.example"
    COUNTS = "template.counts"  # parameters: certificates, people, persons, addresses
    ISSUERS = "template.issuers"
    ISSUED_BY = "template.issued-by"
    TEMPLATE = "template.template"
    CERTIFICATES = "template.certificates"
    PEOPLE = "template.people"
    PERSONS = "template.persons"
    ADDRESSES = "template.addresses"
    FIELD = "template.field"
    DATA = "template.data"
    VALUES = "template.values"
    NEED = "template.need"
    NEEDED = "template.needed"
    EXCESS = "template.excess"
    UNKNOWN = "template.unknown"
    READ = "template.read"  # parameters: count, groups
    NOT_READ = "template.not-read"
    REQUESTS = "template.requests"
    DAMAGED = "template.damaged"
    NO_PEOPLE = "template.no-people"
