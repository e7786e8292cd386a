"""Which findings of one certificate are about the same person: the subject, a representative, a contact of the CA.

A rule says which of them a value is about as far as its place tells. Here the findings of one certificate are seen
together.
"""

from __future__ import annotations

from collections.abc import Iterable

from ctscan.model import Finding
from ctscan.personal.view import View


def tell_apart(view: View, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings with `person` settled, in the same order."""
    return tuple(findings)
