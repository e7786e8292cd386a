"""Rule set: the rules and readers that ranges of logs are read with, and its version. No rule is loaded for it."""

from __future__ import annotations

import hashlib
from functools import cache

from ctscan.model import IdentifierKind, RuleSet, RuleVersion
from ctscan.personal.rule_versions import RULES


@cache
def rule_set() -> RuleSet:
    """Return the rules and the readers below them, with the version that ranges are read with.

    The version is 12 hexadecimal digits of a SHA-256 over ids, versions and kinds. The readers count as rules, since a
    range that an older reader read lacks the findings of a newer reader.
    """
    return RuleSet(hashlib.sha256("\n".join(RULES).encode()).hexdigest()[:12], tuple(map(_rule, RULES)))


def _rule(line: str) -> RuleVersion:
    id, version, kinds = line.split(" ")
    return RuleVersion(id, int(version), tuple(map(IdentifierKind, filter(None, kinds.split(",")))))
