"""Inventory of an index: the personal data that it holds, counted. No value of anybody is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from ctscan.model.finding import Sensitivity


class HeldCategory(Struct, frozen=True):
    """Category of data that an index holds of people.

    Attributes:
        category: key of the fideslang taxonomy (`user.contact.email`).
        sensitivity: degree of protection.
        certificates: number of certificates with such a finding.
        findings: number of findings.
    """

    category: str
    sensitivity: Sensitivity
    certificates: int
    findings: int


class Inventory(Struct, frozen=True):
    """Holdings of an index.

    Attributes:
        categories: categories of data of people, the most frequent first.
        certificates: number of all certificates.
        findings: number of findings about people.
        cases: number of requests of data subjects in the register.
        imports: number of imports of files.
        repositories: repositories that were asked, by name.
        recipients: parties that learned of a question, by name.
        alerted: recipients of alerts, by channel and recipient.
        is_unlimited: a scan or an import had no limit of its scope.
    """

    categories: tuple[HeldCategory, ...] = ()
    certificates: int = 0
    findings: int = 0
    cases: int = 0
    imports: int = 0
    repositories: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    alerted: tuple[str, ...] = ()
    is_unlimited: bool = False
