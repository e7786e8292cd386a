"""Sentences of alerts, as codes. The words stand in data/text/. No parameter is a value of a person."""

from __future__ import annotations

from ctscan.model import Code


class AlertView(Code):
    """Sentence, or part of a sentence, of an alert or of a command about alerts."""

    # a message
    TITLE = "alert-view.title"  # parameters: watch, why
    TITLE_EXPIRED = "alert-view.title-expired"  # parameters: watch, why
    SUBJECT = "alert-view.subject"  # parameter: parts
    CERTIFICATES = "alert-view.certificates"  # parameters: count, watches
    CONDITIONS = "alert-view.conditions"  # parameter: count
    TEST_SUBJECT = "alert-view.test-subject"
    TEST_TITLE = "alert-view.test-title"  # parameter: channel
    TEST_TEXT = "alert-view.test-text"
    MORE_WATCHES = "alert-view.more-watches"  # parameter: count
    CUT = "alert-view.cut"  # parameters: count, rate
    MASKED = "alert-view.masked"
    WATCH = "alert-view.watch"
    OWNER = "alert-view.owner"
    WHY = "alert-view.why"
    CERTIFICATE = "alert-view.certificate"
    IDENTITY = "alert-view.identity"
    VALID = "alert-view.valid"  # parameters: first, last
    ISSUER = "alert-view.issuer"
    LOGGED = "alert-view.logged"  # parameters: log, index
    MORE_FINDINGS = "alert-view.more-findings"  # parameter: count

    # lines of commands and of scans
    TAKEN = "alert-view.taken"  # parameters: channel, kind
    DELIVERED = "alert-view.delivered"  # parameters: channel, count
    WAITING = "alert-view.waiting"  # parameters: channel, count
    FAILED = "alert-view.failed"  # parameters: channel, why
    FAILED_UNTIL = "alert-view.failed-until"  # parameters: channel, why, time
    DEAD = "alert-view.dead"  # parameters: channel, count, why
    NOTHING_DUE = "alert-view.nothing-due"  # parameter: channel
    BUSY = "alert-view.busy"  # parameter: channel

    # queues
    QUEUE = "alert-view.queue"  # parameters: channel, due, delivered, dead
    QUEUE_OLDEST = "alert-view.queue-oldest"  # parameter: time
    QUEUE_FAILING = "alert-view.queue-failing"  # parameters: since, why
    QUEUE_NEXT = "alert-view.queue-next"  # parameter: time
    QUEUE_REMOVED = "alert-view.queue-removed"
    QUEUE_EMPTY = "alert-view.queue-empty"
    RETRY = "alert-view.retry"

    # start of a scan
    WATCHED = "alert-view.watched"  # parameters: count, watches, channels
    WATCHED_BY_NOBODY = "alert-view.watched-by-nobody"  # parameters: count, watches
    NOTHING_WATCHED = "alert-view.nothing-watched"  # parameter: channels
    UNKNOWN_WATCHES = "alert-view.unknown-watches"  # parameters: count, channel, watches
