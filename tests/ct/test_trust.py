"""Offered heads: believed, ignored, or evidence of misbehaviour; no log is asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace
from support.logs import LogBuilder

from ctscan.ct.api import parse_sth
from ctscan.ct.misbehaviour import verify_evidence
from ctscan.ct.note import parse_checkpoint
from ctscan.ct.trust import HeadRelation, HeadTrust, check_signature, final_tree_head, judge_head
from ctscan.errors import ContradictsList, FutureHead, Misbehaviour, Unsigned, WrongOrigin
from ctscan.model import FinalHead, Log, LogProtocol, TreeHead
from ctscan.model.hashes import EMPTY_ROOT


@pytest.fixture(scope="module")
def builder() -> LogBuilder:
    made = LogBuilder("Example log")
    made.fill(300)
    return made


def log_of(builder: LogBuilder) -> Log:
    return builder.log("http://127.0.0.1/", LogProtocol.RFC6962)


def head(size: int, timestamp: int, root: bytes = b"r" * 32) -> TreeHead:
    return TreeHead(bytes(32), size, root, timestamp, b"signed", b"raw %d %d" % (size, timestamp))


NOW = datetime(2026, 2, 1, tzinfo=UTC)
LOG = Log(bytes(32), b"", "Example log", "Example", LogProtocol.RFC6962)


def test_a_signed_head_passes_and_a_changed_one_accuses_nobody(builder: LogBuilder) -> None:
    log = log_of(builder)
    signed = parse_sth(builder.sth(200), log.id)
    check_signature(log, signed)
    for changed in (replace(signed, size=201), replace(signed, root=bytes(32)), replace(signed, timestamp=0)):
        with pytest.raises(Unsigned, match="that the log's key didn't sign") as caught:
            check_signature(log, changed)
        assert caught.value.exit_code == 1


def test_a_head_under_another_origin_shows_a_wrong_list_only_where_the_key_of_the_log_signed_it(
    builder: LogBuilder,
) -> None:
    listed = replace(builder.log("http://127.0.0.1/"), origin="log.example.com/wrong")
    head = parse_checkpoint(builder.checkpoint(200), builder.id)
    with pytest.raises(WrongOrigin) as caught:
        HeadTrust(listed, None, NOW).offer(head)
    assert "'log.example.com/wrong'" in str(caught.value) and f"'{builder.origin}'" in str(caught.value)
    assert caught.value.exit_code == 2
    with pytest.raises(Unsigned):
        HeadTrust(listed, None, NOW).offer(parse_checkpoint(builder.checkpoint(200, spoil=True), builder.id))
    accepted = HeadTrust(builder.log("http://127.0.0.1/"), None, NOW).offer(head)
    assert accepted is not None and accepted.head == head


@pytest.mark.parametrize(
    ("known", "offered", "relation"),
    [
        (None, head(5, 10), HeadRelation.FIRST),
        (head(5, 10), head(5, 10), HeadRelation.SAME),
        (head(5, 10), head(5, 99), HeadRelation.SAME),
        (head(5, 10), head(9, 11), HeadRelation.GROWN),
        (head(5, 10), head(9, 10), HeadRelation.GROWN),
        (head(9, 10), head(5, 9), HeadRelation.STALE),
        (head(9, 10), head(5, 10), HeadRelation.STALE),
    ],
)
def test_relation(known: TreeHead | None, offered: TreeHead, relation: HeadRelation) -> None:
    assert judge_head(LOG, known, offered) is relation


@pytest.mark.parametrize(
    ("known", "offered", "why"),
    [
        (head(5, 10), head(5, 10, b"x" * 32), "two roots"),
        (head(9, 10), head(5, 11), "shrank"),
        (head(5, 10), head(9, 9), "shrank"),  # the same heads in the other order
    ],
)
def test_contradictions_keep_both_heads(known: TreeHead, offered: TreeHead, why: str) -> None:
    with pytest.raises(Misbehaviour, match=why) as caught:
        judge_head(LOG, known, offered)
    assert set(caught.value.evidence.heads) == {known.raw, offered.raw}


def test_the_time_of_a_head_that_only_a_list_states_accuses_nobody() -> None:
    final = final_tree_head(LOG, FinalHead(9, b"r" * 32))  # lists need give no time: 0
    assert judge_head(LOG, head(5, 10), final) is HeadRelation.GROWN
    assert judge_head(LOG, final, head(5, 10)) is HeadRelation.STALE
    with pytest.raises(ContradictsList, match="two roots"):
        judge_head(LOG, final, head(9, 10, b"x" * 32))


def test_an_empty_tree_has_one_root() -> None:
    assert judge_head(LOG, None, head(0, 10, EMPTY_ROOT)) is HeadRelation.FIRST
    with pytest.raises(Misbehaviour, match="empty tree"):
        judge_head(LOG, None, head(0, 10))


def test_a_readonly_log_ends_at_its_final_head() -> None:
    log = replace(LOG, state="readonly", final_head=FinalHead(9, b"r" * 32))
    assert judge_head(log, None, head(9, 10)) is HeadRelation.FIRST
    for offered, why in ((head(10, 10), "size 10 .*beyond"), (head(9, 10, b"x" * 32), "with another root")):
        with pytest.raises(ContradictsList, match=f"{why}.*size 9.*the log or the list is wrong") as caught:
            judge_head(log, None, offered)
        assert caught.value.exit_code == 1
        assert (b"r" * 32).hex() in str(caught.value) and offered.root.hex() in str(caught.value)
    assert judge_head(log, None, head(8, 10, b"y" * 32)) is HeadRelation.FIRST


def test_a_final_head_of_the_list_is_no_signed_head() -> None:
    made = final_tree_head(LOG, FinalHead(9, b"r" * 32))
    assert (made.size, made.root, made.signature) == (9, b"r" * 32, b"")
    with pytest.raises(Unsigned):
        check_signature(LOG, made)


# --- the state over one pass --------------------------------------------------------------------------------------


def signed(builder: LogBuilder, size: int) -> TreeHead:
    return parse_sth(builder.sth(size), builder.id)


def test_a_first_head_is_believed_and_a_larger_one_has_to_extend_it(builder: LogBuilder) -> None:
    log, small, large = log_of(builder), signed(builder, 100), signed(builder, 200)
    first = HeadTrust(log, None, NOW).offer(small)
    assert first is not None and (first.head, first.extends, first.is_new) == (small, None, True)
    grown = HeadTrust(log, small, NOW).offer(large)
    assert grown is not None and (grown.head, grown.extends, grown.is_new) == (large, small, True)
    same = HeadTrust(log, small, NOW).offer(small)
    assert same is not None and (same.head, same.is_new, same.extends) == (small, False, None)


def test_stale_heads_are_counted_and_ignored(builder: LogBuilder) -> None:
    log, small, large = log_of(builder), signed(builder, 100), signed(builder, 200)
    trust = HeadTrust(log, large, NOW)
    assert trust.offer(small) is None and trust.newest == large
    accepted = trust.offer(large)
    assert accepted is not None and (accepted.head, accepted.stale, accepted.is_current) == (large, 1, True)
    trust = HeadTrust(log, large, NOW)
    assert [trust.offer(small) for _ in range(3)] == [None] * 3
    accepted = trust.give_up()
    assert (accepted.head, accepted.is_new, accepted.stale, accepted.is_current) == (large, False, 3, False)


def test_a_readonly_log_that_gives_no_head_is_read_to_the_final_head(builder: LogBuilder) -> None:
    log = replace(log_of(builder), state="readonly", final_head=FinalHead(200, builder.root(200)))
    small = signed(builder, 100)
    trust = HeadTrust(log, small, NOW)
    silent, stale = trust.offer(None), trust.offer(small)
    assert silent is not None and (silent.head.size, silent.extends, silent.is_new) == (200, small, True)
    assert stale is None and trust.give_up().head.size == 200 and trust.give_up().is_current
    finished = HeadTrust(log, signed(builder, 200), NOW).offer(None)
    assert finished is not None and not finished.is_new


def test_a_head_of_the_future_is_refused_and_accuses_nobody(builder: LogBuilder) -> None:
    log, small, large = log_of(builder), signed(builder, 100), signed(builder, 200)
    before = datetime.fromtimestamp(small.timestamp / 1000, UTC) - timedelta(minutes=6)
    for known in (None, large, replace(small, root=bytes(32))):
        with pytest.raises(FutureHead, match=r"size 100 is dated 6 min after this machine's clock") as caught:
            HeadTrust(log, known, before).offer(small)
        assert (caught.value.exit_code, caught.value.ahead) == (1, 360.0)
    spoilt = replace(small, timestamp=small.timestamp + 10**9)
    with pytest.raises(Unsigned):  # its time is nobody's word
        HeadTrust(log, None, before).offer(spoilt)


def test_a_known_head_of_the_future_makes_no_log_shrink(builder: LogBuilder) -> None:
    """An index of an older version may hold a head that was signed with a wrong clock."""
    log, large = log_of(builder), signed(builder, 200)
    known = replace(signed(builder, 100), timestamp=int((NOW + timedelta(days=1)).timestamp() * 1000))
    grown = HeadTrust(log, known, NOW).offer(large)
    assert grown is not None and (grown.head, grown.extends) == (large, known)
    with pytest.raises(Misbehaviour, match="shrank"):
        HeadTrust(log, known, NOW + timedelta(days=2)).offer(large)


def test_two_roots_are_evidence_also_where_the_known_head_is_dated_in_the_future(builder: LogBuilder) -> None:
    log, offered = log_of(builder), signed(builder, 200)
    late = int((NOW + timedelta(days=1)).timestamp() * 1000)
    known = parse_sth(builder.sth(200, timestamp=late, root=bytes(32)), builder.id)
    with pytest.raises(Misbehaviour, match="two roots") as caught:
        HeadTrust(log, known, NOW).offer(offered)
    assert verify_evidence(builder.key, caught.value.evidence)
