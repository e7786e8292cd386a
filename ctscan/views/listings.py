"""Lists and sums for readers: the columns and lines of everything but look-ups. Pure.

A `Listing` is drawn by `tables.table`; lines are printed as they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ctscan.model import Authority, AuthorityList, CertificateStanding, Match, Message, RevocationState
from ctscan.views.answers import category
from ctscan.views.certificates import certificate_line, short_name, status_words
from ctscan.views.health import CONDITIONS
from ctscan.views.json import ATTRIBUTION
from ctscan.views.say import STANDINGS, Say
from ctscan.views.text import Texts
from ctscan.views.witnesses import witness_lines
from ctscan.views.words import count, day, moment, per_second, until_head, word

if TYPE_CHECKING:
    from ctscan.model import Source
    from ctscan.model.results import (
        CheckedSighting,
        FindingCounts,
        ImportResult,
        InspectionCounts,
        LocalCertificate,
        LogReport,
        ProofCounts,
        RefreshResult,
        ReindexResult,
        RuleInfo,
        StandingCounts,
        TypeInfo,
    )

REASONS_SHOWN = 20
FAILURES_SHOWN = 20
PROBLEMS_SHOWN = 3

FINDS = {
    "email": "e-mail address",
    "domain": "domain (addresses at and below it)",
    "host": "host (DNS names at and below a domain)",
}
"""Kinds of question where the word alone doesn't say what they find."""


class Listing(NamedTuple):
    """Table: headers, rows, and the headers of columns that are never folded. `lines` has the lines of each row for a
    terminal that is too narrow for columns; without them each value is a line of its own."""

    headers: Sequence[str]
    rows: Sequence[Sequence[object]]
    whole: Collection[str] = ()
    lines: Sequence[Sequence[str]] = ()


# --- logs ---------------------------------------------------------------------------------------------------------

_LEAN = (
    Say.COLUMN_LOG(),
    Say.COLUMN_HEALTH(),
    Say.COLUMN_BACKLOG(),
    Say.COLUMN_RATE(),
    Say.COLUMN_GROWTH(),
    Say.COLUMN_CATCH_UP(),
    Say.COLUMN_GAPS(),
    Say.COLUMN_LAST_SUCCESS(),
)
"""Columns for a terminal without room for all."""
_GROUPS = (
    (Say.COLUMN_OPERATOR(), Say.COLUMN_GAPS()),
    (Say.COLUMN_VERIFIED(), Say.COLUMN_HEAD(), Say.COLUMN_BACKLOG()),
    (Say.COLUMN_RATE(), Say.COLUMN_GROWTH(), Say.COLUMN_CATCH_UP()),
    (Say.COLUMN_LAST_SUCCESS(),),
)
"""Columns that share a line where there is no room for columns, besides name and health."""
_ROOM = (112, 150)
"""Characters per line that `_LEAN` and all columns need."""
_NUMBERS = (
    Say.COLUMN_VERIFIED(),
    Say.COLUMN_HEAD(),
    Say.COLUMN_BACKLOG(),
    Say.COLUMN_RATE(),
    Say.COLUMN_GROWTH(),
)


def logs(reports: Sequence[LogReport], width: int, texts: Texts) -> Listing:
    """List logs, with the columns for which a line of `width` characters has room."""
    columns = [_log_columns(report, texts) for report in reports]
    headers = _LEAN if _ROOM[0] <= width < _ROOM[1] else tuple(columns[0])
    shown = [texts(header) for header in headers]
    rows = [[row[header] for header in headers] for row in columns]
    return Listing(shown, rows, [texts(one) for one in _NUMBERS], [_log_lines(row, texts) for row in columns])


def _log_lines(columns: Mapping[Message, str], texts: Texts) -> list[str]:
    """Write the columns of a log as lines: name and health, and the rest in groups."""
    groups = [[texts.labelled(texts(header), columns[header]) for header in group] for group in _GROUPS]
    return [texts.labelled(columns[Say.COLUMN_LOG()], columns[Say.COLUMN_HEALTH()]), *map(texts.listed, groups)]


