"""SQLCipher as a driver: its errors are those of `sqlite3`, its settings are fixed, damage is seen."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from support.encrypted import needs_cipher, new_key

from ctscan.errors import IndexFault, InputError
from ctscan.index.open import open_index, open_trail
from ctscan.index.sqlite import cipher
from ctscan.index.sqlite.cipher import plain_errors
from ctscan.index.sqlite.opening import looks_encrypted
from ctscan.index.store_key import make_missing_key, make_store_key, read_store_key

pytestmark = needs_cipher


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return new_key(tmp_path / "index.key")


def opened(path: Path, key: Path | None, *, create: bool = True) -> None:
    """Open an index, and close it."""

    async def work() -> None:
        async with await open_index(path, create=create, key_file=key) as index:
            await index.known_trail()

    asyncio.run(work())


@pytest.mark.parametrize(
    ("sql", "error", "name"),
    [
        ("INSERT INTO child VALUES (1, 7)", sqlite3.IntegrityError, "SQLITE_CONSTRAINT_FOREIGNKEY"),
        ("INSERT INTO child VALUES (NULL, 1)", sqlite3.IntegrityError, "SQLITE_CONSTRAINT"),
        ("INSERT INTO nothing VALUES (1)", sqlite3.OperationalError, "SQLITE_ERROR"),
        ("SELEC", sqlite3.OperationalError, "SQLITE_ERROR"),
    ],
)
def test_errors_are_those_of_sqlite3(tmp_path: Path, key: Path, sql: str, error: type[Exception], name: str) -> None:
    path = tmp_path / "file"
    path.touch()
    with closing(cipher.connect(f"{path.as_uri()}?mode=rw", read_store_key(key), isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("CREATE TABLE child (id INT PRIMARY KEY NOT NULL, parent INT REFERENCES child (id)) STRICT")
        with pytest.raises(error) as caught, plain_errors():
            connection.execute(sql)
        assert getattr(caught.value, "sqlite_errorname", "") == name


def test_settings_of_the_cipher_are_fixed(tmp_path: Path, key: Path) -> None:
    opened(tmp_path / "ctscan.db", key)
    uri = f"{(tmp_path / 'ctscan.db').as_uri()}?mode=ro"
    with closing(cipher.connect(uri, read_store_key(key))) as connection:
        found = {
            line.split("=")[0].split()[-1]: line.split("=")[1].strip(" ;")
            for (line,) in connection.execute("PRAGMA cipher_settings")
        }
        assert found["cipher_page_size"] == "4096" and found["cipher_use_hmac"] == "1"
        assert (found["cipher_hmac_algorithm"], found["cipher_plaintext_header_size"]) == ("HMAC_SHA512", "0")
        for name, value in (("cipher_memory_security", "0"), ("recursive_triggers", 0)):
            assert connection.execute(f"PRAGMA {name}").fetchone()[0] == value
        assert connection.execute("PRAGMA application_id").fetchone()[0] == int.from_bytes(b"CTsc")
    raw = (tmp_path / "ctscan.db").read_bytes()
    assert len(set(raw[:4096])) > 240 and b"certificate" not in raw


@pytest.mark.parametrize("step", [5, pytest.param(1, marks=pytest.mark.long)])
def test_a_changed_page_is_seen(step: int, tmp_path: Path, key: Path) -> None:
    path = tmp_path / "ctscan.db"
    opened(path, key)
    raw = bytearray(path.read_bytes())
    pages = range(1, len(raw) // 4096)
    assert len(pages) > 20
    for page in {*pages[::step], pages[-1]}:
        changed = bytearray(raw)
        changed[page * 4096 + 100] ^= 1
        path.write_bytes(changed)

        assert is_seen(path, key), page


def is_seen(path: Path, key: Path) -> bool:
    """Return whether damage is said by opening or by checking an index, and by no other error."""

    async def work() -> bool:
        async with await open_index(path, create=False, key_file=key) as index:
            return bool(await index.damaged_parts(lambda: False))

    try:
        return asyncio.run(work())
    except IndexFault as fault:
        return "damaged" in str(fault)


def test_other_files_are_not_taken_for_encrypted_ones(tmp_path: Path, key: Path) -> None:
    opened(tmp_path / "encrypted", key)
    assert looks_encrypted(tmp_path / "encrypted")
    for name, content in (("text", b"Jane Roe\n" * 4096), ("zeros", bytes(8192)), ("short", os.urandom(4095))):
        (tmp_path / name).write_bytes(content)
        assert not looks_encrypted(tmp_path / name)
        with pytest.raises(IndexFault, match="not an SQLite database"):
            opened(tmp_path / name, None, create=False)


def test_an_encrypted_trail_alone_is_opened_with_the_key(tmp_path: Path, key: Path) -> None:
    async def work(key_file: Path | None) -> None:
        async with await open_trail(tmp_path / "trail", create=True, key_file=key_file) as trail:
            assert len(await trail.id()) == 16

    asyncio.run(work(key))
    with pytest.raises(IndexFault, match="the audit trail is encrypted"):
        asyncio.run(work(None))


def test_a_key_file_is_made_once_and_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "own.key"
    assert make_missing_key(path)
    digits = read_store_key(path).digits
    assert not make_missing_key(path) and read_store_key(path).digits == digits
    with pytest.raises(InputError):
        make_store_key(path)
    assert digits not in repr(read_store_key(path))
    path.write_text(digits.upper(), encoding="ascii")
    assert read_store_key(path).digits == digits
    (tmp_path / "folder").mkdir()
    for wrong in (tmp_path / "none", tmp_path / "folder"):
        with pytest.raises(InputError):
            read_store_key(wrong)
