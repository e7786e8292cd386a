"""Collection of all fields of a certificate: names, general names, unique identifiers, extension bodies.

All rules look at this one list, so that a rule needs to know neither layouts nor encodings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice
from typing import Final, NamedTuple

from ctscan.model import Extension, Field, GeneralName, Name, Problem
from ctscan.x509.der_reader import DerReader, Problems
from ctscan.x509.embedded import plain_text
from ctscan.x509.extension_bodies import attribute_set_fields
from ctscan.x509.extensions import extension_fields
from ctscan.x509.field_list import general_name_list_fields, name_fields, text_field
from ctscan.x509.general_names import DNS_NAME, IP_ADDRESS, REGISTERED_ID, RFC822_NAME, URI
from ctscan.x509.text import BIT_STRING

MAX_FIELDS: Final = 250_000
"""Fields of a certificate that rules look at one by one, some 120 MiB; beyond, the whole certificate is searched by its
readable strings."""

MAX_COST: Final = 420_000
"""Cost of the fields that rules look at, in units of some 30 microseconds; see `_cost`."""

_CHEAP: Final = 1_000
"""Fields, and KiB, up to which a certificate can't cost too much."""

_PLAIN: Final = frozenset((RFC822_NAME, DNS_NAME, URI, IP_ADDRESS, REGISTERED_ID))
"""General names that are a single value."""

_SEPARATORS: Final = (b";", b",", b"/", b"|")  # of lists of numbers

MAX_CACHED_NAME: Final = 1024


class ParsedFields(NamedTuple):
    """Parsed parts of a certificate that contain fields."""

    subject: Name
    issuer: Name
    san: tuple[GeneralName, ...] = ()
    extensions: tuple[Extension, ...] = ()
    subject_unique_id: bytes = b""
    issuer_unique_id: bytes = b""
    attributes: bytes = b""


def collect_fields(parsed: ParsedFields, problems: Problems, more: Iterable[Field] = ()) -> tuple[Field, ...]:
    """Collect all fields in the order of the certificate, then `more`. Never raises for a broken certificate.

    Args:
        parsed: the parsed parts.
        problems: known problems; new problems of extension bodies are appended.
        more: further fields.
    """
    found = Problems()
    everything = chain(chain.from_iterable(_groups(parsed, found)), more)
    fields = tuple(islice(everything, MAX_FIELDS))
    is_cut = len(fields) == MAX_FIELDS and next(everything, None) is not None
    if len(fields) > _CHEAP or _size(parsed) > _CHEAP << 10:
        affordable = _affordable(fields)
        is_cut = is_cut or affordable < len(fields)
        fields = fields[:affordable]
    if is_cut:
        detail = f"more than {MAX_FIELDS} values, or very long values; all is searched by its readable strings as well"
        found.append(Problem("certificate", detail, _octets(parsed), is_cut=True))
    if found:
        known = set(problems)
        problems += (problem for problem in dict.fromkeys(found) if problem not in known)
    return fields


def _groups(parsed: ParsedFields, problems: Problems) -> Iterator[Iterable[Field]]:
    yield name_fields("subject", "subject", parsed.subject, problems)
    yield _issuer(parsed.issuer, problems)
    if parsed.subject_unique_id or parsed.issuer_unique_id:
        yield unique_id_fields("subjectUniqueID", parsed.subject_unique_id)
        yield unique_id_fields("issuerUniqueID", parsed.issuer_unique_id)
    if parsed.san:
        yield general_name_list_fields("san", "san", "2.5.29.17", parsed.san, problems)
    if parsed.attributes:
        reader = DerReader(parsed.attributes, problems)
        for position, element in enumerate(reader.children("attributes", reader.whole())):
            yield attribute_set_fields(reader, f"attributes.{position}", "attributes", element)
    for position, extension in enumerate(parsed.extensions):
        yield extension_fields(position, extension, problems)


def _issuer(name: Name, problems: Problems) -> Iterable[Field]:
    """Yield the fields of the issuer, cached by its name, because many certificates share an issuer."""
    if len(name.raw) > MAX_CACHED_NAME:
        return name_fields("issuer", "issuer", name, problems)
    fields, found = _cached_issuer_fields(name)
    problems += found
    return fields


@lru_cache(maxsize=1024)
def _cached_issuer_fields(name: Name) -> tuple[tuple[Field, ...], tuple[Problem, ...]]:
    problems = Problems()
    return tuple(name_fields("issuer", "issuer", name, problems)), tuple(problems)


def _affordable(fields: Sequence[Field]) -> int:
    """Return the number of leading fields whose costs add up to at most MAX_COST."""
    left = MAX_COST
    for number, field in enumerate(fields):
        left -= _cost(field)
        if left < 0:
            return number
    return len(fields)


def _cost(field: Field) -> int:
    """Return the cost of a field for the rules: of its kind, of the addresses and of the length of its text.

    Only a few rules look at general names, but many at attributes, some of which hold lists.
    """
    is_plain, text = field.kind in _PLAIN, field.text
    if text is None:
        return 1 if is_plain else 6
    cost = 1 + text.raw.count(b"@") + len(text.raw) // 256
    return cost if is_plain else cost + 5 + 4 * sum(map(text.raw.count, _SEPARATORS))


def _size(parsed: ParsedFields) -> int:
    """Return the number of octets that hold fields."""
    extensions = sum([len(extension.value) for extension in parsed.extensions])
    return len(parsed.subject.raw) + len(parsed.issuer.raw) + len(parsed.attributes) + extensions


def _octets(parsed: ParsedFields) -> bytes:
    """Return the octets of all fields, for their readable strings."""
    bodies = (extension.value for extension in parsed.extensions)
    return b"\0".join((parsed.subject.raw, parsed.issuer.raw, parsed.attributes, *bodies))


def unique_id_fields(path: str, raw: bytes) -> Iterator[Field]:
    """Yield subjectUniqueID or issuerUniqueID: bits, in which some issuers write text."""
    text = plain_text(raw, BIT_STRING)
    if text is not None:
        yield text_field(path, path, "", text, raw)
    elif raw:
        yield Field(path, path, "", BIT_STRING, raw, None)
