"""Mailboxes beside the name of a person from which they aren't made: in the shape of a function's name, or beside a
mailbox that is made from the name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from typing import Final

from ctscan.model import AttributionReason, Confidence, SubjectKind
from ctscan.on_first_use import late_pattern
from ctscan.personal.attribution import mailbox
from ctscan.personal.attribution.common_names import declared_mailboxes
from ctscan.personal.attribution.gazetteer import is_name_word
from ctscan.personal.attribution.sole_given_names import sole_given_names
from ctscan.personal.normalise.name_tokens import fold_text, mailbox_tokens
from ctscan.personal.values import Attribution
from ctscan.personal.view import View

_MOST: Final = 10  # mailboxes of a certificate that are compared
_OF_SUBJECT: Final = ("subject", "san", "subjectDirectoryAttributes")
_MOST_TEXTS: Final = 50
_LONGEST: Final = 200  # characters of a text
_MOST_WORDS: Final = 12  # words of a name
_JOINED: Final = late_pattern(r"[^\W\d_]+(?:[-_][^\W\d_]+)+")
_NO_VOWEL: Final = late_pattern(r"[b-df-hj-np-tv-xz]{3,}")
_FEWEST: Final = 3  # words between hyphens, of a mailbox that people seldom have
_NAME: Final = 4  # letters of a word that is compared with the lists of names


def attribute_foreign(view: View, texts: Sequence[str], address: str) -> Attribution | None:
    """Attribute a canonical address that isn't made from the names of a person; None where nothing speaks against this
    person. A mailbox name in another script than the mailbox made from the name speaks against nobody.

    Args:
        view: the certificate.
        texts: the person's names.
        address: the address.
    """
    local = address.rpartition("@")[0]
    if is_made_of(local, texts):
        return None
    if is_shaped_like_function(local):
        why = AttributionReason.MAILBOX_SHAPED_LIKE_FUNCTION()
        return Attribution(SubjectKind.UNKNOWN, Confidence.POSSIBLE, why)
    if _is_beside_own(view, texts, address):
        return Attribution(SubjectKind.PERSON, Confidence.POSSIBLE, AttributionReason.MAILBOX_BESIDE_OWN())
    return None


def _is_beside_own(view: View, texts: Sequence[str], address: str) -> bool:
    """Return whether another mailbox is made from a person's names, and nobody's name makes this one. A mailbox that is
    called by a given name is no function."""
    local = address.rpartition("@")[0]
    if not (local.isascii() and local.isalpha()) or sole_given_names(address):
        return False
    others = (one for one in declared_mailboxes(view)[:_MOST] if one != address)
    if not any(mailbox.resembles(one, text) for one in others for text in texts):
        return False
    return not any(mailbox.resembles(address, text) for text in view.memo(_texts))


def is_shaped_like_function(local: str) -> bool:
    """Return whether a mailbox name joins words that are no names: three or more (`op-jo-orders`), or two of which one
    has no vowel (`pt_xml`)."""
    if not _JOINED.fullmatch(local):
        return False
    parts = [fold_text(part) for part in re.split("[-_]", local)]
    if any(len(part) >= _NAME and is_name_word(part) for part in parts):
        return False
    return len(parts) >= _FEWEST or any(map(_NO_VOWEL.fullmatch, parts))


def is_made_of(local: str, texts: Sequence[str]) -> bool:
    """Return whether a mailbox name is made of beginnings of words of a name, in any order: `jaroe`, `roe-j-a`."""
    letters = "".join(char for char in local.partition("+")[0] if char.isalpha())
    words = {word for text in texts for word in islice(mailbox_tokens(text), _MOST_WORDS)}
    return _is_pieced(letters, frozenset(islice(sorted(words), _MOST_WORDS)))


def _is_pieced(letters: str, words: frozenset[str]) -> bool:
    if not letters:
        return True
    for word in words:
        size = _common(letters, word)
        if any(_is_pieced(letters[at:], words - {word}) for at in range(size, 0, -1)):
            return True
    return False


def _common(one: str, other: str) -> int:
    """Return the number of letters with which two texts begin alike."""
    size = 0
    while size < min(len(one), len(other)) and one[size] == other[size]:
        size += 1
    return size


def _texts(view: View) -> tuple[str, ...]:
    """Return the first texts about the subject in which further people may be named: any but addresses."""
    texts = (place.text.value for place in view.fields if place.part in _OF_SUBJECT and place.text is not None)
    return tuple(islice((text[:_LONGEST] for text in texts if "@" not in text), _MOST_TEXTS))
