"""Counts of templates: certificates by template or shape, with the data of people in them. Pure.

    (shape, findings) of a certificate ──► its group: certificates, fields, persons, addresses ──► groups with advice

Memory grows with the number of different values: eight octets of a hash stand for each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b

from msgspec import Struct, field

from ctscan.exposure.purposes import Needs, excess_codes, need_of
from ctscan.exposure.template_advice import advise
from ctscan.model.exposure import Weights
from ctscan.model.finding import Confidence, Finding, Qualifier, SubjectKind
from ctscan.model.identifier import IdentifierKind
from ctscan.model.template import Need, TemplateField, TemplateGroup, TemplateShape

MOST_GROUPS = 2_000
"""Groups that are told apart; certificates of further shapes are counted together."""

_MOST_ISSUERS = 50  # of a group
_MOST_FIELDS = 1_000
_SURE = (Confidence.CERTAIN, Confidence.LIKELY)
_JOINING = (IdentifierKind.EMAIL, IdentifierKind.NUMBER)
_UNSURE = frozenset({Qualifier.PARTIAL, Qualifier.INVALID})

Key = tuple[str, ...]
FieldKey = tuple[str, str, str]
"""Field, category, sensitivity."""


class Persons:
    """Labels of persons, joined by equal address or number; `count` is the number of persons."""

    def __init__(self) -> None:
        self.count = 0
        self._nodes: dict[int, int] = {}  # by hash of a key
        self._parents: list[int] = []

    def add(self, keys: Iterable[int]) -> None:
        """Add a label with the hashes of its addresses and numbers."""
        roots = {self._root(self._nodes[key]) for key in keys if key in self._nodes}
        self.count += 1 - len(roots)
        if roots:
            node = min(roots)
        else:
            node = len(self._parents)
            self._parents.append(node)
        for root in roots:
            self._parents[root] = node
        for key in keys:
            self._nodes.setdefault(key, node)

    def _root(self, node: int) -> int:
        parents = self._parents
        while parents[node] != node:
            parents[node] = parents[parents[node]]
            node = parents[node]
        return node


class _FieldCount(Struct):
    certificates: int = 0
    values: set[int] = field(default_factory=set)


class _Group(Struct):
    shape: TemplateShape
    is_rest: bool
    issuers: Counter[str] = field(default_factory=Counter)
    others: int = 0
    uses: dict[str, None] = field(default_factory=dict)
    certificates: int = 0
    with_people: int = 0
    stopped: int = 0
    persons: Persons = field(default_factory=Persons)
    addresses: set[int] = field(default_factory=set)
    fields: dict[FieldKey, _FieldCount] = field(default_factory=dict)


class TemplateCounts:
    """Counter of certificates by template."""

    def __init__(self, needs: Needs, weights: Weights) -> None:
        self.certificates = 0
        self._needs, self._weights = needs, weights
        self._groups: dict[Key, _Group] = {}

    def add(self, shape: TemplateShape, findings: Sequence[Finding], *, stops: bool = False) -> None:
        """Count a certificate. `stops`: a finding fits the words of a gate."""
        self.certificates += 1
        group = self._group_of(shape)
        group.certificates += 1
        group.stopped += stops
        group.uses.update(dict.fromkeys(shape.uses))
        if shape.issuer in group.issuers or len(group.issuers) < _MOST_ISSUERS:
            group.issuers[shape.issuer] += 1
        else:
            group.others += 1
        _count_people(group, [one for one in findings if _is_of_person(one)])

    def groups(self) -> tuple[TemplateGroup, ...]:
        """Return the groups: those with most certificates of people first."""
        made = [self._made(group) for group in self._groups.values()]
        ordered = sorted(made, key=lambda one: (-one.with_people, -one.certificates, _title(one.shape)))
        return tuple(ordered)

    def _group_of(self, shape: TemplateShape) -> _Group:
        key = _key(shape)
        group = self._groups.get(key)
        if group is None:
            is_rest = len(self._groups) >= MOST_GROUPS
            key = () if is_rest else key
            group = self._groups.setdefault(key, _Group(shape, is_rest))
        return group

    def _made(self, group: _Group) -> TemplateGroup:
        fields = tuple(self._fields(group))
        return TemplateGroup(
            shape=group.shape,
            is_rest=group.is_rest,
            issuers=dict(sorted(group.issuers.items(), key=lambda one: (-one[1], one[0]))),
            others=group.others,
            uses=tuple(group.uses),
            certificates=group.certificates,
            with_people=group.with_people,
            stopped=group.stopped,
            persons=group.persons.count,
            addresses=len(group.addresses),
            fields=fields,
            advice=advise(fields, group.with_people, is_of_template=group.shape.is_of_template and not group.is_rest),
        )

    def _fields(self, group: _Group) -> Iterator[TemplateField]:
        ordered = sorted(group.fields.items(), key=lambda one: (-one[1].certificates, one[0]))
        for (path, category, sensitivity), count in ordered:
            need = need_of(category, group.uses, self._needs)
            codes = excess_codes(category, sensitivity, group.uses, self._weights) if need is Need.EXCESS else ()
            yield TemplateField(path, category, sensitivity, count.certificates, len(count.values), need, codes)


def _key(shape: TemplateShape) -> Key:
    """Return the key of a group: the template whatever CA issued it, else the whole shape."""
    if shape.is_of_template:
        return "template", shape.template_oid, shape.template_name
    lists = (shape.policies, shape.key_purposes, shape.subject_types, shape.san_types, shape.uses)
    return "shape", shape.issuer, *(" ".join(one) for one in lists)


def _title(shape: TemplateShape) -> Key:
    return (shape.template_name, shape.template_oid, *_key(shape))


def _is_of_person(finding: Finding) -> bool:
    return finding.subject_kind is SubjectKind.PERSON and finding.confidence in _SURE


def _count_people(group: _Group, findings: Sequence[Finding]) -> None:
    if not findings:
        return
    group.with_people += 1
    seen: set[FieldKey] = set()
    labels: dict[str, set[int]] = {}
    for one in findings:
        value = _hash(one.category, one.canonical)
        key = (field_of(one.path), one.category, str(one.sensitivity))
        if key in group.fields or len(group.fields) < _MOST_FIELDS:
            count = group.fields.setdefault(key, _FieldCount())
            count.values.add(value)
            count.certificates += key not in seen
            seen.add(key)
        if one.category == "user.contact.email":
            group.addresses.add(value)
        labels.setdefault(one.person, set()).update(_joining(one))
    for keys in labels.values():
        group.persons.add(keys)


def _joining(finding: Finding) -> Iterator[int]:
    """Yield the hashes of the keys that join two labels: a partial or invalid number joins nobody."""
    if _UNSURE.isdisjoint(finding.qualifiers):
        yield from (_hash(key.kind, key.key) for key in finding.keys if key.kind in _JOINING)


def field_of(path: str) -> str:
    """Leave the numbers out of a path: `subject.1.emailAddress` is the field `subject.emailAddress`."""
    return ".".join(part for part in path.split(".") if not part.isdigit()) or path


def _hash(kind: str, value: str) -> int:
    data = f"{kind}\0{value}".encode(errors="surrogatepass")
    return int.from_bytes(blake2b(data, digest_size=8).digest())
