"""Answers of logs: strict parsing, batches cut into spans, leaves rebuilt from their parts, and refusals."""

from __future__ import annotations

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from support.logs import (
    LogBuilder,
    b64,
    leaf_index_extension,
    timestamped_precert,
    timestamped_x509,
    u16,
    u24,
)

from ctscan.ct import api as answers
from ctscan.ct import extra_data, wire
from ctscan.ct.merkle import batch_hashes
from ctscan.ct.tile_cutter import leaf_index_of
from ctscan.errors import CutError, FormatError
from ctscan.model import Batch, Entry, EntryKind, TreeHead

LOG_ID = b"\x01" * 32
KEY_HASH = b"\x05" * 32
ISSUERS = (b"issuer certificate", b"root certificate")
PATH = (b"\x11" * 32, b"\x22" * 32)


def mixed_log(*, leaf_index: bool = True) -> LogBuilder:
    """Build a log of certificates and precertificates, with chains and without."""
    log = LogBuilder(leaf_index=leaf_index)
    log.fill(3, chain=ISSUERS)
    log.add_precert(b"tbs of three", KEY_HASH, b"submitted precertificate", chain=ISSUERS)
    log.add_precert(b"", KEY_HASH, b"")
    log.fill(2)
    return log


def tile_of(log: LogBuilder, start: int = 0) -> Batch:
    return wire.cut_tile(log.data_tile(0, log.size), log.id, start, log.size)


def answer(**fields: object) -> bytes:
    return json.dumps(fields).encode()


# --- tree heads and proofs ----------------------------------------------------------------------------------------

STH = {
    "tree_size": 5_000_000_000,
    "timestamp": 1_767_225_600_123,
    "sha256_root_hash": b64(b"\x07" * 32),
    "tree_head_signature": b64(b"\x04\x03\x00\x02ab"),
}


def test_parse_sth() -> None:
    raw = answer(**STH, later_field=[1])
    head = answers.parse_sth(raw, LOG_ID)
    assert head == TreeHead(LOG_ID, 5_000_000_000, b"\x07" * 32, 1_767_225_600_123, b"\x04\x03\x00\x02ab", raw)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tree_size", -1),
        ("tree_size", 1 << 63),
        ("tree_size", True),
        ("tree_size", 5.0),
        ("tree_size", "5"),
        ("tree_size", None),
        ("tree_size", 10**30),
        ("timestamp", 253_402_300_800_000),
        ("timestamp", -5),
        ("timestamp", [1]),
        ("sha256_root_hash", b64(b"\x07" * 31)),
        ("sha256_root_hash", b64(b"\x07" * 33)),
        ("sha256_root_hash", b64(b"\x07" * 32) + "\n"),
        ("sha256_root_hash", b64(b"\x07" * 32).rstrip("=")),
        ("sha256_root_hash", b64(b"\xff" * 32).replace("/", "_")),
        ("sha256_root_hash", b64(b"\x07" * 32)[:-2] + "d="),  # the same bytes with another spare bit
        ("sha256_root_hash", "é" * 44),
        ("sha256_root_hash", "\ud800" * 44),
        ("sha256_root_hash", 7),
        ("tree_head_signature", "not base64!"),
        ("tree_head_signature", None),
    ],
)
def test_sth_is_read_strictly(field: str, value: object) -> None:
    with pytest.raises(FormatError, match=f"get-sth: {field}: expected"):
        answers.parse_sth(answer(**{**STH, field: value}), LOG_ID)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"{",
        b'{"tree_size": 5} trailing',
        b'\xff\xfe{"a": 1}',
        '{"tree_size": 5}'.encode("utf-16"),
        b'{"tree_size": ' + b"9" * 5000 + b"}",
        b"[" * 30_000,
        b'{"a":' * 10_000,
        b" " * 70_000,
    ],
)
def test_documents_other_than_a_json_object_are_refused(raw: bytes) -> None:
    for parse in (answers.parse_consistency, answers.parse_proof_by_hash, answers.parse_entry_and_proof):
        with pytest.raises(FormatError, match="get-"):
            parse(raw)
    with pytest.raises(FormatError, match="get-sth: "):
        answers.parse_sth(raw, LOG_ID)


