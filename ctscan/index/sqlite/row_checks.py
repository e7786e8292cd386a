"""Checks of rows: a CRC-32 beside the values that answers rest on, written with the row and compared when it is read.

A check is no defence against a person who changes the index; it notices rot. Every table that a look-up reads is listed
in `CHECKED` or `EXCUSED`, column by column; a test compares both lists with the schema. SQL knows the check as the
function `row_check`. Bulk inserts compute it themselves (`Insert`). For all other statements temporary triggers compute
it, which each writing connection makes (`make_triggers`): a trigger of the schema may not call a function of ours,
because the connection trusts no schema. An update of a row whose check was wrong leaves it wrong: damage never becomes
sound by writing beside it.
"""

# ruff: noqa: S608 - statements contain table and column names of our own; values are bound

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from operator import itemgetter
from typing import Any
from zlib import crc32

from ctscan.errors import IndexFault
from ctscan.index.sqlite import many_rows, remembered
from ctscan.index.sqlite.places import place_of
from ctscan.index.sqlite.remembered import Remembering
from ctscan.privacy.suppression import Suppressions

CHECKED: dict[str, str] = {
    "log": "id log_id key name operator protocol state url monitoring_url origin mmd final_size final_root"
    " final_timestamp head last_success last_error last_error_at failing_since failure",
    "tree_head": "id log size root timestamp signature raw saved",
    "coverage": "id log scope rules range_start range_end edge since",
    "hole": "id log range_start range_end reason detail tries",
    "pending": "id log range_start scope rules edge",
    "misbehaviour": "id log at reason digest kind hashes",
    "misbehaviour_decision": "id misbehaviour at who is_dismissal reason",
    "rule_set": "version rules",
    "basis": "revision at who change note source choice keys",
    "basis_list": "revision dated version read_at",
    "basis_log": "id basis log_id name operator is_member reason since",
    "certificate": "id identity sha256 serial subject is_ca rules problem authority_key_id issuer not_before not_after"
    " partly serial_hash findings_check",
    "issuer_name": "id hash name",
    "leaf": "id certificate kind sha256",
    "sighting": "id log entry_index timestamp leaf pending",
    "unreadable": "id log entry_index leaf_hash reason leaf pending partly",
    "chain_sighting": "id log entry_index timestamp leaf pending",
    "repository_sighting": "id repository reference leaf search first_logged owner",
    "coordinate": "sighting log entry_index timestamp",
    "revocation": "certificate source state checked url revoked_at reason this_update next_update why",
    "search": "id repository kind question digest who purpose scope rules started ended outcome detail results"
    " certificates scope_emails",
    "authority": "id sha256 key_id owner name policies contact status",
    "authority_list": "one fetched origin records",
    "subject_case": "id number kind regime received lang channel requester since identifiers events",
    "case_identifier": "id subject_case text kind canonical",
    "case_event": "id subject_case ordinal at recorded who action detail",
    "suppressed_other": "id digest words",
    "keep_limit": "kind count unit before",
    "watch": "id name kind term owner purpose at who",
    "ack": "id kind value reason until at who",
}
"""Columns under the check of a row, by table."""

EXCUSED: dict[str, str] = {
    "log.rate": "only an estimate of the time to catch up rests on it",
    "log.batch": "only the number of requests rests on it",
    "basis.logs_check": "it is the other side of a comparison",
    "leaf.der": "its SHA-256 stands beside it",
    "sighting.issuer_key_hash": "only proofs read it, which the tree covers",
    "sighting.extensions": "only proofs read it, which the tree covers",
    "sighting.paths": "only proofs read it, which the tree covers",
    "finding": "`certificate.findings_check` covers the findings of a certificate together",
    "trait": "`certificate.findings_check` covers its values",
    "lookup_key": "`hash` is the check of kind and key, and totals cover the rows (`controls`)",
    "leaf_sha1": "a match is compared with the certificate, and no look-up of a SHA-1 without one is complete",
    "posting": "the end of each list has the sum over its rows (`posting_lists`)",
    "mailbox": "totals cover its rows (`controls`)",
    "control_total": "it is the other side of a comparison",
    "domain_total": "it is the other side of a comparison",
    "table_total": "it is the other side of a comparison",
    "damage": "a row that is lost or changed was said before, and the damage itself is seen again",
    "pending_piece": "hashes of entries that don't count as searched",
    "head_seen": "look-ups don't read it",
    "holder": "look-ups don't read it",
    "head_size": "only an estimate of the growth of a log rests on it",
    "misbehaviour_head": "look-ups don't read it, and a third party verifies it from its signature",
    "salt": "without it no question is recognised, and a search never makes an answer complete",
    "run": "look-ups don't read it",
    "run_log": "look-ups don't read it",
    "audit_paths": "only proofs read it, which the tree covers",
    "issuer": "only checks of the status read it, and its SHA-256 stands beside it",
    "crl": "only checks of the status read it, which its signature covers",
    "submitted": "only checks of the status read it",
    "quarantine": "look-ups don't read it",
    "disclosure": "look-ups don't read it",
    "migration": "only the opening reads it",
    "known_trail": "look-ups compare it with the trail itself",
    "list_failure": "look-ups don't read it",
    "suppression_state": "the suppression file has the promises, and is carried out again where the row is lost",
    "restricted_certificate": "the suppression file has the promises, and look-ups consult it",
    "certificate_use": "look-ups don't read it, and the certificate says it again",
    "certificate_host": "look-ups don't read it, and the certificate says it again",
    "watch_form": "look-ups don't read it",
    "watch_match": "look-ups don't read it",
    "unwatched": "look-ups don't read it",
    "alert": "look-ups don't read it",
    "alert_message": "look-ups don't read it",
    "alert_delivery": "look-ups don't read it",
    "alert_channel": "look-ups don't read it",
    "alert_condition": "look-ups don't read it",
    "forgetting_case": "empty outside of a transaction",
    "case_year": "a number that is there already is refused",
    "sqlite_sequence": "of SQLite",
}
"""Tables and columns without a check of their own, with the reason."""

