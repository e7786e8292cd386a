"""The gate: no finding leaves before the identity is settled, and texts about it hold nobody's data."""

from __future__ import annotations

import pytest

from ctscan.app.identity_gate import check_identity, checked_text
from ctscan.errors import UsageError
from ctscan.model.case import CaseStanding, CaseState

SETTLED = CaseStanding(CaseState.OPEN, (), None, None, None, True)
OPEN = CaseStanding(CaseState.OPEN, (), None, None, None, False)


@pytest.mark.parametrize(
    ("standing", "settled", "override", "recorded"),
    [
        (SETTLED, "", "", ("settled", "case")),
        (SETTLED, "", "asked by the court", ("override", "asked by the court")),
        (OPEN, "passport seen at the desk on 2026-01-31", "", ("settled", "passport seen at the desk on 2026-01-31")),
        (OPEN, "", "  known   to the team ", ("override", "known to the team")),
        (None, "employee badge", "", ("settled", "employee badge")),
        (None, "", "a test", ("override", "a test")),
        (OPEN, "گذرنامه دیده‌شد", "", ("settled", "گذرنامه دیده‌شد")),
    ],
)
def test_the_gate_opens(standing: CaseStanding | None, settled: str, override: str, recorded: tuple[str, str]) -> None:
    assert check_identity(standing, identity_settled=settled, override=override, command="dossier") == recorded


def test_the_gate_stays_closed_and_says_what_opens_it() -> None:
    with pytest.raises(
        UsageError, match=r"^dossier: the identity .* not settled.*'ctscan case identify'.*--override"
    ) as e:
        check_identity(OPEN, identity_settled="", override="", command="dossier")
    assert e.value.exit_code == 2
    with pytest.raises(UsageError, match=r"^letters: the identity of the requester is not settled") as without:
        check_identity(None, identity_settled="", override="", command="letters")
    assert "case identify" not in str(without.value)


def test_both_options_are_refused() -> None:
    with pytest.raises(UsageError, match="expected --identity-settled or --override, got both"):
        check_identity(SETTLED, identity_settled="seen", override="why", command="dossier")


@pytest.mark.parametrize("blank", [" ", "\t", "\n"])
def test_a_blank_text_is_no_text(blank: str) -> None:
    for given in ({"identity_settled": blank, "override": ""}, {"identity_settled": "", "override": blank}):
        with pytest.raises(UsageError, match="expected one line of 1 to 500 characters"):
            check_identity(SETTLED, command="dossier", **given)


@pytest.mark.parametrize(
    "text",
    ["x" * 501, "two\nlines", "a \x1b[31m red", "a \u202e turn", "tab\there", "<b>\x00</b>"],
)
def test_texts_of_another_form_are_refused_and_not_quoted(text: str) -> None:
    with pytest.raises(UsageError, match="expected one line of 1 to 500 characters") as caught:
        checked_text("case identify", "seen", text)
    assert text not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("wrote from jane.roe@example.org", "without e-mail addresses and telephone numbers"),
        ("called from +49 30 901820", "without e-mail addresses and telephone numbers"),
        ("passport C01X00T47 seen", "the number of a document"),
        ("identity card (T220001293)", "the number of a document"),
        ("card 123456789, seen", "the number of a document"),
    ],
)
def test_no_copy_of_an_identity_is_recorded(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        checked_text("case identify", "seen", text)
    assert not any(word in str(caught.value) for word in text.split() if any(map(str.isdigit, word)))


@pytest.mark.parametrize(
    "text", ["ticket 2026-001234", "video call of 2026-01-31, 14:30", "passport, valid to 2031-05-05"]
)
def test_dates_and_tickets_are_no_numbers_of_documents(text: str) -> None:
    assert checked_text("case identify", "seen", text) == text
