"""Sentences: every code has a sentence in every language, with just its parameters, and every sentence has a code."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from support.house import parsed

from ctscan import model, views
from ctscan.errors import InputError, UsageError
from ctscan.model import LEGACY, AttributionReason, Code, Message, Phrase, ca_terms, ca_vocabulary, decoded_message
from ctscan.model.ca_terms import ProfileFault
from ctscan.model.certificate_request import RequestUse
from ctscan.model.exposure import ReportText
from ctscan.model.health import HealthDetail
from ctscan.model.keep import KeepText, LengthText
from ctscan.model.letter_text import MissingItem
from ctscan.model.regime import PauseName, Promptness, RefusalName, RegimeFact
from ctscan.model.template import TemplateText
from ctscan.personal.categories import CATEGORIES
from ctscan.resources import data_path, languages
from ctscan.views import text as texts_module
from ctscan.views.exposure.report_words import PageText
from ctscan.views.purges import PurgeText
from ctscan.views.suppressions import SuppressionText
from ctscan.views.text import PLACEHOLDER, Sentence, Texts, read_texts, text, texts
from ctscan.views.vocabulary import Word

PACKAGE = Path(model.__file__).parents[1]
FORMAT = {code for code in texts("en").sentences if code.startswith("format.")}
OTHERS = {LEGACY, *FORMAT, *(f"category.{key}" for key in CATEGORIES)}
"""Entries of a file that no vocabulary holds."""

NAMES = (
    KeepText, LengthText, MissingItem, PageText, PauseName, Promptness, PurgeText, RefusalName, RegimeFact, ReportText,
    RequestUse, SuppressionText, TemplateText,
)  # fmt: skip
"""Vocabularies of names, which are parameters, or are chosen by a table: by the word of a regime, by a recipient, by
the data of a report."""
PROFILE_WORDS = tuple(
    found
    for module in (ca_vocabulary, ca_terms)
    for found in vars(module).values()
    if isinstance(found, type) and issubclass(found, Code) and found not in (Code, ProfileFault)
)
"""Vocabularies of CA profiles: files name their words, and the source calls few of them by name."""


for _package in (model, views):  # some modules are loaded only where they are used
    for _module in pkgutil.walk_packages(_package.__path__, f"{_package.__name__}."):
        importlib.import_module(_module.name)


def vocabularies() -> list[type[Code]]:
    found, new = set[type[Code]](), set(Code.__subclasses__())
    while new:
        found |= new
        new = {sub for one in new for sub in one.__subclasses__()} - found
    return sorted((one for one in found if one.__module__.startswith("ctscan.")), key=lambda one: one.__name__)


def forms(sentence: Sentence) -> tuple[str, ...]:
    return (sentence,) if isinstance(sentence, str) else tuple(sentence.values())


def params(sentence: str) -> set[tuple[str, str]]:
    return {(found[1], found[2] or "") for found in PLACEHOLDER.finditer(sentence)}


def test_every_code_has_a_sentence_in_every_language_and_no_sentence_is_stale() -> None:
    codes = {str(code) for vocabulary in vocabularies() for code in vocabulary}
    for lang in languages():
        assert set(texts(lang).sentences) == codes | OTHERS, lang


def test_each_vocabulary_has_a_table_of_its_own() -> None:
    tables = [{code.partition(".")[0] for code in vocabulary} for vocabulary in vocabularies()]
    assert all(len(table) == 1 for table in tables)
    assert len(set().union(*tables)) == len(tables)


def test_sentences_use_just_the_parameters_that_the_code_gives() -> None:
    given: dict[str, set[str]] = {}
    for code, names in calls():
        assert given.setdefault(code, names) == names, f"{code}: given with {names} and with {given[code]}"
    for lang in languages():
        for code, names in given.items():
            used = {name for form in forms(texts(lang).sentences[code]) for name, _ in params(form)}
            is_plural = not isinstance(texts(lang).sentences[code], str)
            assert used | ({"count"} if is_plural else set()) == names, f"{lang}: {code}"
    named = (Phrase, Word, *NAMES, *PROFILE_WORDS)
    called = (vocabulary for vocabulary in vocabularies() if vocabulary not in named)
    never = {str(code) for vocabulary in called for code in vocabulary} - set(given)
    assert not never, "codes that nothing gives"


def calls() -> Iterator[tuple[str, set[str]]]:
    """Collect the codes called in the source, with the names of their parameters."""
    by_name = {vocabulary.__name__: vocabulary for vocabulary in vocabularies()}
    named = re.compile(rf"\b(?:{'|'.join(by_name)})\.")
    sources = (path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    for source in filter(named.search, sources):
        for node in ast.walk(parsed(source)):
            match node:
                case ast.Call(
                    ast.Attribute(ast.Name(vocabulary) | ast.Attribute(ast.Name(), vocabulary), code), [], keywords
                ) if vocabulary in by_name:
                    yield str(by_name[vocabulary][code]), {str(keyword.arg) for keyword in keywords}


@pytest.mark.parametrize("lang", languages())
def test_every_language_has_the_same_parameters_and_plain_sentences(lang: str) -> None:
    for code, sentence in texts("en").sentences.items():
        theirs = texts(lang).sentences[code]
        assert {p for f in forms(sentence) for p in params(f)} == {p for f in forms(theirs) for p in params(f)}, code
        if code != "format.thousands":  # may be a blank that doesn't break
            assert all(form and form == form.strip() and form.isprintable() for form in forms(theirs)), code
        assert isinstance(theirs, str) or set(theirs) == {"one", "other"}, code


def test_phrases_and_numbers() -> None:
    because = AttributionReason.POLICY(policy=Phrase.QCP_N)
    assert text(because, "en") == "issued under the policy ETSI QCP-n, qualified for natural persons"
    assert text(Message(LEGACY, (("text", "as said {before}"),)), "en") == "as said {before}"


def test_plural_and_thousands(tmp_path: Path) -> None:
    path = tmp_path / "xx.toml"
    path.write_text(
        'format = { thousands = "." }\nremark = { logs = { one = "1 log", other = "{count:number} logs" } }', "utf-8"
    )
    found = read_texts(path)
    assert [found(Message("remark.logs", (("count", n),))) for n in (0, 1, 1234567)] == [
        "0 logs",
        "1 log",
        "1.234.567 logs",
    ]


def test_unknown_languages_are_errors() -> None:
    for lang in ("xx", "../en", "../../data/text/en", "en\0", ""):
        with pytest.raises(UsageError, match=r"lang: expected one of .*\ben\b.*, got"):
            text(AttributionReason.ONLY_PEOPLE(), lang)


@pytest.mark.parametrize(
    ("encoded", "shown"),
    [
        ('["attribution.nonsense"]', "attribution.nonsense"),
        ('["attribution.nonsense",{"a":1,"b":"{c}"}]', "attribution.nonsense (a: 1, b: {c})"),
        ('["attribution.policy"]', "attribution.policy"),
        ('["attribution.policy",{"policy":"phrase.nonsense"}]', "issued under the policy phrase.nonsense"),
        ('["attribution.policy",{"policy":"attribution.policy"}]', "issued under the policy attribution.policy"),
        ('["legacy"]', "legacy"),
        ('[""]', ""),
    ],
)
def test_a_message_of_another_version_is_shown_as_its_code(encoded: str, shown: str) -> None:
    assert text(decoded_message(encoded), "en") == shown


@pytest.mark.parametrize(
    "content", ["a = 1", "a = { b = 1 }", "a = { b = { one = 'x' } }", "a = [[", "a = []", "a = {}"]
)
def test_a_file_of_a_language_that_holds_no_sentences_is_an_error(content: str, tmp_path: Path) -> None:
    (tmp_path / "xx.toml").write_text(content, "utf-8")
    with pytest.raises(InputError, match=r"xx\.toml: "):
        dict(read_texts(tmp_path / "xx.toml").sentences)


@pytest.mark.parametrize("lang", languages())
def test_tables_that_are_read_one_by_one_are_those_of_the_whole_file(lang: str) -> None:
    tables = tomllib.loads((data_path("text") / f"{lang}.toml").read_text("utf-8"))
    legacy = {"legacy": tables.pop("legacy")}
    whole = {
        f"{vocabulary}.{word}": sentence for vocabulary, found in tables.items() for word, sentence in found.items()
    }
    one_by_one = read_texts(data_path("text") / f"{lang}.toml").sentences
    assert {code: one_by_one[code] for code in legacy | whole} == legacy | whole
    assert dict(read_texts(data_path("text") / f"{lang}.toml").sentences) == legacy | whole


@pytest.mark.parametrize("content", ["[a]\nb = 1\n", "[a]\nb = [[\n", "[a]\nb = 'c'\n[a]\nd = 'e'\n"])
def test_a_table_that_holds_no_sentences_is_an_error_when_it_is_used(content: str, tmp_path: Path) -> None:
    (tmp_path / "xx.toml").write_text(content, "utf-8")
    with pytest.raises(InputError, match=r"xx\.toml: a"):
        read_texts(tmp_path / "xx.toml").sentences["a.b"]


@pytest.mark.parametrize(
    "message",
    [
        AttributionReason.ONLY_PEOPLE(),
        AttributionReason.POLICY(policy=Phrase.QCP_N),
        Message("a.b", (("count", 3), ("name", 'Ünïcode "x"'))),
        Message(LEGACY, (("text", '["a"]'),)),
    ],
)
def test_a_message_is_read_back_from_its_text(message: Message) -> None:
    assert decoded_message(message.encoded) == message
    assert hash(decoded_message(message.encoded)) == hash(message)


HOSTILE = [
    pytest.param('["a",' + "[" * 100_000, id="deep"),
    '["a",{"b":true}]',
    '["\\ud800"]',
    '["a",{"\\udfff":""}]',
    '["a",{"b":NaN}]',
]


@pytest.mark.parametrize("text", ["it can't be read", "", '["', '["a", 1]', '["a",{"b":[]}]', '["a",{},{}]', *HOSTILE])
def test_other_text_is_a_sentence_of_an_older_version(text: str) -> None:
    assert decoded_message(text) == Message(LEGACY, (("text", text),))


def test_parameters_are_ordered_and_plain() -> None:
    assert AttributionReason.POLICY(b=2, a=Phrase.QCP_N).params == (("a", "phrase.qcp-n"), ("b", 2))
    assert type(dict(AttributionReason.POLICY(a=Phrase.QCP_N).params)["a"]) is str
    assert texts_module.ENGLISH in languages()


def test_a_time_is_written_in_utc_and_a_day_as_a_date() -> None:
    at = datetime(2026, 2, 1, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    made = HealthDetail.DAMAGE_MET(at=at)
    assert made.params == (("at", "2026-01-31T23:30:00Z"),)
    assert decoded_message(made.encoded) == made
    assert HealthDetail.DAMAGE_MET(at=at.date()).params == (("at", "2026-02-01"),)


@pytest.mark.parametrize(
    ("lang", "shown"),
    [
        ("de", "1. März 2026; 20. November 2026"),
        ("en", "1 March 2026; 20 November 2026"),
        ("es", "1 de marzo de 2026; 20 de noviembre de 2026"),
        ("fr", "1er mars 2026 ; 20 novembre 2026"),
    ],
)
def test_days_in_prose_have_the_form_of_the_language(lang: str, shown: str) -> None:
    say = texts(lang)
    assert say.listed([say.date("2026-03-01"), say.date("2026-11-20T10:00:00Z")]) == shown


def test_what_is_no_day_stays_as_it_is() -> None:
    for given in ("2026", "2026-13-01", "2026-11-200", "-", "", "٢٠٢٦-١١-٢٠"):
        assert texts("de").date(given) == given


@pytest.mark.parametrize(
    ("lang", "shown"),
    [
        ("de", ["„a“", "„a“ und „b“", "„a“, „b“ und „{1}“"]),
        ("en", ["“a”", "“a” and “b”", "“a”, “b” and “{1}”"]),
        ("es", ["«a»", "«a» y «b»", "«a», «b» y «{1}»"]),
        ("fr", ["« a »", "« a » et « b »", "« a », « b » et « {1} »"]),
    ],
)
def test_titles_in_a_row_each_have_the_quotation_marks_of_the_language(lang: str, shown: list[str]) -> None:
    assert [texts(lang).quoted(titles) for titles in (["a"], ["a", "b"], ["a", "b", "{1}"])] == shown


def test_labels_stand_before_values_as_in_the_language() -> None:
    assert [texts(lang).labelled("L", "{2}") for lang in ("de", "en", "es", "fr")] == [
        "L: {2}",
        "L: {2}",
        "L: {2}",
        "L : {2}",
    ]
    assert read_texts_of_nothing().labelled("a", "b") == "a b"


def read_texts_of_nothing() -> Texts:
    return Texts("xx", {})
