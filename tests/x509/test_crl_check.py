"""Check of certificates against lists: "not revoked" only by a current statement of the CA about the certificate."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from support.certs import NOT_AFTER, extension, key_usage, moment, name, tlv
from support.revoking import (
    KINDS,
    NEXT_UPDATE,
    NOW,
    REVOKED_AT,
    THIS_UPDATE,
    Ca,
    generalized,
    make_ca,
    make_crl,
    make_key,
    point,
    revoked,
    scope,
)
from support.words import english

from ctscan.errors import FormatError
from ctscan.model import Issuer, Revocation, RevocationState, StatusReason
from ctscan.x509.certificate import read_certificate
from ctscan.x509.crl import read_crl
from ctscan.x509.crl_check import check_by_crl
from ctscan.x509.issuer_lookup import MAX_KEYS, Issuers, find_issuers

CA = make_ca("ca", kind="ed25519")
SERIAL = 2**70 + 7
URL = "http://crl.example.net/1.crl"
OTHER_URL = "http://crl.example.net/2.crl"
REVOKED, NOT_REVOKED, UNKNOWN = RevocationState.REVOKED, RevocationState.NOT_REVOKED, RevocationState.UNKNOWN
PUBLISHER_NAME = [("O", "Example Publisher")]
LEAF = CA.issue(SERIAL, crls=[URL])


def judge(
    crl: bytes,
    der: bytes = LEAF,
    *,
    ca: Ca = CA,
    now: datetime = NOW,
    delta: bytes | None = None,
    signers: Sequence[Ca] = (),
    url: str = URL,
) -> Revocation:
    certificate = read_certificate(der)
    issuers = find_issuers(certificate, der, (), [ca.issuer()])
    assert issuers.found
    changes = read_crl(delta) if delta is not None else None
    others = [signer.issuer() for signer in signers]
    return check_by_crl(certificate, issuers, read_crl(crl), now, url, delta=changes, signers=others)


def short(said: Revocation) -> tuple[RevocationState, str]:
    """Return the state with the reason why it isn't known, or the reason of the revocation."""
    return said.state, said.why or said.reason


def test_dates_of_an_unsigned_list_are_dropped() -> None:
    forged = make_crl(CA, this_update=NOW - timedelta(days=9), sign_with=make_key("somebody"))
    said = judge(forged)
    assert (said.state, said.this_update, said.next_update) == (UNKNOWN, None, None)


# --- complete lists ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_listed_or_not_in_a_complete_list(kind: str) -> None:
    ca = make_ca("complete", kind=kind)
    der = ca.issue(SERIAL, crls=[URL])
    assert judge(make_crl(ca, [revoked(5), revoked(SERIAL, reason=1)]), der, ca=ca) == Revocation(
        REVOKED, "CRL", NOW, URL, REVOKED_AT, "keyCompromise", THIS_UPDATE, NEXT_UPDATE
    )
    assert judge(make_crl(ca, [revoked(5)]), der, ca=ca) == Revocation(
        NOT_REVOKED, "CRL", NOW, URL, None, "", THIS_UPDATE, NEXT_UPDATE
    )


def test_on_hold_is_revoked_with_its_reason() -> None:
    assert short(judge(make_crl(CA, [revoked(SERIAL, reason=6)]))) == (REVOKED, "certificateHold")


def test_a_certificate_that_names_no_list_is_covered_by_a_complete_one() -> None:
    assert judge(make_crl(CA), CA.issue(SERIAL)).state is NOT_REVOKED
    assert judge(make_crl(CA, [revoked(SERIAL)]), CA.issue(SERIAL)).state is REVOKED


def test_lists_of_version_1_count() -> None:
    assert judge(make_crl(CA, version=False)).state is NOT_REVOKED
    assert judge(make_crl(CA, [revoked(SERIAL)], version=False)).state is REVOKED


def test_old_lists_revoke_but_never_clear() -> None:
    later = NEXT_UPDATE + timedelta(seconds=1)
    assert short(judge(make_crl(CA), now=later)) == (UNKNOWN, StatusReason.LIST_RUN_OUT())
    assert judge(make_crl(CA, [revoked(SERIAL)]), now=later).state is REVOKED
    assert judge(make_crl(CA), now=NEXT_UPDATE).state is NOT_REVOKED
    assert judge(make_crl(CA, next_update=None), now=later).state is NOT_REVOKED


