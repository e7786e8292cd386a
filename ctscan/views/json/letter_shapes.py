"""JSON shapes of letters."""

from __future__ import annotations

from ctscan.model.ca_vocabulary import word_of
from ctscan.model.letter import WrittenLetter, WrittenLetters
from ctscan.views.json.values import Shape, hex_text


def letters(written: WrittenLetters) -> list[Shape]:
    """`ctscan letters`: shape each letter that was written."""
    return [_letter(one) for one in written.letters]


def _letter(one: WrittenLetter) -> Shape:
    letter, to = one.letter, one.letter.addressee
    return {
        "addressee": to.name,
        "party": word_of(to.party) if to.party else None,
        "post": to.post,
        "email": to.email,
        "ca": letter.ca,
        "sender": str(letter.sender),
        "kind": str(letter.kind),
        "lang": letter.lang,
        "missing": [word_of(item) for item in letter.missing],
        "follow_up": str(letter.follow_up) if letter.follow_up else None,
        "certificates": [hex_text(identity) for identity in letter.certificates],
        "files": list(one.files),
        "sha256": one.sha256,
    }
