"""Parser of the Common CA Database: who runs which CA. Pure.

    AllCertificateRecordsCSVFormatV5: a row for each root and intermediate certificate -> `Authority`
    AllProblemReportingMechanismsCSV: a row for each CA owner -> how to report a problem to it

Columns go by name, in any order; the reports say "True" and "False", dates as YYYY-MM-DD, key identifiers in base64,
fingerprints in hex. A row whose policy is the same as the parent's says so instead of naming it. A cell holds several
URLs joined by "; " or by line breaks. The first report has no contact at all, so the second is joined to it by the
owner. Both are published under CDLA-Permissive-2.0, to be attributed to the CCADB (https://www.ccadb.org).
"""

from __future__ import annotations

import base64
import binascii
import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from ctscan.errors import FormatError
from ctscan.model import Authority
from ctscan.model.hashes import HASH_SIZE
from ctscan.on_first_use import late_pattern

OWNER: Final = "CA Owner"
SUBORDINATE_OWNER: Final = "Subordinate CA Owner"
NAME: Final = "Certificate Name"
SHA256: Final = "SHA-256 Fingerprint"
PARENT: Final = "Parent SHA-256 Fingerprint"
KEY_ID: Final = "Subject Key Identifier"
REVOCATION: Final = "Revocation Status"
POLICIES: Final = (
    # column that says whether it is the parent's, column of its URL
    ("CP Same as Parent", "Certificate Policy (CP) URL"),
    ("CPS Same as Parent", "Certificate Practice Statement (CPS) URL"),
    ("CP/CPS Same as Parent", "Certificate Practice & Policy Statement"),
)
REPOSITORY: Final = "CA Document Repository"  # named where no policy is
REQUIRED: Final = (
    OWNER, SUBORDINATE_OWNER, NAME, SHA256, PARENT, KEY_ID, REVOCATION,
    *(column for pair in POLICIES for column in pair),
)  # fmt: skip

_CELL_LIMIT: Final = 2 * 1024 * 1024  # characters
_ROWS: Final = 500_000
_NAME_LIMIT: Final = 300
_CONTACT_LIMIT: Final = 600
_URL_LIMIT: Final = 1000
_URLS: Final = 20
_DEEPEST: Final = 16  # parents that are asked one after the other
_NOT_REVOKED: Final = ("", "not revoked")
_HEX_KEY: Final = late_pattern(r"(?:[0-9A-Fa-f]{2}:)+[0-9A-Fa-f]{2}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64}")

csv.field_size_limit(_CELL_LIMIT)  # of the process: by default too small for a list of partitioned CRLs


class _Record(Struct, frozen=True):
    """Row of a CA certificate, with the policies that the row itself names."""

    owner: str
    root_owner: str
    name: str
    sha256: bytes
    parent: bytes
    key_id: bytes
    status: str
    inherits: tuple[bool, ...]  # for each of POLICIES
    urls: tuple[tuple[str, ...], ...]
    repository: tuple[str, ...]


def is_records(data: bytes) -> bool:
    """Return True for the report of certificates, False for the report of contacts."""
    header = next(_rows(data[: 1 << 16]), ())
    return not {_folded(SHA256), _folded(KEY_ID)}.isdisjoint(_folded(cell) for cell in header)


def parse_authorities(data: bytes, contacts: Mapping[str, str] | None = None) -> tuple[Authority, ...]:
    """Parse the report of certificates, in its order. Rows without a fingerprint are passed over.

    Args:
        data: the report, UTF-8.
        contacts: contacts by owner, from `parse_contacts`.

    Raises:
        FormatError: another table, or no row with a fingerprint.
    """
    records = _records(data)
    known = contacts or {}
    return tuple(
        Authority(
            owner=record.owner,
            name=record.name,
            sha256=record.sha256,
            key_id=record.key_id,
            policies=_policies(record, records),
            contact=_contact(record, known),
            status=record.status,
        )
        for record in records.values()
    )


def parse_contacts(data: bytes) -> dict[str, str]:
    """Parse the report of contacts, or any table with a column of owners and a column of problem reporting.

    Returns:
        Contacts as published, by owner in small letters.

    Raises:
        FormatError: a column is missing.
    """
    rows = _rows(data)
    header = [_folded(cell) for cell in next(rows, ())]
    owner = next((at for at, cell in enumerate(header) if "ca owner" in cell), None)
    contact = next((at for at, cell in enumerate(header) if "problem reporting" in cell), None)
    if owner is None or contact is None:
        missing = [name for name, at in ((OWNER, owner), ("Problem Reporting Mechanism", contact)) if at is None]
        raise FormatError(f"expected the columns of a report of the CCADB, found none for {', '.join(missing)}")
    wide_enough = (row for row in rows if len(row) > max(owner, contact))
    found = ((_folded(row[owner]), _line(row[contact], _CONTACT_LIMIT)) for row in wide_enough)
    return {name: said for name, said in found if name and said}


def search(authorities: Sequence[Authority], what: str) -> list[Authority]:
    """Find CAs by key identifier or fingerprint (hex, colons allowed), or by part of the owner's name or of their
    own."""
    number = re.sub(r"[:\s]", "", what).lower()
    text = " ".join(what.casefold().split())
    return [
        one
        for one in authorities
        if (number and number in (one.key_id.hex(), one.sha256.hex()))
        or (text and (text in one.owner.casefold() or text in one.name.casefold()))
    ]


# --- rows ---------------------------------------------------------------------------------------------------------


