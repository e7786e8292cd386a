"""Report of exposure whose every value from outside is hostile."""

from __future__ import annotations

from datetime import UTC, datetime

from ctscan.model.exposure import (
    ExposedPerson,
    ExposureReport,
    Figures,
    NotCovered,
    ReportBasis,
    Score,
    ScoreReason,
    Structure,
)
from ctscan.model.exposure import ReportText as Text

HOSTILE = "<script>alert(1)</script>\"'&\x1b[2J\u202e=1+1"
FORMULA = "=HYPERLINK(1)"


def hostile(text: str = HOSTILE) -> ExposureReport:
    """Make a report whose every value that comes from outside is hostile."""
    counts = {text: 3}
    figures = Figures(
        1, 1, 1, 1, 3, {"live": 1}, {"user.name": 3}, {"ordinary": 3}, counts, counts, counts, {"tls": 1}, counts,
        {"2031-01": 1}, {"2031-01": 1}, {"person": 3}, {}, {text: {"user.name": 3}},
    )  # fmt: skip
    score = Score(5, 1, (ScoreReason(Text.NAME, 5.0, 1),))
    return ExposureReport(
        made_at=datetime(2031, 1, 2, tzinfo=UTC),
        version="1",
        scope=(text,),
        basis=ReportBasis(None, False, (NotCovered(text, text, 1, 2, ("not read",)),), (), {text: (1, 2)}),
        figures=figures,
        structure=Structure(1, counts),
        ignored=(),
        people=(ExposedPerson((text,), (text,), ("user.name",), ("ordinary",), 1, 1),),
        are_people_named=True,
        domain_scores={text: score},
        issuer_scores={text: score},
        change=None,
        advice=(Text.CHANGE_TEMPLATE(count=1, issuer=text, fields=text),),
    )
