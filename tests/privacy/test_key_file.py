"""Tests of the key file: making, reading, refusals, and the keys and digests that are derived from it."""

from __future__ import annotations

import hmac
import os
import stat
from pathlib import Path

import pytest
from support import forked

from ctscan.errors import InputError
from ctscan.privacy.key_file import AUDIT_DIGEST, KEY_ID, Key, load_key, make_key
from ctscan.privacy.permissions import exposure

TEXT = "ctscan privacy key v1\n" + "0123456789abcdef" * 4 + "\n"


@pytest.mark.parametrize("mask", [0, 0o022, 0o277])
def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path, mask: int) -> None:
    path = tmp_path / "ctscan.db.key"
    before = os.umask(mask)
    try:
        made = make_key(path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(made.secret) == 32 and made.secret != bytes(32)
    assert make_key(path) == load_key(path) == made
    assert [file.name for file in tmp_path.iterdir()] == ["ctscan.db.key"]


def test_two_keys_differ_and_no_repr_shows_one(tmp_path: Path) -> None:
    one, two = make_key(tmp_path / "one"), make_key(tmp_path / "two")
    assert one.secret != two.secret and one.id != two.id
    assert one.secret.hex() not in repr(one) and repr(one.secret) not in repr(one)


def _make(path: Path) -> None:
    path.with_name(f"{os.getpid()}.seen").write_bytes(make_key(path).secret)


def test_processes_that_make_one_key_at_once_get_the_same(tmp_path: Path) -> None:
    path = tmp_path / "ctscan.db.key"
    assert forked.at_once("privacy.test_key_file:_make", path, 3) == [0, 0, 0]
    assert {seen.read_bytes() for seen in tmp_path.glob("*.seen")} == {load_key(path).secret}
    assert not list(tmp_path.glob("*.new"))


def test_a_killed_maker_leaves_no_half_of_a_key(tmp_path: Path) -> None:
    """The draft of a killed process stays beside; the key itself appears whole or not at all."""
    (tmp_path / "ctscan.db.key.0123.new").write_text("ctscan privacy key v1\n0123", encoding="ascii")
    assert len(make_key(tmp_path / "ctscan.db.key").secret) == 32


# --- refusals -----------------------------------------------------------------------------------------------------


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        load_key(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ") and "\n" not in message
    return message


def test_a_missing_key_is_not_replaced_and_the_error_says_what_to_do(tmp_path: Path) -> None:
    message = refusal(tmp_path / "none.key")
    assert "put it back" in message and "CTSCAN_KEY_FILE" in message and "move the trail away" in message
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        TEXT.encode()[:-1],
        TEXT.encode()[:40],
        TEXT.encode() + b"\n",
        TEXT.upper().encode(),
        TEXT.replace("v1", "v2").encode(),
        TEXT.replace("\n", "\r\n").encode(),
        os.urandom(32),
        b"\xff" * 100_000,
    ],
    ids=["empty", "no end", "half", "more", "capitals", "version 2", "CRLF", "raw bytes", "large"],
)
def test_another_form_is_refused_and_stays(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ctscan.db.key"
    path.write_bytes(content)
    assert "expected a key file" in refusal(path)
    with pytest.raises(InputError):
        make_key(path)
    assert path.read_bytes() == content


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="only Linux has a file that can't be read")
def test_a_key_on_a_broken_disk_is_one_line() -> None:
    assert "the key file can't be read (Input/output error)" in refusal(Path("/proc/self/mem"))


def test_folders_pipes_and_dangling_links_are_no_keys(tmp_path: Path) -> None:
    assert "no regular file" in refusal(tmp_path)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert "no regular file" in refusal(pipe)  # and nobody waits for a writer
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError):
        make_key(link)  # never makes a file where a link leads
    assert not (tmp_path / "elsewhere").exists()


def test_a_link_to_a_file_of_ours_is_followed(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    made = make_key(tmp_path / "secrets" / "key")
    (tmp_path / "link").symlink_to(tmp_path / "secrets" / "key")
    assert load_key(tmp_path / "link").secret == made.secret


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_a_link_to_a_file_of_another_account_is_refused(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.write_text(TEXT, encoding="ascii")
    os.chown(theirs, 12345, 12345)
    (tmp_path / "link").symlink_to(theirs)
    assert "a symbolic link to a file of another account" in refusal(tmp_path / "link")
    assert load_key(theirs).secret  # named itself, it is the user's choice


def test_a_place_where_no_key_can_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "none" / "key", tmp_path / "file" / "key"):
        with pytest.raises(InputError) as caught:
            make_key(path)
        assert "CTSCAN_KEY_FILE" in str(caught.value) and "\n" not in str(caught.value)


# --- derived ------------------------------------------------------------------------------------------------------


def test_each_use_has_a_key_of_its_own() -> None:
    """The vector was made with the HKDF of RFC 5869 (empty salt) from the standard library's HMAC."""
    key = Key(Path("key"), bytes(range(32)))
    assert key.derive(AUDIT_DIGEST) == hkdf(bytes(range(32)), AUDIT_DIGEST)
    assert key.id == hkdf(bytes(range(32)), KEY_ID)[:16]
    assert len({key.derive(AUDIT_DIGEST), key.derive(KEY_ID), key.secret}) == 3


def hkdf(secret: bytes, info: bytes) -> bytes:
    """Derive 32 bytes: RFC 5869 sections 2.2 and 2.3."""
    return hmac.digest(hmac.digest(bytes(32), secret, "sha256"), info + b"\x01", "sha256")


def test_a_digest_depends_on_key_kind_and_identifier() -> None:
    key = Key(Path("key"), bytes(range(32)))
    digest = key.identifier_digest("email", "jane@example.org")
    assert digest == hmac.digest(hkdf(bytes(range(32)), AUDIT_DIGEST), b"email\0jane@example.org", "sha256")
    others = {
        Key(Path("key"), bytes(32)).identifier_digest("email", "jane@example.org"),
        key.identifier_digest("name", "jane@example.org"),
        key.identifier_digest("email", "jane@example.com"),
        key.identifier_digest("emai", "l\0jane@example.org"),
    }
    assert len(others | {digest}) == 5
    assert len(key.identifier_digest("name", "\ud800")) == 32


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        (0o600, None),
        (0o400, None),
        (0o640, "its group can"),
        (0o620, "its group can"),
        (0o604, "everybody can"),
        (0o666, "its group and everybody can"),
        (0o611, None),
    ],
)
def test_a_file_that_others_can_read_is_described(tmp_path: Path, mode: int, words: str | None) -> None:
    path = tmp_path / "ctscan.db.key"
    path.touch()
    path.chmod(mode)
    said = exposure(path)
    assert (said is None) == (words is None)
    if words and said:
        assert words in said and f"mode {mode:03o}" in said and "'chmod 600'" in said and "\n" not in said
    assert exposure(tmp_path / "none") is None
