"""OCSP answers that are old, of others or about others, from the responder to `ctscan status`: none is believed."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.certs import extension, tlv
from support.cli import run
from support.crossing import crossed, quick
from support.refreshing import OCSP, World
from support.revoking import Ca, Key, make_ca, make_key, make_ocsp, single

import ctscan.app as app
from ctscan.config import Config
from ctscan.http.ssrf_guard import guarded_transport

TODAY = datetime.now(UTC).replace(microsecond=0)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CA, OTHER = make_ca("issuing"), make_ca("another")  # of one name
SERIAL = 7
NONCE = extension("1.3.6.1.5.5.7.48.1.2", tlv(4, b"of another question"))
FRESH = {"this_update": TODAY - HOUR, "next_update": TODAY + 5 * DAY}
OLD = {"this_update": TODAY - 30 * DAY, "next_update": TODAY - 20 * DAY}
ENDLESS = {"this_update": TODAY - 30 * DAY, "next_update": None}


def issue(serial: int = SERIAL, **fields: object) -> bytes:
    dates = {"not_before": TODAY - 100 * DAY, "not_after": TODAY + 100 * DAY}
    return CA.issue(serial, **{**dates, **fields})  # type: ignore[arg-type]


def about(state: str = "good", ca: Ca = CA, serial: int = SERIAL, **dates: Any) -> list[bytes]:
    return [single(ca, serial, state, **(dates or FRESH))]


def answered(singles: Sequence[bytes], ca: Ca = CA, *, produced_at: datetime = TODAY - HOUR, **fields: Any) -> bytes:
    return make_ocsp(ca, singles, produced_at=produced_at, **fields)


def responder(ca: Ca = CA, **fields: Any) -> Ca:
    dates = {"not_before": TODAY - 90 * DAY, "not_after": TODAY + 90 * DAY}
    return ca.responder(**{**dates, **fields})


def subscriber() -> Ca:
    """Certify a subscriber under the name of the responder."""
    key, named = make_key("subscriber"), responder().subject
    return Ca(named, key, issue(5, subject=named, spki=key.spki))


def over_other_bytes(state: str) -> bytes:
    """Sign "unknown" and say another state."""
    elsewhere: list[bytes] = []

    def note(data: bytes) -> bytes:
        elsewhere.append(data)
        return CA.key.sign(data)

    answered(about("unknown"), sign_with=dataclasses.replace(CA.key, sign=note))
    good = CA.key.sign(elsewhere[0])
    return answered(about(state), sign_with=Key(CA.key.spki, CA.key.algorithm, lambda _: good))


FALSE: dict[str, tuple[Callable[[str], bytes], str]] = {
    "about another serial number": (lambda s: answered(about(s, serial=8)), "status.other-certificate"),
    "about a certificate of a CA of the same name": (
        lambda s: answered(about(s, OTHER)),
        "status.other-certificate",
    ),
    "about nothing": (lambda _: answered([]), "status.other-certificate"),
    "signed with another key": (lambda s: answered(about(s), sign_with=OTHER.key), "status.response-unverified"),
    "signed by another CA of the same name": (lambda s: answered(about(s), OTHER), "status.response-unverified"),
    "signed by another CA, with its certificate": (
        lambda s: answered(about(s), OTHER, certificates=[OTHER.der, CA.der]),
        "status.responder-not-certified",
    ),
    "signed over other bytes": (over_other_bytes, "status.response-unverified"),
    "by a responder without a purpose": (
        lambda s: answered(about(s), responder=responder(eku=())),
        "status.responder-not-for-signing",
    ),
    "by a responder for servers": (
        lambda s: answered(about(s), responder=responder(eku=("1.3.6.1.5.5.7.3.1",))),
        "status.responder-not-for-signing",
    ),
    "by a subscriber of the CA": (
        lambda s: answered(about(s), responder=subscriber()),
        "status.responder-not-for-signing",
    ),
    "by an expired responder": (
        lambda s: answered(about(s), responder=responder(not_after=TODAY - DAY)),
        "status.responder-not-valid",
    ),
    "by a responder of the future": (
        lambda s: answered(about(s), responder=responder(not_before=TODAY + DAY)),
        "status.responder-not-valid",
    ),
    "by a responder of another CA": (
        lambda s: answered(about(s), responder=responder(OTHER)),
        "status.responder-not-certified",
    ),
    "by a responder whose certificate is missing": (
        lambda s: answered(about(s), responder=responder(), certificates=[]),
        "status.response-unverified",
    ),
    "dated in the future": (
        lambda s: answered(about(s), produced_at=TODAY + DAY),
        "status.response-in-future",
    ),
}
"""Answers by state, and the code of the reason why the status stays unknown."""

REPLAYED: dict[str, tuple[bytes, str]] = {
    "run out": (answered(about(**OLD), produced_at=TODAY - 30 * DAY), "status.response-run-out"),
    "run out, with a nonce": (
        answered(about(**OLD), produced_at=TODAY - 30 * DAY, extensions=[NONCE]),
        "status.response-run-out",
    ),
    "run out, and produced anew": (answered(about(**OLD)), "status.response-run-out"),
    "without an end": (answered(about(**ENDLESS), produced_at=TODAY - 30 * DAY), "status.run-out"),
    "without an end, with a nonce": (
        answered(about(**ENDLESS), produced_at=TODAY - 30 * DAY, extensions=[NONCE]),
        "status.run-out",
    ),
}


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    world.keep(issue(ocsp=OCSP))
    return world


def status(world: World, answer: bytes) -> dict[str, Any]:
    """Refresh with this answer of the responder, and return the status of the certificate as the command shows it."""
    world.answers[OCSP] = httpx.Response(200, content=answer)
    db = str(world.folder / "db")
    config = Config(db=db, contact="ct@example.org", purpose="case 17", ocsp=True)

    async def work() -> None:
        transport = guarded_transport(resolve=world.resolve, inner=httpx.MockTransport(world.handle))
        await app.refresh(
            config, (), who="tester", force=True, progress=lambda _: None, stop=asyncio.Event(), transport=transport
        )

    asyncio.run(work())
    assert world.asked[-1] == OCSP
    shown = run("status", "person0@example.org", "--db", db, "--format", "json")
    (certificate,) = json.loads(shown.stdout)["certificates"]
    found: dict[str, Any] = certificate["status"]
    return found


@pytest.mark.parametrize(
    "signer", [{}, {"responder": responder()}, {"extensions": [NONCE]}], ids=["CA", "responder", "nonce"]
)
def test_a_right_answer_is_believed(signer: dict[str, Any], world: World) -> None:
    assert status(world, answered(about("good"), **signer))["standing"] == "valid"
    assert status(world, answered(about("revoked"), **signer))["standing"] == "revoked"


@pytest.mark.parametrize(("state", "case"), crossed(["good", "revoked"], FALSE))
def test_a_false_answer_leaves_the_status_unknown(case: str, state: str, world: World) -> None:
    make, code = FALSE[case]
    found = status(world, make(state))
    assert (found["standing"], found["why_code"]) == ("unknown", code)


@pytest.mark.parametrize("case", REPLAYED)
def test_a_replayed_answer_leaves_the_status_unknown(case: str, world: World) -> None:
    answer, code = REPLAYED[case]
    found = status(world, answer)
    assert (found["standing"], found["why_code"]) == ("unknown", code)


@pytest.mark.parametrize("case", [*REPLAYED, *quick(FALSE, [*FALSE][::3])])
def test_neither_lifts_a_revocation_that_is_known(case: str, world: World) -> None:
    assert status(world, answered(about("revoked", reason=1, **FRESH)))["standing"] == "revoked"
    answer = REPLAYED[case][0] if case in REPLAYED else FALSE[case][0]("good")
    assert status(world, answer)["standing"] == "revoked"


def test_an_answer_from_before_a_revocation_does_not_lift_it(world: World) -> None:
    """A replayed answer that hasn't run out is signed and valid: only its age tells."""
    before = {"this_update": TODAY - 2 * DAY, "next_update": TODAY + 5 * DAY}
    assert status(world, answered(about("revoked", reason=6, **FRESH)))["standing"] == "revoked"
    assert status(world, answered(about("good", **before), produced_at=TODAY - 2 * DAY))["standing"] == "revoked"
