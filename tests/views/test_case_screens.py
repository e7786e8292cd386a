"""Screens of the register at 80 columns, in a pipe and on a narrow terminal; hostile texts steer no terminal."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from msgspec.structs import replace
from rich.cells import cell_len
from support.case_events import case_event, paused, request_case

from ctscan.dsar.regimes import regime
from ctscan.dsar.reminders import register_on, reminder_of, restricted_since
from ctscan.dsar.standing import standing
from ctscan.model.case import Case, CaseAction, CaseIdentifier, CaseKind, CaseState, DecisionKind
from ctscan.model.case_report import CaseReport
from ctscan.model.identifier import IdentifierKind
from ctscan.views import case_screens, tables
from ctscan.views.case_words import ACTIONS, DECISIONS, KINDS, STATES
from ctscan.views.cases import due_lines, nothing_line
from ctscan.views.console import Console
from ctscan.views.json import case as json_case
from ctscan.views.text import texts

TODAY = date(2026, 3, 30)
SAY = texts("en")
OPENED = case_event("2026-03-02", CaseAction.OPENED)

JANE = replace(
    request_case(
        "eu",
        "2026-02-27",
        OPENED,
        case_event("2026-03-03", CaseAction.CONFIRMED_RECEIPT, channel="letter"),
        case_event("2026-03-09", CaseAction.IDENTIFIED, how="code", id="7"),
        case_event("2026-03-20", CaseAction.EXTENDED, reason="certificates of 14 CAs\nhave to be asked for",
                   told="2026-03-20"),
        case_event("2026-03-21", CaseAction.DECIDED, decision="partial", ground="rights of others",
                   reasoning="names two more people", certificate="ab" * 32),
    ),
    requester="Jane Roe",
    channel="letter",
    since=date(2019, 1, 1),
    identifiers=(
        CaseIdentifier("Jane@Example.org", IdentifierKind.EMAIL, "jane@example.org"),
        CaseIdentifier("Jane Roe", IdentifierKind.NAME, "jane roe"),
    ),
)  # fmt: skip


def report(case: Case) -> CaseReport:
    rules = regime(case.regime)
    return CaseReport(case, rules, standing(case, rules, None), restricted_since(case))


CASES = [
    JANE,
    replace(request_case("eu", "2026-02-24", OPENED, number="C-2026-0018"), requester="Maximiliane von und zu Example"),
    request_case("uk", "2026-03-01", OPENED, *paused("2026-03-06", None, "clarification"), number="C-2026-0019"),
    replace(
        request_case("eu", "2026-03-02", OPENED, number="C-2026-0020", kind=CaseKind.RECTIFICATION),
        requester="張偉" * 9,
    ),
    replace(
        request_case("ccpa", "2026-03-01", OPENED, case_event("2026-03-12", CaseAction.CLOSED, outcome="withdrawn"),
                     number="C-2026-0021", kind=CaseKind.OBJECTION),
        requester="Zoë O’Hara",
    ),
]  # fmt: skip
REGISTER = register_on(TODAY, map(report, CASES))

Screen = Callable[[Callable[[Console], None], int], str]


@pytest.fixture
def screen(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Screen:
    """Return a function that draws at a width and returns the text; 0: in a pipe."""

    def draw(work: Callable[[Console], None], width: int) -> str:
        monkeypatch.setenv("COLUMNS", str(width)) if width else monkeypatch.delenv("COLUMNS", raising=False)
        work(tables.console())
        return capsys.readouterr().out

    return draw


def drawn_list(out: Console) -> None:
    case_screens.register(out, REGISTER, "nothing", SAY)


def drawn_case(out: Console) -> None:
    found = report(JANE)
    case_screens.case(out, found, reminder_of(found, TODAY), SAY)


LIST = """\
Case          Due          Left             Request         Requester
────────────────────────────────────────────────────────────────────────────────
C-2026-0018   2026-03-24   overdue 6 days   access          Maximiliane von und…
C-2026-0020   2026-04-02   3 days           rectification   張偉張偉張偉張偉張…
C-2026-0017   2026-05-27   58 days          access          Jane Roe
C-2026-0019   -            paused           access          -
C-2026-0021   -            closed           objection       Zoë O’Hara
"""

SHOWN = """\
C-2026-0017: access under GDPR (eu), open
  Due on 2026-05-27: answer the request, within the extended time (58 days)
  Extended until 2026-05-27.
  Received: 2026-02-27
  Came by: letter
  Requester: Jane Roe
  Address known as theirs since: 2019-01-01
  Language of the answer: en
  Identity: settled
  Identifiers: Jane@Example.org (e-mail address), Jane Roe (name)

Duty                                        Last day     Reminder     Done
────────────────────────────────────────────────────────────────────────────────
say within the first period that the        2026-03-27   2026-03-27   2026-03-20
answer takes longer, with reasons
answer the request, within the extended     2026-05-27   2026-05-27   -
time

- public holidays aren't counted, only weekends: no place is set, or its
  calendar isn't installed

Day          Who       What                Detail
────────────────────────────────────────────────────────────────────────────────
2026-03-02   handler   opened              -
2026-03-03   handler   receipt confirmed   letter
2026-03-09   handler   identified          one-time code
2026-03-20   handler   extended            reason: certificates of 14 CAs have
                                           to be asked for; requester told on:
                                           2026-03-20
2026-03-21   handler   decided             certificate: abababababab…; decision:
                                           granted in part; ground: the rights
                                           of others would suffer; reasoning:
                                           names two more people
