"""Sentences of messages, from data/text/<lang>.toml: the only place where codes become words.

A file of a language has one table per vocabulary, and in it one sentence per code:

    [remark]
    cut = "only the first {limit:number} are shown"              a parameter, here as a number
    holds = "the same name holds {holds:phrase}"                 a parameter that is the code of a phrase
    retired = "retired since {since:day}"                        a parameter that is a time or a day, as its day
    period = "published on {first:date}"                         a day in the form of the language, for prose
    conflict = "the texts differ: {titles:quoted}"               lines of a parameter, each in quotation marks
    role = "a processor{section:section}"                        a place in a text, which may hold codes for words
    logs = { one = "1 log", other = "{count:number} logs" }      a sentence that depends on the parameter `count`
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial, reduce
from pathlib import Path

from ctscan.errors import InputError, UsageError
from ctscan.model import Message
from ctscan.on_first_use import late_pattern
from ctscan.resources import data_path, languages

ENGLISH = "en"
PLACEHOLDER = late_pattern(r"\{(\w+)(?::(phrase|number|date|day|quoted|section))?\}")

_SECTION = late_pattern(r"\bca-section\.[a-z-]+")
_DAY = late_pattern(r"(?P<year>\d{4})-(?P<month>0[1-9]|1[0-2])-(?P<day>\d\d)(?:T|$)", re.ASCII)

Sentence = str | Mapping[str, str]


class Texts:
    """Sentences of one language. Calling it renders a message.

    A message whose code or parameters the language doesn't know is shown as its code with its parameters: a newer
    ctscan wrote it, or the index was changed by hand. An answer stays readable with it.
    """

    def __init__(self, lang: str, sentences: Mapping[str, Sentence]) -> None:
        self.lang, self.sentences = lang, sentences

    def __call__(self, message: Message) -> str:
        """Render a message."""
        params = dict(message.params)
        try:
            sentence = self.sentences[message.code]
            if not isinstance(sentence, str):
                sentence = sentence["one" if params.get("count") == 1 else "other"]
            return PLACEHOLDER.sub(lambda found: self._shown(params[found[1]], found[2]), sentence)
        except KeyError:
            return str(message)

    def labelled(self, label: str, value: object) -> str:
        """Write a value behind its label. Values may be data of a person, which never become parameters of messages."""
        return self._joined("format.labelled", label, str(value))

    def listed(self, items: Sequence[str]) -> str:
        """Write items in a row, as items that may hold commas are separated in the language."""
        return reduce(partial(self._joined, "format.listed"), items) if items else ""

    def quoted(self, items: Sequence[str]) -> str:
        """Write items in quotation marks: `“a”, “b” and “c”`."""
        *others, last = [self._joined("format.quoted", item) for item in items] or [""]
        if not others:
            return last
        return self._joined("format.last", reduce(partial(self._joined, "format.next"), others), last)

    def date(self, day: str) -> str:
        """Write a day of RFC 3339 in the form of the language: `20 November 2026`; other text stays as it is."""
        if not (found := _DAY.match(day)):
            return day
        month = self(Message(f"format.month-{found['month']}"))
        return self(Message("format.date", (("count", int(found["day"])), ("month", month), ("year", found["year"]))))

    def _joined(self, code: str, *values: str) -> str:
        sentence, given = str(self.sentences.get(code, "{1} {2}")), dict(enumerate(values, 1))
        return PLACEHOLDER.sub(lambda found: given.get(int(found[1]), ""), sentence)

    def _shown(self, value: str | int, kind: str | None) -> str:
        match kind:
            case "phrase":
                return self(Message(str(value)))
            case "number" if isinstance(value, int):
                return f"{value:,}".replace(",", self(Message("format.thousands")))
            case "date":
                return self.date(str(value))
            case "quoted":
                return self.quoted(str(value).splitlines())
            case "section":
                return _SECTION.sub(lambda found: self(Message(found[0])), str(value))
            case "day":
                return str(value)[: len("2026-01-31")]
            case _:
                return str(value)


def text(message: Message, lang: str) -> str:
    """Render a message in a language. UsageError for an unknown language."""
    return texts(lang)(message)


@cache
def texts(lang: str) -> Texts:
    """Sentences of a language. UsageError when there is no file of it."""
    if lang not in languages():
        raise UsageError(f"lang: expected one of {', '.join(languages())}, got {lang!r}")
    return read_texts(data_path("text") / f"{lang}.toml")


def read_texts(path: Path) -> Texts:
    """Sentences of one file, by code. InputError when it isn't text, or when a sentence is used that isn't TOML or is
    no sentence."""
    try:
        return Texts(path.stem, _Sentences(path.name, path.read_text(encoding="utf-8")))
    except (ValueError, OSError) as error:
        raise InputError(f"{path.name}: expected TOML: {error}") from error


_TABLE = late_pattern(r"^\[([a-z-]+)\] *\n", re.MULTILINE)


class _Sentences(Mapping[str, Sentence]):
    """Sentences of a file by code. A sentence is parsed when its code is asked for: a command shows few, and all take
    40 ms. A table in which the line of a code isn't found is parsed as a whole."""

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        first, *parts = _TABLE.split(text)
        self._unread: dict[str, str] = {}
        for vocabulary, table in zip(parts[::2], parts[1::2], strict=True):
            if vocabulary in self._unread:
                raise InputError(f"{name}: {vocabulary}: expected one table, got two")
            self._unread[vocabulary] = table
        self._read = _sentences(name, "", first)

    def __getitem__(self, code: str) -> Sentence:
        if code not in self._read:
            vocabulary, _, word = code.partition(".")
            if line := _line(self._unread.get(vocabulary, ""), word):
                self._read |= _sentences(self._name, vocabulary, line)
            else:
                self._load(vocabulary)
        return self._read[code]

    def __iter__(self) -> Iterator[str]:
        for vocabulary in list(self._unread):
            self._load(vocabulary)
        return iter(self._read)

    def _load(self, vocabulary: str) -> None:
        """Parse a table. Two threads may both do so: it counts as read when its sentences are there."""
        if (table := self._unread.get(vocabulary)) is not None:
            self._read |= _sentences(self._name, vocabulary, table)
            self._unread.pop(vocabulary, None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _line(table: str, word: str) -> str:
    """Return the line of a code in a table; empty where it has none. Each sentence is one line."""
    table = f"\n{table}"
    begins = (table.find(f"\n{key} = ") + 1 for key in (word, f'"{word}"'))
    begin = next(filter(None, begins), 0)
    return table[begin:].partition("\n")[0] if begin else ""


def _sentences(name: str, vocabulary: str, table: str) -> dict[str, Sentence]:
    """Parse a table of a file, or a line of it; without a vocabulary, the beginning of the file."""
    import tomllib  # here: commands that show no sentence don't need it

    try:
        found = tomllib.loads(table)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{name}: {vocabulary}: expected TOML: {error}") from error
    tables = {vocabulary: found} if vocabulary else found
    sentences: dict[str, Sentence] = {}
    for word, held in tables.items():
        words = {f"{word}.{one}": sentence for one, sentence in held.items()} if isinstance(held, dict) else {}
        sentences |= words or {word: held}
    for code, sentence in sentences.items():
        _check_sentence(name, code, sentence)
    return sentences


def _check_sentence(name: str, code: str, sentence: object) -> None:
    forms = [sentence.get("one"), sentence.get("other")] if isinstance(sentence, dict) else [sentence]
    if not all(isinstance(form, str) for form in forms):
        raise InputError(f"{name}: {code}: expected a sentence, or its forms `one` and `other`")
