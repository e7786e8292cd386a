"""Sentences of messages, from data/text/<lang>.toml: the only place where codes become words.

A file of a language has one table per vocabulary, and in it one sentence per code:

    [remark]
    cut = "only the first {limit:number} are shown"              a parameter, here as a number
    holds = "the same name holds {holds:phrase}"                 a parameter that is the code of a phrase
    logs = { one = "1 log", other = "{count:number} logs" }      a sentence that depends on the parameter `count`
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from ctscan.errors import InputError, UsageError
from ctscan.model import Message
from ctscan.resources import data_path, languages

ENGLISH = "en"
PLACEHOLDER = re.compile(r"\{(\w+)(?::(phrase|number))?\}")

Sentence = str | Mapping[str, str]


class Texts:
    """Sentences of one language. Calling it renders a message."""

    def __init__(self, lang: str, sentences: Mapping[str, Sentence]) -> None:
        self.lang, self.sentences = lang, sentences

    def __call__(self, message: Message) -> str:
        """Render a message. InputError for a code that the language lacks."""
        params = dict(message.params)
        sentence = self._sentence(message.code)
        if not isinstance(sentence, str):
            sentence = sentence["one" if params.get("count") == 1 else "other"]
        return PLACEHOLDER.sub(lambda found: self._shown(params[found[1]], found[2]), sentence)

    def _sentence(self, code: str) -> Sentence:
        try:
            return self.sentences[code]
        except KeyError:
            raise InputError(f"text/{self.lang}.toml: expected a sentence for {code!r}, got none") from None

    def _shown(self, value: str | int, kind: str | None) -> str:
        if kind == "phrase":
            return self(Message(str(value)))
        if kind == "number" and isinstance(value, int):
            return f"{value:,}".replace(",", self(Message("format.thousands")))
        return str(value)


def text(message: Message, lang: str) -> str:
    """Render a message in a language. UsageError for an unknown language, InputError for an unknown code."""
    return texts(lang)(message)


@cache
def texts(lang: str) -> Texts:
    """Sentences of a language. UsageError when there is no file of it."""
    if lang not in languages():
        raise UsageError(f"lang: expected one of {', '.join(languages())}, got {lang!r}")
    return read_texts(data_path("text") / f"{lang}.toml")


def read_texts(path: Path) -> Texts:
    """Sentences of one file, by code. InputError when it isn't TOML."""
    import tomllib  # here: commands that show no sentence don't need it

    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{path.name}: expected TOML: {error}") from error
    sentences: dict[str, Sentence] = {}
    for vocabulary, found in tables.items():
        if isinstance(found, str):
            sentences[vocabulary] = found
        else:
            sentences |= {f"{vocabulary}.{word}": sentence for word, sentence in found.items()}
    return Texts(path.stem, sentences)
