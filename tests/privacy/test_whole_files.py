"""Files that appear whole: for their owner alone, at their place or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from ctscan.errors import InputError
from ctscan.privacy.whole_files import write_whole


def test_a_file_is_for_its_owner_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_whole(tmp_path / "case.json", b"{}", "-o")
    finally:
        os.umask(before)
    assert (tmp_path / "case.json").read_bytes() == b"{}"
    assert stat.S_IMODE((tmp_path / "case.json").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["case.json"]


def test_an_older_file_is_replaced_only_on_demand(tmp_path: Path) -> None:
    path = tmp_path / "case.json"
    path.write_bytes(b"older")
    with pytest.raises(InputError, match="exists already and was left as it is; give another with -o"):
        write_whole(path, b"newer", "-o")
    assert path.read_bytes() == b"older"
    write_whole(path, b"newer", "-o", replace=True)
    assert path.read_bytes() == b"newer"


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    link.symlink_to(target)
    with pytest.raises(InputError, match="exists already"):
        write_whole(link, b"x", "-o")
    target.write_bytes(b"other")
    write_whole(link, b"x", "-o", replace=True)
    assert target.read_bytes() == b"other" and not link.is_symlink()


@pytest.mark.parametrize("name", ["", "none/case.json", "file/case.json", "a\0b", "x" * 300])
def test_a_place_that_cannot_be_leaves_nothing(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InputError) as caught:
        write_whole(tmp_path / name, b"x", "-o")
    assert "\n" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
