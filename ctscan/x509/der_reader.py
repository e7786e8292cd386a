"""A buffer with the problems found in it so far; base of the readers of names and certificates."""

from __future__ import annotations

from typing import Final

from ctscan.errors import FormatError
from ctscan.model import Problem
from ctscan.x509.der import CUTS, Element, children, dotted

OID, SEQUENCE, SET, OCTETS = 0x06, 0x30, 0x31, 0x04

MAX_PROBLEMS: Final = 2_000
"""Problems of one certificate. With more, the whole certificate counts as unread, so that the excess hides nothing."""

MAX_UNREAD: Final = 32 << 20
"""Octets kept with the problems of one certificate: twice the largest certificate of a log. Containers within each
other, each broken, would be kept once for each of them."""


class Problems(list[Problem]):
    """Problems of one certificate, shared by all readers of its parts, with the work that these readers did.

    Attributes:
        elements: elements that were visited in values of an unknown layout.
        unread: octets kept with the problems.
    """

    elements = 0
    unread = 0


def cap_problems(problems: Problems, data: bytes) -> tuple[Problem, ...]:
    """Cap the problems found in `data`; beyond a bound a last problem marks all of `data` as unread."""
    if len(problems) <= MAX_PROBLEMS and problems.unread <= MAX_UNREAD:
        return tuple(problems)
    more = f"more than {MAX_PROBLEMS} problems, or broken parts in broken parts; all of it is searched by its strings"
    return (*problems[:MAX_PROBLEMS], Problem("certificate", more, data, is_cut=True))


class DerReader:
    """Reader of a buffer that collects Problems instead of raising; readers of its parts share the `problems` list."""

    __slots__ = ("data", "problems")

    def __init__(self, data: bytes, problems: Problems | None = None) -> None:
        self.data = data
        self.problems = Problems() if problems is None else problems

    def report(self, path: str, detail: str, abandoned: Element | None = None, *, is_cut: bool = False) -> None:
        """Report a problem at `path`.

        Args:
            path: the field.
            detail: the problem in words, without any content.
            abandoned: the element that can't be read; its octets are kept with the problem.
            is_cut: a bound of the reader is the reason.
        """
        unread = b""
        if abandoned is not None and self.problems.unread <= MAX_UNREAD:
            unread = self.data[abandoned[1] : abandoned[4]]
        self.add(Problem(path, detail, unread, is_cut))

    def add(self, problem: Problem) -> None:
        """Add a Problem found elsewhere. Beyond MAX_PROBLEMS only the fact that there are more is kept."""
        if len(self.problems) <= MAX_PROBLEMS:
            self.problems.append(problem)
            self.problems.unread += len(problem.unread)

    def children(self, path: str, parent: Element) -> list[Element]:
        """Return the elements in `parent`. A wrong length makes all of `parent` uncertain, so all of it counts as
        unread."""
        found, problem = children(self.data, parent[2], parent[3])
        if problem:
            self.report(path, problem, parent, is_cut=problem in CUTS)
        return found

    def sequence(self, path: str) -> list[Element]:
        """Return the elements of the SEQUENCE that fills the buffer; otherwise report a Problem and read the first
        SEQUENCE."""
        outer, problem = children(self.data, 0, len(self.data))
        if problem or len(outer) != 1 or outer[0][0] != SEQUENCE:
            detail = problem or f"expected one SEQUENCE, got {len(outer)} elements"
            self.report(path, detail, self.whole(), is_cut=problem in CUTS)
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
