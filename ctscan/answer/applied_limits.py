"""Limits of retention that were applied to the certificates of an index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctscan.model.keep import CERTIFICATE_RULES

if TYPE_CHECKING:
    from ctscan.index.protocols import Retention
    from ctscan.model.keep import KeptRule


async def kept_rules(index: Retention) -> tuple[KeptRule, ...]:
    """Return the rules of retention that were applied to the certificates of the index."""
    return tuple(rule for rule in (await index.kept_limits()).rules if rule.kind in CERTIFICATE_RULES)
