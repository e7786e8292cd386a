"""Counts of templates: bounds, joins of persons, and needs of purposes."""

from __future__ import annotations

import random

import pytest

from ctscan.errors import InputError
from ctscan.exposure.purposes import need_of, parse_needs
from ctscan.exposure.template_counts import MOST_GROUPS, Persons, TemplateCounts
from ctscan.exposure.weights import parse_weights
from ctscan.model.template import Need, TemplateShape
from ctscan.personal.categories import CATEGORIES
from ctscan.resources import data_text
from ctscan.x509.certificate_use import OTHER

NEEDS = parse_needs(data_text("exposure/needs.toml"))
WEIGHTS = parse_weights(data_text("exposure/weights.toml"))
USES = {"tls", "client", "smime", "code", "document", "qualified", "dv", "ov", "iv", "ev", "ca", OTHER}


def shape(issuer: str) -> TemplateShape:
    return TemplateShape("", "", "", issuer, (), (), ("commonName",), (), ("smime",))


def test_needs_name_kinds_and_categories_that_there_are() -> None:
    assert NEEDS.keys() <= USES
    named = {category for one in NEEDS.values() for category in one.categories}
    assert named and named <= CATEGORIES
    assert all(one.source for one in NEEDS.values())


@pytest.mark.parametrize(
    ("category", "uses", "need"),
    [
        ("user.contact.email", ("smime",), Need.NEEDED),
        ("user.contact.email", ("tls",), Need.EXCESS),
        ("user.contact.email", ("tls", "smime"), Need.NEEDED),
        ("user.contact.email", ("other",), Need.UNKNOWN),
        ("user.contact.email", (), Need.UNKNOWN),
        ("user.account.username", ("client",), Need.NEEDED),
        ("user.accounts", ("client",), Need.EXCESS),
        ("user.name.first", ("document",), Need.NEEDED),
    ],
)
def test_needs_of_purposes(category: str, uses: tuple[str, ...], need: Need) -> None:
    assert need_of(category, uses, NEEDS) is need


@pytest.mark.parametrize(
    "text",
    ["", "needs = 1", "[[needs]]\nuse = 'tls'\n", "[[needs]]\nuse='a'\ncategories=[]\nsource='x'\nmore=1\n",
     "[[needs]]\nuse='a'\ncategories=[]\nsource='x'\n" * 2, "["],
)  # fmt: skip
def test_wrong_needs_are_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"exposure/needs\.toml: expected"):
        parse_needs(text)


def test_further_shapes_are_counted_together() -> None:
    counts = TemplateCounts(NEEDS, WEIGHTS)
    for number in range(MOST_GROUPS + 50):
        for _ in range(2):
            counts.add(shape(f"CN={number}"), ())
    groups = counts.groups()
    (rest,) = (one for one in groups if one.is_rest)
    assert (len(groups), rest.certificates, sum(one.certificates for one in groups)) == (
        MOST_GROUPS + 1,
        100,
        counts.certificates,
    )


def test_issuers_of_a_template_are_bounded() -> None:
    counts = TemplateCounts(NEEDS, WEIGHTS)
    for number in range(70):
        counts.add(TemplateShape("1.2.3", "", "", f"CN={number}", (), (), (), (), ()), ())
    (group,) = counts.groups()
    assert (len(group.issuers), group.others, group.certificates) == (50, 20, 70)


def test_persons_are_counted_as_a_brute_force_union_counts_them() -> None:
    dice = random.Random(3)
    for _ in range(50):
        labels = [{dice.randrange(20) for _ in range(dice.randrange(4))} for _ in range(30)]
        persons = Persons()
        for keys in labels:
            persons.add(keys)
        assert persons.count == _brute_force(labels)


def _brute_force(labels: list[set[int]]) -> int:
    groups = [set(keys) for keys in labels]
    changed = True
    while changed:
        changed = False
        for at, one in enumerate(groups):
            for other in groups[at + 1 :]:
                if one & other:
                    one |= other
                    groups.remove(other)
                    changed = True
                    break
    return len(groups)
