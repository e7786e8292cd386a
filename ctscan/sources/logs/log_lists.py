"""Fetches a log list: Google's, with its detached signature verified against the pinned key, or one given by hand.

What a list says is parsed by `ct.loglist`. A list that was seen before is known by its ETag.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ctscan.ct.log_list import ListedLogs, parse_log_list
from ctscan.ct.signature import verify_list
from ctscan.errors import FormatError, InputError, ProofError
from ctscan.http.client import Client
from ctscan.http.urls import shown_url
from ctscan.model import SkippedLog
from ctscan.resources import data_path
from ctscan.sources.logs.directory import directory_of

LIST_LIMIT = 8 * 1024 * 1024
_SIGNATURE_LIMIT = 4096
_TRIES = 3  # of list and signature together: a list may be replaced between the two requests
_OPERATOR = "log list"  # paced by itself, not with an operator's logs
_NOT_MODIFIED = 304


@dataclass(frozen=True, slots=True)
class PinnedList:
    """A list whose publisher's key is known. `key`: PEM of the public key."""

    url: str
    signature_url: str
    key: bytes


@dataclass(frozen=True, slots=True)
class Loaded:
    """A log list as it was read. `list` is None when it is the one that `etag` named. `verified`: by signature."""

    list: ListedLogs | None
    etag: str | None
    verified: bool


def google_list() -> PinnedList:
    """Google's list of the logs that Chrome accepts, and the key it is signed with."""
    base = "https://www.gstatic.com/ct/log_list/v3/log_list"
    return PinnedList(f"{base}.json", f"{base}.sig", data_path("google_log_list_key.pem").read_bytes())


async def load_list(
    where: str | None,
    client: Client,
    *,
    hybrids: Mapping[bytes, str],
    etag: str | None = None,
    pinned: PinnedList | None = None,
) -> Loaded:
    """The list at `where`: a URL, a `file:` URL or a path; None (or its own URL) for `pinned`, by default Google's.

    `etag`: what `Loaded.etag` was the last time. SourceError, BadAnswer or Missing when it can't be read over the
    network, InputError when it can't be read from disk or is no log list, ProofError when the signature of the pinned
    list doesn't verify.
    """
    pinned = pinned or google_list()
    if where is None or where == pinned.url:
        return await _load_pinned(pinned, client, hybrids, etag)
    if where.startswith(("http://", "https://")):
        raw, tag = await _fetch(where, client, etag)
        listed = _without_directories(_parse(raw, where, hybrids, by_hand=True)) if raw is not None else None
    else:
        raw, tag = await asyncio.to_thread(_read_file, where, etag)
        listed = _parse(raw, where, hybrids, by_hand=True) if raw is not None else None
    return Loaded(listed, tag, verified=False)


def _without_directories(listed: ListedLogs) -> ListedLogs:
    """A list from the network has no say in which directories of this machine are read."""
    local = [log for log in listed.logs if log.monitoring_url.startswith("file:")]
    reason = "a directory of this machine, named by a list from the network"
    return replace(
        listed,
        logs=tuple(log for log in listed.logs if log not in local),
        skipped=(*listed.skipped, *(SkippedLog(log.id, log.name, log.operator, reason) for log in local)),
    )


async def _load_pinned(pinned: PinnedList, client: Client, hybrids: Mapping[bytes, str], etag: str | None) -> Loaded:
    for _ in range(_TRIES):
        raw, tag = await _fetch(pinned.url, client, etag)
        if raw is None:
            return Loaded(None, tag, verified=True)
        answer = await client.get(pinned.signature_url, operator=_OPERATOR, limit=_SIGNATURE_LIMIT)
        try:
            verify_list(raw, answer.body, pinned.key)
        except ProofError as error:
            reason = error
        else:
            return Loaded(_parse(raw, pinned.url, hybrids, by_hand=False), tag, verified=True)
    raise ProofError(
        f"{pinned.url}: {reason}; nothing of it is believed. Try again later, or give another list with --log-list"
    ) from reason


async def _fetch(url: str, client: Client, etag: str | None) -> tuple[bytes | None, str | None]:
    """`(list, its ETag)`; None for a list that hasn't changed."""
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
    """As `_fetch`; the hash of a file is its ETag."""
    path = directory_of(where) if where.startswith("file:") else Path(where)
    try:
        with path.open("rb") as file:
            raw = file.read(LIST_LIMIT + 1)
    except OSError as error:
        raise InputError(f"log list {path}: can't be read ({error.strerror or 'unknown reason'})") from None
    if len(raw) > LIST_LIMIT:
        raise InputError(f"log list {path}: larger than {LIST_LIMIT} bytes")
    tag = f'"{hashlib.sha256(raw).hexdigest()}"'
    return (None if tag == etag else raw), tag


def _parse(raw: bytes, where: str, hybrids: Mapping[bytes, str], *, by_hand: bool) -> ListedLogs:
    try:
        return parse_log_list(raw, by_hand=by_hand, hybrids=hybrids)
    except FormatError as error:
        shown = shown_url(where) if "://" in where else where
        raise InputError(f"log list {shown}: {error}") from error
