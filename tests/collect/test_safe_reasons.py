"""Reasons of an incomplete search: no part of the question remains in them."""

from __future__ import annotations

from collections import Counter

import pytest

from ctscan.collect.safe_reasons import MAX_DETAIL, describe_error, describe_incompleteness
from ctscan.errors import SourceError
from ctscan.model import Message, Question, SearchShortfall, Shortfall

WITHHELD = (Shortfall(SearchShortfall.WITHHELD()),)
ADDRESS = Question("email", "jane.roe@example.org")


@pytest.mark.parametrize("before", range(0, len(ADDRESS.value) + 2, 5))
def test_a_question_that_a_cut_would_shorten_is_withheld(before: int) -> None:
    text = f"{'x' * (MAX_DETAIL - 1 - before)} {ADDRESS.value} and more"
    assert describe_error(SourceError(text), ADDRESS) == WITHHELD


def test_a_name_that_several_parameters_hold_together_is_withheld() -> None:
    reason = Message("shortfall.failed", (("detail", "no Jane"), ("place", "page of Roe, J.")))
    assert describe_incompleteness(Counter({reason: 2}), Question("name", "Jane Roe")) == (
        Shortfall(SearchShortfall.WITHHELD(), 2),
    )
    assert describe_incompleteness(Counter({reason: 2}), Question("name", "John Roe")) == (Shortfall(reason, 2),)


def test_other_reasons_are_one_line_and_cut() -> None:
    (found,) = describe_error(SourceError("a\n b " + "x" * 1000), ADDRESS)
    ((_, detail),) = found.reason.params
    assert isinstance(detail, str) and detail.startswith("a b x") and len(detail) == MAX_DETAIL
