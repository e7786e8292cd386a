"""Provisions and texts that letters cite: articles of the regime, and texts of the CA. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from ctscan.dsar.day_counting import add_months
from ctscan.model.ca_profile import CaProfile, ProfileFact, ProfileSource
from ctscan.model.letter import LetterKind
from ctscan.model.regime import Regime, Right
from ctscan.on_first_use import late_pattern

OLD_MONTHS: Final = 24
"""Age from which a text of a CA is old."""

RIGHTS: Final = {
    LetterKind.ACCESS: Right.ACCESS,
    LetterKind.RECTIFICATION: Right.RECTIFICATION,
    LetterKind.ERASURE: Right.ERASURE,
    LetterKind.RESTRICTION: Right.RESTRICTION,
    LetterKind.OBJECTION: Right.OBJECTION,
    LetterKind.COMPLAINT: Right.COMPLAINT,
    LetterKind.NOTICE: Right.NOTIFICATION,
}
"""Right or rule behind each kind of letter."""

_LINES: Final = late_pattern(r",? ?\bl\. ?\d[\d, –-]*")


class Citations:
    """Citations of a regime in a language: `Art. 15(1)-(3) GDPR`."""

    def __init__(self, regime: Regime, lang: str) -> None:
        self.regime, self.lang, self.law = regime, lang, regime.name(lang)

    def basis(self, right: Right | None) -> str:
        """Cite the article of a right with its law; the law alone where no article is known."""
        found = self.regime.article(right) if right is not None else None
        return f"{self.cited(found.article)} {self.law}" if found is not None else self.law

    def cited(self, article: str) -> str:
        """Write an article with the words of the language."""
        return self.regime.cited(article, self.lang)

    def in_brackets(self, *rights: Right) -> str:
        """Cite the articles of rights in brackets, with a blank before them; empty where none is known."""
        found = [self.cited(one.article) for right in rights if (one := self.regime.article(right)) is not None]
        return f" ({', '.join(dict.fromkeys(found))} {self.law})" if found else ""


def sole_authorities(regime: Regime, lang: str) -> tuple[str, ...]:
    """Name the authorities of a regime that has those of one country alone; empty where the person chooses."""
    countries = {one.place[:2] for one in regime.authorities}
    return tuple(one.named(lang) for one in regime.authorities) if len(countries) == 1 else ()


def section_of(fact: ProfileFact) -> str:
    """Name the section of a fact in brackets, with a blank before it, without the lines of our copy of the text; empty
    where only the lines are known."""
    parts = (_LINES.sub("", part).strip(" ,") for part in fact.place.split(";"))
    named = "; ".join(dict.fromkeys(part for part in parts if part))
    return f" ({named})" if named else ""


def title_of(source: ProfileSource) -> str:
    """Name a text with its version."""
    return f"{source.title} {source.version}".rstrip()


def sources_of(profile: CaProfile, facts: Sequence[ProfileFact]) -> tuple[ProfileSource, ...]:
    """List the texts of some facts, in the order of the profile."""
    used = {fact.source.id for fact in facts}
    return tuple(source for source in profile.sources if source.id in used)


def is_old(source: ProfileSource, on: date) -> bool:
    """Return whether a text is older than 24 months on a day."""
    return add_months(source.day, OLD_MONTHS) < on
