"""Rules of retention in words, in the verdict of an answer. Pure."""

from __future__ import annotations

from datetime import datetime

from ctscan.model import Answer, Message
from ctscan.model.keep import KeepKind, KeptRule, KeptText
from ctscan.views.say import Say
from ctscan.views.text import Texts

_BY_PERIOD = {KeepKind.EXPIRED: KeptText.EXPIRED, KeepKind.FINDINGS: KeptText.FINDINGS}
_BY_DAY = {KeepKind.EXPIRED: KeptText.EXPIRED_BEFORE, KeepKind.FINDINGS: KeptText.FINDINGS_BEFORE}


def with_kept_rules(searched: str, answer: Answer, texts: Texts) -> str:
    """Add to the account of a search the rules by which old certificates are left out: there may have been some,
    whether others were found or not."""
    if not answer.kept_rules:
        return searched
    now = answer.header.at if answer.header else None
    rules = ", ".join(kept_rule(rule, now, texts) for rule in answer.kept_rules)
    return texts(Say.WITH_KEPT(searched=searched, rules=rules))


def kept_rule(rule: KeptRule, now: datetime | None, texts: Texts) -> str:
    """Say a rule by its period; by its day where the period, counted back from now, would not say all."""
    if now is None or not rule.holds_by_period(now):
        return texts(_BY_DAY[rule.kind](day=f"{rule.before:%Y-%m-%d}"))
    return texts(_BY_PERIOD[rule.kind](period=period(rule.period.message, texts)))


def period(length: Message, texts: Texts) -> str:
    """Write the length of a period."""
    return texts(length)
