"""Fetching of log lists: Google's, with its detached signature verified against the pinned key, or lists named by the
user, in JSON or in a zip archive.

`ct.log_list` parses the content. An unchanged list is recognised by its ETag.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from ctscan.ct.log_list import joined_lists, parse_log_list
from ctscan.ct.signature import verify_list
from ctscan.errors import FormatError, InputError, ProofError, UsageError
from ctscan.http.urls import shown_url
from ctscan.model import SkippedLog, SkipReason
from ctscan.resources import data_path
from ctscan.sources.logs.directory import directory_of

if TYPE_CHECKING:
    from ctscan.ct.log_list import ListedLogs
    from ctscan.http.client import Client

LIST_LIMIT = 8 * 1024 * 1024
_SIGNATURE_LIMIT = 4096
_ZIP_LIMIT = 1024 * 1024  # bytes of a packed list: its directory is read as a whole
_ZIP = b"PK\x03\x04"
_TRIES = 3  # of list and signature together: a list may be replaced between the two requests
_OPERATOR = "log list"  # has a rate of its own, apart from the logs of an operator
_NOT_MODIFIED = 304


class PinnedList(Struct, frozen=True):
    """Log list with a known key of its publisher. `key`: PEM of the public key."""

    url: str
    signature_url: str
    key: bytes


class LoadedList(Struct, frozen=True):
    """Log list as read. `list` is None when the list with `etag` is unchanged. `verified`: by signature."""

    list: ListedLogs | None
    etag: str | None
    verified: bool


def google_list() -> PinnedList:
    """Return the URLs and key of Google's list of the logs that Chrome accepts."""
    base = "https://www.gstatic.com/ct/log_list/v3/log_list"
    return PinnedList(f"{base}.json", f"{base}.sig", data_path("google_log_list_key.pem").read_bytes())


async def load_lists(
    places: Sequence[str],
    client: Client,
    *,
    hybrids: Mapping[bytes, str],
    etag: str | None = None,
    pinned: PinnedList | None = None,
) -> LoadedList:
    """Load log lists, and join them: a log that one of them lets be read is read. Arguments and errors: see
    `load_list`; no places stand for the pinned list. Several lists count as verified where each of them is."""
    if len(places) < 2:
        return await load_list(next(iter(places), None), client, hybrids=hybrids, etag=etag, pinned=pinned)
    loaded = [await load_list(place, client, hybrids=hybrids, pinned=pinned) for place in places]
    tags = [one.etag for one in loaded]
    tag = None if None in tags else json.dumps(tags)
    if tag is not None and tag == etag:
        return LoadedList(None, tag, all(one.verified for one in loaded))
    lists = [one.list for one in loaded if one.list is not None]
    return LoadedList(joined_lists(lists), tag, all(one.verified for one in loaded))


async def load_list(
    where: str | None,
    client: Client,
    *,
    hybrids: Mapping[bytes, str],
    etag: str | None = None,
    pinned: PinnedList | None = None,
) -> LoadedList:
    """Load a log list.

    Args:
        where: a URL, a `file:` URL or a path; None (or the pinned URL) for `pinned`
        hybrids: log ID -> URL prefix of data tiles
        etag: `LoadedList.etag` of the last time
        pinned: by default Google's list

    Raises:
        SourceError, BadAnswer, Missing: the list can't be read over the network
        InputError: the content that the network gave is no log list
        UsageError: the file can't be read, or its content is no log list
        ProofError: the signature of the pinned list doesn't verify
    """
    pinned = pinned or google_list()
    if where is None or where == pinned.url:
        return await _load_pinned(pinned, client, hybrids, etag)
    if is_on_network(where):
        raw, tag = await _fetch(where, client, etag)
        listed = _without_directories(_parse(raw, where, hybrids, by_hand=True)) if raw is not None else None
    else:
        raw, tag = await asyncio.to_thread(_read_file, where, etag)
        listed = _parse(raw, where, hybrids, by_hand=True) if raw is not None else None
    return LoadedList(listed, tag, verified=False)


def any_on_network(places: Sequence[str]) -> bool:
    """Return True where one of the log lists has to be fetched; no places stand for Google's list."""
    return not places or any(is_on_network(place) for place in places)


