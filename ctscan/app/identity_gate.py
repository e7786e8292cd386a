"""Gate in front of everything that a case gives out: no finding leaves before the identity of the requester is settled.

The identity is settled in the case, by a code or by another proof that is recorded there. `--identity-settled HOW` and
`--override REASON` open the gate for a single command, which records the text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctscan.app.recorded_texts import check_recorded_text
from ctscan.errors import UsageError

if TYPE_CHECKING:
    from ctscan.model.case import CaseStanding

SETTLED, OVERRIDE = "settled", "override"
"""Keys of a case's event under which the text of the gate is recorded."""

IN_CASE = "case"
"""Text under `SETTLED` where the case itself has the proof."""

LONGEST = 500
"""Characters of a text about an identity."""


_JOINERS = {0x200C: None, 0x200D: None}
"""Zero-width joiners, which belong to the spelling of Persian and Indic words."""


def check_identity(
    standing: CaseStanding | None, *, identity_settled: str, override: str, command: str
) -> tuple[str, str]:
    """Check that findings may leave.

    Args:
        standing: standing of the case; None: there is no case.
        identity_settled: text of `--identity-settled`; empty where not given.
        override: text of `--override`; empty where not given.
        command: command that gives findings out, for the error.

    Returns:
        The key and the text that the event of the command records: `("settled", "case")`, `("settled", HOW)` or
        `("override", REASON)`.

    Raises:
        UsageError: the identity is not settled, both options are given, or a text has another form.
    """
    if identity_settled and override:
        raise UsageError(f"{command}: expected --identity-settled or --override, got both; leave one of the two out")
    if identity_settled:
        return SETTLED, checked_text(command, "identity-settled", identity_settled)
    if override:
        return OVERRIDE, checked_text(command, "override", override)
    if standing is not None and standing.is_identity_settled:
        return SETTLED, IN_CASE
    in_case = "'ctscan case identify' settles it; " if standing is not None else ""
    raise UsageError(
        f"{command}: the identity of the requester is not settled, so no finding may leave; {in_case}"
        "--identity-settled HOW says for this command how it was settled, --override REASON why it may go without"
    )


def checked_text(command: str, option: str, text: str) -> str:
    """Return a text about an identity without needless spaces.

    Raises:
        UsageError: it is empty, longer than 500 characters, has control characters, or holds an address, a telephone
            number, or something like the number of a document: it is recorded for good.
    """
    words = " ".join(text.split())
    if not words or len(words) > LONGEST or not text.strip().translate(_JOINERS).isprintable():
        raise UsageError(
            f"{command}: --{option}: expected one line of 1 to {LONGEST} characters without control characters, got "
            f"{len(text)} characters of another form"
        )
    check_recorded_text(command, option, words)
    if any(_is_number_of_document(word) for word in words.split()):
        raise UsageError(
            f"{command}: --{option}: expected what was seen and when, got something like the number of a document, "
            "which is recorded for good; leave it out (a date is written as 2026-01-31)"
        )
    return words


def _is_number_of_document(word: str) -> bool:
    """Return whether a word of letters and digits has the form of a passport's or an identity card's number."""
    bare = word.strip(".,;:()[]'\"")
    return bare.isalnum() and len(bare) >= 7 and sum(map(str.isdigit, bare)) >= 5
