"""Names of people in the running text of German certificates, found by the words before them.

The texts are restrictions and additions of Common PKI: `Der Zertifikatsinhaber Jan Muster ist vertretungsberechtigt …`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ctscan.on_first_use import late_pattern
from ctscan.personal.attribution.name_shapes import PARTICLES, bare_name, is_name_shaped

MAX_TEXT: Final = 4_000
"""Characters of a text that are searched."""

_HOLDER = (
    r"(?:(?:Zertifikats?|Signaturschlüssel|Signaturkarten|Signatur|Schlüssel|Karten|Siegel|Konto)-?)?[Ii]nhaber(?:s|in)?"
    r"(?: des (?:Zertifikate?s|Signaturschlüssels|Schlüssels)| der (?:Karte|Signaturkarte))?"
)
_ACTING = (
    r"(?:[Vv]ertreten durch|[Vv]ertretungsberechtigt(?:er|e)? ist|[Hh]andelnd durch)"
    r"(?: (?:der|den|die|ihren?|ihre|seine[nr]?|dessen|deren)(?: [\w-]{4,40}){1,2}?)?"
)
_CALLED = r"(?:Herrn?|Frau)"
_NAME = r"[^\W\d_][\w.'’-]{0,40}(?: [^\W\d_][\w.'’-]{0,40}){1,7}"
_SENTENCE: Final = late_pattern(
    rf"(?<!\w)(?:(?:{_HOLDER}|{_ACTING})(?: ist)?[:,]? (?:{_CALLED} )?|{_CALLED} )(?P<name>{_NAME})"
)
_POST = (
    r"(?:(?:allein|einzel|gesamt|gemeinsam)?vertretungsberechtigt|Geschäftsführer(?:in)?|Prokurist(?:in)?|"
    r"Vorstand(?:smitglied)?|Inhaber(?:in)?)"
)
_BEFORE_POST = r"(?:(?:der|die|ein|eine|als|allein\w*|einzel\w*|gesamt\w*|gemeinsam|gesetzlich\w*|bestellte\w?) )"
_ARTICLE = r"(?:D(?:er|ie|as)|Dies\w{1,2}|Eine?|Herr|Frau)"
_SUBJECT: Final = late_pattern(rf"(?:^|[.;] )(?!{_ARTICLE} )(?P<name>{_NAME}?),? ist {_BEFORE_POST}{{0,3}}{_POST}\b")
"""A sentence that begins with a name, which is then said to act for a company."""

_ABBREVIATED: Final = late_pattern(r"(?:Dr|Prof|Dipl|Ing|Mag|[^\W\d_])\.")


def holders_named(text: str) -> Iterator[str]:
    """Yield the names that stand behind the words for a holder, a representative, Herr or Frau; each once."""
    plain = " ".join(text[:MAX_TEXT].split())
    matches = (match for pattern in (_SENTENCE, _SUBJECT) for match in pattern.finditer(plain))
    found = (_leading_name(match["name"]) for match in matches)
    yield from dict.fromkeys(filter(None, found))


def _leading_name(words: str) -> str:
    """Return the longest name at the beginning of some words; empty when they don't begin with a name."""
    kept: list[str] = []
    for word in words.split():
        if not word[0].isupper() and word.casefold() not in PARTICLES:
            break
        kept.append(word)
        if word.endswith(".") and not _ABBREVIATED.fullmatch(word):  # the end of a sentence
            break
    while kept and kept[-1].casefold() in PARTICLES:
        kept.pop()
    name = " ".join(kept).rstrip(".,") if kept else ""
    return bare_name(name) if is_name_shaped(name) else ""
