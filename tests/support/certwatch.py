"""Text comparison of crt.sh: its words, queries and escaped texts, close enough to PostgreSQL 15 to share its errors.

It follows `identities()`, `safe_convert_utf8()` and the text-search configuration of certwatch_db: the default parser
of PostgreSQL with the dictionary `simple`, vectors without positions. Such vectors never match a phrase, and
`websearch_to_tsquery` makes a phrase of every word that the parser takes apart. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_HOST_LABEL = r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*"
_HOST = rf"{_HOST_LABEL}(?:\.{_HOST_LABEL})+"
_MARKS = "".join(chr(c) for c in range(0x300, 0x10000) if unicodedata.category(chr(c))[0] == "M")
_LETTERS = rf"(?:[^\W_][{_MARKS}]*)+"
_TOKEN = re.compile(
    rf"""(?P<email>[A-Za-z0-9_]+(?:[._-][A-Za-z0-9_]+)*@{_HOST_LABEL}(?:\.{_HOST_LABEL})*\.[A-Za-z0-9-]*[A-Za-z0-9]{{2}})
    | (?P<path>[A-Za-z0-9.]+(?:/[A-Za-z0-9.]*[A-Za-z0-9])+)
    | (?P<host>{_HOST})
    | (?P<compound>(?!\d){_LETTERS}(?:-(?!\d){_LETTERS})+)
    | (?P<signed>-\d+)(?![^\W_])
    | (?P<word>{_LETTERS})""",
    re.VERBOSE,
)
_OPERATORS = re.compile(r'[!&|()\s]+|"')


@lru_cache(maxsize=4096)
def lexemes(text: str) -> tuple[str, ...]:
    """Split a text into words in lower case; a hyphenated word gives the whole and its parts."""
    found: list[str] = []
    for match in _TOKEN.finditer(text.lower()):
        found.append(match[0])
        if match.lastgroup == "compound":
            found += match[0].split("-")
    return tuple(found)


def escaped(raw: bytes) -> str:
    """Render bytes as `encode(raw, 'escape')` does."""
    return "".join("\\\\" if b == 0x5C else chr(b) if 0 < b < 0x80 else f"\\{b:03o}" for b in raw)


def safe_text(raw: bytes) -> str:
    """Decode bytes as `safe_convert_utf8(raw)` does, which also rejects a NUL."""
    try:
        return escaped(raw) if 0 in raw else raw.decode()
    except UnicodeDecodeError:
        return escaped(raw)


def identities(names: Iterable[tuple[str, bytes]]) -> frozenset[str]:
    """Collect the words under which crt.sh finds a certificate with these (type, value) pairs."""
    texts: list[str] = []
    for kind, raw in names:
        identity = safe_text(raw).lower()
        if kind in ("2.5.4.3", "san:dNSName"):
            domain = identity
        elif kind in ("1.2.840.113549.1.9.1", "san:rfc822Name"):
            domain = identity.partition("@")[2] or identity
        else:
            domain = ""
        texts += [identity, identity[::-1]]
        while domain:
            texts.append(domain)
            domain = domain.partition(".")[2]
    return frozenset(lexemes(" ".join(texts)))


def plain(query: str, words: frozenset[str]) -> bool:
    """Evaluate `plainto_tsquery(query) @@ words`."""
    wanted = lexemes(query)
    return bool(wanted) and words.issuperset(wanted)


def websearch(query: str, words: frozenset[str]) -> bool:
    """Evaluate `websearch_to_tsquery(query) @@ words`."""
    groups: list[list[bool]] = [[]]
    terms = _terms(query)
    for at, (text, is_quoted) in enumerate(terms):
        if text.lower() == "or" and not is_quoted and groups[-1] and at + 1 < len(terms):
            groups.append([])
            continue
        is_negated = text.startswith("-") and not is_quoted
        wanted = lexemes(text[1:] if is_negated else text)
        if wanted:
            groups[-1].append((len(wanted) == 1 and wanted[0] in words) != is_negated)
    return any(group and all(group) for group in groups)


def _terms(query: str) -> list[tuple[str, bool]]:
    """Split a query into operands, each with whether it stood in quotes. An unpaired quote is an ordinary operator."""
    found: list[tuple[str, bool]] = []
    for at, part in enumerate(re.split(r'"([^"]*)"', query)):
        if at % 2:
            found.append((part, True))
        else:
            found += [(text, False) for text in _OPERATORS.split(part) if text]
    return found


def ilike(pattern: str, text: str) -> bool:
    """Evaluate `text ILIKE pattern`; the backslash is the escape character."""
    return _as_regex(pattern).fullmatch(text) is not None


@lru_cache(maxsize=256)
def _as_regex(pattern: str) -> re.Pattern[str]:
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    wild = {"%": ".*", "_": "."}
    return re.compile("".join(wild.get(part) or re.escape(part[-1]) for part in parts), re.DOTALL | re.IGNORECASE)
