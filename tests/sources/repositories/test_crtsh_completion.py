"""Cut answers of crt.sh: completed in parts or reported as cut, never taken for whole."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.certs import make_certificate
from support.fake_crtsh import FakeCrtsh, Held, held
from support.words import english

from ctscan.errors import Refused, SourceError
from ctscan.model import Question
from ctscan.sources.repositories.crtsh.completion import Completer
from ctscan.sources.repositories.crtsh.pages import Listing, parse_listing
from ctscan.sources.repositories.crtsh.queries import MAX_QUERY, queries_for

DOMAIN = Question("domain", "example.org")
EXPIRED = datetime(2026, 1, 15, tzinfo=UTC)


@cache
def reasons(completer: Completer) -> list[str]:
    return [english(reason) for reason in completer.incomplete_reasons]


def der_of(email: str, is_expired: bool = False) -> bytes:
    options = {"not_after": EXPIRED} if is_expired else {}
    return make_certificate([("CN", "Somebody")], [("email", email)], **options)


def some(count: int, issuer: int, *, start: int = 1, host: str = "example.org", expired: bool = False) -> list[Held]:
    """Make certificates of one issuer, each with its own address."""
    at = issuer * 1000 + start
    return [held(der_of(f"a{i}@{host}", expired), at + i, issuer) for i in range(count)]


def collect(crtsh: FakeCrtsh, question: Question = DOMAIN, **options: Any) -> Completer:
    """Ask the fake by its rules without HTTP; the only faults are 503 and a refusal."""

    received: Callable[[str], str] = options.pop("received", str)  # the part of a query that arrives

    async def ask(query: str) -> Listing:
        crtsh.asked.append(query)
        assert len(query) <= MAX_QUERY
        if fault := crtsh.broken(query):
            raise {"503": SourceError, "blocked": Refused}[fault]("crt.sh gave no usable answer")
        return parse_listing(crtsh.honest(received(query))[2])

    completer = Completer(ask, options.pop("name_filter", lambda _: True), crtsh.limit, **options)
    asyncio.run(completer.collect(queries_for(question)))
    return completer


def assert_whole(completer: Completer, certificates: Sequence[Held]) -> None:
    assert sorted(completer.found) == sorted(held.id for held in certificates)
    assert reasons(completer) == []


def test_an_answer_just_below_the_limit_is_whole() -> None:
    crtsh = FakeCrtsh(some(9, 1), limit=10)
    assert_whole(collect(crtsh), crtsh.certificates)
    assert crtsh.requests == 3


def test_a_single_issuer_at_the_limit_is_incomplete() -> None:
    completer = collect(FakeCrtsh(some(10, 77), limit=10))
    assert len(completer.found) == 10
    assert len(reasons(completer)) == 1
    assert "has more for its CAs 77: it showed 10 of their certificates" in reasons(completer)[0]
    assert "example" not in reasons(completer)[0]


def test_many_issuers_are_asked_for_apart() -> None:
    crtsh = FakeCrtsh([each for issuer in range(1, 9) for each in some(7, issuer)], limit=10)
    assert_whole(collect(crtsh), crtsh.certificates)
    assert crtsh.requests < 40


def test_issuers_that_show_late_are_asked_for_too() -> None:
    crtsh = FakeCrtsh([*some(9, 1), *some(9, 2), *(each for i in range(3, 12) for each in some(1, i))], limit=10)
    assert_whole(collect(crtsh), crtsh.certificates)


def test_unexpired_certificates_are_complete_all_the_same() -> None:
    crtsh = FakeCrtsh([*some(40, 1, expired=True), *some(5, 1, start=500)], limit=10)
    completer = collect(crtsh)
    assert {held.id for held in some(5, 1, start=500)} <= set(completer.found)
    assert len(reasons(completer)) == 1
    assert "all unexpired certificates are there" in reasons(completer)[0]


def test_sub_domains_are_asked_for_apart() -> None:
    below = [*some(9, 1, start=100, host="a.example.org"), *some(9, 1, start=200, host="x.b-c.example.org")]
    completer = collect(FakeCrtsh([*some(12, 1), *below], limit=20))
    assert {held.id for held in below} <= set(completer.found)
    assert reasons(completer)[1:] == ["2 sub-domains were asked for separately"]


def test_an_address_has_no_sub_domains() -> None:
    crtsh = FakeCrtsh([held(der_of("jane.roe@example.org"), i, 5) for i in range(1, 20)], limit=10)
    completer = collect(crtsh, Question("email", "jane.roe@example.org"))
    assert len(reasons(completer)) == 1
    assert "jane" not in reasons(completer)[0]


LIMIT = 12


@given(st.lists(st.integers(1, 11), min_size=1, max_size=25))
def test_small_issuers_are_always_complete(sizes: list[int]) -> None:
    crtsh = FakeCrtsh([each for issuer, size in enumerate(sizes, 1) for each in some(size, issuer)], limit=LIMIT)
    assert_whole(collect(crtsh), crtsh.certificates)


@given(
    st.lists(
        st.tuples(st.integers(1, 15), st.sampled_from(["example.org", "a.example.org", "b.a.example.org"])), max_size=9
    ),
    st.integers(1, 60),
)
def test_an_incomplete_answer_is_never_silent(parts: list[tuple[int, str]], max_requests: int) -> None:
    held_there = [
        each for i, (size, host) in enumerate(parts) for each in some(size, i // 2 + 1, start=100 * i, host=host)
    ]
    crtsh = FakeCrtsh(held_there, limit=LIMIT)
    completer = collect(crtsh, max_requests=max_requests)
    assert reasons(completer) or len(completer.found) == len(held_there)
    assert crtsh.requests <= max_requests


def test_requests_are_bounded() -> None:
    crtsh = FakeCrtsh([each for issuer in range(1, 60) for each in some(7, issuer)], limit=10)
    completer = collect(crtsh, max_requests=12)
    assert crtsh.requests == 12
    assert reasons(completer) == ["the list is not whole after 12 requests, the most for one search"]
    assert completer.found


def test_more_issuers_than_a_query_can_name() -> None:
    crtsh = FakeCrtsh([held(der_of("x@example.org"), i, 10_000_000 + i) for i in range(1, 700)], limit=100)
    completer = collect(crtsh, max_requests=40)
    assert any("more issuers than" in reason for reason in reasons(completer))
    assert len(completer.found) > 250
    assert max(map(len, crtsh.asked)) <= MAX_QUERY


def test_a_server_that_ignores_exclusions_is_reported() -> None:
    crtsh = FakeCrtsh(some(20, 1), limit=10)
    completer = collect(crtsh, received=lambda query: re.sub("&excludeCAs=[0-9,]*", "", query))
    assert any("ignored the issuers to exclude" in reason for reason in reasons(completer))
    assert crtsh.requests < 10


def test_a_contradictory_part_is_requested_again() -> None:
    certificates = [*some(9, 1), *some(9, 2)]
    for times, told in ((2, 0), (9, 1)):
        crtsh = FakeCrtsh(certificates, limit=10)
        left = [times * 2]

        def hide(rows: list[dict[str, Any]], crtsh: FakeCrtsh = crtsh, left: list[int] = left) -> list[dict[str, Any]]:
            if crtsh.asked[-1].endswith("excludeCAs=2") and crtsh.asked[-1].startswith("rfc") and left[0]:
                left[0] -= 1
                return []
            return rows

        crtsh.rewrite = hide
        completer = collect(crtsh)
        assert len(reasons(completer)) == told
        assert told or len(completer.found) == 18
        assert all("contradicts itself" in reason for reason in reasons(completer))


def test_without_counts_completeness_is_unknown() -> None:
    crtsh = FakeCrtsh(some(3, 1))
    crtsh.rewrite = lambda rows: [{name: row[name] for name in row if name != "result_count"} for row in rows]
    completer = collect(crtsh)
    assert len(completer.found) == 3
    assert "result_count" in reasons(completer)[0]


def test_only_rows_that_pass_the_name_filter_are_kept() -> None:
    crtsh = FakeCrtsh([*some(3, 1), *some(3, 1, start=10, host="my-example.org")])
    completer = collect(crtsh, name_filter=lambda names: all(name.endswith("@example.org") for name in names))
    assert_whole(completer, some(3, 1))


@pytest.mark.parametrize(
    ("broken", "found", "told"),
    [
        (lambda query: "503" if query.startswith("E=") else None, 30, 1),
        (lambda query: "503" if "excludeCAs" in query else None, 10, 2),
        (lambda query: "503", 0, 2),
    ],
)
def test_failed_parts_are_reported(broken: Callable[[str], str | None], found: int, told: int) -> None:
    crtsh = FakeCrtsh([each for issuer in range(1, 6) for each in some(6, issuer)], limit=10, broken=broken)
    completer = collect(crtsh)
    assert len(completer.found) >= found
    assert len(reasons(completer)) >= told
    assert completer.failure is not None
    assert bool(completer.answers) is bool(found)


def test_a_refusal_ends_the_search() -> None:
    crtsh = FakeCrtsh(some(30, 1), limit=10, broken=lambda query: "blocked" if "exclude" in query else None)
    with pytest.raises(Refused):
        collect(crtsh)
    assert crtsh.requests == 2
