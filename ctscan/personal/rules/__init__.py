"""Rules that find personal data: one file for each kind of data, country schemes in `national/`.

To add a rule, create a module in this package with a function under `@rule(...)`, or with a table of types (OIDs) given
to `oid_rule`. All modules are loaded by walking the package. `make rule-set` writes the rules and their versions into
`personal/rule_versions.py`, from which the version of the rule set follows.

A rule takes a view of a certificate and yields findings. It never raises because of a certificate's content; an
exception becomes a problem of that certificate, and the other rules still run. Text rules take the readable strings of
a certificate, or of a part of a certificate, that can't be parsed.

Tables, and rules with `only=True`, are called only for certificates that hold values of their types, so each further
rule costs nothing where it can find nothing.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import chain

from msgspec import Struct
from msgspec.structs import replace

from ctscan.model import Certificate, Finding, IdentifierKind, Problem, RuleVersion
from ctscan.model.identifier import KEY_KINDS
from ctscan.personal import identifiers
from ctscan.personal.attribution.evidence import person_of_part
from ctscan.personal.attribution.grouping import group_by_person
from ctscan.personal.categories import CATEGORIES
from ctscan.personal.finding import make_finding
from ctscan.personal.normalise.characters import is_beyond_bound
from ctscan.personal.normalise.name_tokens import MAX_TEXT, NAMES_VERSION
from ctscan.personal.values import Read
from ctscan.personal.view import View
from ctscan.x509.text import salvage_strings

READER_VERSION = 4
"""Version of the certificate reader. Raise it when the reader gives the rules more text, or other text, than before:
ranges that were read earlier then count as read with older rules."""

ATTRIBUTION_VERSION = 3
"""Version of the attribution of findings to people and of their grouping, which all rules share. Raise it when the same
text is attributed differently."""

MAX_SALVAGED = 4 << 20
"""Octets in all unreadable parts of one certificate. Beyond this limit, parts inside larger parts are left out."""

MAX_FINDINGS = 250_000
"""Findings of one certificate, some 150 MiB."""

MAX_ADDRESSES = 250_000
"""@ signs, each the place of an address, that are read in the readable strings of one certificate."""

MAX_ADDRESSES_AGAIN = 10_000
"""@ signs that are read in the strings of a part that a bound left unread: most of it was read before."""

RuleFunction = Callable[[View], Iterable[Finding]]
TextRuleFunction = Callable[[Iterable[str]], Iterable[Finding]]


class Rule(Struct, frozen=True):
    """Rule for one kind of personal data.

    `category` is the main category of its findings; `kinds` are the kinds of look-up key that find them; `cites` names
    the specifications; `covers` lists the types (OIDs) that the rule reads. `only`: the rule finds nothing in
    certificates without these types, and isn't called for them. `of_requests`: its types stand in certificate requests
    only, so it is no part of the rule set that ranges of logs are read with. Exactly one of `find` (for certificates)
    and `find_in` (for readable strings of unreadable parts) is set.
    """

    id: str
    version: int
    category: str
    kinds: tuple[IdentifierKind, ...]
    cites: tuple[str, ...]
    looks_for: str
    covers: tuple[str, ...] = ()
    only: bool = False
    find: RuleFunction | None = None
    find_in: TextRuleFunction | None = None
    of_requests: bool = False


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
) -> Callable[[RuleFunction], RuleFunction]:
    """Register a function from a view to findings. The first line of its docstring is the rule's description.

    Pass `only=True` where the function starts from values of the types in `covers` (`view.of`) and from nothing else:
    it is then not called for certificates without these types, which are most.

    Raises:
        ValueError: at import, so that it can't be missed: the id is taken or an argument is invalid.
    """

    def register(find: RuleFunction) -> RuleFunction:
        _register(Rule(id, version, category, _kinds_of(id, kinds), cites, _first_line(find), covers, only, find=find))
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
    of_requests: bool = False,
) -> None:
    """Register a table: for each type (of an attribute, otherName or extension, wherever it stands) the reader of its
    values.

    Raises:
        ValueError: as for `rule`.
    """

    def find(view: View) -> Iterator[Finding]:
        for oid in view.types_in(rows):
            for place in view.of(oid):
                for value in rows[oid](view, place):
                    yield make_finding(id, view, place, value)

    known = _kinds_of(id, kinds)
    _register(Rule(id, version, category, known, cites, looks_for, tuple(rows), True, find, of_requests=of_requests))


def text_rule(
    *, id: str, version: int, category: str, kinds: tuple[str, ...], cites: tuple[str, ...]
) -> Callable[[TextRuleFunction], TextRuleFunction]:
    """Register a function from the readable strings of unreadable parts to findings; otherwise like `rule`."""

    def register(find_in: TextRuleFunction) -> TextRuleFunction:
        _register(Rule(id, version, category, _kinds_of(id, kinds), cites, _first_line(find_in), find_in=find_in))
        return find_in

    return register


def _kinds_of(id: str, words: tuple[str, ...]) -> tuple[IdentifierKind, ...]:
    """Kinds of look-up key from their words, which is how rules name them."""
    if not KEY_KINDS.issuperset(words):
        raise ValueError(f"rule {id}: expected kinds among {', '.join(sorted(KEY_KINDS))}")
    return tuple(map(IdentifierKind, words))


def all_rules() -> tuple[Rule, ...]:
    """Return every rule of the package, ordered by id."""
    _load()
    return tuple(_registered[id] for id in sorted(_registered))


def rule_versions() -> list[str]:
    """Return the rules and the readers below them for `rule_set`: a line with id, version and kinds for each."""
    rules = [RuleVersion(rule.id, rule.version, rule.kinds) for rule in all_rules() if not rule.of_requests]
    every_kind = tuple(sorted({kind for rule in rules for kind in rule.kinds}))
    rules.append(RuleVersion("reader.certificate", READER_VERSION, every_kind))
    rules.append(RuleVersion("reader.attribution", ATTRIBUTION_VERSION, every_kind))
    rules.append(RuleVersion("reader.identifier", identifiers.READER_VERSION, every_kind))
    rules.append(RuleVersion("reader.name", NAMES_VERSION, (IdentifierKind.NAME,)))
    return [f"{rule.id} {rule.version} {','.join(rule.kinds)}" for rule in rules]


def find_personal_data(
    certificate: Certificate, domains: tuple[str, ...] = ()
) -> tuple[tuple[Finding, ...], tuple[Problem, ...]]:
    """Apply all rules to a certificate.

    Parts that can't be read are searched by their readable strings. Such a finding has the path of the problem, and is
    dropped when a readable part already holds the same value.

    Args:
        certificate: the parsed certificate.
        domains: canonical domains of the scope; names of people are looked for in host names below them.

    Returns:
        The findings, ordered by rule, and the problems of rules: those that failed, and those that left a part unread.
    """
    view = View(certificate, domains)
    findings: dict[tuple[str, ...], Finding] = {}
    problems: list[Problem] = []
    for rule, find in _rules_for(view):
        try:
            for finding in find(view):
                findings.setdefault(_duplicate_key(finding), finding)
                if len(findings) > MAX_FINDINGS:
                    raise _TooManyFindings
        except _TooManyFindings:
            problems.append(_TOO_MANY_FINDINGS)
            break
        except Exception as error:  # other rules go on; only the type is kept, since the message may quote
            problems.append(_failure(rule, error))
    problems += (*dict.fromkeys(view.cuts), *_long_names(findings.values()))
    unread = [problem for problem in certificate.problems if problem.unread]
    salvaged, failures = _salvage(certificate, unread)
    ordered = list(findings.values())
    findings.clear()  # its keys take as much memory as the fields
    if salvaged:
        known = {(finding.category, finding.canonical) for finding in ordered}
        ordered += [finding for finding in salvaged if (finding.category, finding.canonical) not in known]
    ordered.sort(key=lambda finding: finding.rule)
    return group_by_person(view, ordered), (*problems, *failures)


class _TooManyFindings(Exception):
    """End of the search in a certificate with more than MAX_FINDINGS findings."""


_TOO_MANY_FINDINGS = Problem("certificate", f"more than {MAX_FINDINGS} values of personal data", is_cut=True)


def is_rule_failure(problem: Problem) -> bool:
    """Return whether a problem is a rule that failed."""
    return problem.path.startswith("rule ")


def _long_names(findings: Iterable[Finding]) -> Iterator[Problem]:
    """Yield a problem for each name that is longer, as it is or normalised, than its look-up keys reach."""
    for finding in findings:
        is_long = len(finding.value) > MAX_TEXT
        if not is_long and not is_beyond_bound(finding.value):
            continue
        if any(key.kind is IdentifierKind.NAME for key in finding.keys):
            what = f"of more than {MAX_TEXT} characters" if is_long else "that grows beyond its bound when normalised"
            yield Problem(finding.path, f"a name {what}; words after the bound aren't found", is_cut=True)


def _duplicate_key(finding: Finding) -> tuple[str, ...]:
    """Return the key that merges duplicates: the same value in one place, encoded differently or repeated."""
    return finding.rule, finding.path, finding.category, finding.canonical, finding.value


def find_in_text(data: bytes, most: int = MAX_ADDRESSES) -> tuple[tuple[Finding, ...], tuple[Problem, ...]]:
    """Apply all text rules to the readable strings of an unreadable part. Findings have the path "salvaged".

    Args:
        data: the part.
        most: @ signs that are read.

    Returns:
        The findings, and the problems of rules: those that failed, and a part with more addresses than are read.
    """
    findings: dict[Finding, None] = {}
    problems: dict[Problem, None] = {}
    for rule in all_rules():
        if rule.find_in is None:
            continue
        strings = _Strings(data, most)
        try:
            findings.update(dict.fromkeys(rule.find_in(strings)))
        except Exception as error:  # other rules go on, as in find_personal_data
            problems[_failure(rule, error)] = None
        if strings.is_cut:
            problems[_TOO_MANY_ADDRESSES] = None
    return tuple(findings), tuple(problems)


_TOO_MANY_ADDRESSES = Problem("certificate", "too many addresses in unreadable parts; the rest is unread", is_cut=True)


class _Strings:
    """Readable strings of a part, until as many @ signs were read as wanted; `is_cut` then."""

    __slots__ = ("_data", "_most", "is_cut")

    def __init__(self, data: bytes, most: int) -> None:
        self._data = data
        self._most = most
        self.is_cut = False

    def __iter__(self) -> Iterator[str]:
        left = self._most
        for string in salvage_strings(self._data):
            left -= string.count("@")
            if left < 0:
                self.is_cut = True
                return
            yield string


def _salvage(certificate: Certificate, problems: Sequence[Problem]) -> tuple[list[Finding], list[Problem]]:
    """Search the unreadable octets: return each finding once, with the path of the smallest part that holds it."""
    if not problems:
        return [], []
    found: dict[tuple[str, str], Finding] = {}
    failures: dict[Problem, None] = {}
    left = MAX_ADDRESSES
    for problem in _to_salvage(problems):
        findings, failed = find_in_text(problem.unread, min(left, MAX_ADDRESSES_AGAIN) if problem.is_cut else left)
        left -= min(left, problem.unread.count(b"@"))
        person = person_of_part(problem.path.partition(".")[0], certificate)
        for finding in findings:
            found.setdefault((finding.rule, finding.canonical), replace(finding, path=problem.path, person=person))
        failures.update(dict.fromkeys(failed))
    return list(found.values()), list(failures)


def _to_salvage(problems: Iterable[Problem]) -> list[Problem]:
    """Return the unreadable parts to search, smallest first, each once.

    Where nested parts add up to more than MAX_SALVAGED octets, a part that lies inside a larger part is left out.
    """
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


def _rules_for(view: View) -> Sequence[tuple[Rule, RuleFunction]]:
    """Return the rules that may find something in a view, by id: rules for its types, and rules always called."""
    types = frozenset(filter(_index()[2].__contains__, view.types()))
    return _rules_by_types(types, view.certificate.request is not None)


@lru_cache(maxsize=1024)
def _rules_by_types(types: frozenset[str], is_request: bool) -> tuple[tuple[Rule, RuleFunction], ...]:
    """Return the rules for fields of some types that rules read; many certificates have fields of the same types."""
    rules, always, by_type = _index()
    numbers = {*always, *chain.from_iterable(by_type[oid] for oid in types)}
    found = (rules[number] for number in sorted(numbers))
    return tuple(each for each in found if is_request or not each[0].of_requests)


@cache
def _index() -> tuple[list[tuple[Rule, RuleFunction]], list[int], dict[str, list[int]]]:
    """Return the rules for certificates, the positions of the rules to call always, and the positions by type."""
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
        raise ValueError(f"rule {rule.id}: expected a unique id, got the id of another rule")
    if rule.category not in CATEGORIES:
        raise ValueError(f"rule {rule.id}: expected a category of ctscan.personal.categories, got {rule.category!r}")
    if rule.only and not rule.covers:
        raise ValueError(f"rule {rule.id}: expected types in `covers` with only=True, got none")
    if rule.version < 1 or not rule.cites:
        raise ValueError(f"rule {rule.id}: expected version >= 1 and a citation")
    _registered[rule.id] = rule


def _first_line(function: Callable[..., object]) -> str:
    line = (function.__doc__ or "").strip().partition("\n")[0].rstrip(".")
    if not line:
        raise ValueError(f"rule function {function.__name__}: expected a docstring that describes the rule")
    return line


def _failure(rule: Rule, error: Exception) -> Problem:
    what = f"the rule failed ({type(error).__name__}); the other rules were applied"
    return Problem(f"rule {rule.id}", what, is_cut=True)
