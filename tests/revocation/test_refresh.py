"""Whole refresh: a real index, CAs at the transport with every failure, and no question without consent."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from support.certs import signed_data
from support.refreshing import AIA, CA, CRL, GOOD, OCSP, OTHER, REVOKED, UNKNOWN, Answer, World, ok
from support.revoking import (
    NEXT_UPDATE,
    NOW,
    THIS_UPDATE,
    Ca,
    make_ca,
    make_crl,
    make_ocsp,
    ocsp_error,
    revoked,
    single,
)
from support.words import english

from ctscan.clock import Clock
from ctscan.errors import UsageError
from ctscan.index.open import open_index
from ctscan.model import Revocation, StatusReason
from ctscan.model.results import RefreshResult
from ctscan.revocation.context import RefreshRequest
from ctscan.revocation.refresh import run_refresh
from ctscan.x509.certificate import read_certificate


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


# --- lists --------------------------------------------------------------------------------------------------------


def test_a_list_is_fetched_once_for_all_its_certificates_and_kept(world: World) -> None:
    world.keep(*(CA.issue(serial, crls=[CRL]) for serial in (7, 8, 9)))
    world.answers[CRL] = ok(make_crl(CA, [revoked(8, reason=1)]))
    outcome = world.refresh()
    assert outcome.exit_code == 0
    assert world.said() == [[("CRL", GOOD, None)], [("CRL", REVOKED, None)], [("CRL", GOOD, None)]]
    assert world.asked == [CRL]
    world.refresh()
    world.refresh(force=True)
    assert world.asked == [CRL, CRL]


def test_a_crl_is_reused_for_later_certificates_until_it_expires(world: World) -> None:
    world.keep(CA.issue(7, crls=[CRL]))
    world.answers[CRL] = ok(make_crl(CA))
    world.refresh()
    world.keep(CA.issue(7, crls=[CRL]), CA.issue(8, crls=[CRL]))
    world.refresh()
    assert (world.asked, world.said()) == ([CRL], [[("CRL", GOOD, None)]] * 2)
    world.refresh(now=NEXT_UPDATE + timedelta(hours=1))
    assert world.asked == [CRL, CRL]


def test_an_unsigned_crl_is_neither_trusted_nor_kept(world: World) -> None:
    world.keep(CA.issue(7, crls=[CRL]))
    world.answers[CRL] = ok(make_crl(CA, [revoked(7)], sign_with=OTHER.key))
    world.refresh()
    ((said,),) = world.said()
    assert (said[1], world.with_index(lambda index: index.crl(CRL))) == (UNKNOWN, None)
    world.answers[CRL] = ok(make_crl(CA))
    world.refresh()
    assert world.said() == [[("CRL", GOOD, None)]]


def test_the_next_crl_is_fetched_when_the_first_fails(world: World) -> None:
    mirror = "http://crl.example.com/1.crl"
    world.keep(CA.issue(7, crls=[CRL, mirror]))
    world.answers[mirror] = ok(make_crl(CA))
    assert world.refresh().exit_code == 4
    assert (world.asked, world.said()) == ([CRL, mirror], [[("CRL", GOOD, None)]])


FAILURES: dict[str, Answer] = {
    "not there": httpx.Response(404),
    "html": httpx.Response(200, content=b"<html>", headers={"content-type": "text/html"}),
    "garbage": ok(b"\x30\x82\xff\xff not a list"),
    "empty": ok(b""),
    "oversized": httpx.Response(200, content=b"", headers={"content-length": str(1 << 30)}),
    "refused": httpx.Response(403),
    "redirect": httpx.Response(302, headers={"location": "http://127.0.0.1/"}),
    "broken": httpx.ReadError("gone"),
    "slow": httpx.ReadTimeout("slow"),
    "stale": ok(make_crl(CA, this_update=NOW - timedelta(days=30), next_update=NOW - timedelta(days=20))),
    "of another": ok(make_crl(OTHER)),
    "wrong signature": ok(make_crl(CA, sign_with=OTHER.key)),
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_a_failure_is_a_reason_and_the_next_refresh_recovers(failure: Answer, world: World) -> None:
    other = "http://crl.example.com/2.crl"
    world.keep(CA.issue(7, crls=[CRL]), CA.issue(8, crls=[other]))
    world.answers = {
        CRL: failure if not isinstance(failure, httpx.Response) else lambda _: failure,
        other: ok(make_crl(CA)),
    }
    world.refresh()
    (first,), second = world.said()
    assert (first[0], first[1], bool(first[2]), second) == ("CRL", UNKNOWN, True, [("CRL", GOOD, None)])
    assert "/1.crl" not in english(first[2])
    world.answers[CRL] = ok(make_crl(CA, [revoked(7)]))
    assert world.refresh().exit_code == 0
    assert world.said() == [[("CRL", REVOKED, None)], [("CRL", GOOD, None)]]


def test_a_failure_never_overrides_an_answer_of_a_ca(world: World) -> None:
    world.keep(CA.issue(7, crls=[CRL]), CA.issue(8, crls=[CRL]))
    world.answers[CRL] = ok(make_crl(CA, [revoked(7, reason=1)]))
    world.refresh()
    before = world.kept()
    world.answers[CRL] = httpx.Response(404)
    assert world.refresh(force=True).exit_code == 4
    assert world.kept() == before
    world.refresh(now=NEXT_UPDATE + timedelta(days=1))
    (first,), (second,) = world.said()
    assert (first[1], second[1]) == (REVOKED, UNKNOWN)


def test_an_older_crl_never_overrides_a_newer_crl(world: World) -> None:
    """Lists come without TLS: an attacker on the way can keep a list from before a revocation and replay it."""
    world.keep(CA.issue(7, crls=[CRL]), CA.issue(8, crls=[CRL]))
    older, newer = make_crl(CA), make_crl(CA, [revoked(7, reason=6)], this_update=THIS_UPDATE + timedelta(days=1))
    world.answers[CRL] = ok(newer)
    world.refresh()
    before = world.kept()
    world.answers[CRL] = ok(older)
    outcome = world.refresh(force=True)
    assert (world.kept(), outcome.exit_code) == (before, 4)
    assert any("older than" in english(failure) for failure in outcome.failures)
    assert world.with_index(lambda index: index.crl(CRL)).der == newer  # type: ignore[attr-defined]


def test_a_host_that_keeps_failing_is_skipped(world: World) -> None:
    urls = [f"http://dead.example.net/{n}.crl" for n in range(12)]
    world.keep(*(CA.issue(n + 1, crls=[url]) for n, url in enumerate(urls)))
    world.answers = dict.fromkeys(urls, httpx.ConnectError("nobody"))
    world.refresh()
    assert len(set(world.asked)) < len(urls)
    assert [one[0][1] for one in world.said()] == [UNKNOWN] * 12


HOSTILE = [
    *("http://127.0.0.1/x.crl", "http://localhost/x.crl", "http://169.254.169.254/latest/meta-data", "http://[::1]/x"),
    *("http://inside.example.net/x.crl", "http://crl.example.net:8080/x.crl", "http://jane:doe@crl.example.net/x.crl"),
    *(
        "http://2130706433/x",
        "http://",
        "http:///x.crl",
        "http://[bad/x.crl",
        "http://a.example.net:99999/",
        "http://%/",
    ),
]


@pytest.mark.parametrize("url", HOSTILE)
def test_urls_to_private_addresses_are_never_fetched(url: str, world: World) -> None:
    world.addresses["inside.example.net"] = ["10.0.0.1"]
    world.keep(CA.issue(7, crls=[url], ocsp=url, issuers=url), issuers=())
    world.refresh(ocsp=True, purpose="a test")
    assert world.asked == []
    assert all(state is UNKNOWN and why for _, state, why in world.said()[0])


def test_a_name_that_changes_while_it_is_asked_is_not_asked_again(world: World) -> None:
    """The first answer is "later"; the name then leads inside, where the next try would go."""

    def later(_: httpx.Request) -> httpx.Response:
        world.addresses["crl.example.net"] = ["169.254.169.254"]
        return httpx.Response(503)

    world.keep(CA.issue(7, crls=[CRL]))
    world.answers[CRL] = later
    assert world.refresh().exit_code == 4
    detail = "not asked, it leads to an address that isn't one of the public internet"
    assert world.asked == [CRL]
    assert world.said() == [[("CRL", UNKNOWN, StatusReason.LIST_MISSING(host="crl.example.net", detail=detail))]]


def test_a_certificate_without_crl_and_responder_has_a_reason(world: World) -> None:
    world.keep(CA.issue(7), CA.issue(8, crls=["ldap://ldap.example.net/cn=CA"]), CA.issue(9, ocsp=OCSP))
    assert world.refresh().exit_code == 0
    assert [why for ((_, _, why),) in world.said()] == [
        StatusReason.NAMES_NOTHING(),
        StatusReason.NOT_BY_HTTP(),
        StatusReason.NO_LIST_OCSP_OFF(),
    ]
    assert world.asked == []


# --- issuers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["der", "p7c", "pem"])
def test_an_issuer_that_isnt_kept_is_fetched_once(form: str, world: World) -> None:
    import base64

    forms = {
        "der": CA.der,
        "p7c": signed_data(OTHER.der, CA.der),
        "pem": b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(CA.der) + b"-----END CERTIFICATE-----\n",
    }
    world.keep(*(CA.issue(n, crls=[CRL], issuers=AIA) for n in (7, 8)), issuers=())
    world.answers = {CRL: ok(make_crl(CA)), AIA: ok(forms[form])}
    world.refresh()
    assert world.said() == [[("CRL", GOOD, None)]] * 2
    assert sorted(world.asked) == sorted([CRL, AIA])
    world.refresh(force=True)
    assert world.asked.count(AIA) == 1


def test_only_issuers_of_kept_certificates_are_kept(world: World) -> None:
    namesake = make_ca("namesake")
    assert namesake.subject == CA.subject
    world.keep(CA.issue(7, crls=[CRL], issuers=AIA), issuers=())
    world.answers = {CRL: ok(make_crl(CA)), AIA: ok(signed_data(namesake.der, CA.der))}
    world.refresh()
    assert world.said() == [[("CRL", GOOD, None)]]
    assert world.with_index(lambda index: index.issuers(CA.issuer().subject_hash)) == [CA.issuer("AIA")]


@pytest.mark.parametrize("answer", [httpx.Response(404), ok(OTHER.der), ok(b"junk"), httpx.ReadError("gone")])
def test_without_the_issuer_no_answer_is_trusted(answer: Answer, world: World) -> None:
    world.keep(CA.issue(7, crls=[CRL], issuers=AIA), issuers=())
    world.answers = {CRL: ok(make_crl(CA, [revoked(7)])), AIA: answer}
    world.refresh()
    assert world.said() == [[("CRL", UNKNOWN, StatusReason.ISSUER_UNKNOWN())]]


# --- OCSP ---------------------------------------------------------------------------------------------------------


def responder(*states: tuple[int, str], ca: Ca = CA) -> httpx.Response:
    return ok(make_ocsp(ca, [single(ca, serial, state) for serial, state in states]))


def test_ocsp_is_asked_last_only_with_consent_and_recorded_before(world: World) -> None:
    world.keep(CA.issue(7, crls=[CRL], ocsp=OCSP), CA.issue(8, ocsp=OCSP), CA.issue(9, ocsp=OCSP))
    world.answers = {CRL: ok(make_crl(CA)), OCSP: responder((8, "good"), (9, "revoked"))}
    world.refresh()
    assert (world.asked, world.disclosed) == ([CRL], [])
    assert world.refresh(ocsp=True, purpose="case 7").exit_code == 0
    assert world.asked == [CRL, OCSP, OCSP]
    assert world.disclosed == [("certificate", "ocsp.example.net", "case 7", "status --ocsp")]
    states = [{source: state for source, state, _ in one} for one in world.said()]
    assert (states[0], states[1]["OCSP"], states[2]["OCSP"]) == ({"CRL": GOOD}, GOOD, REVOKED)


def test_an_expired_certificate_isnt_asked_about(world: World) -> None:
    world.keep(CA.issue(7, ocsp=OCSP, not_after=NOW - timedelta(days=1)))
    world.refresh(ocsp=True, purpose="case 7")
    assert (world.asked, world.disclosed) == ([], [])


@pytest.mark.parametrize("answer", [httpx.Response(500), ok(ocsp_error(3)), ok(b"junk"), responder((1, "good"))])
def test_a_responder_without_an_answer_leaves_the_status_unknown(answer: httpx.Response, world: World) -> None:
    world.keep(CA.issue(7, ocsp=OCSP))
    world.answers[OCSP] = answer
    world.refresh(ocsp=True, purpose="case 7")
    assert {source: (state, bool(why)) for source, state, why in world.said()[0]}["OCSP"] == (UNKNOWN, True)


# --- whole refreshes ----------------------------------------------------------------------------------------------


def test_a_refresh_covers_only_the_requested_certificates(world: World) -> None:
    first, second = CA.issue(7, crls=[CRL]), CA.issue(8, crls=[CRL])
    world.keep(first, second)
    world.answers[CRL] = ok(make_crl(CA))
    world.refresh(identities=(read_certificate(second).identity,))
    assert [len(one) for one in world.said()] == [0, 1]


def test_a_stopped_refresh_keeps_its_answers_and_the_next_continues(world: World) -> None:
    second = "http://crl.example.org/2.crl"
    world.keep(CA.issue(7, crls=[CRL]), CA.issue(8, crls=[second]))
    world.answers = {CRL: ok(make_crl(CA)), second: ok(make_crl(CA))}

    async def stopped() -> RefreshResult:
        stop = asyncio.Event()

        def told(line: str) -> None:
            if "judged" in line:
                stop.set()

        client = world.client()
        async with await open_index(world.folder / "db", create=False) as index:
            try:
                return await run_refresh(index, client, RefreshRequest("tester"), told, stop, Clock(now=lambda: NOW))
            finally:
                await client.aclose()

    outcome = asyncio.run(stopped())
    assert (outcome.stopped, outcome.exit_code) == (True, 1)
    world.refresh()
    assert world.said() == [[("CRL", GOOD, None)]] * 2


def test_without_a_contact_nothing_is_asked(world: World) -> None:
    world.keep(CA.issue(7, crls=[CRL]))
    with pytest.raises(UsageError, match="a contact is needed"):
        world.refresh(client=world.client(""))
    assert world.asked == []


def test_progress_holds_no_data_of_a_certificate(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    personal = "http://crl.example.net/jane.roe@example.org.crl?jane.roe"
    subject = [("CN", "Jane Roe"), ("emailAddress", "jane.roe@example.org")]
    world.keep(CA.issue(7, subject=subject, crls=[personal], ocsp=OCSP, issuers=personal), issuers=())
    outcome = world.refresh(ocsp=True, purpose="case 7")
    told = "\n".join([*world.lines, *map(english, outcome.failures), caplog.text, str(world.said())]).casefold()
    assert outcome.failures
    assert "jane" not in told
    assert "roe" not in told


def test_revocations_hold_times_reason_and_source(world: World) -> None:
    world.keep(CA.issue(7, crls=[CRL]))
    world.answers[CRL] = ok(make_crl(CA, [revoked(7, reason=1)]))
    world.refresh()
    ((said,),) = [one.revocations for one in world.kept()]
    assert isinstance(said, Revocation)
    assert (said.url, said.reason, said.checked, said.next_update) == (CRL, "keyCompromise", NOW, NEXT_UPDATE)
