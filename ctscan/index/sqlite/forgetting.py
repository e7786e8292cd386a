"""Deletion and hiding of the certificates of people who objected. Functions of an open transaction.

    forget    person ──► certificates ──► rows deleted or hidden ──► entry of the suppression file, synced ──► COMMIT
    opening   entries that weren't carried out here ──► certificates ──► rows deleted or hidden
    writing   rows to write ──► `sieve` ──► rows of nobody who objected

A certificate goes as a whole: its DER names everybody in it, and without the DER nothing in it can be proven. The
digests of its other identifiers stay (`suppressed_other`), so that a look-up of one of them doesn't call itself
complete.
"""

# ruff: noqa: S608 - statements contain question marks and names of our own; values are bound

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

import ctscan.model as model
from ctscan.index.sqlite import (
    alert_disclosures,
    audit_paths,
    certificates,
    fingerprints,
    posting_lists,
    rows,
    watch_dropping,
)
from ctscan.index.sqlite.question_digests import question_digest
from ctscan.index.sqlite.rows import placeholders
from ctscan.model.entry import EntryKind
from ctscan.model.identifier import IdentifierKind
from ctscan.model.suppression import NUMBERED_KINDS, Suppression, SuppressionKind

if TYPE_CHECKING:
    from ctscan.model import Removed
    from ctscan.model.alert_record import AlertDisclosure
    from ctscan.model.forgetting import ForgetRequest
    from ctscan.model.suppression import SuppressedDigest
    from ctscan.privacy.suppression import Form, Suppressions

_AT_ONCE = 500
_PSEUDONYM_HOST = "forgotten.invalid"  # RFC 2606: nobody's

# --- carrying out -------------------------------------------------------------------------------------------------


def new_entry(known: Suppressions, request: ForgetRequest) -> Suppression:
    """Make the entry of a request, still without its certificates."""
    return Suppression(
        number=len(known.entries) + 1,
        at=request.at,
        kind=SuppressionKind.RESTRICTED if request.restrict else SuppressionKind.FORGOTTEN,
        ground=request.ground,
        identifiers=known.suppressed(request.forms),
        certificates=known.suppressed((IdentifierKind.SHA256, issuer.hex()) for issuer in request.issuers),
        normalisation=request.normalisation,
        case=request.case,
    )


def forget(
    connection: sqlite3.Connection, known: Suppressions, request: ForgetRequest
) -> tuple[Suppression, Removed, tuple[AlertDisclosure, ...]]:
    """Delete or hide the certificates of a person; return the entry to add to the suppression file, the numbers of
    rows, and the messages that were sent about the certificates."""
    entry = new_entry(known, request)
    ids = _matching(connection, dataclasses.replace(known, entries=(entry,))) | _rows_of(connection, request.identities)
    ids |= _restricted_before(connection, known, entry)
    entry = replace(entry, certificates=(*entry.certificates, *_digests_of(connection, known, ids)))
    told = tuple(alert_disclosures.about_rows(connection, sorted(ids)))
    removed = _carry_out(connection, known, entry, ids, request.questions)
    watch_dropping.drop_named(connection, request.watches)
    return entry, removed, told


def _restricted_before(connection: sqlite3.Connection, known: Suppressions, entry: Suppression) -> set[int]:
    """Return the certificates that are hidden by restrictions of one of the same identifiers: a name finds none of them
    any longer."""
    own = {one.digest for one in entry.identifiers}
    numbers = [one.number for one in known.active() if own & {some.digest for some in one.identifiers}]
    sql = f"SELECT certificate FROM restricted_certificate WHERE suppression IN ({placeholders(numbers)})"
    return {certificate for (certificate,) in connection.execute(sql, numbers)}


def carry_out(connection: sqlite3.Connection, known: Suppressions, entry: Suppression) -> None:
    """Carry out an entry of the suppression file that this index hasn't carried out yet."""
    if entry.kind is SuppressionKind.LIFTED:
        connection.execute("DELETE FROM restricted_certificate WHERE suppression = ?", (entry.lifts,))
    elif any(entry is one for one in known.active()):  # neither lifted meanwhile nor the note of a loss
        _carry_out(connection, known, entry, matching(connection, known, entry), None)


