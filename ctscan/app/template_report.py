"""Use case that reports which templates put people into certificates, from files or from the index.

files, or kept certificates ──► analyse ──► shape, findings ──► counts by template ──► report
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from ctscan.app.inspection_gate import gate_of
from ctscan.app.wiring import opened_index
from ctscan.model import EntryKind, SubjectKind
from ctscan.model.template import TemplateReport
from ctscan.resources import data_text

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.exposure.template_counts import TemplateCounts
    from ctscan.model.gate import Gate
    from ctscan.personal.analyse import Analysis

_AT_ONCE = 500  # certificates of one call in a thread

MOST_NAMED = 20
"""Inputs that are named because they weren't read whole; the counts have all of them."""

_NONE = "expected a certificate, found none"
_IN_PART = "read only in part"


class TemplateOptions(Struct, frozen=True):
    """Options: `issuer`, text within the name of the issuer, in any case; `words`: values of `--fail-on`."""

    issuer: str = ""
    words: tuple[str, ...] = ()


def templates_of_files(paths: Iterable[str], options: TemplateOptions) -> TemplateReport:
    """Count the certificates of files, directories and standard input by template, each certificate once.

    Raises:
        UsageError: a word is unknown. Faults of an input are counted.
    """
    from ctscan.personal.analyse import DerKind, analyse
    from ctscan.sources.files import bounded_inputs

    counting, unreadable, unread = _Counting(options), 0, list[str]()
    for found in bounded_inputs(paths):
        if found.der is None:
            unreadable += 1
            why = found.problem.what if found.problem else _NONE
        else:
            why = counting.add(analyse(found.der, DerKind.ANY))
        if why and len(unread) < MOST_NAMED:
            unread.append(f"{found.source}: {why}")
    report = counting.report()
    return replace(report, unreadable=report.unreadable + unreadable, unread=tuple(unread))


async def templates_of_index(config: Config, options: TemplateOptions) -> TemplateReport:
    """Count the certificates of the index by template. Certificates of people who objected are left out.

    Raises:
        UsageError: a word is unknown.
        IndexFault: the index can't be used.
    """
    import asyncio

    counting = _Counting(options)
    async with opened_index(config) as index:
        with index.noted_damage() as damage:
            portion: list[tuple[bytes, str]] = []
            async for _, der, kind in index.kept():
                portion.append((der, kind))
                if len(portion) == _AT_ONCE:
                    await asyncio.to_thread(counting.add_kept, portion)
                    portion = []
            await asyncio.to_thread(counting.add_kept, portion)
    return replace(counting.report(), damaged=tuple(sorted(damage)), from_index=True)


class _Counting:
    """Counts of certificates under way."""

    def __init__(self, options: TemplateOptions) -> None:
        self._gate: Gate | None = gate_of(options.words)
        self._issuer = options.issuer.casefold()
        self._counts = _counts()
        self._seen: set[bytes] = set()
        self._repeated = self._unreadable = self._partly_read = self._requests = 0

    def add_kept(self, portion: Sequence[tuple[bytes, str]]) -> None:
        """Analyse and count certificates of the index."""
        from ctscan.personal.analyse import analyse, kind_of_leaf

        for der, kind in portion:
            self.add(analyse(der, kind_of_leaf(EntryKind(kind))))

    def add(self, analysis: Analysis) -> str:
        """Count a certificate, unless the issuer is another. Returns why it wasn't read whole; empty where it was."""
        from ctscan.personal.gate_rules import fits
        from ctscan.x509.name_text import render_name
        from ctscan.x509.template_shape import template_shape

        certificate, gate = analysis.certificate, self._gate
        if certificate is None:
            self._unreadable += 1
            return analysis.unreadable or _NONE
        if certificate.request is not None:
            self._requests += 1
            return ""
        if self._issuer and self._issuer not in render_name(certificate.issuer).casefold():
            return ""
        if certificate.identity in self._seen:
            self._repeated += 1
            return ""
        self._seen.add(certificate.identity)
        self._partly_read += analysis.partly_read
        shape, findings = template_shape(certificate), analysis.findings
        if any(one.path.startswith("issuer.") and one.subject_kind is SubjectKind.PERSON for one in findings):
            shape = replace(shape, issuer="")
        self._counts.add(shape, findings, stops=gate is not None and any(fits(gate, one) for one in findings))
        return _IN_PART if analysis.partly_read else ""

    def report(self) -> TemplateReport:
        """Return the report."""
        return TemplateReport(
            groups=self._counts.groups(),
            certificates=self._counts.certificates,
            repeated=self._repeated,
            unreadable=self._unreadable,
            partly_read=self._partly_read,
            requests=self._requests,
        )


def _counts() -> TemplateCounts:
    from ctscan.exposure.purposes import parse_needs
    from ctscan.exposure.template_counts import TemplateCounts
    from ctscan.exposure.weights import parse_weights

    needs, weights = data_text("exposure/needs.toml"), data_text("exposure/weights.toml")
    return TemplateCounts(parse_needs(needs), parse_weights(weights))
