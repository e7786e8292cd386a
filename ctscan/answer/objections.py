"""People who objected, in answers: the question to the suppressions, and the part of their word that answers give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ctscan.model import IdentifierKind, Remark
from ctscan.model.suppression import NUMBERED_KINDS
from ctscan.personal.normalise.name_tokens import asked_forms

if TYPE_CHECKING:
    from ctscan.index.protocols import Suppressing
    from ctscan.model import Answer, Identifier, Message
    from ctscan.model.suppression import SuppressionsAsked

Form = tuple[str, str]


def forms_of_question(identifier: Identifier) -> list[Form]:
    """Return the forms in which an identifier is asked about: every reading, by its own form and its look-up keys."""
    found = [(str(reading.kind), reading.canonical) for reading in identifier.readings]
    found += [
        (str(key.kind), key.key)
        for reading in identifier.readings
        for key in reading.keys
        if key.kind in NUMBERED_KINDS
    ]
    return list(dict.fromkeys(found))


def names_of_question(identifier: Identifier) -> list[tuple[tuple[str, ...], ...]]:
    """Return the words of each reading as a name, each in its spellings."""
    return [asked_forms(reading) for reading in identifier.readings if reading.kind == IdentifierKind.NAME]


async def with_objections(index: Suppressing, given: Answer) -> Answer:
    """Add the word of the suppressions to an answer. An answer about somebody who objected is never complete."""
    word = await index.suppressions_of(forms_of_question(given.identifier), names_of_question(given.identifier))
    complete = given.complete and not (word.suppressed or word.shared or word.lifted or word.lost)
    remarks = (*_remarks(word), *given.remarks, *([Remark.WITHOUT_OBJECTORS()] if word.any else []))
    return replace(given, suppressed=word.suppressed, complete=complete, remarks=remarks)


def _remarks(word: SuppressionsAsked) -> Sequence[Message]:
    found = []
    if word.suppressed is not None:
        day, ground = f"{word.suppressed.since:%Y-%m-%d}", str(word.suppressed.ground)
        if word.suppressed.restricted:
            found.append(Remark.RESTRICTED(day=day, ground=ground))
        else:
            found.append(Remark.SUPPRESSED(day=day, ground=ground))
    elif word.shared:
        found.append(Remark.SHARED_WITH_OBJECTOR())
    if word.lifted:
        found.append(Remark.SUPPRESSION_LIFTED())
    if word.lost is not None:
        found.append(Remark.SUPPRESSIONS_LOST(day=f"{word.lost:%Y-%m-%d}"))
    return found
