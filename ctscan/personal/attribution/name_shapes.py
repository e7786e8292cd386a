"""Shapes of common names: a host, an organisation, a form in which schemes write people, or words that may be a name.

Shape is weak evidence. `person_form` is certain of its forms; `is_name_shaped` needs other evidence as well.
"""

from __future__ import annotations

import re
import unicodedata

from ctscan.model import Phrase
from ctscan.on_first_use import late_pattern
from ctscan.personal.attribution.lexicon import (
    HAN_SURNAMES,
    HANGUL_SURNAMES,
    ORGANISATION_PARTS,
    ORGANISATION_WORDS,
)
from ctscan.personal.attribution.script_words import han_surnames, is_japanese_name, names_organisation
from ctscan.personal.normalise.addresses import canonical_domain
from ctscan.personal.normalise.latin.han import COMPOUND as HAN_COMPOUND
from ctscan.personal.normalise.latin.hangul import COMPOUND as HANGUL_COMPOUND
from ctscan.personal.normalise.memo import cached_for_short
from ctscan.personal.normalise.name_tokens import fold_text

MAX_NAME_SHAPE = 100
MAX_UNSPACED = 6
"""Characters of the longest name without a space, in Han."""

_ANY_WORD = late_pattern(r"\w+")
_INITIALISM = late_pattern(r"\b(?:[^\W\d_]\.){2,}")
_WORD = late_pattern(r"[^\W\d_]+(?:['’ʼ´`‐-][^\W\d_]+)*\.?")
PARTICLES = frozenset(
    [
        *("abd", "abu", "af", "al", "ap", "bar", "ben", "bin", "bint", "binti", "binte", "d", "da", "dal", "das", "de"),
        *("degli", "dei", "del", "dell", "della", "delle", "den", "der", "des", "di", "do", "dos", "du", "e", "el"),
        *("i", "ibn", "la", "las", "le", "les", "lo", "los", "san", "st", "te", "ten", "ter", "und", "van", "vom"),
        *("von", "y", "zu", "zum", "zur"),
    ]
)
_TITLE = late_pattern(
    r"(?:(?:Bc|BSc|Dhr|Dipl|Dott|Dott\.ssa|Dr|Doc|Don|Eng|Frau|Hr|Herr|Ing|JUDr|MDDr|MUDr|MVDr|Mag|Mgr|Mr|Mrs|Ms|MSc|"
    r"PaedDr|PhDr|PharmDr|Prof|RNDr|Sig|Sr|Sra|ThDr|arch|med|phil|rer|nat|h\.c)\.[ ,-]*|(?:Mr|Mrs|Ms|Dr|Ing|Prof) )+"
)
_AFTER_NAME = late_pattern(
    r"[ ,]+(?:Ph\.? ?D|CSc|DrSc|MBA|MPH|M\.?Sc|B\.?Sc|LL\.?M|Jr|Sr|II|III|DiS|MD|M\.D)\.?(?=$|[ ,])"
)
_PURPOSE = (
    r"(?:Authentication|Signature|Signing|Encryption|AUTH|SIGN|ENC|FIRMA|CIFRADO|AUTENTICACI[OÓ]N|AUTENTICA[CÇ][AÃ]O|"
    r"ASSINATURA|FIRMA DIGITALE|Affiliate|Contractor|affiliate|TCAT)"
)
_NIF = r"(?:[XYZ]\d{7}|\d{8})-?[A-Z]"
EDIPI_FORM = Phrase.EDIPI_FORM
_FORMS: tuple[tuple[re.Pattern[str], Phrase], ...] = (
    (
        late_pattern(r"(?P<name>[A-Z][A-Z'’ -]{0,40}(?:\.[A-Z][A-Z'’ -]{0,40}){1,3})\.\d{10}"),
        EDIPI_FORM,
    ),
    (
        late_pattern(r"(?P<name>[^\W\d_][^\d,:]{0,60},[^\W\d_][^\d,:]{0,60}),(?:PNO[A-Z]{2}-)?\d{11}"),
        Phrase.BALTIC_FORM,
    ),
    (
        late_pattern(r"(?P<name>[^\W\d_][^\d:]{1,80}):\d{11}"),
        Phrase.CPF_FORM,
    ),
    (
        late_pattern(
            r"(?:NOMBRE )?(?P<name>[^\W\d_][^\d:|]{2,80}?) ?[-–/|] ?(?:(?:NIF|DNI|NIE)[: ]{0,2})?"
            + _NIF
            + rf"(?: \({_PURPOSE}\))?"
        ),
        Phrase.NIF_FORM,
    ),
    (
        late_pattern(_NIF + r" (?P<name>[^\W\d_][^\d:()]{2,80}) \(R: ?[A-Z]\d{7}[0-9A-Z]\)"),
        Phrase.REPRESENTATIVE_FORM,
    ),
    (
        late_pattern(rf"(?P<name>[^\W\d_][^\d:()]{{2,80}}) \({_PURPOSE}\)"),
        Phrase.NAME_PURPOSE_FORM,
    ),
    (
        late_pattern(rf"\({_PURPOSE}\) (?P<name>[^\W\d_][^\d:()]{{2,80}})"),
        Phrase.PURPOSE_NAME_FORM,
    ),
    (
        late_pattern(
            r"(?:iPhone Developer|Apple Development|Mac Developer): (?P<name>[^\W\d_][^\d:()@]{2,80}) \([0-9A-Z]{10}\)"
        ),
        Phrase.DEVELOPER_FORM,
    ),
    (
        late_pattern(r"[Rr]obot ?: ?[^:]{1,60} - (?P<name>[^\W\d_][^\d:()@]{2,80})"),
        Phrase.ROBOT_FORM,
    ),
)
_SIGN_OF_FORM = late_pattern(r"[\d(:]")
"""Characters of which every text in one of the forms holds one."""

