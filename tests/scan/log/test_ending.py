"""Endings of a pass: gaps go before parts that others read, and only entries that the pass was to read count."""

from __future__ import annotations

import pytest
from support.logs import LogBuilder

from ctscan.model import CompactRange, Gap, GapDetail, GapReason, LogState, Span, TreeHead, VerifiedRange
from ctscan.scan.log.ending import Ending, beginning, ending_of, left_of, without_newer_head
from ctscan.scan.request import LogStatus
from ctscan.views.endings import ending_text
from ctscan.views.text import ENGLISH, texts

GAPS = (
    Gap(0, 256, GapReason.PRUNED, GapDetail.UNAVAILABLE(detail="404"), tries=2),
    Gap(512, 600, GapReason.QUARANTINED, GapDetail.QUARANTINED(detail="another root"), tries=1),
    Gap(600, 768, GapReason.QUARANTINED, GapDetail.QUARANTINED(detail="another root"), tries=1),
    Gap(768, 800, GapReason.NOT_READ, GapDetail.UNAVAILABLE(detail="403"), tries=1),
    Gap(800, 900, GapReason.REFUSED, GapDetail.UNAVAILABLE(detail="403"), tries=2),
)
SIZE = 1000


def state(*gaps: Gap, upto: int = SIZE) -> LogState:
    """Build the state of a log that is read up to `upto`, but for the gaps."""
    ends = [gap.start for gap in gaps] + [upto]
    starts = [0, *(gap.end for gap in gaps)]
    edge = CompactRange(0, ())
    read = tuple(VerifiedRange(a, b, "everything", "1", edge) for a, b in zip(starts, ends, strict=True) if a < b)
    return LogState(LogBuilder("Log").log("https://log.example.org/"), None, read, (), gaps, None, None, ())


def ending(known: LogState, asked: Span, *held: Span, size: int = SIZE, is_past: bool = False) -> Ending:
    return ending_of(left_of(known, asked, list(held), lambda _: True), size, is_past=is_past)


def said(found: Ending) -> str:
    return ending_text(found.message, found.notes, found.gaps, texts(ENGLISH))


def test_gaps_are_named_by_entries_and_reason_and_neighbours_are_one() -> None:
    found = ending(state(*GAPS), (0, SIZE))
    assert found.status is LogStatus.GAPS
    assert said(found) == (
        "entries 0 to 256 pruned (404); entries 512 to 768 quarantined (another root); "
        "entries 768 to 800 not read (403); and 1 more gap"
    )
    assert [(gap.start, gap.end, gap.reason.value) for gap in found.gaps] == [
        (0, 256, "pruned"), (512, 768, "quarantined"), (768, 800, "not read"), (800, 900, "refused"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ((256, 512), LogStatus.DONE),
        ((900, SIZE), LogStatus.DONE),
        ((255, 512), LogStatus.GAPS),
        ((300, 300), LogStatus.DONE),
    ],
)
def test_only_entries_that_the_pass_was_to_read_count(asked: Span, status: LogStatus) -> None:
    found = ending(state(*GAPS), asked)
    assert found.status is status
    assert all(asked[0] <= gap.start < gap.end <= asked[1] for gap in found.gaps)


def test_parts_of_another_reader_are_no_gap_but_do_not_hide_one() -> None:
    shared = ending(state(*GAPS), (0, 500), (0, 256))
    assert (shared.status, said(shared)) == (LogStatus.SHARED, "entries 0 to 256 are being read by another scan")
    many = ending(state(), (0, SIZE), *((n, n + 1) for n in range(0, 10, 2)))
    assert said(many).endswith("entries 4 to 5 are being read by another scan; and 2 more parts")
    assert ending(state(*GAPS), (0, SIZE), (0, 256)).status is LogStatus.GAPS


def test_entries_without_a_known_reason_are_a_gap_too() -> None:
    found = ending(state(upto=700), (0, SIZE))
    assert (found.status, [gap.span for gap in found.gaps]) == (LogStatus.GAPS, [(700, SIZE)])


def test_a_head_is_not_read_before_its_last_partial_tile_is() -> None:
    read = "read up to 768 of 1,000; the last partial tile follows"
    found = ending(state(upto=768), (0, 768))
    assert (found.status, said(found)) == (LogStatus.DONE, read)
    assert ending(state(), (0, SIZE)) == Ending(LogStatus.DONE)


def test_a_pass_that_has_nothing_to_read_does_not_say_that_it_read() -> None:
    found = ending(state(), (SIZE, SIZE))
    assert (found.status, said(found)) == (LogStatus.DONE, "no entry to read yet")
    assert beginning("Log", SIZE) == (
        "Log: coverage begins at entry 1,000; the 1,000 entries before it are not read ('ctscan backfill' reads them)"
    )


def test_a_log_that_shows_old_heads_only_is_not_called_read_to_its_head() -> None:
    known = TreeHead(b"", SIZE, b"", 1_900_000_000_000, b"", b"")
    read = without_newer_head(Ending(LogStatus.DONE), known)
    assert said(read) == "no newer head; read to the head signed on 2030-03-17T17:46:40Z"
    gaps = without_newer_head(ending(state(*GAPS), (0, 256)), known)
    assert (gaps.status, said(gaps)) == (LogStatus.GAPS, "no newer head; entries 0 to 256 pruned (404)")
