"""What an answer says of repositories and authorities in plain words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ctscan.answer.lookup import is_unconfirmed
from ctscan.model import Answer, Authority, AuthorityList, Match, QuestionKind, RepositorySighting, Search, SearchState
from ctscan.views.json import time_text, timestamp_text

COORDINATES_SHOWN = 3  # entries of logs that a repository names; JSON has them all


def repository_line(seen: RepositorySighting) -> str:
    """Where a repository holds a certificate, and how far that can be relied on."""
    where = f"in {seen.repository} as {seen.reference}, given to us on {_day(seen.seen)}"
    if seen.repository == "files":
        piped = seen.reference.startswith("-")  # paths of files are absolute
        place = f"on standard input{seen.reference[1:]}" if piped else f"in the file {seen.reference}"
        where = f"{place}, read on {_day(seen.seen)}"
    if seen.first_logged is not None:
        where += f", first logged {timestamp_text(seen.first_logged) or 'at an impossible time'} as it says"
    if seen.confirmed:
        return f"{where}; confirmed by a log"
    return f"{where}; unverified: no log that was read holds it{_coordinates(seen)}"


def _coordinates(seen: RepositorySighting) -> str:
    named = [f"entry {c.index:,} of {c.log}" for c in seen.coordinates[:COORDINATES_SHOWN]]
    more = len(seen.coordinates) - len(named)
    return f" (it names {', '.join(named)}{f' and {more} more' if more > 0 else ''})" if named else ""


def owner_lines(match: Match, which: AuthorityList | None) -> list[str]:
    """Who runs the CA that issued a certificate, where its policies stand, and how to report a problem."""
    lines = [_owner(authority) for authority in _distinct(match.authorities)]
    if lines:
        doubt = "; as far as the certificate is genuine, which no log has confirmed" if is_unconfirmed(match) else ""
        return [f"{line}{doubt}" for line in lines]
    claimed = dict.fromkeys(f"{s.owner}, as {s.repository} says" for s in match.repositories if s.owner)
    if claimed:
        return [f"CA owner: {owner}" for owner in claimed]
    if which is None:
        return []  # said once for the whole answer: `answer_lines`
    return [f"CA owner not known: not on the CCADB's list of {_day(which.fetched)}"]


def _distinct(authorities: Sequence[Authority]) -> list[Authority]:
    """One record for each owner with the same policies and contact: cross-signed CAs have several."""
    return list({(a.owner, a.policies, a.contact, a.status): a for a in authorities}.values())


def _owner(authority: Authority) -> str:
    parts = [f"CA owner: {authority.owner} (CCADB)"]
    parts += [f"CA certificate {authority.status.lower()}"] if authority.status else []
    parts += [f"policies: {' '.join(authority.policies)}"] if authority.policies else []
    parts += [f"reports: {authority.contact}"] if authority.contact else []
    return "; ".join(parts)


def answer_lines(answer: Answer) -> list[str]:
    """What repositories were asked about the identifier, and how that ended; that no list of CA owners is there."""
    lines = [search_line(search, answer.identifier.kind) for search in answer.searches]
    if answer.matches and answer.authorities is None:
        lines.append("CA owners not known: 'ctscan ca update' loads the list of the CCADB")
    return lines


def search_line(search: Search, kind: str) -> str:
    """One search. What it was for is said where that isn't the identifier itself."""
    its = "hosts at and below it" if search.kind == QuestionKind.HOST else f"its {search.kind}"
    about = "" if search.kind == kind else f" about {its}"
    ended = f"{search.repository} was asked{about} on {_moment(search.started)}"
    given = f"{search.results:,} certificate{'' if search.results == 1 else 's'} given"
    outcome = "not ended yet, or killed" if search.outcome == SearchState.RUNNING else search.outcome
    return f"{ended}: {outcome}, {given}{f' ({search.detail})' if search.detail else ''}"


def _day(at: datetime) -> str:
    return (time_text(at) or "")[:10]


def _moment(at: datetime) -> str:
    return time_text(at.replace(microsecond=0)) or ""
