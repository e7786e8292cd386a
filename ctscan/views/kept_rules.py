"""Rules of retention in words, in the verdict of an answer. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from ctscan.model.keep import KeepKind, KeptText
from ctscan.views.say import Say

if TYPE_CHECKING:
    from ctscan.model import Answer
    from ctscan.model.keep import KeptRule
    from ctscan.views.text import Texts


def with_kept_rules(searched: str, answer: Answer, texts: Texts) -> str:
    """Add to the account of a search the rules by which old certificates are left out: there may have been some,
    whether others were found or not."""
    rules = rules_of(answer, texts)
    return texts(Say.WITH_KEPT(searched=searched, rules=rules)) if rules else searched


def rules_of(answer: Answer, texts: Texts) -> str:
    """Write the rules of an answer; empty where there are none."""
    now = answer.header.at if answer.header else None
    return ", ".join(kept_rule(rule, now, texts) for rule in answer.kept_rules)


def kept_rule(rule: KeptRule, now: datetime | None, texts: Texts) -> str:
    """Say a rule by its period; by its day where the period, counted back from now, would not say all."""
    is_expiry = rule.kind is KeepKind.EXPIRED
    if now is None or not rule.holds_by_period(now):
        day = f"{rule.before:%Y-%m-%d}"
        return texts(KeptText.EXPIRED_BEFORE(day=day) if is_expiry else KeptText.FINDINGS_BEFORE(day=day))
    period = texts(rule.period.message)
    return texts(KeptText.EXPIRED(period=period) if is_expiry else KeptText.FINDINGS(period=period))
