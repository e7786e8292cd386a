"""Clocks of servers by their Date headers: what differs from ours, and what says nothing."""

from __future__ import annotations

from email.utils import formatdate

import pytest

from ctscan.http.server_dates import ServerDates

NOW = 1_770_000_000.0
HOST = "log.example.org"


def dates() -> ServerDates:
    return ServerDates(lambda: NOW)


@pytest.mark.parametrize(
    ("headers", "skew"),
    [
        ({"date": formatdate(NOW, usegmt=True)}, 0.0),
        ({"date": formatdate(NOW + 7200, usegmt=True)}, 7200.0),
        ({"date": formatdate(NOW - 7200, usegmt=True)}, -7200.0),
        ({"date": formatdate(NOW - 7200, usegmt=True), "age": "7200"}, 0.0),  # a cache has kept it
        ({"date": formatdate(NOW - 7200, usegmt=True), "age": "-7200"}, None),
        ({"date": formatdate(NOW, usegmt=True), "age": "9" * 10}, None),
        ({"date": "yesterday"}, None),
        ({"date": "Mon, 99 Foo 2026 00:00:00 GMT"}, None),
        ({"date": ""}, None),
        ({}, None),
    ],
)
def test_a_date_is_compared_with_our_clock(headers: dict[str, str], skew: float | None) -> None:
    found = dates()
    found.hear(HOST, headers)
    assert found.skew(HOST) == skew
    assert found.skew("other.example.org") is None


def test_the_newest_answer_counts() -> None:
    found = dates()
    for ahead in (7200, 0):
        found.hear(HOST, {"date": formatdate(NOW + ahead, usegmt=True)})
    found.hear(HOST, {})
    assert found.skew(HOST) == 0.0


def test_the_number_of_hosts_is_bounded() -> None:
    found = dates()
    for number in range(2000):
        found.hear(f"{number}.example.org", {"date": formatdate(NOW, usegmt=True)})
    assert found.skew("0.example.org") == 0.0 and found.skew("1999.example.org") is None
