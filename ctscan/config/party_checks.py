"""Checks of the tables `[controller]` and `[mail]`. Errors never repeat a value. Pure.

A key that is missing is no error here, so that a scan doesn't depend on it: the command that needs it asks for it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ctscan.config.setting_checks import (
    filled_text,
    line_of_text,
    table_of,
    unexpected,
    whole_number,
)
from ctscan.errors import UsageError
from ctscan.on_first_use import late_pattern

if TYPE_CHECKING:
    from ctscan.config.setting_checks import (
        Check,
        Settings,
    )
    from ctscan.model.controller import Controller
    from ctscan.model.mail import MailSecurity, MailSettings

LONGEST = 2_000
"""Characters of one text about the controller: they are printed in letters."""

_JOINERS = "\u200c\u200d"  # they belong to the spelling of Persian and Indic words
_PLACE = late_pattern(r"[A-Z]{2}(?:-[A-Z0-9]{1,3})?", re.ASCII)
_HOST = late_pattern(r"[^\s/@\\]{1,253}")
_ADDRESS = late_pattern(r"[^\s@<>()\[\]\",;:\\]{1,64}@[^\s@<>()\[\]\",;:\\]{1,253}")
_PORTS = {"starttls": 587, "tls": 465, "none": 25}  # by `MailSecurity`


def controller(value: Any, where: str) -> Controller:
    """Check the table `[controller]`."""
    from ctscan.model.controller import Controller  # not at the top: few commands need it

    needed: Settings = dict.fromkeys(("name", "address", "contact", "authority"), "")
    return Controller(**(needed | table_of(value, where, CONTROLLER)))


def mail(value: Any, where: str) -> MailSettings:
    """Check the table `[mail]`. Without encryption no account is used: its password could be read on the way."""
    from ctscan.model.mail import MailSecurity, MailSettings  # not at the top, as in `controller`

    given = table_of(value, where, MAIL)
    security = given.pop("security", MailSecurity.STARTTLS)
    if security == MailSecurity.NONE and given.get("user"):
        raise UsageError(
            f'{where}: expected security = "starttls" or "tls" beside a user, got "none": the password could be read '
            "on the way; encrypt the connection, or leave the user out"
        )
    port = given.pop("port", _PORTS[security])
    sender = given.pop("from", "")
    return MailSettings(port=port, security=security, sender=sender, **given)


def _words(value: Any, where: str) -> str:
    """Check a text of one line that is printed: no control, bidirectional or invisible characters."""
    plain = value.translate(dict.fromkeys(map(ord, _JOINERS))) if isinstance(value, str) else value
    line_of_text(plain, where)
    if len(value) > LONGEST:
        raise unexpected(where, f"at most {LONGEST} characters", value)
    return str(value).strip()


def _lines(value: Any, where: str) -> str:
    """Check the lines of a postal address: a list of them, or one text with `; ` between them."""
    if isinstance(value, str) and "\n" in value:
        raise unexpected(where, 'a list of lines, or one text with "; " between the lines', value)
    items = value if isinstance(value, list) else [value]
    lines = [_words(item, f"{where}[{i}]" if isinstance(value, list) else where) for i, item in enumerate(items)]
    parts = [part.strip() for line in lines for part in line.split(";")]
    return "; ".join(part for part in parts if part)


def _list(value: Any, where: str) -> tuple[str, ...]:
    """Check a list of texts, or a single one."""
    items = value if isinstance(value, list) else [value]
    texts = (_words(item, f"{where}[{i}]" if isinstance(value, list) else where) for i, item in enumerate(items))
    return tuple(text for text in texts if text)


def _place(value: Any, where: str) -> str:
    text = line_of_text(value, where)
    if text and not _PLACE.fullmatch(text):
        raise unexpected(where, 'a country, or a country and a part of it, by ISO 3166: "DE" or "DE-BE"', value)
    return text


def _security(value: Any, where: str) -> MailSecurity:
    from ctscan.model.mail import MailSecurity

    if value not in list(MailSecurity):
        raise unexpected(where, " or ".join(f'"{name}"' for name in MailSecurity), value)
    return MailSecurity(value)


def _host(value: Any, where: str) -> str:
    text = filled_text(value, where)
    if not _HOST.fullmatch(text):
        raise unexpected(where, "the name of a server, without port or scheme", value)
    return text


def mail_address(value: Any, where: str) -> str:
    text = filled_text(value, where)
    if not _ADDRESS.fullmatch(text):
        raise unexpected(where, "one e-mail address (name@example.org) and no name beside it", value)
    return text


CONTROLLER: dict[str, Check] = {
    "name": _words,
    "address": _lines,
    "contact": _words,
    "authority": _words,
    "place": _place,
    "dpo": _words,
    "legal_basis": _words,
    "legitimate_interest": _words,
    "recipients": _list,
    "safeguards": _list,
    "letterhead": line_of_text,
}
"""Keys of the table `[controller]`. The first four are enough for a dossier."""

MAIL: dict[str, Check] = {
    "host": _host,
    "port": whole_number(1, 65_535),
    "security": _security,
    "user": line_of_text,
    "from": mail_address,
}
"""Keys of the table `[mail]`. Its password is in the environment only."""