def test_errors_never_show_content() -> None:
    with pytest.raises(FormatError) as caught:
        answers.parse_sth(answer(**{**STH, "sha256_root_hash": "jane@example.org"}), LOG_ID)
    assert "jane" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_signed_message_is_fifty_bytes() -> None:
    head = answers.parse_sth(answer(**STH), LOG_ID)
    message = answers.sth_message(head)
    assert message == bytes.fromhex("0001 0000019b76daa87b 000000012a05f200") + b"\x07" * 32
    assert len(message) == 50


@pytest.mark.parametrize("wrong", [{"size": -1}, {"timestamp": 1 << 64}, {"root": b"short"}])
def test_head_that_fits_no_message(wrong: dict[str, object]) -> None:
    head = answers.parse_sth(answer(**STH), LOG_ID)
    with pytest.raises(FormatError, match="tree head: expected"):
        answers.sth_message(replace(head, **wrong))  # type: ignore[arg-type]


def test_proofs() -> None:
    path = [b64(h) for h in PATH]
    assert answers.parse_consistency(answer(consistency=path)) == PATH
    assert answers.parse_consistency(answer(consistency=[])) == ()
    assert answers.parse_proof_by_hash(answer(leaf_index=7, audit_path=path)) == (7, PATH)
    entry = answer(leaf_input=b64(b"\0\0leaf"), extra_data="ignored", audit_path=path)
    assert answers.parse_entry_and_proof(entry) == (b"\0\0leaf", PATH)


@pytest.mark.parametrize("path", [None, {}, "x", [1], [None], [b64(b"short")], [b64(b"x" * 33)], ["*" * 44]])
def test_paths_are_read_strictly(path: object) -> None:
    with pytest.raises(FormatError, match="consistency: "):
        answers.parse_consistency(answer(consistency=path))
    with pytest.raises(FormatError, match="audit_path: "):
        answers.parse_proof_by_hash(answer(leaf_index=7, audit_path=path))
    with pytest.raises(FormatError, match="audit_path: "):
        answers.parse_entry_and_proof(answer(leaf_input=b64(b"leaf"), audit_path=path))


@pytest.mark.parametrize("index", [-1, True, 1.0, "1", 1 << 63, None])
def test_leaf_index_of_a_proof_is_read_strictly(index: object) -> None:
    with pytest.raises(FormatError, match="leaf_index: expected an integer"):
        answers.parse_proof_by_hash(answer(leaf_index=index, audit_path=[]))


# --- both ways of cutting -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("leaf_index", [True, False])
def test_tile_and_get_entries_give_the_same_entries(leaf_index: bool) -> None:
    log = mixed_log(leaf_index=leaf_index)
    tile = tile_of(log)
    batch = wire.cut_get_entries(log.get_entries(0, log.size), log.id, 0, log.size)
    assert [wire.entry_of(tile, i) for i in range(7)] == [wire.entry_of(batch, i) for i in range(7)]
    assert batch_hashes(tile) == batch_hashes(batch) == log.hashes
    assert list(tile.precerts) == list(batch.precerts) == [False] * 3 + [True] * 2 + [False] * 2
    assert tile.raw is tile.data
    assert batch.raw == log.get_entries(0, log.size)
    assert (tile.layout, batch.layout) == ("tile", "get-entries")


def test_entry_holds_the_parts_of_the_leaf() -> None:
    log = mixed_log()
    entry = wire.entry_of(tile_of(log), 3)
    assert entry == Entry(
        log_id=log.id,
        index=3,
        timestamp=log.timestamps[3],
        kind=EntryKind.PRECERT,
        der=b"tbs of three",
        issuer_key_hash=KEY_HASH,
        extensions=leaf_index_extension(3),
    )
    assert wire.leaf_of(entry) == b"\0\0" + log.entries[3].leaf


der = st.binary(max_size=70)
extension = st.tuples(st.integers(1, 255), st.binary(max_size=9)).map(lambda e: bytes((e[0],)) + u16(e[1]))
parts = st.tuples(
    st.integers(0, 253_402_300_799_999), st.booleans(), der, st.lists(extension, max_size=2), st.booleans(), der
)


