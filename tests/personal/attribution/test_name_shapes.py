"""Shapes of common names: forms of identity schemes, marks, and words that read like a name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctscan.model import Phrase
from ctscan.personal.attribution import script_words
from ctscan.personal.attribution.gazetteer import Likeness, given_names, likeness, surnames
from ctscan.personal.attribution.lexicon import ORGANISATION_WORDS
from ctscan.personal.attribution.name_shapes import (
    bare_name,
    full_words,
    has_organisation_word,
    loose_person_form,
    person_form,
    pseudonym_form,
    sole_trader,
)
from ctscan.personal.normalise.name_tokens import fold_text


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("DOE.JANE.Q.1234567890", "DOE.JANE.Q"),
        ("EESKUJU,MARI,48001010000", "EESKUJU,MARI"),
        ("EESKUJU,MARI,PNOEE-48001010000", "EESKUJU,MARI"),
        ("JOANA EXEMPLO:12345678901", "JOANA EXEMPLO"),
        ("EJEMPLO INVENTADA MARIA - NIF 12345678Z", "EJEMPLO INVENTADA MARIA"),
        ("NOMBRE EJEMPLO INVENTADA MARIA - NIF 12345678Z", "EJEMPLO INVENTADA MARIA"),
        ("EJEMPLO INVENTADA MARIA - 12345678Z", "EJEMPLO INVENTADA MARIA"),
        ("EJEMPLO INVENTADA MARIA – DNI X1234567L", "EJEMPLO INVENTADA MARIA"),
        ("EJEMPLO INVENTADA MARIA |12345678Z", "EJEMPLO INVENTADA MARIA"),
        ("EJEMPLO INVENTADA MARIA - DNI 12345678Z (FIRMA)", "EJEMPLO INVENTADA MARIA"),
        ("12345678Z MARIA EJEMPLO (R: B12345678)", "MARIA EJEMPLO"),
        ("Jan Voorbeeld (Signature)", "Jan Voorbeeld"),
        ("EJEMPLO INVENTADA, MARIA (AUTENTICACIÓN)", "EJEMPLO INVENTADA, MARIA"),
        ("(SIGN) MARI EESKUJU", "MARI EESKUJU"),
        ("Apple Development: Jane Doe (AB12CD34EF)", "Jane Doe"),
        ("Robot: build - Jane Doe", "Jane Doe"),
    ],
)
def test_forms_in_which_schemes_write_people(text: str, name: str) -> None:
    form = person_form(text)
    assert form is not None
    assert form[0] == name
    assert form[1].endswith("-form")


@pytest.mark.parametrize(
    "text",
    [
        *("EXEMPLO COMERCIO:12345678000199", "Example Server (Signature)", "(SIGN) EXAMPLE SERVER", "Jane Doe", ""),
        *("Apple Development: jane@example.org (AB12CD34EF)", "Robot: build", "12345678Z", "A - 12345678Z", "x" * 300),
    ],
)
def test_texts_in_no_form_of_a_person(text: str) -> None:
    assert person_form(text) is None


def test_loose_forms() -> None:
    assert loose_person_form("Ing. Petr Vzorný") == ("Petr Vzorný", Phrase.TITLE_FORM)
    assert loose_person_form("Beispiel, Eva Maria") == ("Beispiel, Eva Maria", Phrase.COMMA_FORM)
    assert loose_person_form("Example Widgets, Inc.") is None
    assert loose_person_form("Jane Doe") is None


def test_marks_of_pseudonyms() -> None:
    assert pseudonym_form("Nachteule 17:PN") == "Nachteule 17"
    assert pseudonym_form("Muster CA 1:PN") is None
    assert pseudonym_form("TSS Muster 23:PN") is None
    assert pseudonym_form("17:PN") is None
    assert pseudonym_form("Nachteule") is None


def test_marks_of_sole_traders() -> None:
    assert sole_trader("Erika Mustermann e.K.") == "Erika Mustermann"
    assert sole_trader("Erika Mustermann, e. Kfr.") == "Erika Mustermann"
    assert sole_trader("Inh. Erika Mustermann") == "Erika Mustermann"
    assert sole_trader("Muster Software e.K.") is None
    assert sole_trader("Erika Mustermann") is None
    assert sole_trader("e.K." * 1000) is None


def test_what_stands_around_a_name_is_taken_off() -> None:
    assert bare_name("Prof. Dr. Jane Doe, PhD") == "Jane Doe"
    assert bare_name("Mr. Jane Doe 3310002997la") == "Jane Doe"
    assert full_words("Jane van der Doe") == ["Jane", "Doe"]
    assert full_words("Ben Le") == ["Ben", "Le"]
    assert full_words("jane doe") is None
    assert full_words("VPN TCS") is None


@pytest.mark.parametrize(
    ("text", "least"),
    [
        ("Jane Doe", Likeness.STRONG),
        ("DOE Jane", Likeness.STRONG),
        ("Anna Maria Mustermann", Likeness.STRONG),
        ("J. Smith", Likeness.GOOD),
        ("Olga Primerovskaya", Likeness.GOOD),
        ("Іваненко Марія Петрівна", Likeness.GOOD),
        ("Μαρία Παραδειγματοπούλου", Likeness.GOOD),
        ("김민수", Likeness.GOOD),
        ("王秀英", Likeness.GOOD),
        ("山田花子", Likeness.GOOD),
        ("Jane Xqzt", Likeness.WEAK),
        ("สมชาย ใจดี", Likeness.WEAK),
        ("प्रिया शर्मा", Likeness.GOOD),
        ("محمد العتيبي", Likeness.WEAK),
        ("יעל כהן", Likeness.GOOD),
    ],
)
def test_words_that_read_like_a_name(text: str, least: Likeness) -> None:
    assert likeness(text) >= least


@pytest.mark.parametrize(
    "text",
    [
        *("", "Jane", "Blue Harbour", "Example Trust Network", "Jane Doe Ltd", "Universität Musterstadt", "x" * 1000),
        *("Time Stamping Unit", "Berlin Paris", "範例公司", "Jane_Doe", "jane doe", "Widget Works", "ООО Пример"),
    ],
)
def test_words_that_do_not(text: str) -> None:
    assert likeness(text) < Likeness.WEAK


def test_the_lists_are_folded_and_without_words_of_organisations() -> None:
    for words in (given_names(), surnames()):
        assert len(words) > 25_000
        assert not words & ORGANISATION_WORDS
        assert all(fold_text(word) == word for word in list(words)[:3000])
    assert {"LATIN", "CYRILLIC"} <= {("LATIN" if w.isascii() else "CYRILLIC") for w in given_names()}


def test_no_listed_name_has_a_word_of_organisations_in_its_script() -> None:
    names = given_names() | surnames() | script_words.given_names() | script_words.surnames()
    assert not {name for name in names if not name.isascii() and script_words.names_organisation(name)}


@pytest.mark.parametrize(
    ("text", "least"),
    [
        ("ნინო ბერიძე", Likeness.STRONG),
        ("ჟუჟუნა ჭანტურია", Likeness.WEAK),
        ("Мария Петровна Вымышленная", Likeness.GOOD),
        ("Нұрлан Үлгібаев", Likeness.WEAK),
        ("Милица Примерић", Likeness.STRONG),
        ("Անի Օրինակյան", Likeness.STRONG),
        ("さとう はなこ", Likeness.STRONG),
        ("サトウ ハナコ", Likeness.STRONG),
        ("남궁민수", Likeness.GOOD),
        ("欧阳小明", Likeness.WEAK),
        ("佐藤健太", Likeness.STRONG),
        ("佐々木美咲", Likeness.STRONG),
        ("森 一郎", Likeness.WEAK),
        ("محمد الغامدي", Likeness.STRONG),
        ("김병원", Likeness.GOOD),  # 병원 is a hospital, and a given name
    ],
)
def test_names_in_other_scripts_read_like_names(text: str, least: Likeness) -> None:
    assert likeness(text) >= least


@pytest.mark.parametrize(
    "text",
    [
        *("საჯარო სკოლა", "Міська лікарня", "Районен съд", "Народна банка", "Қалалық әкімдік", "Υπουργείο Παιδείας"),
        *("وزارة التعليم", "الوزارة الجديدة", "משרד החינוך", "במשרד הבריאות", "जिला अस्पताल", "กระทรวง ศึกษาธิการ"),
        *(
            "시립병원",
            "국세청",
            "カブシキガイシャ サンプル",
            "王府井路",
            "石川県",
            "高雄市",
            "馬偕醫院",
            "Công ty Ví Dụ",
        ),
        *("Պետական Համալսարան", "أبو ظبي"),
    ],
)
def test_offices_and_places_in_other_scripts_do_not(text: str) -> None:
    assert likeness(text) is Likeness.NONE


def test_words_of_organisations_are_folded() -> None:
    assert all(fold_text(word) == word for word in ORGANISATION_WORDS)
    assert has_organisation_word("UNIDAD DE SELLADO")


@given(st.text(max_size=300))
def test_any_text_is_judged_without_harm(text: str) -> None:
    assert likeness(text) in Likeness
    for read in (person_form, loose_person_form, pseudonym_form, sole_trader):
        read(text)


@pytest.mark.parametrize("unit", ["Jane ", "a.", "A-", "(SIGN) ", "1", "Inh. ", "A, ", "e.K. ", "é "])
def test_long_texts_are_judged_quickly(unit: str) -> None:
    text = unit * 50_000
    assert likeness(text) is Likeness.NONE
    assert person_form(text) is None
    assert sole_trader(text) is None
