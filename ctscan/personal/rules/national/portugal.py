"""Portugal: fields of the state's certification system (SCEE) among the alternative names."""

from __future__ import annotations

from typing import Final

from ctscan.personal.parsers.composite_values import JOB_TITLE, holder
from ctscan.personal.rules import oid_rule
from ctscan.personal.values import plain

_POST: Final = "2.16.620.1.1.1.2.2.0.2.1"

oid_rule(
    id="pt.scee",
    version=1,
    category=JOB_TITLE,
    kinds=(),
    cites=("SCEE certificate policy, subjectAltName directoryName",),
    looks_for="Posts of holders in the fields of the Portuguese state's certification system",
    rows={_POST: holder(plain(JOB_TITLE))},
)