"""


def test_the_list_fits_80_columns(screen: Screen) -> None:
    shown = screen(drawn_list, 80)
    assert shown == LIST
    assert max(map(cell_len, shown.splitlines())) <= 80


def test_a_case_fits_80_columns(screen: Screen) -> None:
    shown = screen(drawn_case, 80)
    assert shown == SHOWN
    assert max(map(cell_len, shown.splitlines())) <= 80


def test_a_pipe_has_all_columns_and_each_case_in_a_line(screen: Screen) -> None:
    header, _, *rows = screen(drawn_list, 0).splitlines()
    assert header.split() == ["Case", "Due", "Left", "Request", "Regime", "Received", "Requester"]
    assert len(rows) == len(CASES)
    assert any(row.endswith("Maximiliane von und zu Example") for row in rows)


def test_a_narrow_terminal_has_lines(screen: Screen) -> None:
    shown = screen(drawn_list, 40)
    assert max(map(len, shown.splitlines())) <= 40
    assert "C-2026-0019: access, paused\n" in shown and "C-2026-0018: access, overdue 6 days\n" in shown


def test_hostile_texts_are_inert(screen: Screen) -> None:
    hostile = "<script>alert(1)</script>\x1b[2J\x1b]0;title\x07\u202eeoR\r\n[bold]x[/bold]"
    event = case_event("2026-03-09", CaseAction.NOTED, text=hostile)
    identifier = CaseIdentifier(hostile, IdentifierKind.NAME, hostile)
    case = replace(JANE, requester=hostile, channel=hostile, identifiers=(identifier,), events=(OPENED, event))
    found = report(case)

    def work(out: Console) -> None:
        case_screens.case(out, found, reminder_of(found, TODAY), SAY)
        case_screens.register(out, register_on(TODAY, [found]), "", SAY)

    for width in (80, 0):
        shown = screen(work, width)
        assert not {"\x1b", "\x07", "\u202e", "\r"} & set(shown)
        assert "\\x1b[2J" in shown.replace("\n", "").replace(" ", "")
        assert "<script>" in shown and ("[bold]" in shown or width)


def test_every_word_of_a_case_has_its_text() -> None:
    assert (set(ACTIONS), set(KINDS), set(STATES), set(DECISIONS)) == (
        set(CaseAction), set(CaseKind), set(CaseState), set(DecisionKind),
    )  # fmt: skip


def test_the_digest_of_a_code_stays_in_the_index(screen: Screen) -> None:
    made = case_event("2026-03-05", CaseAction.CODE_MADE, digest="0f" * 32, kind="email", sent="smtp", id="77")
    found = report(replace(JANE, events=(OPENED, made)))
    shown = screen(lambda out: case_screens.case(out, found, None, SAY), 0)
    assert "0f0f" not in shown and "kind: e-mail address; sent: by e-mail" in shown
    assert json_case(found)["history"][1]["detail"] == {"id": "77", "kind": "email", "sent": "smtp"}


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        ("de", ["gesetzlicher Grund: die Rechte anderer würden beeinträchtigt; ", "Art: Antrag auf Auskunft; "]),
        ("fr", ["motif légal : les droits d'autrui seraient lésés ; ", "genre : "]),
        ("es", ["motivo legal: se verían afectados los derechos de otras personas; ", "clase: "]),
    ],
)
def test_details_have_the_words_of_the_language(screen: Screen, lang: str, lines: list[str]) -> None:
    events = (
        OPENED,
        case_event("2026-03-05", CaseAction.DECIDED, decision="refused", ground="rights of others", reasoning="X"),
        case_event("2026-03-06", CaseAction.LETTER_WRITTEN, ca="Example CA", kind="access", sha256="0f" * 32),
        case_event("2026-03-07", CaseAction.PAUSED, reason="identity"),
        case_event("2026-03-08", CaseAction.CODE_MADE, expires="2026-03-15T12:00:00+01:00", sent="handler"),
    )
    shown = screen(lambda out: case_screens.case(out, report(replace(JANE, events=events)), None, texts(lang)), 0)
    assert all(line in shown for line in lines)
    assert not {"rights of others", "reasoning", "access", "follow_up", "0f" * 32} & set(
        re.split(r"[;:] | ;| {2,}", shown)
    )
    assert "2026-03-15T11:00:00Z" in shown


# --- what is due ---------------------------------------------------------------------------------------------------


def lines_on(today: str, *cases: Case) -> list[str]:
    return due_lines(register_on(date.fromisoformat(today), map(report, cases)), SAY)


def test_the_most_urgent_deadline_is_said_and_the_others_are_counted() -> None:
    one, other = request_case("eu", "2026-03-03", number="C-2026-0001"), CASES[1]
    assert lines_on("2026-03-20", other) == ["Due next, in 4 days, on 2026-03-24: C-2026-0018, answer the request."]
    assert lines_on("2026-03-23", other) == ["Due next, tomorrow, 2026-03-24: C-2026-0018, answer the request."]
    assert lines_on("2026-03-24", other) == ["Due today: C-2026-0018, answer the request."]
    assert lines_on("2026-03-25", other) == ["Overdue by 1 day, since 2026-03-24: C-2026-0018, answer the request."]
    assert lines_on("2026-03-30", one, other) == [
        "Overdue by 6 days, since 2026-03-24: C-2026-0018, answer the request.",
        "In all 1 overdue, 1 due within 7 days: 'ctscan case list --due 7'.",
    ]
    assert lines_on("2026-03-02", one, other)[1:] == []
    assert lines_on("2026-03-30", CASES[2]) == lines_on("2026-03-30") == []


def test_an_empty_list_says_why() -> None:
    assert nothing_line(every=True, within=None, texts=SAY).startswith("There are no cases")
    assert nothing_line(every=False, within=None, texts=SAY).startswith("No case is open")
    assert nothing_line(every=True, within=1, texts=SAY) == "Nothing is due within 1 day."
