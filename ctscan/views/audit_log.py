"""Check of an audit log in lines. Pure."""

from __future__ import annotations

from ctscan.model.audit_report import AuditReport
from ctscan.views.say import Say
from ctscan.views.text import Texts

SHOWN = 20  # contradictions; JSON has them all


def report_lines(report: AuditReport, texts: Texts) -> list[tuple[str, str]]:
    """Write the report of a check: lines with their colour."""
    head = Say.AUDIT_FAILS(event=report.bad[0].event) if report.bad else Say.AUDIT_HOLDS()
    lines = [(texts(head), "red" if report.bad else "green")]
    lines += [(f"- {texts(one.problem)}", "") for one in report.bad[:SHOWN]]
    if len(report.bad) > SHOWN:
        lines.append((texts(Say.CHECK_MORE(count=len(report.bad) - SHOWN)), ""))
    lines.append((texts(Say.AUDIT_SIZE(count=report.size, signed=report.signed, outside=report.outside)), ""))
    return [*lines, *((f"- {texts(note)}", "") for note in report.notes)]
