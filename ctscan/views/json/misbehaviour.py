"""JSON shapes of misbehaviour of logs: evidence, decisions about it, and the file that a third party verifies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ctscan.model import MisbehaviourDecision, RecordedMisbehaviour
from ctscan.views.json.values import Shape, base64_text, message, time_text
from ctscan.views.misbehaviour_words import HOW_TO_VERIFY, Verification
from ctscan.views.text import ENGLISH, texts

if TYPE_CHECKING:
    from ctscan.model.results import CheckedMisbehaviour


def misbehaviour(found: RecordedMisbehaviour) -> Shape:
    """Shape recorded misbehaviour: heads verbatim, hashes for a kind that needs them, and the dismissal, if any."""
    dismissal = found.dismissal
    return {
        "number": found.number,
        "at": time_text(found.at),
        "kind": None if found.evidence.kind is None else str(found.evidence.kind),
        "reason": found.reason,
        "tree_heads": [base64_text(raw) for raw in found.evidence.heads],
        "hashes": [base64_text(one) for one in found.evidence.hashes],
        "dismissed": None if dismissal is None else _decision(dismissal),
    }


def _decision(made: MisbehaviourDecision) -> Shape:
    return {"at": time_text(made.at), "who": made.who, **message("reason", made.reason)}


def checked_misbehaviour(checked: CheckedMisbehaviour) -> Shape:
    """`ctscan logs evidence`: shape recorded misbehaviour of a log with the result of a check now."""
    return {
        "log": checked.log.name,
        "log_id": base64_text(checked.log.id),
        **misbehaviour(checked.recorded),
        "verifies": bool(checked.proven),
        "proven": checked.proven or None,
        "problem": checked.problem or None,
        "decisions": [
            {"decision": "dismissed" if one.is_dismissal else "restored", **_decision(one)}
            for one in checked.recorded.decisions
        ],
    }


def exported_misbehaviour(found: Sequence[CheckedMisbehaviour]) -> Shape:
    """`ctscan logs evidence --export`: shape a file from which a third party verifies evidence with other software.

    It holds the key of each log, and how to verify each kind. Decisions and accounts stay here.
    """
    return {"format": "ctscan evidence of misbehaviour, version 1", "evidence": [_exported(one) for one in found]}


def _exported(checked: CheckedMisbehaviour) -> Shape:
    log, evidence = checked.log, checked.recorded.evidence
    steps = () if evidence.kind is None else (Verification.HEADS(), HOW_TO_VERIFY[evidence.kind])
    return {
        "log": log.name,
        "operator": log.operator,
        "log_id": base64_text(log.id),
        "log_key": base64_text(log.key),
        "url": log.url or log.monitoring_url,
        "at": time_text(checked.recorded.at),
        "kind": None if evidence.kind is None else str(evidence.kind),
        "tree_heads": [base64_text(raw) for raw in evidence.heads],
        "hashes": [base64_text(one) for one in evidence.hashes],
        "proven": checked.proven or None,
        "how_to_verify": [texts(ENGLISH)(step) for step in steps],
    }
