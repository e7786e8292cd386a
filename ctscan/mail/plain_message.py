"""Messages of plain text as RFC 5322 and MIME want them. Pure but for the random part of the Message-ID.

Headers are built from parts, never from text that holds others: a line break in a part is an error.
"""

from __future__ import annotations

import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from ctscan.errors import UsageError
from ctscan.model.mail import Mail
from ctscan.on_first_use import late_pattern

_ATOM = r"[^\s@()<>\[\]:;,.\\\"]{1,64}"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ADDRESS = late_pattern(rf"{_ATOM}(?:\.{_ATOM}){{0,31}}@{_LABEL}(?:\.{_LABEL}){{1,31}}", re.ASCII | re.IGNORECASE)
"""Dot-atom at a domain in A-labels: what servers take. Certificates hold further forms, to which nothing is sent."""

_LEFT = late_pattern(r"[A-Za-z0-9-]{1,64}")
_LONGEST = 254  # octets of a path (RFC 5321 section 4.5.3.1.3, without the brackets)


def plain_message(mail: Mail, sender: str, now: datetime) -> EmailMessage:
    """Build a message.

    Args:
        mail: text, subject and recipient.
        sender: address that it is from.
        now: time of its header Date.

    Raises:
        UsageError: an address of another form than `name@example.org`, or a header with a line break.
    """
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = _address(sender, "[mail] from", _line(mail.sender_name))
        message["To"] = _address(mail.to, "the recipient")
        message["Subject"] = _line(mail.subject)
    except ValueError:  # a name or a subject with a line break; the message of the error would quote it
        raise UsageError("mail: expected headers of one line each, got one with a control character") from None
    message["Date"] = format_datetime(now)
    message["Message-ID"] = _message_id(mail.message_id, sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no automatic answer
    message.set_content(mail.text)
    return message


def _message_id(left: str, domain: str) -> str:
    """Make a Message-ID (RFC 5322 section 3.6.4): random, or always the same for the same `left`."""
    if not left:
        return make_msgid(domain=domain)
    if not _LEFT.fullmatch(left):
        raise UsageError(f"mail: expected letters, digits and hyphens as the id of a message, got {len(left)} others")
    return f"<{left}@{domain}>"


def _line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("a control character")
    return text


def _address(text: str, party: str, name: str = "") -> Address:
    is_of_form = text.isprintable() and _ADDRESS.fullmatch(text)
    if not is_of_form or len(text.encode()) > _LONGEST:
        raise UsageError(
            f"mail: {party}: expected an address such as name@example.org, got another form of {len(text)} "
            "characters; send it in another way"
        )
    local, _, domain = text.rpartition("@")
    return Address(name, local, domain)
