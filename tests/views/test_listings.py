"""Lists for readers: reasons stand below the standing that they explain."""

from __future__ import annotations

from collections import Counter

from ctscan.model import CertificateStanding, Message
from ctscan.model.results import StandingCounts
from ctscan.views import listings
from ctscan.views.text import texts


def test_reasons_stand_below_the_unknown_ones() -> None:
    standings = Counter(
        {CertificateStanding.UNKNOWN: 250, CertificateStanding.EXPIRED: 900, CertificateStanding.VALID: 7}
    )
    reasons = Counter({Message(f"reason.r{number}"): 10 for number in range(listings.REASONS_SHOWN + 5)})
    rows = [
        (str(what), str(count))
        for what, count in listings.standings(StandingCounts(standings, reasons), texts("en")).rows
    ]
    assert rows[0] == ("expired", "900")
    assert rows[1] == ("unknown", "250")
    assert all(what.startswith("  ") for what, _ in rows[2:-1])
    assert rows[-2:] == [("  other reasons", "50"), ("valid", "7")]