_GEORGIAN = late_pattern("[\u10d0-\u10ff-]+")  # its letters count as lower case, and names have no others
_COMMA_FORM = late_pattern(r"(?P<last>[^\W\d_][^\d,:@/()]{1,40}), ?(?P<given>[^\W\d_][^\d,:@/()]{1,40})")
_NAME_AND_NUMBER = late_pattern(r"(?P<name>[^\d]{3,80}?) (?=[0-9A-Z]*\d{3})[0-9]{3,20}[A-Za-z]{0,3}")  # a unique number
_PSEUDONYM = late_pattern(r"(?P<name>[^:]{2,80}?) ?:PN")

_ADDRESS = late_pattern(r"[0-9.]+|[0-9A-Fa-f:]*:[0-9A-Fa-f:]*|localhost")

_SOLE_TRADER = late_pattern(
    r"(?:Inh\.|Inhaber(?:in)?:?) ?(?P<after>.{3,80})|"
    r"(?P<before>.{3,80}?),? (?:e\. ?[Kk]\.|e\. ?Kfm\.|e\. ?Kfr\.|eenmanszaak|\(?sole trader\)?)"
)
SOLE_TRADER = r"Inh\.|Inhaber|e\. ?[Kk]\.|e\. ?Kf[mr]\.|eenmanszaak|sole trader"
"""Pattern, for text and for octets, that every name accepted by `sole_trader` contains."""


@cached_for_short(4096)
def is_host(text: str) -> bool:
    """Return whether a text is a host: `www.example.org`, `*.example.org`, an IP address, `localhost`.

    A host has no spaces, and a dot or a known name.
    """
    words = text.split(maxsplit=1)
    if len(words) != 1 or "@" in text:
        return False
    stripped = words[0]
    if _ADDRESS.fullmatch(stripped):
        return True
    host = stripped.removeprefix("*.")
    return "." in host.rstrip(".") and not host.startswith(".") and canonical_domain(host) is not None


@cached_for_short(4096)
def has_organisation_word(text: str) -> bool:
    """Return whether a word of the text belongs to organisations, authorities or machines, in several languages."""
    if not text.isascii() and any(part in text for part in ORGANISATION_PARTS):
        return True
    joined = _INITIALISM.sub(lambda match: match.group().replace(".", "") + " ", text)  # S.A. -> SA
    words = {word for word in fold_text(joined).split() if len(word) > 2}
    words.update(word for word in _ANY_WORD.findall(joined.casefold()) if len(word) == 2)  # Sá is a name, SA isn't
    return not ORGANISATION_WORDS.isdisjoint(words) or (not text.isascii() and names_organisation(text))


@cached_for_short(4096)
def person_form(text: str) -> tuple[str, Phrase] | None:
    """Return name and form of a text in a form in which identity schemes write people, else None.

    The name comes without the number in the form; the form is a phrase.
    """
    if len(text) > 2 * MAX_NAME_SHAPE or not _SIGN_OF_FORM.search(text):
        return None
    stripped = text.strip()
    for pattern, form in _FORMS:
        match = pattern.fullmatch(stripped)
        if match and fold_text(match["name"]) and (_has_number(stripped) or not has_organisation_word(match["name"])):
            return match["name"], form
    return None


def loose_person_form(text: str) -> tuple[str, Phrase] | None:
    """Return name and form for forms that usually mean a person: a title before the name; `Surname, Given`."""
    stripped = text.strip()
    if len(stripped) > MAX_NAME_SHAPE or has_organisation_word(stripped):
        return None
    title = _TITLE.match(stripped)
    if title and is_name_shaped(stripped[title.end() :]):
        return stripped[title.end() :], Phrase.TITLE_FORM
    comma = _COMMA_FORM.fullmatch(stripped)
    if comma and is_name_shaped(f"{comma['given']} {comma['last']}") and not _is_acronym(comma["given"]):
        return stripped, Phrase.COMMA_FORM
    return None


