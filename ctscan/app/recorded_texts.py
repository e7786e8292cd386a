"""Texts that are recorded for good beside what was done: a purpose, a reason, the number of a case. They hold nobody's
data, as nothing deletes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from ctscan.errors import UsageError
from ctscan.on_first_use import late_pattern
from ctscan.privacy.redaction import without_addresses

if TYPE_CHECKING:
    from ctscan.model import Identifier

CASE = late_pattern(r"[^\W_][\w ./:#()-]{0,63}")
"""Form of the number of a case."""


def check_texts(command: str, identifiers: Iterable[Identifier], purpose: str, case: str = "") -> None:
    """Check texts that are recorded beside identifiers. Without a text, no identifier is read.

    Raises:
        UsageError: purpose or case name a person that is asked about, or anybody by an address, or the case has another
            form. The message quotes neither.
    """
    if case and not CASE.fullmatch(case):
        raise UsageError(
            f"{command}: --case: expected the number of a case (up to 64 letters, digits, spaces and ./:#()-_, a "
            f"letter or digit first), got something else of {len(case)} characters"
        )
    given = {option: text for option, text in (("purpose", purpose), ("case", case)) if text}
    named = _naming_one_of(given, identifiers) if given else None
    if named:
        raise UsageError(
            f"{command}: --{named}: expected a {named} that doesn't name the person, got one that does: it is "
            "recorded; give the number of the case"
        )
    for option, text in given.items():
        check_recorded_text(command, option, text)


def check_recorded_text(command: str, option: str, text: str) -> None:
    """Check a text that is recorded.

    Raises:
        UsageError: it holds an e-mail address or a telephone number.
    """
    if text and without_addresses(text) != text:
        raise UsageError(
            f"{command}: --{option}: expected a {option} without e-mail addresses and telephone numbers, got one that "
            "holds some: it is recorded for good; give the number of the case"
        )


def _naming_one_of(texts: Mapping[str, str], identifiers: Iterable[Identifier]) -> str | None:
    """Return the option whose text names the person of an identifier. The identifiers are iterated once: there may be a
    long list of them."""
    from ctscan.personal.quoting import names_person  # not at the top: most look-ups have no text to check

    naming = (option for identifier in identifiers for option, text in texts.items() if names_person(text, identifier))
    return next(naming, None)
