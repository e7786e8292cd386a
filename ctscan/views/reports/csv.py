"""CSV for spreadsheets (RFC 4180): a row for each datum of each certificate of each identifier.

An identifier without a certificate has a row of its own, so that none disappears. The text is UTF-8 behind a byte order
mark, without which a spreadsheet takes it for another encoding; lines end with CRLF.

A text that a spreadsheet would run as a formula, or turn into another number or a date, begins with an apostrophe; so
does one that begins with an apostrophe itself, so that the first one can be taken off again. The same apostrophe stands
behind a semicolon before a formula: where commas mark decimals, spreadsheets begin a cell there. Control characters are
escapes, so that a row is a line.
"""

from __future__ import annotations

import csv
import io
from codecs import BOM_UTF8
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence

from ctscan.model import Answer, Finding, Match, Remark
from ctscan.model.audit import verdict_of
from ctscan.on_first_use import late_pattern
from ctscan.privacy.redaction import visible
from ctscan.views.json import hex_text, time_text, timestamp_text
from ctscan.views.text import ENGLISH, texts

MEDIA_TYPE = "text/csv; charset=utf-8; header=present"

_ANSWER = ("identifier", "label", "kind", "verdict", "as_of", "found", "shown", "answer")
_CERTIFICATE = (
    "certificate", "part", "agreement", "subject", "issuer", "serial", "not_before", "not_after", "status", "is_ca",
    "sha256", "first_seen", "last_seen", "logs", "proven", "repositories",
)  # fmt: skip
_FINDING = ("category", "value", "about", "confidence", "person", "sensitivity", "marks", "where")

COLUMNS = (*_ANSWER, *_CERTIFICATE, *_FINDING, "remark")
"""Columns of a row. New ones are added at the end."""

_FIRST = "[=+\\-@\t\r\n＝＋－＠﹦﹢﹣﹫−']"
"""First characters of formulas, with wide and small forms that some spreadsheets take for the same; the apostrophe."""

_FORMULA = late_pattern(rf"\s*{_FIRST}")
_FORMULA_BEHIND = late_pattern(rf';(?=[\s"]*{_FIRST})')
"""Semicolon in front of a formula; a quote there ends an empty quotation."""

_NUMBER = late_pattern(r"[($€£]*\d[\d\s.,/:eE%()-]*")
"""Text that a spreadsheet may turn into a number or a date: it drops leading zeros and digits after the fifteenth."""

Cells = Sequence[object]


async def render(answers: AsyncIterator[Answer]) -> AsyncIterator[bytes]:
    """Write the header, then the rows of each answer."""
    yield BOM_UTF8 + csv_lines([COLUMNS])
    async for answer in answers:
        yield csv_lines(rows(answer))


def rows(answer: Answer) -> Iterator[Cells]:
    """Make the rows of an answer, as texts, numbers and None."""
    about, remark = _answer_cells(answer), _remark(answer)
    is_empty = True
    for part, matches in (("match", answer.shown_matches), ("mailbox", answer.shown_mailboxes)):
        for number, match in enumerate(matches, 1):
            is_empty = False
            certificate = _certificate_cells(match, number, part)
            for finding in match.findings or (None,):
                yield (*about, *certificate, *_finding_cells(finding), remark)
    if is_empty:
        yield (*about, *_blank(_CERTIFICATE), *_blank(_FINDING), remark)


def _remark(answer: Answer) -> str | None:
    """Return the remark that people who objected are left out, where anybody did."""
    return texts(ENGLISH)(Remark.WITHOUT_OBJECTORS()) if Remark.WITHOUT_OBJECTORS() in answer.remarks else None


def _answer_cells(answer: Answer) -> Cells:
    asked = answer.identifier
    return (
        asked.value,
        asked.label,
        asked.kind,
        verdict_of(complete=answer.complete, found=answer.is_found, damaged=bool(answer.damaged)),
        time_text(answer.as_of),
        answer.number_found,
        len(answer.shown_matches),
        answer.header.id if answer.header else None,
    )


def _certificate_cells(match: Match, number: int, part: str) -> Cells:
    certificate = match.certificate
    times = [seen.timestamp for seen in match.sightings]
    shown = [seen.seen for seen in match.repositories]
    return (
        number,
        part,
        round(match.score, 4),
        certificate.subject,
        certificate.issuer,
        certificate.serial,
        time_text(certificate.not_before),
        time_text(certificate.not_after),
        None if match.status is None else match.status.standing,
        _yes(certificate.is_ca),
        hex_text(certificate.sha256),
        timestamp_text(min(times)) if times else time_text(min(shown, default=None)),
        timestamp_text(max(times)) if times else time_text(max(shown, default=None)),
        _listed(seen.log for seen in match.sightings),
        _yes(any(seen.verified for seen in match.sightings)),
        _listed(seen.repository for seen in match.repositories),
    )


def _finding_cells(finding: Finding | None) -> Cells:
    if finding is None:
        return _blank(_FINDING)
    return (
        finding.category,
        finding.value if finding.repaired is None else finding.repaired,
        finding.subject_kind,
        finding.confidence,
        finding.person,
        finding.sensitivity,
        _listed(map(str, finding.qualifiers)),
        finding.path,
    )


def _blank(columns: Sequence[str]) -> Cells:
    return (None,) * len(columns)


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"


def _listed(words: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(words))


# --- lines ----------------------------------------------------------------------------------------------------------


def csv_lines(found: Iterable[Cells]) -> bytes:
    """Write rows as lines of CSV, with every text harmless."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows([_cell(value) for value in row] for row in found)
    return out.getvalue().encode("utf-8", "backslashreplace")


def _cell(value: object) -> object:
    """Make a text harmless; numbers stay numbers, and None is an empty cell."""
    if value is None or isinstance(value, int | float):
        return value
    text = str(value)
    is_changed = _FORMULA.match(text) or _NUMBER.fullmatch(text.strip())
    shown = visible(_FORMULA_BEHIND.sub(";'", text))
    return f"'{shown}" if is_changed else shown
