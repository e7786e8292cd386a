"""JSON shape of `ctscan purge`."""

from __future__ import annotations

from ctscan.model.keep import CERTIFICATE_RULES, Purged, PurgeReceipt
from ctscan.views.json.answers import kept_rule
from ctscan.views.json.values import Shape, time_text


def purge_receipt(given: PurgeReceipt) -> Shape:
    """`ctscan purge`: shape a receipt."""
    return {
        "at": time_text(given.at),
        "done": given.is_done,
        "purged": {str(kind): given.counts.get(kind, 0) for kind in Purged},
        "stopped": given.is_stopped,
        "deferred": given.is_deferred,
        "kept_rules": [kept_rule(rule) for rule in given.rules if rule.kind in CERTIFICATE_RULES],
    }