def _rows(data: bytes) -> Iterator[list[str]]:
    """Read the cells of all rows, as lenient about quotes as Go's lazy reader. FormatError for binary data and
    oversized tables."""
    if b"\0" in data:
        raise FormatError("expected a table of comma-separated values, got binary data")
    lines = data.decode("utf-8-sig", "replace").split("\n")  # other ends of lines stand inside cells
    reader = csv.reader((f"{line}\n" for line in lines), skipinitialspace=True)
    try:
        for number, row in enumerate(reader):
            if number > _ROWS:
                raise FormatError(f"expected at most {_ROWS} rows, got more")
            if row:
                yield row
    except csv.Error as error:
        raise FormatError(f"line {reader.line_num}: expected comma-separated values, got none ({error})") from None


def _records(data: bytes) -> dict[bytes, _Record]:
    """Index the rows by fingerprint; of several rows for a certificate the first counts."""
    rows = _rows(data)
    at = {_folded(cell): index for index, cell in reversed(list(enumerate(next(rows, ()))))}
    if missing := [column for column in REQUIRED if _folded(column) not in at]:
        raise FormatError(f"expected the columns of AllCertificateRecordsCSVFormatV5, found none for {_few(missing)}")
    columns = {column: at[_folded(column)] for column in REQUIRED}
    columns |= {REPOSITORY: at[_folded(REPOSITORY)]} if _folded(REPOSITORY) in at else {}
    found: dict[bytes, _Record] = {}
    for row in rows:
        record = _record({column: row[index] if index < len(row) else "" for column, index in columns.items()})
        if record is not None:
            found.setdefault(record.sha256, record)
    if not found:
        raise FormatError(f"expected rows with a {SHA256}, found none")
    return found


def _record(cells: Mapping[str, str]) -> _Record | None:
    sha256 = _fingerprint(cells[SHA256])
    if not sha256:
        return None
    status = _line(cells[REVOCATION], _NAME_LIMIT)
    root_owner = _line(cells[OWNER], _NAME_LIMIT)
    return _Record(
        owner=_line(cells[SUBORDINATE_OWNER], _NAME_LIMIT) or root_owner,
        root_owner=root_owner,
        name=_line(cells[NAME], _NAME_LIMIT),
        sha256=sha256,
        parent=_fingerprint(cells[PARENT]),
        key_id=_key_id(cells[KEY_ID]),
        status="" if status.casefold() in _NOT_REVOKED else status,
        inherits=tuple(cells[same].strip().casefold() == "true" for same, _ in POLICIES),
        urls=tuple(_urls(cells[url]) for _, url in POLICIES),
        repository=_urls(cells.get(REPOSITORY, "")),
    )


# --- policies and contact------------------------------------------------------------------------------------------


def _policies(record: _Record, records: Mapping[bytes, _Record]) -> tuple[str, ...]:
    """Find the URLs of the policies of a certificate, else of its parents, else of its repository of documents."""
    urls = [url for kind in range(len(POLICIES)) for url in _inherited(record, records, kind)]
    return tuple(dict.fromkeys(urls))[:_URLS] or _repository(record, records)


def _inherited(record: _Record, records: Mapping[bytes, _Record], kind: int) -> tuple[str, ...]:
    for _ in range(_DEEPEST):
        parent = records.get(record.parent)
        if not record.inherits[kind] or parent is None or parent is record:
            return record.urls[kind]
        record = parent
    return ()


def _repository(record: _Record, records: Mapping[bytes, _Record]) -> tuple[str, ...]:
    for _ in range(_DEEPEST):
        parent = records.get(record.parent)
        if record.repository or not any(record.inherits) or parent is None:
            return record.repository
        record = parent
    return ()


def _contact(record: _Record, contacts: Mapping[str, str]) -> str:
    """Find the contact of the operator of the CA, else of the owner of its root, followed by the name of that owner."""
    if own := contacts.get(_folded(record.owner)):
        return own
    other = contacts.get(_folded(record.root_owner))
    return f"{other} ({record.root_owner})" if other else ""


# --- cells --------------------------------------------------------------------------------------------------------


def _folded(text: str) -> str:
    """Fold the name of a column or owner for comparison."""
    return " ".join(text[:_NAME_LIMIT].casefold().rstrip("? ").split())


def _line(text: str, limit: int) -> str:
    """Reduce a cell to a line of printable text."""
    plain = "".join(character if character.isprintable() else " " for character in text[: 4 * limit])
    return " ".join(plain.split())[:limit]


def _urls(text: str) -> tuple[str, ...]:
    parts = (part.rstrip(";") for part in text[: _URLS * _URL_LIMIT].split())
    fit = (
        p for p in parts if p.lower().startswith(("http://", "https://")) and p.isprintable() and len(p) < _URL_LIMIT
    )
    return tuple(dict.fromkeys(fit))[:_URLS]


def _fingerprint(text: str) -> bytes:
    """Decode 32 bytes in hex, with colons or without; anything else gives b""."""
    try:
        found = bytes.fromhex(text.replace(":", "")) if len(text) <= 100 else b""
    except ValueError:
        return b""
    return found if len(found) == HASH_SIZE else b""


def _key_id(text: str) -> bytes:
    """Decode base64, or hex as some rows of older reports have it; anything else gives b""."""
    text = text.strip()
    if len(text) > _NAME_LIMIT:
        return b""
    if _HEX_KEY.fullmatch(text):
        return bytes.fromhex(text.replace(":", ""))
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - 4} more" if len(names) > 4 else ""
    return f"{', '.join(names[:4])}{more}"
