"""Weights of exposure scores, and scores by them."""

from __future__ import annotations

from collections import Counter

import pytest
from support.population import PURPOSES

from ctscan.errors import InputError
from ctscan.exposure.figures import KINDS, rank_of
from ctscan.exposure.scoring import domain_scores
from ctscan.exposure.weights import parse_weights
from ctscan.model import Sensitivity
from ctscan.model.exposure import DomainCount, ReportText
from ctscan.personal.categories import CATEGORIES
from ctscan.resources import data_text

SHIPPED = parse_weights(data_text("exposure/weights.toml"))
REASON = '[[reasons]]\ncode = "report.name"\npoints = 5\ncategories = ["user.name"]\n'
EXCESS = '[[excess]]\ncode = "report.tls-email"\npoints = 5\nuses = ["tls"]\n'


def test_shipped_weights_name_known_things() -> None:
    every = (*SHIPPED.reasons, *SHIPPED.excess)
    assert len({one.code for one in every}) == len(every)
    assert {category for one in every for category in one.categories} <= CATEGORIES | {"user.contact.address"}
    assert {one.sensitivity for one in every} <= {"", *map(str, Sensitivity)}
    assert {use for one in every for use in one.uses} <= {*KINDS, *PURPOSES, "dv"}
    assert all(one.uses for one in SHIPPED.excess)


@pytest.mark.parametrize(
    "text",
    [
        "not toml",
        REASON,
        REASON + EXCESS.replace("report.tls-email", "report.unknown"),
        REASON.replace("5", "101") + EXCESS,
        REASON + "colour = 1\n" + EXCESS,
        REASON.replace("points = 5\n", "") + EXCESS,
    ],
)
def test_wrong_weights_are_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"exposure/weights\.toml"):
        parse_weights(text)


def test_score_is_the_sum_of_points_by_the_share_of_certificates() -> None:
    weights = parse_weights(REASON + EXCESS)
    half = DomainCount(4, 2, Counter({("user.name", "ordinary"): 2, ("user.contact.email", "ordinary"): 4}))
    (score,) = domain_scores({"example.org": half}, weights).values()
    assert (score.points, score.certificates) == (2, 4)
    assert [(one.code, one.points, one.certificates) for one in score.reasons] == [(ReportText.NAME, 2.5, 2)]


def test_score_is_at_most_a_hundred_and_the_worst_comes_first() -> None:
    worst = Counter({(category, "special category"): 1 for category in CATEGORIES})
    worst |= Counter({("user.government_id", "national identifier"): 1})
    domains = {
        "a.example": DomainCount(1, 1, Counter({("user.name", "ordinary"): 1})),
        "b.example": DomainCount(1, 1, worst),
    }
    scores = domain_scores(domains, SHIPPED)
    assert list(scores) == ["b.example", "a.example"]
    assert 5 < scores["b.example"].points <= 100


def test_categories_rank_by_law_then_by_harm() -> None:
    named = ["user.contact.phone_number", "user.name", "user.demographic.date_of_birth", "user.contact.address.street"]
    assert sorted(named, key=lambda one: rank_of(one, "ordinary")) == [named[2], named[3], named[0], named[1]]
    assert rank_of("user.name", "special category") < rank_of("user.government_id", "national identifier")
    assert rank_of("user.government_id", "national identifier") < rank_of(named[2], "ordinary")
