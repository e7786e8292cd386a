"""Queries and answers of the Censys Platform: CenQL from questions, certificates from hits. Pure.

CenQL (https://docs.censys.com/docs/censys-query-language): `field: value` compares words, in order and without case;
`field=~value` matches a regular expression with any part of the field; `and`, `or` and parentheses join them. A string
in backticks needs no escapes but for the backtick. Backticks and backslashes are removed from values before they are
quoted: for `:` such characters only separate words, and without them no value can end its own string.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from ctscan.errors import UsageError
from ctscan.model import Coordinate, QuestionKind, RepositoryEntry, Revocation, RevocationState
from ctscan.on_first_use import late_pattern
from ctscan.sources.json_paths import member, strings_in

if TYPE_CHECKING:
    from ctscan.model import Question

_SUBJECT: Final = "cert.parsed.subject"
_SAN: Final = "cert.parsed.extensions.subject_alt_name"
ADDRESSES: Final = (
    f"{_SUBJECT}.email_address", f"{_SAN}.email_addresses", f"{_SAN}.directory_names.email_address",
)  # fmt: skip
"""Fields that hold e-mail addresses."""

VALUE_LIMIT: Final = 256
WORDS: Final = 8
_NAMES_LIMIT: Final = 2000
_DER_LIMIT: Final = 1 << 20
_COORDINATES: Final = 64
_SHA256: Final = late_pattern(r"[0-9a-f]{64}")
_PEM: Final = late_pattern(r"\s*-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END CERTIFICATE-----\s*")

REASONS: Final = (
    "unspecified", "keyCompromise", "cACompromise", "affiliationChanged", "superseded", "cessationOfOperation",
    "certificateHold", "removeFromCRL", "privilegeWithdrawn", "aACompromise",
)  # fmt: skip
"""CRLReason (RFC 5280 section 5.3.1)."""
_REASONS: Final = {reason.lower(): reason for reason in REASONS}


class SearchHit(Struct, frozen=True):
    """Certificate as the search shows it."""

    sha256: str  # lower-case hex
    names: tuple[
        str, ...
    ]  # every string of its subject, alternative names and list of names; empty: too many to compare
    first_logged: int | None  # ms
    coordinates: tuple[Coordinate, ...]
    resource: Mapping[str, object]


# --- questions ----------------------------------------------------------------------------------------------------


def query_of(question: Question) -> str:
    """Translate a question into CenQL. Raises UsageError for a value without a word in it, or a kind that Censys
    doesn't find."""
    value = " ".join(re.sub(r"[`\\\x00-\x1f\x7f]", " ", question.value).split())
    if not value or len(value) > VALUE_LIMIT or not any(character.isalnum() for character in value):
        raise UsageError(
            f"censys: a question of {len(question.value)} characters; "
            f"expected words of at most {VALUE_LIMIT} characters"
        )
    match question.kind:
        case QuestionKind.EMAIL:
            return _any(f"{field}: `{value}`" for field in ADDRESSES)
        case QuestionKind.DOMAIN:
            at_or_below = f"[@.]{''.join(map(_either_case, value))}$"
            return _any(f"{field}: `{value}` or {field}=~`{at_or_below}`" for field in ADDRESSES)
        case QuestionKind.NAME:
            return _name(value)
        case QuestionKind.ORGANISATION:
            return f"{_SUBJECT}.organization: `{value}`"
        case _:
            raise UsageError(
                f"censys: expected a question for an address, domain, name or organisation, got {question.kind}"
            )


def _name(value: str) -> str:
    """Query a name as a whole, as given name and surname in either order, or its words anywhere in the subject."""
    words = [word for word in value.split() if any(character.isalnum() for character in word)][:WORDS]
    forms = [f"{_SUBJECT}.common_name: `{value}`", _all(f"{_SUBJECT}_dn: `{word}`" for word in words)]
    rest, last = " ".join(words[:-1]), words[-1]
    for given, surname in ((rest, last), (last, rest)) if rest else ():
        forms.append(_all((f"{_SUBJECT}.given_name: `{given}`", f"{_SUBJECT}.surname: `{surname}`")))
    return _any(forms)


def _any(parts: Iterable[str]) -> str:
    return f"({' or '.join(parts)})"


