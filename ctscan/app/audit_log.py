"""Use cases on the log of the audit trail: check it, prove one event, hand it to somebody else. Nothing is written to
the trail."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ctscan.app.audit_signing import signer_of
from ctscan.app.head_destinations import is_file, read_notes
from ctscan.app.known_trail import check_trail, known_trail, lost
from ctscan.app.wiring import key_path, opened_index, opened_trail, trail_path
from ctscan.errors import FormatError, InputError, ProofError

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.ct.audit_head import AuditHead
    from ctscan.index.protocols import Trail
    from ctscan.model.audit import KnownTrail
    from ctscan.model.audit_log import AuditLog, LogIdentity
    from ctscan.model.audit_report import AuditProof, AuditReport, OutsideHead, ProvenEvent

_ALL = 1 << 62


async def verify_audit_log(config: Config, files: Sequence[str] = ()) -> AuditReport:
    """Check the audit log: every event, leaf and head, against the heads outside and the runs of the index.

    Args:
        config: settings; heads in the files that they name are compared, too.
        files: files with heads from outside.

    Raises:
        IndexFault: the trail is missing, can't be read, or is not the one of the index.
        InputError: a file with heads can't be read.
    """
    from ctscan.answer.audit_check import check_log

    async with _known_trail(config) as (trail, known):
        log = await trail.log()
        vkey = _vkey_at_hand(config, log.identity, await trail.key_id())
        missing = await _missing_runs(config, trail, known, has_forgotten=bool(log.forgotten))
    outside = [head for file in files for head in _heads_of(file)]
    configured = [place for place in config.heads_to if is_file(place) and place not in files]
    outside += [head for place in configured for head in _heads_of(place, may_lack=True)]
    return check_log(log, outside, vkey=vkey, missing_runs=missing)


async def prove_event(config: Config, number: int, older: str | None = None) -> AuditProof:
    """Prove that an event is in the audit log.

    Args:
        config: settings; they name the trail.
        number: number of the event.
        older: file with an older head: the proof shows that the log extends the newest head in it.

    Raises:
        InputError: there is no such event, its body was deleted, no signed head covers it, or the file has no head.
        ProofError: the log was changed by hand.
    """
    from ctscan.answer.audit_proof import make_proof
    from ctscan.ct.audit_head import parse_vkey

    async with _known_trail(config) as (trail, _):
        log, leaf = await trail.log(), await trail.leaf(number)
    if leaf is None:
        state = "was deleted by a purge" if number in log.forgotten else "is not there"
        raise InputError(f"{trail_path(config)}: event {number} {state}; the trail has {len(log.leaves)} events")
    if not log.heads or log.heads[-1].size < number:
        raise InputError(
            f"{trail_path(config)}: no signed head covers event {number} yet; run a command that is recorded "
            f"(`ctscan lookup`) with the key file at hand, {key_path(config)}, then prove again"
        )
    first = _newest(older, parse_vkey(log.identity.vkey)).size if older else 0
    _check_length(log, number, first)
    return make_proof(log, log.heads[-1], number, leaf, first)


def check_audit_proof(raw: bytes, where: str, *, vkey: str = "", older: str | None = None) -> ProvenEvent:
    """Check a proof offline, with nothing but its file.

    Args:
        raw: the file.
        where: its name, for errors.
        vkey: verifier key that is trusted; empty trusts the one in the proof.
        older: file with an older head that the log has to extend.

    Raises:
        InputError: the file is no proof, or doesn't prove the event.
    """
    from ctscan.answer.audit_proof import check_proof, read_proof
    from ctscan.ct.audit_head import parse_vkey

    try:
        proof = read_proof(raw)
        head = _newest(older, parse_vkey(vkey or proof.vkey)) if older else None
        return check_proof(proof, vkey=vkey, older=head)
    except (FormatError, ProofError) as error:
        raise InputError(f"{where}: {error}; the proof doesn't hold") from None


async def audit_log_lines(config: Config, *, with_events: bool) -> Iterator[Mapping[str, Any]]:
    """Export the audit log as objects: the log, its leaf hashes (with events, where they are asked for and there), and
    its heads.

    Raises:
        IndexFault: the trail can't be read.
        FormatError: its verifier key was changed by hand.
    """
    from ctscan.ct.audit_head import head_note
    from ctscan.views.json.audit_log import audit_log

    async with _known_trail(config) as (trail, _):
        log, leaves = await trail.log(), await trail.leaves() if with_events else {}
    notes = [head_note(log.identity, head.size, head.root, head.signature) for head in log.heads]
    return audit_log(log, notes, leaves)


async def audit_vkey(config: Config) -> str:
    """Return the verifier key of the log: that of the key file, where it is at hand.

    Raises:
        InputError: nothing was signed yet, and the key file isn't at hand.
    """
    async with _known_trail(config) as (trail, _):
        identity = await trail.identity()
        vkey = _vkey_at_hand(config, identity, await trail.key_id()) or identity.vkey
    if not vkey:
        raise InputError(
            f"{trail_path(config)}: no head was signed yet; run a command that is recorded with the key file at hand, "
            f"{key_path(config)}"
        )
    return vkey


# --- trail, key and heads -------------------------------------------------------------------------------------------


@asynccontextmanager
async def _known_trail(config: Config) -> AsyncIterator[tuple[Trail, KnownTrail | None]]:
    """Open the trail that the index knows."""
    known = await known_trail(config)
    if known is not None and not trail_path(config).exists():
        raise lost(config, known)
    async with opened_trail(config) as trail:
        await check_trail(config, known, trail)
        yield trail, known


async def _missing_runs(config: Config, trail: Trail, known: KnownTrail | None, *, has_forgotten: bool) -> int:
    """Count the runs of the index that the trail lacks: they are newer than those that it names, and more than its
    announcements without an end. Each run was announced before it began, so an older copy of the trail lacks some."""
    if known is None:
        return 0
    async with opened_index(config) as index:
        began = [run.id for run in await index.runs(_ALL) if run.started > known.at]
    newest, unended = await trail.newest_run()
    if not newest and has_forgotten:  # the events of all scans are gone, by the rules
        return 0
    return max(0, sum(1 for run in began if run > newest) - unended)


def _vkey_at_hand(config: Config, identity: LogIdentity, key_id: bytes | None) -> str:
    """Derive the verifier key from the key file; empty where that isn't at hand. A key that the trail doesn't name is
    none of its keys: the result then differs from the verifier key of the log."""
    from ctscan.privacy.key_file import load_key

    try:
        key = load_key(key_path(config))
    except InputError:
        return ""
    return signer_of(key, identity).vkey if key_id in (None, key.id) else f"another than {identity.vkey}"


def _heads_of(file: str, *, may_lack: bool = False) -> list[OutsideHead]:
    """Read the heads of a file; a file without any counts as one that is empty."""
    from ctscan.model.audit_report import OutsideHead

    if may_lack and not Path(file).exists():
        return [OutsideHead(b"", file)]
    notes, is_torn = read_notes(Path(file))
    return [OutsideHead(note, file) for note in [*notes, *([b"torn"] if is_torn else [])] or [b""]]


def _newest(file: str, verifier: Any) -> AuditHead:
    """Read the newest head of a file that the key signed."""
    from ctscan.ct.audit_head import verify_note

    notes, _ = read_notes(Path(file))
    found = [verify_note(note, verifier) for note in notes if note]
    if not found:
        raise InputError(f"{file}: expected a head of the audit log, got none; give a file that has one")
    return max(found, key=lambda head: head.size)


def _check_length(log: AuditLog, number: int, first: int) -> None:
    newest = log.heads[-1].size
    if newest > len(log.leaves) or not 0 < number <= newest or first > newest:
        raise ProofError(
            f"audit log: {len(log.leaves)} leaves, and a signed head of {max(newest, first)}; the trail was changed by "
            "hand: ctscan audit verify"
        )
