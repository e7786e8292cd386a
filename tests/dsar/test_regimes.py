"""Regimes: every shipped file is whole, its facts are those of the law; a bad file is an error with file and key."""

from __future__ import annotations

import re
from datetime import date

import pytest

from ctscan.dsar.regimes import LANGUAGES, codes, read_regime, regime, regimes
from ctscan.errors import InputError, UsageError
from ctscan.model.case import CaseKind
from ctscan.model.regime import (
    Certainty,
    ClockStart,
    PauseCount,
    PauseName,
    PauseReason,
    PeriodUnit,
    Promptness,
    RefusalName,
    RefusalReason,
    Regime,
    Right,
)

COMPLETE = ("eu", "uk", "ccpa", "ch", "br")
OTHERS = (
    "australia", "canada", "india", "israel", "japan", "korea", "quebec", "singapore", "south-africa", "turkey",
)  # fmt: skip

PROTOCOL_REASONS = list(RefusalReason)[:7]


def test_the_regimes_that_ship() -> None:
    assert codes() == tuple(sorted((*COMPLETE, *OTHERS)))
    assert list(regimes()) == list(codes())


@pytest.mark.parametrize("code", (*COMPLETE, *OTHERS))
def test_each_regime_names_its_law_its_articles_and_an_authority(code: str) -> None:
    found = regime(code)
    assert found.code == code
    assert all(found.name(lang) for lang in LANGUAGES)
    assert found.article(CaseKind.ACCESS) is not None
    assert found.article(Right.TIME_LIMIT) is not None
    assert found.authorities
    assert found.answer or found.promptness or found.customary
    assert found.as_of > date(2026, 11, 1)
    citations = [*found.articles, *found.refusals, *found.pauses, *filter(None, (found.answer, found.confirm))]
    laws = {name for _, name in found.law}
    assert not [one.article for one in citations if any(law in one.article for law in laws)]


OTHER_LAWS = re.compile(r"(?:DPA 2018|PAIA|Decree|DSV/OPDo|1182/71)$")


@pytest.mark.parametrize("code", (*COMPLETE, *OTHERS))
def test_a_citation_ends_with_an_article_of_the_law_whose_name_follows(code: str) -> None:
    found = regime(code)
    cited = [*found.articles, *found.refusals, *found.pauses, *filter(None, (found.answer, found.confirm))]
    assert [one.article for one in cited if OTHER_LAWS.search(one.article)] == []


@pytest.mark.parametrize("code", COMPLETE)
def test_complete_regimes_have_a_period_and_every_reason_of_the_protocol(code: str) -> None:
    found = regime(code)
    assert found.answer
    assert [reason for reason in PROTOCOL_REASONS if found.refusal(reason) is None] == []
    assert [kind for kind in CaseKind if kind != CaseKind.RESTRICTION and found.article(kind) is None] == []


def test_the_gdpr() -> None:
    eu = regime("eu")
    assert (eu.name("de"), eu.name("xx"), eu.start) == ("DSGVO", "GDPR", ClockStart.RECEIPT)
    assert eu.answer and (eu.answer.count, eu.answer.unit, eu.answer.rolls) == (1, PeriodUnit.MONTHS, True)
    assert eu.extension and eu.extension.total and eu.extension.total.count == 3
    assert eu.extension.tell_within_first
    assert [(one.code, one.count) for one in eu.pauses] == [(PauseReason.IDENTITY, PauseCount.BETWEEN)]
    assert eu.pauses[0].certainty is Certainty.SECONDARY
    articles = {reason: ground.article for reason in RefusalReason if (ground := eu.refusal(reason))}
    assert articles[RefusalReason.TOO_MANY_REQUESTS] == "Art. 12(5)(b)"
    assert articles[RefusalReason.NO_MATCH] == "Art. 11(2)"
    assert articles[RefusalReason.RIGHTS_OF_OTHERS] == "Art. 15(4)"
    assert eu.confirm is None and eu.records_months is None


def test_the_uk_gdpr_and_its_rule_for_older_requests() -> None:
    uk = regime("uk")
    assert uk.start is ClockStart.LATEST
    assert [(one.code, one.count, one.right) for one in uk.pauses] == [
        (PauseReason.CLARIFICATION, PauseCount.BOTH_ENDS, Right.ACCESS)
    ]
    assert uk.pauses_of(CaseKind.ACCESS) and not uk.pauses_of(CaseKind.ERASURE)
    assert uk.at(date(2026, 2, 5)) is uk
    old = uk.at(date(2026, 2, 4))
    assert (old.start, old.pauses, old.answer) == (ClockStart.RECEIPT, (), uk.answer)
    first = uk.complaint_first
    assert first and first.period and first.is_required
    assert (first.period.count, first.since, first.article) == (30, date(2026, 6, 19), "s. 164A DPA 2018")


def test_the_ccpa() -> None:
    ccpa = regime("ccpa")
    assert ccpa.confirm and (ccpa.confirm.count, ccpa.confirm.unit) == (10, PeriodUnit.BUSINESS_DAYS)
    assert ccpa.answer and (ccpa.answer.count, ccpa.answer.unit, ccpa.answer.rolls) == (45, PeriodUnit.DAYS, False)
    assert ccpa.extension and ccpa.extension.total and ccpa.extension.total.count == 90
    assert ccpa.refusal("publicly available") is not None
    assert (ccpa.records_months, ccpa.pauses) == (24, ())


def test_switzerland_and_brazil() -> None:
    ch, br = regime("ch"), regime("br")
    assert ch.answer and ch.extension and (ch.answer.count, ch.extension.total) == (30, None)
    assert [(one.code, one.count) for one in ch.pauses] == [(PauseReason.COST, PauseCount.ANEW)]
    assert br.answer and (br.answer.count, br.extension, br.pauses) == (15, None, ())
    assert br.promptness is Promptness.AT_ONCE


