"""Unreadable parts, and values that are no strings."""

from __future__ import annotations

from typing import Any

from support.certs import (
    SMTP_UTF8_MAILBOX,
    other_name,
    string,
    tlv,
)

POSTAL_ADDRESS = tlv(0x30, string("Example Street 1"), string("jane.doe@example.org", "bmp"), string("Exampletown"))
CASES: dict[str, dict[str, Any]] = {
    # text inside values that are no string, and unreadable parts
    "email-postal-address": {"subject": [("CN", "example.org"), ("postalAddress", POSTAL_ADDRESS, "raw")]},
    "salvaged-san-kind": {"san": [("dns", "example.org"), tlv(0x30, string("jane@example.org"))]},
    "salvaged-san-length": {"san": [b"\x81\x07jane@example.org", ("email", "john@example.com")]},
    "salvaged-san-constructed": {"san": [tlv(0xA1, b"jane@example.org")]},
    "salvaged-mailbox": {"san": [other_name(SMTP_UTF8_MAILBOX, tlv(0x30, string("मीरा@example.org")))]},
    "salvaged-attribute": {"subject": [("CN", "example.org"), ("emailAddress", b"jane@example.org\0", "octet")]},
    "salvaged-extension": {"extra": [tlv(0x30, string("2.5.29.17"), tlv(0x04, b"\x81\x10jane@example.org"))]},
    "salvaged-beside-read": {"san": [("email", "jane@example.org"), tlv(0xA9, b"jane@example.org")]},
}
