"""CSV: rows for a spreadsheet that lose nobody, run nothing, and change no number."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace
from test_overview import JANE, finding, match

from ctscan.answer.selecting import selected
from ctscan.model import Answer, CertificateStanding, Identifier, IdentifierKind, Qualifier, Remark, Selection
from ctscan.views.reports import csv as csv_report
from ctscan.views.reports import report_format, report_formats
from ctscan.views.reports.csv import COLUMNS


def rendered(*given: Answer) -> bytes:
    async def answers() -> AsyncIterator[Answer]:
        for one in given:
            yield one

    async def collected() -> bytes:
        return b"".join([piece async for piece in report_format("csv").render(answers())])

    return asyncio.run(collected())


def read(raw: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


def answer(*matches: object, asked: Identifier = JANE, complete: bool = True) -> Answer:
    return Answer(asked, matches, (), (), complete)  # type: ignore[arg-type]


def cell(value: str) -> str:
    """Return the cell of a value that stands in a certificate."""
    found = replace(finding("user.name"), value=value)
    (row,) = read(rendered(answer(replace(match(1), findings=(found,)))))
    return row["value"]


def test_the_format_is_found_by_its_file() -> None:
    assert report_formats() == ("csv",)
    assert report_format("csv").MEDIA_TYPE == csv_report.MEDIA_TYPE == "text/csv; charset=utf-8; header=present"


def test_a_row_for_each_datum_of_each_certificate_of_each_identifier() -> None:
    revoked = replace(match(2, CertificateStanding.REVOKED), findings=(finding("user.name.last"),))
    john = Identifier(IdentifierKind.EMAIL, "john@example.org", "john@example.org", label="HR 17")
    rows = read(rendered(answer(match(1), revoked), answer(asked=john, complete=False)))
    assert [(row["identifier"], row["certificate"], row["status"], row["category"]) for row in rows] == [
        ("jane@example.org", "1", "valid", "user.contact.email"),
        ("jane@example.org", "1", "valid", "user.contact.email"),
        ("jane@example.org", "2", "revoked", "user.name.last"),
        ("john@example.org", "", "", ""),
    ]
    assert [(row["label"], row["verdict"], row["found"]) for row in rows[2:]] == [
        ("", "complete, found", "2"),
        ("HR 17", "incomplete, nothing found", "0"),
    ]
    assert (rows[0]["first_seen"], rows[0]["logs"], rows[0]["proven"]) == ("1970-01-01T00:16:40Z", "Log 1", "yes")


def test_no_identifier_disappears_whatever_is_shown() -> None:
    bare = replace(match(1), findings=())
    for given in (answer(), answer(bare), selected(answer(match(1)), Selection(summary=True))):
        (row,) = read(rendered(given))
        assert row["identifier"] == "jane@example.org"
        assert (row["found"], row["shown"]) == (str(len(given.matches)), str(len(given.shown_matches)))
    damaged = replace(answer(complete=False), remarks=(Remark.DAMAGED(parts="posting"),))
    assert read(rendered(damaged))[0]["verdict"] == "incomplete, damaged"
    with_mailbox = replace(answer(), mailboxes=(match(2),))
    assert {row["part"] for row in read(rendered(with_mailbox))} == {"mailbox"}


def test_a_part_of_a_name_is_no_finding() -> None:
    partly = replace(match(1), score=0.5)
    assert {(row["verdict"], row["found"], row["agreement"]) for row in read(rendered(answer(partly)))} == {
        ("complete, nothing found", "1", "0.5")
    }
    assert read(rendered(answer(partly, match(2))))[0]["verdict"] == "complete, found"


def test_the_form_is_that_of_rfc_4180_in_utf_8_with_a_mark() -> None:
    raw = rendered(answer(match(1, issuer='CN="Ž", Ltd.')))
    assert raw.startswith(b"\xef\xbb\xbfidentifier,label,kind,verdict,")
    assert raw.count(b"\r\n") == raw.count(b"\n") == 3
    assert '"CN=""Ž"", Ltd."'.encode() in raw
    assert {len(row) for row in csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""))} == {len(COLUMNS)}
    assert rendered().decode("utf-8-sig") == ",".join(COLUMNS) + "\r\n"


@pytest.mark.parametrize(
    "value",
    [
        "=1+1", "+49 30 901820", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", "＠x", "'quoted", "'=1",
        "\u3000=1", "\xa0=1", "﹦1", "﹢1", "−2+3",
    ],
)  # fmt: skip
def test_nothing_is_run_as_a_formula(value: str) -> None:
    shown = cell(value)
    assert shown.startswith("'")
    assert shown[1:] == value.replace("\t", "\\t").replace("\r", "\\r").replace("\n", "\\n")


@pytest.mark.parametrize("value", ["a;=1+1", "a; =1", 'a;"=1+1"', "a;b;@x", "a;'b", "a;'=1", "a;\u3000＝1", "=1;=2"])
def test_nothing_is_run_where_a_semicolon_begins_a_cell(value: str) -> None:
    found = replace(finding("user.name"), value=value)
    raw = rendered(answer(replace(match(1), findings=(found,)))).decode("utf-8-sig")
    cells = [one for row in csv.reader(io.StringIO(raw, newline=""), delimiter=";") for one in row]
    assert not any(one.strip().startswith(("=", "@", "＝")) for one in cells)
    shown = cell(value).replace(";'", ";")
    assert (shown[1:] if value.startswith("=") else shown) == value


@pytest.mark.parametrize(
    "value", ["007", "12345678901234567890", "1e10", "1-2-2026", "1/2", "3,14", "12:30", "4 5", "(030)", "5%"]
)
def test_no_number_is_changed(value: str) -> None:
    assert cell(value) == f"'{value}"


@pytest.mark.parametrize("value", ["Jane Roe", "jane@example.org", "12345678Z", "2026-01-01T00:00:00Z", "a;b=c", ""])
def test_other_text_stays_as_it_is(value: str) -> None:
    assert cell(value) == value


def test_hostile_text_stays_in_its_cell() -> None:
    assert cell('Roe"\r\n"=cmd') == 'Roe"\\r\\n"=cmd'
    assert cell("Roe\x1b[2J\u202e\x00") == "Roe\\x1b[2J\\u202e\\x00"
    assert cell("Roe\ud800") == "Roe\\ud800"


def test_reservations_and_times() -> None:
    doubtful = replace(
        finding("user.name"), value="Ro�", repaired="Roé", qualifiers=(Qualifier.PARTIAL, Qualifier.DERIVED)
    )
    dated = replace(match(1).certificate, not_before=datetime(2026, 1, 2, tzinfo=UTC))
    (row,) = read(rendered(answer(replace(match(1), certificate=dated, findings=(doubtful,)))))
    assert (row["value"], row["marks"]) == ("Roé", "partial; derived")
    assert (row["not_before"], row["not_after"], row["sha256"]) == ("2026-01-02T00:00:00Z", "", "")
