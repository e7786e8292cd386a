"""Names of people in common names that aren't shaped like names: with words in lower case, or before other words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ctscan.personal.attribution.mailbox_names import is_made_of_words
from ctscan.personal.attribution.name_shapes import PARTICLES, is_name_shaped
from ctscan.personal.normalise.name_tokens import name_forms, name_tokens

MAX_WORDS: Final = 8
"""Words of a common name that may begin with a name."""


def capitalised(text: str) -> str:
    """Return the words with a capital each, except particles in lower case: `Jane maria von Roe` as `Jane Maria von
    Roe`."""
    return " ".join(word if word in PARTICLES else word[0].upper() + word[1:] for word in text.split())


def is_made_from(address: str, name: str) -> bool:
    """Return whether a canonical address is made from two words of a name or more: `jane.roe`, `jroe`, `roej`."""
    return is_made_of_words(address, name_forms(name))


def name_before(text: str, organisations: Sequence[str]) -> str | None:
    """Return the name at the beginning of a text, or None.

    Either an organisation is called like the name (`Jane Roe Group Cert` of `Jane M. Roe`), or all other words of the
    text are words of an organisation (`Jane Roe Example Foundation` of `Example Foundation`).
    """
    words = text.split()
    if len(words) > MAX_WORDS:
        return None
    for count in range(len(words) - 1, 1, -1):
        name = " ".join(words[:count])
        if is_name_shaped(name) and any(_tells(words, count, organisation) for organisation in organisations):
            return name
    return None


def _tells(words: Sequence[str], count: int, organisation: str) -> bool:
    """Return whether an organisation shows that the first `count` words are a name."""
    known = set(name_tokens(organisation))
    own, others = set(name_tokens(" ".join(words[:count]))), set(name_tokens(" ".join(words[count:])))
    if is_name_shaped(organisation):
        return own <= known
    return bool(others) and others <= known and own.isdisjoint(known)
