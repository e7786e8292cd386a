"""The opener of indexes: supported URLs, and the refusal of any other URL."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ctscan.errors import IndexFault, UsageError
from ctscan.index.open import check_url, open_index


def test_a_path_and_its_url_are_one_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    async def work() -> None:
        async with await open_index(tmp_path / "a.db", create=True):
            pass
        for url in (str(tmp_path / "a.db"), f"sqlite:///{tmp_path}/a.db", "sqlite:///a.db", "a.db"):
            async with await open_index(url, create=False) as index:
                assert await index.runs(1) == []

    asyncio.run(work())
    assert [path.name for path in tmp_path.iterdir()] == ["a.db"]


@pytest.mark.parametrize("url", ["mysql://host/db", "sqlite://a.db", "://x"])
def test_a_url_of_another_scheme_is_a_mistake_of_the_caller(url: str) -> None:
    with pytest.raises(UsageError, match="expected a path or sqlite:///path") as refused:
        check_url(url)
    assert "\n" not in str(refused.value)
    with pytest.raises(UsageError):
        asyncio.run(open_index(url, create=True))


@pytest.mark.parametrize("url", ["a\0b", "sqlite:///a\0b", "~no-such-user-here/a.db", "a" * 5000, ""])
@pytest.mark.parametrize("create", [False, True])
def test_a_path_of_no_file_is_a_fault_of_one_line(url: str, create: bool, tmp_path: Path) -> None:
    with pytest.raises(IndexFault) as refused:
        asyncio.run(open_index(url, create=create))
    assert str(refused.value).isprintable()


def test_an_empty_file_of_another_owner_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.db").touch()

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "chmod", refuse)
    with pytest.raises(IndexFault, match="Operation not permitted"):
        asyncio.run(open_index(tmp_path / "a.db", create=True))