def pseudonym_form(text: str) -> str | None:
    """Return the pseudonym before `:PN`, the mark of German certificates under a pseudonym, or None.

    CAs use the mark as well, but with words of organisations.
    """
    match = _PSEUDONYM.fullmatch(text.strip()) if ":PN" in text and len(text) <= MAX_NAME_SHAPE else None
    if match is None or not any(char.isalpha() for char in match["name"]) or has_organisation_word(match["name"]):
        return None
    return match["name"]


def sole_trader(text: str) -> str | None:
    """Return the name beside the mark of a sole trader (`e.K.`, `Inh.`) when it is shaped like a name, or None."""
    is_marked = "e." in text or "Inh" in text or "eenmanszaak" in text or "sole trader" in text
    match = _SOLE_TRADER.fullmatch(text.strip()) if is_marked and len(text) <= MAX_NAME_SHAPE else None
    name = (match["after"] or match["before"]).strip(" ,") if match else ""
    return name if name and is_name_shaped(name) else None


@cached_for_short(4096)
def is_name_shaped(text: str) -> bool:
    """Return whether a text is shaped like a person's name.

    The name has two to six words with a capital (or in a script without capitals), no digits and no word of
    organisations; in Han and Hangul also a single word of 2 to 6 characters that begins with a common surname.
    """
    name = bare_name(text)
    return full_words(name) is not None and not has_organisation_word(name)


@cached_for_short(4096)
def bare_name(text: str) -> str:
    """Return the text without titles, degrees and a number that only makes it unique."""
    stripped = _AFTER_NAME.sub("", _without_number(text.strip()))
    title = _TITLE.match(stripped)
    return stripped[title.end() :] if title else stripped


def full_words(name: str) -> list[str] | None:
    """Return the words of a text shaped like a name, without particles; None for another shape."""
    if len(name) > MAX_NAME_SHAPE:
        return None
    words = [word.strip(",") for word in name.split()]
    if len(words) == 1:
        return words if _is_unspaced_name(words[0]) else None
    full = [word for word in words if word.casefold() not in PARTICLES]
    if len(full) < 2:  # Ben Le
        full = words
    return full if len(words) <= 8 and len(full) <= 6 and _are_name_words(full) else None


def name_part(text: str) -> str:
    """Return the text without a number that only makes it unique."""
    return _without_number(text.strip())


def _are_name_words(full: list[str]) -> bool:
    if not all(_is_name_word(word) for word in full):
        return False
    whole = sum(not is_initial(word) for word in full)
    has_initial = bool(full) and len(full[0]) == 2 and full[0].endswith(".")  # J. Doe
    return whole >= (1 if has_initial else 2) and not all(map(_is_acronym, full))


def is_initial(word: str) -> bool:
    """Return whether a word of a name is a letter with or without a dot; a single Han or Hangul character is a name."""
    plain = word.rstrip(".")
    return len(plain) < 2 and plain < "\u3400"


def _is_name_word(word: str) -> bool:
    plain = word
    if not word.isascii():
        plain = "".join(char for char in word if unicodedata.category(char)[0] != "M")  # vowel signs don't match \\w
    if not _WORD.fullmatch(plain):
        return False
    return not plain[0].islower() or _GEORGIAN.fullmatch(plain) is not None


def _is_acronym(word: str) -> bool:
    """Return whether a word is in capitals with at most two letters, or without a vowel: `VPN`, `TCS`."""
    return word.isascii() and word.isupper() and (len(word) <= 2 or not re.search("[AEIOUY]", word))


def _is_unspaced_name(word: str) -> bool:
    if not 2 <= len(word) <= MAX_UNSPACED:
        return False
    names = [unicodedata.name(char, "") for char in word]
    if all(name.startswith("CJK UNIFIED") or char == "々" for char, name in zip(word, names, strict=True)):
        is_chinese = len(word) <= 4 and (word[0] in HAN_SURNAMES or word[0] in han_surnames())
        return is_chinese or (len(word) > 2 and word[:2] in HAN_COMPOUND) or is_japanese_name(word)
    if not all(name.startswith("HANGUL SYLLABLE") for name in names):
        return False
    return (len(word) == 3 and word[0] in HANGUL_SURNAMES) or (3 <= len(word) <= 5 and word[:2] in HANGUL_COMPOUND)


def _has_number(text: str) -> bool:
    """Return whether the form holds a person's number (7 digits or more), which no organisation has."""
    return sum(char.isdigit() for char in text) >= 7


def _without_number(text: str) -> str:
    match = _NAME_AND_NUMBER.fullmatch(text)
    return match["name"] if match else text