def keep_promise(connection: sqlite3.Connection, known: Suppressions, entry: Suppression, identity: bytes) -> None:
    """Delete or hide a certificate in which an entry was found after it was written."""
    ids = sorted(_rows_of(connection, [identity]))
    if entry.kind is SuppressionKind.RESTRICTED:
        hide(connection, ids, entry.number)
        return
    add_others(connection, known, _keys_of(connection, ids), _fingerprints(connection, ids))
    _drop(connection, ids)


def matching(connection: sqlite3.Connection, known: Suppressions, entry: Suppression) -> set[int]:
    """Return the certificates that an entry belongs to."""
    return _matching(connection, dataclasses.replace(known, entries=(entry,)))


def _matching(connection: sqlite3.Connection, only: Suppressions) -> set[int]:
    """Return the certificates with a key of the only entry, or whose identity it names. Every key is compared: a digest
    can't be searched."""
    cursor = connection.execute(
        f"SELECT id, kind, key FROM main.lookup_key WHERE kind IN ({placeholders(NUMBERED_KINDS)})",
        tuple(map(str, NUMBERED_KINDS)),
    )
    keys = [id for id, kind, key in cursor if only.owner_of(kind, key) is not None]
    found = {
        id
        for some in rows.portions(sorted(posting_lists.certificates_of(connection, keys, whole=True)), _AT_ONCE)
        for (id,) in connection.execute(f"SELECT id FROM main.certificate WHERE id IN ({placeholders(some)})", some)
    }
    if any(entry.certificates for entry in only.entries):
        identities = connection.execute("SELECT id, identity FROM main.certificate")
        found |= {id for id, identity in identities if only.of_certificate((), identity) is not None}
    return found


def _rows_of(connection: sqlite3.Connection, identities: Sequence[bytes]) -> set[int]:
    return {
        id
        for some in rows.portions(identities, _AT_ONCE)
        for (id,) in connection.execute(
            f"SELECT id FROM main.certificate WHERE identity IN ({placeholders(some)})", some
        )
    }


def _carry_out(
    connection: sqlite3.Connection,
    known: Suppressions,
    entry: Suppression,
    ids: Iterable[int],
    questions: Sequence[str] | None,
) -> Removed:
    """Delete or hide certificates, and what else names the person."""
    ids = sorted(ids)
    counted = _count(connection, ids)
    if entry.kind is SuppressionKind.RESTRICTED:
        hide(connection, ids, entry.number)
        return counted
    keys = _number(connection, "lookup_key")
    add_others(connection, known, _keys_of(connection, ids), _fingerprints(connection, ids))
    _drop(connection, ids)
    _drop_issuers(connection, dataclasses.replace(known, entries=(entry,)))
    from ctscan.index.sqlite.pseudonyms import forget_cases  # not at the top: a look-up forgets nobody

    watch_dropping.forget_watches(connection, dataclasses.replace(known, entries=(entry,)))
    _forget_questions(connection, questions)
    _forget_scopes(connection, dataclasses.replace(known, entries=(entry,)))
    forget_cases(connection, dataclasses.replace(known, entries=(entry,)), entry.case)
    quarantined = connection.execute("DELETE FROM quarantine").rowcount
    gone = keys - _number(connection, "lookup_key")
    return replace(counted, keys=gone, quarantined=quarantined)


def hide(connection: sqlite3.Connection, ids: Iterable[int], number: int) -> None:
    """Hide certificates from every reader."""
    connection.executemany(
        "INSERT OR IGNORE INTO restricted_certificate (certificate, suppression) VALUES (?, ?)",
        [(id, number) for id in ids],
    )


def _count(connection: sqlite3.Connection, ids: Sequence[int]) -> Removed:
    findings = evidence = 0
    for some in rows.portions(ids, _AT_ONCE):
        marks = placeholders(some)
        sql = f"SELECT count(*) FROM main.finding WHERE certificate IN ({marks})"
        findings += connection.execute(sql, some).fetchone()[0]
        sql = (
            "SELECT count(*) FROM main.leaf CROSS JOIN main.sighting ON sighting.leaf = leaf.id"
            f" WHERE certificate IN ({marks})"
        )
        evidence += connection.execute(sql, some).fetchone()[0]
    return model.Removed(len(ids), findings, 0, evidence, 0)