TOTALLED = ("misbehaviour", "misbehaviour_decision", "basis", "suppressed_other", "keep_limit")
"""Tables of which a lost row would make an answer complete: the sum of their checks is kept."""

WITHOUT_ROWID = {"coordinate": ("sighting", "log", "entry_index"), "revocation": ("certificate", "source")}

_INSERTED_WITH_CHECK = ("rule_set", "certificate", "leaf", "sighting")
"""Tables whose rows are only written by `Insert`: a trigger would take time for each row."""

WRONG = -1
"""Check of a row that was found wrong when it was written; no row has this check."""


# --- the check ----------------------------------------------------------------------------------------------------


def check_of(*values: Any) -> int:
    """Return the CRC-32 of the values of a row: of their ASCII form, the quickest that no version of Python changes."""
    return crc32(ascii(values).encode())


def signed_hash(text: str) -> int:
    """Return the CRC-32 of a text as SQLite stores it in four octets: signed."""
    octets = text.encode() if text.isascii() else text.encode("utf-8", "surrogatepass")  # the first takes half as long
    return (crc32(octets) ^ _SIGN) - _SIGN


_SIGN = 1 << 31


def key_hash(kind: str, key: str) -> int:
    """Return the hash by which a look-up key is found."""
    return signed_hash(f"{kind}\0{key}")


