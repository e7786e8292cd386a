"""Words of the register of cases, as codes: kinds, states, actions, columns and sentences. The words stand in
data/text/."""

from __future__ import annotations

from ctscan.model import Code
from ctscan.model.case import CaseAction, CaseKind, CaseState, DecisionKind


class CaseText(Code):
    """Word or sentence of the register of cases."""

    ACCESS = "case.access"
    RECTIFICATION = "case.rectification"
    ERASURE = "case.erasure"
    OBJECTION = "case.objection"
    RESTRICTION = "case.restriction"
    OPEN = "case.open"
    PAUSED = "case.paused"
    DECIDED = "case.decided"
    CLOSED = "case.closed"

    DID_OPEN = "case.did-open"
    DID_CONFIRM_RECEIPT = "case.did-confirm-receipt"
    DID_ADD_IDENTIFIER = "case.did-add-identifier"
    DID_MAKE_CODE = "case.did-make-code"
    DID_REFUSE_CODE = "case.did-refuse-code"
    DID_IDENTIFY = "case.did-identify"
    DID_CONFIRM_FINDING = "case.did-confirm-finding"
    DID_REJECT_FINDING = "case.did-reject-finding"
    DID_TAKE_FEE = "case.did-take-fee"
    DID_EXTEND = "case.did-extend"
    DID_PAUSE = "case.did-pause"
    DID_RESUME = "case.did-resume"
    DID_DECIDE = "case.did-decide"
    DID_STATE = "case.did-state"
    DID_NOTE = "case.did-note"
    DID_EXPORT = "case.did-export"
    DID_MAKE_DOSSIER = "case.did-make-dossier"
    DID_WRITE_LETTER = "case.did-write-letter"
    DID_SETTLE_LETTER = "case.did-settle-letter"
    DID_CLOSE = "case.did-close"

    GRANTED = "case.granted"
    PARTIAL = "case.partial"
    REFUSED = "case.refused"
    OBJECTION_UPHELD = "case.objection-upheld"
    OBJECTION_REJECTED = "case.objection-rejected"
    RECTIFIED = "case.rectified"

    COLUMN_CASE = "case.column-case"
    COLUMN_DUE = "case.column-due"
    COLUMN_LEFT = "case.column-left"
    COLUMN_REQUEST = "case.column-request"
    COLUMN_REGIME = "case.column-regime"
    COLUMN_RECEIVED = "case.column-received"
    COLUMN_REQUESTER = "case.column-requester"
    COLUMN_DUTY = "case.column-duty"
    COLUMN_LAST_DAY = "case.column-last-day"
    COLUMN_REMINDER = "case.column-reminder"
    COLUMN_DONE = "case.column-done"
    COLUMN_DAY = "case.column-day"
    COLUMN_WHO = "case.column-who"
    COLUMN_DEED = "case.column-deed"
    COLUMN_DETAIL = "case.column-detail"

    TITLE = "case.title"
    CHANNEL = "case.channel"
    SINCE = "case.since"
    LANGUAGE = "case.language"
    IDENTITY = "case.identity"
    SETTLED = "case.settled"
    NOT_SETTLED = "case.not-settled"
    IDENTIFIERS = "case.identifiers"
    DUE_ON = "case.due-on"
    NOTHING_DUE = "case.nothing-due"
    EXTENDED_UNTIL = "case.extended-until"
    PAUSED_SINCE = "case.paused-since"
    RESTRICTED_SINCE = "case.restricted-since"
    NO_CASES = "case.no-cases"
    NO_OPEN_CASES = "case.no-open-cases"
    NONE_DUE = "case.none-due"
    NONE_FOUND = "case.none-found"

    OVERDUE = "case.overdue"
    TODAY = "case.today"
    LEFT = "case.left"
    NEXT_OVERDUE = "case.next-overdue"
    NEXT_TODAY = "case.next-today"
    NEXT = "case.next"
    MORE_DUE = "case.more-due"


KINDS = {
    CaseKind.ACCESS: CaseText.ACCESS(),
    CaseKind.RECTIFICATION: CaseText.RECTIFICATION(),
    CaseKind.ERASURE: CaseText.ERASURE(),
    CaseKind.OBJECTION: CaseText.OBJECTION(),
    CaseKind.RESTRICTION: CaseText.RESTRICTION(),
}

STATES = {
    CaseState.OPEN: CaseText.OPEN(),
    CaseState.PAUSED: CaseText.PAUSED(),
    CaseState.DECIDED: CaseText.DECIDED(),
    CaseState.CLOSED: CaseText.CLOSED(),
}

ACTIONS = {
    CaseAction.OPENED: CaseText.DID_OPEN(),
    CaseAction.CONFIRMED_RECEIPT: CaseText.DID_CONFIRM_RECEIPT(),
    CaseAction.IDENTIFIER_ADDED: CaseText.DID_ADD_IDENTIFIER(),
    CaseAction.CODE_MADE: CaseText.DID_MAKE_CODE(),
    CaseAction.CODE_REFUSED: CaseText.DID_REFUSE_CODE(),
    CaseAction.IDENTIFIED: CaseText.DID_IDENTIFY(),
    CaseAction.FINDING_CONFIRMED: CaseText.DID_CONFIRM_FINDING(),
    CaseAction.FINDING_REJECTED: CaseText.DID_REJECT_FINDING(),
    CaseAction.FEE_PAID: CaseText.DID_TAKE_FEE(),
    CaseAction.EXTENDED: CaseText.DID_EXTEND(),
    CaseAction.PAUSED: CaseText.DID_PAUSE(),
    CaseAction.RESUMED: CaseText.DID_RESUME(),
    CaseAction.DECIDED: CaseText.DID_DECIDE(),
    CaseAction.STATEMENT: CaseText.DID_STATE(),
    CaseAction.NOTED: CaseText.DID_NOTE(),
    CaseAction.EXPORTED: CaseText.DID_EXPORT(),
    CaseAction.DOSSIER_MADE: CaseText.DID_MAKE_DOSSIER(),
    CaseAction.LETTER_WRITTEN: CaseText.DID_WRITE_LETTER(),
    CaseAction.LETTER_SETTLED: CaseText.DID_SETTLE_LETTER(),
    CaseAction.CLOSED: CaseText.DID_CLOSE(),
}

DECISIONS = {
    DecisionKind.GRANTED: CaseText.GRANTED(),
    DecisionKind.PARTIAL: CaseText.PARTIAL(),
    DecisionKind.REFUSED: CaseText.REFUSED(),
    DecisionKind.OBJECTION_UPHELD: CaseText.OBJECTION_UPHELD(),
    DecisionKind.OBJECTION_REJECTED: CaseText.OBJECTION_REJECTED(),
    DecisionKind.RECTIFIED: CaseText.RECTIFIED(),
}
