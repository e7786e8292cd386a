"""Labels that programs print."""

from __future__ import annotations

from collections import defaultdict

import pytest

from ctscan.errors import UsageError
from ctscan.personal.identifiers import parse_identifier
from ctscan.personal.pasted import printed_labels
from ctscan.personal.pasted.printed_labels import Label, is_label_alone, labelled
from ctscan.personal.pasted.subjects import subject_attributes

SAMPLES = {
    Label.EMAIL: ("jane@example.org", "email"),
    Label.MAILBOX: ("Jane Roe <jane@example.org>", "email"),
    Label.DOMAIN: ("example.org", "domain"),
    Label.NAME: ("Jane Roe", "name"),
    Label.NUMBER: ("12345678Z", "number"),
    Label.PHONE: ("+49 30 901820", "phone"),
    Label.ACCOUNT: ("jroe", "account"),
    Label.SERIAL: ("4A:8C:12", "serial"),
    Label.SERIAL_DECIMAL: ("4885522", "serial"),
    Label.SHA1: ("A1" * 20, "sha1"),
    Label.SHA256: ("A1" * 32, "sha256"),
    Label.FINGERPRINT: ("A1 " * 20, "sha1"),
    Label.IDENTITY: ("a1" * 32, "identity"),
    Label.ANY: ("Jane Roe", "name"),
}
LABELS = [
    (label, kind) for forms in printed_labels._TABLE.values() for kind, labels in forms.items() for label in labels
]


def test_no_label_has_two_meanings() -> None:
    kinds = defaultdict(set)
    for label, kind in LABELS:
        kinds[printed_labels._folded(label)].add(kind)
    assert {label: kinds for label, kinds in kinds.items() if len(kinds) > 1} == {}


@pytest.mark.parametrize("sign", [": ", "=", " : "])
def test_each_label_says_the_kind(sign: str) -> None:
    for label, kind in LABELS:
        if kind is Label.MD5:
            with pytest.raises(UsageError, match="MD5"):
                parse_identifier(f"{label}{sign}{'a1' * 16}")
            continue
        sample, wanted = SAMPLES[kind]
        if subject_attributes(f"{label}{sign}{sample}"):  # `uid=…` is an attribute of a distinguished name
            continue
        for written in (label, label.upper()):
            identifier = parse_identifier(f"{written}{sign}{sample}")
            assert (identifier.kind, identifier.guessed) == (wanted, False), written


def test_digits_and_addresses_need_no_sign_behind_a_label() -> None:
    assert labelled("Serial Number 4A 8C 12") == (Label.SERIAL, "4A 8C 12")
    assert labelled("Thumbprint\u00a063 37 ec") == (Label.FINGERPRINT, "63 37 ec")
    assert labelled("Email Address jane@example.org") == (Label.EMAIL, "jane@example.org")
    assert labelled("Full name Jane Roe") is None
    assert labelled("Serial killers of London") is None
    assert labelled("") is None


def test_a_label_of_a_name_may_be_a_name_itself() -> None:
    assert not is_label_alone("Do")
    assert not is_label_alone("Van")
    assert is_label_alone("Serial Number")
    assert is_label_alone("Fingerabdruck:")
    assert parse_identifier("De: Jane Roe").kind == "name"
