"""Parser of CA profiles: values, closed vocabularies, and errors that name file and key."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.profile_files import BASELINE, KEY, PROFILE, minimal, profile, with_fact

from ctscan.authorities.ca_profiles import check_apart, parse_profile
from ctscan.authorities.closed_tables import FILE_LIMIT
from ctscan.authorities.profile_checks import OLD_MONTHS, check_profile, is_old
from ctscan.errors import FormatError
from ctscan.model.ca_profile import RootKey, Trap
from ctscan.model.ca_terms import RetentionStart, RetentionTerm, TimeUnit
from ctscan.model.ca_values import (
    ADDITIVE,
    VALUE_TYPES,
    Assigned,
    Contact,
    Party,
    ResponseTime,
    Retention,
    Right,
    RightPosition,
    SupervisoryAuthority,
    Transfers,
    Words,
)
from ctscan.model.ca_vocabulary import (
    Addressee,
    Circumstance,
    Condition,
    FactKey,
    Grade,
    Item,
    Layer,
    RightStance,
    Use,
    code_of,
    word_of,
)


def test_a_profile_is_read_with_its_head_and_sources() -> None:
    found = profile()
    assert (found.id, found.name, found.owner, found.grade, found.seat) == (
        "example", "Example Trust", "Example Trust Services", Grade.A, "DE",
    )  # fmt: skip
    assert found.keys == (RootKey(KEY, "Example Root"),)
    assert found.traps == (Trap("Other Trust", b"\xff" * 20),)
    assert [(one.id, one.layer, one.day, one.version, one.is_undated) for one in found.sources] == [
        ("privacy", Layer.PRIVACY_POLICY, date(2025, 1, 31), "3.1", False),
        ("cps", Layer.CP_CPS, date(2026, 1, 31), "", True),
    ]
    assert found.as_of == date(2025, 1, 31)


def test_facts_have_their_section_source_and_grade() -> None:
    fact = profile().facts[1]
    assert (fact.key, fact.section, fact.source.title, fact.day, fact.grade) == (
        FactKey.RETENTION, "§5.5.2", "Example CP/CPS", date(2026, 1, 31), Grade.B,
    )  # fmt: skip


def test_of_texts_that_disagree_the_prevailing_one_comes_first() -> None:
    found = profile()
    longest = Retention(RetentionTerm.PERIOD, 7, 0, RetentionStart.LAST_CERTIFICATE, 15)
    assert [fact.value for fact in found.facts_of(FactKey.RETENTION)] == [
        longest,
        Retention(RetentionTerm.PERIOD, 2, 0, RetentionStart.EXPIRY, is_minimum=True),
    ]
    fact = found.fact(FactKey.RETENTION)
    assert fact is not None
    assert fact.value == longest


def test_a_key_without_a_fact_is_open() -> None:
    found = profile()
    assert found.fact(FactKey.ERASURE) is None
    assert found.position(Right.ERASURE) is None
    assert found.response_time() is None
    assert found.words(FactKey.REQUIRED_ITEMS) == ()
    assert found.position(Right.ACCESS) == RightPosition(RightStance.CONDITIONAL, (Condition.DIRECT_ONLY,))


VALUES = [
    ("required-items", '["full-name", "year"]', Words((Item.FULL_NAME, Item.YEAR))),
    ("addressee", '{ is = "dpo" }', Assigned(Addressee.DATA_PROTECTION_OFFICER)),
    ("role", '{ is = "processor", when = "customer-data" }', None),
    ("controller", '{ name = "Example Ltd", when = "website" }', Party("Example Ltd", Circumstance.WEBSITE)),
    ("post", '{ text = "Example Street 1, Exampletown", use = "dpo" }', None),
    ("email", '{ hidden = true, use = "privacy" }', Contact("", Use.PRIVACY, is_hidden=True)),
    ("web-form", '{ text = "https://example.com/form", use = "privacy" }', None),
    ("authority", '{ name = "Example Authority", by_seat = true }', SupervisoryAuthority("Example Authority", True)),
    ("response-time", '{ count = 30, unit = "days" }', ResponseTime(30, TimeUnit.DAYS)),
    ("response-time", '{ unit = "as-law-requires" }', ResponseTime(0, TimeUnit.AS_LAW_REQUIRES)),
    ("retention-archive", "{ years = 7, months = 6 }", Retention(RetentionTerm.PERIOD, 7, 6)),
    ("ct-retention", '{ term = "no-end" }', Retention(RetentionTerm.NO_END)),
    ("transfers", '{ countries = ["US"], means = ["dpf"] }', None),
    ("transfers", "{ countries = [] }", Transfers(())),
    ("suspension", "false", False),
    ("child-age", "16", 16),
    ("governing-law", '"IT"', "IT"),
    ("erasure", '{ stance = "refused" }', RightPosition(RightStance.REFUSED)),
]


@pytest.mark.parametrize(("key", "value", "expected"), VALUES)
def test_values_have_the_type_of_their_key(key: str, value: str, expected: object) -> None:
    fact = profile(with_fact(key, value)).facts[-1]
    assert word_of(fact.key) == key
    assert isinstance(fact.value, VALUE_TYPES[fact.key])
    assert expected is None or fact.value == expected


def test_every_key_has_a_type_and_every_word_is_found() -> None:
    assert set(VALUE_TYPES) == set(FactKey)
    assert set(FactKey) > ADDITIVE
    assert all(code_of(FactKey, word_of(key)) is key for key in FactKey)
    assert {right.value for right in Right} <= {word_of(key) for key in FactKey}
    assert code_of(FactKey, "ca-fact.email") is None


BAD = [
    pytest.param("x = 1\n" + PROFILE, r"x: unknown key", id="unknown key of the head"),
    pytest.param(PROFILE.replace('layer = "cp', 'kind = 1\nlayer = "cp'), r"sources\.cps\.kind: unknown", id="source"),
    pytest.param(PROFILE.replace('section = "§3"', 'section = "§3"\nnote = "x"'), r"facts\[3\]\.note: unk", id="fact"),
    pytest.param(PROFILE.replace("years = 2,", "years = 2, day = 1,"), r"facts\[1\]\.value\.day: unknown", id="value"),
    pytest.param(PROFILE.replace('key = "access"', 'key = "acces"'), r"facts\[3\]\.key: .*'access'", id="key"),
    pytest.param(PROFILE.replace('"conditional"', '"maybe"'), r"value\.stance: expected granted, cond", id="word"),
    pytest.param(PROFILE.replace('"direct-only"', '"x"'), r"conditions: expected a word of its list", id="far word"),
    pytest.param(PROFILE.replace("date = 2025-01-31\n", ""), r"privacy\.date: expected a date .*got none", id="date"),
    pytest.param(
        PROFILE.replace("2025-01-31", '"2025-01-31"'), r"date: expected a date .* text of 10", id="quoted date"
    ),
    pytest.param(PROFILE.replace("2025-01-31", "2025-01-31T00:00:00"), r"date: .*a date with a time", id="with a time"),
    pytest.param(PROFILE.replace('"b"', '"d"'), r"cps\.grade: expected a, b, c, got text of 1", id="grade"),
    pytest.param(PROFILE.replace('section = "§3"\n', ""), r"facts\[3\]\.section: expected text", id="section"),
    pytest.param(PROFILE.replace('section = "§3"', 'section = " "'), r"facts\[3\]\.section: expected", id="blank"),
    pytest.param(
        PROFILE.replace('source = "cps"', 'source = "old"'), r"facts\[1\]\.source: expected one of", id="none"
    ),
    pytest.param(PROFILE.replace("[[facts]]", "[[fact]]"), r"fact: unknown key", id="no facts"),
    pytest.param(PROFILE.split("[[facts]]")[0], r"facts: expected at least one", id="empty"),
    pytest.param(PROFILE.replace(KEY.hex(), "ab"), r"keys\.ab: expected a key identifier", id="short key"),
    pytest.param(PROFILE.replace(KEY.hex(), KEY.hex().upper()), r"expected a key identifier", id="capital key"),
    pytest.param(PROFILE.replace("ff" * 20, KEY.hex()), r"keys\.0001.*as a key or as a trap", id="key and trap"),
    pytest.param(PROFILE.replace(f'key_id = "{"ff" * 20}"', ""), r"traps\[0\]\.key_id: expected", id="empty trap"),
    pytest.param(PROFILE.replace('"DE"', '"Germany"'), r"seat: expected a country", id="seat"),
    pytest.param(PROFILE.replace('"en", "de"', '"english"'), r"languages: expected languages", id="languages"),
    pytest.param(PROFILE.replace('["en", "de"]', "[]"), r"languages: expected languages", id="no language"),
    pytest.param(PROFILE.replace("https://example.com/p", "http://example.com/p"), r"url: expected a URL", id="url"),
    pytest.param(PROFILE.replace("privacy@example.com", "at example.com"), r"text: expected an e-mail", id="e-mail"),
    pytest.param(PROFILE.replace("{ text =", "{ hidden = true, text ="), r"no text beside hidden", id="hidden"),
    pytest.param(PROFILE.replace("years = 2", "years = -2"), r"years: expected a whole number", id="negative"),
    pytest.param(PROFILE.replace("years = 2", "years = 2.5"), r"years: expected a whole number", id="fraction"),
    pytest.param(PROFILE.replace("years = 2", "years = true"), r"years: expected a whole number", id="flag"),
    pytest.param(PROFILE.replace("years = 2", f"years = {10**30}"), r"years: expected a whole", id="huge number"),
    pytest.param(PROFILE.replace("years = 2,", ""), r"years: expected a number just with", id="no number"),
    pytest.param(PROFILE.replace("years = 2,", 'years = 2, term = "no-end",'), r"years: expected a nu", id="no end"),
    pytest.param(PROFILE.split("[[conflicts]]")[0], r"retention: expected one value, or a conflict", id="conflict"),
    pytest.param(
        PROFILE.replace('prevails = "privacy"', 'prevails = "x"'), r"prevails: expected one of", id="prevails"
    ),
    pytest.param(
        PROFILE.replace('key = "retention"\nsources', 'key = "fees"\nsources'), r"ed one value", id="other key"
    ),
    pytest.param(PROFILE.replace('["privacy", "cps"]', '["privacy"]'), r"retention: expected one value", id="half"),
    pytest.param(
        PROFILE.replace('["privacy", "cps"]', "[]"), r"sources: expected some of privacy, cps", id="no sources"
    ),
    pytest.param(with_fact("sale", "true", with_fact("sale", "true")), r"sale: expected each value once", id="twice"),
    pytest.param(with_fact("required-items", "[]"), r"value: expected a list of words", id="no words"),
    pytest.param(with_fact("required-items", '["year", "year"]'), r"value: expected different words", id="same words"),
    pytest.param(with_fact("required-items", '"year"'), r"value: expected a list", id="text for a list"),
    pytest.param(with_fact("suspension", '"no"'), r"value: expected true or false", id="text for a flag"),
    pytest.param(with_fact("access", "1"), r"value: expected a table, got a number", id="number for a table"),
    pytest.param(PROFILE.replace("Example Trust Ltd", "a\\u0000b"), r"organisations: .*printable", id="control"),
    pytest.param(PROFILE.replace("Example Trust Ltd", "a\\u202eb"), r"organisations: .*printable", id="bidi"),
    pytest.param(PROFILE.replace("Example Trust Ltd", "x" * 401), r"organisations: .*at most 400", id="long"),
    pytest.param(
        BASELINE.replace("baseline", 'owners = ["x"]\nbaseline', 1), r"baseline: expected no o", id="baseline"
    ),
    pytest.param("[[[", r"expected TOML, got something else \(at line 1, column 3\)", id="no TOML"),
    pytest.param("a = " + "[" * 5000, r"expected TOML", id="deep"),
    pytest.param(f"a = {'9' * 5000}", r"expected TOML|unknown key", id="long number"),
    pytest.param("#" * (FILE_LIMIT + 1), r"expected at most 262144 bytes", id="huge"),
    pytest.param("", r"name: expected text in quotes, got none", id="no text"),
]


@pytest.mark.parametrize(("text", "expected"), BAD)
def test_an_error_names_the_file_and_the_key(text: str, expected: str) -> None:
    with pytest.raises(FormatError, match=rf"^example\.toml: (?:.*{expected}|{expected})") as caught:
        profile(text)
    assert "\n" not in str(caught.value)
    assert str(caught.value).isprintable()


def test_other_bytes_are_an_error() -> None:
    with pytest.raises(FormatError, match=r"^example\.toml: expected TOML in UTF-8"):
        parse_profile("example.toml", b"\xff\xfe\x00")


def test_an_error_does_not_repeat_hostile_text() -> None:
    hostile = PROFILE.replace('"conditional"', '"\\u001b[31mred"')
    with pytest.raises(FormatError) as caught:
        profile(hostile)
    assert "red" not in str(caught.value)
    with pytest.raises(FormatError) as caught:
        profile('"\\u001b[31m" = 1\n' + PROFILE)
    assert "\x1b" not in str(caught.value)


# --- several profiles ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "head",
    [
        'owners = ["EXAMPLE trust  services"]',
        'organisations = ["example trust ltd"]',
        f'[keys]\n{KEY.hex()} = "Another name"',
    ],
)
def test_two_profiles_may_not_claim_the_same_ca(head: str) -> None:
    other = profile(minimal("Other", head), "other.toml")
    with pytest.raises(FormatError, match=r"^example\.toml: .* got it in other\.toml, too$"):
        check_apart([profile(), other])


def test_there_is_one_baseline() -> None:
    check_apart([profile(), profile(BASELINE, "floor.toml")])
    with pytest.raises(FormatError, match="one baseline"):
        check_apart([profile(BASELINE, "a.toml"), profile(BASELINE, "b.toml")])


# --- checks --------------------------------------------------------------------------------------------------------


def faults(text: str, on: date) -> list[str]:
    return [fault.code for fault in check_profile(profile(text), on).faults]


def test_a_text_is_old_after_24_months() -> None:
    assert OLD_MONTHS == 24
    assert not is_old(date(2024, 2, 29), date(2026, 2, 28))
    assert is_old(date(2024, 2, 29), date(2026, 3, 1))
    assert not is_old(date(9999, 1, 1), date(9999, 12, 31))


def test_a_check_names_old_and_undated_texts_conflicts_and_hidden_addresses() -> None:
    hidden = with_fact("email", '{ hidden = true, use = "privacy" }')
    assert faults(hidden, date(2027, 1, 31)) == ["ca-fault.undated", "ca-fault.conflict", "ca-fault.hidden-address"]
    late = check_profile(profile(hidden), date(2027, 2, 1))
    assert late.faults[0].code == "ca-fault.old-text"
    assert late.has_old_text
    assert dict(late.faults[0].params) == {"day": "2025-01-31", "months": 24, "source": "Example Privacy Policy"}


def test_a_check_names_a_profile_without_any_channel_and_a_date_in_the_future() -> None:
    assert faults(minimal("Other"), date(2026, 2, 1)) == ["ca-fault.no-address"]
    assert faults(minimal("Other", 'no_letter = "no-person"'), date(2026, 2, 1)) == []
    assert faults(minimal("Other", 'no_letter = "no-person"'), date(2026, 1, 30)) == ["ca-fault.from-future"]
    assert faults(BASELINE, date(2026, 2, 1)) == []


# --- properties ----------------------------------------------------------------------------------------------------

SCALARS = st.one_of(
    st.text(alphabet=st.characters(codec="utf-8"), max_size=30).map(lambda text: json.dumps(text, ensure_ascii=True)),
    st.integers().map(str),
    st.booleans().map(lambda flag: str(flag).lower()),
    st.dates().map(str),
    st.sampled_from([f'"{word_of(code)}"' for code in (*FactKey, *Condition, *Item, *Use)]),
)
VALUES_OF_TOML = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(lambda items: f"[{', '.join(items)}]"),
        st.dictionaries(st.sampled_from(["is", "when", "text", "use", "count", "unit", "stance", "years"]), inner).map(
            lambda table: "{ " + ", ".join(f"{key} = {value}" for key, value in table.items()) + " }"
        ),
    ),
    max_leaves=8,
)


@given(st.sampled_from(FactKey), VALUES_OF_TOML)
def test_any_value_is_read_with_its_type_or_refused_in_a_line(key: FactKey, value: str) -> None:
    try:
        fact = profile(with_fact(word_of(key), value)).facts[-1]
    except FormatError as error:
        assert str(error).startswith("example.toml: ")
        assert str(error).isprintable()
    else:
        assert isinstance(fact.value, VALUE_TYPES[key])


@given(st.integers(0, len(PROFILE)), st.binary(max_size=8))
def test_a_damaged_file_is_read_or_refused_in_a_line(at: int, octets: bytes) -> None:
    data = PROFILE.encode()
    try:
        parse_profile("example.toml", data[:at] + octets + data[at + len(octets) :])
    except FormatError as error:
        assert str(error).startswith("example.toml: ")
        assert str(error).isprintable()
