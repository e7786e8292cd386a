"""Duties and notes of a case: codes of its deadlines, and of the things that its handler has to know."""

from __future__ import annotations

from ctscan.model.message import Code


class Duty(Code):
    """Duty of a deadline."""

    CONFIRM = "duty.confirm"
    ANSWER = "duty.answer"
    ANSWER_EXTENDED = "duty.answer-extended"
    ANSWER_CUSTOMARY = "duty.answer-customary"
    TELL_EXTENSION = "duty.tell-extension"
    FOLLOW_UP = "duty.follow-up"
    CODE_EXPIRES = "duty.code-expires"


class CaseNote(Code):
    """Note on the standing of a case."""

    NO_NUMBER = "case-note.no-number"
    NO_TIME = "case-note.no-time"
    CUSTOMARY = "case-note.customary"
    AT_ONCE = "case-note.at-once"
    EARLIER_RULE = "case-note.earlier-rule"
    AWAITS_IDENTITY = "case-note.awaits-identity"
    IDENTITY_AGAIN = "case-note.identity-again"
    CLOCK_STOPPED = "case-note.clock-stopped"
    CLOCK_ANEW = "case-note.clock-anew"
    PAUSE_FOR_IDENTITY = "case-note.pause-for-identity"
    WEEKENDS_ONLY = "case-note.weekends-only"
    HOLIDAYS_OF = "case-note.holidays-of"
    TO_BE_CHECKED = "case-note.to-be-checked"
    ARTICLES_UNCHECKED = "case-note.articles-unchecked"
    BEFORE_ROLL_OVER = "case-note.before-roll-over"
    PSEUDONYMOUS = "case-note.pseudonymous"
    KEEP_RECORDS = "case-note.keep-records"
