"""Saved answers: the JSON of `answer`, read strictly back into claims that can be checked; the checks as JSON. Pure.

A file is hostile: it may hold anything. Repeated keys, numbers that aren't finite and other types are errors; unknown
fields are none, for later versions may add some.
"""

from __future__ import annotations

import binascii
import json
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from ctscan.errors import InputError
from ctscan.model import Message, Remark
from ctscan.model.saved_answer import (
    Check,
    CheckedAnswer,
    Facts,
    SavedAnswer,
    SavedCoverage,
    SavedMatch,
    SavedRange,
    SavedSighting,
)
from ctscan.views.json.document import digest, sentences_in
from ctscan.views.json.values import Shape, messages, time_text
from ctscan.views.search_words import times
from ctscan.views.text import ENGLISH, texts

CLAIMS = ("category", "value", "canonical", "raw", "repaired", "marks")
"""Fields of a finding that stay the same when the certificate follows its precertificate."""

_CERTIFICATE = ("issuer", "serial", "subject", "not_before", "not_after", "is_ca")


def saved_answers(raw: bytes, where: str) -> list[SavedAnswer]:
    """Read the answers of a file: an object, an array, or one object on each line.

    Args:
        raw: the file.
        where: its name in errors.

    Raises:
        InputError: the file holds something else than answers.
    """
    try:
        return [_answer(_Reader(item, f"{where}, answer {n}"), n) for n, item in enumerate(_items(raw, where), 1)]
    except RecursionError:
        raise InputError(f"{where}: expected answers in JSON, got arrays or objects nested too deep") from None


def saved_match(shape: Mapping[str, Any]) -> SavedMatch:
    """Read a match of today as if it had been saved, to compare the two."""
    return _match(_Reader(shape, "the index"))


def _items(raw: bytes, where: str) -> list[Any]:
    try:
        text = raw.decode("utf-8-sig")
        lines = [line for line in text.splitlines() if line.strip()] if b"\n" in raw.strip() else []
        if len(lines) > 1 and lines[0].startswith("{") and lines[0].rstrip().endswith("}"):
            return [_parsed(line) for line in lines]
        found = _parsed(text)
    except ValueError as error:  # also bad UTF-8; the message of such an error may quote the file
        kind = "text that isn't UTF-8" if isinstance(error, UnicodeDecodeError) else _kind_of_fault(error)
        raise InputError(
            f"{where}: expected answers in JSON, as 'ctscan lookup --format json' writes, got {kind}"
        ) from None
    items = found if isinstance(found, list) else [found]
    if not items:
        raise InputError(f"{where}: expected an answer, got an empty array")
    return items