@given(st.integers(0, (1 << 40) - 9), st.lists(parts, min_size=1, max_size=8))
def test_leaves_are_rebuilt_exactly(
    start: int, entries: list[tuple[int, bool, bytes, list[bytes], bool, bytes]]
) -> None:
    tile, leaves = b"", []
    for index, (time, is_precert, body, others, has_index, submitted) in enumerate(entries, start):
        extensions = b"".join([*others, leaf_index_extension(index) if has_index else b""])
        if is_precert:
            leaf = timestamped_precert(body, KEY_HASH, time, extensions)
            tile += leaf + u24(submitted) + u16(b"\x09" * 64)
        else:
            leaf = timestamped_x509(body, time, extensions)
            tile += leaf + u16(b"")
        leaves.append(leaf)
    batch = wire.cut_tile(tile, LOG_ID, start, len(entries))
    for i, (_, is_precert, body, _, has_index, submitted) in enumerate(entries):
        entry = wire.entry_of(batch, i)
        assert wire.leaf_of(entry) == b"\0\0" + leaves[i]
        assert (entry.der, entry.kind is EntryKind.PRECERT, entry.index) == (body, is_precert, start + i)
        assert leaf_index_of(entry.extensions) == (start + i if has_index else None)
        extra = extra_data.extra_of(batch, i)
        assert extra == extra_data.Extra(
            submitted if is_precert else b"", (), (b"\x09" * 32,) * 2 if is_precert else ()
        )


@given(st.binary(max_size=200), st.integers(1, 3))
def test_any_bytes_are_cut_or_refused(data: bytes, count: int) -> None:
    try:
        batch = wire.cut_tile(data, LOG_ID, 0, count)
    except CutError as error:
        assert error.raw is data
    else:
        assert batch.extras[-1][1] == len(data)
    entries = [{"leaf_input": b64(b"\0\0" + data), "extra_data": b64(data)}] * count
    batch = wire.cut_get_entries(answer(entries=entries), LOG_ID, 0, count)
    assert [batch.data[a:b] for a, b in batch.leaves] == [data] * count
    for leaf, cert in zip(batch.leaves, batch.certs, strict=True):
        assert cert == (0, 0) or leaf[0] + 13 <= cert[0] <= cert[1] <= leaf[1] - 2


@pytest.mark.parametrize(("start", "count"), [(-1, 1), (0, 0), (0, 65_537), (5, -1)])
def test_impossible_ranges_are_the_callers_fault(start: int, count: int) -> None:
    with pytest.raises(ValueError, match="expected 1 to 65536 entries"):
        wire.cut_tile(b"", LOG_ID, start, count)
    with pytest.raises(ValueError, match="expected 1 to 65536 entries"):
        wire.cut_get_entries(b"{}", LOG_ID, start, count)


# --- data tiles ---------------------------------------------------------------------------------------------------


def test_full_tile_in_the_middle_of_a_log() -> None:
    log = LogBuilder()
    log.fill(512)
    batch = wire.cut_tile(log.data_tile(1), log.id, 256, 256)
    assert batch_hashes(batch) == log.hashes[256:]
    with pytest.raises(CutError, match="entry 0: expected leaf_index 0, got 256"):
        wire.cut_tile(log.data_tile(1), log.id, 0, 256)


def test_tile_with_another_count_is_refused() -> None:
    log = mixed_log()
    data = log.data_tile(0, 7)
    with pytest.raises(CutError, match=r"of 6 entries from 0: entry 5: expected its end at byte"):
        wire.cut_tile(data, log.id, 0, 6)
    with pytest.raises(CutError, match="of 8 entries from 0: entry 7: cut off at byte"):
        wire.cut_tile(data, log.id, 0, 8)


def test_tile_cut_short_or_extended_anywhere_is_refused() -> None:
    log = LogBuilder()
    log.add_certificate(b"certificate", chain=ISSUERS)
    log.add_precert(b"tbs", KEY_HASH, b"submitted", chain=ISSUERS)
    data = log.data_tile(0, 2)
    for end in range(len(data)):
        with pytest.raises(CutError):
            wire.cut_tile(data[:end], log.id, 0, 2)
    for more in (b"\0", b"\0\0", data):
        with pytest.raises(CutError, match="expected its end at byte"):
            wire.cut_tile(data + more, log.id, 0, 2)