def test_lists_dated_in_the_future_leave_the_state_unknown() -> None:
    for entries in ([], [revoked(SERIAL)]):
        crl = make_crl(CA, entries, this_update=NOW + timedelta(minutes=6))
        assert short(judge(crl)) == (UNKNOWN, StatusReason.LIST_IN_FUTURE())
    assert judge(make_crl(CA, this_update=NOW + timedelta(minutes=4))).state is NOT_REVOKED


def test_expired_certificates_are_dropped_from_lists() -> None:
    after = NOT_AFTER + timedelta(days=3)
    times = {"this_update": NOT_AFTER + timedelta(days=2), "next_update": NOT_AFTER + timedelta(days=9)}
    why = StatusReason.EXPIRED_BEFORE_LIST()
    assert short(judge(make_crl(CA, **times), now=after)) == (UNKNOWN, why)
    assert judge(make_crl(CA, [revoked(SERIAL)], **times), now=after).state is REVOKED


@pytest.mark.parametrize(
    ("since", "state"), [(NOT_AFTER, NOT_REVOKED), (NOT_AFTER + timedelta(seconds=1), UNKNOWN)], ids=["kept", "dropped"]
)
def test_lists_may_keep_expired_certificates(since: datetime, state: RevocationState) -> None:
    crl = make_crl(
        CA,
        this_update=NOT_AFTER + timedelta(days=2),
        next_update=NOT_AFTER + timedelta(days=9),
        extra=[extension("2.5.29.60", generalized(since))],
    )
    assert judge(crl, now=NOT_AFTER + timedelta(days=3)).state is state


def test_without_an_end_a_certificate_may_have_been_dropped() -> None:
    broken = CA.issue(SERIAL).replace(moment(NOT_AFTER), tlv(0x17, b"when it ends."))
    certificate = read_certificate(broken)
    assert certificate.not_after is None
    said = check_by_crl(certificate, Issuers((CA.issuer(),)), read_crl(make_crl(CA)), NOW, URL)
    assert short(said) == (UNKNOWN, StatusReason.END_UNREADABLE())


def test_unknown_critical_extensions_make_a_list_unusable() -> None:
    for entries in ([], [revoked(SERIAL)]):
        crl = make_crl(CA, entries, extra=[extension("1.2.3", b"\5\0", critical=True)])
        assert short(judge(crl)) == (UNKNOWN, StatusReason.LIST_CRITICAL())


# --- signer --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("entries", [[], [revoked(SERIAL)]], ids=["silent", "listed"])
def test_a_wrong_key_under_the_right_name_leaves_the_state_unknown(entries: list[bytes]) -> None:
    why = StatusReason.LIST_UNVERIFIED(detail="the signature of the list doesn't verify with the key of its issuer")
    wrong = make_ca("wrong", kind="ed25519")
    assert short(judge(make_crl(wrong, entries))) == (UNKNOWN, why)
    assert short(judge(make_crl(CA, entries, sign_with=wrong.key))) == (UNKNOWN, why)
    assert short(judge(make_crl(wrong, entries), signers=[wrong])) == (UNKNOWN, why)


def test_an_unknown_issuer_is_reported_with_its_reason() -> None:
    certificate = read_certificate(LEAF)
    said = check_by_crl(certificate, Issuers((), "nobody knows it"), read_crl(make_crl(CA)), NOW, URL)
    assert short(said) == (UNKNOWN, "nobody knows it")


def test_a_list_of_another_ca_leaves_the_state_unknown() -> None:
    other = make_ca("other", kind="ed25519", subject=PUBLISHER_NAME)
    why = StatusReason.LIST_OF_OTHER_CA()
    assert short(judge(make_crl(other, [revoked(SERIAL)]), signers=[other])) == (UNKNOWN, why)
    assert short(judge(make_crl(other, scope=scope(indirect=True)), signers=[other])) == (UNKNOWN, why)


def test_a_new_key_of_the_ca_may_sign_when_the_old_one_certified_it() -> None:
    new = make_ca("new", kind="ed25519", parent=CA)
    assert judge(make_crl(new), signers=[new]).state is NOT_REVOKED
    assert judge(make_crl(new, [revoked(SERIAL)]), signers=[new]).state is REVOKED
    stranger = make_ca("new", kind="ed25519", parent=make_ca("wrong", kind="ed25519"))
    assert stranger.key == new.key
    assert judge(make_crl(new), signers=[stranger]).state is UNKNOWN
    for usage in (key_usage(2, 0x04), None):
        no_lists = make_ca("new", kind="ed25519", parent=CA, usage=usage)
        assert judge(make_crl(new), signers=[no_lists]).state is UNKNOWN


