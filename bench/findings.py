"""Content of a large index: the steps of a scan of a tiled log, whose hits name invented people.

A step has as many hits as a reader commits, each with its submitted precertificate and its inclusion proof. 1 % of the
entries are hits. Names follow Zipf's law over `data/names`, so that the commonest name is in every fifteenth
certificate. People and certificates come in blocks; each person has about four certificates, spread over a block. The
size of a block and the number of a certificate determine its content, so that an index can grow and be measured on the
way.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256, shake_128

from ctscan.model import (
    Attribute,
    AttributionReason,
    BatchResult,
    Certificate,
    CompactRange,
    Confidence,
    DecodedString,
    Entry,
    EntryKind,
    Finding,
    Hit,
    InclusionProof,
    Log,
    LogProtocol,
    LookupKey,
    Message,
    Name,
    Phrase,
    ScanStep,
    SubjectKind,
    TreeHead,
    VerifiedRange,
)
from ctscan.personal.attribution.gazetteer import given_names, surnames
from ctscan.personal.normalise.addresses import email_keys
from ctscan.personal.normalise.name_tokens import name_keys
from ctscan.scan.consumer import COMMIT_HITS

STEP = COMMIT_HITS
ENTRIES_PER_HIT = 100
PER_PERSON = 4  # certificates
DOMAINS = 500

BEGAN = datetime(2031, 1, 1, tzinfo=UTC)
_TEXT = (
    b"http://crl.ca.example.org/personal-signing-ca-5.crl0Ahttps://www.ca.example.org/repository/cps-statement.html0m"
    * 7
)
_KEY = b"bench log"
LOG = Log(
    sha256(_KEY).digest(), _KEY, "Bench log", "Example Operator", LogProtocol.STATIC_CT, url="https://log.example.org/"
)


# --- people and certificates --------------------------------------------------------------------------------------


def _zipf(words: Sequence[str], draw: random.Random) -> str:
    """Draw the word of rank k with probability ln(1 + 1/k) / ln(n + 1), nearly in proportion to 1/k."""
    return words[int((len(words) + 1) ** draw.random()) - 1]


@dataclass(frozen=True, slots=True)
class Person:
    """Invented person."""

    given: str
    surname: str
    address: str


class Population:
    """Invented people, in blocks that share nobody; a number determines each person. `block`: certificates of one."""

    def __init__(self, block: int) -> None:
        self.block = block
        self._people = max(1, block // PER_PERSON)
        shuffled = random.Random(5)
        self._given, self._surnames = sorted(given_names()), sorted(surnames())
        shuffled.shuffle(self._given)
        shuffled.shuffle(self._surnames)

    def person(self, number: int) -> Person:
        draw = random.Random(number)
        given, surname = _zipf(self._given, draw), _zipf(self._surnames, draw)
        domain = f"department-{int((DOMAINS + 1) ** draw.random())}.example.org"
        local = f"{given}.{surname}{number}" if given.isascii() and surname.isascii() else f"member{number}"
        return Person(given.title(), surname.title(), f"{local}@{domain}")

    def holder(self, certificate: int) -> Person:
        """Return the person in a certificate; a person's certificates lie far from each other in their block."""
        block, within = divmod(certificate, self.block)
        return self.person(block * self._people + within * 7_368_787 % self._people)


_LIKELY, _CERTAIN = Confidence.LIKELY, Confidence.CERTAIN
_OF_NAME = AttributionReason.ONLY_PEOPLE()
_BESIDE = AttributionReason.WORD_OF_NAME_BESIDE()
_SAME = AttributionReason.SAME_NAME_HOLDS(holds=Phrase.GIVEN_NAME)


def findings_of(person: Person, count: int) -> tuple[Finding, ...]:
    """Make 1 to 6 findings, as the rules do for an e-mail certificate."""
    email, name = person.address, f"{person.given} {person.surname}"
    found = (
        _finding("email.rfc822Name", "user.contact.email", email, "san.0.rfc822Name", "2.5.29.17", 0x81, _SAME),
        _finding("name.common", "user.name", name, "subject.4.commonName", "2.5.4.3", 12, _BESIDE),
        _finding("name.given", "user.name.first", person.given, "subject.2.givenName", "2.5.4.42", 12, _OF_NAME),
        _finding("name.surname", "user.name.last", person.surname, "subject.3.surname", "2.5.4.4", 12, _OF_NAME),
        _finding("email.emailAddress", "user.contact.email", email, "subject.5.emailAddress", "1.2.840.113549.1.9.1",
                 22, _SAME),
        _finding("name.title", "user.job_title", "Head of department", "subject.6.title", "2.5.4.12", 12, _OF_NAME),
    )  # fmt: skip
    return found[:count]


