"""One-time codes that prove an identifier of a case: made from given random bytes, checked against the history. Pure.

    random bytes ──► code ──► to the requester, at the identifier itself
                       └────► HMAC under the key file ──► event CODE_MADE
    text of the requester ──► HMAC ──► equal to that of an open code?  IDENTIFIED, else CODE_REFUSED

A code is open until it was used, until a newer code was made for its identifier, for 7 days, and for 5 tries. It counts
for the one identifier of the one case that it was made for: the HMAC covers both. The code itself is never kept.
"""

from __future__ import annotations

import hmac
import unicodedata
from datetime import datetime, timedelta
from typing import Final

from ctscan.model.case import Case, CaseAction, CaseEvent, CaseIdentifier
from ctscan.model.identity_code import CodeCheck, CodeVerdict, OpenCode
from ctscan.on_first_use import late_pattern

KEY_USE: Final = b"ctscan identity code v1"
"""Use for which the key of the digests is derived from the key file."""

LIFETIME: Final = timedelta(days=7)
"""Time in which a code counts: a requester who reads the mail after a holiday week still can use it."""

TRIES: Final = 5
"""Wrong codes after which a code counts no longer."""

RANDOM_BYTES: Final = 16
"""Random bytes that a code and its id are made from."""

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Signs of a code: 5 bits each. I, L, O and U are no signs: I and L are read as 1, O as 0."""

_SIGNS: Final = 10  # 50 bits: with 5 tries, 1 in 2 * 10**14 guesses is right
_GROUP: Final = 5
_TYPED_OTHERWISE: Final = str.maketrans("ILO", "110")
_BETWEEN = late_pattern(r"[\s\u2010-\u2015\u2212\u00ad\u200b-\u200f\u2060.-]+")


# --- making ---------------------------------------------------------------------------------------------------------


def code_of(random: bytes) -> str:
    """Make a code of 50 bits from 7 random bytes or more: `4K7TQ-9XW2M`."""
    if len(random) < 7:
        raise ValueError(f"expected at least 7 random bytes, got {len(random)}")
    number = int.from_bytes(random[:7])
    signs = "".join(ALPHABET[number >> 5 * place & 31] for place in range(_SIGNS))
    return "-".join(signs[at : at + _GROUP] for at in range(0, _SIGNS, _GROUP))


def typed_code(text: str) -> str | None:
    """Return the ten signs of a code that somebody typed in any case, with spaces or hyphens of any kind, or with
    letters for the digits that they look like; None for a text that is no code."""
    plain = _BETWEEN.sub("", unicodedata.normalize("NFKC", text[:200])).upper().translate(_TYPED_OTHERWISE)
    return plain if len(plain) == _SIGNS and set(plain) <= set(ALPHABET) else None


def digest_of(key: bytes, number: str, id: str, identifier: CaseIdentifier, code: str) -> bytes:
    """Make the HMAC-SHA-256 of a code in its typed form, for one identifier of one case. Each part stands behind its
    length, so that no other parts give the same message."""
    texts = (number, id, str(identifier.kind), identifier.canonical, code)
    parts = [text.encode("utf-8", "surrogatepass") for text in texts]
    return hmac.digest(key, b"".join(len(part).to_bytes(4) + part for part in parts), "sha256")


def new_code(
    case: Case, position: int, *, key: bytes, key_id: str, random: bytes, now: datetime, who: str, sent: str
) -> tuple[str, CaseEvent]:
    """Make a code for an identifier of a case, and the event that records it. It ends an earlier one.

    Args:
        case: the case.
        position: position of the identifier, from 1.
        key: key derived for `KEY_USE`.
        key_id: identifier of its key file, hexadecimal.
        random: at least `RANDOM_BYTES` random bytes.
        now: time of the event.
        who: account that makes it.
        sent: way to the requester, `smtp` or `handler`.

    Returns:
        The code, which nobody keeps, and the event.
    """
    if len(random) < RANDOM_BYTES:
        raise ValueError(f"expected at least {RANDOM_BYTES} random bytes, got {len(random)}")
    identifier = case.identifiers[position - 1]
    code, id = code_of(random), random[8:16].hex()
    digest = digest_of(key, case.number, id, identifier, typed_code(code) or "")
    detail = {
        "id": id,
        "expires": (now + LIFETIME).isoformat(timespec="seconds"),
        "digest": digest.hex(),
        "key": key_id,
        "kind": str(identifier.kind),
        "identifier": str(position),
        "sent": sent,
    }
    return code, CaseEvent(now, now, who, CaseAction.CODE_MADE, tuple(sorted(detail.items())))


# --- checking -------------------------------------------------------------------------------------------------------


def open_codes(case: Case, now: datetime, position: int | None = None) -> list[OpenCode]:
    """Return the codes of a case that count now: the newest of each identifier, or of the one at a position."""
    made = {event.get("identifier"): event for event in case.of(CaseAction.CODE_MADE)}
    codes = (code for event in made.values() if (code := _code_of_event(case, event)) is not None)
    return [
        code
        for code in codes
        if now < code.expires and code.tries_left > 0 and position in (None, code.position) and not _is_used(case, code)
    ]


def check_code(case: Case, text: str, *, key: bytes, now: datetime, who: str, position: int | None = None) -> CodeCheck:
    """Check a code against the open codes of a case. A wrong one costs each of them a try.

    Args:
        case: the case as the events will be added to it: no other event may come between.
        text: the code in its typed form (`typed_code`).
        key: key derived for `KEY_USE`.
        now: time of the check.
        who: account that checks.
        position: position of the identifier that the code is for; None: any.
    """
    codes = open_codes(case, now, position)
    if not codes:
        return CodeCheck(CodeVerdict.NOT_OPEN)
    right = [code for code in codes if _is_right(case, code, key, text)]
    if right:
        return CodeCheck(CodeVerdict.RIGHT, (_identified(right[0], now, who),), right[0].position)
    refused = tuple(CaseEvent(now, now, who, CaseAction.CODE_REFUSED, (("id", code.id),)) for code in codes)
    return CodeCheck(CodeVerdict.WRONG, refused, tries_left=max(code.tries_left for code in codes) - 1)


def _is_right(case: Case, code: OpenCode, key: bytes, text: str) -> bool:
    expected = digest_of(key, case.number, code.id, case.identifiers[code.position - 1], text)
    return hmac.compare_digest(expected, code.digest)


def _identified(code: OpenCode, now: datetime, who: str) -> CaseEvent:
    detail = (("how", "code"), ("id", code.id), ("identifier", str(code.position)))
    return CaseEvent(now, now, who, CaseAction.IDENTIFIED, detail)


def _code_of_event(case: Case, event: CaseEvent) -> OpenCode | None:
    """Read the code of an event; None where the event was not written by this tool."""
    try:
        expires = datetime.fromisoformat(event.get("expires"))
        position, digest = int(event.get("identifier")), bytes.fromhex(event.get("digest"))
    except ValueError:
        return None
    if expires.tzinfo is None or not 1 <= position <= len(case.identifiers) or not event.get("id"):
        return None
    tries = sum(refused.get("id") == event.get("id") for refused in case.of(CaseAction.CODE_REFUSED))
    return OpenCode(event.get("id"), position, expires, digest, event.get("key"), TRIES - tries)


def _is_used(case: Case, code: OpenCode) -> bool:
    return any(event.get("id") == code.id for event in case.of(CaseAction.IDENTIFIED))
