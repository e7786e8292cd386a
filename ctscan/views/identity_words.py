"""Sentences about the identity of a requester: the message with a code, and the answers of `ctscan case identify`."""

from __future__ import annotations

from ctscan.model.message import Code


class IdentityText(Code):
    """Sentence about an identity, in the tables `identity` of `data/text/`."""

    MAIL_SUBJECT = "identity.mail-subject"
    MAIL_ASKED = "identity.mail-asked"
    MAIL_ASKED_NAMELESS = "identity.mail-asked-nameless"
    MAIL_CODE = "identity.mail-code"
    MAIL_USE = "identity.mail-use"
    MAIL_UNTIL = "identity.mail-until"
    MAIL_NOT_YOURS = "identity.mail-not-yours"
    MAIL_CONTACT = "identity.mail-contact"
    MADE = "identity.made"
    MADE_ONCE = "identity.made-once"
    MADE_TEXT = "identity.made-text"
    SENT = "identity.sent"
    UNTIL = "identity.until"
    RIGHT = "identity.right"
    WRONG = "identity.wrong"
    WRONG_LAST = "identity.wrong-last"
    NOT_OPEN = "identity.not-open"
    SETTLED = "identity.settled"
    NOT_SETTLED = "identity.not-settled"
    NOTHING_HELD = "identity.nothing-held"
    HELD = "identity.held"
    HELD_CERTIFICATE = "identity.held-certificate"
    HELD_ADVICE = "identity.held-advice"
