"""Pseudonyms in the register of cases: a closed case of a person who is forgotten, or that is old enough, keeps its
dates, and nobody's name.
Functions of an open transaction.

The register is only added to. The table `forgetting_case` names the cases that the transaction under way may change; it
is empty outside of it.
"""

# ruff: noqa: S608 - statements contain names of tables of our own; values are bound

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from ctscan.model.case import CaseAction, is_pseudonym, pseudonym

if TYPE_CHECKING:
    from ctscan.privacy.suppression import Suppressions

KEPT_DETAIL = frozenset(
    {
        "restriction", "kind", "id", "expires", "decision", "ground", "until", "told", "sha256", "override", "settled",
        "ca", "follow_up", "sent", "key", "identifier", "digest",
    }
)  # fmt: skip
"""Parts of an event that name nobody: words of the program, dates, and keyed digests. Other parts are free text, or
name a certificate."""


def forget_cases(connection: sqlite3.Connection, only: Suppressions, number: str) -> list[int]:
    """Make cases of a person pseudonymous: those that are closed, and the case `number`, which was closed when the
    person was forgotten and may be open in a copy from before. Return their rows."""
    cursor = connection.execute(
        "SELECT subject_case, kind, canonical FROM case_identifier WHERE subject_case IN"
        " (SELECT subject_case FROM case_event WHERE action = ? UNION SELECT id FROM subject_case WHERE number = ?)",
        (CaseAction.CLOSED, number),
    )
    found = sorted({case for case, kind, text in cursor if only.of_identifier([(kind, text)]) is not None})
    pseudonymise(connection, found, lambda kind, text: only.new_digest((kind, text)))
    return found


Digest = Callable[[str, str], bytes]
"""Keyed digest of kind and canonical form of an identifier."""


def pseudonymise(connection: sqlite3.Connection, cases: Iterable[int], digest: Digest) -> None:
    """Put pseudonyms in the place of the personal columns of cases."""
    for case in cases:
        connection.execute("INSERT INTO forgetting_case (subject_case) VALUES (?)", (case,))
        connection.execute("UPDATE subject_case SET requester = '' WHERE id = ?", (case,))
        for table, columns, change in _CHANGES:
            sql = f"SELECT id, {columns} FROM {table} WHERE subject_case = ?"
            for id, *values in connection.execute(sql, (case,)).fetchall():
                change(connection, digest, id, *values)
        connection.execute("DELETE FROM forgetting_case WHERE subject_case = ?", (case,))


def _change_identifier(connection: sqlite3.Connection, digest: Digest, id: int, kind: str, canonical: str) -> None:
    if is_pseudonym(canonical):
        return
    name = pseudonym(digest(kind, canonical))
    connection.execute("UPDATE case_identifier SET text = ?, canonical = ? WHERE id = ?", (name, name, id))


def _change_event(connection: sqlite3.Connection, _: Digest, id: int, action: str, detail: str) -> None:
    names = KEPT_DETAIL | {"reason"} if action == CaseAction.PAUSED else KEPT_DETAIL  # a ground that the regime knows
    kept = {key: value for key, value in json.loads(detail).items() if key in names}
    text = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
    connection.execute("UPDATE case_event SET detail = ? WHERE id = ?", (text, id))


_CHANGES = (
    ("case_identifier", "kind, canonical", _change_identifier),
    ("case_event", "action, detail", _change_event),
)
