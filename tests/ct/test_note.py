"""Checkpoints: the log's own line is selected, and the whole note is parsed strictly."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.logs import LogBuilder, b64

from ctscan.ct.key_ids import key_id
from ctscan.ct.note import origin_of, parse_checkpoint, shown_origin
from ctscan.ct.signature import verify_head
from ctscan.errors import FormatError, ProofError
from ctscan.model import TreeHead

DASH = "\u2014"
OTHER_ID = b"\x77" * 32


def small_log() -> LogBuilder:
    log = LogBuilder("Note log", origin="log.example.org/2026h1")
    log.fill(5)
    return log


LOG = small_log()
NOTE = LOG.checkpoint(5)
BODY, LINES = NOTE.decode().split("\n\n")
OWN = LINES.splitlines()[1]


def parse(note: str | bytes) -> TreeHead:
    raw = note if isinstance(note, bytes) else note.encode()
    return parse_checkpoint(raw, LOG.id)


def test_head_of_a_checkpoint() -> None:
    head = parse(NOTE)
    assert (head.log_id, head.size, head.root, head.timestamp) == (LOG.id, 5, LOG.root(), LOG.head_time(5))
    assert head.raw == NOTE
    assert head.signature == LOG.sign_head(5, head.timestamp, head.root)
    verify_head(head, LOG.key)


@pytest.mark.parametrize("use_rsa", [False, True])
def test_both_kinds_of_key(use_rsa: bool) -> None:
    log = LogBuilder("Kind", use_rsa=use_rsa)
    log.fill(3)
    verify_head(parse_checkpoint(log.checkpoint(), log.id), log.key)
    with pytest.raises(ProofError, match="doesn't verify"):
        verify_head(parse_checkpoint(log.checkpoint(spoil=True), log.id), log.key)


def test_empty_log() -> None:
    log = LogBuilder("Empty")
    head = parse_checkpoint(log.checkpoint(), log.id)
    assert (head.size, head.root) == (0, log.root(0))
    verify_head(head, log.key)


def line(name: str, value: bytes) -> str:
    return f"{DASH} {name} {b64(value)}"


def test_other_signers_and_other_keys_of_the_same_name_are_ignored() -> None:
    others = [line(LOG.origin, bytes((i,)) * 9) for i in range(14)] + [line("witness.example.com", b"w" * 76)]
    note = f"{BODY}\n\n" + "\n".join([*others, OWN]) + "\n"
    assert parse(note).signature == parse(NOTE).signature


def test_too_many_lines() -> None:
    filler = [line("witness.example.com", b"w" * 76)] * 31
    assert parse(f"{BODY}\n\n" + "\n".join([*filler, OWN]) + "\n").size == 5
    with pytest.raises(FormatError, match="at most 32 signature lines, got 33"):
        parse(f"{BODY}\n\n" + "\n".join([*filler, OWN, OWN]) + "\n")


def test_note_without_a_line_of_the_log_proves_nothing() -> None:
    for lines in (
        line("grease.invalid", b"g" * 40),
        line(LOG.origin, b"g" * 40),
        line("log.example.org", OWN.encode()),
    ):
        with pytest.raises(ProofError, match="none of its 1 signature lines"):
            parse(f"{BODY}\n\n{lines}\n")


def test_note_of_another_log() -> None:
    with pytest.raises(ProofError, match="none of its 2 signature lines"):
        parse_checkpoint(NOTE, OTHER_ID)


def test_a_checkpoint_under_another_origin_is_parsed_by_the_line_under_that_origin() -> None:
    """The key ID depends on the origin: a line under the expected origin doesn't sign a note of another origin."""
    moved = LOG.checkpoint(5, origin="log.example.com/moved")
    head = parse_checkpoint(moved, LOG.id)
    verify_head(head, LOG.key)
    assert (head.size, origin_of(head.raw)) == (5, "log.example.com/moved")
    with pytest.raises(ProofError, match="none of its 1 signature lines"):
        parse(f"{BODY.replace(LOG.origin, 'log.example.com/moved')}\n\n{OWN}\n")


@pytest.mark.parametrize(
    ("origin", "shown"),
    [
        ("log.example.org:8080/2026h1", "log.example.org:8080/2026h1"),
        ("jane@example.org\u202e/\u2014 '", "jane?example.org?/???"),
        ("a" * 1000, "a" * 100 + "... (1000 characters)"),
    ],
)
def test_origins_in_messages_can_neither_steer_a_terminal_nor_hold_an_address(origin: str, shown: str) -> None:
    assert shown_origin(origin) == shown


def test_two_lines_of_the_log_are_refused() -> None:
    with pytest.raises(FormatError, match="one signature line of the log, got 2"):
        parse(f"{BODY}\n\n{OWN}\n{OWN}\n")


