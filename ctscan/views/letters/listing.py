"""Letters that a command wrote, as lines for readers."""

from __future__ import annotations

from collections.abc import Iterator

from ctscan.model import Message
from ctscan.model.letter import KIND_NAMES, Sender, Unwritten, WrittenLetter, WrittenLetters
from ctscan.model.letter_text import LetterLine
from ctscan.views.text import Texts

_SENDERS = {
    Sender.REQUESTER: LetterLine.BY_REQUESTER(),
    Sender.REPRESENTATIVE: LetterLine.BY_REPRESENTATIVE(),
    Sender.CONTROLLER: LetterLine.BY_CONTROLLER(),
}


def title(one: WrittenLetter, say: Texts) -> str:
    """Name a letter: whom it is about, its kind, its sender."""
    letter = one.letter
    kind, sender = KIND_NAMES[letter.kind].code, _SENDERS[letter.sender].code
    return say(LetterLine.WRITTEN(ca=letter.ca, kind=kind, sender=sender))


def lines(one: WrittenLetter, say: Texts) -> Iterator[str]:
    """Say where a letter goes, which files it has, what is to be added, and until when an answer is awaited."""
    letter = one.letter
    name = letter.addressee.name
    yield say(LetterLine.TO(name=name) if name else LetterLine.TO_NOBODY_KNOWN())
    for path in one.files:
        yield say(LetterLine.FILE(path=path))
    if letter.missing:
        items = "; ".join(say(Message(str(item))) for item in letter.missing)
        yield say(LetterLine.MISSING(items=items))
    yield say(LetterLine.FOLLOW_UP(on=letter.follow_up) if letter.follow_up else LetterLine.NO_ANSWER())


def reason(one: Unwritten, say: Texts) -> str:
    """Say why no letter is written."""
    return say(one.why)


def end(written: WrittenLetters, say: Texts) -> str:
    """Say that nothing was sent, or that nothing was written."""
    return say(LetterLine.NONE_SENT() if written.letters else LetterLine.NONE_WRITTEN())


def settled(count: int, ca: str, say: Texts) -> str:
    """Say how many letters are settled."""
    return say(LetterLine.SETTLED(count=count, ca=ca))