def _finding(rule: str, category: str, value: str, where: str, oid: str, tag: int, why: Message) -> Finding:
    keys: tuple[LookupKey, ...] = ()
    if "@" in value:
        keys = email_keys(value)
    elif rule != "name.title":
        keys = name_keys(value)
    canonical = value if "@" in value else value.casefold()
    confidence = _LIKELY if why == _SAME else _CERTAIN
    person = SubjectKind.PERSON
    return Finding(
        rule, category, (category,), value, canonical, where, oid, person, confidence, why, keys, "subject", tag=tag
    )


def hit_of(number: int, population: Population) -> Hit:
    """Make the hit of a certificate: octets as large and as random as an e-mail certificate's TBS (the index never
    parses them), and the whole submitted precertificate."""
    person = population.holder(number)
    label = number.to_bytes(8, "big")
    random_octets = shake_128(label).digest(576)  # a key of 2048 bits, its identifier, a serial number, a signature
    subject = f"C=XX, O=Department, CN={person.given} {person.surname}, {person.address}"
    tbs = _TEXT + subject.encode() + random_octets[:300]
    serial, start = random_octets[:16], BEGAN + timedelta(seconds=37 * number)
    certificate = Certificate(
        identity=sha256(b"identity" + label).digest(),
        sha256=None,
        issuer=_name(f"Example Trust CA Mail {number % 40}", "Example Trust", "XX"),
        subject=_name(f"{person.given} {person.surname}", "Department", "XX"),
        serial=bytes([serial[0] & 0x7F | 0x40]) + serial[1:],
        not_before=start,
        not_after=start + timedelta(days=730),
        san=(),
        extensions=(),
        is_ca=False,
        eku=(),
        policies=(),
        spki=b"",
        problems=(),
        authority_key_id=sha256(b"key" + bytes([number % 40])).digest()[:20],
    )
    key_hash = sha256(b"issuer" + bytes([number % 40])).digest()
    at = int(start.timestamp() * 1000)
    entry = Entry(LOG.id, index_of(number), at, EntryKind.PRECERT, tbs, key_hash, b"\0\0\5" + bytes(5))
    return Hit(entry, certificate, findings_of(person, number % 6 + 1), tbs + random_octets[300:])


def index_of(number: int) -> int:
    """Return the log index of a certificate: pseudo-random among its hundred entries."""
    return ENTRIES_PER_HIT * number + number * 7919 % ENTRIES_PER_HIT


def _name(common: str, organisation: str, country: str) -> Name:
    parts = (("2.5.4.6", country), ("2.5.4.10", organisation), ("2.5.4.3", common))
    raw = repr(parts).encode()
    return Name(
        raw, tuple(Attribute(i, oid, 12, b"", DecodedString(b"", 12, text)) for i, (oid, text) in enumerate(parts))
    )


# --- steps --------------------------------------------------------------------------------------------------------


class Tree:
    """Audit paths in a tree of `size` entries with invented hashes; paths share nodes as in a real tree."""

    def __init__(self, size: int) -> None:
        self.head = TreeHead(LOG.id, size, bytes(32), 2_000_000_000_000, b"signature", b"a checkpoint of some octets")
        self._levels = (size - 1).bit_length()
        self._index, self._path = 0, [self._sibling(0, level) for level in range(self._levels)]

    @staticmethod
    def _sibling(index: int, level: int) -> bytes:
        return sha256(level.to_bytes(1, "big") + ((index >> level) ^ 1).to_bytes(8, "big")).digest()

    def proof(self, index: int) -> InclusionProof:
        for level in range((index ^ self._index).bit_length()):
            self._path[level] = self._sibling(index, level)
        self._index = index
        return InclusionProof(index, self.head, tuple(self._path))


def steps(certificates: int, population: Population, rules: str) -> Iterator[ScanStep]:
    """Yield the steps that a reader of a tiled log commits, in order."""
    tree = Tree(ENTRIES_PER_HIT * certificates)
    at = 0
    for first in range(0, certificates, STEP):
        hits = tuple(hit_of(number, population) for number in range(first, min(first + STEP, certificates)))
        end = ENTRIES_PER_HIT * (first + len(hits))
        edge = CompactRange(end, tuple(sha256(b"edge" + bytes([i])).digest() for i in range(end.bit_count())))
        yield ScanStep(
            LOG.id,
            BEGAN,
            verified=VerifiedRange(at, end, "everything", rules, edge),
            proofs=tuple(tree.proof(hit.entry.index) for hit in hits),
            result=BatchResult(hits, entries=end - at, candidates=len(hits)),
        )
        at = end