def is_on_network(where: str | None) -> bool:
    """Return True for a log list that has to be fetched, False for a file of this machine."""
    return where is None or where.startswith(("http://", "https://"))


def _without_directories(listed: ListedLogs) -> ListedLogs:
    """Skip logs with `file:` addresses: a list from the network must not choose directories of this machine."""
    local = [log for log in listed.logs if log.monitoring_url.startswith("file:")]
    reason = SkipReason.LOCAL_DIRECTORY()
    return replace(
        listed,
        logs=tuple(log for log in listed.logs if log not in local),
        skipped=(*listed.skipped, *(SkippedLog(log.id, log.name, log.operator, reason) for log in local)),
    )


async def _load_pinned(
    pinned: PinnedList, client: Client, hybrids: Mapping[bytes, str], etag: str | None
) -> LoadedList:
    for _ in range(_TRIES):
        raw, tag = await _fetch(pinned.url, client, etag)
        if raw is None:
            return LoadedList(None, tag, verified=True)
        answer = await client.get(pinned.signature_url, operator=_OPERATOR, limit=_SIGNATURE_LIMIT)
        try:
            verify_list(raw, answer.body, pinned.key)
        except ProofError as error:
            reason = error
        else:
            return LoadedList(_parse(raw, pinned.url, hybrids, by_hand=False), tag, verified=True)
    raise ProofError(
        f"{pinned.url}: {reason}; none of it is used. Try again later, or give another list with --log-list"
    ) from reason


async def _fetch(url: str, client: Client, etag: str | None) -> tuple[bytes | None, str | None]:
    """Fetch a list and its ETag; None for an unchanged list."""
    response = await client.get(
        url,
        operator=_OPERATOR,
        limit=LIST_LIMIT,
        accept="application/json",
        headers={"If-None-Match": etag} if etag else None,
        statuses=frozenset({_NOT_MODIFIED}) if etag else frozenset(),
    )
    if response.status == _NOT_MODIFIED:
        return None, etag
    return response.body, response.headers.get("etag")


def _read_file(where: str, etag: str | None) -> tuple[bytes | None, str | None]:
    """Read a list from disk, as `_fetch` does over HTTP; the file's hash is its ETag."""
    path = directory_of(where) if where.startswith("file:") else Path(where)
    try:
        with path.open("rb") as file:
            raw = file.read(LIST_LIMIT + 1)
    except OSError as error:
        raise UsageError(f"log list {path}: can't be read ({error.strerror or 'unknown reason'})") from None
    if len(raw) > LIST_LIMIT:
        raise UsageError(f"log list {path}: larger than {LIST_LIMIT} bytes")
    tag = f'"{hashlib.sha256(raw).hexdigest()}"'
    return (None if tag == etag else raw), tag


def _parse(raw: bytes, where: str, hybrids: Mapping[bytes, str], *, by_hand: bool) -> ListedLogs:
    try:
        return parse_log_list(_unpacked(raw) if by_hand else raw, by_hand=by_hand, hybrids=hybrids)
    except FormatError as error:
        if is_on_network(where):
            raise InputError(f"log list {shown_url(where)}: {error}") from error
        raise UsageError(f"log list {where}: {error}") from error


def _unpacked(raw: bytes) -> bytes:
    """Return the list in a zip archive, as Google publishes one too; other content stays as it is. A signature in the
    archive isn't looked at: only the pinned list is verified.

    Raises:
        FormatError: the archive can't be read, or holds no single list.
    """
    if not raw.startswith(_ZIP):
        return raw
    if len(raw) > _ZIP_LIMIT:
        raise FormatError(f"expected a zip archive of at most {_ZIP_LIMIT} bytes, got {len(raw)}")
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            lists = [member for member in archive.infolist() if member.filename.endswith(".json")]
            if len(lists) != 1:
                raise FormatError(f"expected a zip archive with one .json file, got {len(lists)}")
            with archive.open(lists[0]) as member:
                return member.read(LIST_LIMIT + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError) as error:
        raise FormatError(f"expected a zip archive, got a damaged or protected one ({type(error).__name__})") from None
