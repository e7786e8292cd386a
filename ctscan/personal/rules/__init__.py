"""The rules: each says what one kind of personal data is and where it stands. One file for each kind,
those for the schemes of one country in `national/`.

A new rule is a new module in this package with a function under `@rule(...)`, or a table of types given to `oid_rule`;
nothing else has to change: all modules are loaded by walking the package, and the version of the rule set follows from
the rules. A rule takes a view of a certificate and yields findings; it never raises for what a certificate holds, and
if it does all the same, that becomes a problem of that certificate and the other rules go on. Text rules take readable
strings of what can't be parsed: a certificate, or a part of one that can be read otherwise.

Tables, and rules that read values of certain types alone (`only`), are called for certificates that have such values:
one more of them costs nothing where it has nothing to find.
"""

from __future__ import annotations

import hashlib
import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from ctscan.model import Certificate, Finding, Problem, RuleSet, RuleVersion
from ctscan.personal import identifiers
from ctscan.personal.attribution.evidence import person_of_part
from ctscan.personal.attribution.grouping import tell_apart
from ctscan.personal.categories import CATEGORIES
from ctscan.personal.finding import make_finding
from ctscan.personal.values import Read
from ctscan.personal.view import View
from ctscan.x509.text import salvage_strings

READER_VERSION = 2
"""Raise when the reader of certificates gives the rules more, or other text, than before: ranges read earlier then
count as read with older rules."""

MAX_SALVAGED = 4 << 20
"""Octets in all parts of one certificate that were given up, before parts of parts are left out."""

Reading = Callable[[View], Iterable[Finding]]
TextReading = Callable[[Sequence[str]], Iterable[Finding]]

_KINDS = frozenset({"email", "domain", "name", "number", "phone", "account"})


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of personal data.

    `category` is the main one of its findings, `kinds` are the kinds of identifier that they can be looked up by,
    `cites` says where the places are specified, `covers` which types (OIDs) it reads. `only`: it finds nothing where
    no value has one of those, and isn't called then. Exactly one of `find` (a certificate) and `find_in` (readable
    strings of what can't be parsed) is set.
    """

    id: str
    version: int
    category: str
    kinds: tuple[str, ...]
    cites: tuple[str, ...]
    looks_for: str
    covers: tuple[str, ...] = ()
    only: bool = False
    find: Reading | None = None
    find_in: TextReading | None = None


_registered: dict[str, Rule] = {}


def rule(
    *,
    id: str,
    version: int,
    category: str,
    kinds: tuple[str, ...],
    cites: tuple[str, ...],
    covers: tuple[str, ...] = (),
    only: bool = False,
) -> Callable[[Reading], Reading]:
    """Register a function from a view to findings. The first line of its docstring says what it looks for.

    `only=True` where it starts from values of the types in `covers` (`view.of`) and from nothing else: then it isn't
    called for certificates without any, which are most.
    ValueError (at import, so that it can't be missed) when the id is taken or a field is not as it should be.
    """

    def register(find: Reading) -> Reading:
        _register(Rule(id, version, category, kinds, cites, _first_line(find), covers, only, find=find))
        return find

    return register


def oid_rule(
    *,
    id: str,
    version: int,
    category: str,
    kinds: tuple[str, ...],
    cites: tuple[str, ...],
    looks_for: str,
    rows: Mapping[str, Read],
) -> None:
    """Register a table: for each type (of attribute, otherName or extension, wherever it stands) what reads its
    values. ValueError as for `rule`."""

    def find(view: View) -> Iterator[Finding]:
        for oid, read in rows.items():
            for place in view.of(oid):
                for value in read(view, place):
                    yield make_finding(id, view, place, value)

    _register(Rule(id, version, category, kinds, cites, looks_for, tuple(rows), only=True, find=find))


def text_rule(
    *, id: str, version: int, category: str, kinds: tuple[str, ...], cites: tuple[str, ...]
) -> Callable[[TextReading], TextReading]:
    """The same for a function from the readable strings of what can't be parsed to findings."""

    def register(find_in: TextReading) -> TextReading:
        _register(Rule(id, version, category, kinds, cites, _first_line(find_in), find_in=find_in))
        return find_in

    return register


def all_rules() -> tuple[Rule, ...]:
    """Every rule of the package, ordered by id."""
    _load()
    return tuple(_registered[id] for id in sorted(_registered))


@cache
def rule_set() -> RuleSet:
    """The rules, and the readers that all of them rest on, with the version that ranges are read with: 12
    hexadecimal digits over ids, versions and kinds. What an older reader read doesn't cover what a newer one finds."""
    rules = [RuleVersion(rule.id, rule.version, rule.kinds) for rule in all_rules()]
    every_kind = tuple(sorted({kind for rule in rules for kind in rule.kinds}))
    rules.append(RuleVersion("reader.certificate", READER_VERSION, every_kind))
    rules.append(RuleVersion("reader.identifier", identifiers.READER_VERSION, every_kind))
    lines = [f"{rule.id} {rule.version} {','.join(rule.kinds)}" for rule in rules]
    return RuleSet(hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12], tuple(rules))


