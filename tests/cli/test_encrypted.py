"""An encrypted index on the command line: every command works on it, and nothing plain reaches the disk."""

from __future__ import annotations

import json
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from cli.test_read_only import ctscan
from click.testing import Result
from support.cli import error_line, process, run
from support.encrypted import files_with, is_plain, needs_cipher, new_key
from test_extras import without

from ctscan.config.template import DEMO_TEMPLATE
from ctscan.extras import to_install
from ctscan.index.store_key import SETTING
from ctscan.privacy.key_file import load_key
from ctscan.resources import data_path

pytestmark = needs_cipher

JANE = "jane.roe@example.org"
PLAIN = (JANE.encode(), b"Jane Roe")


def ask(folder: Path, *arguments: str | Path, key: str = "index.key") -> Result:
    """Run a command on the index in a folder, with its key."""
    env = {"CTSCAN_INDEX_KEY_FILE": str(folder / key)} if key else {}
    return run(*arguments, "--config", folder / "ctscan.toml", env=env)


def name_key(folder: Path, key: str) -> None:
    """Name the key in the settings of an index."""
    settings = folder / "ctscan.toml"
    settings.write_text(f'{settings.read_text(encoding="utf-8")}[index]\nkey_file = "{key}"\n', encoding="utf-8")


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Scan the demo log into an index that is encrypted from the start."""
    folder = tmp_path_factory.mktemp("encrypted") / "index"
    folder.mkdir(mode=0o700)
    settings = DEMO_TEMPLATE.format(log=json.dumps(data_path("demo-log").as_uri()))
    (folder / "ctscan.toml").write_text(settings, encoding="utf-8")
    new_key(folder / "index.key")
    done = ask(folder, "scan")
    assert done.exit_code == 0, done.stderr
    return folder


@pytest.fixture
def folder(scanned: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(scanned, tmp_path / "index"))


@pytest.fixture
def plain(scanned: Path, tmp_path: Path) -> Iterator[Path]:
    """Return the folder of a plain index of the same log."""
    folder = tmp_path / "plain"
    shutil.copytree(scanned, folder, ignore=lambda *_: ["ctscan.db", "ctscan.db.audit", "ctscan.db.key"])
    assert ask(folder, "scan", key="").exit_code == 0
    yield folder


COMMANDS = [
    (("lookup", JANE), "Found in"),
    (("lookup", JANE, "--format", "json"), '"complete": true'),
    (("status", JANE), ""),
    (
        ("case", "open", "--regime", "eu", "--received", "2026-03-02", JANE),
        "C-2026-",
    ),
    (("case", "list"), ""),
    (("audit", "show"), "lookup"),
    (("audit", "verify"), "The audit log holds"),
    (("prove", "--all"), ""),
    (("logs",), "demo log"),
    (("runs",), "done"),
    (("basis", "show"), "demo log"),
    (("reindex",), "unchanged"),
    (("scan",), "read to its head"),
    (("disclosures",), ""),
]


def test_commands_work_on_it_as_on_a_plain_one_and_leave_nothing_plain(folder: Path) -> None:
    for arguments, said in COMMANDS:
        done = ask(folder, *arguments)
        assert done.exit_code in (0, 4), (arguments, done.stderr, done.stdout)
        assert said in done.stdout + done.stderr, (arguments, done.stdout)
        assert files_with(folder, *PLAIN) == [], arguments
    assert not is_plain(folder / "ctscan.db") and not is_plain(folder / "ctscan.db.audit")


def test_answers_are_those_of_a_plain_index(folder: Path, plain: Path) -> None:
    for words in ((JANE,), ("name:Jane Roe",)):
        answers = []
        for one, key in ((folder, "index.key"), (plain, "")):
            answer = json.loads(ask(one, "lookup", *words, "--format", "json", key=key).stdout)
            assert answer["is_found"] and answer["complete"]
            answers.append([answer["matches"], answer["coverage"], answer["remark_codes"]])
        assert without_times(answers[0]) == without_times(answers[1])


def without_times(shape: object) -> object:
    """Leave out what differs between two scans of one log."""
    if isinstance(shape, dict):
        return {
            name: without_times(value)
            for name, value in shape.items()
            if not name.endswith(("_at", "at", "since", "as_of"))
        }
    return [without_times(value) for value in shape] if isinstance(shape, list) else shape


def test_what_is_written_while_it_is_open_is_encrypted_too(folder: Path) -> None:
    """A write-ahead log is there only while a process has the index open."""
    import asyncio

    from ctscan.clock import utc_now
    from ctscan.index.open import open_index
    from ctscan.model.audit import KnownTrail

    async def work() -> None:
        async with await open_index(folder / "ctscan.db", create=False, key_file=folder / "index.key") as index:
            known = await index.known_trail()
            assert known is not None
            await index.save_trail(KnownTrail(known.id, utc_now(), "Jane Roe", JANE), known.id)
            assert (folder / "ctscan.db-wal").stat().st_size > 0
            assert files_with(folder, *PLAIN) == []

    asyncio.run(work())


# --- keys ----------------------------------------------------------------------------------------------------------


def test_without_its_key_or_with_another_one_line_says_which_setting(folder: Path) -> None:
    new_key(folder / "other.key")
    for key, said in (
        ("", "the index is encrypted"),
        ("other.key", "doesn't open this index"),
        ("none", "is not here"),
    ):
        for arguments in (("lookup", JANE), ("scan",), ("case", "list")):
            done = ask(folder, *arguments, key=key)
            assert (done.exit_code, done.stdout) == (1, "")
            assert said in error_line(done) and SETTING in error_line(done)
        shown = ask(folder, "audit", "show", key=key)
        assert shown.exit_code == 1 and SETTING in error_line(shown)


def test_a_wrong_key_writes_no_other_line(folder: Path) -> None:
    """SQLCipher itself says nothing on stderr."""
    new_key(folder / "other.key")
    env = {"CTSCAN_INDEX_KEY_FILE": "other.key"}
    done = process("lookup", JANE, "--config", "ctscan.toml", cwd=folder, env=env)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, b"", 1)


def test_a_plain_index_is_never_used_where_a_key_is_configured(plain: Path) -> None:
    done = ask(plain, "lookup", JANE)
    assert (done.exit_code, done.stdout) == (1, "")
    assert f"`ctscan encrypt --key-file {plain / 'index.key'}`" in error_line(done)


@pytest.mark.parametrize("content", ["", "ab" * 31, "ab" * 33, "xy" * 32, "ab" * 32 + "\nab"])
def test_a_key_of_another_form_is_refused_and_not_quoted(folder: Path, content: str) -> None:
    (folder / "bad.key").write_text(content, encoding="utf-8")
    (folder / "bad.key").chmod(0o600)
    line = error_line(ask(folder, "lookup", JANE, key="bad.key"))
    assert "64 hexadecimal digits" in line and (not content or content[:8] not in line)


def test_the_key_of_privacy_is_no_key_of_an_index(plain: Path) -> None:
    own = plain / "ctscan.db.key"
    if not own.exists():
        assert ask(plain, "lookup", JANE, key="").exit_code == 0
    done = ask(plain, "lookup", JANE, key="ctscan.db.key")
    assert (done.exit_code, "expected a file of its own" in error_line(done)) == (2, True)
    shutil.copy(own, plain / "copy.key")
    assert "the key file of [privacy]" in error_line(ask(plain, "encrypt", "--key-file", plain / "copy.key", key=""))
    (plain / "same.key").write_text(load_key(own).secret.hex(), encoding="ascii")
    done = ask(plain, "encrypt", "--key-file", plain / "same.key", key="")
    assert (done.exit_code, "holds the key of [privacy]" in error_line(done)) == (1, True)
    assert is_plain(plain / "ctscan.db")


def test_others_who_can_read_the_key_are_named(folder: Path) -> None:
    (folder / "index.key").chmod(0o644)
    done = ask(folder, "lookup", JANE)
    assert done.exit_code == 0 and "index.key: " in done.stderr and "can read it" in done.stderr


def test_without_the_extra_one_line_says_what_to_install(folder: Path) -> None:
    name_key(folder, "index.key")
    done = without("sqlcipher3", "lookup", JANE, cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [f"ctscan: an encrypted index needs sqlcipher3: {to_install('encrypted')}"]


# --- encrypt and decrypt ---------------------------------------------------------------------------------------------


def test_encrypt_makes_a_missing_key_records_itself_and_decrypt_undoes_it(plain: Path) -> None:
    name_key(plain, "own.key")  # before or after: the order is free
    done = ask(plain, "encrypt", "--key-file", plain / "own.key", key="")
    assert done.exit_code == 0, done.stderr
    assert "The key was made" in done.stderr and stat.S_IMODE((plain / "own.key").stat().st_mode) == 0o600
    assert files_with(plain, *PLAIN) == []
    shown = json.loads(ask(plain, "audit", "show", "--format", "json", key="own.key").stdout)
    assert (shown[0]["action"], shown[0]["state"]) == ("encrypt", "done")
    assert ask(plain, "lookup", JANE, key="own.key").exit_code == 0
    assert "The audit log holds" in ask(plain, "audit", "verify", key="own.key").stdout
    wrong = ask(plain, "decrypt", "--key-file", plain / "index.key", key="own.key")
    assert (wrong.exit_code, "doesn't open" in error_line(wrong)) == (1, True)
    done = ask(plain, "decrypt", "--key-file", plain / "own.key", key="own.key")
    assert done.exit_code == 0, done.stderr
    assert is_plain(plain / "ctscan.db") and is_plain(plain / "ctscan.db.audit")
    (plain / "ctscan.toml").write_text(
        (plain / "ctscan.toml").read_text(encoding="utf-8").replace("[index]", "").replace('key_file = "own.key"', ""),
        encoding="utf-8",
    )
    assert ask(plain, "lookup", JANE, key="").exit_code == 0
    with closing(sqlite3.connect(plain / "ctscan.db.audit")) as trail:
        actions = [action for (action,) in trail.execute("SELECT action FROM event ORDER BY id")]
    assert [action for action in actions if "crypt" in action] == ["encrypt", "decrypt"]


def test_encrypt_without_an_index_makes_no_key(tmp_path: Path) -> None:
    done = run("encrypt", "--key-file", tmp_path / "own.key", "--db", tmp_path / "none.db")
    assert (done.exit_code, "there is no index here" in error_line(done)) == (1, True)
    assert list(tmp_path.iterdir()) == []


@contextmanager
def read_only(folder: Path, home: Path, key: str) -> Iterator[Path]:
    """Make the folder of an index one that may not be written to; give settings elsewhere that name it."""
    home.mkdir()
    keys = f'[index]\nkey_file = "{folder / key}"\n' if key else ""
    shutil.copy(folder / "ctscan.db.audit", home / "trail")
    settings = home / "ctscan.toml"
    settings.write_text(f'db = "{folder / "ctscan.db"}"\n[audit]\npath = "trail"\n{keys}', encoding="utf-8")
    (folder / "ctscan.db").chmod(0o400)
    folder.chmod(0o555)
    try:
        yield settings
    finally:
        folder.chmod(0o755)


def test_an_encrypted_index_on_a_read_only_medium_answers(folder: Path, tmp_path: Path) -> None:
    shutil.copy(folder / "ctscan.db.key", tmp_path / "privacy.key")
    with read_only(folder, tmp_path / "home", "index.key") as settings:
        settings.write_text(
            settings.read_text(encoding="utf-8") + f'[privacy]\nkey_file = "{tmp_path / "privacy.key"}"\n',
            encoding="utf-8",
        )
        done = ctscan("lookup", JANE, "--config", settings, home=tmp_path / "home")
        assert (done.returncode, done.stderr) == (0, "")
        assert "Found in" in done.stdout


def test_an_index_on_a_read_only_medium_is_not_converted(plain: Path, tmp_path: Path) -> None:
    before = (plain / "ctscan.db").read_bytes()
    with read_only(plain, tmp_path / "home", "") as settings:
        words = ("encrypt", "--key-file", tmp_path / "home" / "new.key", "--config", settings)
        done = ctscan(*words, home=tmp_path / "home")
        assert done.returncode == 1 and "Traceback" not in done.stderr
        assert len([line for line in done.stderr.splitlines() if line.startswith("ctscan: ")]) == 1
    assert (plain / "ctscan.db").read_bytes() == before