def _kind_of_fault(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"something else at line {error.lineno}, column {error.colno}"
    return str(error) if isinstance(error, _Refused) else "a number that is too long"


class _Refused(ValueError):
    """JSON that a strict reader refuses; the message doesn't quote it."""


def _parsed(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_number)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Refused("an object with the same field twice")
    return found


def _constant(_: str) -> Any:
    raise _Refused("a number that is not finite")


def _number(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise _Refused("a number that is not finite")
    return number


# --- parts of an answer -------------------------------------------------------------------------------------------


class _Reader:
    """Object of a file, read field by field. Errors name the field, never its content."""

    def __init__(self, shape: object, where: str) -> None:
        if not isinstance(shape, Mapping):
            raise InputError(f"{where}: expected an object, got {_kind(shape)}")
        self.shape, self.where = shape, where

    def text(self, field: str, default: str | None = None) -> str:
        """Read a string; `default` stands for null and for a missing field."""
        value = self.shape.get(field)
        if value is None and default is not None:
            return default
        if not isinstance(value, str):
            raise self.fault(field, "a string")
        return value

    def number(self, field: str) -> int:
        """Read an integer from 0."""
        value = self.shape.get(field)
        if type(value) is not int or value < 0:
            raise self.fault(field, "an integer from 0")
        return value

    def flag(self, field: str) -> bool:
        """Read true or false."""
        value = self.shape.get(field)
        if not isinstance(value, bool):
            raise self.fault(field, "true or false")
        return value

    def time(self, field: str) -> datetime | None:
        """Read a time; None for null and for a missing field."""
        text = self.text(field, "")
        try:
            at = datetime.fromisoformat(text) if text else None
        except ValueError:
            at = None
        if text and (at is None or at.tzinfo is None):
            raise self.fault(field, "a time by RFC 3339")
        return at

    def octets(self, field: str) -> bytes:
        """Read 32 bytes in base64, the id of a log."""
        try:
            value = b64decode(self.text(field), validate=True)
        except (binascii.Error, ValueError):
            value = b""
        if len(value) != 32:
            raise self.fault(field, "32 bytes in base64")
        return value

    def hexadecimal(self, field: str, digits: int) -> str:
        """Read hexadecimal digits; empty for null and for a missing field."""
        text = self.text(field, "")
        if text and not re.fullmatch(rf"[0-9a-f]{{{digits}}}", text, re.ASCII):
            raise self.fault(field, f"{digits} hexadecimal digits")
        return text

    def parts(self, field: str) -> list[_Reader]:
        """Read a list of objects."""
        value = self.shape.get(field)
        if not isinstance(value, list):
            raise self.fault(field, "a list")
        return [_Reader(item, f"{self.where}: {field}[{n}]") for n, item in enumerate(value)]

    def part(self, field: str) -> _Reader:
        """Read an object."""
        return _Reader(self.shape.get(field), f"{self.where}: {field}")

    def fault(self, field: str, expected: str) -> InputError:
        """Make the error of a field."""
        return InputError(f"{self.where}: {field}: expected {expected}, got {_kind(self.shape.get(field))}")


def _kind(value: object) -> str:
    names = {bool: "true or false", int: "an integer", float: "a fraction", str: "a string", list: "a list"}
    return "nothing" if value is None else names.get(type(value), "an object")


def _answer(found: _Reader, number: int) -> SavedAnswer:
    identifier = found.part("identifier")
    try:
        computed = digest(found.shape)
    except ValueError:  # a lone surrogate
        raise found.fault("digest", "an answer in Unicode text") from None
    return SavedAnswer(
        number=number,
        id=found.hexadecimal("id", 32),
        at=found.time("at"),
        version=found.text("version", ""),
        rules=found.text("rules", ""),
        who=found.text("who", ""),
        purpose=found.text("purpose", ""),
        case=found.text("case", ""),
        kind=identifier.text("kind"),
        value=identifier.text("value"),
        canonical=identifier.text("canonical"),
        complete=found.flag("complete"),
        digest=found.hexadecimal("digest", 64),
        computed=computed,
        reworded=sum(1 for _ in _reworded(found.shape)),
        basis=_basis(found),
        matches=tuple(map(_match, found.parts("matches"))),
        coverage=tuple(map(_coverage, found.parts("coverage"))),
        met_damage=any(remark.shape.get("code") == Remark.DAMAGED for remark in _remarks(found)),
        mailboxes=tuple(map(_match, found.parts("mailboxes"))) if "mailboxes" in found.shape else (),
        is_found=found.flag("is_found") if "is_found" in found.shape else bool(found.parts("matches")),
        hidden=_hidden(found, "matches"),
        has_part_of_findings=_has_part_of_findings(found),
        only_whole=found.flag("only_whole") if "only_whole" in found.shape else False,
    )


def _remarks(found: _Reader) -> list[_Reader]:
    """Read the codes of remarks; answers of older versions have none."""
    return found.parts("remark_codes") if "remark_codes" in found.shape else []


def _hidden(found: _Reader, field: str) -> int:
    """Count the certificates that an answer found and doesn't hold; answers of older versions hold all."""
    if f"{field}_found" not in found.shape:
        return 0
    number, held = found.number(f"{field}_found"), len(found.parts(field))
    if number < held or (number > held and found.shape.get("selection") is None):
        raise InputError(f"{found.where}: {field}_found: expected {held}, the number of {field}, got {number}")
    return number - held


def _has_part_of_findings(found: _Reader) -> bool:
    if found.shape.get("selection") is None:
        return False
    selection = found.part("selection")
    return selection.flag("persons") or bool(selection.text("category", ""))


def _basis(found: _Reader) -> tuple[int, datetime] | None:
    if found.shape.get("basis") is None:
        return None
    basis = found.part("basis")
    at = basis.time("at")
    if at is None:
        raise basis.fault("at", "a time by RFC 3339")
    return basis.number("revision"), at


def _match(found: _Reader) -> SavedMatch:
    certificate = found.part("certificate")
    identity = certificate.hexadecimal("identity", 64)
    if not identity:
        raise certificate.fault("identity", "64 hexadecimal digits")
    return SavedMatch(
        identity=bytes.fromhex(identity),
        sha256=certificate.hexadecimal("sha256", 64),
        certificate=_facts(certificate.shape, _CERTIFICATE),
        findings=frozenset(_facts(finding.shape, CLAIMS) for finding in found.parts("findings")),
        sightings=tuple(map(_sighting, found.parts("sightings"))),
        repositories=frozenset((one.text("repository"), one.text("reference")) for one in found.parts("repositories")),
    )


def _facts(shape: Mapping[str, Any], fields: tuple[str, ...]) -> Facts:
    return frozenset((field, json.dumps(shape.get(field), sort_keys=True)) for field in fields)


def _sighting(found: _Reader) -> SavedSighting:
    return SavedSighting(
        log=found.text("log"),
        log_id=found.octets("log_id"),
        index=found.number("index"),
        kind=found.text("kind"),
        timestamp=found.text("timestamp", ""),
        verified=found.flag("verified"),
    )


def _coverage(found: _Reader) -> SavedCoverage:
    ranges = (
        SavedRange((one.number("start"), one.number("end")), one.text("scope"), one.text("rules"))
        for one in found.parts("verified")
    )
    return SavedCoverage(found.text("log"), found.octets("log_id"), found.number("head_size"), tuple(ranges))


# --- sentences ----------------------------------------------------------------------------------------------------


def _reworded(value: Any) -> Iterator[str]:
    """Iterate over the fields whose sentences are others than this version makes of their codes."""
    if isinstance(value, Mapping):
        sentences = sentences_in(value)
        for field, inner in value.items():
            if field in sentences:
                if inner != _expected(field, value):
                    yield field
            else:
                yield from _reworded(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _reworded(inner)


def _expected(field: str, beside: Mapping[str, Any]) -> object:
    """Make the sentences of a field again, from the codes beside it."""
    english = texts(ENGLISH)
    if f"{field}_code" in beside:
        code, params = beside[f"{field}_code"], beside.get(f"{field}_params")
        if code is None:
            return "" if beside[field] == "" else None
        return english(_message(code, params))
    if f"{field}_codes" in beside:  # parts of one sentence
        parts = [_message(one.get("code"), one.get("params")) for one in _objects(beside[f"{field}_codes"])]
        if field == "scope":
            return ", ".join(filter(None, (beside.get("scope_terms"), *map(english, parts))))
        numbers = [one.get("times") for one in _objects(beside[f"{field}_codes"])]
        return "; ".join(times(part, number, english) for part, number in zip(parts, numbers, strict=True)) or None
    return [english(_message(one.get("code"), one.get("params"))) for one in _objects(beside[f"{field[:-1]}_codes"])]


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _message(code: object, params: object) -> Message:
    given = params.items() if isinstance(params, Mapping) else ()
    plain = sorted((str(name), value) for name, value in given if isinstance(value, str | int))
    return Message(str(code), tuple(plain))


# --- checks -------------------------------------------------------------------------------------------------------


def checked_answer(checked: CheckedAnswer) -> Shape:
    """`ctscan prove --answer`: shape the three checks of an answer."""
    saved = checked.answer
    return {
        "answer": saved.number,
        "id": saved.id or None,
        "at": time_text(saved.at),
        "who": saved.who or None,
        "digest": saved.computed,
        "holds": checked.exit_code == 0,
        "file": _check(checked.file),
        "index": _check(checked.index),
        "trail": _check(checked.trail),
    }


def _check(check: Check) -> Shape:
    return {
        "state": str(check.state),
        **messages("problems", check.problems),
        **messages("open", check.unmade),
        **messages("notes", check.notes),
    }
