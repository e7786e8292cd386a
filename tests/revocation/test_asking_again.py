"""Repeated questions to CAs: their time, the answer used meanwhile, and the lists removed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from support.refreshing import CA, CRL, GOOD, OCSP, REVOKED, UNKNOWN, World, ok
from support.revoking import NEXT_UPDATE, NOW, THIS_UPDATE, make_crl, make_ocsp, revoked, single

DAY = timedelta(days=1)
YEAR = NOW + 365 * DAY


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def crl_is_kept(world: World, url: str = CRL) -> bool:
    return world.with_index(lambda index: index.crl(url)) is not None


# --- after seven days ---------------------------------------------------------------------------------------------


def test_a_list_for_a_year_is_fetched_again_after_seven_days(world: World) -> None:
    world.keep(CA.issue(7, crls=[CRL]))
    world.answers[CRL] = ok(make_crl(CA, next_update=YEAR))
    world.refresh()
    world.answers[CRL] = ok(make_crl(CA, [revoked(7)], this_update=NOW + DAY, next_update=YEAR))
    assert world.refresh(now=NOW + 7 * DAY - timedelta(seconds=1)).current == 1
    assert (world.asked, world.said()) == ([CRL], [[("CRL", GOOD, None)]])
    world.refresh(now=NOW + 7 * DAY)
    assert (world.asked, world.said()) == ([CRL, CRL], [[("CRL", REVOKED, None)]])


def test_a_cached_crl_dates_answers_by_its_own_fetch(world: World) -> None:
    """Otherwise each certificate that comes later would put off the next question for all."""
    world.keep(CA.issue(7, crls=[CRL]))
    world.answers[CRL] = ok(make_crl(CA, next_update=YEAR))
    world.refresh()
    world.keep(CA.issue(7, crls=[CRL]), CA.issue(8, crls=[CRL]))
    world.refresh(now=NOW + 6 * DAY)
    assert [one.revocations[0].checked for one in world.kept()] == [NOW, NOW]
    assert world.refresh(now=NOW + 7 * DAY).current == 0
    assert world.asked == [CRL, CRL]


@pytest.mark.parametrize("answer", [httpx.Response(404), httpx.ReadError("gone"), ok(b"junk")])
def test_the_cached_crl_is_used_while_valid_when_no_new_crl_comes(
    answer: httpx.Response | Exception, world: World
) -> None:
    world.keep(CA.issue(7, crls=[CRL]))
    world.answers[CRL] = ok(make_crl(CA, [revoked(8)], next_update=NOW + 20 * DAY))
    world.refresh()
    world.keep(*(CA.issue(serial, crls=[CRL]) for serial in (7, 8, 9)))
    world.answers[CRL] = answer
    outcome = world.refresh(now=NOW + 8 * DAY)
    assert (outcome.exit_code, len(outcome.failures)) == (4, 1)
    assert world.said() == [[("CRL", GOOD, None)], [("CRL", REVOKED, None)], [("CRL", GOOD, None)]]
    asked = len(world.asked)
    world.refresh(now=NOW + 9 * DAY)
    assert len(world.asked) > asked  # tried again in each run
    world.refresh(now=NOW + 21 * DAY)
    assert [state for ((_, state, _),) in world.said()] == [UNKNOWN, REVOKED, UNKNOWN]


def test_ocsp_is_asked_again_after_seven_days(world: World) -> None:
    world.keep(CA.issue(7, ocsp=OCSP))
    world.answers[OCSP] = ok(make_ocsp(CA, [single(CA, 7, next_update=YEAR)]))
    world.refresh(ocsp=True, purpose="case 7")
    assert world.refresh(now=NOW + 6 * DAY, ocsp=True, purpose="case 7").current == 1
    assert world.refresh(now=NOW + 7 * DAY, ocsp=True, purpose="case 7").current == 0
    assert world.asked == [OCSP, OCSP]


def test_answers_dated_in_the_future_are_asked_for_again(world: World) -> None:
    world.keep(CA.issue(7, crls=[CRL]))
    world.answers[CRL] = ok(make_crl(CA, next_update=YEAR))
    world.refresh(now=NOW + 300 * DAY)
    world.refresh()
    assert (world.asked, world.kept()[0].revocations[0].checked) == ([CRL, CRL], NOW)


# --- older answers never count more -------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", [1, 6])
def test_an_older_answer_never_takes_back_a_revocation(reason: int, world: World) -> None:
    """Answers come without TLS: an attacker on the way can keep an answer from before a revocation and replay it."""
    world.keep(CA.issue(7, ocsp=OCSP))
    later = THIS_UPDATE + timedelta(hours=2)
    world.answers[OCSP] = ok(make_ocsp(CA, [single(CA, 7, "revoked", reason=reason, this_update=later)]))
    world.refresh(ocsp=True, purpose="case 7")
    before = world.kept()
    assert before[0].revocations[-1].state is REVOKED
    world.answers[OCSP] = ok(make_ocsp(CA, [single(CA, 7, this_update=later - timedelta(seconds=1))]))
    world.refresh(ocsp=True, purpose="case 7", force=True)
    assert (len(world.asked), world.kept()) == (2, before)


def test_a_newer_answer_takes_back_a_hold(world: World) -> None:
    world.keep(CA.issue(7, ocsp=OCSP))
    world.answers[OCSP] = ok(make_ocsp(CA, [single(CA, 7, "revoked", reason=6)]))
    world.refresh(ocsp=True, purpose="case 7")
    world.answers[OCSP] = ok(make_ocsp(CA, [single(CA, 7, this_update=THIS_UPDATE + timedelta(seconds=1))]))
    world.refresh(ocsp=True, purpose="case 7")
    assert {source: state for source, state, _ in world.said()[0]}["OCSP"] is GOOD


# --- removed lists ------------------------------------------------------------------------------------------------


def test_outdated_crls_are_deleted_at_the_end_of_a_refresh(world: World) -> None:
    other = "http://crl.example.com/2.crl"
    world.keep(CA.issue(7, crls=[CRL]), CA.issue(8, crls=[other]))
    world.answers = {CRL: ok(make_crl(CA)), other: ok(make_crl(CA, next_update=YEAR))}
    world.refresh()
    assert (crl_is_kept(world), crl_is_kept(world, other)) == (True, True)
    world.answers = {}
    world.refresh(now=NEXT_UPDATE + DAY, identities=())
    assert (crl_is_kept(world), crl_is_kept(world, other)) == (False, True)
    world.refresh(now=NOW + 91 * DAY, identities=())
    assert not crl_is_kept(world, other)
    assert world.asked == [CRL, other] or world.asked == [other, CRL]


def test_a_crl_without_next_update_is_deleted_after_a_day(world: World) -> None:
    world.keep(CA.issue(7, crls=[CRL]))
    world.answers[CRL] = ok(make_crl(CA, next_update=None))
    world.refresh()
    world.refresh(now=NOW + DAY / 2, identities=())
    assert crl_is_kept(world)
    world.refresh(now=NOW + 2 * DAY, identities=())
    assert not crl_is_kept(world)
