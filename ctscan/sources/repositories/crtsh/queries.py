"""Queries to crt.sh for a question: parameter, value and way of matching. Pure.

crt.sh finds a certificate by the words of all its names (a text-search vector without positions). `match=ILIKE` then
keeps the names that hold the value, compared with their escape text: exact for ASCII, never true for other letters.
`match=any` keeps all, but its syntax has operators (OR, -, quotes), refuses hyphens, and turns a value that falls into
several words without a space between them into a phrase, which such a vector never holds. So this module splits a value
for `any` as the server's parser does, and no value ever reaches it as an operator.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from msgspec import Struct

from ctscan.errors import UsageError
from ctscan.model import QuestionKind
from ctscan.on_first_use import late_pattern
from ctscan.sources.repositories.crtsh.escape_text import encode

if TYPE_CHECKING:
    from ctscan.model import Question

FINDS = (QuestionKind.EMAIL, QuestionKind.DOMAIN, QuestionKind.NAME, QuestionKind.ORGANISATION)
MAX_QUERY = 3000
"""Characters of a query string: the front end reads a request's line and headers into 4,096 bytes."""

_MAX_VALUE = 500  # of a question, so that there is room for excluded issuers
_IN_ADDRESSES = ("rfc822Name", "E")
_ILIKE_TAKES = late_pattern(r"[!-$&-~]+")  # % is refused inside a value
_NOT_TAKEN = late_pattern(r"[%\\]")  # the backslash escapes for LIKE
_JOINED = late_pattern(r"[A-Za-z0-9]+(?:[./][A-Za-z0-9]+)+")  # hosts, initials and paths: one word to the parser
_SIGNED = late_pattern(r"-\d")  # -34 is a single word there, a number with its sign


class Query(Struct, frozen=True):
    """Query in the form that crt.sh accepts."""

    parameter: str
    value: str
    match: str
    domain: str = ""  # canonical; the query covers everything at and below it

    def text(self, without: Iterable[int] = (), unexpired: bool = False) -> str:
        """Return the query string; `without` holds the numbers of CAs whose certificates are excluded."""
        parts = {self.parameter: self.value, "match": self.match, "output": "json"}
        if unexpired:
            parts["exclude"] = "expired"
        if listed := ",".join(map(str, without)):
            parts["excludeCAs"] = listed
        return urlencode(parts, quote_via=quote, safe=",")


def queries_for(question: Question) -> tuple[Query, ...]:
    """Return the queries that answer a question together. Raises UsageError when crt.sh can't answer such a
    question."""
    if question.kind not in FINDS:
        raise UsageError(f"crt.sh: expected a question of kind {', '.join(FINDS)}, got another")
    if len(question.value.encode("utf-8", "surrogatepass")) > _MAX_VALUE:
        raise UsageError(f"crt.sh: expected a {question.kind} of at most {_MAX_VALUE} bytes, got a longer value")
    match question.kind:
        case QuestionKind.EMAIL:
            found = [query for form in _forms(question.value) for query in _for_address(form)]
        case QuestionKind.DOMAIN:
            found = [query for form in _forms(question.value) for query in _for_domain(form, question.value)]
        case QuestionKind.NAME:
            found = list(_for_words("Identity", question.value))
        case _:
            found = list(_for_words("O", question.value))
    found = [query for query in dict.fromkeys(found) if query.value]
    if not found:
        raise UsageError(f"crt.sh: the {question.kind} holds no word that crt.sh can search for")
    return tuple(found)


def below(query: Query, domain: str) -> Query:
    """Return the same query for a domain below. For `match=ILIKE` only."""
    return Query(query.parameter, domain, query.match, domain)


# --- addresses and domains ----------------------------------------------------------------------------------------


def _forms(value: str) -> list[str]:
    """Return an address or domain as it is, and with the letters that its A-labels stand for."""
    local, at, domain = value.rpartition("@")
    wide = ".".join(map(_in_letters, domain.split(".")))
    return list(dict.fromkeys((value, f"{local}{at}{wide}")))


