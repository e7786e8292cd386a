"""Latin spellings of words in other scripts: each finds the name, in both directions, within bounds."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctscan.personal.identifiers import parse_identifier
from ctscan.personal.normalise.latin import MAX_SPELLINGS, MAX_WORD, latin_spellings
from ctscan.personal.normalise.latin.variants import combined, letters
from ctscan.personal.normalise.name_tokens import MAX_SPELLED, asked_forms, name_keys, share_of_words, spelled_words


def is_found(asked: str, written: str) -> bool:
    tokens = frozenset(key.key for key in name_keys(written))
    return share_of_words(asked_forms(parse_identifier(f"name:{asked}")), tokens) == 1


PAIRS = [
    *(("Юлия", latin) for latin in ("Yulia", "Iuliia", "Julia", "Yuliya", "Julija")),
    *(("Дмитрий", latin) for latin in ("Dmitry", "Dmitriy", "Dmitrii", "Dmitri")),
    *(("Хомяков", latin) for latin in ("Khomyakov", "Homyakov", "Khomiakov")),
    *(("Щербаков", latin) for latin in ("Shcherbakov", "Scherbakov")),
    *(("Соловьёв", latin) for latin in ("Solovyov", "Soloviev", "Solovev")),
    *(("Григорій Ющенко", latin) for latin in ("Hryhorii Yushchenko", "Hryhoriy Iushchenko")),
    ("Микола Хмельницький", "Mykola Khmelnytskyi"),
    *(("Ђорђе Ћирић", latin) for latin in ("Djordje Ciric", "Đorđe Ćirić")),
    ("Христо Въжаров", "Hristo Vazharov"),
    *(("Қайрат Әлімов", latin) for latin in ("Kairat Alimov", "Qairat Alimov")),
    *(("Χρήστος Παπαδόπουλος", latin) for latin in ("Christos Papadopoulos", "Hristos Papadopoulos")),
    *(("Ευθυμία Μπαλτά", latin) for latin in ("Efthymia Balta", "Efthimia Mpalta")),
    ("Αϊβαλής", "Aivalis"),
    ("Χατζηγιάννης", "Hatziyannis"),
    *(("이길동", latin) for latin in ("Gildong Lee", "Yi Gil-dong", "Rhee Kildong")),
    *(("박영희", latin) for latin in ("Park Younghee", "Yeonghui Bak", "Pak Young-hee")),
    ("남궁민수", "Minsu Namgung"),
    *(("さとう ショウヘイ", latin) for latin in ("Shohei Sato", "Shouhei Satou", "Syohei Satoh")),
    ("しんばし", "Shimbashi"),
    *(("陳志明", latin) for latin in ("Chen Chih-Ming", "Chan Zhiming", "Zhiming Chen")),
    ("欧阳小明", "Xiaoming Ouyang"),
    ("吕芳", "Fang Lv"),
    *(("佐藤花子", latin) for latin in ("Hanako Sato", "Satoh Hanako")),
    *(("محمد العتيبي", latin) for latin in ("Mohammed Al-Otaibi", "Muhammad Alotaibi", "Mohamad Al Otaibi")),
    *(("יעל כהן", latin) for latin in ("Yael Cohen", "Yael Kohen")),
    ("राजेश शर्मा", "Rajesh Sharma"),
    ("पूजा कुलकर्णी", "Pooja Kulkarni"),
    *(("สมชาย ใจดี", latin) for latin in ("Somchai Jaidee", "Somchai Chaidi")),
    ("ქეთევან ღვინიაშვილი", "Ketevan Gviniashvili"),
    ("Եղիշե Խաչատրյան", "Yeghishe Khachatryan"),
    ("Nguyễn Thị Hương", "Nguyen Thi Huong"),
]


@pytest.mark.parametrize(("written", "latin"), PAIRS)
def test_a_name_and_its_latin_spelling_find_each_other(written: str, latin: str) -> None:
    assert is_found(latin, written)
    assert is_found(written, written)


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("Юлия Хомякова", "Iuliia Khomiakova"),
        ("Παπαδόπουλος", "Papadopoulos"),
        ("박영희", "Park Younghee"),
        ("佐藤 花子", "SATO Hanako"),
        ("כהן", "Cohen"),
        ("Юлія", "Юлия"),
    ],
)
def test_a_name_in_another_script_finds_certificates_in_latin_letters(asked: str, written: str) -> None:
    assert is_found(asked, written)


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("Maria", "Марина"),
        ("Ivan Petrov", "Иван Петренко"),
        ("Kim Minsu", "이민수"),
        ("Tanaka", "佐藤"),
        ("Yulia", "Iuliia"),  # both in Latin letters: neither says that it stands for Юлия
    ],
)
def test_another_name_is_not_found(asked: str, written: str) -> None:
    assert not is_found(asked, written)


@pytest.mark.parametrize("written", ["צילה", "غسان", "ใบเตย", "勅使河原"])
def test_a_name_whose_sound_nothing_shows_has_no_spelling_of_the_list(written: str) -> None:
    assert not {"tzila", "ghassan", "baitoey", "teshigawara"} & set(latin_spellings(written))


def test_fewest_departures_come_first_and_the_rest_is_never_made() -> None:
    parts = [("a",), ("b", "c", "d"), ("e",), ("f", "g")]
    assert list(combined(parts)) == ["abef", "abeg", "acef", "aceg", "adef", "adeg"]
    assert next(combined([("a", "b", "c")] * 100_000)) == "a" * 100_000
    assert letters("а=a щ=shch|sch ъ=") == {"а": ("a",), "щ": ("shch", "sch"), "ъ": ("",)}


SCRIPTS = [
    "щ",
    "юя",
    "ий",
    "ευ",
    "μπ",
    "힣",
    "ん",
    "ー",
    "っ",
    "王",
    "क्ष",
    "ก",
    "ال",
    "ב",
    "ღ",
    "և",
    "々",
    "ゃ",
    "゙",
    "ु",
]


@pytest.mark.parametrize("unit", SCRIPTS)
def test_long_words_are_bounded(unit: str) -> None:
    begun = time.process_time()
    for length in (1, 2, MAX_WORD // len(unit), 1000):
        found = latin_spellings(unit * length)
        assert len(found) <= MAX_SPELLINGS
        assert len(found) == len(set(found))
    assert time.process_time() - begun < 1


@given(st.text(st.characters(min_codepoint=0x370, max_codepoint=0xD7A3), max_size=50))
def test_any_word_is_spelled_without_harm(word: str) -> None:
    assert all(spelling.isascii() and spelling.isalnum() for spelling in latin_spellings(word.casefold()))
    assert all(key.key for key in name_keys(word))


def test_mailboxes_are_made_of_few_spellings() -> None:
    words = spelled_words(parse_identifier("name:Евгений Григорьев"))
    assert all(len(word) <= MAX_SPELLED for word in words)
    assert words[0][0] == "евгений"