def _log_columns(report: LogReport, texts: Texts) -> dict[Message, str]:
    state = report.state
    unread = sum(gap.end - gap.start for gap in report.gaps)
    checked = moment(state.last_success) if state.last_success else texts(Say.NEVER())
    return {
        Say.COLUMN_LOG(): state.log.name,
        Say.COLUMN_OPERATOR(): state.log.operator,
        Say.COLUMN_HEALTH(): word(CONDITIONS[report.health], texts),
        Say.COLUMN_VERIFIED(): f"{report.verified_size:,}",
        Say.COLUMN_HEAD(): f"{state.head.size if state.head else 0:,}",
        Say.COLUMN_BACKLOG(): f"{report.backlog:,}",
        Say.COLUMN_RATE(): per_second(state.rate),
        Say.COLUMN_GROWTH(): per_second(state.growth),
        Say.COLUMN_CATCH_UP(): until_head(report.catch_up, texts),
        Say.COLUMN_GAPS(): texts(
            Say.GAPS_AND_ENTRIES(number=len(report.gaps), entries=unread) if report.gaps else Say.NO_GAPS()
        ),
        Say.COLUMN_LAST_SUCCESS(): checked,
    }


def log_lines(report: LogReport, texts: Texts) -> Iterable[tuple[str, str]]:
    """Describe the misbehaviour and the last error of a log: lines, each with its colour."""
    name = report.state.log.name
    for one in report.misbehaviour:
        if (made := one.dismissal) is not None:
            line = Say.EVIDENCE_DISMISSED(log=name, number=one.number, time=moment(made.at), reason=texts(made.reason))
            yield texts(line), "yellow"
        else:
            heads = len(one.evidence.heads)
            yield texts(Say.EVIDENCE(log=name, time=moment(one.at), reason=one.reason, count=heads)), "red"
    yield from witness_lines(report, texts)
    state = report.state
    if state.last_error and state.failing_since:
        since = moment(state.failing_since)
        yield texts(Say.LAST_ERROR(log=state.log.name, time=since, error=state.last_error)), "yellow"


# --- what ctscan knows --------------------------------------------------------------------------------------------


def sources(found: Sequence[Source]) -> Listing:
    """List sources of certificates."""
    rows = [(one.name, one.title, ", ".join(one.finds), "no" if one.lacks else "yes") for one in found]
    return Listing(("Source", "What it is", "Finds by", "Ready here"), rows)


def source_lines(source: Source) -> list[str]:
    """Describe a source, line by line."""
    proven = "complete for what was read, and verified: every entry is proven to be in the signed tree"
    claimed = "neither complete nor verified: what it gives counts as proven when a log confirms it"
    return [
        f"Worth: {proven if source.is_verified else claimed}",
        f"Finds by: {', '.join(FINDS.get(kind, kind) for kind in source.finds)}",
        *(f"Limit: {limit}" for limit in source.limits),
        *([f"Needs: {source.needs}"] if source.needs else []),
        f"Ready here: {f'no: {source.lacks}' if source.lacks else 'yes'}",
        f"Who learns of a question: {source.tells}",
        *([f"Address: {source.url}"] if source.url else []),
        f"Command: {source.command}",
    ]


def rules(found: Sequence[RuleInfo], texts: Texts) -> Listing:
    """List rules."""
    rows = [(rule.id, rule.looks_for, category(rule.category, texts), "; ".join(rule.citations)) for rule in found]
    return Listing(("Rule", "Looks for", "Category", "Specified in"), rows)


def known_types(found: Sequence[TypeInfo]) -> Listing:
    """List types of values."""
    rows = [(one.oid, one.name, one.kind, _treatment(one)) for one in found]
    return Listing(("Type", "Name", "Stands as", "What becomes of it"), rows)


def known_types_line(found: Sequence[TypeInfo]) -> str:
    """Count types by treatment."""
    sums = Counter(one.treatment for one in found)
    return f"{len(found)} types: {', '.join(f'{number} {words}' for words, number in sums.most_common())}."


def _treatment(found: TypeInfo) -> str:
    """Describe the treatment of a type: `found by es.fnmt`, `used as evidence`, `organisation: names or numbers …`."""
    if found.treatment == "found":
        return f"found by {', '.join(found.rules)}{'; also used as evidence' if found.is_evidence else ''}"
    if found.treatment == "evidence":
        return "used as evidence" + (f" by {', '.join(found.rules)}" if found.rules else "")
    return f"{found.treatment}: {found.why}" if found.why else found.treatment


# --- authorities --------------------------------------------------------------------------------------------------


def authority_list_line(which: AuthorityList) -> str:
    """Write date, licence and origin of a list of CA owners."""
    return f"List of {moment(which.fetched)}, {ATTRIBUTION}; read from {which.origin}"