def test_an_old_key_of_the_ca_may_sign_when_it_certified_the_new_one() -> None:
    old = make_ca("old", kind="ed25519")
    new = make_ca("ca", kind="ed25519", parent=old)
    assert judge(make_crl(old), ca=new, signers=[old]).state is NOT_REVOKED
    assert judge(make_crl(old), ca=CA, signers=[old]).state is UNKNOWN


def test_the_number_of_keys_tried_is_bounded() -> None:
    new = make_ca("new", kind="ed25519", parent=CA)
    others = [make_ca(f"wrong {n}", kind="ed25519") for n in range(MAX_KEYS)]
    assert judge(make_crl(new), signers=[*others[1:], new]).state is NOT_REVOKED
    assert judge(make_crl(new), signers=[*others, new]).state is UNKNOWN


def test_any_certificate_of_the_key_may_allow_lists() -> None:
    no_lists = make_ca("ca", kind="ed25519", usage=key_usage(2, 0x04)).issuer()
    certificate, crl = read_certificate(LEAF), read_crl(make_crl(CA))
    why = StatusReason.LIST_UNVERIFIED(detail="the certificate of the issuer of the list doesn't let it sign lists")
    assert short(check_by_crl(certificate, Issuers((no_lists,)), crl, NOW, URL)) == (UNKNOWN, why)
    assert check_by_crl(certificate, Issuers((no_lists, CA.issuer())), crl, NOW, URL).state is NOT_REVOKED


def test_unreadable_signers_are_skipped() -> None:
    broken = Issuer(bytes(32), b"\x30\x00", bytes(32), bytes(32), "file")
    certificate, crl = read_certificate(LEAF), read_crl(make_crl(make_ca("wrong", kind="ed25519")))
    said = check_by_crl(certificate, Issuers((CA.issuer(),)), crl, NOW, URL, signers=[broken] * 50)
    assert said.state is UNKNOWN


# --- parts ---------------------------------------------------------------------------------------------------------


PART = StatusReason.LIST_OF_OTHER_PART()


@pytest.mark.parametrize("entries", [[], [revoked(SERIAL)]], ids=["silent", "listed"])
def test_a_part_counts_for_the_certificates_that_name_it(entries: list[bytes]) -> None:
    state = REVOKED if entries else NOT_REVOKED
    assert judge(make_crl(CA, entries, scope=scope([URL]))).state is state
    assert judge(make_crl(CA, entries, scope=scope([OTHER_URL, URL.replace("crl.e", "CRL.E")]))).state is state
    assert short(judge(make_crl(CA, entries, scope=scope([OTHER_URL])))) == (UNKNOWN, PART)
    assert short(judge(make_crl(CA, entries, scope=scope([URL])), CA.issue(SERIAL))) == (UNKNOWN, PART)


def test_lists_for_cas_and_for_subscribers() -> None:
    child = make_ca("child", subject=PUBLISHER_NAME, parent=CA)
    for crl, der, state in (
        (make_crl(CA, scope=scope(only="user")), LEAF, NOT_REVOKED),
        (make_crl(CA, scope=scope(only="ca")), LEAF, UNKNOWN),
        (make_crl(CA, scope=scope(only="attribute")), LEAF, UNKNOWN),
        (make_crl(CA, scope=scope(only="user")), child.der, UNKNOWN),
        (make_crl(CA, scope=scope(only="ca")), child.der, NOT_REVOKED),
    ):
        assert judge(crl, der).state is state


def test_lists_for_some_reasons_revoke_but_never_clear() -> None:
    some = scope(reasons=b"\x40")
    why = StatusReason.LIST_OF_SOME_REASONS()
    assert short(judge(make_crl(CA, scope=some))) == (UNKNOWN, why)
    assert judge(make_crl(CA, [revoked(SERIAL)], scope=some)).state is REVOKED


def test_points_for_some_reasons_never_clear() -> None:
    der = CA.issue(SERIAL, points=[point([URL], reasons=b"\x40"), point([OTHER_URL])])
    assert judge(make_crl(CA), der).state is UNKNOWN
    assert judge(make_crl(CA), der, url=OTHER_URL).state is NOT_REVOKED
    assert judge(make_crl(CA, [revoked(SERIAL)]), der).state is REVOKED


# --- deltas --------------------------------------------------------------------------------------------------------


