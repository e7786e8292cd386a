"""Sentences about a certificate: its sightings, the owner of its CA, its status. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ctscan.model import (
    CertificateStanding,
    EntryKind,
    RevocationState,
)
from ctscan.on_first_use import late_pattern
from ctscan.views.say import STANDINGS, Say, Standing
from ctscan.views.vocabulary import ENTRIES
from ctscan.views.words import day, timestamp

if TYPE_CHECKING:
    from ctscan.model import (
        Authority,
        AuthorityList,
        CertificateSummary,
        Match,
        Message,
        RepositorySighting,
        Revocation,
        Sighting,
        Status,
    )
    from ctscan.views.text import Texts

COORDINATES_SHOWN = 3  # entries of logs that a repository names; JSON has them all
SHORTEST_SUBJECT = 60  # characters of a subject that are shown on every terminal
_BETWEEN_ATTRIBUTES = late_pattern(r"(?<!\\)((?:\\\\)*),")
"""Comma of a name by RFC 4514 that no backslash escapes."""


def certificate_line(summary: CertificateSummary, texts: Texts) -> str:
    """Write serial number, issuer and validity."""
    start, end = day(summary.not_before), day(summary.not_after)
    issuer = summary.issuer or texts(Say.NO_NAME())
    return texts(Say.SERIAL(serial=summary.serial, issuer=issuer, start=start, end=end))


def short_name(name: str, width: int) -> str:
    """Write a distinguished name for a column: whole attributes of it, with at most half of `width` characters or
    `SHORTEST_SUBJECT`. An ellipsis stands for the rest; the first attribute is always whole."""
    room = max(SHORTEST_SUBJECT, width // 2)
    ends = [found.end() for found in _BETWEEN_ATTRIBUTES.finditer(name)]
    parts = [name[start:end] for start, end in zip([0, *ends], [*ends, len(name)], strict=True)]
    shown = parts[0]
    for part in parts[1:]:
        if len(shown) + len(part) + 1 > room:
            return f"{shown} …"
        shown += f" {part}"
    return shown


def same_line(summary: CertificateSummary, numbers: Mapping[bytes, int], texts: Texts) -> list[str]:
    """Name certificates that are probably the same: by their number where they are in the answer, else by identity.

    Args:
        numbers: number in the answer of each identity.
    """
    here = ", ".join(f"{numbers[identity]:,}" for identity in summary.also if identity in numbers)
    others = ", ".join(identity.hex() for identity in summary.also if identity not in numbers)
    if here and others:
        return [texts(Say.SAME_AS_NUMBERS_AND(numbers=here, others=others))]
    if here:
        return [texts(Say.SAME_AS_NUMBERS(numbers=here))]
    return [texts(Say.PROBABLY_SAME(others=others))] if others else []


def sighting_line(seen: Sighting, texts: Texts) -> str:
    """Say where and when a certificate was logged, or which entry it came with."""
    when = logged_at(seen.timestamp, texts)
    if seen.kind is EntryKind.CHAIN:
        return texts(Say.IN_CHAIN(index=seen.index, log=seen.log, time=when))
    kind = ENTRIES[seen.kind]
    if seen.verified:
        return texts(Say.LOGGED_PROVEN(log=seen.log, index=seen.index, kind=kind, time=when))
    return texts(Say.LOGGED_UNPROVEN(log=seen.log, index=seen.index, kind=kind, time=when))


def logged_at(milliseconds: int, texts: Texts) -> str:
    """Write the timestamp of a log, to the second."""
    return timestamp(milliseconds) or texts(Say.IMPOSSIBLE_TIME())


def repository_line(seen: RepositorySighting, texts: Texts) -> str:
    """Say where a repository or file holds a certificate, and how far that can be relied on."""
    where = [texts(_place(seen))]
    if seen.first_logged is not None:
        where.append(texts(Say.FIRST_LOGGED(time=logged_at(seen.first_logged, texts))))
    if seen.confirmed:
        return texts.listed([", ".join(where), texts(Say.CONFIRMED())])
    return texts.listed([", ".join(where), f"{texts(Say.UNVERIFIED())}{_coordinates(seen, texts)}"])


def _place(seen: RepositorySighting) -> Message:
    when, reference = day(seen.seen), seen.reference
    if seen.repository != "files":
        return Say.IN_REPOSITORY(repository=seen.repository, reference=reference, day=when)
    if reference.startswith("-"):  # paths of files are absolute
        return Say.ON_STDIN(reference=reference[1:], day=when)
    return Say.IN_FILE(reference=reference, day=when)


def _coordinates(seen: RepositorySighting, texts: Texts) -> str:
    named = [texts(Say.ENTRY(index=c.index, log=c.log)) for c in seen.coordinates[:COORDINATES_SHOWN]]
    if not named:
        return ""
    entries, more = ", ".join(named), len(seen.coordinates) - len(named)
    shown = Say.COORDINATES_AND_MORE(entries=entries, more=more) if more else Say.COORDINATES(entries=entries)
    return f" ({texts(shown)})"


def owner_lines(match: Match, which: AuthorityList | None, texts: Texts) -> list[str]:
    """Name the owner of the issuing CA, the addresses of its policies, and the contact for problem reports."""
    lines = [_owner(authority, texts) for authority in _distinct(match.authorities)]
    if lines:
        return [texts(Say.OWNER_UNCONFIRMED(owner=line)) if match.is_unconfirmed else line for line in lines]
    claimed = dict.fromkeys(Say.OWNER_CLAIMED(owner=s.owner, repository=s.repository) for s in _owned(match))
    if claimed:
        return [texts(owner) for owner in claimed]
    if which is None:
        return []  # said once for the whole answer: `answer_lines`
    return [texts(Say.OWNER_UNKNOWN(day=day(which.fetched)))]


def _owned(match: Match) -> list[RepositorySighting]:
    return [seen for seen in match.repositories if seen.owner]


def _distinct(authorities: Sequence[Authority]) -> list[Authority]:
    """Keep one record for each owner with the same policies and contact: cross-signed CAs have several."""
    return list({(a.owner, a.policies, a.contact, a.status): a for a in authorities}.values())


def _owner(authority: Authority, texts: Texts) -> str:
    parts = [Say.OWNER(owner=authority.owner)]
    parts += [Say.CA_CERTIFICATE(status=authority.status.lower())] if authority.status else []
    parts += [Say.POLICIES(urls=" ".join(authority.policies))] if authority.policies else []
    parts += [Say.REPORTS(contact=authority.contact)] if authority.contact else []
    return texts.listed([texts(part) for part in parts])


def status_words(status: Status, texts: Texts) -> str:
    """Describe a status: `revoked on 2026-03-01 (keyCompromise), as the CA's list of 2026-11-20 says; expired`."""
    said = status.revocation
    match status.standing:
        case CertificateStanding.REVOKED if said is not None:
            return texts.listed([_revoked(said, texts), *([texts(Standing.EXPIRED())] if status.is_expired else [])])
        case CertificateStanding.VALID if said is not None:
            source = _according_to(said, texts)
            if status.why is None:
                return texts(Say.VALID(source=source))
            return texts(Say.VALID_BUT(source=source, why=texts(status.why)))
        case CertificateStanding.UNKNOWN if status.why is not None:
            return texts(Say.UNKNOWN(why=texts(status.why)))
        case CertificateStanding.EXPIRED if said is None:
            return texts(Say.EXPIRED_UNCHECKED())
        case CertificateStanding.EXPIRED if said is not None and said.state is RevocationState.UNKNOWN and said.why:
            return texts(Say.EXPIRED_UNKNOWN(why=texts(said.why)))
        case _:
            return texts(STANDINGS[status.standing])


def _revoked(said: Revocation, texts: Texts) -> str:
    shown = texts(Say.REVOKED_ON(day=day(said.revoked_at)) if said.revoked_at else Say.REVOKED())
    reason = f" ({said.reason})" if said.reason else ""
    return f"{shown}{reason}, {_according_to(said, texts)}"


def _according_to(said: Revocation, texts: Texts) -> str:
    when = day(said.this_update or said.checked)
    match said.source:
        case "CRL":
            return texts(Say.AS_LIST_SAYS(day=when))
        case "OCSP":
            return texts(Say.AS_RESPONDER_SAYS(day=when))
        case source:
            return texts(Say.AS_CLAIMED(source=source))
