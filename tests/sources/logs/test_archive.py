"""Archives of retired logs: zip files, on disk and over HTTP, give the entries of the tree that was packed."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import zipfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from backports import zstd
from support.archives import ISSUER, RangeServer, archived_log, pack, range_server
from support.logs import LogBuilder
from support.patience import FakeTime
from support.reading import assert_entries, patient_client, with_client

from ctscan.ct.signature import verify_head
from ctscan.errors import BadAnswer, CtscanError, InputError, Missing, SourceError, UsageError
from ctscan.http.client import Client
from ctscan.model.log import LogKey
from ctscan.sources import TileSource
from ctscan.sources.logs import open_log
from ctscan.sources.logs.archive import ArchiveSource, volume_of
from ctscan.sources.logs.byte_ranges import PIECE, LocalFile, RemoteFile
from ctscan.sources.logs.places import is_place, read_place
from ctscan.sources.logs.tuning import Tuning

Use = Callable[[TileSource], Awaitable[object]]


def ask(url: str, use: Use, key: LogKey | None = None) -> object:
    async def main(client: Client) -> object:
        source = open_log(await read_place(url, client, key), client, Tuning())
        assert source.proofs == "hash tiles"
        try:
            return await use(source)
        finally:
            await source.aclose()

    return with_client(patient_client(FakeTime()), main)


def reads_all(builder: LogBuilder) -> Use:
    async def use(source: TileSource) -> None:
        head = await source.head()
        verify_head(head, builder.key)
        start = 0
        while start < head.size:
            first, end = source.next_range(start, head.size)
            assert_entries(await source.entries(first, end, head.size), builder, start, end)
            start = end
        assert await source.hash_tile(0, 2, 88) == builder.hash_tile(0, 2, 88)
        assert await source.hash_tile(1, 0, 2) == builder.hash_tile(1, 0, 2)
        assert await source.issuer(hashlib.sha256(ISSUER).digest()) == ISSUER

    return use


def packed(tmp_path: Path, method: int = zipfile.ZIP_DEFLATED, name: str = "000.zip") -> tuple[LogBuilder, Path]:
    builder = archived_log(tmp_path / "tree")
    pack(tmp_path / "tree", tmp_path / name, method)
    return builder, tmp_path / name


# --- on this machine ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("name", ["000.zip", "a whole log.zip"])
def test_everything_in_a_zip_file_is_read_in_place(tmp_path: Path, method: int, name: str) -> None:
    builder, file = packed(tmp_path, method, name)
    ask(file.as_uri(), reads_all(builder))


def test_a_folder_of_volumes_is_an_archive(tmp_path: Path) -> None:
    (tmp_path / "volumes").mkdir()
    builder, file = packed(tmp_path)
    file.rename(tmp_path / "volumes" / "003.zip")
    assert ask((tmp_path / "volumes").as_uri(), lambda s: s.head())  # any volume has what all of them have
    with pytest.raises(Missing, match=r"000\.zip: not there"):
        ask((tmp_path / "volumes").as_uri(), reads_all(builder))


def test_the_description_may_have_an_address_in_place_of_a_submission_prefix(tmp_path: Path) -> None:
    builder, file = packed(tmp_path)
    log = asyncio.run(read_place(file.as_uri(), None, None))  # type: ignore[arg-type] # asks no network
    assert (log.id, log.origin, log.is_archive) == (builder.id, builder.origin, True)
    assert log.monitoring_url == f"{file.as_uri()}/"


@pytest.mark.parametrize("squeeze", [bytes, gzip.compress, zstd.compress], ids=["plain", "gzip", "zstd"])
def test_tiles_are_plain_or_packed_as_their_bytes_say(tmp_path: Path, squeeze: Callable[[bytes], bytes]) -> None:
    builder = archived_log(tmp_path / "tree")
    for tile in (tmp_path / "tree/tile/data").rglob("*"):
        if tile.is_file():
            tile.write_bytes(squeeze(gzip.decompress(tile.read_bytes())))
    pack(tmp_path / "tree", tmp_path / "000.zip")
    for place in (tmp_path / "tree", tmp_path / "000.zip"):
        ask(place.as_uri(), reads_all(builder))


@pytest.mark.parametrize(
    ("path", "volume"),
    [
        ("tile/data/000", 0),
        ("tile/data/x065/535", 0),
        ("tile/data/x065/536", 1),
        ("tile/data/x065/536.p/7", 1),
        ("tile/0/x131/072", 2),
        ("tile/1/255", 0),
        ("tile/1/256", 1),
        ("tile/1/x001/000.p/9", 3),
        ("tile/2/007", 7),
        ("tile/3/000", None),
        ("tile/4/000.p/1", None),
        ("checkpoint", None),
        ("issuer/" + "ab" * 32, None),
    ],
)
def test_the_volume_of_a_resource(path: str, volume: int | None) -> None:
    assert volume_of(path) == volume


def test_reading_moves_on_from_volume_to_volume(tmp_path: Path) -> None:
    _, file = packed(tmp_path)
    log = asyncio.run(read_place(file.as_uri(), None, None))  # type: ignore[arg-type]
    opened: list[str] = []

    def open_file(url: str) -> LocalFile:
        opened.append(url.rpartition("/")[2])
        return LocalFile(file)

    async def main() -> None:
        source = ArchiveSource(log, open_file)
        for index in (0, 1, 65_536, 65_537, 5 * 65_536, 0):
            with pytest.raises(Missing) if index > 2 else pytest.MonkeyPatch.context():
                await source.data_tile(index, 256)
        await source.head()

    asyncio.run(main())
    assert opened == ["000.zip", "001.zip", "005.zip", "000.zip"]  # two stay open


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "not there; expected log.v3.json, checkpoint and tile/ in it"),
        (b"", "expected a zip file, got a damaged or another one"),
        (b"PK\x03\x04" + bytes(100), "expected a zip file, got a damaged or another one"),
    ],
)
def test_a_file_that_is_no_archive_is_a_usage_error(tmp_path: Path, content: bytes | None, expected: str) -> None:
    file = tmp_path / "000.zip"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UsageError, match=expected):
        ask(file.as_uri(), lambda s: s.head())


def test_a_zip_file_without_a_log_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "log.v3.json").write_bytes(b"{}")
    pack(tmp_path / "tree", tmp_path / "000.zip")
    with pytest.raises(UsageError, match=r"000\.zip!log\.v3\.json: log_id: expected|000\.zip!log\.v3\.json: log\.v3"):
        ask((tmp_path / "000.zip").as_uri(), lambda s: s.head())
    (tmp_path / "tree" / "log.v3.json").unlink()
    pack(tmp_path / "tree", tmp_path / "001.zip")
    with pytest.raises(UsageError, match=r"001\.zip!log\.v3\.json: not there"):
        ask((tmp_path / "001.zip").as_uri(), lambda s: s.head())


def test_a_damaged_member_is_bad_and_a_cut_file_too(tmp_path: Path) -> None:
    builder, file = packed(tmp_path, zipfile.ZIP_STORED)
    raw = bytearray(file.read_bytes())
    raw[raw.index(builder.checkpoint(600))] ^= 1
    file.write_bytes(raw)
    with pytest.raises(BadAnswer, match=r"000\.zip!checkpoint: the checksum of the member is wrong"):
        ask(file.as_uri(), lambda s: s.head())


# --- over HTTP ------------------------------------------------------------------------------------------------------


def served(tmp_path: Path, server: RangeServer) -> LogBuilder:
    builder, file = packed(tmp_path, zipfile.ZIP_STORED)
    server.files["000.zip"] = file.read_bytes()
    return builder


@pytest.mark.parametrize("place", ["files", "first"])
def test_an_archive_is_read_over_http_by_a_few_ranges(tmp_path: Path, place: str) -> None:
    with range_server() as server:
        builder = served(tmp_path, server)
        ask(f"{server.url}/{place}/000.zip", reads_all(builder))
    assert all(wanted.startswith("bytes=") for _, wanted in server.requests)
    pieces = len(server.files["000.zip"]) // PIECE + 1
    assert len(server.requests) <= 2 * (2 + pieces) + 4  # description and log: tail, pieces, redirects


def test_a_server_without_ranges_is_bad(tmp_path: Path) -> None:
    with range_server() as server:
        served(tmp_path, server)
        server.refuses_ranges = True
        with pytest.raises(SourceError, match=r"000\.zip"):
            ask(f"{server.url}/files/000.zip", lambda s: s.head())


@pytest.mark.parametrize(
    "target", ["http://192.0.2.1/000.zip", "ftp://example.org/000.zip", "https://[", "/first/000.zip", ""]
)
def test_a_redirect_to_an_unsafe_place_or_in_a_circle_is_not_followed(tmp_path: Path, target: str) -> None:
    with range_server() as server:
        served(tmp_path, server)
        server.redirect = target or "/first/other"
        with pytest.raises(BadAnswer, match="redirect"):
            ask(f"{server.url}/first/000.zip", lambda s: s.head())
    assert not any("192.0.2.1" in path for path, _ in server.requests)


INSIDE = [
    "127.0.0.1",
    "[::1]",
    "localhost",
    "a.localhost",
    "169.254.169.254",
    "10.0.0.1",
    "[fd00::1]",
    "[::ffff:7f00:1]",
]


@pytest.mark.parametrize("host", INSIDE)
def test_no_server_of_the_internet_leads_into_our_network(host: str) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(302, headers={"Location": f"https://{host}/000.zip"})

    async def main() -> None:
        client = Client("ct@example.org", transport=httpx.MockTransport(answer))
        with pytest.raises(BadAnswer, match="redirect into the network of this machine"):
            await RemoteFile("https://archive.example.org/000.zip", client, "archive").tail(10)

    asyncio.run(main())
    assert asked == ["archive.example.org"]


def test_a_file_that_changes_meanwhile_is_bad(tmp_path: Path) -> None:
    with range_server() as server:
        served(tmp_path, server)

        async def use(source: TileSource) -> None:
            await source.head()
            server.files["000.zip"] = server.files["000.zip"][:-100_000]
            source._volumes.clear()  # type: ignore[attr-defined]
            await source.data_tile(0, 256)  # type: ignore[attr-defined]

        with pytest.raises(CtscanError):
            ask(f"{server.url}/files/000.zip", use)


def test_nothing_there_is_said_with_the_place(tmp_path: Path) -> None:
    with range_server() as server:
        with pytest.raises(SourceError, match=r"000\.zip: not there .404"):
            ask(f"{server.url}/files/000.zip", lambda s: s.head())
        server.files["001.zip"] = b"x" * 100
        with pytest.raises(SourceError, match=r"001\.zip: expected a zip file"):
            ask(f"{server.url}/files/001.zip", lambda s: s.head())
        empty = tmp_path / "empty"
        empty.mkdir()
        (empty / "log.v3.json").write_bytes(b"{}")
        pack(empty, tmp_path / "002.zip")
        server.files["002.zip"] = (tmp_path / "002.zip").read_bytes()
        with pytest.raises(InputError, match=r"002\.zip!log\.v3\.json"):
            ask(f"{server.url}/files/002.zip", lambda s: s.head())


# --- a folder that a running log writes -----------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["pem", "der", "base64"])
def test_a_folder_without_description_is_read_with_key_and_origin(tmp_path: Path, form: str) -> None:
    builder = archived_log(tmp_path / "log", leaf_index=True)
    (tmp_path / "log" / "log.v3.json").unlink()
    (tmp_path / "key").write_bytes(key_text(builder, form))
    place = (tmp_path / "log").as_uri()
    ask(place, reads_all(builder), LogKey(str(tmp_path / "key"), builder.origin))
    with pytest.raises(UsageError, match="holds no log"):
        ask(place, reads_all(builder))


def key_text(builder: LogBuilder, form: str) -> bytes:
    from base64 import b64encode, encodebytes

    match form:
        case "pem":
            return b"-----BEGIN PUBLIC KEY-----\n" + encodebytes(builder.key) + b"-----END PUBLIC KEY-----\n"
        case "base64":
            return b64encode(builder.key) + b"\n"
    return builder.key


@pytest.mark.parametrize(
    ("key", "origin", "expected"),
    [
        (None, "log.example.org", "can't be read"),
        (b"", "log.example.org", "expected a"),
        (b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "log.example.org", "expected a public key"),
        (b"good", "", "origin: expected the first line"),
        (b"good", "two\nlines", "origin: expected the first line"),
    ],
)
def test_a_wrong_key_or_origin_is_a_usage_error(tmp_path: Path, key: bytes | None, origin: str, expected: str) -> None:
    builder = archived_log(tmp_path / "log")
    (tmp_path / "log" / "log.v3.json").unlink()
    if key is not None:
        (tmp_path / "key").write_bytes(builder.key if key == b"good" else key)
    with pytest.raises(UsageError, match=f"--log-key .*key: {expected}|--log-key .*{expected}"):
        ask((tmp_path / "log").as_uri(), lambda s: s.head(), LogKey(str(tmp_path / "key"), origin))


def test_names_of_places() -> None:
    for name in ("file:///srv/log/", "https://example.org/000.zip", "http://127.0.0.1/a.zip/"):
        assert is_place(name)
    for name in ("Old log", "https://log.example.org/2026/", "archive.zip"):
        assert not is_place(name)
