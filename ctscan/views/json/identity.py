"""JSON shapes of `ctscan case identify`."""

from __future__ import annotations

from collections.abc import Iterable

from ctscan.model.identity_code import CodeCheck, MadeCode
from ctscan.model.picture import HeldBack
from ctscan.views.json.values import Shape, message, time_text


def made_code(made: MadeCode) -> Shape:
    """`--make-code`: shape a code. It is null where it was sent."""
    return {
        "number": made.number,
        "position": made.position,
        "kind": str(made.kind),
        "code": made.code or None,
        "sent_by": made.host or None,
        "expires": time_text(made.expires),
        "tries": made.tries,
        "subject": None if made.host else made.mail.subject,
        "text": None if made.host else made.mail.text,
    }


def checked_code(check: CodeCheck) -> Shape:
    """`--code`: shape the verdict on a code."""
    return {"verdict": str(check.verdict), "position": check.position or None, "tries_left": check.tries_left}


def identity_review(number: str, held: Iterable[HeldBack], *, is_settled: bool) -> Shape:
    """`ctscan case identify` without an option: shape what is held back."""
    return {
        "number": number,
        "identity_settled": is_settled,
        "held_back": [{"identity": one.identity.hex(), **message("reason", one.reason)} for one in held],
    }
