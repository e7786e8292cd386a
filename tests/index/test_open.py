"""The opener: URLs that it understands, and what it says of others."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ctscan.errors import UsageError
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
