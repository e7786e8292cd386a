"""One-time codes: their form, and the history that decides whether one counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from support.identified import a_case

from ctscan.dsar.identity_codes import (
    ALPHABET,
    LIFETIME,
    RANDOM_BYTES,
    TRIES,
    check_code,
    code_of,
    digest_of,
    new_code,
    open_codes,
    typed_code,
)
from ctscan.model.case import Case, CaseAction, CaseEvent
from ctscan.model.identity_code import CodeVerdict

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
KEY = b"k" * 32
CASE = a_case("jane.roe@example.org", "jroe@example.net")

codes = st.binary(min_size=RANDOM_BYTES, max_size=RANDOM_BYTES)


def made(case: Case, random: bytes = bytes(range(16)), position: int = 1, now: datetime = NOW) -> tuple[str, Case]:
    code, event = new_code(case, position, key=KEY, key_id="aa", random=random, now=now, who="handler", sent="handler")
    return code, with_events(case, event)


def with_events(case: Case, *events: CaseEvent) -> Case:
    return replace(case, events=(*case.events, *events))


def tried(case: Case, text: str, now: datetime = NOW, **fields: object) -> tuple[CodeVerdict, Case]:
    """Check a text, and add the events to the case."""
    checked = check_code(case, typed_code(text) or "", key=KEY, now=now, who="handler", **fields)  # type: ignore[arg-type]
    return checked.verdict, with_events(case, *checked.events)


# --- form -----------------------------------------------------------------------------------------------------------


@given(codes)
def test_a_code_has_fifty_bits_in_two_groups_of_signs_that_look_like_no_other(random: bytes) -> None:
    code = code_of(random)
    assert len(ALPHABET) == len(set(ALPHABET)) == 32
    assert not set(ALPHABET) & set("ILOU")
    assert [len(group) for group in code.split("-")] == [5, 5]
    number = 0
    for place, sign in enumerate(code.replace("-", "")):
        number |= ALPHABET.index(sign) << 5 * place
    assert number == int.from_bytes(random[:7]) % 2**50  # every random bit decides


@pytest.mark.parametrize(
    "typed",
    [
        "01234-56789",
        "0123456789",
        " 01234 56789\n",
        "o1234-56789",
        "Oi234-56789",
        "0l234 – 56789",
        "０１２３４－５６７８９",
        "01234\u00ad5678\u200b9",
        "01.234.567.89",
    ],
)
def test_a_code_may_be_typed_in_many_ways(typed: str) -> None:
    assert typed_code(typed) == "0123456789"


@given(codes)
def test_case_and_hyphens_are_forgiven(random: bytes) -> None:
    code = code_of(random)
    for typed in (code, code.lower(), code.replace("-", ""), code.replace("-", " "), code.replace("0", "o").lower()):
        assert typed_code(typed) == code.replace("-", "")


@pytest.mark.parametrize(
    "text", ["", "0123456789A", "012345678", "01234-5678U", "01234-5678é", "x" * 10_000, "🙂" * 10]
)
def test_other_texts_are_no_codes(text: str) -> None:
    assert typed_code(text) is None


# --- history --------------------------------------------------------------------------------------------------------


@given(codes)
def test_the_right_code_proves_its_identifier_once(random: bytes) -> None:
    code, case = made(CASE, random, position=2)
    checked = check_code(case, typed_code(code.lower()) or "", key=KEY, now=NOW, who="handler")
    (event,) = checked.events
    assert (checked.verdict, checked.position, event.action) == (CodeVerdict.RIGHT, 2, CaseAction.IDENTIFIED)
    assert (event.get("how"), event.get("identifier")) == ("code", "2")
    assert tried(with_events(case, event), code)[0] == CodeVerdict.NOT_OPEN


@given(codes)
def test_the_event_holds_neither_the_code_nor_the_identifier(random: bytes) -> None:
    code, case = made(CASE, random)
    event = case.events[-1]
    assert event.action == CaseAction.CODE_MADE
    assert {key for key, _ in event.detail} == {"id", "expires", "digest", "key", "kind", "identifier", "sent"}
    assert event.get("id") == random[8:16].hex()  # bytes of which the code is not made
    assert code.replace("-", "") not in event.get("digest").upper()
    assert not any("example" in value for _, value in event.detail)
    assert bytes.fromhex(event.get("digest")) == digest_of(
        KEY, case.number, event.get("id"), case.identifiers[0], code.replace("-", "")
    )


@given(codes, st.timedeltas(timedelta(0), timedelta(days=60)))
def test_no_code_counts_after_its_time(random: bytes, after: timedelta) -> None:
    code, case = made(CASE, random)
    assert tried(case, code, NOW + after)[0] == (CodeVerdict.RIGHT if after < LIFETIME else CodeVerdict.NOT_OPEN)


def test_expiry_doesnt_depend_on_the_time_zone_of_the_clock() -> None:
    tokyo = timezone(timedelta(hours=9))
    code, case = made(CASE, now=NOW.astimezone(tokyo))
    last = NOW + LIFETIME - timedelta(seconds=1)
    assert tried(case, code, last)[0] == CodeVerdict.RIGHT
    assert tried(case, code, last.astimezone(tokyo) + timedelta(seconds=1))[0] == CodeVerdict.NOT_OPEN


@given(st.integers(0, 12))
def test_no_code_counts_after_five_wrong_ones(wrong: int) -> None:
    code, case = made(CASE)
    for number in range(wrong):
        verdict, case = tried(case, f"{number:010d}")
        assert verdict == (CodeVerdict.WRONG if number < TRIES else CodeVerdict.NOT_OPEN)
    assert len(case.of(CaseAction.CODE_REFUSED)) == min(wrong, TRIES)
    assert tried(case, code)[0] == (CodeVerdict.RIGHT if wrong < TRIES else CodeVerdict.NOT_OPEN)


def test_a_wrong_code_costs_each_open_code_a_try() -> None:
    """Otherwise a case with many identifiers would bear many more guesses."""
    first, case = made(CASE, bytes(16))
    second, case = made(case, bytes([1] * 16), position=2)
    for left in range(TRIES - 1, -1, -1):
        checked = check_code(case, "1111111111", key=KEY, now=NOW, who="handler")
        assert (checked.verdict, checked.tries_left, len(checked.events)) == (CodeVerdict.WRONG, left, 2)
        case = with_events(case, *checked.events)
    assert tried(case, first)[0] == tried(case, second)[0] == CodeVerdict.NOT_OPEN


def test_a_new_code_ends_the_one_before_for_its_identifier_only() -> None:
    first, case = made(CASE, bytes(16))
    other, case = made(case, bytes([1] * 16), position=2)
    again, case = made(case, bytes([2] * 16))
    assert [code.position for code in open_codes(case, NOW)] == [1, 2]
    assert tried(case, first)[0] == CodeVerdict.WRONG
    assert tried(case, other)[0] == tried(case, again)[0] == CodeVerdict.RIGHT


def test_a_used_or_spent_code_isnt_replaced_by_an_older_one() -> None:
    first, case = made(CASE, bytes(16))
    again, case = made(case, bytes([2] * 16))
    _, used = tried(case, again)
    assert tried(used, first)[0] == CodeVerdict.NOT_OPEN
    for _ in range(TRIES):
        _, case = tried(case, "1111111111")
    assert tried(case, first)[0] == CodeVerdict.NOT_OPEN


def test_a_code_counts_for_its_case_its_identifier_and_its_key_only() -> None:
    code, case = made(CASE)
    text = typed_code(code) or ""
    assert tried(replace(case, number="C-2026-0018"), code)[0] == CodeVerdict.WRONG
    assert tried(replace(case, identifiers=case.identifiers[::-1]), code)[0] == CodeVerdict.WRONG
    assert check_code(case, text, key=b"l" * 32, now=NOW, who="h").verdict == CodeVerdict.WRONG
    assert tried(case, code, position=2)[0] == CodeVerdict.NOT_OPEN
    assert tried(case, code, position=1)[0] == CodeVerdict.RIGHT


@given(st.lists(st.text(max_size=4), min_size=2, max_size=2), st.lists(st.text(max_size=4), min_size=2, max_size=2))
def test_no_two_messages_have_one_digest(one: list[str], other: list[str]) -> None:
    digests = [digest_of(KEY, number, id, CASE.identifiers[0], "0") for number, id in (one, other)]
    assert (digests[0] == digests[1]) == (one == other)


@pytest.mark.parametrize(
    "changed",
    [
        {"expires": "never"},
        {"expires": "2026-05-09T00:00:00"},
        {"identifier": "0"},
        {"identifier": "3"},
        {"identifier": "x"},
        {"digest": "zz"},
        {"id": ""},
    ],
)
def test_an_event_that_was_changed_opens_no_code(changed: dict[str, str]) -> None:
    code, case = made(CASE)
    *before, event = case.events
    detail = tuple(sorted((dict(event.detail) | changed).items()))
    broken = replace(case, events=(*before, replace(event, detail=detail)))
    assert open_codes(broken, NOW) == []
    assert tried(broken, code)[0] == CodeVerdict.NOT_OPEN


def test_too_few_random_bytes_are_refused() -> None:
    with pytest.raises(ValueError, match="expected at least 7 random bytes, got 6"):
        code_of(bytes(6))
    with pytest.raises(ValueError, match="expected at least 16 random bytes, got 15"):
        made(CASE, bytes(15))
