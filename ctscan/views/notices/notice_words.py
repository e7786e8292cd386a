"""Words of a paper, for every form of it."""

from __future__ import annotations

from collections.abc import Iterator

from ctscan.model.message import Message
from ctscan.model.notice import NoticeText, Table, WrittenNotice
from ctscan.privacy.redaction import visible
from ctscan.views.text import Texts


def shown(text: object, say: Texts) -> str:
    """Write a text of a block: a sentence, a text as it stands, or a number with its thousands marked."""
    if isinstance(text, Message):
        return visible(say(text))
    if isinstance(text, int):
        return f"{text:,}".replace(",", say(Message("format.thousands")))
    return visible(str(text))


def gap(key: str, say: Texts) -> str:
    """Mark the place of a missing setting."""
    return say(NoticeText.MISSING(key=key))


def is_number(table: Table, column: int) -> bool:
    """Return whether a column of a table holds numbers."""
    return all(isinstance(row[column], int) for row in table.rows)


def summary_lines(written: WrittenNotice, say: Texts) -> Iterator[str]:
    """Say where a paper was written."""
    yield say(NoticeText.WRITTEN(path=written.path))
    yield say(NoticeText.DIGEST(sha256=written.sha256))
