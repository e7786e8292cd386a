"""Words that are neither addresses nor digits alone: names, accounts, domains and numbers with letters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from ctscan.on_first_use import late_pattern
from ctscan.personal.normalise.addresses import canonical_domain
from ctscan.personal.pasted.digit_forms import FEWEST_DIGITS, hex_digits, is_phone_like
from ctscan.personal.pasted.reading import ACCOUNT, DOMAIN, NAME, NUMBER, PHONE, SERIAL, Reading, guesses, refuse

_SIGNS_OF_NAMES: Final = frozenset(".,;'’ʼ`´׳()·・/&-")
_LAST_LABEL = late_pattern(r"(?:xn--[a-z0-9-]+|[^\W\d_]{2,63})", re.IGNORECASE)


def in_words(text: str) -> Iterable[Reading]:
    """Read any other text: one word, a name beside a number, or a name."""
    both = _name_and_numbers(text)
    if _semantics(text) and (both is None or not _WORD_BEHIND_NUMBER.search(text)):
        return [Reading(NUMBER, text)]
    if not any(map(str.isspace, text)):
        return _with_dots(text) or one_word(text)
    called = _NAME_AND_PHONE.fullmatch(text)
    if called is not None:
        return [Reading(NAME, called[1]), Reading(PHONE, called[2], guessed=True)]
    if both is not None:
        return [Reading(NAME, both[0]), *guesses(Reading(NUMBER, number) for number in both[1])]
    return _other_words(text)


def _other_words(text: str) -> Iterable[Reading]:
    if is_number("".join(text.split())):  # `BI 012345678`, `QQ 12 34 56 C`
        first, rest = text.split(maxsplit=1)
        bare = [Reading(NUMBER, rest)] if is_word_for_numbers(first) else []  # `ID 12345678Z`
        return guesses([Reading(NUMBER, text), Reading(NAME, text), *bare])
    called = _PHONE_AND_WORDS.fullmatch(text)
    if called is not None and is_phone_like(called[1]):  # `030 901820 (at home)`
        return guesses([Reading(PHONE, called[1]), Reading(NUMBER, called[1]), Reading(NAME, text)])
    word = _REMARK.sub("", text)
    if not any(map(str.isspace, word)):  # `jroe (HR)`: perhaps an account
        return guesses([*one_word(word), Reading(NAME, text)])
    if any(map(str.isdigit, text)):
        return guesses([Reading(NAME, text), Reading(NUMBER, text)])
    if _SEVERAL.search(text) or is_row(text):  # `Roe, Jane; Doe, John`: nobody has a name of all these words
        refuse("one name", text, "several names; give each by itself")
    is_sure = all(map(_is_of_names, text)) and not _SPOKEN.search(text)
    names_host = any(word.islower() and _is_domain(word) for word in text.split())  # `Jane Roe example.org`
    return [Reading(NAME, text, guessed=names_host or not is_sure)]


def is_row(text: str) -> bool:
    """Return whether full names stand side by side: `Jane Roe | John Doe`, or in cells of a table. A surname in a cell
    and a given name in the next are one name."""
    cells = [cell for cell in _BETWEEN_CELLS.split(text) if cell.strip()]
    return len(cells) > 1 and all(
        len(re.findall(r"[^\W\d_]{2,}", cell)) > 1 and all(map(_is_of_names, cell)) for cell in cells
    )


def _is_of_names(char: str) -> bool:
    """Return whether names have such a character; vowel signs of Indian scripts are marks."""
    return char.isalpha() or char.isspace() or char in _SIGNS_OF_NAMES or unicodedata.category(char)[0] == "M"


def _with_dots(text: str) -> list[Reading]:
    """Read `DOE.JANE.Q.1234567890`, the common name of people in the US armed forces."""
    parts = _DOTTED.fullmatch(text)
    if parts is None:
        return []
    return guesses([Reading(NAME, parts[1].replace(".", " ")), Reading(NUMBER, parts[2]), *one_word(text)])


def one_word(text: str) -> Iterable[Reading]:
    """Read a single word. Letters alone are a name and perhaps an account; every other word is a guess."""
    text = text.rstrip(".") or text
    has_digit = any(map(str.isdigit, text))
    name, account, number = Reading(NAME, text), Reading(ACCOUNT, text), Reading(NUMBER, text)
    if _is_domain(text):
        return guesses([Reading(DOMAIN, text), name, account, *([number] if has_digit else [])])
    if has_digit and is_number(text):
        return guesses([number, account, name])
    if has_digit or "_" in text or not all(char.isalpha() or char in "-'’" for char in text):
        return guesses([account, *([number] if has_digit else []), name])
    digits = hex_digits(text)
    if len(digits) >= 8:  # letters from A to F: hardly a name
        return guesses([name, account, Reading(SERIAL, digits)])
    return [name, account] if len(text) > 1 else [name]


def _is_domain(text: str) -> bool:
    _, dot, last = text.rstrip(".").rpartition(".")
    return bool(dot) and _LAST_LABEL.fullmatch(last) is not None and canonical_domain(text) is not None


_NUMBER_WORD = late_pattern(r"(?:([^\W\d_]{2,20})[:#=°]{1,2})?((?:[A-Za-z]{2,6}-)?[0-9A-Za-z][0-9A-Za-z./-]{4,40})")
_WORD_BEHIND_NUMBER = late_pattern(r"\d\S{0,40}\s.{0,200}?[^\W\d_]{2}")
_NAME_AND_PHONE = late_pattern(r"([^\d+]{0,200}[^\W\d_][^\d+]{0,200}?)[\s,;:]{0,9}(\+\d[\d\s()./-]{6,40})")
_PHONE_AND_WORDS = late_pattern(r"(\(?\d[\d\s()./-]{6,40}?)[\s,;]{1,9}\(?[^\W\d_].*", re.DOTALL)
_DOTTED = late_pattern(r"((?:[^\W\d_]{1,40}\.){2,8})(\d{5,20})")
_SEVERAL = late_pattern(r"[^\W\d_]{2}[^;]*;.*[^\W\d_]{2}", re.DOTALL)
_BETWEEN_CELLS = late_pattern(r"[\t\n|•]|\s/\s")
_SPOKEN = late_pattern(r"\s(?:and|und|&|at)\s", re.IGNORECASE)  # of `jane roe at example`, `Jane Roe and John Doe`
_REMARK = late_pattern(r"\s{1,9}[(\[][^()\[\]]{0,200}[)\]]$")
_MOST_NUMBERS = 4  # beside a name: of a representative and the company
_WORDS_FOR_NUMBERS: Final = frozenset((
    *("bi", "cc", "cedula", "cédula", "cf", "ci", "cif", "cnp", "cpf", "curp", "dni", "egn", "id", "iin", "inn", "nie"),
    *("nif", "nik", "nit", "no", "nr", "num", "número", "pas", "pasaporte", "passport", "pesel", "r", "rfc", "rut"),
    *("snils", "ssn"),
))  # fmt: skip


def _name_and_numbers(text: str) -> tuple[str, list[str]] | None:
    """Split `ROE JANE - NIF:12345678Z` into the name and the numbers; None for a text without both.

    A word for numbers stays before its number; another word there belongs to the name (`ROE:12345678901`).
    """
    names, numbers = [], []
    for word in (word.strip("()[]{},;") for word in text.split()):
        number = _NUMBER_WORD.fullmatch(word)
        if number is not None and sum(map(str.isdigit, word)) >= FEWEST_DIGITS:
            is_label = number[1] is None or number[1].lower() in _WORDS_FOR_NUMBERS
            names += [] if is_label else [number[1]]
            numbers.append(word if is_label else number[2])
        elif not is_word_for_numbers(word):
            names.append(word)
    name = " ".join(names).strip(" -:,;/")
    is_name = sum(map(str.isalpha, name)) >= 2 and not any(map(str.isdigit, name))
    return (name, numbers) if is_name and 1 <= len(numbers) <= _MOST_NUMBERS else None


def is_word_for_numbers(text: str) -> bool:
    """Return whether a text is a word before the number of a person: `ID`, `DNI`."""
    return text.strip("-:., ").lower() in _WORDS_FOR_NUMBERS


def is_number(text: str) -> bool:
    """Return whether a text that isn't hexadecimal can hardly be anything but a number.

    It is one word of digits and at most three letters, or stands behind a word for such numbers.
    """
    if _semantics(text):
        return True
    letters, digits = sum(map(str.isalpha, text)), sum(map(str.isdigit, text))
    is_word = all(char.isalnum() or char in ".-/" for char in text)
    return is_word and digits >= FEWEST_DIGITS and letters <= 3


def _semantics(text: str) -> bool:
    from ctscan.personal.parsers.semantics import read_semantics  # not at the top: it takes 10 ms

    return read_semantics(text) is not None