def authority_list_lines(which: AuthorityList, found: Sequence[Authority]) -> list[str]:
    """Describe a list of CA owners and its sums."""
    owners = len({one.owner for one in found})
    policies, contacts = sum(bool(one.policies) for one in found), sum(bool(one.contact) for one in found)
    keys = sum(bool(one.key_id) for one in found)
    return [
        authority_list_line(which),
        f"{count(len(found), 'CA certificate')} of {count(owners, 'owner')}; {policies:,} with policies, "
        f"{contacts:,} with a contact for problem reports, {keys:,} with a key identifier",
    ]


def authority_lines(found: Authority) -> list[str]:
    """Describe a CA certificate: a title, then its record."""
    return [
        found.name or "(no name)",
        f"Owner: {found.owner}",
        *([f"Status: {found.status}"] if found.status else []),
        *([f"Key identifier: {found.key_id.hex()}"] if found.key_id else []),
        f"SHA-256: {found.sha256.hex()}",
        *(f"Policy: {url}" for url in found.policies),
        f"Problem reports: {found.contact or 'no contact known'}",
    ]


def authorities_line(found: int, shown: int) -> str:
    """Count records, and the records that are not shown."""
    more = f", {found - shown:,} of them not shown; --format json has all" if found > shown else ""
    return f"{count(found, 'CA certificate')}{more}."


# --- status -------------------------------------------------------------------------------------------------------


_STATUS_COLUMNS = (Say.COLUMN_SERIAL(), Say.COLUMN_SUBJECT(), Say.COLUMN_UNTIL(), Say.COLUMN_STATUS())


def statuses(matches: Sequence[Match], width: int, texts: Texts) -> Listing:
    """List certificates with their status, for lines of `width` characters."""
    return Listing([texts(one) for one in _STATUS_COLUMNS], [_status_row(match, width, texts) for match in matches])


def _status_row(match: Match, width: int, texts: Texts) -> tuple[str, str, str, str]:
    found = match.certificate
    end = day(found.not_after) if found.not_after else "-"
    words = texts(Say.NOT_JUDGED()) if match.status is None else status_words(match.status, texts)
    return found.serial, short_name(found.subject, width), end, words


def standings(counts: StandingCounts, texts: Texts) -> Listing:
    """Count certificates by standing, and below the unknown ones the most frequent reasons."""
    rows = []
    for standing, number in counts.standings.most_common():
        rows.append((texts(STANDINGS[standing]), f"{number:,}"))
        if standing is CertificateStanding.UNKNOWN:
            rows += [(f"  {texts(why)}", f"{times:,}") for why, times in counts.reasons.most_common(REASONS_SHOWN)]
            rest = sum(counts.reasons.values()) - sum(times for _, times in counts.reasons.most_common(REASONS_SHOWN))
            rows += [(f"  {texts(Say.MORE_REASONS())}", f"{rest:,}")] if rest else []
    return Listing((texts(Say.COLUMN_STANDING()), texts(Say.COLUMN_CERTIFICATES())), rows)


def refresh_lines(result: RefreshResult | None, texts: Texts) -> list[str]:
    """Sum up a refresh, the failures last; no lines without a refresh."""
    if result is None:
        return []
    counts = Counter(result.said.values())
    revoked, not_revoked, unknown = (counts[state] for state in RevocationState)
    first = texts(
        Say.REFRESHED(
            count=len(result.said), revoked=revoked, not_revoked=not_revoked, unknown=unknown, known=result.current
        )
    )
    if result.stopped:
        first = f"{texts(Say.REFRESH_STOPPED())} {first}"
    failures = [texts(failure) for failure in result.failures]
    rest = len(failures) - FAILURES_SHOWN
    shown = [*failures[:FAILURES_SHOWN], *([texts(Say.MORE(number=rest))] if rest > 0 else [])]
    return [first, *(f"- {failure}" for failure in shown)]


# --- files, reindex -----------------------------------------------------------------------------------------------


def finding_counts(counts: FindingCounts, title: str, texts: Texts) -> Listing:
    """Count findings by category; `title` heads the column of categories."""
    rows = [
        (category(key, texts), f"{number:,}", f"{counts.about_people[key]:,}", f"{counts.of_authorities[key]:,}")
        for key, number in counts.findings.most_common()
    ]
    return Listing((title, "Findings", "Of people", "Of CAs"), rows)


