"""Answers as documents: their head, their basis, and the digest over their canonical form.

The canonical form is the JSON of an answer in RFC 8785 (JCS), with three rules before it, so that anybody can compute
the digest again from a file alone: docs/analyst.md shows how.

- The field `digest` of the outermost object is left out.
- A sentence is left out where its code stands beside it: `why` beside `why_code`, `detail` beside `detail_codes`,
  `remarks` beside `remark_codes`. So the digest is the same in every language and wording.
- An integer beyond 2^53 - 1, which JCS can't write, becomes a string of its decimal digits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import rfc8785

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
    return rfc8785.dumps(_prepared(value))


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
    whole = canonical({key: value for key, value in answer.items() if key != "digest"})
    name = f'"{field}":['.encode()  # never inside a string, where quotes are escaped
    head, _, tail = whole.partition(name + b"]")
    found = sha256(head + name)
    for number, item in enumerate(items):
        found.update(b"," * (number > 0) + canonical(item))
    found.update(b"]" + tail)
    return found.hexdigest()


def sentences_in(shape: Mapping[str, object]) -> set[str]:
    """Return the names of fields whose codes stand in a field of this object; such fields hold sentences."""
    found: set[str] = set()
    for field in shape:
        if field.endswith("_code"):
            found.add(field.removesuffix("_code"))
        elif field.endswith("_codes"):
            found.update((field.removesuffix("_codes"), f"{field.removesuffix('_codes')}s"))
    return found


def _prepared(value: Any) -> Any:
    if isinstance(value, str) or value is None:
        return value
    if isinstance(value, Mapping):
        sentences = sentences_in(value)
        return {key: _prepared(inner) for key, inner in value.items() if key not in sentences}
    if isinstance(value, list | tuple):
        return [_prepared(inner) for inner in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > _EXACT:
        return str(value)
    return value
