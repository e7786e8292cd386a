"""Checks of saved answers in lines: the file, the index and the trail, each with all that it contradicts. Pure."""

from __future__ import annotations

from ctscan.model.saved_answer import Check, CheckedAnswer, CheckState
from ctscan.views.say import Say
from ctscan.views.text import Texts
from ctscan.views.vocabulary import Word
from ctscan.views.words import moment

SHOWN = 20  # lines of one check; JSON has them all

_COLOURS = {CheckState.HOLDS: "green", CheckState.FAILS: "red", CheckState.OPEN: "yellow"}


def check_lines(checked: CheckedAnswer, texts: Texts) -> list[tuple[str, str, int]]:
    """Write the checks of an answer: lines with their colour and indent."""
    saved = checked.answer
    unknown = texts(Say.CHECK_UNKNOWN())
    time = moment(saved.at) if saved.at else unknown
    head = Say.CHECK_ANSWER(number=saved.number, id=saved.id or unknown, time=time, who=saved.who or unknown)
    lines = [(texts(head), "bold", 0)]
    parts = ((Word.CHECK_FILE, checked.file), (Word.CHECK_INDEX, checked.index), (Word.CHECK_TRAIL, checked.trail))
    for thing, check in parts:
        lines.append((_state_line(thing, check, texts), _COLOURS[check.state], 2))
        found = [*check.problems, *check.unmade, *check.notes]
        lines += [(f"- {texts(one)}", "", 4) for one in found[:SHOWN]]
        if len(found) > SHOWN:
            lines.append((texts(Say.CHECK_MORE(count=len(found) - SHOWN)), "", 4))
    return lines


def _state_line(thing: Word, check: Check, texts: Texts) -> str:
    match check.state:
        case CheckState.HOLDS:
            return texts(Say.CHECK_HOLDS(thing=thing))
        case CheckState.FAILS:
            return texts(Say.CHECK_FAILS(thing=thing))
        case CheckState.OPEN:
            return texts(Say.CHECK_OPEN(thing=thing))
