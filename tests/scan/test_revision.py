"""Revisions of the basis as values: who is a member after an edit, a new edition of the list, or a decision."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace
from support.kept import a_log

from ctscan.model import (
    Basis,
    BasisChange,
    BasisLog,
    BasisSource,
    Log,
    LogChoice,
    LogListEdition,
    Message,
    SkippedLog,
    SkipReason,
)
from ctscan.scan.revision import (
    Act,
    choosing,
    described,
    dropped_of,
    first_basis,
    joined,
    next_basis,
    without,
)
from ctscan.scan.selection import Selection

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
LIST, OTHER = LogChoice(("/srv/list.json",)), LogChoice(("/srv/other.json",), ("A",))
A, B, C = (a_log(name) for name in "ABC")


def act(days: int = 0) -> Act:
    return Act(AT + timedelta(days=days), "jane")


def skipped(log: Log, reason: Message) -> SkippedLog:
    return SkippedLog(log.id, log.name, log.operator, reason)


def first(*logs: Log, outside: tuple[SkippedLog, ...] = (), keys: LogChoice | None = LIST) -> Basis:
    return first_basis(choosing(None, keys, None), Selection(logs, outside), keys, act())


def then(before: Basis, *logs: Log, outside: tuple[SkippedLog, ...] = (), days: int = 1) -> Basis | None:
    """Return the revision that a later edition of the list brings."""
    chosen = choosing(before, before.keys, None)
    return next_basis(before, chosen, Selection(logs, outside), before.keys, act(days))


def revised(before: Basis, *logs: Log, outside: tuple[SkippedLog, ...] = (), days: int = 1) -> Basis:
    found = then(before, *logs, outside=outside, days=days)
    assert found is not None and found.revision == before.revision + 1
    return found


def states(basis: Basis) -> dict[str, str]:
    return {log.name: str(log.reason) if log.reason else "read" for log in basis.logs}


@pytest.mark.parametrize(
    ("keys", "given", "basis", "reading", "source"),
    [
        (None, None, LogChoice(), LogChoice(), BasisSource.DEFAULT),
        (None, OTHER, OTHER, OTHER, BasisSource.COMMAND_LINE),
        (LIST, None, LIST, LIST, BasisSource.CONFIGURATION),
        (LIST, OTHER, LIST, OTHER, BasisSource.CONFIGURATION),
    ],
)
def test_the_first_scan_takes_the_keys_else_its_command_line_else_googles_list(
    keys: LogChoice | None, given: LogChoice | None, basis: LogChoice, reading: LogChoice, source: BasisSource
) -> None:
    chosen = choosing(None, keys, given)
    assert (chosen.basis, chosen.reading, chosen.source, chosen.change) == (
        basis, reading, source, BasisChange.FIRST_SCAN(),
    )  # fmt: skip


def test_later_options_read_a_part_and_a_scan_without_options_reads_the_recorded_choice() -> None:
    before = first_basis(choosing(None, None, OTHER), Selection((A,), ()), None, act())
    assert choosing(before, None, LIST).basis is None and choosing(before, None, LIST).reading == LIST
    plain = choosing(before, None, None)
    assert (plain.basis, plain.reading, plain.source) == (OTHER, OTHER, BasisSource.COMMAND_LINE)


@pytest.mark.parametrize("keys", [OTHER, None])
def test_an_edit_of_the_keys_is_a_new_choice(keys: LogChoice | None) -> None:
    before = first(A, B)
    chosen = choosing(before, keys, None)
    assert chosen.basis == chosen.reading == (keys or LogChoice())
    assert chosen.change == BasisChange.KEYS_EDITED()
    found = next_basis(before, chosen, Selection((A, B), ()), keys, act(1))
    assert found is not None, "the edit is recorded even where it changes no log"
    assert (found.revision, found.keys, found.choice) == (2, keys, chosen.basis)
    assert found.source == (BasisSource.CONFIGURATION if keys else BasisSource.DEFAULT)


def test_after_a_migration_the_next_scan_without_options_is_an_edit() -> None:
    migrated = replace(first(A), source=BasisSource.LAST_RUN, change=BasisChange.MIGRATED(), choice=None, keys=None)
    assert choosing(migrated, None, None).change == BasisChange.KEYS_EDITED()
    assert choosing(migrated, LIST, None).basis == LIST
    assert choosing(migrated, None, OTHER).basis is None


def test_an_unchanged_list_is_no_revision_in_whichever_order_it_names_the_logs() -> None:
    outside = (skipped(C, SkipReason.RETIRED()), SkippedLog(b"", "Broken", "", SkipReason.MALFORMED(detail="no key")))
    before = first(A, B, outside=outside)
    assert then(before, B, A, outside=outside[::-1]) is None


def test_a_log_that_joins_the_list_becomes_a_member() -> None:
    found = revised(first(A), A, B)
    assert states(found) == {"A": "read", "B": "read"} and found.change == BasisChange.LIST_CHANGED()


def test_a_log_that_the_list_renames_is_known_by_its_new_name() -> None:
    found = revised(first(A), replace(A, name="A 2", operator="New operator"))
    assert [(log.name, log.operator) for log in found.logs] == [("A 2", "New operator")]


@pytest.mark.parametrize("outside", [(), (skipped(B, SkipReason.NOT_SELECTED()),)])
def test_a_log_that_vanishes_stays_a_member_named_as_no_longer_listed_or_chosen(
    outside: tuple[SkippedLog, ...],
) -> None:
    found = revised(first(A, B), A, outside=outside)
    reason = "chosen" if outside else "listed"
    assert states(found) == {"A": "read", "B": f"skip.no-longer-{reason} (since: 2026-03-02)"}
    assert found.logs[1].since == act(1).at and found.outside == ()
    assert then(found, A, outside=outside, days=9) is None, "the day on which it vanished stays"


@pytest.mark.parametrize(
    "reason", [SkipReason.RETIRED(), SkipReason.REJECTED(), SkipReason.PENDING(), SkipReason.MALFORMED(detail="x")]
)
def test_a_log_that_the_list_no_longer_lets_read_stays_a_member_with_that_reason(reason: Message) -> None:
    found = revised(first(A, B), A, outside=(skipped(B, reason),))
    assert found.logs[1] == BasisLog(B.id, "B", B.operator, reason, act(1).at)
    assert found.outside == ()
    assert then(found, A, outside=(skipped(B, reason),), days=5) is None
    later = revised(found, A, outside=(skipped(B, SkipReason.RETIRED_SINCE(since="2026-03-04")),), days=3)
    assert later.logs[1].since == act(3).at


def test_a_log_that_returns_loses_the_reason() -> None:
    gone = revised(first(A, B), A)
    assert states(revised(gone, A, B)) == {"A": "read", "B": "read"}
    vanished = revised(revised(first(A, B), A, outside=(skipped(B, SkipReason.RETIRED()),)), A)
    assert states(vanished)["B"].startswith("skip.no-longer-listed")


def test_dropped_logs_are_outside_with_the_day_and_stay_there() -> None:
    dropped = without(first(A, B), {B.id}, Act(act(1).at, "john", "shut down"))
    assert (dropped.who, dropped.note, dropped.change) == ("john", "shut down", BasisChange.DROPPED())
    assert states(dropped) == {"A": "read"}
    assert dropped.outside == (skipped(B, SkipReason.DROPPED(since="2026-03-02")),)
    assert dropped_of(dropped) == {B.id}
    assert then(dropped, A, B) is None
    assert then(dropped, A, outside=(skipped(B, SkipReason.RETIRED()),)) is None
    edited = next_basis(dropped, choosing(dropped, OTHER, None), Selection((A, B), ()), OTHER, act(2))
    assert edited is not None and states(edited) == {"A": "read"}


def test_a_decision_takes_dropped_logs_back_and_lets_no_member_vanish() -> None:
    dropped = without(first(A, B, C), {B.id}, act(1))
    chosen = replace(choosing(None, None, LogChoice((), ("B",))), change=BasisChange.SET())
    left = (skipped(A, SkipReason.NOT_SELECTED()), skipped(C, SkipReason.NOT_SELECTED()))
    found = next_basis(dropped, chosen, Selection((B,), left), dropped.keys, act(2))
    assert found is not None and found.outside == ()
    assert {name: state.split(" ")[0] for name, state in states(found).items()} == {
        "A": "skip.no-longer-chosen", "C": "skip.no-longer-chosen", "B": "read",
    }  # fmt: skip


def test_members_beside_a_choice_of_directories_are_no_longer_chosen() -> None:
    chosen = replace(choosing(None, None, LogChoice((), ("file:///srv/b/",))), change=BasisChange.SET())
    found = next_basis(first(A), chosen, Selection((B,), ()), LIST, act(1))
    assert found is not None
    assert states(found) == {"A": "skip.no-longer-chosen (since: 2026-03-02)", "B": "read"}


def test_logs_that_joined_the_list_are_told_from_logs_that_a_person_chose() -> None:
    pending = skipped(B, SkipReason.PENDING())
    one = first(A, outside=(pending, skipped(C, SkipReason.NOT_SELECTED())))
    two = next_basis(one, choosing(one, None, None), Selection((A, B, C), ()), None, act(1))
    assert two is not None
    three = revised(two, A, B, C, a_log("D"))
    assert joined([one]) == joined([]) == frozenset()
    assert joined([three, two, one]) == {B.id, digest_of("D")}  # C was left out before, and chosen now


def digest_of(name: str) -> bytes:
    return a_log(name).id


def test_a_line_says_how_many_logs_of_which_choice_and_what_has_changed() -> None:
    google = first_basis(choosing(None, None, None), Selection((A, B), ()), None, act())
    assert described(None, google) == "basis: 2 logs of Google's list (revision 1)"
    assert described(None, first(A)) == "basis: 1 log of the configuration (revision 1)"
    found = revised(google, A, C)
    assert described(google, found) == (
        "basis: 3 logs of Google's list (revision 2: the log list changed: joined C; no longer read B)"
    )
    assert described(found, revised(found, A, B, C)).endswith("(revision 3: the log list changed: back B)")
    many = revised(google, A, B, *map(a_log, "DEFGH"))
    assert described(google, many).endswith("(revision 2: the log list changed: joined D, E, F and 2 more)")


def test_a_clock_set_back_notices_nothing_before_the_list_says_so() -> None:
    edition = LogListEdition(AT + timedelta(days=40), "2", AT)
    selection = Selection((B,), (skipped(A, SkipReason.RETIRED()),), edition=edition)
    before = first(A, B)
    after = next_basis(before, choosing(before, before.keys, None), selection, before.keys, act(1))
    assert after is not None
    assert after.logs[0].since == AT + timedelta(days=40)
