"""Receipts of purges, as lines for readers. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ctscan.model import Code
from ctscan.model.keep import Purged

if TYPE_CHECKING:
    from ctscan.model.keep import PurgeReceipt
    from ctscan.views.text import Texts


class PurgeText(Code):
    """Sentence about a purge. Parameter of the numbers: count."""

    NOTHING = "purge.nothing"
    WOULD = "purge.would"  # parameter: parts
    DONE = "purge.done"  # parameter: parts
    AFTER_READING = "purge.after-reading"  # parameter: parts
    STOPPED = "purge.stopped"
    DEFERRED = "purge.deferred"
    OUTSIDE = "purge.outside"
    CERTIFICATES = "purge.certificates"
    FINDINGS = "purge.findings"
    EVIDENCE = "purge.evidence"
    CASES = "purge.cases"
    CASE_IDENTIFIERS = "purge.case-identifiers"
    TRAIL = "purge.trail"
    DISCLOSURES = "purge.disclosures"
    SEARCHES = "purge.searches"
    RUNS = "purge.runs"
    QUARANTINE = "purge.quarantine"
    CRLS = "purge.crls"
    ALERTS = "purge.alerts"
    OUT_OF_SCOPE = "purge.out-of-scope"
    RANGES = "purge.ranges"


_NUMBERS = {
    Purged.CERTIFICATES: PurgeText.CERTIFICATES,
    Purged.FINDINGS: PurgeText.FINDINGS,
    Purged.EVIDENCE: PurgeText.EVIDENCE,
    Purged.CASES: PurgeText.CASES,
    Purged.CASE_IDENTIFIERS: PurgeText.CASE_IDENTIFIERS,
    Purged.TRAIL: PurgeText.TRAIL,
    Purged.DISCLOSURES: PurgeText.DISCLOSURES,
    Purged.SEARCHES: PurgeText.SEARCHES,
    Purged.RUNS: PurgeText.RUNS,
    Purged.QUARANTINE: PurgeText.QUARANTINE,
    Purged.CRLS: PurgeText.CRLS,
    Purged.ALERTS: PurgeText.ALERTS,
    Purged.OUT_OF_SCOPE: PurgeText.OUT_OF_SCOPE,
    Purged.RANGES: PurgeText.RANGES,
}


def receipt(given: PurgeReceipt, say: Texts) -> Iterator[str]:
    """Write a receipt: what went or would go, what waits, what no purge reaches."""
    if not given.counts:
        yield say(PurgeText.NOTHING())
    elif given.is_done:
        yield say(PurgeText.DONE(parts=parts(given, say)))
        yield say(PurgeText.OUTSIDE())
    else:
        yield say(PurgeText.WOULD(parts=parts(given, say)))
    if given.is_stopped:
        yield say(PurgeText.STOPPED())
    if given.is_deferred:
        yield say(PurgeText.DEFERRED())


def after_reading(given: PurgeReceipt, say: Texts) -> str:
    """Say in a line what went at the end of a scan."""
    return say(PurgeText.AFTER_READING(parts=parts(given, say)))


def parts(given: PurgeReceipt, say: Texts) -> str:
    """Write the numbers of a receipt."""
    return ", ".join(say(_NUMBERS[kind](count=number)) for kind, number in given.counts.items())
