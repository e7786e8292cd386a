"""Papers of a controller as Markdown (CommonMark, with the tables of GitHub).

Texts of the settings and names of logs are data: what Markdown would read as its own marks is escaped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from ctscan.model.notice import Block, Fact, Gap, Item, Notice, NoticeText, Prose, Table
from ctscan.on_first_use import late_pattern
from ctscan.views.notices.notice_words import gap, is_number, shown
from ctscan.views.text import Texts

_MARKS = late_pattern(r"[\\`*_\[\]<>#|&~!$]")
_OPENING = late_pattern(r"^([-+=]|[0-9]{1,9}[.)](?=\s|$))")
"""What makes a list, a line or a heading of a paragraph that begins with it."""


def render_markdown(notice: Notice, say: Texts) -> bytes:
    """Render a paper as Markdown, in UTF-8.

    Args:
        notice: the paper.
        say: sentences of its language.
    """
    parts = [f"# {_text(notice.title, say)}", _text(NoticeText.AS_OF(day=notice.on), say)]
    parts += _blocks(notice.opening, say)
    for section in notice.sections:
        parts += [f"## {_text(section.heading, say)}", *_blocks(section.blocks, say)]
    return ("\n\n".join(parts) + "\n").encode("utf-8")


def _blocks(blocks: Sequence[Block], say: Texts) -> Iterator[str]:
    """Yield paragraphs, lists and tables."""
    for kind, some in groupby(blocks, type):
        if kind is Fact:
            yield "\n".join(_facts([one for one in some if isinstance(one, Fact)], say))
        elif kind is Item:
            yield "\n".join(f"- {_text(one.text, say)}" for one in some if isinstance(one, Item))
        else:
            yield from (_block(one, say) for one in some)


def _block(block: Block, say: Texts) -> str:
    match block:
        case Prose(text):
            return _text(text, say)
        case Gap(key):
            return _gap(key, say)
        case Table():
            return "\n".join(_table(block, say))
        case Item() | Fact():  # in a list, in a table
            return ""


def _facts(facts: Sequence[Fact], say: Texts) -> Iterator[str]:
    yield from ("| | |", "|---|---|")
    for fact in facts:
        values = "<br>".join(_text(one, say) for one in fact.values) or _gap(fact.key, say)
        yield f"| {_text(fact.label, say)} | {values} |"


def _table(table: Table, say: Texts) -> Iterator[str]:
    yield f"| {' | '.join(_text(one, say) for one in table.head)} |"
    yield f"|{'|'.join('---:' if is_number(table, column) else '---' for column in range(len(table.head)))}|"
    for row in table.rows:
        yield f"| {' | '.join(_text(one, say) for one in row)} |"


def _gap(key: str, say: Texts) -> str:
    return f"**{_escaped(gap(key, say))}**"


def _text(text: object, say: Texts) -> str:
    return _escaped(shown(text, say))


def _escaped(text: str) -> str:
    """Escape marks of Markdown. A text is one line: its line ends are shown as escapes before."""
    marked = _MARKS.sub(lambda found: f"\\{found[0]}", text)
    return _OPENING.sub(lambda found: f"{found[0][:-1]}\\{found[0][-1]}", marked)
