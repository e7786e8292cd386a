"""Comparison of the tree heads that two installations were shown."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from ctscan.model.log import Cosignature, Log, SeenHead, TreeHead
    from ctscan.model.misbehaviour import MisbehaviourEvidence


class HeadVerdict(StrEnum):
    """Verdict on a head of another installation."""

    AGREES = "agrees"  # the same root for the same size
    CONSISTENT = "consistent"  # by a consistency proof of the log
    CONTRADICTS = "contradicts"
    UNPROVEN = "unproven"  # the log gave no proof that others could verify, neither of consistency nor against it
    NOT_COMPARABLE = "not comparable"  # no head of its size is known here, and the log was not asked
    NOT_SIGNED = "not signed"  # not by the log: it says nothing


class ComparedHead(Struct, frozen=True):
    """Head of another installation with its verdict. `own`: the head that it was compared with. `evidence`: of a
    contradiction, as a third party can verify it."""

    verdict: HeadVerdict
    head: TreeHead | None = None
    own: TreeHead | None = None
    detail: str = ""
    evidence: MisbehaviourEvidence | None = None


class LogComparison(Struct, frozen=True):
    """Comparison of the heads of one log; without heads for a log that this index doesn't know."""

    log_id: bytes
    name: str
    is_known: bool
    heads: tuple[ComparedHead, ...] = ()

    @property
    def counts(self) -> Counter[HeadVerdict]:
        """Number of heads by verdict."""
        return Counter(head.verdict for head in self.heads)


class HeadComparison(Struct, frozen=True):
    """Comparison of an export with the heads of this index."""

    logs: tuple[LogComparison, ...]

    @property
    def exit_code(self) -> int:
        """3 if a head contradicts ours; 0 if there are heads and all of them agree or are consistent; else 4."""
        verdicts: Counter[HeadVerdict] = sum((log.counts for log in self.logs), Counter())
        if verdicts[HeadVerdict.CONTRADICTS]:
            return 3
        good = verdicts[HeadVerdict.AGREES] + verdicts[HeadVerdict.CONSISTENT]
        return 0 if good and good == verdicts.total() and all(log.is_known for log in self.logs) else 4


class WitnessedHead(Struct, frozen=True):
    """Head that passes saw, with the cosignatures of witnesses that the configuration names."""

    seen: SeenHead
    cosignatures: tuple[Cosignature, ...]


class LogHeads(Struct, frozen=True):
    """Heads of one log, newest first. `witnesses`: number of witnesses that the configuration names."""

    log: Log
    heads: tuple[WitnessedHead, ...]
    witnesses: int
