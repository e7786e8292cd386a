"""JSON shapes of `ctscan forget` and `ctscan suppressions`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ctscan.model.forgetting import ForgetReceipt
from ctscan.model.suppression import SuppressedDigest, Suppression
from ctscan.views.json.values import Shape, messages, time_text


def forget_receipt(given: ForgetReceipt) -> Shape:
    """`ctscan forget`: shape a receipt."""
    return {
        "at": time_text(given.at),
        "ground": str(given.ground),
        "suppressed": _digests(given.suppressed),
        "removed": {
            "certificates": given.removed.certificates,
            "findings": given.removed.findings,
            "keys": given.removed.keys,
            "evidence": given.removed.evidence,
            "quarantined": given.removed.quarantined,
        },
        "deferred": messages("deferred", given.deferred)["deferred"],
        "recipients": [
            {"kind": str(one.kind), "name": one.name, "at": time_text(one.at), "notice": one.notice or None}
            for one in given.recipients
        ],
        "outside": messages("outside", given.outside)["outside"],
    }


def suppressions(entries: Sequence[Suppression]) -> list[Shape]:
    """`ctscan suppressions`: shape suppressions."""
    lifted = {entry.lifts: entry.number for entry in entries if entry.lifts}
    return [
        {
            "number": entry.number,
            "at": time_text(entry.at),
            "kind": str(entry.kind),
            "ground": str(entry.ground),
            "suppressed": _digests(entry.identifiers),
            "certificates": _digests(entry.certificates),
            "normalisation": entry.normalisation or None,
            "lifts": entry.lifts or None,
            "lifted_by": lifted.get(entry.number),
            "told": str(entry.told) if entry.told else None,
            "case": entry.case or None,
        }
        for entry in entries
    ]


def _digests(some: Iterable[SuppressedDigest]) -> list[Shape]:
    return [{"kind": str(one.kind), "digest": one.digest.hex()} for one in some]
