"""Export of heads: a hostile file is refused, and a head counts only where the log signed it."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace
from support.logs import LogBuilder

from ctscan.ct.api import parse_sth
from ctscan.ct.head_exchange import FILE_FORMAT, FILE_LIMIT, ForeignHeads, compare, parse_heads
from ctscan.ct.misbehaviour import shrank, verify_evidence
from ctscan.errors import FormatError
from ctscan.model import LogProtocol, MisbehaviourEvidence, MisbehaviourKind
from ctscan.model.comparison import HeadVerdict
from ctscan.views.json.heads import EXPORT_FORMAT

NOW = datetime(2026, 11, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def builder() -> LogBuilder:
    made = LogBuilder("Example log")
    made.fill(30)
    return made


def b64(raw: bytes) -> str:
    return b64encode(raw).decode()


def file(*logs: object, **fields: object) -> bytes:
    return json.dumps({"format": FILE_FORMAT, "logs": list(logs)} | fields).encode()


def entry(builder: LogBuilder, *raws: bytes, **fields: object) -> dict[str, object]:
    return {"log_id": b64(builder.id), "name": builder.name, "heads": [b64(raw) for raw in raws]} | fields


def test_an_export_is_read_back(builder: LogBuilder) -> None:
    raws = (builder.sth(10), builder.sth(20))
    assert parse_heads(file(entry(builder, *raws), later="added")) == (ForeignHeads(builder.id, builder.name, raws),)
    assert parse_heads(file()) == ()
    assert FILE_FORMAT == EXPORT_FORMAT


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b'{"format": "ctscan heads 1", "logs": ' + b"[" * 100_000,
        file(format="ctscan heads 2"),
        file(format=1),
        file(logs={}),
        file("log"),
        file({}),
        file(logs=None),
    ],
)
def test_a_file_of_another_form_is_refused(raw: bytes) -> None:
    with pytest.raises(FormatError, match="exported heads"):
        parse_heads(raw)


@pytest.mark.parametrize(
    "fields",
    [
        {"log_id": "AAAA"},
        {"log_id": None},
        {"name": 7},
        {"name": "x" * 201},
        {"name": "two\nlines"},
        {"name": "\ud800"},
        {"heads": "AAAA"},
        {"heads": [7]},
        {"heads": ["AAA"]},
        {"heads": [b64(bytes(64 * 1024 + 1))]},
    ],
)
def test_a_log_of_another_form_is_refused(builder: LogBuilder, fields: dict[str, object]) -> None:
    with pytest.raises(FormatError, match=r"exported heads: logs\[0\]"):
        parse_heads(file(entry(builder, **fields)))


def test_too_much_is_refused(builder: LogBuilder) -> None:
    with pytest.raises(FormatError, match="at most"):
        parse_heads(b" " * (FILE_LIMIT + 1))
    with pytest.raises(FormatError, match="at most 10000 logs"):
        parse_heads(file(*[{}] * 10_001))
    with pytest.raises(FormatError, match="at most 100000 heads"):
        parse_heads(file(entry(builder, heads=[""] * 100_001)))
    with pytest.raises(FormatError, match="named twice"):
        parse_heads(file(entry(builder), entry(builder)))


@pytest.mark.parametrize("protocol", [LogProtocol.RFC6962, LogProtocol.STATIC_CT])
def test_heads_are_compared_by_size_and_root(builder: LogBuilder, protocol: LogProtocol) -> None:
    log, is_tiled = builder.log("http://127.0.0.1/", protocol), protocol is LogProtocol.STATIC_CT
    signed = builder.checkpoint if is_tiled else builder.sth
    ours = [parse_sth(builder.sth(size), builder.id) for size in (10, 20)]
    other, later = bytes(32), builder.head_time(20) + 7
    raws = [
        signed(10),
        signed(20, timestamp=later),
        signed(20, root=other),
        signed(15),
        signed(10, spoil=True),
        b"head",
    ]
    found = compare(log, ours, raws, NOW)
    assert [one.verdict for one in found] == [
        HeadVerdict.AGREES,
        HeadVerdict.AGREES,  # the same tree, signed once more
        HeadVerdict.CONTRADICTS,
        HeadVerdict.NOT_COMPARABLE,
        HeadVerdict.NOT_SIGNED,
        HeadVerdict.NOT_SIGNED,
    ]
    assert found[2].evidence == MisbehaviourEvidence(MisbehaviourKind.TWO_ROOTS, (ours[1].raw, raws[2]))
    assert "two roots for the size 20" in verify_evidence(log.key, found[2].evidence)
    assert found[2].detail.startswith("Example log: two roots for the size 20: ")
    assert "doesn't verify" in found[4].detail


def test_a_head_of_another_log_is_not_signed_by_this_log(builder: LogBuilder) -> None:
    log = builder.log("http://127.0.0.1/", LogProtocol.STATIC_CT)
    stranger = LogBuilder("Stranger", origin=builder.origin)
    stranger.fill(10)
    assert [one.verdict for one in compare(log, [], [stranger.checkpoint(), stranger.sth()], NOW)] == [
        HeadVerdict.NOT_SIGNED
    ] * 2
    other_key = replace(log, key=stranger.key)
    assert compare(other_key, [], [builder.sth()], NOW)[0].verdict is HeadVerdict.NOT_SIGNED


@pytest.mark.parametrize("protocol", [LogProtocol.RFC6962, LogProtocol.STATIC_CT])
def test_a_smaller_head_with_a_later_time_contradicts_by_the_words_of_a_scan(
    builder: LogBuilder, protocol: LogProtocol
) -> None:
    log, is_tiled = builder.log("http://127.0.0.1/", protocol), protocol is LogProtocol.STATIC_CT
    signed = builder.checkpoint if is_tiled else builder.sth
    ours = [parse_sth(builder.sth(size, timestamp=1000 * size), builder.id) for size in (10, 20, 25)]
    cases = {
        signed(15, timestamp=19_999): None,
        signed(15, timestamp=20_000): None,  # at the very time of the larger one
        signed(15, timestamp=20_001): ours[1],  # ours of 20 is larger and earlier
        signed(15, timestamp=9_999): ours[0],  # ours of 10 is smaller and later
        signed(30, timestamp=24_999): ours[2],
        signed(30, timestamp=25_000): None,
        signed(5, timestamp=10_001): ours[0],
        signed(20, timestamp=9_999): ours[0],  # the tree of this size is ours, its time isn't
    }
    found = compare(log, ours, list(cases), NOW)
    assert [one.own if one.verdict is HeadVerdict.CONTRADICTS else None for one in found] == list(cases.values())
    for one in found:
        if one.own is not None and one.head is not None:
            smaller, larger = sorted((one.own, one.head), key=lambda head: head.size)
            assert one.evidence is not None and one.evidence.kind is MisbehaviourKind.SHRANK
            assert one.detail == str(shrank(log.name, smaller, larger))
            assert verify_evidence(log.key, one.evidence).startswith("the tree shrank: from ")


def test_an_empty_tree_with_a_root_of_its_own_contradicts_itself(builder: LogBuilder) -> None:
    log = builder.log("http://127.0.0.1/", LogProtocol.RFC6962)
    (good, bad) = compare(log, [], [builder.sth(0), builder.sth(0, root=bytes(32))], NOW)
    assert (good.verdict, bad.verdict) == (HeadVerdict.NOT_COMPARABLE, HeadVerdict.CONTRADICTS)
    assert bad.evidence is not None and bad.evidence.kind is MisbehaviourKind.EMPTY_ROOT


def test_a_time_after_this_machines_clock_accuses_nobody(builder: LogBuilder) -> None:
    """A head that is dated so fails its log in a scan, and is no misbehaviour: the clock may be ours."""
    log = builder.log("http://127.0.0.1/", LogProtocol.RFC6962)
    late = int(NOW.timestamp() * 1000) + 3_600_000
    ours = [parse_sth(builder.sth(20), builder.id), parse_sth(builder.sth(10, timestamp=late), builder.id)]
    raws = [builder.sth(15, timestamp=late), builder.sth(25)]
    assert [one.verdict for one in compare(log, ours, raws, NOW)] == [HeadVerdict.NOT_COMPARABLE] * 2
    after = datetime.fromtimestamp(late / 1000, UTC)
    assert [one.verdict for one in compare(log, ours, raws, after)] == [HeadVerdict.CONTRADICTS] * 2


def test_many_heads_are_compared_in_moderate_time(builder: LogBuilder) -> None:
    log = builder.log("http://127.0.0.1/", LogProtocol.RFC6962)
    signed = parse_sth(builder.sth(20), builder.id)
    ours = [replace(signed, size=size, timestamp=size) for size in range(100, 3_000)]
    found = compare(log, ours, [builder.sth(30, timestamp=50)] * 300, NOW)
    assert {one.verdict for one in found} == {HeadVerdict.NOT_COMPARABLE}
