"""Answers as documents: the canonical form and the digest over it, which anybody can compute again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from msgspec.structs import replace
from test_pseudo_language import AT, LOG, answer

from ctscan.model import (
    Answer,
    AnswerHeader,
    Basis,
    BasisChange,
    BasisLog,
    BasisSource,
    LogChoice,
    SkipReason,
)
from ctscan.views import json as shapes
from ctscan.views.json.document import sentences_in

HEADER = AnswerHeader("3f" * 16, AT, "0.1.0", "1f9c2b", "privacy", "request 2026-17", "2026-17")
BASIS = Basis(
    3,
    AT,
    "privacy",
    BasisChange.SET(),
    "as agreed",
    BasisSource.DECISION,
    LogChoice((), ("LOG-1",)),
    None,
    (BasisLog(LOG.id, LOG.name, LOG.operator, SkipReason.RETIRED(), AT),),
    (),
)
DOCUMENT = replace(answer(1), header=HEADER, basis=BASIS, digest="")


def shaped(given: Answer = DOCUMENT) -> dict[str, Any]:
    return json.loads(shapes.to_json(shapes.answer(given)))


def test_the_head_of_an_answer() -> None:
    found = shaped()
    assert list(found)[:8] == ["id", "at", "version", "rules", "who", "purpose", "case", "as_of"]
    assert (found["id"], found["at"], found["case"]) == ("3f" * 16, "2031-05-06T07:08:09Z", "2026-17")
    assert (found["basis"]["revision"], found["basis"]["change_code"]) == (3, "basis.set")
    assert found["basis"]["logs"][0]["reason"] == "retired"
    assert found["not_covered"][0]["in_basis"] is False


def test_an_answer_that_is_no_document_has_nulls() -> None:
    found = shaped(replace(DOCUMENT, header=replace(HEADER, purpose="", case="")))
    assert (found["purpose"], found["case"], found["digest"]) == (None, None, None)
    found = shaped(replace(DOCUMENT, header=None, basis=None))
    assert {found[key] for key in ("id", "at", "version", "rules", "who", "purpose", "case", "basis")} == {None}


def paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Iterate over the paths of all plain values, and of empty lists and objects, in JSON."""
    inside = list(value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ())
    if not inside:
        yield at
    for key, inner in inside:
        yield from paths(inner, (*at, key))


def sentence_of(path: tuple[Any, ...], shape: Any) -> bool:
    """Return True where a path leads through a sentence with a code beside it."""
    for key in path:
        if isinstance(shape, dict) and key in sentences_in(shape):
            return True
        shape = shape[key]
    return False


@contextmanager
def changed(shape: Any, path: tuple[Any, ...]) -> Iterator[Any]:
    """Change the value at a path, for a while."""
    inner = shape
    for key in path[:-1]:
        inner = inner[key]
    value = inner[path[-1]]
    inner[path[-1]] = not value if isinstance(value, bool) else value + 1 if isinstance(value, int) else f"{value}x"
    yield shape
    inner[path[-1]] = value


def test_every_field_but_sentences_is_in_the_digest() -> None:
    shape = shaped()
    digest, seen = shapes.digest(shape), 0
    by_form = {tuple(0 if isinstance(step, int) else step for step in path): path for path in paths(shape)}
    for path in by_form.values():  # one of each form: the items of a list are alike
        if path == ("digest",):
            continue
        with changed(shape, path) as other:
            is_same = shapes.digest(other) == digest
        assert is_same == sentence_of(path, shape), path
        seen += 1
    assert seen > 150, seen
    assert shapes.digest(shape) == digest


def test_every_sentence_has_a_code_beside_it() -> None:
    """Text that ctscan words itself has blanks; in this answer data has none, but names and states."""
    shape = shaped()
    data = ("not read", "older rules", "out of scope", "national identifier", "special category", "JANE ROE", "request")
    data += ("not revoked", "not yet valid", "ca contact", "subject 2", "certification authority", "CANONICAL", "VALUE")
    data += ("as agreed",)
    for path in paths(shape):
        inner = shape
        for key in path:
            inner = inner[key]
        if isinstance(inner, str) and " " in inner and not inner.startswith(data):
            assert sentence_of(path, shape), (path, inner)


def test_the_order_of_keys_and_the_form_of_numbers_and_text_do_not_matter() -> None:
    shape = shaped()
    shape["matches"][0]["score"] = 1.0
    text = json.dumps(shape, sort_keys=True, ensure_ascii=True, indent=7).replace('"score": 1.0', '"score": 1e0')
    assert text != json.dumps(shape)
    assert shapes.digest(json.loads(text)) == shapes.digest(shape)
    shape["matches"][0]["score"] = 1
    assert shapes.digest(json.loads(text)) == shapes.digest(shape)


def test_numbers_that_canonical_json_cannot_write_are_strings() -> None:
    most = 2**53 - 1
    assert shapes.canonical({"b": most, "a": -most, "c": True}) == b'{"a":-%d,"b":%d,"c":true}' % (most, most)
    assert shapes.canonical([most + 1, -most - 1]) == b'["%d","%d"]' % (most + 1, -most - 1)
    assert (
        shapes.canonical({"é": "\u2028\x7f\x01\b", "z": 1.5e-7}) == '{"z":1.5e-7,"é":"\u2028\x7f\\u0001\\b"}'.encode()
    )


@pytest.mark.parametrize("value", ["\ud800", float("inf"), float("nan")])
def test_values_outside_json_have_no_canonical_form(value: object) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        shapes.canonical([value])
