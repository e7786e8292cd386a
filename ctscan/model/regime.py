"""Regimes: the rules of a law on requests of data subjects, as `data/regimes/*.toml` states them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ctscan.model.case import CaseKind


class Certainty(StrEnum):
    """Ground of a stated fact."""

    TEXT = "text"  # the provision itself was read
    SECONDARY = "secondary"  # a text about the provision was read
    TO_BE_CHECKED = "to be checked"  # general knowledge; said so in every case


class PeriodUnit(StrEnum):
    """Unit of a period."""

    DAYS = "days"
    BUSINESS_DAYS = "business days"
    MONTHS = "months"


class ClockStart(StrEnum):
    """Event that starts a clock."""

    RECEIPT = "receipt"
    LATEST = "latest of request, identity, fee"


@dataclass(frozen=True, slots=True)
class Period:
    """Period of a regime. `rolls`: a last day on Saturday, Sunday or holiday moves to the next working day."""

    count: int
    unit: PeriodUnit
    rolls: bool
    article: str
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class Extension:
    """Longer time to answer. `total` counts from the start of the clock, `None` where the law sets no limit;
    `tell_within_first`: it has to be told, with reasons, within the first period."""

    total: Period | None
    tell_within_first: bool
    article: str
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class Ground:
    """Ground of a pause or a refusal, as a law names it. `code` is a word of a closed vocabulary."""

    code: str
    article: str
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class RegimeAuthority:
    """Authority to complain to, or a court."""

    name: str
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class Regime:
    """Regime of requests.

    Attributes:
        code: `eu`: the name of its file.
        law: short name of the law by language: `{"en": "GDPR", "de": "DSGVO"}`.
        start: event that starts the clock.
        confirm: period to confirm receipt; None where the law asks for none.
        answer: period to answer; None where the law gives no number (without delay, a reasonable time).
        extension: longer time; None where there is none.
        pauses: grounds on which the clock stops; empty where it never does.
        refusals: grounds of refusal.
        articles: article by right: `{CaseKind.ACCESS: "Art. 15(1)-(3)"}`, without the name of the law.
        authorities: authorities and courts, the first to turn to first.
        records_months: months for which records of requests are kept by law; None: no number.
        to_be_checked: names of the facts above that are general knowledge.
    """

    code: str
    law: tuple[tuple[str, str], ...]
    start: ClockStart
    confirm: Period | None
    answer: Period | None
    extension: Extension | None
    pauses: tuple[Ground, ...]
    refusals: tuple[Ground, ...]
    articles: tuple[tuple[CaseKind, str, Certainty], ...]
    authorities: tuple[RegimeAuthority, ...]
    records_months: int | None
    to_be_checked: tuple[str, ...]
