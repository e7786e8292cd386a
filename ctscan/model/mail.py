"""Mail: the server that sends it, and a message of plain text."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class MailSecurity(StrEnum):
    """Encryption of the connection to the server."""

    STARTTLS = "starttls"
    TLS = "tls"  # from the first byte
    NONE = "none"


class MailSettings(Struct, frozen=True):
    """Server that sends mail (SMTP), from the table `[mail]` of the settings.

    Attributes:
        host: name or IP address of the server; empty where not given.
        port: its port.
        security: encryption of the connection.
        user: account at the server; empty: the server asks for none. Its password is never among the settings.
        sender: address that the mail is from; empty where not given.
    """

    host: str = ""
    port: int = 587
    security: MailSecurity = MailSecurity.STARTTLS
    user: str = ""
    sender: str = ""


class Mail(Struct, frozen=True):
    """Message of plain text to a single address.

    Attributes:
        to: address of the recipient, `local@domain`.
        subject: one line.
        text: body, with line breaks.
        sender_name: name that stands beside the sender's address; empty: the address alone.
        message_id: left side of the Message-ID, so that a repeat is the same message; empty: a random one.
    """

    to: str
    subject: str
    text: str
    sender_name: str = ""
    message_id: str = ""
