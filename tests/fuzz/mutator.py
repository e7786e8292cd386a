"""Generator of broken and odd certificates: input n of a seed number is the same bytes on every machine.

The generator changes octets (flips, cuts, splices) or elements. A change of elements knows the tag-length tree and
corrects the lengths around the change (unless a wrong length is the change): other tags, texts, types and lengths,
elements repeated, nested, moved, taken from other certificates, or made huge.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from support.certs import STRING_TAGS, indefinite_tlv, long_tlv, oid, tlv
from texts import TEXTS

MAX_INPUT = 4 << 20
HUGE = 1 << 20


@dataclass(frozen=True, slots=True)
class Node:
    """Element of a seed: its offsets, and the number of the element around it (-1: none)."""

    start: int
    body: int
    end: int
    parent: int


def tree(der: bytes) -> tuple[Node, ...]:
    """List the elements of well-formed DER, outer before inner, with the elements inside octet strings."""
    nodes: list[Node] = []
    waiting = [(0, len(der), -1)]
    while waiting and len(nodes) < 4000:
        at, end, parent = waiting.pop()
        for start, body, stop in _elements(der, at, end):
            nodes.append(Node(start, body, stop, parent))
            if der[start] & 0x20 or (der[start] == 0x04 and _is_whole(der, body, stop)):
                waiting.append((body, stop, len(nodes) - 1))
    return tuple(nodes)


def _elements(der: bytes, at: int, end: int) -> list[tuple[int, int, int]]:
    found = []
    while at + 2 <= end:
        first = der[at + 1]
        octets = 0 if first < 0x80 else first & 0x7F
        body = at + 2 + octets
        stop = body + (first if first < 0x80 else int.from_bytes(der[at + 2 : body]))
        if octets > 4 or stop > end or der[at] & 0x1F == 0x1F:
            break
        found.append((at, body, stop))
        at = stop
    return found


def _is_whole(der: bytes, at: int, end: int) -> bool:
    found = _elements(der, at, end)
    return bool(found) and found[-1][2] == end and der[at] in (0x30, 0x31, *STRING_TAGS.values())


def replaced(der: bytes, nodes: Sequence[Node], node: Node, new: bytes) -> bytes:
    """Return the DER with `new` in place of an element, and corrected lengths of all elements around it."""
    start, end, parent = node.start, node.end, node.parent
    while parent >= 0:
        outer = nodes[parent]
        new = tlv(der[outer.start], der[outer.body : start], new, der[end : outer.end])
        start, end, parent = outer.start, outer.end, outer.parent
    return der[:start] + new + der[end:]


_TAGS = (
    *STRING_TAGS.values(),
    *b"\x30\x31\x01\x02\x05\x06\x09\x0a\x17\x18\x1f\x24\x2c\x33\x00\xff",
    *range(0x80, 0x89),
    *range(0xA0, 0xA9),
)

Change = Callable[[Random, bytes], bytes]


class Mutator:
    """Changes of seeds by number. `types`: dotted OIDs to put in place of attribute, name and extension types."""

    def __init__(self, seeds: Sequence[bytes], seed: int = 0, types: Sequence[str] = ()) -> None:
        self._seeds = [der for der in seeds if der]
        self._seed = seed
        self._trees: dict[bytes, tuple[Node, ...]] = {}
        self._types = [oid(dotted) for dotted in types] or [oid("2.5.4.3")]
        self._of_elements = (
            *(self._retype,) * 6,
            *(self._retext,) * 5,
            *(self._retag,) * 3,
            *(self._transplant,) * 4,
            *(self._lie, self._reform, self._remove, self._repeat, self._nest, self._move, self._add),
        )
        self._of_octets: tuple[Change, ...] = (_flip, _flip, _overwrite, _insert, _cut, _truncate, self._splice)

    def input(self, index: int) -> bytes:
        """Make input number `index`: mostly one to three changes, rarely a huge element."""
        random = Random(self._seed << 48 | index)
        der = random.choice(self._seeds)
        der = self._changed(random, der, self._tree(der))
        for _ in range(random.choice((0, 0, 0, 1, 1, 2, 5))):
            der = self.change(random, der)
        if random.random() < 0.0005:
            der = self._huge(random, der)
        return der[:MAX_INPUT]

    def change(self, random: Random, der: bytes) -> bytes:
        """Make a single change of any kind."""
        return self._changed(random, der, tree(der) if len(der) < 20_000 else ())

    def _changed(self, random: Random, der: bytes, nodes: Sequence[Node]) -> bytes:
        if nodes and random.random() < 0.7:
            return random.choice(self._of_elements)(random, der, nodes)
        return random.choice(self._of_octets)(random, der)

    def _tree(self, seed: bytes) -> tuple[Node, ...]:
        """Return the elements of a seed from a cache."""
        if seed not in self._trees:
            self._trees[seed] = tree(seed)
        return self._trees[seed]

    # --- of elements -----------------------------------------------------------------------------------------------

    def _retype(self, random: Random, der: bytes, nodes: Sequence[Node]) -> bytes:
        typed = [node for node in nodes if der[node.start] == 0x06] or nodes
        return replaced(der, nodes, random.choice(typed), random.choice(self._types))

    def _retext(self, random: Random, der: bytes, nodes: Sequence[Node]) -> bytes:
        leaves = [node for node in nodes if not der[node.start] & 0x20 and der[node.start] != 0x06] or nodes
        node = random.choice(leaves)
        text = random.choice(TEXTS)
        old = der[node.body : node.end]
        content = random.choice((text, text, old + text, text + old, old[: len(old) // 2] + text, text * 3))
        return replaced(der, nodes, node, tlv(der[node.start], content))

    def _retag(self, random: Random, der: bytes, nodes: Sequence[Node]) -> bytes:
        node = random.choice(nodes)
        return replaced(der, nodes, node, tlv(random.choice(_TAGS), der[node.body : node.end]))

    def _transplant(self, random: Random, der: bytes, nodes: Sequence[Node]) -> bytes:
        """Replace an element by an element of another seed, with the same tag where possible."""
        other = random.choice(self._seeds)
        theirs = self._tree(other)
        if not theirs:
            return self._splice(random, der)
        node = random.choice(nodes)
        alike = [one for one in theirs if other[one.start] == der[node.start]]
        graft = random.choice(alike or theirs)
        return replaced(der, nodes, node, other[graft.start : graft.end])

    def _lie(self, random: Random, der: bytes, nodes: Sequence[Node]) -> bytes:
        """Write a wrong length into an element; the lengths around the element stay right."""
        node = random.choice(nodes)
        size = node.end - node.body
        told = random.choice((0, max(size - 1, 0), size + 1, size + 200, 0x7F, 0xFFFF, 0xFFFFFFFF))
        octets = told.to_bytes(max(1, (told.bit_length() + 7) // 8))
        head = bytes((der[node.start], 0x80 | len(octets))) + octets if told > 0x7F else bytes((der[node.start], told))
        return replaced(der, nodes, node, head + der[node.body : node.end])

    def _reform(self, random: Random, der: bytes, nodes: Sequence[Node]) -> bytes:
        """Re-encode an element with an indefinite or an overlong length."""
        node = random.choice(nodes)
        form = random.choice((long_tlv, indefinite_tlv))
        return replaced(der, nodes, node, form(der[node.start], der[node.body : node.end]))

    def _remove(self, random: Random, der: bytes, nodes: Sequence[Node]) -> bytes:
        return replaced(der, nodes, random.choice(nodes), b"")

    def _repeat(self, random: Random, der: bytes, nodes: Sequence[Node]) -> bytes:
        node = random.choice(nodes)
        element = der[node.start : node.end]
        times = min(random.choice((2, 2, 3, 10, 70)), max(1, 100_000 // len(element)))
        return replaced(der, nodes, node, element * times)

    def _nest(self, random: Random, der: bytes, nodes: Sequence[Node]) -> bytes:
        node = random.choice(nodes)
        element = der[node.start : node.end]
        tag = random.choice((0x30, 0x31, 0x04, 0x24, 0xA0, 0xA4, 0x80))
        for _ in range(random.choice((1, 1, 2, 5, 40, 300))):
            element = tlv(tag, element)
        return replaced(der, nodes, node, element)

    def _move(self, random: Random, der: bytes, nodes: Sequence[Node]) -> bytes:
        source, target = random.choice(nodes), random.choice(nodes)
        return replaced(der, nodes, target, der[source.start : source.end])

    def _add(self, random: Random, der: bytes, nodes: Sequence[Node]) -> bytes:
        """Add an element behind another: a string alone, or a typed value in one of several forms."""
        node = random.choice(nodes)
        kind = random.choice(tuple(STRING_TAGS.values()))
        value = tlv(kind, random.choice(TEXTS))
        typed = tlv(0x30, random.choice(self._types), value)
        new = random.choice((value, typed, tlv(0x31, typed), tlv(0x30, tlv(0x31, typed)), tlv(0xA0, typed[2:])))
        return replaced(der, nodes, node, der[node.start : node.end] + new)

    def _huge(self, random: Random, der: bytes) -> bytes:
        nodes = tree(der)
        if not nodes:
            return der * (HUGE // max(len(der), 1))
        node = random.choice(nodes)
        unit = random.choice(
            (random.choice(TEXTS) or b"x", der[node.body : node.end] or b"y", der[node.start : node.end])
        )
        tag = random.choice((der[node.start], random.choice(_TAGS)))
        return replaced(der, nodes, node, tlv(tag, unit * (HUGE // len(unit))))

    # --- of octets -------------------------------------------------------------------------------------------------

    def _splice(self, random: Random, der: bytes) -> bytes:
        other = random.choice(self._seeds)
        return der[: random.randrange(len(der) + 1)] + other[random.randrange(len(other)) :]


def _flip(random: Random, der: bytes) -> bytes:
    out = bytearray(der)
    for _ in range(random.choice((1, 1, 2, 8)) if out else 0):
        out[random.randrange(len(out))] ^= 1 << random.randrange(8)
    return bytes(out)


def _overwrite(random: Random, der: bytes) -> bytes:
    at = random.randrange(len(der) + 1)
    new = random.choice(
        (b"\0", b"\xff", b"\x80", b"\x7f", b"\x30\x80", b"\0\0", b"\x84\xff\xff\xff\xff", random.randbytes(4))
    )
    return der[:at] + new + der[at + len(new) :]


def _insert(random: Random, der: bytes) -> bytes:
    at = random.randrange(len(der) + 1)
    return der[:at] + random.choice((random.randbytes(3), random.choice(TEXTS))) + der[at:]


def _cut(random: Random, der: bytes) -> bytes:
    at = random.randrange(len(der) + 1)
    return der[:at] + der[at + random.choice((1, 2, 10, 100)) :]


def _truncate(random: Random, der: bytes) -> bytes:
    return der[: random.randrange(len(der) + 1)]
