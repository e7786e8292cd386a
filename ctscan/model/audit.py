"""Audit events: the record of each look-up, and of each change of an index. No event holds an identifier."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class AuditAction(StrEnum):
    """Action that an event records."""

    LOOKUP = "lookup"
    STATUS = "status"
    PROVE = "prove"
    SCAN = "scan"
    BACKFILL = "backfill"
    SEARCH = "search"
    IMPORT = "import"
    REFRESH = "refresh"
    REINDEX = "reindex"
    AUTHORITIES = "authorities"
    BASIS = "basis"
    TRAIL = "trail"  # another trail was begun in place of a lost one
    EVIDENCE = "evidence"  # misbehaviour that was exported or dismissed
    CASE = "case"  # a case that was opened, changed, shown or exported, or the register that was searched
    DOSSIER = "dossier"  # of a data subject: its look-ups, and the package
    LETTERS = "letters"  # of a data subject: their look-ups, and the documents
    FORGET = "forget"  # a person was forgotten or hidden, that was tried, or a suppression was lifted
    NOTICE = "notice"  # the public notice or the record of processing, written to a file; no person's data
    REPORT = "report"  # a report of exposure; `detail`: format, whether people are named, digest of the scope
    ALERT = "alert"  # alerts were sent to channels, or a channel was tested; `detail`: numbers by channel
    EXPORT = "export"  # rows of a view of exposure, written to a file
    WATCH = "watch"  # a watch that was added, removed, or, where it is on a person, listed; `detail`: its name
    ACK = "ack"  # an acknowledgement of matches that was added or removed
    DISCLOSURE = "disclosure"  # a question to a third party, recorded before it is sent
    CONFIGURATION = "configuration"  # settings that decide what is read and why; they differ from those seen last
    ENCRYPT = "encrypt"  # index and trail were encrypted
    DECRYPT = "decrypt"
    BACKUP = "backup"
    RESTORE = "restore"  # index and trail come from a backup; a newer trail may have been kept
    PURGE = "purge"  # old records were deleted; of an event without an intent, `detail` names all bodies that are gone


class AuditState(StrEnum):
    """State of an action. A change has two events: `INTENDED` before it, and one of the others after it."""

    INTENDED = "intended"
    DONE = "done"
    FAILED = "failed"
    INTERRUPTED = "interrupted"  # the process ended without a word; recorded at the next start


class Verdict(StrEnum):
    """Verdict of an answer, and whether something was found."""

    COMPLETE_FOUND = "complete, found"
    COMPLETE_NOTHING = "complete, nothing found"
    INCOMPLETE_FOUND = "incomplete, found"
    INCOMPLETE_NOTHING = "incomplete, nothing found"
    DAMAGED = "incomplete, damaged"  # the look-up met damage in the index, which may hide certificates


def verdict_of(*, complete: bool, found: bool, damaged: bool = False) -> Verdict:
    """Choose the verdict of an answer."""
    if damaged:
        return Verdict.DAMAGED
    if complete:
        return Verdict.COMPLETE_FOUND if found else Verdict.COMPLETE_NOTHING
    return Verdict.INCOMPLETE_FOUND if found else Verdict.INCOMPLETE_NOTHING


class KnownTrail(Struct, frozen=True):
    """Trail as its index remembers it.

    Attributes:
        id: identifier of the trail, 16 random bytes.
        at: when the index first saw it.
        who: the account.
        reason: why it took the place of the trail before; empty for the first.
    """

    id: bytes
    at: datetime
    who: str
    reason: str = ""


class AuditEvent(Struct, frozen=True):
    """Event of the trail.

    Attributes:
        id: number in the trail; 0 before it is written.
        at: time of the event.
        who: account.
        action: what was done.
        state: how far it came.
        purpose: purpose as given.
        case: number of the case; empty without a case.
        kind: kind of the identifier of a look-up.
        digest: keyed digest (HMAC-SHA-256) of the identifier; empty without an identifier.
        answer: id of the answer, 32 hexadecimal digits.
        answer_digest: digest of the answer, hexadecimal.
        verdict: verdict of the answer, a `Verdict`; empty without an answer.
        detail: number of the run, the search or the disclosure in the index, or further facts in a word.
        intent: id of the event `INTENDED` that this one ends.
    """

    id: int
    at: datetime
    who: str
    action: AuditAction
    state: AuditState
    purpose: str = ""
    case: str = ""
    kind: str = ""
    digest: bytes = b""
    answer: str = ""
    answer_digest: str = ""
    verdict: str = ""
    detail: str = ""
    intent: int | None = None
