"""What `ctscan status` shows: certificates with what became of them, or how many of which standing. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from ctscan.model import CertificateStanding, CertificateSummary, Match, Revocation, RevocationState, Status
from ctscan.revocation.context import Outcome
from ctscan.views.json import Shape, revocation, status, time_text
from ctscan.views.standing import status_words
from ctscan.views.words import count

LONGEST_SUBJECT = 60


def shape(match: Match) -> Shape:
    """One certificate and what became of it, with all that sources say."""
    found = match.certificate
    return {
        "sha256": found.sha256.hex() if found.sha256 else None,
        "identity": found.identity.hex(),
        "issuer": found.issuer,
        "serial": found.serial,
        "subject": found.subject,
        "not_before": time_text(found.not_before),
        "not_after": time_text(found.not_after),
        "status": None if match.status is None else status(match.status),
        "revocations": [revocation(said) for said in match.revocations],
    }


def row(match: Match) -> tuple[str, str, str, str]:
    """Serial number, subject, end and status in words."""
    found: CertificateSummary = match.certificate
    end = (time_text(found.not_after) or "-")[:10]
    words = "not judged" if match.status is None else status_words(match.status)
    return found.serial, found.subject[:LONGEST_SUBJECT], end, words


class Summary:
    """Counts certificates by standing, and those of which nothing is known by the reason."""

    def __init__(self) -> None:
        self.standings: Counter[CertificateStanding] = Counter()
        self.reasons: Counter[str] = Counter()
        self.oldest: datetime | None = None  # of the answers that standings rest on

    def add(self, found: Status, revocations: Iterable[Revocation]) -> None:
        """Count one certificate."""
        self.standings[found.standing] += 1
        if found.standing is CertificateStanding.UNKNOWN:
            self.reasons[found.why] += 1
        for said in revocations:
            self.oldest = min(filter(None, (self.oldest, said.checked)))

    @property
    def total(self) -> int:
        """All that were counted."""
        return sum(self.standings.values())

    def shape(self) -> Shape:
        """For machines: every standing, also those that don't occur."""
        return {
            "certificates": self.total,
            "standings": {str(standing): self.standings[standing] for standing in CertificateStanding},
            "unknown": [{"why": why, "certificates": number} for why, number in self.reasons.most_common()],
            "checked_since": time_text(self.oldest),
        }


def refreshed(outcome: Outcome) -> Shape:
    """What a refresh came to."""
    counts = Counter(outcome.said.values())
    return {
        "exit_code": outcome.exit_code,
        "stopped": outcome.stopped,
        "still_known": outcome.current,
        "asked": {str(state): counts[state] for state in RevocationState},
        "failures": list(outcome.failures),
    }


def refreshed_words(outcome: Outcome) -> list[str]:
    """The same for people, the failures last."""
    counts = Counter(outcome.said.values())
    said = ", ".join(f"{counts[state]:,} {state}" for state in RevocationState)
    first = f"Asked about {count(len(outcome.said), 'certificate')}: {said}; known still of {outcome.current:,} more."
    return ["Stopped before the end; repeating the command goes on. " + first if outcome.stopped else first] + [
        f"- {failure}" for failure in shown(list(outcome.failures))
    ]


def shown(failures: Sequence[str], most: int = 20) -> list[str]:
    """The first failures, and how many more there are."""
    rest = len(failures) - most
    return [*failures[:most], *([f"and {rest:,} more"] if rest > 0 else [])]
