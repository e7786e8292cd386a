"""Labels of people, joined by equal addresses and numbers: a union of sets in arrays, four octets for each label and
for each look-up key. Pure."""

from __future__ import annotations

from array import array
from collections import defaultdict


class Labels:
    """Labels of people in certificates.

    `persons` counts labels without those that were joined with another. Only labels with an address or a number have a
    node, unless all of them are kept for a list of people.
    """

    def __init__(self, keys: int, *, are_kept: bool) -> None:
        self.are_kept = are_kept
        self.persons = 0
        self._parents = array("i", [0])  # node 0: none
        self._first = array("i", bytes(4 * keys))  # first node of each look-up key
        self._nodes: dict[tuple[int, str], int] = {}

    def add(self, certificate: int, label: str) -> int:
        """Add a label; return its node."""
        node = len(self._parents)
        self._parents.append(node)
        if self.are_kept:
            self._nodes[certificate, label] = node
        return node

    def join(self, node: int, key: int) -> None:
        """Join a label with the others of a look-up key."""
        first = self._first[key]
        if not first:
            self._first[key] = node
            return
        if first == node:
            return
        one, other = self._root(first), self._root(node)
        if one != other:
            self._parents[other if one < other else one] = one if one < other else other
            self.persons -= 1

    def groups(self) -> dict[int, list[tuple[int, str]]]:
        """Return the labels `(certificate, label)` of each person, by its node."""
        found: dict[int, list[tuple[int, str]]] = defaultdict(list)
        for place, node in self._nodes.items():
            found[self._root(node)].append(place)
        return dict(found)

    def _root(self, node: int) -> int:
        parents = self._parents
        while parents[node] != node:
            parents[node] = parents[parents[node]]
            node = parents[node]
        return node
