"""Forms of identifiers, and their comparison with suppressions."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from ctscan.errors import UsageError
from ctscan.model import IdentifierKind
from ctscan.model.suppression import Ground, Suppression, SuppressionKind
from ctscan.personal.identifiers import parse_identifier
from ctscan.personal.proven_forms import proven_forms
from ctscan.privacy.suppression import Suppressions, forms_of

AT = datetime(2031, 5, 6, tzinfo=UTC)
KEYS = (b"newest" * 6, b"older." * 6)


def known(
    *texts: str, kind: SuppressionKind = SuppressionKind.FORGOTTEN, keys: tuple[bytes, ...] = KEYS
) -> Suppressions:
    """Make one suppression of addresses, under the first of the keys."""
    forms = [(IdentifierKind.EMAIL, text) for text in texts]
    entry = Suppression(1, AT, kind, Ground.ERASURE, Suppressions(keys=keys).suppressed(forms))
    return Suppressions(b"file", (entry,), KEYS)


@pytest.mark.parametrize(
    ("address", "is_hers"),
    [
        ("jane@example.org", True),
        ("jane+list@example.org", True),
        ("jane+a+b@example.org", True),
        ("jane.@example.org", False),
        ("jane@example.com", False),
        ("+jane@example.org", False),
        ('"jane+x"@example.org', False),
        ("mary+jane@example.org", False),
    ],
)
def test_an_address_is_compared_as_found_and_without_its_tag(address: str, is_hers: bool) -> None:
    held = known("jane@example.org")
    assert (held.owner_of("email", address) is not None) is is_hers
    assert (held.of_identifier([("email", address)]) is not None) is is_hers
    assert (held.of_certificate([("name", "jane"), ("email", address)], b"identity") is not None) is is_hers


def test_a_tagged_address_stands_for_itself_alone() -> None:
    held = known("jane+list@example.org")
    assert [held.owner_of("email", one) is not None for one in ("jane+list@example.org", "jane@example.org")] == [
        True,
        False,
    ]
    assert forms_of("number", "a+b@c") == (("number", "a+b@c"),)


def test_an_address_is_no_account_and_a_name_is_nobodys() -> None:
    held = known("jane@example.org")
    assert held.owner_of("account", "jane@example.org") is None
    assert held.owner_of("name", "jane@example.org") is None
    assert held.owner_of("domain", "jane@example.org") is None


def test_digests_of_an_older_key_are_compared_with() -> None:
    assert known("jane@example.org", keys=KEYS[1:]).owner_of("email", "jane@example.org") is not None
    assert known("jane@example.org", keys=(b"gone" * 8,)).owner_of("email", "jane@example.org") is None


def test_a_deletion_goes_before_a_restriction_and_a_lifting_ends_both() -> None:
    held = known("jane@example.org", kind=SuppressionKind.RESTRICTED)
    deleting = replace(held.entries[0], number=2, kind=SuppressionKind.FORGOTTEN)
    both = dataclasses.replace(held, entries=(*held.entries, deleting))
    assert both.owner_of("email", "jane@example.org") == deleting
    lifted = dataclasses.replace(
        both, entries=(*both.entries, Suppression(3, AT, SuppressionKind.LIFTED, Ground.ERASURE, lifts=2))
    )
    assert lifted.owner_of("email", "jane@example.org") == held.entries[0]
    assert lifted.was_lifted([("email", "jane+x@example.org")])
    assert not both.was_lifted([("email", "jane@example.org")])
    assert [entry.number for entry in lifted.active()] == [1]


def test_a_secret_is_never_shown() -> None:
    assert "newest" not in repr(known("jane@example.org"))


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("Jane@EXAMPLE.org", [("email", "jane@example.org")]),
        ("иван@BÜCHER.example", [("email", "иван@xn--bcher-kva.example")]),
        ("иван@xn--bcher-kva.example", [("email", "иван@xn--bcher-kva.example")]),
        ("jane+list@example.org", [("email", "jane+list@example.org")]),
        ("+49 30 901820", [("phone", "4930901820")]),
        ("name:Jane Roe", [("name", "jane roe")]),
        ("sha256:" + "ab" * 32, [("sha256", "ab" * 32)]),
    ],
)
def test_proven_forms(text: str, forms: list[tuple[str, str]]) -> None:
    assert [(str(kind), form) for kind, form in proven_forms(parse_identifier(text))] == forms


@pytest.mark.parametrize("text", ["@example.org", "phone:030 901820", "4711", "ab" * 20])
def test_what_is_many_peoples_or_a_guess_has_none(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        proven_forms(parse_identifier(text))
    assert text not in str(refused.value)