def _number(connection: sqlite3.Connection, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM main.{table}").fetchone()[0])


# --- deleting -----------------------------------------------------------------------------------------------------


def _drop(connection: sqlite3.Connection, ids: Sequence[int]) -> None:
    """Delete certificates with all that hangs on them, and what only they used."""
    for id in ids:
        traits = [trait for (trait,) in connection.execute(_TRAITS, (id,))]
        proven = connection.execute(_PROVEN, (id,)).fetchall()
        connection.execute("DELETE FROM unreadable WHERE leaf IN (SELECT id FROM leaf WHERE certificate = ?)", (id,))
        connection.execute(_UNREADABLE_AT, (id,))
        watch_dropping.drop_acks_of(connection, id)
        certificates.drop(connection, id)
        _drop_paths(connection, proven)
        for trait in traits:
            connection.execute(_UNUSED_TRAIT, (trait,))


_TRAITS = "SELECT DISTINCT trait FROM finding WHERE certificate = ?"
_UNUSED_TRAIT = "DELETE FROM trait WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM finding WHERE trait = ?1)"
_PROVEN = (
    "SELECT paths, entry_index FROM leaf CROSS JOIN sighting ON sighting.leaf = leaf.id"
    " WHERE certificate = ? AND paths IS NOT NULL"
)
_UNREADABLE_AT = (
    "DELETE FROM unreadable WHERE (log, entry_index) IN (SELECT log, entry_index FROM leaf CROSS JOIN sighting"
    " ON sighting.leaf = leaf.id WHERE certificate = ?)"
)


def _drop_paths(connection: sqlite3.Connection, proven: Iterable[tuple[int, int]]) -> None:
    """Take the inclusion proofs of entries out of rows that other entries use: a proof says where an entry was."""
    gone: dict[int, set[int]] = {}
    for row, index in proven:
        gone.setdefault(row, set()).add(index)
    for row, indexes in gone.items():
        found = connection.execute("SELECT shape, hashes FROM audit_paths WHERE id = ?", (row,)).fetchone()
        if found is not None:
            left = [(index, path) for index, path in audit_paths.split(*found) if index not in indexes]
            connection.execute(
                "UPDATE audit_paths SET shape = ?, hashes = ? WHERE id = ?", (*audit_paths.join(left), row)
            )


def _drop_issuers(connection: sqlite3.Connection, only: Suppressions) -> None:
    """Delete certificates of CAs that the entry names."""
    found = connection.execute("SELECT id, sha256 FROM issuer").fetchall()
    gone = [(id,) for id, sha256 in found if only.of_identifier([_fingerprint(sha256)]) is not None]
    connection.executemany("DELETE FROM issuer WHERE id = ?", gone)


def _fingerprint(sha256: bytes) -> Form:
    return str(IdentifierKind.SHA256), sha256.hex()


def _forget_questions(connection: sqlite3.Connection, questions: Sequence[str] | None) -> None:
    """Empty the digests of questions to repositories that name the person; None: of all that name anybody, where the
    questions aren't known any longer."""
    if questions is None:
        connection.execute("UPDATE search SET digest = x'' WHERE question IS NULL")
        return
    digests = [question_digest(connection, question) for question in questions]
    connection.executemany("UPDATE search SET digest = x'' WHERE digest = ?", [(digest,) for digest in digests])


_SCOPED = ("coverage", "pending", "run")


def _forget_scopes(connection: sqlite3.Connection, only: Suppressions) -> None:
    """Put a pseudonym in the place of the person's address in scopes that name it."""
    for table in _SCOPED:
        scopes = connection.execute(f"SELECT DISTINCT scope FROM {table} WHERE scope LIKE '%email:%'").fetchall()
        for (scope,) in scopes:
            changed = scope_without(only, scope)
            if changed != scope:
                connection.execute(f"UPDATE {table} SET scope = ? WHERE scope = ?", (changed, scope))


def scope_without(known: Suppressions, scope: str) -> str:
    """Replace the addresses of people who objected in the text of a scope by pseudonyms; the text stays canonical."""
    terms = [_term_without(known, term) for term in scope.split(", ")]
    return ", ".join(sorted(terms)) if terms != scope.split(", ") else scope


def _term_without(known: Suppressions, term: str) -> str:
    kind, _, value = term.partition(":")
    if kind != IdentifierKind.EMAIL or known.owner_of(kind, value) is None:
        return term
    return f"{kind}:{known.new_digest((kind, value)).hex()[:32]}@{_PSEUDONYM_HOST}"


# --- other identifiers --------------------------------------------------------------------------------------------


def add_others(
    connection: sqlite3.Connection, known: Suppressions, findings: Iterable[Sequence[Form]], fingerprint: Iterable[Form]
) -> None:
    """Keep the digests of the identifiers in certificates that are left out.

    Args:
        findings: look-up keys of each finding.
        fingerprint: fingerprints and serial numbers of the certificates.
    """
    alone = set(fingerprint)
    names: set[tuple[bytes, ...]] = set()
    for keys in findings:
        alone |= {key for key in keys if key[0] in NUMBERED_KINDS}
        words = {known.new_digest(key) for key in keys if key[0] == IdentifierKind.NAME}
        if words:
            names.add(tuple(sorted(words)))
    found = [(known.new_digest(form), 0) for form in sorted(alone)]
    next_name = 1 + connection.execute("SELECT coalesce(max(words), 0) FROM suppressed_other").fetchone()[0]
    new = [words for words in sorted(names) if not _is_known_name(connection, words)]
    found += [(digest, number) for number, words in enumerate(new, next_name) for digest in words]
    connection.executemany("INSERT OR IGNORE INTO suppressed_other (digest, words) VALUES (?, ?)", found)


def _is_known_name(connection: sqlite3.Connection, words: Sequence[bytes]) -> bool:
    """Return whether the words of a name are kept already."""
    return any(len(held) >= len(words) for held in _names_with(connection, [[word] for word in words]))


def _names_with(connection: sqlite3.Connection, words: Sequence[Sequence[bytes]]) -> Iterator[set[bytes]]:
    """Yield the kept names that hold every word, each given in its forms."""
    sql = "SELECT words FROM suppressed_other WHERE words > 0 AND digest IN ({})"
    held = [{number for (number,) in connection.execute(sql.format(placeholders(word)), tuple(word))} for word in words]
    for number in set.intersection(*held) if held else ():
        yield {
            digest for (digest,) in connection.execute("SELECT digest FROM suppressed_other WHERE words = ?", (number,))
        }


def is_other(
    connection: sqlite3.Connection,
    known: Suppressions,
    forms: Sequence[Form],
    names: Sequence[Sequence[Sequence[str]]],
) -> bool:
    """Return whether an identifier stands in a certificate that was left out.

    Args:
        forms: forms of the identifier.
        names: of each name that is asked for its words, each in its forms.
    """
    digests = known.digests(forms)
    for some in rows.portions(digests, _AT_ONCE):
        sql = f"SELECT 1 FROM suppressed_other WHERE words = 0 AND digest IN ({placeholders(some)}) LIMIT 1"
        if connection.execute(sql, some).fetchone() is not None:
            return True
    kind = str(IdentifierKind.NAME)
    asked = [[known.digests([(kind, form) for form in word]) for word in name] for name in names if name]
    return any(next(_names_with(connection, name), None) is not None for name in asked)


def _keys_of(connection: sqlite3.Connection, ids: Sequence[int]) -> Iterator[list[Form]]:
    """Yield the look-up keys of each finding of certificates."""
    for some in rows.portions(ids, _AT_ONCE):
        cursor = connection.execute(
            f"SELECT keys FROM main.finding WHERE certificate IN ({placeholders(some)}) AND keys <> ''", some
        )
        for (keys,) in cursor.fetchall():
            found = [int(key) for key in keys.split(",")]
            sql = f"SELECT kind, key FROM main.lookup_key WHERE id IN ({placeholders(found)})"
            yield [(kind, key) for kind, key in connection.execute(sql, found)]


def _fingerprints(connection: sqlite3.Connection, ids: Sequence[int]) -> list[Form]:
    """Return identity, fingerprints and serial number of certificates."""
    found: list[Form] = []
    for id in ids:
        identity, serial = connection.execute(
            "SELECT identity, serial FROM main.certificate WHERE id = ?", (id,)
        ).fetchone()
        found.append((str(IdentifierKind.IDENTITY), identity.hex()))
        found += [(str(IdentifierKind.SERIAL), serial)] if serial else []
        for sha256, kind, der in connection.execute(
            "SELECT sha256, kind, der FROM main.leaf WHERE certificate = ?", (id,)
        ):
            if kind == EntryKind.X509:
                found.append(_fingerprint(sha256))
                found.append((str(IdentifierKind.SHA1), fingerprints.sha1_of(rows.unpack(der)).hex()))
    return found


def _digests_of(
    connection: sqlite3.Connection, known: Suppressions, ids: Iterable[int]
) -> tuple[SuppressedDigest, ...]:
    forms = _fingerprints(connection, sorted(ids))
    return known.suppressed((IdentifierKind(kind), text) for kind, text in forms)