def test_a_delta_alone_revokes_but_never_clears() -> None:
    why = StatusReason.LIST_OF_CHANGES()
    assert short(judge(make_crl(CA, base=4))) == (UNKNOWN, why)
    assert judge(make_crl(CA, [revoked(SERIAL, reason=4)], base=4)).state is REVOKED
    why = StatusReason.LIST_TAKES_BACK()
    assert short(judge(make_crl(CA, [revoked(SERIAL, reason=8)], base=4))) == (UNKNOWN, why)
    assert short(judge(make_crl(CA, [revoked(SERIAL, reason=8)]))) == (UNKNOWN, why)


LATER = THIS_UPDATE + timedelta(hours=12)
SOONER = NEXT_UPDATE - timedelta(days=2)
LISTED = revoked(SERIAL, reason=4)
HELD, FREED = revoked(SERIAL, reason=6), revoked(SERIAL, reason=8)


@pytest.mark.parametrize(
    ("entries", "changes", "state", "reason"),
    [
        ([], [], NOT_REVOKED, ""),
        ([], [LISTED], REVOKED, "superseded"),
        ([], [FREED], NOT_REVOKED, ""),
        ([HELD], [], REVOKED, "certificateHold"),
        ([HELD], [FREED], NOT_REVOKED, ""),
        ([HELD], [LISTED], REVOKED, "superseded"),
        ([LISTED], [], REVOKED, "superseded"),
        ([LISTED], [FREED], REVOKED, "superseded"),
        ([], [FREED, LISTED], REVOKED, "superseded"),
        ([], [HELD, LISTED], REVOKED, "superseded"),
    ],
)
def test_a_list_with_its_delta(entries: list[bytes], changes: list[bytes], state: RevocationState, reason: str) -> None:
    delta = make_crl(CA, changes, base=5, number=7, this_update=LATER, next_update=SOONER)
    assert short(judge(make_crl(CA, entries, number=6), delta=delta)) == (state, reason)


def test_with_a_delta_the_dates_are_the_deltas() -> None:
    delta = make_crl(CA, base=5, number=7, this_update=LATER, next_update=SOONER)
    said = judge(make_crl(CA, number=5), delta=delta)
    assert (said.state, said.this_update, said.next_update) == (NOT_REVOKED, LATER, SOONER)


@pytest.mark.parametrize(
    "delta",
    {
        "to a later list": make_crl(CA, [FREED], base=6, number=7),
        "older than the list": make_crl(CA, [FREED], base=3, number=4),
        "without number": make_crl(CA, [FREED], base=5, number=None),
        "of another scope": make_crl(CA, [FREED], base=5, number=7, scope=scope([URL])),
        "signed with another key": make_crl(CA, [FREED], base=5, number=7, sign_with=make_key("wrong")),
        "for another key": make_crl(CA, [FREED], base=5, number=7, key_id=False),
        "of the future": make_crl(CA, [FREED], base=5, number=7, this_update=NOW + timedelta(days=1)),
        "that has run out": make_crl(CA, [FREED], base=5, number=7, next_update=NOW - timedelta(hours=1)),
        "that is complete": make_crl(CA, [FREED], number=7),
    }.items(),
    ids=lambda item: item[0],
)
def test_deltas_that_do_not_fit_are_ignored(delta: tuple[str, bytes]) -> None:
    assert short(judge(make_crl(CA, [HELD]), delta=delta[1])) == (REVOKED, "certificateHold")


def test_a_delta_does_not_renew_an_old_list() -> None:
    later = NEXT_UPDATE + timedelta(hours=1)
    delta = make_crl(CA, base=5, number=7, this_update=LATER, next_update=NEXT_UPDATE + timedelta(days=1))
    assert short(judge(make_crl(CA), delta=delta, now=later)) == (UNKNOWN, StatusReason.LIST_RUN_OUT())


def test_revoked_in_an_old_delta_is_revoked() -> None:
    delta = make_crl(CA, [LISTED], base=5, number=7, next_update=NOW - timedelta(hours=1))
    assert judge(make_crl(CA), delta=delta).state is REVOKED


# --- indirect lists ------------------------------------------------------------------------------------------------

PUBLISHER = make_ca("publisher", kind="ed25519", subject=PUBLISHER_NAME, parent=CA)
INDIRECT = scope([URL], indirect=True)
FOREIGN = CA.issue(SERIAL, points=[point([URL], issuer=PUBLISHER.subject)])


