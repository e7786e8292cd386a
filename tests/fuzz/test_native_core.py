"""The core in machine code and the reference give the same for every certificate, tile and answer."""

from __future__ import annotations

import gzip
import json
import random
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutator import Mutator
from seeds import all_seeds
from strategies import built, mutated
from support import certs
from support.both_paths import LOG_ID, check_answer, check_candidates, check_tile, tile_entry, tile_of
from support.certs import make_certificate, make_tbs
from support.logs import WIDTH, LogBuilder, b64, leaf_index_extension, timestamped_precert, timestamped_x509, u16

from ctscan.ct.merkle import batch_hashes, rows_below_root, tile_root
from ctscan.ct.wire import cut_tile
from ctscan.errors import CutError, FormatError
from ctscan.http.decoding import gunzip
from ctscan.model.hashes import subtree_root
from ctscan.native_core import CORE, is_of, unsure
from ctscan.personal.prefilter.filter import Prefilter
from ctscan.personal.prefilter.impersonal_extensions import POLICIES_OF_PEOPLE
from ctscan.sources.logs.tile_reader import slice_batch, unpack_tile

pytestmark = pytest.mark.skipif(CORE is None, reason="the core (native/) is not installed")

HOST = [("CN", "www.example.org")]
HOSTS: list[certs.GeneralNameSpec] = [("dns", "www.example.org"), ("dns", "*.example.org")]
DOMAINS = ("example.org", "example.com", "xn--bcher-kva.example", "net")
SEEDS = all_seeds()


