"""Masks of personal values in alerts. Pure.

    jane.roe@example.org      j…@example.org        the first letter where the local part has four or more
    jane@roe-family.example   j…@….example          the domain has a word of the person
    +49 30 901820             …20
    every other value         …

The issuer of a certificate that was signed by itself is its subject: a text in which a value stands is masked as a
whole. A masked alert still has fingerprint, log and entry: whoever has these finds the public certificate.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from unicodedata import combining, normalize

from msgspec.structs import replace

from ctscan.model.alert import Alert
from ctscan.model.finding import Finding
from ctscan.model.match import CertificateSummary, Match
from ctscan.on_first_use import late_pattern

MASK = "…"
_SHOWS_INITIAL = 4  # letters of a local part: of a shorter one, the first letter says too much
_SHORTEST_WORD = 3  # letters: shorter words stand in many domains by chance
_WORD = late_pattern(r"[^\W\d_]+")
_EMAIL = late_pattern(r"[^\s@]+@[^\s@]+")
_NUMBERS = ("user.contact.phone_number", "user.contact.fax_number")
_ENDING_DIGITS = 2
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})


def masked_alert(alert: Alert) -> Alert:
    """Mask the personal values of an alert, and leave out every text that isn't needed."""
    return alert if alert.match is None else replace(alert, match=_masked_match(alert.match))


def _masked_match(match: Match) -> Match:
    values = [text for found in match.findings for text in (found.value, found.canonical, found.repaired or "") if text]
    words = {word.casefold() for value in values for word in _words_of_person(value)}
    return Match(
        certificate=_masked_certificate(match.certificate, values, words),
        findings=tuple(_masked_finding(found, words) for found in match.findings),
        sightings=match.sightings,
    )


def _masked_certificate(found: CertificateSummary, values: Iterable[str], words: set[str]) -> CertificateSummary:
    issuer = found.issuer if not _holds(found.issuer, values, words) else MASK
    if issuer == found.subject:
        issuer = MASK
    return replace(found, issuer=issuer, subject="", serial="")


def _holds(text: str, values: Iterable[str], words: set[str]) -> bool:
    """Return whether a text holds a value, or two words of values or more."""
    folded = text.casefold()
    if any(len(value) >= _SHORTEST_WORD and value.casefold() in folded for value in values):
        return True
    return len(words.intersection(word.casefold() for word in _WORD.findall(text))) > 1


def _masked_finding(found: Finding, words: set[str]) -> Finding:
    value = masked_value(found.value, found.category, words)
    return replace(found, value=value, canonical="", keys=(), raw=b"", repaired=None)


def masked_value(value: str, category: str, words: Iterable[str] = ()) -> str:
    """Mask a value.

    Args:
        value: the value as written.
        category: its category.
        words: words of the person, in small letters, which no shown domain may hold.
    """
    if _EMAIL.fullmatch(value):
        return _masked_email(value, words)
    if category in _NUMBERS:
        digits = re.sub(r"\D", "", value)
        return MASK + (digits[-_ENDING_DIGITS:] if len(digits) > 3 * _ENDING_DIGITS else "")
    return MASK


def _masked_email(value: str, words: Iterable[str]) -> str:
    local, _, domain = value.rpartition("@")
    own = {word.casefold() for word in _WORD.findall(local)}
    spelled = _spellings(domain)
    hidden = any(len(form) >= _SHORTEST_WORD and form in spelled for word in {*own, *words} for form in _forms(word))
    initial = local[0] if len(local) >= _SHOWS_INITIAL and local[0].isalnum() else ""
    shown = f"{MASK}.{domain.rpartition('.')[2]}" if hidden else domain
    return f"{initial}{MASK}@{shown}"


def _spellings(domain: str) -> str:
    """Return a domain in small letters, as A-labels and as U-labels."""
    try:
        return f"{domain} {domain.encode('ascii').decode('idna')}".casefold()
    except UnicodeError:
        return domain.casefold()


def _forms(word: str) -> set[str]:
    """Return a word as domains spell it: as it is, without accents, and with German umlauts as two letters."""
    folded = word.casefold()
    plain = "".join(c for c in normalize("NFKD", folded) if not combining(c))
    return {folded, plain, folded.translate(_UMLAUTS)}


def _words_of_person(value: str) -> list[str]:
    """Return the words of a name or of a local part: the domain of an address is no word of the person."""
    text = value.rpartition("@")[0] if _EMAIL.fullmatch(value) else value
    return [word for word in _WORD.findall(text) if len(word) >= _SHORTEST_WORD]
