"""Log lists: signed and pinned, or set by the user; read again only after a change."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from support import simulator as sims
from support.exchange import Answer
from support.logs import LogBuilder, log_list, sign_list
from support.patience import FakeTime
from support.reading import patient_client, with_client
from support.simulator import Simulator

from ctscan.ct.log_list import ListedLogs
from ctscan.errors import BadAnswer, InputError, Missing, ProofError, SourceError, UsageError
from ctscan.http.client import Client
from ctscan.model import LogProtocol
from ctscan.sources.logs.log_lists import LoadedList, PinnedList, google_list, load_list, load_lists


def load(
    where: str | None, *, pinned: PinnedList | None = None, etag: str | None = None, client: Client | None = None
) -> LoadedList:
    return with_client(
        client or patient_client(FakeTime()), lambda c: load_list(where, c, hybrids={}, etag=etag, pinned=pinned)
    )


def pinned_at(sim: Simulator) -> PinnedList:
    return PinnedList(sim.list_url, sim.signature_url, sign_list(b"")[1])


def names(found: ListedLogs | None) -> list[str]:
    assert found is not None
    return [log.name for log in found.logs]


def public_list() -> bytes:
    """Build a list as a publisher does: https and public host names only."""
    builder = LogBuilder("Public log")
    entry = builder.list_entry("https://mon.ct-log.net/2026h1/")
    entry["submission_url"] = "https://log.ct-log.net/2026h1/"
    return log_list([(builder.operator, LogProtocol.STATIC_CT, entry)])


def publish(sim: Simulator, raw: bytes, signature: bytes | None = None) -> None:
    sim.fault(r"log_list\.json", Answer(200, raw, {"ETag": '"one"'}))
    sim.fault(r"log_list\.sig", Answer(200, sign_list(raw)[0] if signature is None else signature))


def test_a_list_given_by_hand_names_loopback_logs() -> None:
    with Simulator() as sim:
        static = sim.add("a", LogBuilder("Static log"))
        posted = sim.add("b", LogBuilder("Posted log"), LogProtocol.RFC6962)
        loaded = load(sim.list_url)
    assert not loaded.verified
    assert loaded.list is not None
    assert {log.name: log.protocol for log in loaded.list.logs} == {
        "Static log": LogProtocol.STATIC_CT,
        "Posted log": LogProtocol.RFC6962,
    }
    assert {log.monitoring_url or log.url for log in loaded.list.logs} == {static.url, posted.url}


def test_hybrids_are_made_of_rfc_6962_logs() -> None:
    builder = LogBuilder("Hybrid log")
    with Simulator() as sim:
        log = sim.add("h", builder, LogProtocol.HYBRID)
        loaded = with_client(
            patient_client(FakeTime()), lambda c: load_list(sim.list_url, c, hybrids={builder.id: log.url})
        )
    assert loaded.list is not None
    assert loaded.list.logs == (log.log(),)


def test_a_list_is_read_again_only_when_it_changed() -> None:
    with Simulator() as sim:
        sim.add("a", LogBuilder("First log"))
        first = load(sim.list_url)
        assert first.etag
        again = load(sim.list_url, etag=first.etag)
        assert again == LoadedList(None, first.etag, verified=False)
        assert sim.requests[-1].headers["if-none-match"] == first.etag
        sim.add("b", LogBuilder("Second log"))
        changed = load(sim.list_url, etag=first.etag)
    assert names(changed.list) == ["First log", "Second log"]
    assert changed.etag not in (None, first.etag)


def test_304_without_having_asked_for_it_is_bad() -> None:
    with Simulator() as sim:
        sim.fault("log_list", Answer(304))
        with pytest.raises(BadAnswer):
            load(sim.list_url)


# --- the pinned list ----------------------------------------------------------------------------------------------


def test_the_pinned_list_is_verified() -> None:
    with Simulator() as sim:
        publish(sim, public_list())
        for where in (None, sim.list_url):
            loaded = load(where, pinned=pinned_at(sim))
            assert loaded.verified
            assert loaded.etag == '"one"'
            assert names(loaded.list) == ["Public log"]


def test_an_unchanged_pinned_list_stays_verified() -> None:
    with Simulator() as sim:
        etag = load(sim.list_url).etag
        assert load(None, pinned=pinned_at(sim), etag=etag) == LoadedList(None, etag, verified=True)


@pytest.mark.parametrize("signature", [b"", b"x" * 256, sign_list(b"another list")[0]])
def test_a_list_with_a_bad_signature_is_refused(signature: bytes) -> None:
    with Simulator() as sim:
        publish(sim, public_list(), signature)
        with pytest.raises(ProofError, match="none of it is used"):
            load(None, pinned=pinned_at(sim))


def test_a_list_with_a_changed_byte_is_refused() -> None:
    raw = public_list()
    with Simulator() as sim:
        publish(sim, raw.replace(b"Public log", b"Public lag"), sign_list(raw)[0])
        with pytest.raises(ProofError):
            load(None, pinned=pinned_at(sim))


def test_a_list_that_is_replaced_between_the_two_requests_is_asked_for_again() -> None:
    with Simulator() as sim:
        publish(sim, public_list())
        sim.fault(r"\.sig", Answer(200, sign_list(b"the list before")[0]), times=1)
        assert load(None, pinned=pinned_at(sim)).verified
        assert [r.path for r in sim.requests] == ["/log_list.json", "/log_list.sig"] * 2


def test_a_pinned_list_without_signature_is_missing() -> None:
    with Simulator() as sim:
        publish(sim, public_list())
        sim.fault(r"\.sig", Answer(404))
        with pytest.raises(Missing, match=r"log_list\.sig"):
            load(None, pinned=pinned_at(sim))


def test_the_list_by_default_is_googles_and_needs_a_contact() -> None:
    assert google_list().url == "https://www.gstatic.com/ct/log_list/v3/log_list.json"
    assert google_list().key.startswith(b"-----BEGIN PUBLIC KEY-----")
    with pytest.raises(UsageError, match="--contact"):
        load(None, client=patient_client(FakeTime(), ""))


# --- faults -------------------------------------------------------------------------------------------------------


def test_trouble_with_a_list_is_sat_out_or_given_up() -> None:
    with Simulator() as sim:
        sim.add("a", LogBuilder("First log"))
        sim.fault("log_list", sims.server_error(), times=2)
        assert names(load(sim.list_url).list) == ["First log"]
        sim.fault("log_list", sims.gzip_bomb(32 << 20))
        with pytest.raises(SourceError, match="failed 7 times"):
            load(sim.list_url)


@pytest.mark.parametrize("body", [b"", b"{}", b'{"operators": 5}', b"<html>", b"[" * 100_000])
def test_other_content_than_a_log_list_is_an_error_with_its_name(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "list.json"
    path.write_bytes(body)
    with pytest.raises(UsageError, match=r"log list .*list\.json: "):
        load(str(path))
    with Simulator() as sim:
        sim.fault("log_list", Answer(200, body))
        with pytest.raises(InputError, match=r"log list http://127.*log_list\.json: "):
            load(sim.list_url)


# --- files --------------------------------------------------------------------------------------------------------


def test_a_list_in_a_file_is_read_by_path_and_by_url(tmp_path: Path) -> None:
    path = tmp_path / "a list.json"
    path.write_bytes(public_list())
    for where in (str(path), path.as_uri()):
        loaded = load(where)
        assert names(loaded.list) == ["Public log"]
        assert not loaded.verified
        assert load(where, etag=loaded.etag) == LoadedList(None, loaded.etag, verified=False)
    path.write_bytes(public_list().replace(b"Public log", b"Other log"))
    assert names(load(str(path), etag=loaded.etag).list) == ["Other log"]


def test_a_file_that_cannot_be_read_is_a_usage_error(tmp_path: Path) -> None:
    for where in (tmp_path, tmp_path / "nothing.json"):
        with pytest.raises(UsageError, match="can't be read"):
            load(str(where))
    (tmp_path / "huge").write_bytes(bytes((8 << 20) + 1))
    with pytest.raises(UsageError, match="larger than"):
        load(str(tmp_path / "huge"))


# --- zip archives -------------------------------------------------------------------------------------------------


def packed(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_json", ".json").replace("_sig", ".sig"), content)
    return file.getvalue()


def test_a_list_in_a_zip_archive_is_read_from_file_and_network(tmp_path: Path) -> None:
    path, raw = tmp_path / "log_list.zip", packed(log_list_json=public_list(), log_list_sig=b"x")
    path.write_bytes(raw)
    loaded = load(str(path))
    assert (names(loaded.list), loaded.verified) == (["Public log"], False)
    with Simulator() as sim:
        sim.fault("log_list", Answer(200, raw))
        assert names(load(sim.list_url).list) == ["Public log"]


def damaged_member() -> bytes:
    raw = bytearray(packed(log_list_json=public_list()))
    at = raw.index(b"log_list.json") + len(b"log_list.json") + 20
    raw[at : at + 30] = b"\xff" * 30
    return bytes(raw)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (packed(), "expected JSON"),  # an archive without members begins otherwise
        (packed(log_list_sig=b"x"), "expected a zip archive with one .json file, got 0"),
        (packed(a_json=b"{}", b_json=b"{}"), "expected a zip archive with one .json file, got 2"),
        (packed(log_list_json=public_list())[:-30], "damaged or protected"),
        (damaged_member(), "damaged or protected"),
        (packed(log_list_json=b" " * (5 << 20)), "expected at most 4194304 bytes"),
        (b"PK\x03\x04" + bytes(1 << 20), "expected a zip archive of at most 1048576 bytes"),
    ],
)
def test_an_archive_without_a_readable_list_is_refused(tmp_path: Path, raw: bytes, expected: str) -> None:
    path = tmp_path / "log_list.zip"
    path.write_bytes(raw)
    with pytest.raises(UsageError, match=expected):
        load(str(path))


# --- several lists ------------------------------------------------------------------------------------------------


def load_both(places: tuple[str, ...], etag: str | None = None) -> LoadedList:
    return with_client(patient_client(FakeTime()), lambda c: load_lists(places, c, hybrids={}, etag=etag))


def test_several_lists_are_one_that_is_read_again_when_one_of_them_changed(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    path.write_bytes(public_list())
    with Simulator() as sim:
        sim.add("a", LogBuilder("First log"))
        places = (sim.list_url, str(path))
        loaded = load_both(places)
        assert (names(loaded.list), loaded.verified) == (["First log", "Public log"], False)
        assert load_both(places, loaded.etag) == LoadedList(None, loaded.etag, verified=False)
        path.write_bytes(public_list().replace(b"Public log", b"Other log"))
        assert names(load_both(places, loaded.etag).list) == ["First log", "Other log"]


def test_one_list_that_cannot_be_read_fails_all_of_them(tmp_path: Path) -> None:
    with Simulator() as sim:
        sim.add("a", LogBuilder("First log"))
        with pytest.raises(UsageError, match="can't be read"):
            load_both((sim.list_url, str(tmp_path / "nothing.json")))