def test_archived_entry_without_issuers_may_end_a_tile() -> None:
    log = LogBuilder(leaf_index=False)
    log.add_raw(timestamped_x509(b"root", 1), tail=u16(b""))
    assert wire.entry_of(tile_of(log), 0).der == b"root"


@pytest.mark.parametrize(
    ("leaf", "tail", "reason"),
    [
        (struct.pack(">QH", 1, 2) + u24(b"der") + u16(b""), u16(b""), "expected entry type 0 or 1, got 2"),
        (struct.pack(">QH", 1, 256) + u24(b"der") + u16(b""), u16(b""), "expected entry type 0 or 1, got 256"),
        (timestamped_x509(b"der", 1), u16(b"f" * 33), "expected fingerprints of 32 bytes each, got 33"),
        (timestamped_x509(b"der", 1, leaf_index_extension(1)), u16(b""), "expected leaf_index 0, got 1"),
        (timestamped_x509(b"der", 1, leaf_index_extension(0) * 2), u16(b""), "one leaf_index of 5 bytes"),
        (timestamped_x509(b"der", 1, b"\0" + u16(b"1234")), u16(b""), "one leaf_index of 5 bytes, got 4"),
        (timestamped_x509(b"der", 1, b"\x09" + u16(b"abc") + b"\0"), u16(b""), "CtExtensions: cut off"),
        (timestamped_x509(b"der", 1, b"\x09\x00\x05abc"), u16(b""), "CtExtensions: cut off"),
    ],
)
def test_entry_that_no_tile_may_hold(leaf: bytes, tail: bytes, reason: str) -> None:
    with pytest.raises(CutError, match=reason) as caught:
        wire.cut_tile(leaf + tail, LOG_ID, 0, 1)
    assert caught.value.raw == leaf + tail


def test_unknown_extensions_are_ignored() -> None:
    extensions = b"\x09" + u16(b"abc") + leaf_index_extension(4) + b"\xff" + u16(b"")
    batch = wire.cut_tile(timestamped_x509(b"der", 1, extensions) + u16(b""), LOG_ID, 4, 1)
    assert wire.entry_of(batch, 0).extensions == extensions
    assert leaf_index_of(extensions) == 4
    assert leaf_index_of(b"\x09" + u16(b"abc")) is None
    assert leaf_index_of(b"") is None


# --- get-entries --------------------------------------------------------------------------------------------------


def entries_of(*leaf_inputs: bytes, extra: object = "AAAA") -> bytes:
    return answer(entries=[{"leaf_input": b64(leaf), "extra_data": extra} for leaf in leaf_inputs])


GOOD = b"\0\0" + timestamped_x509(b"certificate", 1_767_225_600_000)


def test_a_short_answer_is_a_batch() -> None:
    batch = wire.cut_get_entries(entries_of(GOOD, GOOD), LOG_ID, 40, 32)
    assert (batch.start, len(batch.leaves)) == (40, 2)
    assert wire.entry_of(batch, 1).index == 41


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "expected JSON"),
        (b"{}", "entries: expected a list, got nothing"),
        (answer(entries={}), "entries: expected a list, got an object"),
        (answer(entries=[]), "expected 1 to 2 entries, got 0"),
        (entries_of(GOOD, GOOD, GOOD), "expected 1 to 2 entries, got 3"),
        (answer(entries=["x"]), "entry 0: expected an object, got a string"),
        (answer(entries=[{"leaf_input": b64(GOOD)}]), "expected leaf_input and extra_data as strings"),
        (answer(entries=[{"leaf_input": None, "extra_data": ""}]), "expected leaf_input and extra_data as strings"),
        (answer(entries=[{"leaf_input": "AA", "extra_data": ""}]), "leaf_input: expected standard base64"),
        (answer(entries=[{"leaf_input": "é", "extra_data": ""}]), "leaf_input: expected standard base64"),
        (entries_of(GOOD, b"\0\x01" + GOOD[2:]), "entry 1: expected a leaf of version 0 and type 0"),
        (entries_of(b"\x01\0" + GOOD[2:]), "entry 0: expected a leaf of version 0 and type 0"),
        (entries_of(b"\0"), "entry 0: expected a leaf of version 0 and type 0"),
    ],
)
def test_answer_that_no_log_should_give(raw: bytes, reason: str) -> None:
    with pytest.raises(CutError, match=reason) as caught:
        wire.cut_get_entries(raw, LOG_ID, 10, 2)
    assert caught.value.raw == raw
    assert "2 entries from 10" in str(caught.value)


