"""Known types: each is read by a rule that a golden certificate proves, or needs no rule."""

from __future__ import annotations

import base64
import re
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

from ctscan.model import Finding
from ctscan.personal.analyse import analyse
from ctscan.personal.attribution.evidence import CLASSIFIERS
from ctscan.personal.rules import all_rules
from ctscan.personal.taxonomy import TAXONOMY, Coverage, Treatment, TypeKind, coverage

GOLDEN = Path(__file__).parent / "golden"


@cache
def golden_findings() -> tuple[Finding, ...]:
    """Collect the findings of all golden certificates."""
    found: list[Finding] = []
    for path in sorted(GOLDEN.rglob("*.pem")):
        body = "".join(line for line in path.read_text().splitlines() if not line.startswith("-----"))
        found += analyse(base64.b64decode(body)).findings
    return tuple(found)


@cache
def rules_by_type() -> dict[str, set[str]]:
    """Map each type to the rules that found something of it in a golden certificate."""
    found: dict[str, set[str]] = defaultdict(set)
    for finding in golden_findings():
        found[finding.oid].add(finding.rule)
    return found


def covered(treatment: Treatment) -> list[Coverage]:
    return [one for one in coverage(all_rules(), CLASSIFIERS) if one.treatment is treatment]


def parts_of(one: Coverage) -> set[str]:
    """Return the names under which paths show an extension."""
    return {one.type.name, {"2.5.29.17": "san", "2.5.29.18": "ian"}.get(one.type.oid, one.type.name)}


def line(one: Coverage) -> str:
    return f"{one.type.oid} {one.type.name} ({one.type.kind})"


def test_every_type_is_read_or_has_a_reason_not_to_be() -> None:
    missing = [line(one) for one in covered(Treatment.NOT_READ)]
    assert missing == [], "no rule reads:\n" + "\n".join(missing)


def test_every_type_that_a_rule_covers_is_found_in_a_golden_certificate() -> None:
    unproven = [
        f"{line(one)}: {', '.join(one.rules)}"
        for one in covered(Treatment.FOUND)
        if not rules_by_type().get(one.type.oid, set()) & set(one.rules)
    ]
    assert unproven == [], "no golden certificate with:\n" + "\n".join(unproven)


def test_every_text_that_is_searched_is_searched_in_a_golden_certificate() -> None:
    """The path of a value in a container shows the container: the value has its own type."""
    parts = {part for finding in golden_findings() for part in finding.path.split(".")}
    searched = covered(Treatment.SEARCHED)
    unproven = [line(one) for one in searched if one.type.oid not in rules_by_type() and not parts_of(one) & parts]
    assert unproven == [], "nothing is found in a golden certificate inside:\n" + "\n".join(unproven)


def test_the_list_is_whole_and_each_type_stands_once() -> None:
    assert Counter(known.kind for known in TAXONOMY) == {
        TypeKind.ATTRIBUTE: 135,
        TypeKind.DIRECTORY_ATTRIBUTE: 11,
        TypeKind.OTHER_NAME: 44,
        TypeKind.EXTENSION: 58,
        TypeKind.CLASSIFIER: 47,
        TypeKind.REQUEST: 9,
    }
    assert len({known.oid for known in TAXONOMY}) == len(TAXONOMY)
    for known in TAXONOMY:
        assert re.fullmatch(r"[012](\.\d+)+", known.oid)
        assert known.name
        assert not re.fullmatch(r"[\d.]+", known.name)
        assert "@" not in known.name + known.why
        assert (known.why == "") == (known.treatment is Treatment.NOT_READ)


def test_evidence_is_in_the_list() -> None:
    by_type = {one.type.oid: one for one in coverage((), CLASSIFIERS)}
    assert by_type["2.23.140.1.5.4.1"].treatment is Treatment.EVIDENCE
    assert by_type["2.23.140.1.2.1"].treatment in (Treatment.CLASSIFIER, Treatment.EVIDENCE)
    assert by_type["2.5.4.6"].treatment is Treatment.CONTEXT
    assert by_type["2.5.4.4"].treatment is Treatment.NOT_READ  # without rules
    assert all(one.rules == () for one in by_type.values())


def test_rules_cover_types_that_can_be_written_as_oids() -> None:
    wrong = [(rule.id, oid) for rule in all_rules() for oid in rule.covers if not re.fullmatch(r"[012](\.\d+)+", oid)]
    assert wrong == []
