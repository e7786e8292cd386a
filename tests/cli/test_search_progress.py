"""Progress of repository searches: the disclosures and the results, without any part of the questions."""

from __future__ import annotations

import io
from collections.abc import Sequence

from msgspec.structs import replace
from support.repositories import FAKE

from ctscan.app.searching import Destination, SearchPlan
from ctscan.cli.logging import set_up
from ctscan.cli.search_progress import SearchProgress
from ctscan.collect.questions import PlannedQuestion, plan_questions
from ctscan.model import LEGACY, Message, Question, Shortfall
from ctscan.model.results import SearchResult
from ctscan.personal.identifiers import parse_identifier
from ctscan.views import words
from ctscan.views.words import question_kinds

PEOPLE = ("jane@example.org", "Jane Roe", "mary@example.org")
ASKED = [asked for person in PEOPLE for asked in plan_questions(parse_identifier(person))]
QUESTIONS = [asked.question for asked in ASKED]
HOSTS_ONLY = Destination(replace(FAKE, title="Hosts", finds=("host",), tells="its operator"))


GONE = Message(LEGACY, (("text", "2 for jane@example.org are gone"),))


def announcement(chosen: Sequence[Destination], asked: Sequence[PlannedQuestion], purpose: str) -> list[str]:
    """Return the announcement shown before the questions are sent."""
    return words.announcement(SearchPlan(tuple(chosen), tuple(asked), purpose, "search").disclosures, purpose)


class Clock:
    """Clock that a test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    """Stream that claims to be a terminal."""

    def isatty(self) -> bool:
        return True


def tell(shown: SearchProgress, clock: Clock) -> None:
    """Play a search that takes some seconds."""
    with shown:
        shown.search_started("crt.sh", "email")
        for number in range(1, 13):
            clock.now += 1
            shown.doing(f"crt.sh: {number} of 12 certificates of jane@example.org \x1b[2J")
            shown.search_progressed("crt.sh", number, number // 2)
        shown.search_ended(SearchResult("crt.sh", "email", "incomplete", (Shortfall(GONE),), 12, 5))


def test_lines_for_a_journal() -> None:
    set_up(0, {}, io.StringIO())
    out, clock = io.StringIO(), Clock()
    tell(SearchProgress(out, clock), clock)
    assert out.getvalue().splitlines() == [
        "crt.sh: asking for an e-mail address",
        "crt.sh: 10 of 12 certificates of <email> \\x1b[2J; 9 certificates so far, 4 of them about what was asked for",
        "crt.sh, e-mail address: incomplete, 12 certificates given, 5 of them new here: 2 for <email> are gone",
    ]


def test_one_line_that_changes_on_a_terminal() -> None:
    set_up(0, {}, io.StringIO())
    out, clock = Terminal(), Clock()
    tell(SearchProgress(out, clock), clock)
    drawn = out.getvalue().split("\r\x1b[2K")
    assert max(map(len, drawn[:-2])) <= 80
    assert drawn[-3].startswith("crt.sh: 12 of 12 certificates of <email> ")
    assert "; 12 certificates so far, " in drawn[-3]
    assert drawn[-2].endswith("are gone\n")
    assert "jane" not in out.getvalue()
    assert out.getvalue().count("\x1b") == len(drawn) - 1


def test_who_will_be_told_what() -> None:
    hosts = Destination(FAKE, "http://127.0.0.1:8000/")
    lines = announcement([hosts], ASKED, "case 17")
    assert lines == [
        "Example Repository at 127.0.0.1 will be asked about 2 e-mail addresses and 1 name. "
        "Who learns what: its operator, in no country.",
        "Each question is recorded as a disclosure (see 'ctscan disclosures'), for this purpose: case 17",
    ]
    assert (hosts.recipient, Destination(FAKE).recipient) == (
        "example repository (127.0.0.1)",
        "example repository (repository.example.net)",
    )


def test_what_a_repository_is_not_asked_is_told_too() -> None:
    lines = announcement([Destination(replace(FAKE, finds=("name",), tells=""))], ASKED, "case 17")
    assert lines[0] == "Example Repository at repository.example.net will be asked about 1 name."
    assert lines[1] == "Example Repository at repository.example.net can't be asked about 2 e-mail addresses."


def test_of_the_questions_about_a_domain_each_repository_is_told_its_own() -> None:
    domains = [one for text in ("@example.org", "@example.com") for one in plan_questions(parse_identifier(text))]
    *lines, _ = announcement([Destination(FAKE), HOSTS_ONLY], [*domains, *ASKED], "case 17")
    assert lines == [
        "Example Repository at repository.example.net will be asked about 2 domains, 2 e-mail addresses and 1 name. "
        "Who learns what: its operator, in no country.",
        "Hosts at repository.example.net will be asked about 2 domains by their hosts. Who learns what: its operator.",
        "Hosts at repository.example.net can't be asked about 2 e-mail addresses and 1 name.",
    ]


def test_a_repository_that_is_asked_nothing_learns_nothing() -> None:
    line, _ = announcement([HOSTS_ONLY], ASKED, "case 17")
    assert line == "Hosts at repository.example.net can't be asked about 2 e-mail addresses and 1 name."
    line, _ = announcement(
        [Destination(replace(FAKE, finds=("name",)))], plan_questions(parse_identifier("@example.org")), "case 17"
    )
    assert line == "Example Repository at repository.example.net can't be asked about 1 domain."


def test_kinds_are_counted() -> None:
    assert question_kinds(QUESTIONS[:1]) == "1 e-mail address"
    assert (
        question_kinds([*QUESTIONS, Question("organisation", "x")]) == "2 e-mail addresses, 1 name and 1 organisation"
    )
