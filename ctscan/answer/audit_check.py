"""Check of an audit log: every event against its leaf, the leaves against every signed head, and against heads that
were kept outside. Pure.

    event + nonce ── hash ──► leaf      changed, missing, or added beside the log
    leaves ── tree ──► root             against each head in the trail: changed, reordered, cut off
    leaves ── tree ──► root             against each head from outside: rolled back, or another history
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct, field

from ctscan.ct.audit_head import AuditHead, Verifier, head_text, parse_vkey, verifies, verify_note
from ctscan.errors import FormatError, ProofError
from ctscan.model import CompactRange, Message
from ctscan.model.audit_log import AuditLog, LogHead
from ctscan.model.audit_report import AuditProblem, AuditReport, BadEvent, OutsideHead
from ctscan.model.hashes import HASH_SIZE
from ctscan.model.number_ranges import numbers_text

_EMPTY = CompactRange(0, ())


class _Findings(Struct):
    """Contradictions and notes that a check collects."""

    bad: list[BadEvent] = field(default_factory=list)
    notes: list[Message] = field(default_factory=list)
    _kinds: set[tuple[int, str, str | int | None]] = field(default_factory=set)

    def add(self, event: int, problem: Message) -> None:
        """Add a contradiction, unless one of its kind was added for the event: a wrong leaf makes all later heads
        wrong."""
        kind = (event, problem.code, dict(problem.params).get("where"))
        if kind not in self._kinds:
            self._kinds.add(kind)
            self.bad.append(BadEvent(event, problem))


def check_log(
    log: AuditLog, outside: Sequence[OutsideHead] = (), *, vkey: str = "", missing_runs: int = 0
) -> AuditReport:
    """Check an audit log.

    Args:
        log: the log as it is stored.
        outside: heads that were kept outside of the trail.
        vkey: verifier key of the key file; empty where that isn't at hand.
        missing_runs: number of runs of the index that the trail doesn't know, though it should.

    Returns:
        The report; its contradictions are ordered by event.
    """
    found = _Findings()
    size = _check_leaves(log, found)
    hashes = [value if len(value) == HASH_SIZE else bytes(HASH_SIZE) for _, value in log.leaves[:size]]
    _check_bodies(log, hashes, found)
    verifier = _verifier(log, vkey, found)
    roots = _roots(hashes, {head.size for head in log.heads} | {size})
    signed = _check_heads(log, verifier, roots, size, found)
    compared = _check_outside(outside, verifier, hashes, log.identity.older, found)
    if log.edge[0] != size or CompactRange(*_fitting(log.edge)).root() != roots[size]:
        found.add(size + 1, AuditProblem.EDGE_DIFFERS())
    if missing_runs:
        found.add(size + 1, AuditProblem.FEWER_RUNS(count=missing_runs))
    _note(log, size, found)
    bad = tuple(sorted(found.bad, key=lambda one: one.event))
    return AuditReport(log.identity, size, roots[size], signed, compared, bad, tuple(found.notes))


def _check_leaves(log: AuditLog, found: _Findings) -> int:
    """Check positions and lengths of the leaves; return the number of leaves without a gap before them."""
    for expected, (position, value) in enumerate(log.leaves):
        if position != expected:
            found.add(expected + 1, AuditProblem.LEAF_MISSING(event=expected + 1))
            return expected
        if len(value) != HASH_SIZE:
            found.add(expected + 1, AuditProblem.LEAF_MALFORMED(event=expected + 1))
    return len(log.leaves)


def _check_bodies(log: AuditLog, hashes: Sequence[bytes], found: _Findings) -> None:
    for number, value in enumerate(hashes, 1):
        body = log.bodies.get(number)
        if body is None and number not in log.forgotten:
            found.add(number, AuditProblem.MISSING(event=number))
        elif body is not None and body != value:
            found.add(number, AuditProblem.CHANGED(event=number))
    for number in sorted(log.bodies.keys() - set(range(1, len(hashes) + 1))):
        found.add(number, AuditProblem.UNLOGGED(event=number))


def _verifier(log: AuditLog, vkey: str, found: _Findings) -> Verifier | None:
    """Choose the verifier of heads: that of the key file, where it is at hand."""
    stored = log.identity.vkey
    if vkey and stored and vkey != stored:
        found.add(1, AuditProblem.OTHER_KEY())
    if not vkey and stored:
        found.notes.append(AuditProblem.NO_KEY())
    try:
        return parse_vkey(vkey or stored) if vkey or stored else None
    except FormatError:
        found.add(1, AuditProblem.OTHER_KEY())
        return None


def _roots(hashes: Sequence[bytes], sizes: set[int]) -> dict[int, bytes]:
    """Compute the roots of the trees of some sizes, in one pass over the leaves."""
    roots: dict[int, bytes] = {}
    edge = _EMPTY
    for size in sorted(size for size in sizes if 0 <= size <= len(hashes)):
        edge = edge.append(hashes[edge.size : size])
        roots[size] = edge.root()
    return roots


def _check_heads(log: AuditLog, verifier: Verifier | None, roots: dict[int, bytes], size: int, found: _Findings) -> int:
    """Check the heads in the trail; return the size of the newest that holds. The first wrong head names the events
    behind the last head that held."""
    held = 0
    if log.heads and log.heads[-1].size > size:
        found.add(size + 1, AuditProblem.ROLLED_BACK(size=size, signed=log.heads[-1].size))
    for head in (head for head in log.heads if head.size <= size):
        if head.root != roots.get(head.size):
            found.add(held + 1, AuditProblem.ROOT_DIFFERS(first=held + 1, last=head.size))
        elif verifier is None or not _is_signed(log, head, verifier):
            found.add(held + 1, AuditProblem.SIGNATURE_WRONG(first=held + 1, last=head.size))
        else:
            held = head.size
    if held < size:
        found.add(held + 1, AuditProblem.UNSIGNED(first=held + 1, last=size))
    return held


def _is_signed(log: AuditLog, head: LogHead, verifier: Verifier) -> bool:
    return len(head.signature) == 64 and verifies(
        verifier, head_text(log.identity, head.size, head.root), head.signature
    )


def _check_outside(
    outside: Sequence[OutsideHead], verifier: Verifier | None, hashes: Sequence[bytes], older: int, found: _Findings
) -> int:
    """Compare the tree with heads from outside; return their number."""
    heads = sorted(_verified(outside, verifier, found), key=lambda one: one[0].size)
    size = len(hashes)
    roots = _roots(hashes, {head.size for head, _ in heads})
    held = 0
    for head, where in reversed(heads):
        if head.size > size:
            found.add(size + 1, AuditProblem.OUTSIDE_ROLLED_BACK(size=size, signed=head.size, where=where))
    for head, where in (one for one in heads if one[0].size <= size):
        if head.root != roots[head.size] or head.older != older:
            found.add(held + 1, AuditProblem.OUTSIDE_DIFFERS(first=held + 1, last=head.size, where=where))
        else:
            held = head.size
    for where in {one.where: None for one in outside}:
        newest = max((head.size for head, place in heads if place == where), default=0)
        if newest < size and newest:
            found.notes.append(AuditProblem.OUTSIDE_BEHIND(where=where, size=newest, count=size - newest))
        if not newest:  # somebody may have emptied or removed the file
            found.add(1, AuditProblem.OUTSIDE_EMPTY(where=where))
    return len(heads)


def _verified(
    outside: Sequence[OutsideHead], verifier: Verifier | None, found: _Findings
) -> Iterator[tuple[AuditHead, str]]:
    """Yield the heads from outside that the key signed, with their files."""
    for one in outside:
        try:
            if verifier is None:
                raise ProofError("no verifier key")
            yield verify_note(one.note, verifier), one.where
        except FormatError:
            if one.note:
                found.notes.append(AuditProblem.OUTSIDE_TORN(where=one.where))
        except ProofError:
            found.add(1, AuditProblem.OUTSIDE_FOREIGN(where=one.where))


def _fitting(edge: tuple[int, tuple[bytes, ...]]) -> tuple[int, tuple[bytes, ...]]:
    """Return the edge, or the empty one where its parts don't fit together."""
    size, roots = edge
    return edge if size >= 0 and size.bit_count() == len(roots) else (0, ())


def _note(log: AuditLog, size: int, found: _Findings) -> None:
    """Note facts that are no faults: older events, deleted bodies, and events that were signed with a later one."""
    if older := log.identity.older:
        found.notes.append(AuditProblem.OLDER(count=older))
    if gone := log.forgotten - log.bodies.keys():
        found.notes.append(AuditProblem.FORGOTTEN(count=len(gone), events=numbers_text(gone)))
    newest = max((head.size for head in log.heads), default=0)
    later = set(range(log.identity.older + 1, min(newest, size) + 1)) - {head.size for head in log.heads}
    if later:
        found.notes.append(AuditProblem.SIGNED_LATER(count=len(later), events=numbers_text(later)))
