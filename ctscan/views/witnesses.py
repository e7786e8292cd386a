"""Cosignatures of witnesses for readers. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ctscan.model import Cosignature, LogProtocol
from ctscan.views.json import timestamp_text
from ctscan.views.say import Say
from ctscan.views.text import Texts
from ctscan.views.words import count

if TYPE_CHECKING:
    from ctscan.model.results import LogReport


def cosigned(found: Sequence[Cosignature], witnesses: int) -> str:
    """Say by how many of the configured witnesses a head is cosigned, and when last."""
    if not witnesses:
        return "-"
    times = [one.time for one in found if one.time is not None]
    bad = sum(one.time is None for one in found)
    names = {one.witness for one in found if one.time is not None}
    text = f"by {len(names)} of {count(witnesses, 'witness', 'witnesses')}"
    text += f", newest {timestamp_text(max(times) * 1000) or '?'}" if times else ""
    return text + (f"; {bad} of known keys not valid" if bad else "")


def witness_lines(report: LogReport, texts: Texts) -> Iterable[tuple[str, str]]:
    """Say by how many of the configured witnesses the newest head is cosigned; only checkpoints can be."""
    name, times = report.state.log.name, {one.witness: one.time for one in report.cosignatures if one.time is not None}
    if times:
        newest = timestamp_text(max(times.values()) * 1000) or "?"
        yield texts(Say.COSIGNED(log=name, valid=len(times), witnesses=report.witnesses, time=newest)), ""
    elif report.witnesses and report.state.head and report.state.log.protocol == LogProtocol.STATIC_CT:
        yield texts(Say.NOT_COSIGNED(log=name, witnesses=report.witnesses)), "yellow"
    for one in report.cosignatures:
        if one.time is None:
            yield texts(Say.COSIGNATURE_INVALID(log=name, witness=one.witness)), "red"
