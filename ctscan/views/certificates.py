"""Sentences about a certificate: its sightings, the owner of its CA, its status. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from ctscan.model import (
    Authority,
    AuthorityList,
    CertificateStanding,
    CertificateSummary,
    EntryKind,
    Match,
    RepositorySighting,
    Revocation,
    RevocationState,
    Sighting,
    Status,
)
from ctscan.views.json import timestamp_text
from ctscan.views.say import STANDINGS, Say, Standing
from ctscan.views.text import Texts
from ctscan.views.words import day

COORDINATES_SHOWN = 3  # entries of logs that a repository names; JSON has them all


def certificate_line(summary: CertificateSummary) -> str:
    """Write serial number, issuer and validity."""
    valid = f"valid {day(summary.not_before)} to {day(summary.not_after)}"
    return f"serial {summary.serial}, issued by {summary.issuer or '(no name)'}, {valid}"


def sighting_line(seen: Sighting) -> str:
    """Say where and when a certificate was logged, or which entry it came with."""
    if seen.kind is EntryKind.CHAIN:
        return (
            f"in the chain submitted with entry {seen.index:,} of {seen.log}, {logged_at(seen.timestamp)}, "
            "not proven: no log's tree covers chains, so it can't be"
        )
    proven = "proven to be in the log" if seen.verified else "not yet proven to be in the log"
    return f"logged in {seen.log}, entry {seen.index:,} ({seen.kind}), {logged_at(seen.timestamp)}, {proven}"


def logged_at(milliseconds: int) -> str:
    """Write the timestamp of a log."""
    return timestamp_text(milliseconds) or "at an impossible time"


def repository_line(seen: RepositorySighting) -> str:
    """Say where a repository or file holds a certificate, and how far that can be relied on."""
    where = f"in {seen.repository} as {seen.reference}, given to us on {day(seen.seen)}"
    if seen.repository == "files":
        piped = seen.reference.startswith("-")  # paths of files are absolute
        place = f"on standard input{seen.reference[1:]}" if piped else f"in the file {seen.reference}"
        where = f"{place}, read on {day(seen.seen)}"
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
    """Name the owner of the issuing CA, the addresses of its policies, and the contact for problem reports."""
    lines = [_owner(authority) for authority in _distinct(match.authorities)]
    if lines:
        doubt = "; as far as the certificate is genuine, which no log has confirmed" if match.is_unconfirmed else ""
        return [f"{line}{doubt}" for line in lines]
    claimed = dict.fromkeys(f"{s.owner}, as {s.repository} says" for s in match.repositories if s.owner)
    if claimed:
        return [f"CA owner: {owner}" for owner in claimed]
    if which is None:
        return []  # said once for the whole answer: `answer_lines`
    return [f"CA owner not known: not on the CCADB's list of {day(which.fetched)}"]


def _distinct(authorities: Sequence[Authority]) -> list[Authority]:
    """Keep one record for each owner with the same policies and contact: cross-signed CAs have several."""
    return list({(a.owner, a.policies, a.contact, a.status): a for a in authorities}.values())


def _owner(authority: Authority) -> str:
    parts = [f"CA owner: {authority.owner} (CCADB)"]
    parts += [f"CA certificate {authority.status.lower()}"] if authority.status else []
    parts += [f"policies: {' '.join(authority.policies)}"] if authority.policies else []
    parts += [f"reports: {authority.contact}"] if authority.contact else []
    return "; ".join(parts)


def status_words(status: Status, texts: Texts) -> str:
    """Describe a status: `revoked on 2026-03-01 (keyCompromise), as the CA's list of 2026-11-20 says; expired`."""
    said = status.revocation
    match status.standing:
        case CertificateStanding.REVOKED if said is not None:
            return _revoked(said, texts) + (f"; {texts(Standing.EXPIRED())}" if status.is_expired else "")
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