@pytest.mark.parametrize(
    "leaf",
    [
        b"",
        b"\0" * 9,
        struct.pack(">QH", 1, 7) + u24(b"der") + u16(b""),
        timestamped_x509(b"der", 1) + b"\0",
        timestamped_x509(b"der", 1)[:-1],
        struct.pack(">QH", 1, 0) + b"\xff\xff\xff" + b"der" + u16(b""),
        struct.pack(">QH", 1, 1) + b"short key hash",
    ],
)
def test_leaf_that_does_not_parse_keeps_its_place(leaf: bytes) -> None:
    batch = wire.cut_get_entries(entries_of(GOOD, b"\0\0" + leaf, GOOD), LOG_ID, 0, 3)
    assert batch.certs[1] == (0, 0)
    assert list(batch.precerts) == [False] * 3
    assert batch.data[slice(*batch.leaves[1])] == leaf
    assert wire.entry_of(batch, 2).der == b"certificate"
    with pytest.raises(FormatError, match=r"entry 1: its .* bytes aren't a TimestampedEntry"):
        wire.entry_of(batch, 1)
    with pytest.raises(FormatError, match="entry 1: extra data"):
        extra_data.extra_of(batch, 1)


def test_lengths_reaching_into_the_next_leaf_do_not_parse() -> None:
    reaching = struct.pack(">QH", 1, 0) + (3 + len(GOOD)).to_bytes(3, "big") + b"der"
    batch = wire.cut_get_entries(entries_of(b"\0\0" + reaching, GOOD, GOOD), LOG_ID, 0, 3)
    assert batch.certs[0] == (0, 0)


def test_wrong_leaf_index_is_left_to_the_caller() -> None:
    leaf = b"\0\0" + timestamped_x509(b"der", 1, leaf_index_extension(99))
    entry = wire.entry_of(wire.cut_get_entries(entries_of(leaf), LOG_ID, 5, 1), 0)
    assert (entry.index, leaf_index_of(entry.extensions)) == (5, 99)


def test_time_that_is_no_date() -> None:
    leaf = timestamped_x509(b"der", 253_402_300_800_000)
    batch = wire.cut_tile(leaf + u16(b""), LOG_ID, 0, 1)
    with pytest.raises(FormatError, match="before the year 10000"):
        wire.entry_of(batch, 0)


# --- octets outside the tree --------------------------------------------------------------------------------------


def test_extra_of_both_layouts() -> None:
    log = mixed_log()
    prints = tuple(log.issuers)
    tile, batch = tile_of(log), wire.cut_get_entries(log.get_entries(0, 7), log.id, 0, 7)
    assert extra_data.extra_of(tile, 0) == extra_data.Extra(b"", (), prints)
    assert extra_data.extra_of(batch, 0) == extra_data.Extra(b"", ISSUERS, ())
    assert extra_data.extra_of(tile, 3) == extra_data.Extra(b"submitted precertificate", (), prints)
    assert extra_data.extra_of(batch, 3) == extra_data.Extra(b"submitted precertificate", ISSUERS, ())
    assert extra_data.extra_of(tile, 6) == extra_data.extra_of(batch, 6) == extra_data.Extra(b"", (), ())


@pytest.mark.parametrize(
    ("extra", "reason"),
    [
        ("", "cut off at byte 0"),
        ("AAA", "expected standard base64"),
        ("éé\ud800", "expected standard base64, got 3 characters"),
        (b64(b"\0\0"), "cut off at byte 2"),
        (b64(u24(b"") + b"\0"), "expected 3 bytes, got 4"),
        (b64(u24(u24(b"one") + b"\0")), "cut off at byte 7"),
        (b64(u24(b"\0\0\x09x")), "cut off at byte 4"),
        (b64(u24(u24(b"c") * 101)), "at most 100 certificates"),
    ],
)
def test_bad_extra_data_costs_only_itself(extra: str, reason: str) -> None:
    good = {"leaf_input": b64(GOOD), "extra_data": b64(u24(u24(b"issuer")))}
    raw = answer(entries=[good, {**good, "extra_data": extra}, good])
    batch = wire.cut_get_entries(raw, LOG_ID, 0, 3)
    with pytest.raises(FormatError, match=f"entry 1: extra data: .*{reason}"):
        extra_data.extra_of(batch, 1)
    assert extra_data.extra_of(batch, 0) == extra_data.extra_of(batch, 2) == extra_data.Extra(b"", (b"issuer",), ())
    assert wire.entry_of(batch, 1).der == b"certificate"


