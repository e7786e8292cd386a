"""Text as people paste it: without quotes, brackets, escapes and invisible characters around an identifier. Pure.

Nothing here decides what kind of identifier a text is.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from urllib.parse import unquote

from ctscan.on_first_use import late_pattern
from ctscan.personal.normalise.addresses import canonical_email, tidy_text

_QUOTES = frozenset("\"'`´“”„‟‘’‚‛«»‹›「」『』〝〞〟＂＇❛❜❝❞")  # of all languages, which pair them in every way
_SINGLE = _QUOTES - frozenset("'`’‘´")  # a quote without its partner; an apostrophe may belong to the text
_BRACKETS = {"<": ">", "(": ")", "[": "]", "{": "}", "＜": "＞", "（": "）", "【": "】"}
_BULLETS = ("- ", "* ", "• ", "· ", "– ", "> ")
_STOPS = ",;:"

_MARKDOWN = late_pattern(r"\[([^\[\]]{1,500})\]\(<?([^()<>\s]{1,500})>?\)")
_ANCHOR = late_pattern(r"<a\s[^<>]{0,500}?href=[\"']?([^\"'<>\s]{1,500})[\"']?[^<>]{0,500}>.*</a>", re.IGNORECASE)
_ENTITY = late_pattern(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")

_AT_WORDS = "at|ät|arroba|arobase|chez|chiocciola|apenstaartje|klammeraffe|kukac|małpa|snabela|snabel-a|zavináč|собака"
_DOT_WORDS = "dot|punkt|punto|point|ponto|kropka|punct|tečka|piste|точка"
_AT = late_pattern(rf"\s{{0,9}}[\[({{<]\s{{0,3}}(?:{_AT_WORDS}|@)\s{{0,3}}[\])}}>]\s{{0,9}}", re.IGNORECASE)
_DOT = late_pattern(rf"\s{{0,9}}[\[({{<]\s{{0,3}}(?:{_DOT_WORDS}|\.)\s{{0,3}}[\])}}>]\s{{0,9}}", re.IGNORECASE)
_SPOKEN_AT = late_pattern(rf"\s(?:{_AT_WORDS})\s", re.IGNORECASE)
_SPOKEN_DOT = late_pattern(rf"\s(?:{_DOT_WORDS})(?=\s)\s", re.IGNORECASE)


def unwrap(text: str) -> str:
    """Return a pasted text in NFKC without the signs around it: quotes and brackets in pairs, bullets, commas at the
    end, links of Markdown and HTML, HTML escapes, invisible characters. Unwrapping twice changes nothing."""
    while True:  # it ends: all but the first round only shorten the text, or leave out an escape
        peeled = _peel(_unescape(text))
        link = _ANCHOR.fullmatch(peeled) or _MARKDOWN.fullmatch(peeled)
        if link is not None:
            peeled = _target(link)
        tidy = _peel(tidy_text(peeled))
        if tidy == text:
            return tidy
        text = tidy


def _target(link: re.Match[str]) -> str:
    """Return the address or number that a link leads to, else its text."""
    address = link[link.lastindex or 1]
    return address if link.re is _ANCHOR or address.lower().startswith(("mailto:", "tel:")) else link[1]


def _unescape(text: str) -> str:
    if "&" not in text or _ENTITY.search(text) is None:
        return text
    from html import unescape  # not at the top: hardly any text needs its tables

    return _ENTITY.sub(lambda match: unescape(match[0]), text)


def _peel(text: str) -> str:
    """Remove what stands at both ends of a text."""
    while True:
        before = text
        text = _without_blanks(text).rstrip(_STOPS)
        if text[:2] in _BULLETS:
            text = text[2:]
        elif _is_enclosed(text):
            text = text[1:-1]
        elif _is_alone(text[:1], text[1:]) or (text[:1] == "'" and text[1:2].isdigit()):  # `'` marks text in tables
            text = text[1:]
        elif _is_alone(text[-1:], text[:-1]) or _is_closed_only(text):
            text = text[:-1]
        if text == before:
            return text


def _is_enclosed(text: str) -> bool:
    if len(text) < 2:
        return False
    return (text[0] in _QUOTES and text[-1] in _QUOTES) or (text[0] in _BRACKETS and _is_in_brackets(text))


def _is_alone(quote: str, rest: str) -> bool:
    """Return whether a quote has no partner in the rest."""
    return quote in _SINGLE and _SINGLE.isdisjoint(rest)


def _is_closed_only(text: str) -> bool:
    """Return whether a bracket at the end was opened where the text was not copied: `jane@example.org>`."""
    return any(text.endswith(closing) and opening not in text for opening, closing in _BRACKETS.items())


def _without_blanks(text: str) -> str:
    start, end = 0, len(text)
    while start < end and _is_blank(text[start]):
        start += 1
    while end > start and _is_blank(text[end - 1]):
        end -= 1
    return text[start:end]


def _is_blank(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) in {"Cc", "Cf"}


def _is_in_brackets(text: str) -> bool:
    """Return whether the bracket at the beginning is closed by the last character; IP literals keep theirs."""
    opening, closing = text[0], _BRACKETS[text[0]]
    depth = 0
    for at, char in enumerate(text):
        depth += (char == opening) - (char == closing)
        if depth == 0:
            return at == len(text) - 1 and not (opening == "[" and is_ip(text[1:-1]))
    return False


def is_ip(text: str) -> bool:
    """Return whether a text is an IP address."""
    try:
        ipaddress.ip_address(text.lower().removeprefix("ipv6:"))
    except ValueError:
        return False
    return True


# --- addresses in disguise -------------------------------------------------------------------------------------------


def disguised_address(text: str) -> str | None:
    """Return the address that a text hides from harvesters: `jane(at)example.org`, `jane [at] example [dot] org`; also
    percent-encoded. None for a text with @ and for any other text."""
    if "@" in text and not _AT.search(text):
        return None
    plain = undisguised(text)
    for form in (plain, unquote(plain, errors="replace") if "%40" in plain else plain):
        if form != text and canonical_email(form) is not None:
            return form
    return None


def undisguised(text: str) -> str:
    """Return a text with @ and dots for the words that stand for them in brackets."""
    return _DOT.sub(".", _AT.sub("@", text))


def is_disguised(text: str) -> bool:
    """Return whether a word for @ stands in brackets between letters or digits: an address, perhaps with an error."""
    found = _AT.search(text)
    return found is not None and text[: found.start()][-1:].isalnum() and text[found.end() :][:1].isalnum()


def spoken_address(text: str) -> str | None:
    """Return the address that words spell: `jane dot roe at example dot org`; None for any other text."""
    plain = _SPOKEN_DOT.sub(".", _DOT.sub(".", _SPOKEN_AT.sub("@", text, count=1)))
    local, at, host = plain.partition("@")
    is_address = at and "." in host and not any(map(str.isspace, local + host))
    return plain if is_address and "@" not in text and canonical_email(plain) is not None else None


def percent_decoded(text: str) -> str:
    """Return a text without percent escapes; the same text where it holds none."""
    return tidy_text(unquote(text, errors="replace")) if "%" in text else text
