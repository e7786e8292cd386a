"""Tables and answers on stdout.

Every text goes through `visible`, so that a certificate can't write to the terminal. Where a table would be too narrow
to read, its rows become blocks of lines. In a pipe nothing is wrapped: each row is one line, too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import zip_longest
from types import MappingProxyType
from typing import TYPE_CHECKING

from ctscan.model import IdentifierKind, Remark
from ctscan.privacy.redaction import visible
from ctscan.views.answers import (
    answer_lines,
    asked_line,
    by_person,
    coverage_headers,
    coverage_row,
    document_lines,
    either,
    person,
    readings_line,
    shown_value,
    verdict,
    what,
)
from ctscan.views.cell_widths import cells_of, lines_in
from ctscan.views.certificates import (
    certificate_line,
    owner_lines,
    repository_line,
    same_line,
    sighting_line,
    status_words,
)
from ctscan.views.columns import GAP, READABLE, Column, widths
from ctscan.views.console import PIPE_WIDTH, Console
from ctscan.views.console import console as console  # commands: `out = tables.console()`
from ctscan.views.limits import doubts, limits
from ctscan.views.offers import mailbox_heading, mailboxes_heading, offer_lines
from ctscan.views.overview import overview_lines, selection_lines
from ctscan.views.say import Say

if TYPE_CHECKING:
    from ctscan.model import Answer, AuthorityList, Finding, LogCoverage, Match, MatchPage, Message
    from ctscan.model.explanation import Explanation
    from ctscan.views.text import Texts

RULE = 80  # columns of a line between two answers in a pipe
BULLET = "- "
HANG = 2  # columns to the right of an indented line, where the rest of it stands
SHOWN = 20  # sightings of one certificate, and places of one value; JSON has them all
NO_NUMBERS: Mapping[bytes, int] = MappingProxyType({})
SHOWN_VALUES = 200  # of one person in one certificate


def text(value: object) -> str:
    """Make a text that can't steer the terminal."""
    return visible(str(value))


def say(out: Console, line: str, style: str = "", indent: int = 0) -> None:
    """Print a line, wrapped by words at the width of the terminal. What is wrapped stands below the beginning of the
    text, behind the bullet of the line; of an indented line without a bullet it stands further to the right."""
    content = line.lstrip(" ")
    indent += len(line) - len(content)
    hang = HANG if indent else 0
    out.line((text(content), style), indent=indent, hang=len(BULLET) if content.startswith(BULLET) else hang)


def rule(out: Console) -> None:
    """Print a line between two answers."""
    out.line((out.ruled(RULE if out.width == PIPE_WIDTH else out.width), "dim"))


def table(
    out: Console,
    headers: Sequence[str],
    rows: Iterable[Sequence[object]],
    whole: Collection[str] = (),
    lines: Sequence[Sequence[str]] = (),
) -> None:
    """Print rows under headers, or each row as lines where the terminal is too narrow for columns.

    Args:
        whole: headers of columns with short values that are never folded.
        lines: the lines of each row for a narrow terminal; without them each value is a line behind its header.
    """
    heads = [text(header) for header in headers]
    cells = [[text(value) for value in row] for row in rows]
    found = widths([_column(out, number, head, cells, head in whole) for number, head in enumerate(heads)], out.width)
    if found is None:
        _lines(out, lines) if lines else _blocks(out, heads, cells)
        return
    _row(out, heads, found, "bold")
    out.file.write(out.ruled(sum(found) + GAP * (len(found) - 1)) + "\n")
    for row in cells:
        _row(out, row, found)


