"""Regimes from `data/regimes/<code>.toml`: a closed vocabulary, in which every fact has its article and its certainty.

law = { en = "GDPR", de = "DSGVO", fr = "RGPD", es = "RGPD" }
as_of = 2026-11-29
start = { event = "receipt", article = "Art. 12(3)", certainty = "text" }

[answer]
count = 1
unit = "months"
…
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import TypeVar

from ctscan.dsar.fact_table import FactTable
from ctscan.errors import InputError, UsageError
from ctscan.model.regime import (
    Certainty,
    ClockStart,
    ComplaintFirst,
    EarlierRule,
    Extension,
    Ground,
    PauseCount,
    PauseGround,
    PauseReason,
    Period,
    PeriodUnit,
    Promptness,
    RefusalReason,
    Regime,
    RegimeAuthority,
    Right,
    RightArticle,
    Source,
)
from ctscan.resources import data_path, data_text

LANGUAGES = ("de", "en", "es", "fr")
"""Languages in which every law has a short name."""

_SOURCE = ("article", "certainty")
_PERIOD = ("count", "unit", "rolls", *_SOURCE)
_PAUSE = ("ground", "days", "right", *_SOURCE)
_KEYS = (
    "law", "as_of", "start", "confirm", "answer", "customary", "promptness", "extension", "pauses", "refusals",
    "articles", "authorities", "records", "complaint_first", "earlier",
)  # fmt: skip
Fact = TypeVar("Fact")
_MOST = 400  # of days or months in a period
_WORDS = {code.value.partition(".")[2].replace("-", " "): code for code in Promptness}


def regime(code: str) -> Regime:
    """Read a regime.

    Raises:
        UsageError: no file has that code; the message lists the codes.
    """
    if code not in codes():
        raise UsageError(f"regime: expected one of {', '.join(codes())}, got {ascii(code)[:40]}")
    return _shipped(code)


def regimes() -> Mapping[str, Regime]:
    """Read every regime, by its code."""
    return {code: _shipped(code) for code in codes()}


@cache
def codes() -> tuple[str, ...]:
    """Return the codes of the regimes, in order."""
    return tuple(sorted(path.stem for path in data_path("regimes").glob("*.toml")))


@cache
def _shipped(code: str) -> Regime:
    return read_regime(code, data_text(f"regimes/{code}.toml"))


def read_regime(code: str, text: str) -> Regime:
    """Read the text of a file.

    Args:
        code: code of the regime, which names the file in errors.
        text: TOML.

    Raises:
        InputError: not TOML, an unknown or a missing key, a word outside its vocabulary.
    """
    import tomllib  # here: most commands need no regime

    where = f"regimes/{code}.toml"
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"{where}: expected TOML: {str(error)[:100]}") from None
    return _regime(code, FactTable(where, document, _KEYS))


def _regime(code: str, top: FactTable) -> Regime:
    start, records = _needed(top, "start", ("event", *_SOURCE)), top.table("records", ("months", *_SOURCE))
    promptness = top.table("promptness", ("word", *_SOURCE))
    return Regime(
        code=code,
        law=_law(top),
        as_of=top.day("as_of"),
        start=start.member("event", ClockStart),
        start_source=_source(start),
        confirm=_period(top.table("confirm", _PERIOD)),
        answer=_period(top.table("answer", _PERIOD)),
        customary=_period(top.table("customary", _PERIOD)),
        promptness=_promptness(promptness) if promptness else None,
        promptness_source=_source(promptness) if promptness else None,
        extension=_extension(top),
        pauses=_pauses(top),
        refusals=_refusals(top),
        articles=_articles(top),
        authorities=tuple(map(_authority, top.tables("authorities", ("name", "place", "certainty")))),
        records_months=records.count("months", _MOST) if records else None,
        records_source=_source(records) if records else None,
        complaint_first=_complaint_first(top),
        earlier=_earlier(top),
    )


def _needed(table: FactTable, key: str, keys: Iterable[str]) -> FactTable:
    found = table.table(key, keys)
    if found is None:
        raise InputError(f"{table.where}: {key}: missing; expected a table")
    return found


def _law(top: FactTable) -> tuple[tuple[str, str], ...]:
    law = _needed(top, "law", LANGUAGES)
    return tuple((lang, law.text(lang)) for lang in LANGUAGES)


def _source(table: FactTable) -> Source:
    return Source(*_cited(table))


def _cited(table: FactTable) -> tuple[str, Certainty]:
    return table.text("article"), table.member("certainty", Certainty)


def _period(table: FactTable | None) -> Period | None:
    if table is None:
        return None
    unit, rolls = table.member("unit", PeriodUnit), table.flag("rolls")
    return Period(table.count("count", _MOST), unit, rolls, *_cited(table))


def _promptness(table: FactTable) -> Promptness:
    word = table.text("word")
    if word not in _WORDS:
        raise InputError(f"{table.where}: word: expected one of {', '.join(sorted(_WORDS))}, got {ascii(word)[:40]}")
    return _WORDS[word]


def _extension(top: FactTable) -> Extension | None:
    table = top.table("extension", ("total", "tell_within_first", *_SOURCE))
    if table is None:
        return None
    if not {"answer", "customary"} & set(top.values):
        raise InputError(f"{table.where}: expected a table `answer` or `customary` for the time that it extends")
    return Extension(_period(table.table("total", _PERIOD)), table.flag("tell_within_first"), *_cited(table))


def _pauses(table: FactTable) -> tuple[PauseGround, ...]:
    pauses = tuple(map(_pause, table.tables("pauses", _PAUSE)))
    return _each_once(table, "pauses", pauses, [pause.code for pause in pauses])


def _pause(table: FactTable) -> PauseGround:
    ground, days = table.member("ground", PauseReason), table.member("days", PauseCount)
    return PauseGround(ground, days, *_cited(table), table.member("right", Right) if "right" in table.values else None)


def _refusals(top: FactTable) -> tuple[Ground, ...]:
    found = top.tables("refusals", ("ground", *_SOURCE))
    grounds = tuple(Ground(one.member("ground", RefusalReason), *_cited(one)) for one in found)
    return _each_once(top, "refusals", grounds, [ground.code for ground in grounds])


def _articles(top: FactTable) -> tuple[RightArticle, ...]:
    found = top.tables("articles", ("right", *_SOURCE))
    articles = tuple(RightArticle(one.member("right", Right), *_cited(one)) for one in found)
    return _each_once(top, "articles", articles, [article.right for article in articles])


def _each_once(table: FactTable, key: str, facts: tuple[Fact, ...], words: list[str]) -> tuple[Fact, ...]:
    twice = sorted({word for word in words if words.count(word) > 1})
    if twice:
        raise InputError(f"{table.where}: {key}: expected each word once, got '{twice[0]}' twice")
    return facts


def _authority(table: FactTable) -> RegimeAuthority:
    place = table.text("place") if "place" in table.values else ""
    return RegimeAuthority(table.text("name"), table.member("certainty", Certainty), place)


def _complaint_first(top: FactTable) -> ComplaintFirst | None:
    table = top.table("complaint_first", ("period", "since", "is_required", *_SOURCE))
    if table is None:
        return None
    since = table.day("since") if "since" in table.values else None
    return ComplaintFirst(_period(table.table("period", _PERIOD)), since, table.flag("is_required"), *_cited(table))


def _earlier(top: FactTable) -> EarlierRule | None:
    table = top.table("earlier", ("before", "start", "pauses", *_SOURCE))
    if table is None:
        return None
    return EarlierRule(table.day("before"), table.member("start", ClockStart), _pauses(table), *_cited(table))