def import_line(result: ImportResult) -> str:
    """Sum up an import."""
    parts = [f"{count(result.read, 'certificate')} read from {count(result.files, 'file')}"]
    parts += [f"{result.of_authorities:,} of CAs"] if result.of_authorities else []
    parts += [f"{result.repeated:,} more were the same again"] if result.repeated else []
    parts += [f"{result.kept:,} kept", f"{result.new:,} of them new here"]
    unread = result.problems - result.partly_read
    parts += [f"{count(unread, 'input')} could not be read"] if unread else []
    parts += [f"{result.partly_read:,} read only in part"] if result.partly_read else []
    parts += [f"{count(result.requests, 'certificate request')} left out"] if result.requests else []
    parts += _file_parts(result.without, result.not_understood)
    without = " Without people who objected: they are counted here, and not kept." if result.without_objectors else ""
    return f"{', '.join(parts)}.{without}"


def _file_parts(without: int, not_understood: int) -> list[str]:
    """Count the files that gave no certificate, and those that may hide some."""
    parts = [f"{count(without, 'file')} without any"] if without else []
    return [*parts, *([f"{count(not_understood, 'file')} not understood"] if not_understood else [])]


def inspection_line(counts: InspectionCounts) -> str:
    """Sum up an inspection."""
    certificates, files = counts.read - counts.requests, counts.files
    parts = [f"{count(certificates, 'certificate')} read"] if certificates or not counts.requests else []
    parts += [f"{count(counts.requests, 'certificate request')} read"] if counts.requests else []
    parts += [f"{counts.of_authorities:,} of CAs"] if counts.of_authorities else []
    among = f" ({counts.personal_of_authorities:,} of CAs)" if counts.personal_of_authorities else ""
    parts += [f"{counts.personal:,} with personal data{among}"]
    parts += [f"{counts.with_problems:,} with problems"] if counts.with_problems else []
    parts += [f"{counts.partly_read:,} read only in part"] if counts.partly_read else []
    unread = counts.unreadable - counts.absences
    parts += [f"{unread:,} could not be read"] if unread else []
    parts += [f"{count(files.files, 'file')} looked at"] if files.files > 1 else []
    parts += _file_parts(files.without, files.not_understood)
    return f"{', '.join(parts)}."


def refusal_line(found: LocalCertificate) -> str:
    """Say why an input can't be read as a certificate."""
    problem = found.problems[0].what if found.problems else "expected a certificate, found none"
    return f"{found.source}: {problem}"


def local_certificate_lines(found: LocalCertificate, texts: Texts) -> list[str]:
    """Describe a certificate in a file: serial number, issuer, validity, and the first problems."""
    lines = [certificate_line(found.certificate, texts)] if found.certificate and not found.request else []
    lines += [f"READ ONLY IN PART: {problem.path}: {problem.what}" for problem in found.problems if problem.is_cut][:1]
    lines += [f"problem: {problem.path}: {problem.what}" for problem in found.problems[:PROBLEMS_SHOWN]]
    if len(found.problems) > PROBLEMS_SHOWN:
        lines.append(f"and {len(found.problems) - PROBLEMS_SHOWN} more problems; --format json shows them all")
    return lines


def proven(logs: Mapping[tuple[str, str], int]) -> Listing:
    """Count proven sightings, by log and by the basis of its tree head."""
    rows = [(log, f"{number:,}", trust) for (log, trust), number in sorted(logs.items())]
    return Listing(("Log", "Proven sightings", "Tree head rests on"), rows)


def unproven_line(checked: CheckedSighting) -> str:
    """Name a sighting that isn't proven, and the reason."""
    return f"{checked.evidence.log.name}, entry {checked.evidence.entry.index:,}: {checked.problem}"


def proof_line(counts: ProofCounts) -> tuple[str, str]:
    """Sum up a proof: a line and its colour."""
    if not counts.proven and not counts.unproven:
        return "Nothing to prove: the index holds no entry of a log with that.", "yellow"
    if counts.unproven:
        return f"{count(counts.unproven, 'sighting')} NOT proven, {counts.proven:,} proven.", "red"
    return f"All proven: {count(counts.proven, 'sighting')}.", "green"


def reindexed(result: ReindexResult) -> Listing:
    """Count certificates by outcome of a reindex."""
    rows = [(name, f"{getattr(result, name):,}") for name in ("unchanged", "changed", "removed")]
    return Listing(("Certificates", "Number"), rows)