def find_personal_data(
    certificate: Certificate, domains: tuple[str, ...] = ()
) -> tuple[tuple[Finding, ...], tuple[Problem, ...]]:
    """What all rules find in a certificate, ordered by rule, and the problems of rules that failed on it.

    `domains`: canonical ones of the scope, in whose hosts names of people are looked for.
    Parts that can't be read are searched by their readable strings: `where` is then the place of the problem. What is
    found in a part that could be read is not told again.
    """
    view = View(certificate, domains)
    findings: dict[tuple[str, ...], Finding] = {}
    problems: list[Problem] = []
    for rule, find in _rules_for(view):
        try:
            for finding in find(view):
                findings.setdefault(_what(finding), finding)
        except Exception as error:  # one bad rule must not hide what the others find; the type alone, it may quote
            problems.append(_failure(rule, error))
    unread = [problem for problem in certificate.problems if problem.unread]
    salvaged, failures = _salvage(certificate, unread)
    known = {(finding.category, finding.canonical) for finding in findings.values()}
    unknown = [one for one in salvaged if (one.category, one.canonical) not in known]
    ordered = sorted((*findings.values(), *unknown), key=lambda finding: finding.rule)
    return tell_apart(view, ordered), (*problems, *failures)


def _what(finding: Finding) -> tuple[str, ...]:
    """The same thing twice in one place, differently encoded (or a field that names it twice), is one finding."""
    return finding.rule, finding.path, finding.category, finding.canonical, finding.value


def find_in_text(strings: Sequence[str]) -> tuple[tuple[Finding, ...], tuple[Problem, ...]]:
    """What is found in the readable strings of what can't be parsed; `where` is "salvaged"."""
    findings: dict[Finding, None] = {}
    problems: list[Problem] = []
    for rule in all_rules():
        if rule.find_in is None:
            continue
        try:
            findings.update(dict.fromkeys(rule.find_in(strings)))
        except Exception as error:  # as above: the other rules go on
            problems.append(_failure(rule, error))
    return tuple(findings), tuple(problems)


def _salvage(certificate: Certificate, problems: Iterable[Problem]) -> tuple[list[Finding], list[Problem]]:
    """What is found in the octets that were given up: each finding once, in the smallest part that holds it."""
    found: dict[tuple[str, str], Finding] = {}
    failures: dict[Problem, None] = {}
    for problem in _to_salvage(problems):
        findings, failed = find_in_text(salvage_strings(problem.unread))
        person = person_of_part(problem.path.partition(".")[0], certificate)
        for finding in findings:
            found.setdefault((finding.rule, finding.canonical), replace(finding, path=problem.path, person=person))
        failures.update(dict.fromkeys(failed))
    return list(found.values()), list(failures)


def _to_salvage(problems: Iterable[Problem]) -> list[Problem]:
    """The parts that were given up, the smallest first, each once. Where parts of parts of parts add up to more than
    MAX_SALVAGED, a part that lies in a larger one is left to that."""
    kept: dict[bytes, Problem] = {}
    for problem in sorted(problems, key=lambda problem: len(problem.unread)):
        kept.setdefault(problem.unread, problem)
    if sum(map(len, kept)) <= MAX_SALVAGED:
        return list(kept.values())
    outermost: list[bytes] = []
    for unread in reversed(kept):
        if not any(unread in larger for larger in outermost):
            outermost.append(unread)
    return [kept[unread] for unread in reversed(outermost)]


def _rules_for(view: View) -> Iterator[tuple[Rule, Reading]]:
    """The rules that may find something in a view, ordered by id: those of the types that it has, and those that look
    at more than types."""
    rules, always, by_type = _index()
    numbers = set(always)
    for oid in view.types():
        numbers.update(by_type.get(oid, ()))
    return (rules[number] for number in sorted(numbers))


@cache
def _index() -> tuple[list[tuple[Rule, Reading]], list[int], dict[str, list[int]]]:
    """The rules for certificates, which of them (by number) to call always, and which for each type."""
    rules = [(rule, rule.find) for rule in all_rules() if rule.find is not None]
    always = [number for number, (rule, _) in enumerate(rules) if not rule.only]
    by_type: dict[str, list[int]] = {}
    for number, (rule, _) in enumerate(rules):
        for oid in rule.covers if rule.only else ():
            by_type.setdefault(oid, []).append(number)
    return rules, always, by_type


@cache
def _load() -> None:
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        importlib.import_module(module.name)


def _register(rule: Rule) -> None:
    if rule.id in _registered:
        raise ValueError(f"rule {rule.id}: expected an id of its own, got one that another rule has")
    if rule.category not in CATEGORIES:
        raise ValueError(f"rule {rule.id}: expected a category of ctscan.personal.categories, got {rule.category!r}")
    if rule.only and not rule.covers:
        raise ValueError(f"rule {rule.id}: expected the types that it reads only, got none")
    if rule.version < 1 or not rule.cites or not _KINDS.issuperset(rule.kinds):
        raise ValueError(f"rule {rule.id}: expected version >= 1, a citation, and kinds among {sorted(_KINDS)}")
    _registered[rule.id] = rule


def _first_line(function: Callable[..., object]) -> str:
    line = (function.__doc__ or "").strip().partition("\n")[0].rstrip(".")
    if not line:
        raise ValueError(f"rule function {function.__name__}: expected a docstring that says what it looks for")
    return line


def _failure(rule: Rule, error: Exception) -> Problem:
    return Problem(f"rule {rule.id}", f"the rule failed ({type(error).__name__}); the others were applied")
