"""Status of a certificate at one moment: dates, revocation, and the authority of each answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from support.words import english

from ctscan.model import CertificateStanding, Revocation, RevocationState, StatusReason
from ctscan.revocation.status import NEVER_CHECKED, USABLE_FOR, has_run_out, status_of
from ctscan.views.certificates import status_words
from ctscan.views.text import texts

NOW = datetime(2031, 5, 6, 12, tzinfo=UTC)
DAY = timedelta(days=1)
FROM, UNTIL = NOW - 100 * DAY, NOW + 100 * DAY

GOOD = Revocation(RevocationState.NOT_REVOKED, "CRL", NOW - DAY, this_update=NOW - 2 * DAY, next_update=NOW + 5 * DAY)
REVOKED = Revocation(
    RevocationState.REVOKED,
    "CRL",
    NOW - DAY,
    revoked_at=NOW - 10 * DAY,
    reason="keyCompromise",
    this_update=NOW - 2 * DAY,
    next_update=NOW + 5 * DAY,
)
UNKNOWN = Revocation(RevocationState.UNKNOWN, "CRL", NOW - DAY, why=StatusReason.LIST_RUN_OUT())


def changed(revocation: Revocation, **fields: object) -> Revocation:
    from msgspec.structs import replace

    return replace(revocation, **fields)  # type: ignore[arg-type]


def standing(
    *revocations: Revocation, start: datetime | None = FROM, end: datetime | None = UNTIL
) -> CertificateStanding:
    return status_of(start, end, revocations, NOW).standing


@pytest.mark.parametrize(
    ("start", "end", "revocations", "expected"),
    [
        (FROM, UNTIL, (GOOD,), "valid; not revoked, as the CA's list of 2031-05-04 says"),
        (FROM, UNTIL, (), f"unknown: {english(NEVER_CHECKED)}"),
        (FROM, UNTIL, (UNKNOWN,), "unknown: the list has run out"),
        (FROM, NOW - DAY, (), "expired; revocation was never checked"),
        (FROM, NOW - DAY, (GOOD,), "expired"),
        (
            FROM,
            NOW - DAY,
            (UNKNOWN,),
            "expired; whether it was revoked is unknown: the list has run out",
        ),
        (NOW + DAY, UNTIL, (), "not yet valid"),
        (FROM, UNTIL, (REVOKED,), "revoked on 2031-04-26 (keyCompromise), as the CA's list of 2031-05-04 says"),
        (
            FROM,
            NOW - DAY,
            (REVOKED,),
            "revoked on 2031-04-26 (keyCompromise), as the CA's list of 2031-05-04 says; expired",
        ),
        (NOW + DAY, UNTIL, (changed(REVOKED, source="OCSP", reason=""),), None),
        (None, UNTIL, (GOOD,), "unknown: the dates of the certificate can't be read"),
        (FROM, None, (GOOD,), "unknown: the dates of the certificate can't be read"),
        (
            FROM,
            UNTIL,
            (changed(GOOD, source="crt.sh"),),
            "unknown: only crt.sh says that the certificate isn't revoked",
        ),
        (
            FROM,
            UNTIL,
            (GOOD, changed(REVOKED, source="crt.sh")),
            "valid; not revoked, as the CA's list of 2031-05-04 says; but crt.sh says that the certificate was revoked",
        ),
        (FROM, UNTIL, (changed(REVOKED, source="crt.sh"),), "revoked on 2031-04-26 (keyCompromise), as crt.sh says"),
    ],
)
def test_words(
    start: datetime | None, end: datetime | None, revocations: tuple[Revocation, ...], expected: str | None
) -> None:
    words = status_words(status_of(start, end, revocations, NOW), texts("en"))
    assert words == (expected or "revoked on 2031-04-26, as the CA's answer of 2031-05-04 says")


def test_the_last_second_still_counts() -> None:
    assert standing(GOOD, end=NOW) is CertificateStanding.VALID
    assert standing(GOOD, end=NOW - timedelta(seconds=1)) is CertificateStanding.EXPIRED
    assert standing(GOOD, start=NOW) is CertificateStanding.VALID


def test_an_outdated_answer_no_longer_proves_validity() -> None:
    old = changed(GOOD, next_update=NOW - timedelta(seconds=1))
    status = status_of(FROM, UNTIL, (old,), NOW)
    assert (status.standing, status.revocation) == (CertificateStanding.UNKNOWN, old)
    assert "run out" in english(status.why)


@pytest.mark.parametrize("given", ["this_update", "checked"])
def test_an_answer_without_an_end_counts_for_ten_days(given: str) -> None:
    base = changed(GOOD, next_update=None, this_update=None)
    fresh, old = (changed(base, **{given: at}) for at in (NOW - USABLE_FOR, NOW - USABLE_FOR - DAY))
    assert (has_run_out(fresh, NOW), has_run_out(old, NOW)) == (False, True)


@pytest.mark.parametrize("at", [datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC)])
def test_any_time_in_a_crl_is_handled(at: datetime) -> None:
    """Any time is handled, also in unsigned lists: a server's bytes must not prevent an answer."""
    for said in (changed(UNKNOWN, this_update=at), changed(GOOD, this_update=at, next_update=None)):
        assert status_of(FROM, UNTIL, (said, UNKNOWN), NOW).revocation is not None
    assert has_run_out(changed(GOOD, this_update=at, next_update=None), NOW) is (at < NOW)


def test_a_revocation_never_expires() -> None:
    assert standing(changed(REVOKED, next_update=NOW - 1000 * DAY)) is CertificateStanding.REVOKED


def test_a_hold_expires() -> None:
    hold = changed(REVOKED, reason="certificateHold")
    assert standing(hold) is CertificateStanding.REVOKED
    assert standing(changed(hold, next_update=NOW - DAY)) is CertificateStanding.UNKNOWN
    assert standing(changed(hold, next_update=NOW - DAY), changed(GOOD, source="OCSP")) is CertificateStanding.VALID


def test_for_an_expired_certificate_a_claimed_revocation_wins_over_a_ca_that_dropped_it() -> None:
    claim = changed(REVOKED, source="crt.sh")
    for order in permutations((GOOD, UNKNOWN, claim)):
        status = status_of(FROM, NOW - DAY, order, NOW)
        assert (status.standing, status.is_expired, status.revocation) == (CertificateStanding.REVOKED, True, claim)


@pytest.mark.parametrize(
    ("best", "others"),
    [
        (REVOKED, (changed(GOOD, source="OCSP"), UNKNOWN)),  # either answer may revoke
        (REVOKED, (changed(REVOKED, source="crt.sh"),)),  # the CA's word before a claim
        (GOOD, (changed(UNKNOWN, source="OCSP"), changed(UNKNOWN, source="crt.sh"))),
        (changed(GOOD, source="OCSP"), (UNKNOWN,)),
        (changed(GOOD, source="OCSP"), (changed(GOOD, next_update=NOW - DAY),)),  # still counts before run out
        (GOOD, (changed(GOOD, source="OCSP"),)),  # the list before the answer
        (GOOD, (changed(REVOKED, source="crt.sh"),)),  # the CA's word before any claim
        (changed(REVOKED, source="crt.sh"), (changed(GOOD, next_update=NOW - DAY),)),  # except after it ran out
    ],
)
def test_the_deciding_answer_does_not_depend_on_order(best: Revocation, others: tuple[Revocation, ...]) -> None:
    for order in permutations((best, *others)):
        assert status_of(FROM, UNTIL, order, NOW).revocation == best
