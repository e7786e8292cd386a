"""Sentences of a gate about its findings, and its lines for a terminal. Pure.

Without `with_values` no text of a certificate is in them: neither values nor the names of issuer and subject, which may
be a person's.
"""

from __future__ import annotations

from collections.abc import Sequence

from ctscan.model.gate import FindingState, Gate, GateCounts, GateText, JudgedCertificate, JudgedFinding
from ctscan.model.results import LocalCertificate
from ctscan.views.answers import shown_value, what
from ctscan.views.text import Texts

_FINGERPRINT_SHOWN = 16  # digits


def finding_line(judged: JudgedFinding, texts: Texts, *, with_values: bool) -> str:
    """Describe a finding: `e-mail address, person (likely); in subject.1.emailAddress`, and its value if asked for."""
    finding = judged.finding
    line = texts(GateText.WHERE(what=what(finding, texts), place=finding.path))
    return texts.labelled(line, shown_value(finding, texts)) if with_values else line


def state_words(judged: JudgedFinding, texts: Texts) -> str:
    """Write the judgement of a finding; empty for a finding that passes."""
    match judged.state:
        case FindingState.STOPS:
            return texts(GateText.STOPS())
        case FindingState.KNOWN:
            return texts(GateText.KNOWN())
        case FindingState.IGNORED:
            return texts(GateText.IGNORED(reason=judged.reason))
        case FindingState.PASSES:
            return ""


def certificate_lines(judged: JudgedCertificate, texts: Texts, *, with_values: bool) -> list[str]:
    """Describe the findings of a certificate that the gate's words fit."""
    return [
        texts.labelled(state_words(one, texts), finding_line(one, texts, with_values=with_values))
        for one in judged.findings
        if one.state is not FindingState.PASSES
    ]


def unread_line(found: LocalCertificate) -> str:
    """Say why an input was not read whole; empty where it was. The reasons of the reader quote no certificate."""
    if found.certificate is None:
        return found.problems[0].what if found.problems else "expected a certificate, found none"
    cut = next((f"{problem.path}: {problem.what}" for problem in found.problems if problem.is_cut), "")
    if found.partly_read:
        return f"read only in part: {cut}" if cut else "read only in part"
    return "the certificate is cut off" if found.is_clipped else ""


def certificate_name(found: LocalCertificate) -> str:
    """Name a certificate or a request without its text: by the beginning of its SHA-256."""
    noun = "request" if found.request is not None else "certificate"
    return f"{noun} {found.sha256.hex()[:_FINGERPRINT_SHOWN]}" if found.sha256 else noun


def sums(counts: GateCounts, gate: Gate, texts: Texts) -> Sequence[str]:
    """Sum up a gate: its verdict first."""
    words, states = ", ".join(gate.words), counts.states
    stops, known, ignored = (states[one] for one in (FindingState.STOPS, FindingState.KNOWN, FindingState.IGNORED))
    unread = counts.unreadable + counts.partly_read
    lines = [texts(GateText.STOPPED(count=counts.stopped, findings=stops, words=words))] if stops else []
    lines += [texts(GateText.NOT_READ(count=unread))] if unread else []
    lines = lines or [texts(GateText.PASSED(count=counts.read, words=words))]
    lines += [texts(GateText.KNOWN_COUNT(count=known))] if known else []
    return [*lines, *([texts(GateText.IGNORED_COUNT(count=ignored))] if ignored else [])]
