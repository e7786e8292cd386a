"""One-time codes of a case, and the results of making and checking them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from ctscan.hidden_fields import repr_without

if TYPE_CHECKING:
    from ctscan.model.case import CaseEvent
    from ctscan.model.identifier import IdentifierKind
    from ctscan.model.mail import Mail


class CodeVerdict(StrEnum):
    """Verdict on a text that a requester gave as a code."""

    RIGHT = "right"
    WRONG = "wrong"
    NOT_OPEN = "not open"  # no code counts any longer, or none was made


class CodeCheck(Struct, frozen=True):
    """Result of a check, with the events that record it.

    Attributes:
        verdict: the verdict.
        events: events to add to the case before anybody learns the verdict.
        position: position of the proven identifier, from 1; 0 unless the code is right.
        tries_left: further tries of the code that has most of them.
    """

    verdict: CodeVerdict
    events: tuple[CaseEvent, ...] = ()
    position: int = 0
    tries_left: int = 0


class OpenCode(Struct, frozen=True):
    """Code that counts.

    Attributes:
        id: identifier of the code, 16 hexadecimal digits.
        position: position of its identifier in the case, from 1.
        expires: end of its time.
        digest: HMAC of the code.
        key_id: identifier of the key of the digest, hexadecimal.
        tries_left: further wrong codes that it bears.
    """

    id: str
    position: int
    expires: datetime
    digest: bytes
    key_id: str
    tries_left: int


@repr_without("mail", "code")
class MadeCode(Struct, frozen=True):
    """Code that was made for an identifier of a case.

    Attributes:
        number: number of the case.
        position: position of the identifier in the case, from 1.
        kind: kind of the identifier.
        expires: end of its time.
        tries: wrong codes that it bears.
        mail: message to the requester, with the code.
        code: the code, shown once; empty where it was sent.
        host: server that took the message; empty where the handler sends it.
    """

    number: str
    position: int
    kind: IdentifierKind
    expires: datetime
    tries: int
    mail: Mail
    code: str = ""
    host: str = ""
