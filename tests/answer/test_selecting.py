"""Selections: what is shown of an answer, while the answer keeps everything that was found."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

import ctscan.app as app
from ctscan.answer.selecting import selected
from ctscan.errors import UsageError
from ctscan.model import (
    Answer,
    AttributionReason,
    CertificateStanding,
    CertificateSummary,
    Confidence,
    Coordinate,
    EntryKind,
    Finding,
    Identifier,
    IdentifierKind,
    Match,
    RepositorySighting,
    Selection,
    Sighting,
    Status,
    SubjectKind,
)

JANE = Identifier(IdentifierKind.EMAIL, "jane@example.org", "jane@example.org")
EMAIL, NAME = "user.contact.email", "user.name.last"
DAY = datetime(2026, 2, 1, tzinfo=UTC)
BEFORE, AFTER = (datetime(2026, month, 28, tzinfo=UTC) for month in (1, 2))


def finding(category: str, kind: SubjectKind = SubjectKind.PERSON) -> Finding:
    why = AttributionReason.ONLY_PEOPLE()
    return Finding(
        "rule", category, (category,), "Roe", "roe", "subject.0", "2.5.4.4", kind, Confidence.POSSIBLE, why, ()
    )


def sighting(at: datetime) -> Sighting:
    return Sighting("Example log", b"l" * 32, 7, int(at.timestamp() * 1000), EntryKind.X509, True)


def claimed(seen: datetime, first_logged: datetime | None, *entries: datetime) -> RepositorySighting:
    times = [int(at.timestamp() * 1000) for at in entries]
    coordinates = tuple(Coordinate("Example log", 1, time) for time in times)
    first = None if first_logged is None else int(first_logged.timestamp() * 1000)
    return RepositorySighting("crt.sh", "1", seen, first, coordinates, "", False)


def match(
    number: int,
    standing: CertificateStanding = CertificateStanding.VALID,
    *findings: Finding,
    at: datetime = BEFORE,
    repositories: tuple[RepositorySighting, ...] = (),
) -> Match:
    summary = CertificateSummary(None, bytes([number]) * 32, "CN=Example CA", f"{number:x}", "CN=Roe", None, None)
    seen = () if repositories else (sighting(at),)
    return Match(summary, findings, seen, repositories=repositories, status=Status(standing, False, None))


def shown(selection: Selection, *matches: Match) -> list[int]:
    """Return the numbers of the certificates that a selection shows; the answer must keep all of them."""
    given = selected(Answer(JANE, matches, (), (), True, mailboxes=matches[:1]), selection)
    assert (given.matches, given.mailboxes, given.complete) == (matches, matches[:1], True)
    assert set(given.shown_mailboxes) <= set(given.shown_matches)
    return [one.certificate.identity[0] for one in given.shown_matches]


def test_without_a_selection_everything_is_shown() -> None:
    answer = Answer(JANE, (match(1),), (), (), True, mailboxes=(match(2),))
    assert (answer.shown_matches, answer.shown_mailboxes) == (answer.matches, answer.mailboxes)


def test_live_leaves_out_what_is_known_to_be_over() -> None:
    matches = [match(number, standing) for number, standing in enumerate(CertificateStanding)]
    over = {CertificateStanding.EXPIRED, CertificateStanding.REVOKED}
    assert shown(Selection(live=True), *matches) == [n for n, one in enumerate(CertificateStanding) if one not in over]
    unjudged = replace(match(9), status=None)
    assert shown(Selection(live=True), unjudged) == [9]


@pytest.mark.parametrize(
    ("one", "is_shown"),
    [
        (match(1, at=BEFORE), False),
        (match(1, at=DAY), True),
        (match(1, repositories=(claimed(AFTER, None),)), True),
        (match(1, repositories=(claimed(AFTER, BEFORE),)), False),  # asked later, but logged before
        (match(1, repositories=(claimed(BEFORE, BEFORE), claimed(AFTER, AFTER))), True),
        (match(1, repositories=(claimed(AFTER, BEFORE, AFTER),)), True),  # logged once more
    ],
)
def test_since_goes_by_times_of_logs_and_else_by_the_time_of_the_question(one: Match, is_shown: bool) -> None:
    assert shown(Selection(since=DAY), one) == ([1] if is_shown else [])


def test_categories_and_persons_choose_findings_and_their_certificates() -> None:
    host = finding(EMAIL, SubjectKind.HOST)
    both = match(1, CertificateStanding.VALID, finding(EMAIL), finding(NAME), host)
    mail = match(2, CertificateStanding.VALID, host)
    assert shown(Selection(category=EMAIL), both, mail) == [1, 2]
    assert shown(Selection(category="user.name"), both, mail) == [1]
    assert shown(Selection(category="user.nam"), both, mail) == []
    assert shown(Selection(persons=True), both, mail) == [1]
    given = selected(Answer(JANE, (both, mail), (), (), True), Selection(category=EMAIL, persons=True))
    assert [one.findings for one in given.shown_matches] == [(finding(EMAIL),)]


def test_limit_counts_what_the_rest_of_the_selection_left() -> None:
    matches = [match(1, CertificateStanding.EXPIRED), match(2), match(3), match(4)]
    assert shown(Selection(live=True, limit=2), *matches) == [2, 3]
    assert shown(Selection(summary=True), *matches) == []


# --- as typed -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("user.contact.email", "user.contact.email"),
        ("user.contact", "user.contact"),
        ("user", "user"),
        ("contact.email", "user.contact.email"),
        (" User.Name. ", "user.name"),
    ],
)
def test_a_category_is_typed_by_its_beginning(text: str, key: str) -> None:
    assert app.make_selection(category=text) == Selection(category=key)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("user.contact.emial", "did you mean user.contact.email?"),
        ("e-mail", "did you mean user.contact.email?"),
        ("user.nam", "did you mean user.name?"),
        ("", "for example user.contact.email"),
        ("jane.roe", "for example user.contact.email"),
    ],
)
def test_an_unknown_category_is_refused_with_advice_and_not_repeated(text: str, advice: str) -> None:
    with pytest.raises(UsageError, match=r"^--category: expected a category") as caught:
        app.make_selection(category=text)
    assert advice in str(caught.value)
    assert not text or text not in str(caught.value).replace("user.name", "")


def test_times_are_typed_as_days_or_in_full() -> None:
    for text in ("2026-02-01", "2026-02-01T00:00:00Z", "2026-02-01T02:00:00+02:00", "2026-02-01T00:00"):
        assert app.make_selection(since=text) == Selection(since=DAY)
    for text in ("", "01.02.2026", "2026-02-31", "yesterday", "9999-99-99T00:00"):
        with pytest.raises(UsageError, match="--since: expected a date"):
            app.make_selection(since=text)


def test_nothing_given_is_no_selection() -> None:
    assert app.make_selection() is None
    assert app.make_selection(limit=3, summary=True) == Selection(limit=3, summary=True)