def _all(parts: Iterable[str]) -> str:
    return f"({' and '.join(parts)})"


def _either_case(character: str) -> str:
    """Return a regular expression for one character in any dialect: a set of the character, or of its two cases."""
    if character.isalpha() and character.isascii():
        return f"[{character.lower()}{character.upper()}]"
    return character if character.isalnum() else "." if character in "[]^" else f"[{character}]"


# --- answers ------------------------------------------------------------------------------------------------------


def hit_of(found: object) -> SearchHit | None:
    """Read a hit of a search; None when it is no certificate or lacks its SHA-256."""
    resource = member(found, "certificate_v1", "resource")
    sha256 = member(resource, "fingerprint_sha256")
    if not isinstance(resource, dict) or not isinstance(sha256, str) or not _SHA256.fullmatch(sha256.lower()):
        return None
    shown = (
        member(resource, "names"),
        member(resource, "parsed", "subject"),
        member(resource, "parsed", "subject_dn"),
        member(resource, "parsed", "extensions", "subject_alt_name"),
    )
    names = tuple(dict.fromkeys(text for value in shown for text in strings_in(value)))
    coordinates = _coordinates(member(resource, "ct", "entries"))
    times = [where.timestamp for where in coordinates if where.timestamp is not None]
    return SearchHit(
        sha256.lower(), names if len(names) <= _NAMES_LIMIT else (), min(times, default=None), coordinates, resource
    )


def entry_of(hit: SearchHit, der: bytes, repository: str) -> RepositoryEntry:
    """Join a hit and its certificate's bytes."""
    return RepositoryEntry(hit.sha256, der, hit.first_logged, hit.coordinates, _revocation(hit.resource, repository))


def raw_certificates(answer: object) -> dict[str, bytes]:
    """Return DER by SHA-256 in hex, from the answer of the endpoint for PEM. Unreadable certificates, and certificates
    with another SHA-256 than stated, are left out."""
    found: dict[str, bytes] = {}
    result = member(answer, "result")
    for item in result if isinstance(result, list) else ():
        der = _from_pem(member(item, "pem"))
        name = member(item, "certificate_id")
        if der is not None and isinstance(name, str) and name.lower() == hashlib.sha256(der).hexdigest():
            found[name.lower()] = der
    return found


def _from_pem(text: object) -> bytes | None:
    if not isinstance(text, str) or len(text) > 2 * _DER_LIMIT or not (found := _PEM.fullmatch(text)):
        return None
    try:
        return base64.b64decode("".join(found[1].split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def _coordinates(entries: object) -> tuple[Coordinate, ...]:
    """Read `ct.entries`: Censys's own names of the logs, with index and time."""
    found = []
    for log, entry in list(entries.items())[:_COORDINATES] if isinstance(entries, dict) else ():
        index, at = member(entry, "index"), _time(member(entry, "added_to_ct_at"))
        if isinstance(index, int) and not isinstance(index, bool) and 0 <= index < 1 << 63:
            found.append(Coordinate(str(log)[:200], index, int(at.timestamp() * 1000) if at else None))
    return tuple(found)


def _revocation(resource: Mapping[str, object], repository: str) -> Revocation | None:
    """Read Censys's statement about revocation; None without a statement, or without the time of the check."""
    checked = _time(resource.get("modified_at"))
    answers = [item for kind in ("crl", "ocsp") if isinstance(item := member(resource, "revocation", kind), dict)]
    if checked is None or not answers:
        return None
    revoked = next((answer for answer in answers if answer.get("revoked") is True), None)
    if revoked is None:
        return Revocation(RevocationState.NOT_REVOKED, repository, checked)
    at, reason = _time(revoked.get("revocation_time")), re.sub(r"[^a-z]", "", str(revoked.get("reason"))[:40].lower())
    return Revocation(RevocationState.REVOKED, repository, checked, revoked_at=at, reason=_REASONS.get(reason, ""))


def _time(text: object) -> datetime | None:
    """Parse an RFC 3339 time to UTC."""
    if not isinstance(text, str) or len(text) > 40:
        return None
    try:
        found = datetime.fromisoformat(text)
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        return found.astimezone(UTC) if 1970 < found.year < 9999 else None
    except (ValueError, OverflowError):
        return None
