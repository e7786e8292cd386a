"""Costs that a harmful CA can cause in a run: it names many lists, large lists, and answers slowly."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from support.refreshing import AIA, CA, GOOD, OCSP, UNKNOWN, World, ok
from support.revoking import make_crl, make_ocsp, single
from support.words import english

from ctscan.model import StatusReason
from ctscan.revocation.budget import RefreshLimits

OTHER = "http://crl.example.com/other.crl"
LIST = make_crl(CA)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def many(world: World, count: int, answer: Callable[[httpx.Request], httpx.Response] | None = None) -> list[str]:
    """Keep `count` certificates, each with its own list at a single host, and a certificate with a list elsewhere."""
    urls = [f"http://crl.example.net/{number}.crl" for number in range(count)]
    world.keep(*(CA.issue(serial, crls=[url]) for serial, url in enumerate([*urls, OTHER], 1)))
    world.answers = {OTHER: ok(LIST)} | dict.fromkeys(urls, answer or ok(LIST))
    return urls


def states(world: World) -> list[str]:
    return [state for ((_, state, _),) in world.said()]


def test_a_host_serves_a_limited_number_of_files_and_the_next_run_continues(world: World) -> None:
    many(world, 6)
    world.limits = RefreshLimits(files=4)
    outcome = world.refresh()
    assert states(world) == [GOOD] * 4 + [UNKNOWN] * 2 + [GOOD]
    detail = "skipped for the rest of this run: 4 of its files were fetched"
    told = StatusReason.LIST_MISSING(host="crl.example.net", detail=detail)
    assert (list(outcome.failures), outcome.exit_code) == ([told], 4)
    assert world.said()[5][0][2] == told
    assert (world.refresh().exit_code, states(world), len(world.asked)) == (0, [GOOD] * 7, 7)


def test_files_of_a_host_have_so_many_octets(world: World) -> None:
    many(world, 9)
    world.limits = RefreshLimits(octets=3 * len(LIST))
    outcome = world.refresh()
    assert any(f"had {3 * len(LIST):,} octets" in english(failure) for failure in outcome.failures)
    assert (states(world)[-1], 3 <= states(world).count(GOOD) - 1 <= 5) == (GOOD, True)  # two are under way at a time


def test_files_of_all_hosts_have_so_many_octets(world: World) -> None:
    urls = [f"http://{number}.example.net/1.crl" for number in range(20)]
    world.keep(*(CA.issue(serial, crls=[url]) for serial, url in enumerate(urls, 1)))
    world.answers = dict.fromkeys(urls, ok(LIST))
    world.limits = RefreshLimits(octets_of_all=5 * len(LIST))
    outcome = world.refresh()
    assert 5 <= states(world).count(GOOD) <= 9
    assert all("files of all hosts had" in english(failure) for failure in outcome.failures)


def test_a_slow_host_is_skipped(world: World) -> None:
    def slow(_: httpx.Request) -> httpx.Response:
        world.time.now += 100
        return ok(LIST)

    urls = many(world, 30, slow)
    outcome = world.refresh()
    asked = [url for url in world.asked if url in urls]
    assert 6 <= len(asked) <= 9
    assert any("it made us wait for 600 s" in english(failure) for failure in outcome.failures)
    assert states(world)[-1] == GOOD


def test_slow_hosts_of_issuers_and_ocsp_are_skipped_too(world: World) -> None:
    def slow(_: httpx.Request) -> httpx.Response:
        world.time.now += 100
        return httpx.Response(404)

    issuers = [f"{AIA}?{number}" for number in range(30)]
    world.keep(*(CA.issue(serial, ocsp=OCSP, issuers=url) for serial, url in enumerate(issuers, 1)), issuers=())
    world.answers = {AIA: slow}
    world.refresh(ocsp=True, purpose="case 7")
    assert 6 <= world.asked.count(AIA) <= 9
    world.keep(*(CA.issue(serial, ocsp=OCSP, issuers=url) for serial, url in enumerate(issuers, 1)))
    world.answers = {OCSP: slow}
    world.refresh(ocsp=True, purpose="case 7")
    assert 6 <= world.asked.count(OCSP) <= 9


def test_a_host_at_its_usual_pace_is_asked_for_as_many_as_there_are(world: World) -> None:
    """The refresh's own pace doesn't count against the host: 40 questions take longer than its limit of a few
    seconds."""
    world.keep(*(CA.issue(serial, ocsp=OCSP) for serial in range(1, 41)))
    answers = (ok(make_ocsp(CA, [single(CA, serial)])) for serial in range(1, 41))
    world.answers[OCSP] = lambda _: next(answers)
    world.limits = RefreshLimits(seconds=5.0, files=1)
    assert world.refresh(ocsp=True, purpose="case 7").exit_code == 0
    assert world.time.slept > 15
    assert {source: state for source, state, _ in world.said()[-1]}["OCSP"] == GOOD
