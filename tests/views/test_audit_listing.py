"""List of the audit trail: how an action ended, with its number or the fault that ended it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ctscan.model import AuditAction, AuditEvent, AuditState
from ctscan.views.audit import events


@pytest.mark.parametrize(
    ("state", "detail", "shown"),
    [
        (AuditState.DONE, "4", "scan done, run 4 (began as 6)"),
        (AuditState.FAILED, "4", "scan failed, run 4 (began as 6)"),
        (AuditState.FAILED, "IndexFault", "scan failed: IndexFault (began as 6)"),
        (AuditState.FAILED, "4 IndexFault", "scan failed, run 4: IndexFault (began as 6)"),
        (AuditState.FAILED, "", "scan failed (began as 6)"),
    ],
)
def test_a_fault_is_no_number(state: AuditState, detail: str, shown: str) -> None:
    event = AuditEvent(
        id=7,
        at=datetime(2026, 11, 30, tzinfo=UTC),
        who="jane",
        action=AuditAction.SCAN,
        state=state,
        detail=detail,
        intent=6,
    )
    ((_, _, _, action, *_),) = events([event]).rows
    assert action == shown
