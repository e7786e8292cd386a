"""A buffer with the problems found in it so far; base of the readers of names and certificates."""

from __future__ import annotations

from typing import Final

from ctscan.errors import FormatError
from ctscan.model import Problem
from ctscan.x509.der import Element, children, dotted

OID, SEQUENCE, SET, OCTETS = 0x06, 0x30, 0x31, 0x04

MAX_PROBLEMS: Final = 500
"""Problems of one certificate. With more, the whole certificate counts as unread, so that the excess hides nothing."""


def cap_problems(problems: list[Problem], data: bytes) -> tuple[Problem, ...]:
    """Cap the problems found in `data`; beyond MAX_PROBLEMS a last problem marks all of `data` as unread."""
    if len(problems) <= MAX_PROBLEMS:
        return tuple(problems)
    more = Problem("certificate", f"more than {MAX_PROBLEMS} problems; all of it is searched by its strings", data)
    return (*problems[:MAX_PROBLEMS], more)


class DerReader:
    """Reader of a buffer that collects Problems instead of raising; readers of its parts share the `problems` list."""

    __slots__ = ("data", "problems")

    def __init__(self, data: bytes, problems: list[Problem] | None = None) -> None:
        self.data = data
        self.problems: list[Problem] = [] if problems is None else problems

    def report(self, path: str, detail: str, abandoned: Element | None = None) -> None:
        """Report a problem at `path`.

        Args:
            path: the field.
            detail: the problem in words, without any content.
            abandoned: the element that can't be read; its octets are kept with the problem.
        """
        self.add(Problem(path, detail, self.data[abandoned[1] : abandoned[4]] if abandoned else b""))

    def add(self, problem: Problem) -> None:
        """Add a Problem found elsewhere. Beyond MAX_PROBLEMS only the fact that there are more is kept."""
        if len(self.problems) <= MAX_PROBLEMS:
            self.problems.append(problem)

    def children(self, path: str, parent: Element) -> list[Element]:
        """Return the elements in `parent`. A wrong length makes all of `parent` uncertain, so all of it counts as
        unread."""
        found, problem = children(self.data, parent[2], parent[3])
        if problem:
            self.report(path, problem, parent)
        return found

    def sequence(self, path: str) -> list[Element]:
        """Return the elements of the SEQUENCE that fills the buffer; otherwise report a Problem and read the first
        SEQUENCE."""
        outer, problem = children(self.data, 0, len(self.data))
        if problem or len(outer) != 1 or outer[0][0] != SEQUENCE:
            self.report(path, problem or f"expected one SEQUENCE, got {len(outer)} elements", self.whole())
        return self.children(path, outer[0]) if outer and outer[0][0] == SEQUENCE else []

    def whole(self) -> Element:
        """Return the whole buffer as one element, to mark all of it as unread."""
        return (0, 0, 0, len(self.data), len(self.data))

    def oid(self, path: str, element: Element, container: Element | None = None) -> str:
        """Return the dotted OID; empty, with a Problem, when the element is no OID.

        Args:
            path: the field.
            element: the OBJECT IDENTIFIER.
            container: the element that can't be read without its type.
        """
        if element[0] != OID:
            self.report(path, f"expected an object identifier, got tag {element[0]:#x}", container or element)
            return ""
        try:
            return dotted(self.data[element[2] : element[3]])
        except FormatError as error:
            self.report(path, str(error), container or element)
            return ""
