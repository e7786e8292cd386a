"""Log lists (version 3, as browsers publish them) and `log.v3.json` of single logs, read into `Log`.

This module only parses; trust comes from the list's signature (`signature.verify_list`) or from the user who gave the
list. A bad entry doesn't affect other entries: it is skipped with a reason in plain words, so that an answer can name
the log as not covered. `temporal_interval` is ignored: the entries themselves show the content of a log.
"""

from __future__ import annotations

import unicodedata
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from ctscan.ct.key_ids import log_id_of
from ctscan.ct.log_addresses import checked_url, is_placeholder, origin_of, url_in
from ctscan.ct.signature import read_key
from ctscan.ct.strict_json import (
    NUMBER_LIMIT,
    TIME_LIMIT,
    bytes_in,
    hash_in,
    json_object,
    kind_of,
    list_in,
    number_in,
    text_in,
    time_of,
)
from ctscan.errors import FormatError
from ctscan.model import FinalHead, ListedState, Log, LogListEdition, LogProtocol, SkippedLog, SkipReason

if TYPE_CHECKING:
    from ctscan.ct.strict_json import (
        Object,
    )
    from ctscan.model import Message

LIST_LIMIT: Final = 4 * 1024 * 1024
"""Bytes of a log list at most."""

OBJECT_LIMIT: Final = 64 * 1024
"""Bytes of the object of a single log at most."""

_BOM: Final = b"\xef\xbb\xbf"
_LOG_KEYS: Final = frozenset({"log_id", "key", "url", "monitoring_url", "submission_url"})
_LOGS_LIMIT: Final = 2_000
_NAME_LIMIT: Final = 200
_MMD_LIMIT: Final = 1 << 31
_DEFAULT_MMD: Final = 86_400  # seconds