def test_an_indirect_list_of_a_publisher_that_the_ca_certified() -> None:
    own = revoked(SERIAL, reason=1, issuer=CA.subject)
    assert judge(make_crl(PUBLISHER, [own], scope=INDIRECT), FOREIGN, signers=[PUBLISHER]).state is REVOKED
    assert judge(make_crl(PUBLISHER, scope=INDIRECT), FOREIGN, signers=[PUBLISHER]).state is NOT_REVOKED


def test_an_indirect_list_of_the_issuer_of_the_ca() -> None:
    root = make_ca("root", kind="ed25519", subject=PUBLISHER_NAME)
    ca = make_ca("ca", kind="ed25519", parent=root)
    for signers, state in (([root], NOT_REVOKED), ([], UNKNOWN)):
        said = judge(make_crl(root, scope=INDIRECT), FOREIGN, ca=ca, signers=signers)
        assert said.state is state


def test_entries_of_an_indirect_list_are_for_the_issuer_that_they_name() -> None:
    for entries, state in (
        ([revoked(SERIAL)], NOT_REVOKED),  # entry for the publisher itself
        ([revoked(SERIAL, issuer=name([("O", "Example Other")]))], NOT_REVOKED),
        ([revoked(1, issuer=CA.subject), revoked(2), revoked(SERIAL)], REVOKED),
        ([revoked(1, issuer=CA.subject), revoked(SERIAL, issuer=PUBLISHER.subject)], NOT_REVOKED),
    ):
        crl = make_crl(PUBLISHER, entries, scope=INDIRECT)
        assert judge(crl, FOREIGN, signers=[PUBLISHER]).state is state


@pytest.mark.parametrize("entries", [[], [revoked(SERIAL, issuer=CA.subject)]], ids=["silent", "listed"])
def test_indirect_lists_of_unauthorised_signers_leave_the_state_unknown(entries: list[bytes]) -> None:
    crl = make_crl(PUBLISHER, entries, scope=INDIRECT)
    stranger = make_ca("publisher", kind="ed25519", subject=PUBLISHER_NAME)
    assert stranger.key == PUBLISHER.key
    why = StatusReason.LIST_SIGNER_UNKNOWN()
    assert short(judge(crl, FOREIGN, signers=[stranger])) == (UNKNOWN, why)
    assert short(judge(crl, FOREIGN)) == (UNKNOWN, why)
    assert judge(crl, signers=[PUBLISHER]).state is UNKNOWN  # the certificate doesn't name the publisher
    direct = make_crl(PUBLISHER, entries, scope=scope([URL]))
    assert judge(direct, FOREIGN, signers=[PUBLISHER]).state is UNKNOWN


def test_a_list_of_the_ca_is_not_the_list_of_a_foreign_point() -> None:
    assert judge(make_crl(CA, scope=scope([URL])), FOREIGN).state is UNKNOWN


# --- hostile lists -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mask", [0x01, 0x20, 0x80, 0xFF])
def test_a_list_changed_in_one_octet_never_clears_a_revoked_certificate(mask: int) -> None:
    der = make_crl(CA, [revoked(5), revoked(SERIAL, reason=1)], scope=scope([URL]))
    certificate, issuers = read_certificate(LEAF), Issuers((CA.issuer(),))
    right = check_by_crl(certificate, issuers, read_crl(der), NOW, URL)
    for at in range(len(der)):
        try:
            crl = read_crl(der[:at] + bytes((der[at] ^ mask,)) + der[at + 1 :])
        except FormatError:
            continue
        said = check_by_crl(certificate, issuers, crl, NOW, URL)
        assert said == right or said.state is UNKNOWN, at


def test_reasons_hold_no_names() -> None:
    for said in (
        judge(make_crl(make_ca("wrong", kind="ed25519"))),
        judge(make_crl(PUBLISHER)),
        judge(make_crl(CA, scope=scope([OTHER_URL]))),
    ):
        assert said.why
        assert "Example" not in english(said.why)
        assert "example" not in english(said.why)


def test_one_list_answers_for_many_certificates() -> None:
    crl = read_crl(make_crl(CA, [revoked(serial) for serial in range(0, 60, 2)]))
    issuers = Issuers((CA.issuer(),))
    states = [check_by_crl(read_certificate(CA.issue(n)), issuers, crl, NOW, URL).state for n in range(1, 60)]
    assert states == [NOT_REVOKED, REVOKED] * 29 + [NOT_REVOKED]


def test_dates_are_in_utc() -> None:
    said = judge(make_crl(CA, [revoked(SERIAL, at=datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC))]))
    assert said.revoked_at == datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC)