def test_line_that_verifies_badly_is_kept_for_the_verifier() -> None:
    with pytest.raises(ProofError, match="doesn't verify"):
        verify_head(parse(LOG.checkpoint(5, root=b"\x13" * 32, spoil=True)), LOG.key)


@pytest.mark.parametrize(
    "change",
    [
        lambda n: n.replace("\n5\n", "\n05\n"),
        lambda n: n.replace("\n5\n", "\n+5\n"),
        lambda n: n.replace("\n5\n", "\n-5\n"),
        lambda n: n.replace("\n5\n", "\n5 \n"),
        lambda n: n.replace("\n5\n", "\n٥\n"),
        lambda n: n.replace("\n5\n", "\n\n"),
        lambda n: n.replace("\n5\n", "\n0x5\n"),
        lambda n: n.replace("\n5\n", f"\n{1 << 63}\n"),
        lambda n: n.replace("\n5\n", f"\n{'9' * 5000}\n"),
        lambda n: n.replace(BODY, BODY + "\nextension line"),
        lambda n: n.replace(BODY, BODY.rpartition("\n")[0]),
        lambda n: n.replace(b64(LOG.root()), b64(LOG.root()[:31])),
        lambda n: n.replace(b64(LOG.root()), b64(LOG.root()).rstrip("=")),
        lambda n: n.replace(b64(LOG.root()), "*" * 44),
        lambda n: n.replace(BODY, BODY.replace("log.example.org", "log.example.org\r")),
        lambda n: n.replace("\n", "\r\n"),
        lambda n: n.replace(DASH, "-"),
        lambda n: n.replace(DASH, "\u2013"),
        lambda n: n.replace(f"{DASH} ", DASH),
        lambda n: n.replace(f"{DASH} ", f"{DASH}  "),
        lambda n: n.replace(OWN, OWN + " "),
        lambda n: n.replace(OWN, OWN[:-1]),
        lambda n: n.replace(OWN, OWN.replace(LOG.origin, LOG.origin + "+key")),
        lambda n: n.replace(OWN, OWN.replace(LOG.origin, LOG.origin + "\u00a0key")),
        lambda n: n.replace(OWN, f"{DASH} {LOG.origin}"),
        lambda n: n.replace(OWN, f"{DASH} {LOG.origin} AAAA"),
        lambda n: n[:-1],
        lambda n: n + "\n",
        lambda n: n + "text after the signatures\n",
        lambda n: n.replace("\n\n", "\n"),
        lambda n: n.replace(LOG.origin, "", 1),
        lambda n: n.replace(LOG.origin, "log.example.org/\x00", 1),
        lambda n: BODY + "\n\n",
        lambda n: "",
        lambda n: "\n\n",
        lambda n: n + "\u2014 " + "x" * 70_000,
    ],
)
def test_note_is_read_strictly(change: Callable[[str], str]) -> None:
    note = change(NOTE.decode())
    assert note != NOTE.decode()
    with pytest.raises(FormatError, match="checkpoint: "):
        parse(note)


def test_note_that_is_no_text() -> None:
    with pytest.raises(FormatError, match="expected UTF-8"):
        parse(NOTE.replace(b"log", b"l\xffg", 1))


@pytest.mark.parametrize(
    "blob", [b"", b"\0" * 4, b"\0" * 8, struct.pack(">Q", 253_402_300_800_000) + b"\x04\x03\0\0", b"\xff" * 20]
)
def test_own_line_without_time_or_signature(blob: bytes) -> None:
    own = line(LOG.origin, key_id(LOG.origin, LOG.id) + blob)
    with pytest.raises(FormatError, match="checkpoint: "):
        parse(f"{BODY}\n\n{own}\n")


@given(st.integers(0, len(NOTE) - 1), st.integers(1, 255))
def test_no_changed_byte_verifies(at: int, flip: int) -> None:
    """Any changed byte makes the note refused or its signature fail, except in another signer's line."""
    changed = NOTE[:at] + bytes((NOTE[at] ^ flip,)) + NOTE[at + 1 :]
    try:
        head = parse(changed)
        verify_head(head, LOG.key)
    except (FormatError, ProofError):
        return
    grease = NOTE.index(b"grease.invalid")
    assert grease <= at < NOTE.index(OWN.encode())
    assert head.root == LOG.root()


def test_last_empty_line_parts_text_from_signatures() -> None:
    with pytest.raises(FormatError, match="expected 3 lines"):
        parse(NOTE.decode().replace(BODY, BODY + "\n\nmore"))


def test_errors_never_show_content() -> None:
    with pytest.raises(ProofError) as caught:
        parse(NOTE.replace(LOG.origin.encode(), b"jane@example.org"))
    assert "jane" not in str(caught.value)