_LATEST: Final = datetime.max.replace(tzinfo=UTC)
_STATES: Final = frozenset(ListedState)
_STATES_OF_SUNLIGHT: Final = {"active": ListedState.USABLE, "inactive": ListedState.READONLY}
_READ_STATES: Final = frozenset({ListedState.QUALIFIED, ListedState.USABLE, ListedState.READONLY})
_HIDDEN: Final = frozenset(
    {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
)  # Unicode categories that are invisible or misleading in a name


class ListedLogs(Struct, frozen=True):
    """Logs of a log list: readable logs, and skipped logs with the reason."""

    logs: tuple[Log, ...]
    skipped: tuple[SkippedLog, ...]
    timestamp: str  # log_list_timestamp as written; "" when absent
    version: str = ""  # as written; "" when absent

    def edition(self, read_at: datetime) -> LogListEdition:
        """Return the edition of the list. A timestamp that is no time of RFC 3339 counts as none."""
        return LogListEdition(time_of(self.timestamp), self.version, read_at)


class _Listed(Struct, frozen=True):
    operator: str
    is_tiled: bool
    entry: object
    is_of_known_kind: bool = True


def parse_log_list(raw: bytes, *, by_hand: bool, hybrids: Mapping[bytes, str]) -> ListedLogs:
    """Parse a log list, version 3; the caller verifies its signature.

    Two entries with the same log ID become a single log, read by its tiles. `null` is an empty array, as some programs
    write it. Logs under a key that this version doesn't know are named as skipped.

    Args:
        raw: the list, JSON; a byte order mark before it is skipped.
        by_hand: a user gave this list. It may name http and file addresses, hosts of the own machine and network, test
            logs, and logs without a state.
        hybrids: tile prefixes, by log ID, of RFC 6962 logs that serve data tiles too.

    Raises:
        FormatError: the list as a whole is malformed.
    """
    context = "log list"
    document = json_object(raw.removeprefix(_BOM), context, LIST_LIMIT)
    listed = list(_listed_logs(document, context))
    if len(listed) > _LOGS_LIMIT:
        raise FormatError(f"{context}: expected at most {_LOGS_LIMIT} logs, got {len(listed)}")
    logs, skipped = _sort_out(_read_or_skip(one, by_hand, hybrids) for one in listed)
    stamp, version = (_label(document.get(key))[:40] for key in ("log_list_timestamp", "version"))
    return ListedLogs(logs, skipped, stamp, version)


def parse_log_object(raw: bytes, monitoring_url: str) -> Log:
    """Parse the `log.v3.json` beside the tiles of a static-ct log, or of the archive of any log (`url` then).

    Its state only matters for `final_tree_head`: a log that a user names is read in any state.

    Args:
        raw: the object, JSON.
        monitoring_url: address of the tiles.

    Raises:
        FormatError: the object is malformed.
    """
    context = "log.v3.json"
    entry = json_object(raw, context, OBJECT_LIMIT)
    log_id, key = _identity(entry, context)
    submission = url_in(entry, "submission_url" if "submission_url" in entry else "url", context, by_hand=True)
    state, detail = _state(entry, context) or (ListedState.USABLE, {})
    return Log(
        id=log_id,
        key=key,
        name=_name(entry, log_id),
        operator=_label(entry.get("operator")) or urlsplit(submission).hostname or "",
        protocol=LogProtocol.STATIC_CT,
        state=state,
        monitoring_url=checked_url(monitoring_url, f"{context}: its address", by_hand=True, may_be_file=True),
        origin=origin_of(submission),
        final_head=_final_head(detail, context) if state == ListedState.READONLY else None,
        mmd=_mmd(entry, context),
    )


def log_of_key(key: bytes, origin: str, monitoring_url: str) -> Log:
    """Describe a log by its key and origin, where no `log.v3.json` does.

    Args:
        key: SubjectPublicKeyInfo, DER.
        origin: first line of its checkpoints.
        monitoring_url: address of the tiles.

    Raises:
        FormatError: the key is none of a log, or the origin is no line of text.
    """
    read_key(key)
    if not origin or _label(origin) != origin:
        raise FormatError(f"origin: expected the first line of the checkpoint, got {len(origin)} other characters")
    return Log(
        id=log_id_of(key),
        key=key,
        name=origin,
        operator=origin.partition("/")[0],
        protocol=LogProtocol.STATIC_CT,
        monitoring_url=checked_url(monitoring_url, "address of the log", by_hand=True, may_be_file=True),
        origin=origin,
    )


def joined_lists(lists: Sequence[ListedLogs]) -> ListedLogs:
    """Join log lists: a log that one of them lets be read is read. The oldest time of a list is that of all of them.

    Args:
        lists: at least one.
    """
    found: list[Log | SkippedLog] = []
    for listed in lists:
        found += (*listed.logs, *listed.skipped)
    logs, skipped = _sort_out(found)
    oldest = min(lists, key=lambda listed: (time_of(listed.timestamp) is None, time_of(listed.timestamp) or _LATEST))
    return ListedLogs(logs, skipped, oldest.timestamp, oldest.version)


# --- the list as a whole ------------------------------------------------------------------------------------------


def _listed_logs(document: Object, context: str) -> Iterator[_Listed]:
    for operator in list_in(document, "operators", context):
        if not isinstance(operator, dict):
            raise FormatError(f"{context}: operators: expected objects, got {kind_of(operator)}")
        name = _label(operator.get("name")) or "operator without a name"
        for key, is_tiled in (("logs", False), ("tiled_logs", True)):
            entries = list_in(operator, key, context) if operator.get(key) is not None else []
            yield from (_Listed(name, is_tiled, entry) for entry in entries)
        yield from (_Listed(name, False, entry, False) for entry in _of_unknown_kind(operator))


def _of_unknown_kind(operator: Object) -> Iterator[Object]:
    """Yield the logs of an operator under keys that this version doesn't know, as `tiled_logs` once was: browsers may
    accept them, so they are named."""
    for key, entries in operator.items():
        if key not in ("logs", "tiled_logs") and isinstance(entries, list):
            yield from (entry for entry in entries if isinstance(entry, dict) and not _LOG_KEYS.isdisjoint(entry))


class _Skipped(FormatError):
    """Entry of a log that isn't read, with the reason."""

    def __init__(self, reason: Message) -> None:
        super().__init__(reason.code, reason)


def _reason_of(error: FormatError) -> Message:
    return error.reason or SkipReason.MALFORMED(detail=str(error))


def _read_or_skip(listed: _Listed, by_hand: bool, hybrids: Mapping[bytes, str]) -> Log | SkippedLog:
    context = "log list"
    entry = listed.entry
    if not isinstance(entry, dict):
        return SkippedLog(
            b"",
            "entry without a name",
            listed.operator,
            SkipReason.MALFORMED(detail=f"expected an object, got {kind_of(entry)}"),
        )
    try:
        log_id = hash_in(entry, "log_id", context)
    except FormatError as error:
        return SkippedLog(b"", _name(entry, b""), listed.operator, _reason_of(error))
    try:
        return _read_log(entry, listed, by_hand, hybrids.get(log_id, ""))
    except FormatError as error:
        return SkippedLog(log_id, _name(entry, log_id), listed.operator, _reason_of(error))


def _sort_out(found: Iterable[Log | SkippedLog]) -> tuple[tuple[Log, ...], tuple[SkippedLog, ...]]:
    """Keep a log for each log ID, in the order of the list.

    A skipped entry is dropped when another entry makes its log readable; not one of an unknown kind with another name
    than that log: nobody knows what it stands for.
    """
    logs: dict[bytes, Log] = {}
    skipped: list[SkippedLog] = []
    for one in found:
        if isinstance(one, SkippedLog):
            skipped.append(one)
        else:
            logs[one.id] = _one_log(logs[one.id], one) if one.id in logs else one
    unread: dict[bytes, SkippedLog] = {}
    nameless = [replace(one, id=b"") for one in skipped if not one.id or _is_another(one, logs.get(one.id))]
    for one in skipped:
        if one.id and one.id not in logs:
            unread.setdefault(one.id, one)
    return tuple(logs.values()), (*unread.values(), *nameless)


def _is_another(one: SkippedLog, log: Log | None) -> bool:
    return log is not None and one.reason.code == SkipReason.UNKNOWN_KIND and one.name != log.name


def _one_log(first: Log, second: Log) -> Log:
    """Merge two entries with the same log ID: tiles first, keeping the RFC 6962 address; of like entries the first.

    Where they contradict each other, the log counts as the one that says more of it is to be read: one that grows, or
    the larger final head, and the shorter MMD.
    """
    tiled = next((log for log in (first, second) if log.protocol is LogProtocol.STATIC_CT), None)
    merged = first if tiled is None else replace(tiled, url=first.url or second.url)
    most = max((first, second), key=lambda log: NUMBER_LIMIT if log.final_head is None else log.final_head.size)
    return replace(merged, state=most.state, final_head=most.final_head, mmd=min(first.mmd, second.mmd))


# --- single logs --------------------------------------------------------------------------------------------------


def _read_log(entry: Object, listed: _Listed, by_hand: bool, tiles: str) -> Log:
    """Read the log of an entry.

    Raises:
        FormatError: its text is the reason why the log is skipped.
    """
    context = "log list"
    address = "monitoring_url" if listed.is_tiled else "url"
    state, detail = _readable_state(entry, address, by_hand)
    if not listed.is_of_known_kind:
        raise _Skipped(SkipReason.UNKNOWN_KIND())
    log_id, key = _identity(entry, context)
    log = Log(
        id=log_id,
        key=key,
        name=_name(entry, log_id),
        operator=listed.operator,
        protocol=LogProtocol.RFC6962,
        state=state,
        final_head=_final_head(detail, context) if state == ListedState.READONLY else None,
        mmd=_mmd(entry, context),
    )
    url = url_in(entry, address, context, by_hand=by_hand, may_be_file=listed.is_tiled)
    if listed.is_tiled:
        origin = origin_of(url_in(entry, "submission_url", context, by_hand=by_hand))
        return replace(log, protocol=LogProtocol.STATIC_CT, monitoring_url=url, origin=origin)
    if tiles:
        prefix = checked_url(tiles, f"{context}: tile prefix of a hybrid log", by_hand=True)
        return replace(log, protocol=LogProtocol.HYBRID, url=url, monitoring_url=prefix)
    return replace(log, url=url)


def _readable_state(entry: Object, address: str, by_hand: bool) -> tuple[ListedState, Object]:
    """Return state and its detail.

    Raises:
        FormatError: logs in this state aren't read; the reason is a SkipReason.
    """
    if not by_hand and is_placeholder(entry.get(address)):
        raise _Skipped(SkipReason.PLACEHOLDER())
    if not by_hand and entry.get("log_type") == "test":
        raise _Skipped(SkipReason.TEST_LOG())
    known = _state(entry, "log list")
    if known is None and not by_hand:
        raise _Skipped(SkipReason.NO_STATE())
    state, detail = known or (ListedState.USABLE, {})
    if state == ListedState.PENDING:
        raise _Skipped(SkipReason.PENDING())
    if state not in _READ_STATES:
        raise _Skipped(_unread(state, _since(detail)))
    return state, detail


def _state(entry: Object, context: str) -> tuple[ListedState, Object] | None:
    """Read `state: {name: detail}`, or `status: name` with the detail beside it; None without both. Of several states
    (a history, as some lists have it) the last one counts."""
    state = entry.get("state")
    if isinstance(state, dict) and (len(state) == 1 or (state and all(_since(detail) for detail in state.values()))):
        name, detail = max(state.items(), key=lambda item: _since(item[1]) or _LATEST)
    elif state is None and "status" not in entry:
        return None
    elif state is None:
        name, detail = text_in(entry, "status", context), entry
    else:
        raise FormatError(f"{context}: state: expected an object with a state, got {kind_of(state)}")
    name = _STATES_OF_SUNLIGHT.get(name, name)
    if name not in _STATES or not isinstance(detail, dict):
        raise FormatError(f"{context}: state: expected one of {', '.join(sorted(_STATES))} with its detail")
    return ListedState(name), detail


def _since(detail: object) -> datetime | None:
    stamp = detail.get("timestamp") if isinstance(detail, dict) else None
    return time_of(stamp) if isinstance(stamp, str) else None


def _unread(state: ListedState, since: datetime | None) -> Message:
    """Make the reason of a log that isn't read. A retirement is kept to the second: whether a log was read to its end
    depends on it (`freshness`)."""
    if state == ListedState.RETIRED:
        return SkipReason.RETIRED_SINCE(since=f"{since:%Y-%m-%dT%H:%M:%SZ}") if since else SkipReason.RETIRED()
    return SkipReason.REJECTED_SINCE(since=f"{since:%Y-%m-%d}") if since else SkipReason.REJECTED()


def _identity(entry: Object, context: str) -> tuple[bytes, bytes]:
    """Read log ID and key, and check that they match and that the kind of key is allowed."""
    log_id, key = hash_in(entry, "log_id", context), bytes_in(entry, "key", context)
    if log_id_of(key) != log_id:
        raise FormatError(f"{context}: log_id: expected {b64encode(log_id_of(key)).decode()}, the hash of its key")
    read_key(key)
    return log_id, key


def _final_head(detail: Object, context: str) -> FinalHead | None:
    """Read `final_tree_head`; None when absent."""
    head = detail.get("final_tree_head")
    if head is None:
        return None
    if not isinstance(head, dict):
        raise FormatError(f"{context}: final_tree_head: expected an object, got {kind_of(head)}")
    where = f"{context}: final_tree_head"
    stamp = number_in(head, "timestamp", where, TIME_LIMIT) if "timestamp" in head else None
    return FinalHead(number_in(head, "tree_size", where), hash_in(head, "sha256_root_hash", where), stamp)


def _mmd(entry: Object, context: str) -> int:
    return number_in(entry, "mmd", context, _MMD_LIMIT) if "mmd" in entry else _DEFAULT_MMD


def _name(entry: Object, log_id: bytes) -> str:
    named = _label(entry.get("description")) or _label(entry.get("friendly_name"))
    return named or (f"log {b64encode(log_id).decode()}" if log_id else "entry without a name")


def _label(value: object) -> str:
    """Clean a name for display: printable, without line breaks, at most 200 characters; "" without a name."""
    if not isinstance(value, str):
        return ""
    shown = "".join(" " if c.isspace() else c for c in value if c.isspace() or unicodedata.category(c) not in _HIDDEN)
    return " ".join(shown.split())[:_NAME_LIMIT].strip()
