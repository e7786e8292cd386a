"""Golden certificates of several people: arguments of `make_certificate`, and who owns which values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from support.certs import EMAIL_PROTECTION, GeneralNameSpec, RdnSpec
from support.personal import held_by_people

Case = tuple[dict[str, Any], tuple[str, ...]]
"""Arguments, and for each person the canonical values that only this person has, separated by `|`."""


def held(
    subject: list[RdnSpec], san: Sequence[GeneralNameSpec], *people: str, eku: tuple[str, ...] = (EMAIL_PROTECTION,)
) -> Case:
    """Build a certificate, and the values of each person in it."""
    return {"subject": subject, "san": list(san), "eku": eku}, people


def with_extra(case: Case, *extra: bytes) -> Case:
    """Add extensions to a certificate."""
    return {**case[0], "extra": list(extra)}, case[1]


def arguments_of(cases: Mapping[str, Case]) -> dict[str, dict[str, Any]]:
    """Return the arguments of each case, without policies for servers."""
    return held_by_people({name: arguments for name, (arguments, _) in cases.items()})


def people_of(cases: Mapping[str, Case]) -> dict[str, list[set[str]]]:
    """Return for each case the values of each person."""
    return {name: [set(person.split("|")) for person in people] for name, (_, people) in cases.items()}