@pytest.mark.parametrize(
    "written",
    [
        b'{"entries":[{"leaf_input":"L","extra_data":"E"},{"leaf_input":"L","extra_data":"F"}]}',
        b'{"entries" : [ { "extra_data" : "E", "leaf_input" : "L" }, {"extra_data":\n"F","leaf_input":"L"} ] }',
        b'{"entries":[{"leaf_input":"L","extra_data":"F","extra_data":"E"},{"leaf_input":"L","extra_data":"F"}]}',
        b'{"extra_data":"F","entries":[{"leaf_input":"L","extra_data":"E"},{"leaf_input":"L","extra_data":"F"}]}',
        b'{"entries":[{"leaf_input":"L","x":"extra_data","extra_data":"E"},{"leaf_input":"L","extra_data":"F"}]}',
        b'{"entries":[{"leaf_input":"L","x":{"extra_data":"F"},"extra_data":"E"},{"leaf_input":"L","extra_data":"F"}]}',
        b'{"entries":[{"leaf_input":"L","extra\\u005fdata":"E"},{"leaf_input":"L","extra_data":"F"}]}',
        b'{"entries":[{"leaf_input":"L","extra_data":"E"},{"leaf_input":"L","extra\\u005fdata":"F"}]}',
        b'{"entries":[{"leaf_input":"L","extra_data":"E"},{"leaf_input":"L","extra_data":"\\u0041F"}]}',
    ],
)
def test_extra_data_however_it_is_written(written: bytes) -> None:
    """The last of two equal keys counts, and an escape equals its character."""
    first, second = (u24(u24(name)) for name in (b"first issuer", b"another issuer"))
    raw = written.replace(b'"L"', f'"{b64(GOOD)}"'.encode()).replace(b'"E"', f'"{b64(first)}"'.encode())
    raw = raw.replace(b'"F"', f'"{b64(second)}"'.encode()).replace(b"\\u0041F", b"\\u0041" + b64(second)[1:].encode())
    batch = wire.cut_get_entries(raw, LOG_ID, 0, 2)
    assert [extra_data.extra_of(batch, i).chain for i in (0, 1)] == [(b"first issuer",), (b"another issuer",)]


def test_oversized_extra_data_is_not_kept() -> None:
    raw = entries_of(GOOD, extra=b64(u24(u24(b"x" * 3000))))
    assert extra_data.extra_of(wire.cut_get_entries(raw, LOG_ID, 0, 1), 0).chain == (b"x" * 3000,)
    batch = wire.cut_get_entries(raw, LOG_ID, 0, 1, extra_limit=1000)
    ((start, end),) = batch.extras
    assert start == end
    with pytest.raises(FormatError, match="extra data"):
        extra_data.extra_of(batch, 0)


# --- leaves from parts --------------------------------------------------------------------------------------------

ENTRY = Entry(LOG_ID, 0, 1, EntryKind.X509, b"der", b"", b"")


@pytest.mark.parametrize(
    "wrong",
    [
        replace(ENTRY, issuer_key_hash=KEY_HASH),
        replace(ENTRY, kind=EntryKind.PRECERT),
        replace(ENTRY, kind=EntryKind.PRECERT, issuer_key_hash=b"short"),
        replace(ENTRY, timestamp=1 << 64),
        replace(ENTRY, timestamp=-1),
        replace(ENTRY, extensions=b"\0" * 65_536),
        replace(ENTRY, der=b"\0" * (1 << 24)),
    ],
)
def test_parts_that_make_no_leaf(wrong: Entry) -> None:
    with pytest.raises(FormatError, match="entry 0: "):
        wire.leaf_of(wrong)
