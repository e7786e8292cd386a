"""Log lists: readable logs, skipped logs with reasons; a bad entry never affects other entries."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Mapping

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from support.logs import LogBuilder, b64, log_list
from support.words import english

from ctscan.ct.log_list import LIST_LIMIT, ListedLogs, joined_lists, parse_log_list, parse_log_object
from ctscan.errors import FormatError
from ctscan.model import FinalHead, Log, LogProtocol, SkippedLog, SkipReason

# Not example.org: signed lists use such names for placeholders.
URL = "https://ct.example.edu/2026/"
TILES = "https://tiles.example.edu/2026/"
RFC6962, STATIC_CT = LogProtocol.RFC6962, LogProtocol.STATIC_CT

Entry = dict[str, object]


def plain(name: str = "Plain", url: str = URL, **changes: object) -> Entry:
    return {**LogBuilder(name).list_entry(url, RFC6962), **changes}


def tiled(name: str = "Tiled", url: str = TILES, **changes: object) -> Entry:
    origin = "log.example.edu/2026"
    return {**LogBuilder(name, origin=origin).list_entry(url, STATIC_CT), **changes}


def read(
    *entries: Entry, by_hand: bool = False, hybrids: Mapping[bytes, str] | None = None, operator: str = "Operator"
) -> ListedLogs:
    triples = [(operator, STATIC_CT if "monitoring_url" in entry else RFC6962, entry) for entry in entries]
    return parse_log_list(log_list(triples), by_hand=by_hand, hybrids=hybrids or {})


def the_log(*entries: Entry, by_hand: bool = False, hybrids: Mapping[bytes, str] | None = None) -> Log:
    found = read(*entries, by_hand=by_hand, hybrids=hybrids)
    assert (len(found.logs), found.skipped) == (1, ())
    return found.logs[0]


def the_reason(entry: Entry, *, by_hand: bool = False) -> str:
    """Return why `entry` is skipped; assert that another log in the list is still read."""
    found = read(entry, plain("Another"), by_hand=by_hand)
    assert [log.name for log in found.logs] == ["Another"]
    assert len(found.skipped) == 1
    reason = english(found.skipped[0].reason)
    assert "\n" not in reason
    return reason


# --- read ---------------------------------------------------------------------------------------------------------


def test_both_kinds_of_log() -> None:
    found = read(plain(), tiled())
    one, two = LogBuilder("Plain"), LogBuilder("Tiled")
    assert found == ListedLogs(
        logs=(
            Log(one.id, one.key, "Plain", "Operator", RFC6962, url=URL, mmd=86400),
            Log(
                id=two.id,
                key=two.key,
                name="Tiled",
                operator="Operator",
                protocol=STATIC_CT,
                monitoring_url=TILES,
                origin="log.example.edu/2026",
                mmd=60,
            ),
        ),
        skipped=(),
        timestamp="2026-01-02T00:00:00Z",
        version="1.0",
    )


@pytest.mark.parametrize("state", ["qualified", "usable", "readonly"])
def test_states_that_are_read(state: str) -> None:
    assert the_log(plain(state={state: {"timestamp": "2026-01-01T00:00:00Z"}})).state == state


def test_final_head_of_a_readonly_log() -> None:
    log = LogBuilder("Ended")
    log.fill(3)
    entry = log.list_entry(URL, RFC6962, state="readonly", final_size=3)
    assert the_log(entry).final_head == FinalHead(3, log.root())
    entry = log.list_entry(URL, RFC6962, state="usable", final_size=3)
    assert the_log(entry).final_head is None


def test_hybrid_log_has_both_addresses() -> None:
    log = LogBuilder("Hybrid")
    found = the_log(plain("Hybrid"), hybrids={log.id: TILES.rstrip("/"), b"\1" * 32: URL})
    assert (found.protocol, found.url, found.monitoring_url, found.origin) == (LogProtocol.HYBRID, URL, TILES, "")


def test_slash_is_added_to_addresses() -> None:
    assert the_log(plain(url=URL.rstrip("/"))).url == URL
    found = the_log(tiled(url=TILES.rstrip("/"), submission_url="https://log.example.edu/2026"))
    assert (found.monitoring_url, found.origin) == (TILES, "log.example.edu/2026")


@pytest.mark.parametrize("tiles_first", [False, True])
def test_two_entries_with_one_log_id_are_one_log(tiles_first: bool) -> None:
    entries = [plain("Twice"), tiled("Twice")]
    found = the_log(*(entries[::-1] if tiles_first else entries), hybrids={LogBuilder("Twice").id: URL})
    assert (found.protocol, found.url, found.monitoring_url) == (STATIC_CT, URL, TILES)
    assert found.origin == "log.example.edu/2026"


def test_readable_entry_wins_over_a_skipped_one() -> None:
    retired = plain("Twice", state={"retired": {"timestamp": "2025-06-21T07:00:00Z"}})
    assert the_log(retired, tiled("Twice")).url == ""
    assert the_log(tiled("Twice"), retired).protocol is STATIC_CT


def test_the_first_of_two_like_entries_is_read() -> None:
    assert the_log(plain("Same"), plain("Same", url="https://other.example.edu/")).url == URL
    found = read(*[plain("Same", state={"rejected": {}})] * 2)
    assert (found.logs, len(found.skipped)) == ((), 1)


def final(size: int) -> Entry:
    head = {"tree_size": size, "sha256_root_hash": b64encode(bytes(32)).decode()}
    return {"readonly": {"timestamp": "2026-01-01T00:00:00Z", "final_tree_head": head}}


@pytest.mark.parametrize("is_turned", [False, True])
def test_of_two_entries_that_contradict_each_other_the_one_counts_that_asks_for_more(is_turned: bool) -> None:
    def both(*entries: Entry) -> Log:
        return the_log(*(entries[::-1] if is_turned else entries))

    grows = both(plain("A", mmd=60, state=final(300)), plain("A", mmd=86_400))
    assert (grows.state, grows.final_head, grows.mmd) == ("usable", None, 60)
    assert both(tiled("A", state=final(300)), plain("A")).final_head is None
    larger = both(plain("A", state=final(300)), plain("A", state=final(400))).final_head
    assert larger is not None and larger.size == 400


def test_logs_of_a_kind_that_is_not_known_yet_are_named() -> None:
    document = json.loads(log_list([]))
    document["operators"] = [{"name": "Example", "email": ["x"], "logs": [], "later_logs": [plain("New"), 5, {}]}]
    found = parse_log_list(json.dumps(document).encode(), by_hand=False, hybrids={})
    assert [(one.id, one.name, one.reason.code) for one in found.skipped] == [
        (LogBuilder("New").id, "New", SkipReason.UNKNOWN_KIND)
    ]
    document["operators"][0]["later_logs"] = [plain("Gone", state={"retired": {}})]
    found = parse_log_list(json.dumps(document).encode(), by_hand=False, hybrids={})
    assert [one.reason for one in found.skipped] == [SkipReason.RETIRED()]
    document["operators"][0]["later_logs"] = document["operators"][0]["logs"] = [plain("New")]  # under both: it is read
    found = parse_log_list(json.dumps(document).encode(), by_hand=False, hybrids={})
    assert ([log.name for log in found.logs], found.skipped) == (["New"], ())
    document["operators"][0]["later_logs"] = [plain("New", description="Moon")]  # another log, for all that is known
    found = parse_log_list(json.dumps(document).encode(), by_hand=False, hybrids={})
    assert [(one.id, one.name, one.reason) for one in found.skipped] == [(b"", "Moon", SkipReason.UNKNOWN_KIND())]


@pytest.mark.parametrize("entry", [{"log_id": "AAAA"}, {"key": 5}, {"url": "https://log.example.edu/"}])
def test_a_log_of_an_unknown_kind_is_named_whatever_describes_it(entry: Entry) -> None:
    document = {"operators": [{"name": "Example", "moon_logs": [entry | {"description": "Moon"}]}]}
    (found,) = parse_log_list(json.dumps(document).encode(), by_hand=True, hybrids={}).skipped
    assert (found.name, found.operator) == ("Moon", "Example")


def test_null_is_an_empty_array_of_logs() -> None:
    document = json.loads(log_list([("Example", RFC6962, plain())]))
    document["operators"] += [{"name": "Other", "logs": None, "tiled_logs": None}]
    assert [log.name for log in parse_log_list(json.dumps(document).encode(), by_hand=False, hybrids={}).logs] == [
        "Plain"
    ]


def test_a_byte_order_mark_before_a_list_is_skipped() -> None:
    raw = log_list([("Example", RFC6962, plain())])
    assert parse_log_list(b"\xef\xbb\xbf" + raw, by_hand=True, hybrids={}) == parse_log_list(
        raw, by_hand=True, hybrids={}
    )


def dated(stamp: object, *entries: Entry, version: str = "1") -> ListedLogs:
    document = json.loads(log_list([("Example", RFC6962, entry) for entry in entries]))
    document |= {"log_list_timestamp": stamp, "version": version}
    return parse_log_list(json.dumps(document).encode(), by_hand=True, hybrids={})


def test_joined_lists_read_a_log_that_one_of_them_lets_be_read() -> None:
    gone, early = {"retired": {}}, {"pending": {}}
    first = dated("2026-05-01T00:00:00Z", plain("A", state=gone), plain("B"), plain("C", state=early))
    second = dated("2026-04-01T00:00:00Z", plain("A"), plain("D"), version="9")
    found = joined_lists([first, second])
    assert sorted(log.name for log in found.logs) == ["A", "B", "D"]
    assert [(one.name, one.reason) for one in found.skipped] == [("C", SkipReason.PENDING())]
    assert (found.timestamp, found.version) == ("2026-04-01T00:00:00Z", "9")
    assert joined_lists([first]) == first


@pytest.mark.parametrize("stamp", [None, "", "yesterday", 7])
def test_the_oldest_known_time_is_that_of_joined_lists(stamp: object) -> None:
    known = dated("2026-05-01T00:00:00Z", plain("A"))
    assert joined_lists([dated(stamp, plain("B")), known]).timestamp == "2026-05-01T00:00:00Z"


def test_names_are_fit_to_be_shown() -> None:
    assert the_log(plain(description="  Журнал\x1b[2J \u202eАнны\n\u2028и 李明 ")).name == "Журнал[2J Анны и 李明"
    lone_surrogate = json.dumps({"operators": [{"logs": [plain(description="a\ud800b")]}]}).encode()
    assert parse_log_list(lone_surrogate, by_hand=False, hybrids={}).logs[0].name == "ab"
    assert the_log(plain(description="n" * 500)).name == "n" * 200
    assert the_log(plain(description="\x00")).name == f"log {b64(LogBuilder('Plain').id)}"
    assert the_log(plain(description=7)).name == f"log {b64(LogBuilder('Plain').id)}"
    assert read(plain(), operator="Op\terator \x07").logs[0].operator == "Op erator"


# --- skipped ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ({"pending": {"timestamp": "2026-01-01T00:00:00Z"}}, "pending: not yet accepted"),
        ({"retired": {"timestamp": "2025-06-21T07:00:00Z"}}, "retired since 2025-06-21"),
        ({"rejected": {"timestamp": "2025-06-21T07:00:00Z"}}, "rejected since 2025-06-21"),
        ({"retired": {"timestamp": "yesterday"}}, "retired"),
        ({"retired": {}}, "retired"),
    ],
)
def test_states_that_are_not_read(state: object, reason: str) -> None:
    assert the_reason(plain(state=state)) == reason
    assert the_reason(tiled(state=state)) == reason
    assert the_reason(plain(state=state), by_hand=True) == reason


@pytest.mark.parametrize(
    "state", [{}, [], "usable", 7, {"usable": {}, "retired": {}}, {"unheard-of": {}}, {"usable": None}, {"usable": []}]
)
def test_unclear_state(state: object) -> None:
    assert "state: expected" in the_reason(plain(state=state))


def test_of_several_states_with_times_the_last_one_counts() -> None:
    history = {"usable": {"timestamp": "2026-02-01T00:00:00Z"}, "qualified": {"timestamp": "2026-01-01T00:00:00Z"}}
    assert the_log(plain(state=history)).state == "usable"
    later = history | {"retired": {"timestamp": "2026-03-01T00:00:00+01:00"}}
    assert the_reason(plain(state=later)) == "retired since 2026-02-28"
    assert "state: expected" in the_reason(plain(state=history | {"retired": {}}))


@pytest.mark.parametrize(("word", "state"), [("active", "usable"), ("inactive", "readonly")])
def test_states_that_sunlight_writes(word: str, state: str) -> None:
    assert parse_log_object(described(status=word), "file:///srv/archive/").state == state


def test_absent_state_is_usable_only_by_hand() -> None:
    entry = plain()
    del entry["state"]
    assert the_reason(entry) == "the list gives no state for it"
    assert the_log(entry, by_hand=True).state == "usable"


def test_test_logs_are_read_only_by_hand() -> None:
    assert the_reason(plain(log_type="test")) == "test log"
    assert the_log(plain(log_type="prod")).state == "usable"
    assert the_log(plain(log_type="test"), by_hand=True).state == "usable"


@pytest.mark.parametrize(
    "url", ["https://ct.example.com/bogus/", "https://example/", "https://log.invalid./", "http://localhost/"]
)
def test_placeholders(url: str) -> None:
    retired = {"retired": {"timestamp": "2025-06-21T07:00:00Z"}}
    assert the_reason(plain(url=url, state=retired)) == "placeholder without a usable URL"
    assert the_reason(tiled(url=url)) == "placeholder without a usable URL"


@pytest.mark.parametrize(
    "changes",
    [
        {"log_id": b64(b"\x01" * 32)},
        {"log_id": b64(b"\x01" * 31)},
        {"log_id": None},
        {"log_id": "x"},
        {"key": b64(LogBuilder("Another key").key)},
        {"key": b64(b"no key"), "log_id": b64(hashlib.sha256(b"no key").digest())},
        {"key": ""},
        {"key": 7},
    ],
)
def test_log_id_must_belong_to_a_key(changes: Entry) -> None:
    assert "expected" in the_reason(plain(**changes))
    assert "expected" in the_reason(tiled(**changes), by_hand=True)


def test_key_of_a_kind_that_signs_no_log() -> None:
    public = ec.derive_private_key(7, ec.SECP384R1()).public_key()
    key = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    entry = plain(key=b64(key), log_id=b64(hashlib.sha256(key).digest()))
    assert "expected ECDSA on P-256 or RSA" in the_reason(entry)


def test_skipped_log_is_identified() -> None:
    found = read(plain("Gone", state={"retired": {}}), plain("Broken", log_id="x"), operator="Of both")
    gone = SkippedLog(LogBuilder("Gone").id, "Gone", "Of both", SkipReason.RETIRED())
    assert found.skipped[0] == gone
    assert (found.skipped[1].id, found.skipped[1].name, found.skipped[1].operator) == (b"", "Broken", "Of both")


BAD_ANYWHERE = [
    "",
    "ct.example.edu/2026/",
    "//ct.example.edu/",
    "ftp://ct.example.edu/",
    "https://",
    "https:///path/",
    "https://jane@example.edu/",
    "https://jane:secret@example.edu/",
    "https://example.edu/?q=1",
    "https://example.edu/?",
    "https://example.edu/#part",
    "https://example.edu/with space/",
    "https://example.edu/line\nbreak/",
    "https://example.edu\\@evil.example.edu/",
    "https://example.edu:port/",
    "https://example.edu:99999/",
    "https://[::1/",
    "https://журнал.example.edu/",
    "https://example.edu/" + "x" * 2000,
]
BY_HAND_ONLY = [
    "http://example.edu/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://0x7f000001/",
    "https://2130706433/",
    "https://10.0.0.8:8765/",
    "https://[::1]:8765/",
    "https://intranet/",
    "http://127.0.0.1:8765/",
]


@pytest.mark.parametrize("url", BAD_ANYWHERE)
def test_addresses_that_are_never_asked(url: str) -> None:
    for by_hand in (False, True):
        for entry in (plain(url=url), tiled(url=url), tiled(submission_url=url)):
            reason = the_reason(entry, by_hand=by_hand)
            assert "expected" in reason
            assert "secret" not in reason


@pytest.mark.parametrize("url", BY_HAND_ONLY)
def test_addresses_of_the_own_network_need_a_list_given_by_hand(url: str) -> None:
    assert "expected" in the_reason(plain(url=url))
    assert "expected" in the_reason(tiled(url=url))
    assert the_log(plain(url=url), by_hand=True).url == url
    assert the_log(tiled(url=url), by_hand=True).monitoring_url == url


def test_tiles_on_disk_need_a_list_given_by_hand() -> None:
    assert "expected a URL with https, got file" in the_reason(tiled(url="file:///srv/log/"))
    assert the_log(tiled(url="file:///srv/log"), by_hand=True).monitoring_url == "file:///srv/log/"
    assert "got file" in the_reason(plain(url="file:///srv/log/"), by_hand=True)
    for url in ("file://server/share/", "file:relative", "file:"):
        assert "expected file:/// and an absolute path" in the_reason(tiled(url=url), by_hand=True)


@pytest.mark.parametrize(
    "changes",
    [
        {"mmd": "60"},
        {"mmd": -1},
        {"mmd": 1 << 31},
        {"mmd": True},
        {"url": None},
        {"url": ["https://example.edu/"]},
        {"state": {"readonly": {"final_tree_head": 7}}},
        {"state": {"readonly": {"final_tree_head": {}}}},
        {"state": {"readonly": {"final_tree_head": {"tree_size": 1, "sha256_root_hash": "AAAA"}}}},
        {"state": {"readonly": {"final_tree_head": {"tree_size": -1, "sha256_root_hash": b64(b"r" * 32)}}}},
    ],
)
def test_fields_are_read_strictly(changes: Entry) -> None:
    assert "expected" in the_reason(plain(**changes))


@pytest.mark.parametrize("entry", [None, 7, "log", [], True])
def test_entry_that_is_no_object(entry: object) -> None:
    raw = json.dumps({"operators": [{"name": "Operator", "logs": [entry, plain()]}]}).encode()
    found = parse_log_list(raw, by_hand=False, hybrids={})
    assert [log.name for log in found.logs] == ["Plain"]
    assert (found.skipped[0].operator, found.timestamp) == ("Operator", "")


# --- the list as a whole ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"{}",
        b"<html>",
        b'{"operators": {}}',
        b'{"operators": [7]}',
        b'{"operators": [{"name": "x", "logs": {}}]}',
        b'{"operators": null}',
        b'{"operators": []}' + b" " * LIST_LIMIT,
        json.dumps({"operators": [{"logs": [{}] * 2001}]}).encode(),
    ],
)
def test_documents_other_than_a_list_are_refused(raw: bytes) -> None:
    with pytest.raises(FormatError, match="log list: "):
        parse_log_list(raw, by_hand=True, hybrids={})


def test_list_without_logs() -> None:
    assert parse_log_list(b'{"operators": [{}]}', by_hand=False, hybrids={}) == ListedLogs((), (), "")


# --- a single log -------------------------------------------------------------------------------------------------


def described(**changes: object) -> bytes:
    """Build the object that Sunlight writes beside the tiles: state and final head in their own fields."""
    log = LogBuilder("Archive")
    fields: Entry = {
        "description": "archive.example.org/2026h1",
        "friendly_name": "Archive",
        "key": b64(log.key),
        "log_id": b64(log.id),
        "mmd": 60,
        "mmd_seconds": 60,
        "status": "usable",
        "submission_url": "https://archive.example.org/2026h1/",
        "monitoring_url": "https://tiles.example.org/2026h1/",
    }
    return json.dumps({**fields, **changes}).encode()


def test_log_described_beside_its_tiles() -> None:
    log = LogBuilder("Archive")
    assert parse_log_object(described(), "file:///srv/archive") == Log(
        id=log.id,
        key=log.key,
        name="archive.example.org/2026h1",
        operator="archive.example.org",
        protocol=STATIC_CT,
        monitoring_url="file:///srv/archive/",
        origin="archive.example.org/2026h1",
        mmd=60,
    )


def test_state_of_a_single_log_gives_its_final_head() -> None:
    head = {"tree_size": 300, "sha256_root_hash": b64(b"r" * 32), "timestamp": 1_767_139_200_000}
    by_status = parse_log_object(described(status="readonly", final_tree_head=head), "file:///srv/archive/")
    assert (by_status.state, by_status.final_head) == ("readonly", FinalHead(300, b"r" * 32, 1_767_139_200_000))
    assert parse_log_object(described(final_tree_head=head), "file:///srv/archive/").final_head is None
    retired = parse_log_object(described(state={"retired": {}}, log_type="test"), "http://127.0.0.1:8765/")
    assert (retired.state, retired.monitoring_url) == ("retired", "http://127.0.0.1:8765/")


def test_object_in_the_style_of_a_list_entry() -> None:
    log = LogBuilder("Listed")
    log.fill(2)
    entry = log.list_entry("https://tiles.example.org/", state="readonly", final_size=2)
    found = parse_log_object(json.dumps(entry).encode(), "file:///srv/listed/")
    assert (found.name, found.origin, found.final_head) == ("Listed", log.origin, FinalHead(2, log.root()))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"{}",
        described(log_id=b64(b"\x01" * 32)),
        described(key=b64(b"no key")),
        described(submission_url=None),
        described(submission_url="file:///srv/archive/"),
        described(submission_url="https://archive.example.org/?q"),
        described(status="unheard-of"),
        described(status=7),
        described(status="readonly", final_tree_head={"tree_size": 1}),
        described(status="readonly", final_tree_head={"tree_size": 1, "sha256_root_hash": "x"}),
        described(mmd=-1),
        described() + b" " * 70_000,
    ],
)
def test_documents_that_describe_no_log_are_refused(raw: bytes) -> None:
    with pytest.raises(FormatError, match=r"log\.v3\.json: |log key: "):
        parse_log_object(raw, "file:///srv/archive/")


@pytest.mark.parametrize("url", ["/srv/archive", "file://server/archive/", "ftp://example.org/", "https://a@b/"])
def test_address_of_a_single_log(url: str) -> None:
    with pytest.raises(FormatError, match="its address: expected"):
        parse_log_object(described(), url)
