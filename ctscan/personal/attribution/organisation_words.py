"""Common names made of words of the organisation and of acronyms: `ACME QDA` of `Acme S.A.` or `qda@acme.example`."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate, islice
from typing import Final

from ctscan.model import Name
from ctscan.personal.attribution.gazetteer import given_names, is_name_word, surnames
from ctscan.personal.attribution.name_attributes import ORGANISATION, texts_of
from ctscan.personal.normalise.name_tokens import fold_text

_MAX_TEXT: Final = 300  # characters of a text whose words are compared
_MOST: Final = 20  # organisations and addresses that are compared
_SHORTEST: Final = 3  # letters of a word of an organisation
_SHORTEST_NAME: Final = 4  # letters of a mailbox name that is a word of the organisation
_ACRONYM: Final = 6  # letters of the longest acronym


def is_of_organisation_words(text: str, name: Name | None, addresses: Iterable[str]) -> bool:
    """Return whether a text holds a word of the organisation beside it, or of the domain of a mailbox, and otherwise
    only acronyms and numbers. A word that is listed as a name, or ends like one, speaks against it.

    Args:
        text: a common name.
        name: the distinguished name around it.
        addresses: canonical addresses of the certificate.
    """
    folded = {word: fold_text(word) for word in text[:_MAX_TEXT].split()}
    if any(one in given_names() or one in surnames() for word in folded.values() for one in word.split()):
        return False
    own = _words_of_organisation(name, addresses)
    others = [word for word, plain in folded.items() if not set(plain.split()) <= own]
    return len(others) < len(folded) and all(map(_is_acronym, others))


def is_called_like_organisation(address: str, name: Name) -> bool:
    """Return whether a mailbox is called like the organisation of a name: by a word of it, or by several joined."""
    local = fold_text(address.rpartition("@")[0]).replace(" ", "")
    if len(local) < _SHORTEST_NAME:
        return False
    for text in islice(texts_of(name, ORGANISATION), _MOST):
        words = fold_text(text[:_MAX_TEXT]).split()
        if any(local in accumulate(words[at:]) for at in range(len(words))):
            return True
    return False


def may_be_persons(local: str) -> bool:
    """Return whether a mailbox name of letters may be made from the name of a person: `rjones`, `roe2`; not `q7x`."""
    letters = local.partition("+")[0].rstrip("0123456789")
    return len(letters) >= _SHORTEST and all(char.isalpha() or char in "._-" for char in letters)


def _words_of_organisation(name: Name | None, addresses: Iterable[str]) -> set[str]:
    organisations = islice(texts_of(name, ORGANISATION) if name is not None else (), _MOST)
    found = {word for text in organisations for word in fold_text(text[:_MAX_TEXT]).split()}
    for address in islice(addresses, _MOST):
        found.update(address.rpartition("@")[2].split(".")[-2:-1])
    return {word for word in found if len(word) >= _SHORTEST}


def _is_acronym(word: str) -> bool:
    """Return whether a word has capitals and digits only, and isn't long: `QDA`, `CA2`."""
    is_short = word.isascii() and len(word) <= _ACRONYM and not any(char.islower() for char in word)
    return is_short and not is_name_word(fold_text(word))
