"""Errors by the party at fault. Each class knows its exit code.

    CtscanError
    ├── UsageError           2  the caller is wrong: an option, the configuration, an address that isn't one
    ├── InputError           1  a local file or directory can't be read as expected
    ├── SourceError          1  the network or the server failed; asking again may help
    │   ├── Missing             the server says that it has no such thing (404, 410)
    │   ├── Refused             the server refuses this request, however often it is made (other 4xx)
    │   ├── Throttled           the server asks for fewer requests (429, Retry-After); carries the seconds
    │   ├── PatienceSpent       nothing was asked: failing requests took as long as they may
    │   ├── BadAnswer           an answer that no correct server gives: oversized, not the format
    │   │   ├── WrongCount      no entries, or more than were asked for, again and again
    │   │   └── Unsigned            a tree head that the log's key didn't sign
    │   ├── FutureHead          a tree head that is dated in the future; carries by how much
    ├── DeliveryFailed       1  a channel of alerts didn't take a message; carries whether another try may help
    ├── FormatError          1  bytes that don't follow their format (pure parsers raise it)
    │   └── CutError            a whole batch that can't be cut into entries; carries the raw bytes
    ├── ProofError           1  a proof or a signature that doesn't verify (pure verifiers raise it)
    ├── WrongOrigin          2  the log list is wrong: the log signs under another origin
    ├── Misbehaviour         3  a log contradicted itself; carries evidence that a third party can verify
    ├── Unproven             1  a log contradicted itself, but no third party can verify that
    │   └── ContradictsList     a signed head contradicts the final head of the log list: one of the two is wrong
    └── IndexFault           1  the index is missing, newer than this program, or damaged
        ├── Locked              another scan is reading this part of a log
        └── HeadChanged         another process saved a tree head of the log meanwhile; carries it

A message is one line: what, where, expected, got, and what to do. It never holds a name or an address:
an identifier is described by its kind and length.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ctscan.model import Message, MisbehaviourEvidence, TreeHead


class CtscanError(Exception):
    """Base of the errors that ctscan raises on purpose; `str(error)` is the line for the user. A `reason` is put into
    words behind it; `given` is the refused text, which may be personal: it is shown on a terminal, and nowhere else."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str = "", reason: Message | None = None, given: str = "") -> None:
        super().__init__(message)
        self.reason = reason
        self.given = given


class UsageError(CtscanError):
    """Option, setting or argument that can't be used: exit code 2."""

    exit_code = 2


class InputError(CtscanError):
    """Local file or directory that can't be read as expected."""


class SourceError(CtscanError):
    """Log, list or repository that could not be read; the next pass tries again."""


class Missing(SourceError):
    """Answer 404 or 410 of a server."""


class Refused(SourceError):
    """Refusal of a request: a 4xx that a repetition won't change."""


class Throttled(SourceError):
    """Answer of a server that asks for fewer requests; it says little of what was asked for. `seconds`: until when, if
    the server said so."""

    def __init__(self, message: str, seconds: float | None = None) -> None:
        super().__init__(message)
        self.seconds = seconds


class PatienceSpent(SourceError):
    """Request that wasn't sent, because failing requests took as long as they may."""


class BadAnswer(SourceError):
    """Answer that no correct server sends."""


class WrongCount(BadAnswer):
    """Answers of a log to get-entries, again and again, with no entries or with more than were asked for."""


class Unsigned(BadAnswer):
    """Tree head that the log's key didn't sign: anybody can make it, so it says nothing of the log."""


class FutureHead(SourceError):
    """Tree head that is dated after this machine's clock, `ahead` seconds: the log's clock is wrong, or ours."""

    def __init__(self, message: str, ahead: float) -> None:
        super().__init__(message)
        self.ahead = ahead


class DeliveryFailed(CtscanError):
    """Message that a channel of alerts didn't take. `why` is the reason as a code; `is_final`: no other try will help;
    `wait`: seconds until which the recipient wants no other try."""

    def __init__(self, message: str, why: Message, *, is_final: bool = False, wait: float | None = None) -> None:
        super().__init__(message)
        self.why = why
        self.is_final = is_final
        self.wait = wait


class FormatError(CtscanError):
    """Bytes that don't follow their format."""


class CutError(FormatError):
    """Batch that can't be cut into entries. `raw` holds the bytes as received, kept for quarantine."""

    def __init__(self, message: str, raw: bytes) -> None:
        super().__init__(message)
        self.raw = raw


class ProofError(CtscanError):
    """Merkle proof, tile or signature that doesn't verify."""


class WrongOrigin(CtscanError):
    """Log list, or description of a log, that names another origin than the one under which the log's key signs."""

    exit_code = 2


class Misbehaviour(CtscanError):
    """Contradiction of a log with itself. `evidence` proves it to everybody who has the log's key."""

    exit_code = 3

    def __init__(self, message: str, evidence: MisbehaviourEvidence) -> None:
        super().__init__(message)
        self.evidence = evidence


class Unproven(CtscanError):
    """Contradiction of a log that no third party could verify: the log may lie, or something on the way to it may."""


class ContradictsList(Unproven):
    """Signed head that contradicts the final head of the log list: the log or the list is wrong."""


class IndexFault(CtscanError):
    """Index that can't be used: missing, damaged, or of a newer ctscan."""


class Locked(IndexFault):
    """Part of a log that another scan is reading."""


class HeadChanged(IndexFault):
    """Tree head of a log in the index that differs from the head that the caller compared with. `head`: the head that
    another process saved; None when there is none."""

    def __init__(self, message: str, head: TreeHead | None) -> None:
        super().__init__(message)
        self.head = head


EXIT_CODES: dict[int, str] = {
    0: "done",
    1: "failed",
    2: "usage or configuration",
    3: "a log misbehaved",
    4: "the answer may be incomplete, a pass left gaps, or a file could not be read to its end",
    5: "a limit that you set is reached: the days before a deadline, or data that stops a gate",
}
"""Meanings of the exit codes; the README repeats this table, and a test compares the two."""

_WORST_FIRST = (3, 1, 2, 5, 4)


def worst(codes: Iterable[int]) -> int:
    """Choose the exit code of a command that came to several: the order is 3, 1, 2, 5, 4, 0."""
    found = set(codes)
    return next((code for code in _WORST_FIRST if code in found), 0)
