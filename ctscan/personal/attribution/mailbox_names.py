"""Mailbox names made from the name of a person: `jane.roe`, `roe_jane`, `jroe`. `mailbox` recognises the same forms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations, product
from typing import NamedTuple

from ctscan.personal.attribution.mailbox import is_common_role
from ctscan.personal.attribution.name_shapes import PARTICLES

MOST = 256
"""Most combinations of words that are made into mailbox names, the likeliest first."""

MOST_WORDS = 4  # of a longer name, the first two and the last two

_SEPARATORS = ("", ".", "_", "-")
_SHORTEST = 4  # letters of a mailbox name without separator: a shorter word is a name of its own

Word = Sequence[str]
"""Possible spellings of a word."""

Parts = tuple[Word, ...]
"""Parts of a mailbox name: words, or initials of words."""


class MailboxNames(NamedTuple):
    """Local parts made from a name: from full words, and from an initial and a word, which other people share."""

    full: tuple[str, ...]
    with_initial: tuple[str, ...]


def mailbox_names(words: Sequence[Word]) -> MailboxNames:
    """Return the mailbox names that a name of two words or more may have; a single word has none.

    Args:
        words: the words of the name in the order given, each in its spellings.
    """
    if len(words) > MOST_WORDS:
        words = (*words[:2], *words[-2:])
    if len(words) < 2:
        return MailboxNames((), ())
    full = _joined(_spelled(_full(words), MOST))
    initial = _joined(_spelled(_with_initial(words), MOST))
    return MailboxNames(tuple(full), tuple(name for name in initial if name not in full))


def _full(words: Sequence[Word]) -> Iterator[Parts]:
    """Yield full words: two of them in any order; then a given name, what stands between, and a surname, which may come
    first."""
    yield from permutations([word for word in words if word[0] not in PARTICLES], 2)
    for turn in _turns(words):
        first, *middle, last = turn
        yield from ((first, word, last) for word in middle)
        yield from ((first, _initials(word), last) for word in middle)
        yield tuple(turn)


def _with_initial(words: Sequence[Word]) -> Iterator[Parts]:
    """Yield an initial and a word, in both orders; then initials of all given names and the surname."""
    for one, other in permutations([word for word in words if word[0] not in PARTICLES], 2):
        yield _initials(one), other
        yield other, _initials(one)
    for turn in _turns(words):
        *given, last = turn
        yield (*map(_initials, given), last)
        yield (last, *map(_initials, given))


def _turns(words: Sequence[Word]) -> Iterator[Sequence[Word]]:
    """Yield a name of three words or more as given, and turned round: with the surname, or two surnames, at its end."""
    if len(words) > 2:
        yield words
        yield (*words[1:], words[0])
        yield (*words[2:], *words[:2])


def _initials(word: Word) -> Word:
    return tuple(dict.fromkeys(form[0] for form in word))


def _spelled(found: Iterator[Parts], limit: int) -> dict[tuple[str, ...], None]:
    """Return parts in each of their spellings, each once, up to a limit."""
    spelled: dict[tuple[str, ...], None] = {}
    for parts in found:
        for spelling in product(*parts):
            if len(spelled) == limit:
                return spelled
            spelled[spelling] = None
    return spelled


def _joined(found: dict[tuple[str, ...], None]) -> dict[str, None]:
    """Join parts with each separator, except to names of functions (`sales.office`) and to very short words."""
    names: dict[str, None] = {}
    for parts in found:
        if is_common_role(".".join(parts)):
            continue
        for separators in product(_SEPARATORS, repeat=len(parts) - 1):
            name = parts[0] + "".join(between + part for between, part in zip(separators, parts[1:], strict=True))
            if any(separators) or len(name) >= _SHORTEST:
                names[name] = None
    return names