@pytest.mark.parametrize("code", ["japan", "australia", "india", "south-africa"])
def test_laws_without_a_number_have_no_period_by_law(code: str) -> None:
    assert regime(code).answer is None


def test_an_unknown_code_lists_the_known_ones() -> None:
    for code in ("mars", "", "../eu", "eu.toml", "EU", "eu\n"):
        with pytest.raises(UsageError, match=r"regime: expected one of australia, .*uk, got ") as caught:
            regime(code)
        assert "\n" not in str(caught.value)


def test_every_ground_has_a_name() -> None:
    assert [one.name for one in RefusalName] == [one.name for one in RefusalReason]
    assert [one.name for one in PauseName] == [one.name for one in PauseReason]


# --- bad files -------------------------------------------------------------------------------------------------------

GOOD = """
law = { de = "A", en = "B", es = "C", fr = "D" }
as_of = 2026-12-01
start = { event = "receipt", article = "Art. 1", certainty = "text" }
answer = { count = 1, unit = "months", rolls = true, article = "Art. 1", certainty = "text" }
articles = [{ right = "access", article = "Art. 2", certainty = "to be checked" }]
refusals = [{ ground = "other", article = "Art. 3", certainty = "secondary" }]
pauses = [{ ground = "cost", days = "anew", article = "Art. 4", certainty = "text" }]
authorities = [{ name = "Authority", certainty = "text" }]
[extension]
tell_within_first = true
article = "Art. 1"
certainty = "text"
"""


def read(old: str = "", new: str = "") -> Regime:
    assert old in GOOD
    return read_regime("zz", GOOD.replace(old, new) if old else GOOD)


def test_the_good_file_is_read() -> None:
    assert read().extension is not None
    found = read().article("access")
    assert found and found.certainty is Certainty.TO_BE_CHECKED


BAD = [
    ("law =", "laws =", r"unknown key 'laws'; expected one of answer, articles, .*law"),
    ("as_of = 2026-12-01", "", r"as_of: missing"),
    ("as_of = 2026-12-01", "as_of = 2026-12-01T00:00:00", r"as_of: expected date"),
    ('en = "B", ', "", r"law: en: missing"),
    ('en = "B"', 'en = "B", it = "B"', r"law: unknown key 'it'; expected one of de, en, es, fr"),
    ('en = "B"', 'en = ""', r"law: en: expected one line of 1 to 300 characters"),
    ('en = "B"', 'en = "B\\nC"', r"law: en: expected one line of 1 to 300 characters"),
    ('en = "B"', 'en = "\\u202eB"', r"law: en: expected one line"),
    ("start = {", "begin = {", r"unknown key 'begin'"),
    ('event = "receipt"', 'event = "sunrise"', r"start: event: expected one of receipt, latest.*, got 'sunrise'"),
    ("count = 1", "cout = 1", r"answer: unknown key 'cout'; expected one of article, certainty, count, rolls, unit"),
    ("count = 1", "count = 0", r"answer: count: expected an integer from 1 to 400, got 0"),
    ("count = 1", "count = true", r"answer: count: expected int, got True"),
    ("count = 1", 'count = "1"', r"answer: count: expected int, got '1'"),
    ("count = 1", "count = 99999999999999999999", r"answer: count: expected an integer from 1 to 400"),
    ("rolls = true", "rolls = 1", r"answer: rolls: expected bool, got 1"),
    ('unit = "months"', 'unit = "weeks"', r"answer: unit: expected one of days, business days, months, got 'weeks'"),
    ('"Art. 1", certainty = "text" }\nanswer', '"Art. 1" }\nanswer', r"start: certainty: missing"),
    ('right = "access"', 'right = "fame"', r"articles\[1\]: right: expected one of access, .*got 'fame'"),
    ('ground = "other"', 'ground = "whim"', r"refusals\[1\]: ground: expected one of suspected fraud"),
    ('days = "anew"', 'days = "all"', r"pauses\[1\]: days: expected one of days between, both ends, anew"),
    ('name = "Authority"', 'phone = "1"', r"authorities\[1\]: unknown key 'phone'"),
    ("authorities = [{", "authorities = [1, {", r"authorities\[1\]: expected a table, got 1"),
    (
        'authorities = [{ name = "Authority", certainty = "text" }]',
        "authorities = 1",
        r"authorities: expected an array",
    ),
    ("tell_within_first = true", "", r"extension: tell_within_first: missing"),
    ("answer = {", "confirm = {", r"extension: expected a table `answer` or `customary`"),
    ("[extension]", "[extension", r"expected TOML"),
]


@pytest.mark.parametrize(("old", "new", "message"), BAD, ids=[message[:40] for _, _, message in BAD])
def test_a_bad_file_is_an_error_that_names_file_and_key(old: str, new: str, message: str) -> None:
    with pytest.raises(InputError, match=r"^regimes/zz\.toml: " + message) as caught:
        read(old, new)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("key", ["articles", "refusals", "pauses"])
def test_each_word_stands_once(key: str) -> None:
    line = next(line for line in GOOD.splitlines() if line.startswith(key))
    row = line.partition("[")[2].rstrip("]")
    with pytest.raises(InputError, match=rf"^regimes/zz\.toml: {key}: expected each word once, got '"):
        read(line, f"{key} = [{row}, {row}]")


@pytest.mark.parametrize("text", ["[" * 100_000, "\0", "a = " + "[" * 5_000, "=", "law = 1"])
def test_hostile_text_is_an_error_of_the_file(text: str) -> None:
    with pytest.raises(InputError, match=r"^regimes/zz\.toml: "):
        read_regime("zz", text)
