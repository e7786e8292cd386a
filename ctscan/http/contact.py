"""Contact at which operators reach the user; it goes into the User-Agent of every request. Pure."""

from __future__ import annotations

from ctscan.errors import UsageError

_LIMIT = 200  # characters

NO_CONTACT = (
    "a contact is needed before anything is read over the network: set `contact` in ctscan.toml, give --contact or "
    "set CTSCAN_CONTACT (an e-mail address or a URL at which operators reach you; it is sent in the User-Agent)"
)


def check_contact(contact: str) -> str:
    """Strip a contact and check that it fits into a header.

    Raises:
        UsageError: it holds anything but printable ASCII without parentheses and backslashes, or is too long
    """
    contact = contact.strip()
    bad = next((c for c in contact if not " " <= c <= "~" or c in "()\\"), None)
    if bad is not None:
        raise UsageError(
            f"contact: character U+{ord(bad):04X} can't stand in a User-Agent header; "
            "give an e-mail address or URL in printable ASCII without parentheses and backslashes"
        )
    if len(contact) > _LIMIT:
        raise UsageError(f"contact: {len(contact)} characters, at most {_LIMIT} are sent")
    return contact