def parts(found: list[bytes]) -> list[list[bytes]]:
    """Split certificates into the halves of tiles: each comes as certificate and as TBSCertificate."""
    return [found[at : at + WIDTH // 2] for at in range(0, len(found), WIDTH // 2)]


@pytest.mark.parametrize("domains", [(), DOMAINS], ids=["all", "scope"])
def test_seeds(domains: tuple[str, ...]) -> None:
    """Golden certificates, generated ones, and former failures of the fuzzer."""
    assert len(SEEDS) > 300
    for some in parts(SEEDS):
        data = tile_of(some)
        assert check_tile(data, 0, 2 * len(some))
        check_candidates(data, 2 * len(some), domains)


@pytest.mark.parametrize("rounds", [10, pytest.param(8000, marks=pytest.mark.long)])
def test_mutated_seeds(rounds: int) -> None:
    inputs = Mutator([der for der in SEEDS if len(der) < 5000], 3)
    for round_ in range(rounds):
        some = [inputs.input(round_ * 64 + i)[:65_000] for i in range(64)]
        check_candidates(tile_of(some), 128, DOMAINS if round_ % 2 else ())


HOST_FORMS = [make_certificate(HOST, HOSTS), make_tbs(HOST, HOSTS), make_tbs([], HOSTS, issuer=certs.ISSUER)]


@given(st.lists(st.integers(0, 2**32), min_size=1, max_size=40), st.sampled_from([(), DOMAINS]))
def test_damaged_certificates_of_hosts(seeds: list[int], domains: tuple[str, ...]) -> None:
    """One to three octets are changed: most such certificates still parse, and many are dropped."""
    found = list(HOST_FORMS)
    for seed in seeds:
        draw = random.Random(seed)
        der = bytearray(draw.choice(HOST_FORMS))
        for _ in range(draw.randrange(1, 4)):
            der[draw.randrange(len(der))] = draw.choice([draw.randrange(256), *b"@\x16\x0c\x30\x81\x82\x80.-"])
        found.append(bytes(der))
    check_candidates(tile_of(found), 2 * len(found), domains)


ORGANISATION = make_certificate([("C", "XX"), ("O", "Example Ltd."), *HOST], HOSTS)


def changes(der: bytes, at: int) -> list[bytes]:
    """Change an octet of a certificate in nine ways, leave it out, and cut the certificate off before it."""
    octet = der[at]
    values = (0, 4, 0x1F, 0x30, 0x40, 0x82, octet ^ 1, (octet + 1) & 0xFF, (octet - 1) & 0xFF)
    changed = [der[:at] + bytes((value,)) + der[at + 1 :] for value in values]
    return [*changed, der[:at] + der[at + 1 :], der[:at]]


@pytest.mark.parametrize("share", [8, pytest.param(1, marks=pytest.mark.long)])
@pytest.mark.parametrize("der", [*HOST_FORMS[:2], ORGANISATION], ids=["certificate", "TBS", "organisation"])
def test_every_octet_of_a_certificate(der: bytes, share: int) -> None:
    """Every octet is changed: in each way, or in a share of the ways that moves on with each octet."""
    found = [
        change
        for at in range(len(der))
        for number, change in enumerate(changes(der, at), start=at)
        if number % share == 0
    ]
    for some in parts(found):
        check_candidates(tile_of([der, *some]), 2 + 2 * len(some), ("example.com",))


@given(st.lists(built | mutated, min_size=1, max_size=4))
def test_built_certificates(found: list[bytes]) -> None:
    check_candidates(tile_of(found), 2 * len(found), DOMAINS)


def test_the_core_drops_by_itself_and_learns_while_it_reads() -> None:
    assert CORE is not None
    other = [make_tbs(HOST, HOSTS, issuer=[("CN", "Other CA")])]
    entries = [make_tbs(HOST, HOSTS)] * 5 + other * 3
    batch = cut_tile(b"".join(tile_entry(der, i, True) for i, der in enumerate(entries)), LOG_ID, 0, 8)
    found = CORE.Filter(sorted(POLICIES_OF_PEOPLE), ())
    positions = []
    for i in unsure(found, batch.data, batch.certs, batch.precerts):
        positions.append(i)
        if i != 5:
            found.learn_issuer(certs.name(certs.ISSUER))
        if i == 6:
            found.learn_issuer(certs.name([("CN", "Other CA")]))
    assert positions == [0, 5, 6]
    found.forget_issuers()
    assert len(list(unsure(found, batch.data, batch.certs, batch.precerts))) == 8


def test_organisations_and_long_layouts_are_dropped_by_the_core() -> None:
    assert CORE is not None
    plain = [("C", "XX"), ("ST", "X"), ("O", "Example Ltd."), *HOST]
    forms = [make_tbs(plain, HOSTS), make_tbs(HOST, [("dns", f"host-{i}.example.org") for i in range(100)])]
    batch = cut_tile(b"".join(tile_entry(der, i, True) for i, der in enumerate(forms)), LOG_ID, 0, 2)
    for domains, expected in (((), []), (("org",), [0, 1]), (("example.net",), [])):
        found = CORE.Filter(sorted(POLICIES_OF_PEOPLE), domains)
        found.learn_issuer(certs.name(certs.ISSUER))
        assert list(unsure(found, batch.data, batch.certs, batch.precerts)) == expected


def test_issuers_that_are_forgotten_are_forgotten_by_both() -> None:
    der = make_tbs(HOST, HOSTS)
    batch = cut_tile(tile_entry(der, 0, True), LOG_ID, 0, 1)
    prefilter = Prefilter()
    prefilter.learn_issuer(certs.name(certs.ISSUER))
    assert list(prefilter.candidates(batch.data, batch.certs, batch.precerts)) == []
    for i in range(20_000):
        prefilter.learn_issuer(certs.name([("CN", f"CA {i}")]))
    assert list(prefilter.candidates(batch.data, batch.certs, batch.precerts)) == [0]


# --- tiles ---------------------------------------------------------------------------------------------------------

TILE = tile_of([b"der one", b"der of two", b""])


@given(st.data())
def test_damaged_tiles(data: st.DataObject) -> None:
    tile = bytearray(TILE)
    for _ in range(data.draw(st.integers(0, 2))):
        tile[data.draw(st.integers(0, len(tile) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.none() | st.integers(0, len(tile)))
    start = data.draw(st.sampled_from([0, 0, 0, 1, 256, (1 << 40) - 3, 1 << 40, 1 << 41]))
    check_tile(
        bytes(tile[:cut]) + data.draw(st.sampled_from([b"", b"", b"\0", b"\0" * 40])),
        start,
        data.draw(st.integers(1, 8)),
    )


def test_every_octet_of_a_tile() -> None:
    assert check_tile(TILE, 0, 6)
    for at in range(len(TILE)):
        check_tile(TILE[:at], 0, 6)
        for value in (0, 1, 2, 0xFF, TILE[at] ^ 0x80):
            check_tile(TILE[:at] + bytes((value,)) + TILE[at + 1 :], 0, 6)


@pytest.mark.parametrize("octets", [0, 31, 32, 33, 64, 65])
def test_fingerprints_of_any_size(octets: int) -> None:
    tile = timestamped_x509(b"der", 1, leaf_index_extension(0)) + u16(b"f" * octets)
    if octets % 32:
        with pytest.raises(CutError):
            cut_tile(tile, LOG_ID, 0, 1)
    assert check_tile(tile, 0, 1) == (octets % 32 == 0)


def test_spans_of_the_core_are_sequences() -> None:
    batch, plain = cut_tile(TILE, LOG_ID, 0, 6), cut_tile(TILE, LOG_ID, 0, 6, None)
    assert is_of(CORE, batch.leaves)
    assert len(batch.leaves) == 6
    assert [batch.leaves[at] for at in range(-6, 6)] == [plain.leaves[at] for at in range(-6, 6)]
    for at in (6, -7, 1 << 70):
        with pytest.raises((IndexError, OverflowError, TypeError)):
            batch.leaves[at]
    part = slice_batch(batch, 2, 5)
    assert list(part.certs) == plain.certs[2:5]
    assert list(slice_batch(part, 3, 4).certs) == plain.certs[3:4]
    assert batch_hashes(part) == batch_hashes(plain)[2:5]
    assert list(Prefilter().candidates(part.data, part.certs, part.precerts)) == [0, 1, 2]
    assert list(batch.leaves[4:2]) == []


def test_spans_of_another_buffer_give_nothing() -> None:
    assert CORE is not None
    batch = cut_tile(TILE, LOG_ID, 0, 6)
    assert CORE.leaf_hashes(b"short", batch.leaves) is None
    assert CORE.Filter((), ()).next_unsure(b"short", batch.certs, b"", 99) == 6
    assert CORE.Filter((), ()).next_unsure(b"short", batch.certs, batch.precerts, 2) == 2


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, 255, 256])
def test_roots(count: int) -> None:
    hashes = [bytes((i & 0xFF,)) * 32 for i in range(count)]
    assert tile_root(hashes) == subtree_root(hashes)
    assert rows_below_root(hashes) == rows_below_root(hashes, None)


# --- packed tiles --------------------------------------------------------------------------------------------------

PACKED = gzip.compress(TILE, mtime=0)


def check_packed(packed: bytes, limit: int = 1 << 20) -> bool:
    """Unpack in both ways, assert that the outcome is the same, and return whether the core unpacked."""
    assert CORE is not None
    found = CORE.gunzip(packed, limit)
    if found is None:
        return False
    assert bytes(found) == gunzip(packed, limit)
    return True


def test_packed_tiles() -> None:
    assert check_packed(PACKED)
    assert check_packed(PACKED, len(TILE))
    assert check_packed(gzip.compress(b"x" * (3 << 20), 1), 4 << 20)  # too large a buffer to be kept
    assert check_packed(PACKED)
    found = unpack_tile(PACKED)
    assert (found[:4], found[4:-3], found[-3:], len(found)) == (TILE[:4], TILE[4:-3], TILE[-3:], len(TILE))
    assert not isinstance(found, bytes)
    assert cut_tile(found, LOG_ID, 0, 6).certs[1] == cut_tile(TILE, LOG_ID, 0, 6).certs[1]
    for odd in (slice(0, 4, 2), 0, "x"):
        with pytest.raises(TypeError):
            found[odd]  # type: ignore[index]


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        PACKED[:-1],
        PACKED[:5],
        PACKED + PACKED,
        PACKED + b"\0" * 8,
        gzip.compress(b"", mtime=0),
        TILE,
        zlib.compress(TILE),
    ],
    ids=["none", "cut off", "head", "two members", "padded", "empty", "plain", "no gzip"],
)
def test_the_core_leaves_other_forms_to_the_reference(packed: bytes) -> None:
    assert not check_packed(packed)