def _column(out: Console, number: int, head: str, rows: Sequence[Sequence[str]], is_whole: bool) -> Column:
    cells = [head, *(row[number] for row in rows)]
    natural = max(map(cells_of, cells))
    longest = max((cells_of(word) for cell in cells for word in cell.split()), default=0)
    # the first column says what a row is about: it is folded last
    return Column(natural, longest, is_whole or (number == 0 and natural <= out.width // 2))


def _row(out: Console, cells: Sequence[str], found: Sequence[int], style: str = "") -> None:
    """Print the cells of a row beside each other."""
    columns = [_folded(cell, width) for cell, width in zip(cells, found, strict=True)]
    for line in zip_longest(*columns, fillvalue=""):
        blanks = [" " * (width - cells_of(cell)) for cell, width in zip(line, found, strict=True)]
        shown = [out.styled(cell, style) + blank for cell, blank in zip(line, blanks, strict=True)]
        out.file.write((" " * GAP).join(shown).rstrip(" ") + "\n")


def _folded(cell: str, width: int) -> list[str]:
    """Fold a cell into lines. Blanks at its beginning stand in front of each of them."""
    content = cell.lstrip(" ")
    blanks = cell[: len(cell) - len(content)]
    return [blanks + content[begin:end] for begin, end in lines_in(content, max(1, width - len(blanks)))]


def _lines(out: Console, rows: Iterable[Sequence[str]]) -> None:
    """Print the lines of each row, the first one as a heading."""
    for number, (heading, *rest) in enumerate(rows):
        if number:
            out.blank()
        say(out, heading, "bold")
        for line in rest:
            say(out, line, indent=2)


def _blocks(out: Console, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows as lines `header: value`, with the values below each other."""
    names = [f"{head}:" for head in heads]
    left = max(map(cells_of, names)) + 1
    is_beside = out.width - left >= READABLE
    between = [" " * (left - cells_of(name)) if is_beside else f"\n{'':{HANG}}" for name in names]
    left = left if is_beside else HANG
    for number, row in enumerate(rows):
        if number:
            out.blank()
        for name, blanks, value in zip(names, between, row, strict=True):
            shown = f"\n{'':{left}}".join(_folded(value, max(1, out.width - left)))
            out.file.write(f"{out.styled(name, 'bold')}{blanks}{shown}\n")


def below(out: Console, lines: Iterable[tuple[str, str]]) -> None:
    """Print lines below a table, each with its colour, and a blank line in front of the first one."""
    for number, (line, style) in enumerate(lines):
        if not number:
            out.blank()
        say(out, line, style)


# --- parts --------------------------------------------------------------------------------------------------------


def findings(out: Console, found: Sequence[Finding], texts: Texts) -> None:
    """Print the findings of a certificate by person: each value once, with its category, the reasons and all places.

    The heading is left out where every finding is about the subject.
    """
    groups = by_person(found)
    for word, theirs in groups.items():
        if list(groups) != ["subject"]:
            say(out, person(word, texts), "bold", indent=4)
        indent = 4 if list(groups) == ["subject"] else 6
        values = list(_values(theirs, texts).items())
        for (value, about), places in values[:SHOWN_VALUES]:
            out.line((text(value), "bold"), (f"  {text(about)}", ""), indent=indent, hang=HANG)
            for why, where in places.items():
                say(
                    out,
                    texts(Say.WHY_AND_WHERE(why=texts(why), places=_places(where, texts))),
                    "dim",
                    indent=indent + 4,
                )
        if len(values) > SHOWN_VALUES:
            say(out, texts(Say.MORE_VALUES(count=len(values) - SHOWN_VALUES)), indent=indent)


def explanations(out: Console, explained: Iterable[Explanation], texts: Texts) -> None:
    """Print the explanations of findings, each after an empty line."""
    from ctscan.views.explanations import explanation_lines  # not at the top: answers have none

    for explanation in explained:
        out.blank()
        for indent, line in explanation_lines(explanation, texts):
            say(out, line, "" if indent else "bold", indent=4 + indent)


def _places(where: Sequence[str], texts: Texts) -> str:
    shown = ", ".join(where[:SHOWN])
    return texts(Say.MORE_PLACES(places=shown, count=len(where) - SHOWN)) if len(where) > SHOWN else shown


def _values(found: Iterable[Finding], texts: Texts) -> dict[tuple[str, str], dict[Message, list[str]]]:
    """Group findings by value and category, then by reason; the inner lists hold the places."""
    values: dict[tuple[str, str], dict[Message, dict[str, None]]] = {}
    for f in found:
        values.setdefault((shown_value(f, texts), what(f, texts)), {}).setdefault(f.why, {})[f.path] = None
    return {key: {why: list(where) for why, where in reasons.items()} for key, reasons in values.items()}


def coverage(out: Console, logs: Sequence[LogCoverage], texts: Texts) -> None:
    """Print the coverage of an answer, log by log."""
    table(out, coverage_headers(texts), [coverage_row(log, texts) for log in logs])


# --- look-ups -----------------------------------------------------------------------------------------------------


def answer(out: Console, given: Answer, texts: Texts, *, above: Answer | None = None) -> None:
    """Print an answer: verdict, overview, doubts, limits, certificates, similar identifiers, coverage, document head.
    Of limits and coverage that equal those of the answer `above`, that is said. Certificates have their number among
    all that were found, whichever of them are shown."""
    _asked(out, given, texts)
    _verdict(out, given, texts, above)
    places = {match.certificate.identity: number for number, match in enumerate(given.matches, 1)}
    numbers = {one: places[one] for one in (match.certificate.identity for match in given.shown_matches)}
    for match in given.shown_matches:
        _numbered(out, match, (numbers[match.certificate.identity], given.number_found), given, texts, numbers)
    _beside_and_coverage(out, given, texts, above)


class AnswerInParts:
    """Printer of an answer that is given in parts: the certificates as they come, then the verdict and the rest."""

    def __init__(self, out: Console, begun: Answer, texts: Texts) -> None:
        self._out, self._begun, self._texts = out, begun, texts
        limit = begun.shown.selection.limit if begun.shown is not None else None
        self._found = begun.number_found
        self._numbers: dict[bytes, int] = {}
        _asked(out, begun, texts)
        say(out, texts(Say.IN_PARTS(count=min(self._found, limit or self._found))), "yellow")

    def page(self, page: MatchPage) -> None:
        """Print certificates. Those that are probably the same are named by their number where it was printed."""
        numbered = list(enumerate(page.matches, page.first))
        self._numbers.update((match.certificate.identity, number) for number, match in numbered)
        for number, match in numbered:
            _numbered(self._out, match, (number, self._found), self._begun, self._texts, self._numbers)
        self._out.file.flush()

    def end(self, given: Answer, *, above: Answer | None = None) -> None:
        """Print the rest."""
        self._out.blank()
        _verdict(self._out, given, self._texts, above)
        _beside_and_coverage(self._out, given, self._texts, above)

    def break_off(self) -> None:
        """Say that the answer has no verdict."""
        self._out.blank()
        say(self._out, self._texts(Say.BROKEN_OFF(count=len(self._numbers))), "bold red")


def _asked(out: Console, given: Answer, texts: Texts) -> None:
    say(out, asked_line(given.identifier, texts), "bold")
    if read_as := readings_line(given.identifier, texts):
        say(out, read_as)


def _verdict(out: Console, given: Answer, texts: Texts, above: Answer | None) -> None:
    say(out, verdict(given, texts), "green" if given.complete else "yellow")
    for line in (*selection_lines(given, texts), *overview_lines(given, texts)):
        say(out, line, indent=2)
    for line in _below_verdict(given, texts, above):
        say(out, f"{BULLET}{line}", indent=2)


def _numbered(
    out: Console,
    match: Match,
    number: tuple[int, int],
    given: Answer,
    texts: Texts,
    numbers: Mapping[bytes, int],
) -> None:
    """Print a certificate behind its number, which stands before the number of all."""
    out.blank()
    say(out, _heading(match, *number, given, texts), "bold")
    _match(out, match, given.authorities, texts, numbers)


def _beside_and_coverage(out: Console, given: Answer, texts: Texts, above: Answer | None) -> None:
    _mailboxes_and_offers(out, given, texts)
    out.blank()
    if given.coverage and above is not None and given.coverage == above.coverage:
        say(out, texts(Say.COVERAGE_AS_ABOVE()))
        out.blank()
    elif given.coverage:
        coverage(out, given.coverage, texts)
        out.blank()
    for line in document_lines(given, texts):
        say(out, line, "dim")
    out.file.flush()  # a reader of a pipe sees each answer of a list as it comes


def _below_verdict(given: Answer, texts: Texts, above: Answer | None) -> list[str]:
    """List doubts first, then limits of the look-up and of the logs, then all that doesn't limit the answer."""
    named = limits(given, texts)
    if above is not None and named and named == limits(above, texts):
        named = [texts(Say.LIMITS_AS_ABOVE())]
    of_all = Remark.LIMITS_OF_RECOGNITION()
    remarks = [texts(remark) for remark in given.remarks if remark != of_all]
    last = [texts(of_all)] if of_all in given.remarks else []
    return [*doubts(given, texts), *remarks, *named, *last, *answer_lines(given, texts)]


def _mailboxes_and_offers(out: Console, given: Answer, texts: Texts) -> None:
    """Print what stands beside the answer: similar identifiers, and mailboxes of the name."""
    if given.offers:
        out.blank()
        say(out, texts(Say.OFFERS(count=len(given.offers))), "bold")
        for line in offer_lines(given, texts):
            say(out, f"{BULLET}{line}", indent=2)
    if given.mailboxes:
        out.blank()
        say(out, mailboxes_heading(given, texts), "bold")
    for number, match in enumerate(given.shown_mailboxes, 1):
        out.blank()
        say(out, mailbox_heading(match, number, given, texts), "bold")
        _match(out, match, given.authorities, texts)


def _heading(match: Match, number: int, every: int, given: Answer, texts: Texts) -> str:
    of_authority = Say.CERTIFICATE_OF_AUTHORITY(number=number, all=every)
    heading = texts(of_authority if match.is_of_authority else Say.CERTIFICATE(number=number, all=every))
    if given.identifier.kind != IdentifierKind.NAME:
        return heading
    return f"{heading}, {texts(Say.AGREEMENT(score=f'{match.score:.0%}'.removesuffix('%')))}"


def _match(
    out: Console,
    match: Match,
    authorities: AuthorityList | None,
    texts: Texts,
    numbers: Mapping[bytes, int] = NO_NUMBERS,
) -> None:
    found = match.certificate
    lines = [certificate_line(found, texts)]
    lines.append(texts(Say.SHA256(hash=found.sha256.hex()) if found.sha256 else Say.SHA256_UNSEEN()))
    lines += same_line(found, numbers, texts)
    if match.matched_as:
        lines.append(texts(Say.MATCHED_AS(kinds=either(match.matched_as, texts))))
    if match.status is not None:
        lines.append(texts(Say.STATUS(status=status_words(match.status, texts))))
    lines += owner_lines(match, authorities, texts)
    seen = [sighting_line(s, texts) for s in match.sightings] + [repository_line(s, texts) for s in match.repositories]
    lines += seen[:SHOWN]
    if len(seen) > SHOWN:
        lines.append(texts(Say.MORE_SIGHTINGS(count=len(seen) - SHOWN)))
    for line in lines:
        say(out, line, indent=2)
    findings(out, match.findings, texts)
