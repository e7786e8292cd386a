"""Certificates with names in eighteen scripts and languages, in the forms of their national CAs, each with its truth.

People are invented: given names and surnames of `tests/personal/scripts/names.toml`, combined by a seed. As many
certificates name nobody (`others.toml`). The same seed gives the same bytes.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from support.certs import (
    CLIENT_AUTH,
    EMAIL_PROTECTION,
    RdnSpec,
    basic_constraints,
    extended_key_usage,
    key_usage,
    make_certificate,
    san_extension,
    string,
)

CERTIFICATES = 400
_FOLDER = Path(__file__).parent.parent / "personal" / "scripts"
_CLIENT = (CLIENT_AUTH, EMAIL_PROTECTION)
_SURNAME_FIRST = frozenset(
    ["russian", "ukrainian", "kazakh", "hangul", "kana", "simplified", "traditional", "japanese", "vietnamese"]
)
_UNSPACED = frozenset(["hangul", "simplified", "traditional"])
_TABLE = """
russian=RU ukrainian=UA bulgarian=BG serbian=RS kazakh=KZ greek=GR arabic=AE hebrew=IL devanagari=IN thai=TH
hangul=KR kana=JP simplified=CN traditional=TW japanese=JP vietnamese=VN georgian=GE armenian=AM
"""
_COUNTRIES = dict(entry.split("=") for entry in _TABLE.split())
SCRIPTS = tuple(_COUNTRIES)


@dataclass(frozen=True, slots=True)
class Person:
    """Invented person: words of the name as written, and the Latin spellings of given name and surname."""

    given: str
    surname: str
    middle: str
    latin_given: tuple[str, ...]
    latin_surnames: tuple[str, ...]

    def latin_names(self) -> Iterator[str]:
        """Yield the names that people type: each spelling of a part at least once."""
        for at in range(max(len(self.latin_given), len(self.latin_surnames))):
            given = self.latin_given[min(at, len(self.latin_given) - 1)]
            yield f"{given} {self.latin_surnames[min(at, len(self.latin_surnames) - 1)]}"


@dataclass(frozen=True, slots=True)
class Sample:
    """Certificate with its truth: the script, the form of its names, and the person; None where it names nobody."""

    der: bytes
    script: str
    form: str
    person: Person | None
    common_name: str


def make_samples(seed: int, number: int = CERTIFICATES, kept_back: bool = False) -> tuple[Sample, ...]:
    """Make certificates, half of them with a person, evenly over the scripts.

    `kept_back`: with names and texts that the program's lists were not made with.
    """
    return tuple(_samples(random.Random(seed), number, "_kept_back" if kept_back else ""))


def _samples(chance: random.Random, number: int, kind: str) -> Iterator[Sample]:
    serials = count(1)
    for at in range(number // 2):
        script, turn = SCRIPTS[at % len(SCRIPTS)], at // len(SCRIPTS)
        person = _person(table(f"names{kind}")[script], chance)
        form = list(_FORMS)[turn % len(_FORMS)]
        arguments = _FORMS[form](script, person, chance)
        yield Sample(_certificate(serial=next(serials), **arguments), script, form, person, _whole(script, person))
    others = {script: _shuffled(table(f"others{kind}")[script], chance) for script in SCRIPTS}
    for at in range(number - number // 2):
        script, turn = SCRIPTS[at % len(SCRIPTS)], at // len(SCRIPTS)
        text = others[script][turn % len(others[script])]
        form = chance.choice(list(_OTHER_FORMS))
        arguments = _OTHER_FORMS[form](script, text, chance)
        yield Sample(_certificate(serial=next(serials), **arguments), script, form, None, text)


def _certificate(
    *, serial: int, subject: list[RdnSpec], eku: Sequence[str] = _CLIENT, san: Sequence[Any] = (), country: str
) -> bytes:
    extensions = [key_usage(), *([extended_key_usage(eku)] if eku else []), basic_constraints(False)]
    extensions += [san_extension(san)] if san else []
    issuer: list[RdnSpec] = [("C", country), ("O", "Example Trust"), ("CN", "Example National CA")]
    return make_certificate(subject=subject, issuer=issuer, serial=serial, extensions=extensions)


# --- names -------------------------------------------------------------------------------------------------------


@cache
def table(name: str) -> dict[str, Any]:
    """Load a table of `tests/personal/scripts`."""
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def _shuffled(texts: Sequence[str], chance: random.Random) -> list[str]:
    return chance.sample(texts, len(texts))


def _person(groups: Sequence[Any], chance: random.Random) -> Person:
    group = chance.choice(groups)
    given, _, latin_given = chance.choice(group["given"]).partition("=")
    surname, _, latin_surname = chance.choice(group["surnames"]).partition("=")
    middle = chance.choice(group["middle"]) if "middle" in group else ""
    return Person(given, surname, middle, tuple(latin_given.split("/")), tuple(latin_surname.split("/")))


def _whole(script: str, person: Person) -> str:
    if script in _UNSPACED:
        return person.surname + person.given
    words = [person.given, person.middle, person.surname]
    if script in _SURNAME_FIRST:
        words = [person.surname, person.given, person.middle]
    return " ".join(filter(None, words))


def _digits(chance: random.Random, number: int) -> str:
    return "".join(str(chance.randrange(10)) for _ in range(number))


# --- forms of people ---------------------------------------------------------------------------------------------


def _attributes(script: str, person: Person, chance: random.Random) -> dict[str, Any]:
    """Build a qualified certificate: surname, given name (with the patronymic), the number of the country."""
    given = f"{person.given} {person.middle}".strip()
    named: list[RdnSpec] = [("CN", _whole(script, person)), ("SN", person.surname), ("GN", given)]
    return {"subject": [*named, ("C", _COUNTRIES[script]), *_numbers(script, chance)], "country": _COUNTRIES[script]}


def _alone(script: str, person: Person, chance: random.Random) -> dict[str, Any]:
    subject: list[RdnSpec] = [("C", _COUNTRIES[script]), ("CN", _whole(script, person))]
    return {"subject": subject, "eku": (), "country": _COUNTRIES[script]}


def _client(script: str, person: Person, chance: random.Random) -> dict[str, Any]:
    return {**_alone(script, person, chance), "eku": _CLIENT}


def _employee(script: str, person: Person, chance: random.Random) -> dict[str, Any]:
    """Build the certificate of somebody who works for an organisation."""
    organisation = table("others")[script][0]
    subject: list[RdnSpec] = [("C", _COUNTRIES[script]), ("O", organisation), ("CN", _whole(script, person))]
    return {"subject": subject, "country": _COUNTRIES[script]}


def _national(script: str, person: Person, chance: random.Random) -> dict[str, Any]:
    """Build the form that only this country has; a common name between other parts elsewhere."""
    whole, country = _whole(script, person), _COUNTRIES[script]
    subject: list[RdnSpec] = [("C", country), ("OU", "personal"), ("CN", whole), ("serialNumber", _digits(chance, 9))]
    san: list[Any] = []
    if script == "hangul":  # banks under the accredited CAs
        subject = [("C", "kr"), ("O", "example"), ("OU", "personal4IB"), ("CN", f"{whole}()00{_digits(chance, 22)}")]
    elif script == "simplified":  # CFCA
        subject = [("C", "CN"), ("OU", "Individual-1"), ("CN", f"041@Z{_digits(chance, 11)}@{whole}@00000001")]
    elif script in ("japanese", "kana"):  # JPKI, signature certificates
        subject = [("C", "JP"), ("CN", f"{_digits(chance, 14)}ABCDE01")]
        san = [("other", "1.2.392.200149.8.5.5.1", string(whole))]
    elif script == "devanagari":  # CCA
        subject = [("C", "IN"), ("O", "Personal"), ("CN", whole), ("postalCode", _digits(chance, 6))]
    elif script == "vietnamese":
        subject = [("C", "VN"), ("CN", whole), ("UID", f"CCCD:{_digits(chance, 12)}")]
    return {"subject": subject, "san": san, "country": country}


def _numbers(script: str, chance: random.Random) -> list[RdnSpec]:
    match script:
        case "russian":
            return [
                ("1.2.643.100.3", _digits(chance, 11), "numeric"),
                ("1.2.643.3.131.1.1", _digits(chance, 12), "numeric"),
            ]
        case "kazakh":
            return [("serialNumber", f"IIN{_digits(chance, 12)}")]
        case "ukrainian":
            return [("serialNumber", f"TINUA-{_digits(chance, 10)}")]
        case "greek" | "bulgarian" | "serbian" | "armenian":
            return [("serialNumber", f"PNO{_COUNTRIES[script]}-{_digits(chance, 10)}")]
        case _:
            return [("serialNumber", _digits(chance, 10))]


_FORMS = {
    "attributes": _attributes,
    "client": _client,
    "alone": _alone,
    "employee": _employee,
    "national": _national,
}


# --- forms of others ---------------------------------------------------------------------------------------------


def _other_client(script: str, text: str, chance: random.Random) -> dict[str, Any]:
    subject: list[RdnSpec] = [("C", _COUNTRIES[script]), ("CN", text)]
    return {"subject": subject, "country": _COUNTRIES[script]}


def _other_alone(script: str, text: str, chance: random.Random) -> dict[str, Any]:
    return {**_other_client(script, text, chance), "eku": ()}


def _other_beside(script: str, text: str, chance: random.Random) -> dict[str, Any]:
    """Build the certificate of a role or a service of an organisation."""
    organisation = table("others")[script][0]
    subject: list[RdnSpec] = [("C", _COUNTRIES[script]), ("O", organisation), ("OU", text), ("CN", text)]
    return {"subject": subject, "country": _COUNTRIES[script]}


def _other_same(script: str, text: str, chance: random.Random) -> dict[str, Any]:
    """Build a seal: organisation and common name are the same."""
    subject: list[RdnSpec] = [("C", _COUNTRIES[script]), ("O", text), ("CN", text)]
    return {"subject": subject, "eku": (), "country": _COUNTRIES[script]}


_OTHER_FORMS = {"client": _other_client, "alone": _other_alone, "beside": _other_beside, "same": _other_same}
