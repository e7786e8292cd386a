"""Redaction: output other than answers holds no personal data, and no output can steer a terminal.

Addresses and telephone numbers are replaced, and messages of unknown errors are withheld. Answers keep their data, but
their control characters become escapes.

Pure; `cli.logging` and `cli.program` redact everything that goes to stderr.
"""

from __future__ import annotations

import re
import traceback
import unicodedata
from collections.abc import Iterator

from ctscan.errors import CtscanError
from ctscan.on_first_use import late_pattern

ADDRESS = late_pattern(r"[^\s@<>()\[\]\"',;:=/\\]+(?:@|%40|＠)[^\s@<>()\[\]\"',;:=/\\]+", re.IGNORECASE)
PHONE = late_pattern(r"(?:\+|%2B|＋)\d(?:[ ().\-/]{0,2}\d){6,}", re.IGNORECASE)
EXAMPLE = "name@example.org"
"""Address in advice on how to write one. It is nobody's, and without it the advice says nothing."""

_UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Cn"})
_JOINERS = "\u200c\u200d"
"""Zero-width joiners: a part of the spelling of Persian and Indic words, and of emoji; nothing in other scripts."""

_FIRST_JOINED = "\u0590"
"""First character behind which a joiner has a meaning: the scripts before it (Latin, Greek, Cyrillic …) have none."""

_SELECTORS = late_pattern("[\ufe00-\ufe0f\u180b-\u180d\u180f\U000e0100-\U000e01ef]")
"""Variation selectors: they choose the form of an emoji, a Mongolian letter or an ideograph in front of them."""

_FIRST_SELECTED = "\u1800"
"""First character that has such forms, but for keys and signs of old character sets."""

_BLANKS = frozenset(
    "\u034f"  # combining grapheme joiner
    "\u115f\u1160\u3164\uffa0"  # Hangul fillers: letters without ink
    "\u17b4\u17b5"  # Khmer inherent vowels, never written
    "\u2800"  # Braille pattern blank
    "\U00013441\U00013442"  # blanks of Egyptian hieroglyphs
    "\U00016fe4"  # Khitan filler
    "\U0001d159"  # musical null notehead
)
"""Letters, marks and symbols without ink, which no category marks as invisible."""

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def without_addresses(text: str) -> str:
    """Replace text that looks like an e-mail address by `<email>`, but for `EXAMPLE`, and text that looks like a
    telephone number with its country by `<phone>`."""
    return PHONE.sub("<phone>", ADDRESS.sub(lambda found: EXAMPLE if found[0] == EXAMPLE else "<email>", text))


def visible(text: str) -> str:
    """Replace control, escape, bidirectional and invisible characters by escapes: `\\x1b`, `\\u202e`.

    Printing the result can't move a cursor, set a title or reorder the text beside it.
    """
    if text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    before = " "
    for character in text:
        if _is_unsafe(character, before):
            shown.append(_escaped(character))
            before = " "
        else:
            shown.append(character)
            before = character
    return "".join(shown)


def one_line(text: str) -> str:
    """Make a message visible, with blanks for line breaks."""
    return visible(" ".join(text.split()))


def safe_traceback(error: BaseException) -> str:
    """Write a traceback with the frames and classes of an error and its causes, without messages that may quote data.

    A ValueError quotes its value, for example; only messages of ctscan, of the system, and about code are shown. A line
    of code is shown if it stands in a file: typed code (`python -c`, as Python 3.13 shows it) may hold anything.
    """
    lines: list[str] = []
    for link in _chain(error):
        frames = [_without_typed_code(frame) for frame in traceback.extract_tb(link.__traceback__)]
        lines += ["Traceback (most recent call last):\n", *traceback.StackSummary.from_list(frames).format()]
        lines.append(f"{type(link).__module__}.{type(link).__qualname__}: {_safe_message(link)}\n")
    return "".join(without_addresses(line) for line in lines)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """List an error after its causes, oldest first; a circle ends where it closes."""
    links: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and all(link is not known for known in links):
        links.append(link)
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return reversed(links)


def _without_typed_code(frame: traceback.FrameSummary) -> traceback.FrameSummary:
    if not frame.filename.startswith("<"):
        return frame
    return traceback.FrameSummary(frame.filename, frame.lineno, frame.name, line="")


def _safe_message(error: BaseException) -> str:
    if isinstance(error, CtscanError | AttributeError | ImportError | NameError | TypeError):
        return one_line(str(error))
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return f"(message of {len(str(error))} characters withheld)"


def _is_unsafe(character: str, before: str) -> bool:
    """Return whether a character steers a terminal or can't be seen; `before` is the character in front of it."""
    if character in _JOINERS:
        return before < _FIRST_JOINED or before in _JOINERS
    if _SELECTORS.match(character):
        return before < _FIRST_SELECTED or _SELECTORS.match(before) is not None
    return character in _BLANKS or unicodedata.category(character) in _UNSAFE_CATEGORIES


def _escaped(character: str) -> str:
    number = ord(character)
    if number < 0x100:
        return _SHORT.get(character, f"\\x{number:02x}")
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
