"""Pasted forms of identifiers against an index: each finds the person in it, and nobody who isn't there."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from support.cli import run
from support.logs import LogBuilder
from support.pasted_forms import FORMS, JANE, JOHN, Form

from ctscan.index.open import open_index
from ctscan.index.protocols import Finder
from ctscan.model import Identifier, IdentifierKind
from ctscan.personal.identifiers import parse_identifier
from ctscan.personal.normalise.name_tokens import name_forms


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Scan a log that holds the certificate of Jane, and nothing of John."""
    builder = LogBuilder("Example log")
    builder.fill(10)
    builder.add_certificate(JANE.der)
    folder = tmp_path_factory.mktemp("pasted")
    builder.write_static_tree(folder / "log")
    db = folder / "ctscan.db"
    done = run("scan", "--db", db, "--log", (folder / "log").as_uri(), "--from", "start", "--everything")
    assert done.exit_code == 0, done.stderr
    return db


async def found(index: Finder, reading: Identifier) -> set[str]:
    """Return the serial numbers of the certificates that a reading finds; of a name, those that hold every word."""
    match reading.kind:
        case IdentifierKind.NAME:
            by_name = await index.find_name(name_forms(reading.canonical), 10, 0)
            return {match.certificate.serial for match in by_name}
        case IdentifierKind.SERIAL:
            matches = await index.find_serial(reading.canonical)
        case IdentifierKind.SHA256:
            matches = await index.find_sha256(bytes.fromhex(reading.canonical))
        case IdentifierKind.SHA1:
            matches = await index.find_sha1(bytes.fromhex(reading.canonical))
        case IdentifierKind.IDENTITY:
            matches = await index.find_identity(bytes.fromhex(reading.canonical))
        case _:
            exact = [key for key in reading.keys if key.kind == reading.kind]
            matches = await index.find_keys(exact, 10)
    return {match.certificate.serial for match in matches}


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.template)
def test_each_form_finds_who_is_there_and_nobody_else(db: Path, form: Form) -> None:
    async def ask() -> list[set[str]]:
        async with await open_index(db, create=False) as index:
            return [
                set().union(*[await found(index, one) for one in parse_identifier(form.of(person)).readings])
                for person in (JANE, JOHN)
            ]

    assert asyncio.run(ask()) == [{f"{JANE.serial:x}"}, set()]
