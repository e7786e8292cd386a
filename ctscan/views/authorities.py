"""The CCADB's list of authorities, and records of it: lines for eyes and shapes for JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ctscan.authorities.ccadb import ATTRIBUTION
from ctscan.model import Authority, AuthorityList
from ctscan.views import json as shapes
from ctscan.views.words import count, moment


def list_line(which: AuthorityList) -> str:
    """Which list it is."""
    return f"List of {moment(which.fetched)}, {ATTRIBUTION}; read from {which.origin}"


def list_lines(which: AuthorityList, authorities: Sequence[Authority]) -> list[str]:
    """Which list it is, and how much it says."""
    owners, policies, contacts, keys = _numbers(authorities)
    return [
        list_line(which),
        f"{count(len(authorities), 'CA certificate')} of {count(owners, 'owner')}; {policies:,} with policies, "
        f"{contacts:,} with a contact for problem reports, {keys:,} with a key identifier",
    ]


def list_shape(which: AuthorityList, authorities: Sequence[Authority], remarks: Sequence[str] = ()) -> dict[str, Any]:
    """The same for JSON."""
    owners, policies, contacts, keys = _numbers(authorities)
    return {
        "list": shapes.authority_list(which),
        "attribution": ATTRIBUTION,
        "owners": owners,
        "with_policies": policies,
        "with_contact": contacts,
        "with_key_id": keys,
        "remarks": list(remarks),
    }


def record_lines(found: Authority) -> list[str]:
    """One CA certificate: a title, and what is known of it."""
    return [
        found.name or "(no name)",
        f"Owner: {found.owner}",
        *([f"Status: {found.status}"] if found.status else []),
        *([f"Key identifier: {found.key_id.hex()}"] if found.key_id else []),
        f"SHA-256: {found.sha256.hex()}",
        *(f"Policy: {url}" for url in found.policies),
        f"Problem reports: {found.contact or 'no contact known'}",
    ]


def found_line(found: int, shown: int) -> str:
    """How many records there are."""
    more = f", {found - shown:,} of them not shown; --format json has all" if found > shown else ""
    return f"{count(found, 'CA certificate')}{more}."


def _numbers(authorities: Sequence[Authority]) -> tuple[int, int, int, int]:
    """Owners; and records with policies, with a contact, with a key identifier."""
    return (
        len({one.owner for one in authorities}),
        sum(bool(one.policies) for one in authorities),
        sum(bool(one.contact) for one in authorities),
        sum(bool(one.key_id) for one in authorities),
    )