def _in_letters(label: str) -> str:
    """Decode an A-label to its U-label (RFC 5890 section 2.3.2.1); other labels stay as they are."""
    if not label.startswith("xn--"):
        return label
    try:
        letters = label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, ValueError, OverflowError):
        return label
    return label if letters.isascii() else letters  # xn--abc- is not another name of abc


def _for_address(address: str) -> list[Query]:
    if _is_comparable(address):
        return [Query(parameter, address, "ILIKE") for parameter in _IN_ADDRESSES]
    local, _, host = address.rpartition("@")
    alone = [local] if _words(local) == [local] else []
    if not alone:  # with letters beyond ASCII in it, the first label ends at its dot
        alone = [word for word in _words(local)[:1] if not word.isascii() and local.startswith(f"{word}.")]
    if not alone and _is_comparable(host):
        return [Query(parameter, host, "ILIKE") for parameter in _IN_ADDRESSES]
    return [*_any_of([*alone, *_host_words(host)]), *_in_latin_1(address)]


def _for_domain(form: str, canonical: str) -> list[Query]:
    if _is_comparable(form):
        return [Query(parameter, form, "ILIKE", canonical) for parameter in _IN_ADDRESSES]
    return [*_any_of(_host_words(form)), *_in_latin_1(form)]


def _any_of(words: Iterable[str]) -> list[Query]:
    return [Query(parameter, _as_operands(words), "any") for parameter in _IN_ADDRESSES]


def _in_latin_1(value: str) -> list[Query]:
    """Query addresses that aren't UTF-8: their words are taken from their escape text and compared with it. Backslashes
    are doubled, for LIKE."""
    try:
        text = encode(value.encode("latin-1")).replace("\\", "\\\\")
    except UnicodeEncodeError:
        return []
    return [Query(parameter, text, "ILIKE") for parameter in _IN_ADDRESSES if _ILIKE_TAKES.fullmatch(text)]


def _is_comparable(value: str) -> bool:
    return _ILIKE_TAKES.fullmatch(value) is not None and not _NOT_TAKEN.search(value)


def _host_words(host: str) -> list[str]:
    """Return words by which a host name is certainly found. Each of its parent domains is indexed by itself, so a label
    in other letters is a word, and so is the ASCII rest of the name; a hyphen can't be searched for."""
    labels = host.split(".")
    last = next((at for at in range(len(labels), 0, -1) if not labels[at - 1].isascii()), 0)
    letters = [label for label in labels[:last] if not label.isascii() and _words(label) == [label]]
    rest = labels[last:]
    while not all(label.isascii() and label.isalnum() for label in rest):
        rest = rest[1:]
    return [*letters, ".".join(rest)] if rest else letters


# --- names ----------------------------------------------------------------------------------------------------------


def _for_words(parameter: str, value: str) -> Iterable[Query]:
    """Query a name by its words, anywhere in a certificate: with inner dots kept and removed, as UTF-8 and as the
    escape text of Latin-1, from which the words are taken when a name isn't UTF-8."""
    value = unicodedata.normalize("NFC", value)
    joined = [part for piece in re.split(r"[\s,;-]+", value) for part in _kept_joined(piece)]
    yield Query(parameter, _as_operands(joined), "any")
    yield Query(parameter, _as_operands(_words(value)), "any")
    if value.isascii():
        if _SIGNED.search(value) and not _NOT_TAKEN.search(value):
            yield Query(parameter, value, "ILIKE")
        return
    try:
        yield Query(parameter, _as_operands(_words(encode(value.encode("latin-1")))), "any")
    except UnicodeEncodeError:
        return


def _kept_joined(piece: str) -> list[str]:
    whole = piece.strip(".\"'()")
    return [whole] if _JOINED.fullmatch(whole) else _words(piece)


def _words(text: str) -> list[str]:
    """Return runs of letters, digits and combining marks."""
    return "".join(c if unicodedata.category(c)[0] in "LNM" else " " for c in text).split()


def _as_operands(words: Iterable[str]) -> str:
    """Join words that must all be there. OR stands in quotes, which make it a word."""
    return " ".join('"or"' if word.lower() == "or" else word for word in dict.fromkeys(words))
