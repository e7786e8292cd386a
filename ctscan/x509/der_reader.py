"""One pass over one buffer: the bytes and the problems met so far. Base of the readers of names and certificates."""

from __future__ import annotations

from typing import Final

from ctscan.errors import FormatError
from ctscan.model import Problem
from ctscan.x509.der import Element, children, dotted

OID, SEQUENCE, SET, OCTETS = 0x06, 0x30, 0x31, 0x04

MAX_PROBLEMS: Final = 500
"""Of one certificate. With more of them all of it counts as unread, so that the rest of them hides nothing."""


def cap_problems(problems: list[Problem], data: bytes) -> tuple[Problem, ...]:
    """The problems met in `data`, or the first of them and that all of it is unread."""
    if len(problems) <= MAX_PROBLEMS:
        return tuple(problems)
    more = Problem("certificate", f"more than {MAX_PROBLEMS} problems; all of it is searched by its strings", data)
    return (*problems[:MAX_PROBLEMS], more)


class DerReader:
    """Walks `data`; what can't be read becomes a Problem in `problems`, which readings of parts share."""

    __slots__ = ("data", "problems")

    def __init__(self, data: bytes, problems: list[Problem] | None = None) -> None:
        self.data = data
        self.problems: list[Problem] = [] if problems is None else problems

    def report(self, path: str, detail: str, abandoned: Element | None = None) -> None:
        """Note what is wrong, without a word of the content, and keep the octets of an element that is given up."""
        self.add(Problem(path, detail, self.data[abandoned[1] : abandoned[4]] if abandoned else b""))

    def add(self, problem: Problem) -> None:
        """The same for a problem that was met elsewhere. Beyond MAX_PROBLEMS only that there are more is kept."""
        if len(self.problems) <= MAX_PROBLEMS:
            self.problems.append(problem)

    def children(self, path: str, parent: Element) -> list[Element]:
        """The elements in `parent`. When one of them lies about its length, none is sure: all of `parent` is unread."""
        found, problem = children(self.data, parent[2], parent[3])
        if problem:
            self.report(path, problem, parent)
        return found

    def sequence(self, path: str) -> list[Element]:
        """The elements of the one SEQUENCE that the buffer should be; of the first, with a Problem, if it isn't."""
        outer, problem = children(self.data, 0, len(self.data))
        if problem or len(outer) != 1 or outer[0][0] != SEQUENCE:
            self.report(path, problem or f"expected one SEQUENCE, got {len(outer)} elements", self.whole())
        return self.children(path, outer[0]) if outer and outer[0][0] == SEQUENCE else []

    def whole(self) -> Element:
        """All of the buffer, as the element that nothing of which could be read."""
        return (0, 0, 0, len(self.data), len(self.data))

    def oid(self, path: str, element: Element, container: Element | None = None) -> str:
        """The dotted OID; empty, with a Problem, when the element is none. `of`: the element that can't be read without
        knowing its type."""
        if element[0] != OID:
            self.report(path, f"expected an object identifier, got tag {element[0]:#x}", container or element)
            return ""
        try:
            return dotted(self.data[element[2] : element[3]])
        except FormatError as error:
            self.report(path, str(error), container or element)
            return ""
