"""Terms of watches, and the comparison of certificates with them.

A term is read as elsewhere: of a scope by `scope`, of a person by `identifiers`, so that a watch and a scan, or a watch
and a look-up, mean the same. Thousands of watches are compared at once: every key of a certificate is looked up among
the keys of all watches.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from msgspec import Struct

from ctscan.errors import UsageError
from ctscan.model import Identifier, IdentifierKind, LookupKey, Message
from ctscan.model.watch import Candidates, FoundMatch, Watch, WatchedCertificate, WatchKind, WatchReason
from ctscan.personal.categories import CATEGORIES
from ctscan.personal.identifiers import parse_identifier
from ctscan.personal.normalise.addresses import reversed_labels
from ctscan.personal.normalise.name_tokens import asked_forms, fold_text
from ctscan.personal.scope import Scope, scope_of
from ctscan.personal.scope_terms import ScopeTerm
from ctscan.x509.subject_text import values_in

PERSON_KINDS = frozenset(
    (
        IdentifierKind.EMAIL,
        IdentifierKind.NAME,
        IdentifierKind.NUMBER,
        IdentifierKind.PHONE,
        IdentifierKind.ACCOUNT,
    )
)
"""Kinds of identifier that a watch on a person may name."""

_Name = tuple[tuple[str, ...], ...]


class WatchTerm(Struct, frozen=True):
    """Term of a watch, read: the certificates that it means, each part by itself.

    Attributes:
        scope: of a watch on a scope.
        categories: of a watch on a category: the keys at and below the term.
        words: of a watch on a CA: folded words.
        keys, names: of a watch on a person: look-up keys, and names in their words and forms.
        forms: `(kind, canonical form)` of the identifiers that it names.
    """

    scope: Scope | None = None
    categories: frozenset[str] = frozenset()
    words: str = ""
    keys: tuple[LookupKey, ...] = ()
    names: tuple[_Name, ...] = ()
    forms: tuple[tuple[str, str], ...] = ()


def read_term(kind: WatchKind, term: str) -> WatchTerm:
    """Read the term of a watch.

    Raises:
        UsageError: the term has not the form of its kind. The message quotes no term.
    """
    return _READERS[kind](term.strip())


def _scope_term(term: str) -> WatchTerm:
    scope = scope_of([ScopeTerm(term, "watch")])
    return WatchTerm(scope=scope, forms=tuple((str(IdentifierKind.EMAIL), one) for one in scope.emails))


def _category_term(term: str) -> WatchTerm:
    found = frozenset(one for one in CATEGORIES if one == term or one.startswith(f"{term}."))
    if not found:
        raise UsageError(
            f"watch: expected a category of personal data, such as user.contact.email, got {len(term)} characters that "
            "are none; `ctscan rules` lists them"
        )
    return WatchTerm(categories=found)


def _ca_term(term: str) -> WatchTerm:
    words = fold_text(term)
    if not words:
        raise UsageError(f"watch: expected words in the name of a CA or its owner, got {len(term)} characters")
    return WatchTerm(words=words)


def _person_term(term: str) -> WatchTerm:
    readings = [one for one in parse_identifier(term).readings if one.kind in PERSON_KINDS]
    if not readings:
        raise UsageError(
            f"watch: expected an address, number or name of a person, got {len(term)} characters of another kind; "
            "a domain is a scope: --scope"
        )
    return WatchTerm(
        keys=tuple(dict.fromkeys(key for one in readings for key in _keys_of(one))),
        names=tuple(asked_forms(one) for one in readings if one.kind == IdentifierKind.NAME),
        forms=tuple(dict.fromkeys(form for one in readings for form in _forms_of(one))),
    )


def _keys_of(reading: Identifier) -> Iterator[LookupKey]:
    """Yield the keys by which a look-up finds a reading that is no name; of an address the address alone."""
    if reading.kind == IdentifierKind.EMAIL:
        yield from (key for key in reading.keys if key.kind == IdentifierKind.EMAIL)
    elif reading.kind != IdentifierKind.NAME:
        yield from reading.keys


def _forms_of(reading: Identifier) -> Iterator[tuple[str, str]]:
    yield str(reading.kind), reading.canonical
    yield from ((str(key.kind), key.key) for key in _keys_of(reading))


_READERS: Mapping[WatchKind, Callable[[str], WatchTerm]] = {
    WatchKind.SCOPE: _scope_term,
    WatchKind.CATEGORY: _category_term,
    WatchKind.CA: _ca_term,
    WatchKind.PERSON: _person_term,
}


# --- matching -----------------------------------------------------------------------------------------------------


class _Found(Struct):
    """Parts of a match: its reasons, rules of the findings it is about, and whether it is about all of them."""

    reason: Message | None = None
    is_whole: bool = False
    rules: frozenset[str] = frozenset()

    def add(self, reason: Message, rules: Iterable[str], *, is_whole: bool = False) -> None:
        self.reason = self.reason or reason
        self.rules |= frozenset(rules)
        self.is_whole = self.is_whole or is_whole


class TermMatcher:
    """`WatchMatcher` of the terms of watches, by their rows."""

    def __init__(self, terms: Mapping[int, WatchTerm]) -> None:
        self._terms = dict(terms)
        self._keys: dict[LookupKey, list[tuple[int, Message]]] = defaultdict(list)
        self._domains: dict[str, list[tuple[int, str]]] = defaultdict(list)  # by reversed labels
        self._categories: dict[str, list[int]] = defaultdict(list)
        self._names: dict[str, list[tuple[int, _Name]]] = defaultdict(list)  # by a form of the first word
        self._by_subject: list[int] = []
        self._by_issuer: list[int] = []
        self._everything: list[int] = []
        for watch, term in self._terms.items():
            self._add(watch, term)

    def _add(self, watch: int, term: WatchTerm) -> None:
        if term.scope is not None:
            self._add_scope(watch, term.scope)
        for key in term.keys:
            self._keys[key].append((watch, WatchReason.PERSON()))
        for category in term.categories:
            self._categories[category].append(watch)
        for name in filter(None, term.names):
            for form in dict.fromkeys(name[0]):
                self._names[form].append((watch, name))
        if term.words:
            self._by_issuer.append(watch)

    def _add_scope(self, watch: int, scope: Scope) -> None:
        if scope.everything:
            self._everything.append(watch)
        for email in scope.emails:
            self._keys[LookupKey(IdentifierKind.EMAIL, email)].append((watch, WatchReason.ADDRESS()))
        for domain in scope.domains:
            self._domains[reversed_labels(domain)].append((watch, domain))
        if scope.organisations:
            self._by_subject.append(watch)

    @property
    def watches(self) -> frozenset[int]:
        """Rows of the watches."""
        return frozenset(self._terms)

    def matches(self, certificate: WatchedCertificate) -> dict[int, FoundMatch]:
        """Return the matches of a certificate by the row of the watch."""
        found: dict[int, _Found] = defaultdict(_Found)
        self._match_findings(certificate, found)
        self._match_names(certificate, found)
        self._match_whole(certificate, found)
        every = frozenset(finding.rule for finding in certificate.findings)
        return {
            watch: FoundMatch(one.reason, every if one.is_whole else one.rules)
            for watch, one in found.items()
            if one.reason is not None
        }

    def _match_findings(self, certificate: WatchedCertificate, found: dict[int, _Found]) -> None:
        for finding in certificate.findings:
            rules = (finding.rule,)
            for key in finding.keys:
                for watch, reason in self._keys.get(key, ()):
                    found[watch].add(reason, rules)
                if key.kind == IdentifierKind.DOMAIN and self._domains:
                    for watch, domain in self._at_and_above(key.key):
                        found[watch].add(WatchReason.DOMAIN_ADDRESS(domain=domain), rules)
            for category in finding.categories:
                for watch in self._categories.get(category, ()):
                    found[watch].add(WatchReason.CATEGORY(category=category), rules)

    def _at_and_above(self, reversed_domain: str) -> Iterator[tuple[int, str]]:
        """Yield the watches on a domain (`org.example.www.`) or one above it."""
        end = reversed_domain.find(".") + 1
        while end:
            yield from self._domains.get(reversed_domain[:end], ())
            end = reversed_domain.find(".", end) + 1

    def _match_names(self, certificate: WatchedCertificate, found: dict[int, _Found]) -> None:
        """Match names: every word stands in the certificate, in any order."""
        if not self._names:
            return
        keys = [key.key for one in certificate.findings for key in one.keys if key.kind == IdentifierKind.NAME]
        held = frozenset(keys)
        for form in held & self._names.keys():
            for watch, name in self._names[form]:
                if all(not held.isdisjoint(word) for word in name):
                    asked = frozenset(one for word in name for one in word)
                    found[watch].add(WatchReason.PERSON(), _rules_with(certificate, asked))

    def _match_whole(self, certificate: WatchedCertificate, found: dict[int, _Found]) -> None:
        """Match what a certificate is, whatever its findings are."""
        for watch in self._everything:
            found[watch].add(WatchReason.EVERYTHING(), (), is_whole=True)
        if self._domains:
            for host in certificate.hosts:
                for watch, domain in self._at_and_above(reversed_labels(host)):
                    found[watch].add(WatchReason.HOST(domain=domain), (), is_whole=True)
        for watch in self._by_subject:
            if self.has_subject(watch, certificate.subject):
                found[watch].add(WatchReason.ORGANISATION(), (), is_whole=True)
        for watch in self._by_issuer:
            if self.has_issuer(watch, certificate.issuer):
                found[watch].add(WatchReason.ISSUER(), (), is_whole=True)
            elif any(self.has_issuer(watch, owner) for owner in certificate.owners):
                found[watch].add(WatchReason.OWNER(), (), is_whole=True)

    def candidates(self, watch: int) -> Candidates:
        """Return where the matches of a watch lie."""
        term = self._terms[watch]
        scope = term.scope or Scope()
        return Candidates(
            everything=scope.everything,
            domains=scope.domains,
            emails=scope.emails,
            keys=term.keys,
            names=term.names,
            categories=term.categories,
            tests_subjects=bool(scope.organisations),
            tests_issuers=bool(term.words),
        )

    def has_subject(self, watch: int, subject: str) -> bool:
        """Return whether a subject names an organisation of the watch."""
        scope = self._terms[watch].scope
        return scope is not None and any(one in scope.organisations for one in _organisations(subject))

    def has_issuer(self, watch: int, name: str) -> bool:
        """Return whether the words of the watch stand in the name of an issuer or owner, one behind the other."""
        return _stands_in(self._terms[watch].words, name)

    def names_issuer(self, words: str, issuer: str) -> bool:
        """Return whether the words of an acknowledgement stand in the name of an issuer."""
        return _stands_in(_folded(words), issuer)


def _rules_with(certificate: WatchedCertificate, forms: frozenset[str]) -> Iterator[str]:
    """Yield the rules of the findings with one of these words of a name."""
    for finding in certificate.findings:
        if any(key.kind == IdentifierKind.NAME and key.key in forms for key in finding.keys):
            yield finding.rule


def _stands_in(words: str, text: str) -> bool:
    return bool(words) and f" {words} " in f" {_folded(text)} "


@lru_cache(maxsize=4096)  # of few issuers there are many certificates
def _folded(text: str) -> str:
    return fold_text(text)


def _organisations(subject: str) -> Sequence[str]:
    if "O=" not in subject:
        return ()
    return [fold_text(value) for value in values_in(subject, "O")]


def matcher_of(watches: Iterable[Watch]) -> TermMatcher:
    """Make the matcher of watches, by their rows."""
    return TermMatcher({watch.id: read_term(watch.kind, watch.term) for watch in watches})
