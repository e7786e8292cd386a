"""Practices and chambers named after a person: `Zahnarztpraxis Jane Roe`, `Studio legale Roe Jane`."""

from __future__ import annotations

from typing import Final

from ctscan.personal.attribution.gazetteer import Likeness, likeness
from ctscan.personal.attribution.name_shapes import bare_name
from ctscan.personal.normalise.name_tokens import fold_text

_MOST: Final = 4  # words before the name
_LONGEST: Final = 120  # characters of a text
_WORDS: Final = frozenset(
    [
        # German
        *("praxis", "arztpraxis", "zahnarztpraxis", "hausarztpraxis", "facharztpraxis", "tierarztpraxis", "kanzlei"),
        *("gemeinschaftspraxis", "anwaltskanzlei", "rechtsanwaltskanzlei", "notariat", "notar", "notarin"),
        *("rechtsanwalt", "rechtsanwaltin", "steuerkanzlei", "steuerberater", "steuerberaterin", "zahnarzt"),
        *("zahnarztin", "psychotherapeutische", "wirtschaftsprufer", "wirtschaftspruferin", "architekturburo"),
        # French, Spanish, Portuguese, Italian
        *("cabinet", "etude", "maitre", "notaire", "avocat", "dentaire", "medical", "notaria", "despacho", "bufete"),
        *("abogado", "abogada", "consultorio", "escritorio", "advocacia", "advogado", "advogada", "studio", "legale"),
        *("avvocato", "avv", "notaio", "dentistico", "medico", "commercialista"),
        # Polish, Czech, Dutch
        *("kancelaria", "adwokacka", "radcy", "prawnego", "notarialna", "gabinet", "stomatologiczny", "lekarski"),
        *("advokatni", "notarska", "ordinace", "kancelar", "praktijk", "tandartspraktijk", "huisartsenpraktijk"),
    ]
)
"""Folded words before the name of a person who has a profession of one's own."""


def name_behind_practice(text: str) -> str | None:
    """Return the listed name behind one to four words of a practice; None for any other text."""
    words = text.split() if len(text) <= _LONGEST else []
    count = next((at for at, word in enumerate(words[: _MOST + 1]) if fold_text(word) not in _WORDS), 0)
    name = bare_name(" ".join(words[count:])) if count else ""
    return name if likeness(name) >= Likeness.GOOD else None