def test_the_core_unpacks_nothing_beyond_the_limit() -> None:
    assert not check_packed(PACKED, len(TILE) - 1)
    small = PACKED[:-4] + (len(TILE) - 1).to_bytes(4, "little")
    assert not check_packed(small)
    assert not check_packed(PACKED[:-4] + b"\xff" * 4)


@pytest.mark.parametrize("times", [1, 2, 3])
def test_tiles_that_are_packed_more_than_once(times: int) -> None:
    packed = TILE
    for _ in range(times):
        packed = gzip.compress(packed)
    assert bytes(unpack_tile(packed)) == bytes(unpack_tile(packed, None))


def test_every_octet_of_a_packed_tile() -> None:
    for at in range(len(PACKED)):
        check_packed(PACKED[:at])
        for bit in range(8):
            damaged = PACKED[:at] + bytes((PACKED[at] ^ 1 << bit,)) + PACKED[at + 1 :]
            with suppress(FormatError):
                check_packed(damaged)
                assert bytes(unpack_tile(damaged)) == bytes(unpack_tile(damaged, None))


# --- answers of get-entries ----------------------------------------------------------------------------------------


def answer_of(leaves: list[bytes], extra: bytes = b"extra", indent: int | None = None) -> bytes:
    entries = [{"leaf_input": b64(leaf), "extra_data": b64(extra)} for leaf in leaves]
    return json.dumps({"entries": entries}, indent=indent).encode()