def key_hashes(keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Return the hashes of many keys `(kind, key)`: `key_hash`, without two calls for each."""
    sign = _SIGN
    return {
        key: (crc32(("%s\0%s" % key).encode("utf-8", "surrogatepass")) ^ sign) - sign  # noqa: UP031  a tuple as it is
        for key in keys
    }


def register(connection: sqlite3.Connection) -> None:
    """Make the functions `row_check`, `key_hash`, `text_hash` and `place_of` known to a connection."""
    connection.create_function("row_check", -1, check_of, deterministic=True)
    connection.create_function("key_hash", 2, key_hash, deterministic=True)
    connection.create_function("text_hash", 1, signed_hash, deterministic=True)
    connection.create_function("place_of", 1, place_of, deterministic=True)


# --- writing ------------------------------------------------------------------------------------------------------


class Insert:
    """INSERT statement for many rows of a table, together with their checks. A call of `row_check` for each row would
    take as long as the insertion."""

    def __init__(self, table: str, columns: str) -> None:
        names = columns.split(", ")
        self._into = f"INSERT INTO {table} ({columns}, crc)"
        self._checked = itemgetter(*[names.index(name) for name in CHECKED[table].split()])

    def write(self, connection: sqlite3.Connection, found: Iterable[tuple[Any, ...]]) -> None:
        """Insert rows of the columns, with their checks."""
        checked = self._checked
        # `check_of`, without a call for each row
        rows = [(*row, crc32(ascii(checked(row)).encode())) for row in found]
        many_rows.insert(connection, self._into, rows)


def make_triggers(connection: sqlite3.Connection) -> None:
    """Make the temporary triggers that write checks, unless the connection has them."""
    if connection.execute("SELECT 1 FROM sqlite_temp_schema WHERE type = 'trigger' LIMIT 1").fetchone() is None:
        for table in CHECKED:
            for statement in _triggers(table):
                connection.execute(statement)


def _triggers(table: str) -> Iterator[str]:
    key = WITHOUT_ROWID.get(table, ("rowid",))
    here = " AND ".join(f"{name} = NEW.{name}" for name in key)
    new, old = expression(table, "NEW"), expression(table, "OLD")
    if table not in _INSERTED_WITH_CHECK:
        yield (
            f"CREATE TEMP TRIGGER {table}_checked AFTER INSERT ON main.{table}"
            f" BEGIN UPDATE {table} SET crc = {new} WHERE {here}; END"
        )
    yield (
        f"CREATE TEMP TRIGGER {table}_checked_anew AFTER UPDATE OF {', '.join(CHECKED[table].split())} ON main.{table}"
        f" BEGIN UPDATE {table} SET crc = iif(OLD.crc IS {old}, {new}, {WRONG}) WHERE {here}; END"
    )


# --- reading ------------------------------------------------------------------------------------------------------


@cache
def expression(table: str, name: str = "") -> str:
    """Write the check of a row as an expression; `name` stands for the table where a statement gives it another."""
    return f"row_check({', '.join(f'{name or table}.{column}' for column in CHECKED[table].split())})"


@cache
def checked_columns(table: str) -> str:
    """Write the columns that `is_check_of` takes: the check of a row, then what is under it. Where most of them are
    read anyway this is quicker than `is_sound`, by which SQLite calls Python for each row."""
    return f"{table}.crc, {', '.join(f'{table}.{column}' for column in CHECKED[table].split())}"


def is_check_of(row: Sequence[Any]) -> bool:
    """Return whether a row of `checked_columns` has the check that it should have, as `is_sound` does."""
    return bool(row[0] == crc32(ascii(row[1:]).encode()))


@cache
def is_sound(table: str, name: str = "") -> str:
    """Write the condition that a row has the check that it should have."""
    return f"{name or table}.crc IS {expression(table, name)}"


def sound(connection: sqlite3.Connection, table: str, found: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    """Yield rows without their last column, `is_sound`; leave out rows where it is false, and note the damage."""
    for row in found:
        if row[-1]:
            yield row[:-1]
        else:
            note(connection, table)


def sound_row(connection: sqlite3.Connection, table: str, row: Sequence[Any] | None) -> Sequence[Any] | None:
    """Return a row without its last column, `is_sound`; None, and note the damage, where it is false."""
    return None if row is None else next(sound(connection, table, [row]), None)


class Noting(Remembering):
    """Part of a connection that collects the damaged tables which a unit of work meets."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.damaged: set[str] = set()
        self.suppressions = Suppressions()  # that the transaction began with


class NotingConnection(Noting, sqlite3.Connection):
    """SQLite connection that collects damaged tables."""


def note(connection: sqlite3.Connection, table: str) -> None:
    """Note damage in a table. IndexFault for a connection that collects none."""
    if not isinstance(connection, Noting):
        raise IndexFault(f"the index is damaged ({table})")
    connection.damaged.add(table)
    remembered.forget(connection)  # what is met again has to be noted again


def take_noted(connection: sqlite3.Connection) -> set[str]:
    """Return the damaged tables noted since the last call."""
    if not isinstance(connection, Noting) or not connection.damaged:
        return set()
    noted, connection.damaged = connection.damaged, set()
    return noted


def check_whole_tables(connection: sqlite3.Connection) -> None:
    """Compare the tables of `TOTALLED` with the sums of their checks, and note those that differ, and known damage."""
    remembered.recall(connection, check_whole_tables, _check_whole_tables)


def _check_whole_tables(connection: sqlite3.Connection) -> None:
    for part in known_damage(connection):
        note(connection, part)
    kept = dict(connection.execute("SELECT name, total FROM table_total"))
    for table, total in zip(TOTALLED, connection.execute(_sums_of_checks()).fetchone(), strict=True):
        if kept.get(table) != total:
            note(connection, table)


def known_damage(connection: sqlite3.Connection) -> set[str]:
    """Return the damaged parts that a repair has found and not mended yet."""
    if remembered.is_empty(connection, "damage"):
        return set()
    return {part for (part,) in connection.execute("SELECT part FROM damage")}


@cache
def _sums_of_checks() -> str:
    return f"SELECT {', '.join(f'(SELECT coalesce(sum({expression(table)}), 0) FROM {table})' for table in TOTALLED)}"


def check_marks(connection: sqlite3.Connection) -> None:
    """Compare the rows that are marked as partly read with their total, and check them; note damage."""
    kept = dict(connection.execute("SELECT name, total FROM table_total"))
    for table in ("certificate", "unreadable"):
        total, are_sound = connection.execute(_marks_of(table)).fetchone()
        if kept.get(f"{table}.partly") != total or not are_sound:
            note(connection, table)


@cache
def _marks_of(table: str) -> str:
    return f"SELECT coalesce(sum(id), 0), coalesce(min({is_sound(table)}), 1) FROM main.{table} WHERE partly > 0"
