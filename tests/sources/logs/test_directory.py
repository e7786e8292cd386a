"""Logs on disk: the same answers as over HTTP, and never a byte from outside the directory."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest
from support.logs import LogBuilder, cheap_certificate
from support.reading import assert_entries

from ctscan.ct.signature import verify_head
from ctscan.errors import BadAnswer, CutError, Missing, SourceError, UsageError
from ctscan.model import LogProtocol
from ctscan.sources.logs.directory import DirectorySource, directory_of, read_directory_log

T = TypeVar("T")
ISSUER = cheap_certificate(1 << 40, "ca.example.org")


def write_log(directory: Path, entries: int = 600, leaf_index: bool = True) -> LogBuilder:
    builder = LogBuilder("Archived log", leaf_index=leaf_index)
    builder.fill(entries, chain=[ISSUER])
    builder.write_static_tree(directory)
    return builder


def ask(directory: Path, use: Callable[[DirectorySource], Awaitable[T]]) -> T:
    async def main() -> T:
        return await use(DirectorySource(await read_directory_log(directory.as_uri())))

    return asyncio.run(main())


def files_of(directory: Path) -> dict[str, bytes]:
    return {str(p.relative_to(directory)): p.read_bytes() for p in sorted(directory.rglob("*")) if p.is_file()}


def test_the_same_log_is_written_as_the_same_bytes(tmp_path: Path) -> None:
    write_log(tmp_path / "a")
    write_log(tmp_path / "b")
    assert files_of(tmp_path / "a") == files_of(tmp_path / "b")
    assert sorted(files_of(tmp_path / "a")) == [
        "checkpoint",
        f"issuer/{hashlib.sha256(ISSUER).hexdigest()}",
        "log.v3.json",
        "tile/0/000",
        "tile/0/001",
        "tile/0/002.p/88",
        "tile/1/000.p/2",
        "tile/data/000",
        "tile/data/001",
        "tile/data/002.p/88",
    ]


def test_a_directory_describes_its_log(tmp_path: Path) -> None:
    builder = write_log(tmp_path)
    log = asyncio.run(read_directory_log(tmp_path.as_uri()))
    assert (log.id, log.key, log.name, log.origin) == (builder.id, builder.key, builder.name, builder.origin)
    assert log.protocol is LogProtocol.STATIC_CT
    assert log.monitoring_url == f"{tmp_path.as_uri()}/"


@pytest.mark.parametrize("leaf_index", [True, False])
def test_everything_in_a_directory_is_read(tmp_path: Path, leaf_index: bool) -> None:
    builder = write_log(tmp_path, leaf_index=leaf_index)

    async def use(source: DirectorySource) -> None:
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
        await source.aclose()

    ask(tmp_path, use)


def test_plain_and_gzip_files_are_both_read(tmp_path: Path) -> None:
    builder = write_log(tmp_path)
    tile = tmp_path / "tile/data/000"
    tile.write_bytes(gzip.decompress(tile.read_bytes()))
    assert_entries(ask(tmp_path, lambda s: s.entries(0, 256, 600)), builder, 0, 256)


def test_a_partial_that_is_gone_is_cut_from_the_full_tile(tmp_path: Path) -> None:
    builder = write_log(tmp_path)
    assert_entries(ask(tmp_path, lambda s: s.entries(256, 300, 300)), builder, 256, 300)
    assert ask(tmp_path, lambda s: s.hash_tile(0, 1, 44)) == builder.hash_tile(0, 1, 44)


def test_missing_files_raise_missing(tmp_path: Path) -> None:
    write_log(tmp_path)
    (tmp_path / "tile/data/001").unlink()
    with pytest.raises(Missing, match="tile/data/001: not there"):
        ask(tmp_path, lambda s: s.entries(256, 512, 600))
    with pytest.raises(Missing):
        ask(tmp_path, lambda s: s.hash_tile(5, 0, 256))


def test_a_file_in_place_of_a_directory_is_missing(tmp_path: Path) -> None:
    write_log(tmp_path)
    (tmp_path / "tile/2").write_bytes(b"")
    with pytest.raises(Missing):
        ask(tmp_path, lambda s: s.hash_tile(2, 0, 256))


@pytest.mark.parametrize("body", [b"", b"\0" * 100, gzip.compress(b"", mtime=0)], ids=["empty", "zeros", "packed"])
def test_a_tile_that_cannot_be_cut_is_a_cut_error(tmp_path: Path, body: bytes) -> None:
    write_log(tmp_path)
    (tmp_path / "tile/data/000").write_bytes(body)
    with pytest.raises(CutError):
        ask(tmp_path, lambda s: s.entries(0, 256, 600))


def test_bombs_and_broken_gzip_are_bad(tmp_path: Path) -> None:
    write_log(tmp_path)
    tile = tmp_path / "tile/data/000"
    whole = tile.read_bytes()
    for body, reason in (
        (whole[:-9], "cut off"),
        (whole + b"x", "gzip"),
        (gzip.compress(bytes(32 << 20)), "grows beyond"),
        (bytes(17 << 20), "larger than"),
    ):
        tile.write_bytes(body)
        with pytest.raises(BadAnswer, match=reason):
            ask(tmp_path, lambda s: s.entries(0, 256, 600))


@pytest.mark.parametrize(
    ("path", "use"),
    [
        ("checkpoint", lambda s: s.head()),
        ("tile/0/000", lambda s: s.hash_tile(0, 0, 256)),
        (f"issuer/{hashlib.sha256(ISSUER).hexdigest()}", lambda s: s.issuer(hashlib.sha256(ISSUER).digest())),
    ],
)
def test_damaged_files_are_bad_and_named(
    tmp_path: Path, path: str, use: Callable[[DirectorySource], Awaitable[object]]
) -> None:
    write_log(tmp_path)
    (tmp_path / path).write_bytes((tmp_path / path).read_bytes()[:-1])
    with pytest.raises(BadAnswer, match=path):
        ask(tmp_path, use)


# --- confinement --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["file", "directory"])
def test_links_out_of_the_directory_are_not_followed(tmp_path: Path, what: str) -> None:
    write_log(tmp_path / "log")
    write_log(tmp_path / "other")
    inside, outside = tmp_path / "log/tile/0/000", tmp_path / "other/tile/0/000"
    if what == "file":
        inside.unlink()
        inside.symlink_to(outside)
    else:
        inside.parent.rename(tmp_path / "log/tile/was")
        inside.parent.symlink_to(outside.parent)
    with pytest.raises(SourceError, match="leads out of the directory"):
        ask(tmp_path / "log", lambda s: s.hash_tile(0, 0, 256))


def test_links_within_the_directory_and_to_it_are_followed(tmp_path: Path) -> None:
    builder = write_log(tmp_path / "log")
    (tmp_path / "log/tile/0/000").rename(tmp_path / "log/elsewhere")
    (tmp_path / "log/tile/0/000").symlink_to(tmp_path / "log/elsewhere")
    (tmp_path / "link").symlink_to(tmp_path / "log")
    assert ask(tmp_path / "link", lambda s: s.hash_tile(0, 0, 256)) == builder.hash_tile(0, 0, 256)


def test_a_circle_of_links_is_an_error(tmp_path: Path) -> None:
    write_log(tmp_path)
    tile = tmp_path / "tile/0/000"
    tile.unlink()
    tile.symlink_to(tile)
    with pytest.raises(SourceError):
        ask(tmp_path, lambda s: s.hash_tile(0, 0, 256))


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    write_log(tmp_path)
    tile = tmp_path / "tile/0/000"
    tile.unlink()
    os.mkfifo(tile)  # reading a pipe would block for ever
    with pytest.raises(SourceError, match="regular file"):
        ask(tmp_path, lambda s: s.hash_tile(0, 0, 256))


# --- addresses ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url", ["file://host.example.org/x", "file:x", "https://log.example.org/", "/somewhere/x", "", "file:///a%00b"]
)
def test_addresses_that_name_no_directory_are_usage_errors(url: str) -> None:
    with pytest.raises(UsageError):
        directory_of(url)


def test_addresses_with_odd_characters_name_their_directory(tmp_path: Path) -> None:
    odd = tmp_path / "ein Verzeichnis mit % und Ümläuten #1?"
    builder = write_log(odd, 10)
    assert directory_of(odd.as_uri()) == odd
    assert_entries(ask(odd, lambda s: s.entries(0, 10, 10)), builder, 0, 10)


def test_a_directory_without_a_log_is_a_usage_error(tmp_path: Path) -> None:
    for directory in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(UsageError, match=r"this directory holds no log: expected log\.v3\.json"):
            asyncio.run(read_directory_log(directory.as_uri()))


@pytest.mark.parametrize("body", [b"", b"{}", b"[" * 70_000, b"\xff", b'{"log_id": "AAAA"}'])
def test_a_bad_description_is_a_usage_error(tmp_path: Path, body: bytes) -> None:
    write_log(tmp_path, 1)
    (tmp_path / "log.v3.json").write_bytes(body)
    with pytest.raises(UsageError, match=r"log\.v3\.json"):
        asyncio.run(read_directory_log(tmp_path.as_uri()))