LEAVES = [
    b"\0\0" + timestamped_x509(b"der", 1),
    b"\0\0" + timestamped_precert(b"tbs of two", b"k" * 32, 2),
    b"\0\0" + timestamped_x509(b"", 3, b"extensions"),
]


@pytest.mark.parametrize("indent", [None, 0, 4])
def test_plain_answers_are_cut_by_the_core(indent: int | None) -> None:
    raw = answer_of(LEAVES, indent=indent)
    assert check_answer(raw, 3)
    assert check_answer(b" \r\n\t" + raw + b"\n ", 5)
    assert check_answer(raw, 3, limit=4)  # extra_data is left out
    assert not check_answer(raw, 2)


@pytest.mark.parametrize(
    "leaf",
    [b"", b"\0", b"\0\1" + LEAVES[0][2:], LEAVES[0] + b"\0", LEAVES[1][:-1], b"\0\0" + bytes(8) + b"\0\2" + bytes(50)],
)
def test_answers_with_a_broken_leaf_are_left_to_the_reference(leaf: bytes) -> None:
    assert not check_answer(answer_of([*LEAVES, leaf]), 4)


def test_every_octet_of_an_answer() -> None:
    raw = answer_of(LEAVES)
    for at in range(len(raw)):
        check_answer(raw[:at], 3)
        for value in b'"\\ }=A\xff/':
            check_answer(raw[:at] + bytes((value,)) + raw[at + 1 :], 3)
        check_answer(raw[:at] + b" " + raw[at:], 3)


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=3), st.binary(max_size=10))
def test_answers_of_any_leaves(leaves: list[bytes], extra: bytes) -> None:
    check_answer(answer_of([*LEAVES, *leaves], extra), 6)


def test_whole_tiles_of_a_log() -> None:
    log = LogBuilder()
    log.fill(WIDTH)
    data = log.data_tile(0, WIDTH)
    assert check_tile(data, 0, WIDTH)
    check_candidates(data, WIDTH)
