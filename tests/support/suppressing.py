"""Requests to forget invented people, and the search for what is left of them in the files of an index."""

from __future__ import annotations

import shutil
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path

from msgspec.structs import replace
from support.kept import AT

from ctscan.model import IdentifierKind
from ctscan.model.forgetting import ForgetRequest
from ctscan.model.suppression import Ground


def forgetting(*addresses: str, **fields: object) -> ForgetRequest:
    """Ask to forget the owner of addresses."""
    forms = tuple((IdentifierKind.EMAIL, address) for address in addresses)
    return replace(ForgetRequest(AT, Ground.OBJECTION, forms, normalisation=2), **fields)  # type: ignore[arg-type]


def copy_of(path: Path, to: Path, *, with_key: bool = True) -> Path:
    """Copy an index that nobody has open, as a backup does."""
    to.parent.mkdir(exist_ok=True)
    shutil.copy(path, to)
    if with_key:
        for suffix in (".key", ".suppressions"):
            beside = path.with_name(path.name + suffix)
            if beside.exists():
                shutil.copy(beside, to.with_name(to.name + suffix))
    return to


def traces(folder: Path, texts: Iterable[str]) -> list[str]:
    """Return the files, and the packed values of databases, in which one of the texts stands, in any case and in
    UTF-8 or UTF-16."""
    forms = [form for text in texts for form in _forms(text)]
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            octets = path.read_bytes()
            found += [path.name] if _holds(octets, forms) else []
            if octets.startswith(b"SQLite format 3"):
                found += [f"{path.name}: {place}" for place, plain in _packed(path) if _holds(plain, forms)]
    return found


def _forms(text: str) -> set[bytes]:
    return {
        written.encode(encoding)
        for written in (text, text.lower(), text.upper())
        for encoding in ("utf-8", "utf-16-be", "utf-16-le")
    }


def _holds(octets: bytes, forms: Iterable[bytes]) -> bool:
    return any(form in octets for form in forms)


def _packed(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the place and the plain bytes of every packed value of a database."""
    with closing(sqlite3.connect(path)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        for table in tables:
            for row in connection.execute(f'SELECT * FROM "{table}"'):  # noqa: S608 - names of our own tables
                for value in row:
                    if isinstance(value, bytes):
                        with suppress(zlib.error):
                            yield table, zlib.decompress(value)
