"""Answers as documents: their head, their basis, and the digest over their canonical form.

The canonical form is the JSON of an answer in RFC 8785 (JCS), with three rules before it, so that anybody can compute
the digest again from a file alone: docs/analyst.md shows how.

- The field `digest` of the outermost object is left out.
- A sentence is left out where its code stands beside it: `why` beside `why_code`, `detail` beside `detail_codes`,
  `remarks` beside `remark_codes`. So the digest is the same in every language and wording.
- An integer beyond 2^53 - 1, which JCS can't write, becomes a string of its decimal digits.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import sha256
from math import isfinite
from typing import TYPE_CHECKING, Any

from ctscan.model.basis import list_names
from ctscan.views.json.values import base64_text, message, time_text

if TYPE_CHECKING:
    from ctscan.model import AnswerHeader, Basis, BasisLog, LogChoice, LogListEdition
    from ctscan.views.json.values import Shape

_EXACT = 2**53 - 1
"""Greatest integer that every reader of JSON keeps exactly (RFC 7493 section 2.2)."""


def header(found: AnswerHeader | None) -> Shape:
    """Shape the head of an answer; nulls in an answer that is no document."""
    if found is None:
        return dict.fromkeys(("id", "at", "version", "rules", "who", "purpose", "case"))
    return {
        "id": found.id,
        "at": time_text(found.at),
        "version": found.version,
        "rules": found.rules,
        "who": found.who,
        "purpose": found.purpose or None,
        "case": found.case or None,
    }


def basis(found: Basis) -> Shape:
    """Shape the basis that an answer rests on, with all logs of it."""
    return {
        "revision": found.revision,
        "at": time_text(found.at),
        "who": found.who,
        "source": str(found.source),
        **message("change", found.change),
        "note": found.note or None,
        "choice": None if found.choice is None else log_choice(found.choice),
        "edition": None if found.edition is None else edition(found.edition),
        "logs": [basis_log(log) for log in found.logs],
    }


def edition(found: LogListEdition) -> Shape:
    """Shape the edition of a log list: `dated` and `version` as the list states them, null where it doesn't."""
    return {
        "dated": time_text(found.dated),
        "version": found.version or None,
        "read_at": time_text(found.read_at),
    }


def log_choice(found: LogChoice) -> Shape:
    """Shape a choice of logs; `log_list` is null for Google's list, a list of names
    for several, `logs` empty for every log of the list."""
    return {"log_list": list_names(found), "logs": list(found.logs)}


def basis_log(log: BasisLog) -> Shape:
    """Shape a log of the basis; `reason` says why scans don't read it any longer, null while they do."""
    return {
        "log": log.name,
        "log_id": base64_text(log.id),
        "operator": log.operator,
        **message("reason", log.reason),
        "since": time_text(log.since),
    }


# --- digest -------------------------------------------------------------------------------------------------------


def canonical(value: object) -> bytes:
    """Write JSON in canonical form, with codes in place of sentences.

    Raises:
        ValueError: a string holds a lone surrogate, or a number is not finite; `ctscan` writes neither.
    """
    try:
        return _ENCODER.encode(_prepared(value)).encode()
    except _BeyondJsonError:
        import rfc8785  # not at the top: answers hold nothing that needs it

        return rfc8785.dumps(_without_sentences(value))


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
"""Encoder of JSON that writes what RFC 8785 asks for, of the values that `_prepared` lets through."""


class _BeyondJsonError(Exception):
    """A value that the `json` module writes in another form than RFC 8785."""


def digest(answer: Mapping[str, Any]) -> str:
    """Compute the digest of an answer, hexadecimal: SHA-256 over its canonical form without the field `digest`."""
    return sha256(canonical({key: value for key, value in answer.items() if key != "digest"})).hexdigest()


def digest_with_items(answer: Mapping[str, Any], field: str, items: Iterable[Mapping[str, Any]]) -> str:
    """Compute the digest of an answer whose long list is given item by item: the same digest, in little memory.

    Args:
        answer: the answer, with an empty list in its field `field`.
        field: name of the list. No other object of an answer has an empty list of this name.
        items: items of the list.
    """
    growing = GrowingDigest([answer], field)
    for item in items:
        growing.add(item)
    return growing.end(answer)


class GrowingDigest:
    """Digest of an answer whose long list comes while the answer is read.

    In canonical form other fields stand before the list, and some of them are known only behind it. So the digest
    grows behind each beginning that the answer may have.

    Args:
        answers: forms that the answer may have at its end, as far as it matters before the list. The list is empty.
        field: name of the list. No other object of an answer has an empty list of this name.
    """

    def __init__(self, answers: Iterable[Mapping[str, Any]], field: str) -> None:
        self._field = field
        self._digests = {(head := self._parts(one)[0]): sha256(head) for one in answers}
        self._is_empty = True

    def add(self, item: Mapping[str, Any]) -> None:
        """Add an item of the list."""
        text = canonical(item) if self._is_empty else b"," + canonical(item)
        self._is_empty = False
        for growing in self._digests.values():
            growing.update(text)

    def end(self, answer: Mapping[str, Any]) -> str:
        """Return the digest, hexadecimal, of the answer at its end. KeyError where it is none of the forms."""
        head, tail = self._parts(answer)
        growing = self._digests[head].copy()
        growing.update(tail)
        return growing.hexdigest()

    def _parts(self, answer: Mapping[str, Any]) -> tuple[bytes, bytes]:
        """Return what stands before the items, and behind them."""
        whole = canonical({key: value for key, value in answer.items() if key != "digest"})
        name = f'"{self._field}":['.encode()  # never inside a string, where quotes are escaped
        head, _, tail = whole.partition(name + b"]")
        return head + name, b"]" + tail


def sentences_in(fields: Iterable[str]) -> frozenset[str]:
    """Return the names of fields whose codes stand in a field beside them; such fields hold sentences."""
    return _sentences_in(tuple(fields))


@lru_cache(maxsize=1024)  # objects of an answer have few forms
def _sentences_in(fields: tuple[str, ...]) -> frozenset[str]:
    found: set[str] = set()
    for field in fields:
        if field.endswith("_code"):
            found.add(field.removesuffix("_code"))
        elif field.endswith("_codes"):
            found.update((field.removesuffix("_codes"), f"{field.removesuffix('_codes')}s"))
    return frozenset(found)


def _prepared(value: Any) -> Any:
    """Leave sentences out, and write numbers as RFC 8785 does.

    Raises:
        _BeyondJsonError: a fraction with an exponent, or a key that UTF-16 may sort otherwise.
    """
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return value
    if isinstance(value, Mapping):
        sentences = sentences_in(value)
        if not all(map(str.isascii, value)):
            raise _BeyondJsonError
        return {key: _prepared(inner) for key, inner in value.items() if key not in sentences}
    if isinstance(value, list | tuple):
        return [_prepared(inner) for inner in value]
    if isinstance(value, float) and isfinite(value):
        if value.is_integer() and abs(value) <= _EXACT:
            return int(value)
        if not _PLAIN <= abs(value) <= _EXACT:
            raise _BeyondJsonError
    return str(value) if isinstance(value, int) and abs(value) > _EXACT else value


_PLAIN = 1e-4
"""Least fraction that Python writes without an exponent."""


def _without_sentences(value: Any) -> Any:
    if isinstance(value, Mapping):
        sentences = sentences_in(value)
        return {key: _without_sentences(inner) for key, inner in value.items() if key not in sentences}
    if isinstance(value, list | tuple):
        return [_without_sentences(inner) for inner in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > _EXACT:
        return str(value)
    return value
