"""Places to which heads of the audit log are written: files, sockets of syslog, UDP."""

from __future__ import annotations

import re
import socket
from base64 import b64decode
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ctscan.app.head_destinations import heard_head_failures, notes_in, read_notes, write_head, write_heads
from ctscan.errors import InputError

AT = datetime(2026, 2, 1, 5, 30, tzinfo=UTC)


def note(size: int) -> bytes:
    return f"ctscan-audit/{'0a' * 16}\n{size}\nAAAA\n\n\u2014 ctscan-audit/{'0a' * 16} AAAA\n".encode()


def test_a_file_gets_one_head_after_the_other_for_its_owner_alone(tmp_path: Path) -> None:
    for size in (1, 2, 3):
        write_head(str(tmp_path / "heads"), note(size), AT)
    assert read_notes(tmp_path / "heads") == ([note(1), note(2), note(3)], False)
    assert (tmp_path / "heads").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("cut", range(1, 90, 7))
def test_a_head_cut_off_by_a_full_disk_spoils_no_other(tmp_path: Path, cut: int) -> None:
    (tmp_path / "heads").write_bytes(note(1) + b"\n" + note(2)[:cut])
    write_head(str(tmp_path / "heads"), note(3), AT)
    found, is_torn = read_notes(tmp_path / "heads")
    assert {note(1), note(3)} <= set(found)
    assert is_torn or len(found) == 3 or cut < len("ctscan-audit/")


def received(family: int, address: object, place: str) -> bytes:
    with closing(socket.socket(family, socket.SOCK_DGRAM)) as server:
        server.bind(address)  # type: ignore[arg-type]
        server.settimeout(10)
        write_head(place.format(port=server.getsockname()[1] if family == socket.AF_INET else 0), note(7), AT)
        return server.recv(65536)


def test_syslog_gets_a_line_by_rfc_5424_in_which_the_head_is_found(tmp_path: Path) -> None:
    socket_path = str(tmp_path / "log")
    for line in (
        received(socket.AF_UNIX, socket_path, f"syslog:{socket_path}"),
        received(socket.AF_INET, ("127.0.0.1", 0), "udp://127.0.0.1:{port}"),
    ):
        form = rb"<109>1 2026-02-01T05:30:00\.000Z [!-~]+ ctscan \d+ head - ctscan-audit-head ([A-Za-z0-9+/=]+)"
        found = re.fullmatch(form, line)
        assert found is not None and b64decode(found[1]) == note(7)
        assert notes_in(b"Feb  1 05:30:00 host " + line + b"\n" + line) == ([note(7), note(7)], False)


def test_a_place_that_fails_keeps_no_other_from_its_head(tmp_path: Path) -> None:
    places = (str(tmp_path / "none" / "heads"), f"syslog:{tmp_path / 'none'}", str(tmp_path / "heads"))
    heard: list[InputError] = []
    with heard_head_failures(heard.append):
        write_heads(places, note(1), AT)
    assert [str(error).startswith(place) for error, place in zip(heard, places, strict=False)] == [True, True]
    with pytest.raises(InputError, match="nothing is lost"):
        write_heads(places, note(2), AT)
    assert read_notes(tmp_path / "heads")[0] == [note(1), note(2)]


def test_a_device_that_is_full_is_an_error(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("only Linux has a device that is always full")
    with pytest.raises(InputError, match="No space left"):
        write_head("/dev/full", note(1), AT)
