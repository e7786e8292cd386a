"""Scope: the limit of what may be indexed, and the comparison of scopes of verified ranges.

A scope is a set of terms, or everything. Its text is canonical (sorted, without terms that a wider term implies), so
equal scopes have equal text; each verified range stores that text. Terms decide for a whole certificate: a certificate
in scope is kept with all of its findings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ctscan.errors import UsageError
from ctscan.model import IdentifierKind
from ctscan.on_first_use import late_pattern
from ctscan.personal.normalise.addresses import canonical_domain, find_emails, reversed_labels
from ctscan.personal.normalise.name_tokens import fold_text
from ctscan.personal.scope_terms import EVERYTHING, ScopeKind, numbered, parse_terms

if TYPE_CHECKING:
    from ctscan.model import Certificate, DecodedString, Finding, Identifier, Name
    from ctscan.personal.scope_terms import ScopeTerm

_COMMON_NAME = "2.5.4.3"
_ORGANISATION = "2.5.4.10"
_DNS_NAME = 2
_HOST = late_pattern(r"[^\s@,;:/<>()\"'=]{1,253}")
_SEPARATOR = late_pattern(r", (?=(?:domain|email|organisation):)")


@dataclass(frozen=True, slots=True)
class Scope:
    """Terms of a scope: canonical domains, canonical addresses, and folded names of organisations."""

    everything: bool = False
    domains: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    _values: frozenset[str] = field(init=False, repr=False, compare=False)
    """Domains and addresses, which no value can be both: a scope of thousands is asked for every host."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_values", frozenset((*self.domains, *self.emails)))

    @property
    def text(self) -> str:
        """Return `everything`, or the terms sorted and joined by `, `. Addresses among the terms are personal data."""
        if self.everything:
            return EVERYTHING
        terms = [f"domain:{d}" for d in self.domains]
        terms += [f"email:{e}" for e in self.emails]
        terms += [f"organisation:{o}" for o in self.organisations]
        return ", ".join(sorted(terms))

    @property
    def scope_text(self) -> str:
        """Return the text without the addresses, safe to record."""
        return EVERYTHING if self.everything else Scope(domains=self.domains, organisations=self.organisations).text

    @property
    def scope_emails(self) -> int:
        """Return the number of addresses."""
        return len(self.emails)

    def keeps(self, findings: Iterable[Finding], certificate: Certificate | None, strings: Iterable[str] = ()) -> bool:
        """Return whether a certificate with these findings may be indexed.

        Args:
            findings: findings in the certificate.
            certificate: None when it is unreadable; then an address, a host or the name of an organisation in its
                readable strings decides.
            strings: readable strings of an unreadable certificate.
        """
        if self.everything:
            return True
        if certificate is None:
            return any(self._keeps_string(string) for string in strings)
        if any(self._keeps_finding(finding) for finding in findings):
            return True
        if self.domains and any(self._has_domain(host) for host in _hosts(certificate)):
            return True
        return bool(self.organisations) and any(name in self.organisations for name in _organisations(certificate))

    def is_too_old(self, certificate: Certificate) -> bool:
        """Return False: a scope has no limit of age."""
        return False

    def _keeps_finding(self, finding: Finding) -> bool:
        return any(
            (key.kind == IdentifierKind.EMAIL and key.key in self._values)
            or (key.kind == IdentifierKind.DOMAIN and self._has_domain(reversed_labels(key.key.rstrip("."))[:-1]))
            for key in finding.keys
        )

    def _keeps_string(self, string: str) -> bool:
        for address in find_emails(string):
            if address in self._values or self._has_domain(address.rpartition("@")[2]):
                return True
        if self.domains and any(self._has_host(match.group()) for match in _HOST.finditer(string)):
            return True
        folded = f" {fold_text(string)} "
        return any(f" {organisation} " in folded for organisation in self.organisations)

    def _has_host(self, text: str) -> bool:
        host = _canonical_host(text)
        return host is not None and self._has_domain(host)

    def _has_domain(self, canonical: str) -> bool:
        return any(domain in self._values for domain in _at_and_above(canonical))

    def _includes_term(self, kind: str, value: str) -> bool:
        if self.everything:
            return True
        if kind == ScopeKind.DOMAIN:
            return self._has_domain(value)
        if kind == ScopeKind.EMAIL:
            return value in self._values or self._has_domain(value.rpartition("@")[2])
        return kind == ScopeKind.ORGANISATION and value in self.organisations


def parse_scope(values: Sequence[str], everything: bool = False) -> Scope:
    """Parse the values of `--scope`; see `scope_of`. A place in an error is the number of a value."""
    return scope_of(numbered(values, "scope"), everything)


def scope_of(terms: Sequence[ScopeTerm], everything: bool = False) -> Scope:
    """Make the scope of terms.

    Args:
        terms: `domain:example.org`, `organisation:Example Ltd`, `email:jane@example.org` or `everything`; a text
            without a kind is a domain or an address.
        everything: take the scope of everything.

    Raises:
        UsageError: there is no term, a text has none of these forms, or there are terms beside everything.
    """
    pairs = parse_terms(terms)
    if everything or any(kind == EVERYTHING for kind, _ in pairs):
        if any(kind != EVERYTHING for kind, _ in pairs):
            raise UsageError("scope: expected everything or terms, got both; leave one of the two out")
        return Scope(everything=True)
    if not pairs:
        raise UsageError(
            "scope: expected at least one of domain:…, organisation:…, email:…, or everything, got none; "
            "give --scope example.org, --scope-file FILE, or --everything"
        )
    return _scope_of_pairs(pairs)


def scope_from_text(text: str) -> Scope:
    """Parse `Scope.text`; raises UsageError for another text."""
    return parse_scope(_SEPARATOR.split(text))


def scope_covers(text: str, identifier: Identifier) -> bool:
    """Return whether a range read with this scope has kept every certificate that a look-up of the identifier finds."""
    scope = scope_from_text(text)
    if scope.everything:
        return True
    return identifier.kind in (IdentifierKind.EMAIL, IdentifierKind.DOMAIN) and scope._includes_term(
        identifier.kind, identifier.canonical
    )


def scope_includes(wider_text: str, narrower_text: str) -> bool:
    """Return whether the wider scope keeps every certificate that the narrower scope keeps."""
    wider, narrower = scope_from_text(wider_text), scope_from_text(narrower_text)
    if wider.everything or narrower.everything:
        return wider.everything
    return all(wider._includes_term(kind, value) for kind, value in _terms(narrower))


def scope_within(text: str, limit: Scope) -> str:
    """Return the text of the scope that keeps just what a scope text and a limit both keep; of scopes that have nothing
    in common, one that keeps nothing."""
    scope = scope_from_text(text)
    if limit.everything or scope.everything:
        return scope.text if limit.everything else limit.text
    shared = [(kind, value) for kind, value in _terms(scope) if limit._includes_term(kind, value)]
    shared += [(kind, value) for kind, value in _terms(limit) if scope._includes_term(kind, value)]
    return (_scope_of_pairs(shared) if shared else _NOTHING).text


_NOTHING = Scope(domains=("nothing.invalid",))
"""Scope of a domain that nobody has (RFC 2606)."""


def count_missing(text: str, scope: Scope) -> int:
    """Count the terms of a scope that a scope text doesn't include; everything counts as one term."""
    known = scope_from_text(text)
    if known.everything:
        return 0
    return 1 if scope.everything else sum(not known._includes_term(kind, value) for kind, value in _terms(scope))


def _terms(scope: Scope) -> Iterator[tuple[str, str]]:
    yield from ((ScopeKind.DOMAIN, value) for value in scope.domains)
    yield from ((ScopeKind.EMAIL, value) for value in scope.emails)
    yield from ((ScopeKind.ORGANISATION, value) for value in scope.organisations)


def _scope_of_pairs(pairs: Iterable[tuple[str, str]]) -> Scope:
    by_kind: dict[str, set[str]] = {kind: set() for kind in ScopeKind}
    for kind, value in pairs:
        by_kind[kind].add(value)
    named = by_kind[ScopeKind.DOMAIN]
    domains = {domain for domain in named if named.isdisjoint(_above(domain))}
    emails = {e for e in by_kind[ScopeKind.EMAIL] if domains.isdisjoint(_at_and_above(e.rpartition("@")[2]))}
    return Scope(False, tuple(sorted(domains)), tuple(sorted(emails)), tuple(sorted(by_kind[ScopeKind.ORGANISATION])))


def _above(domain: str) -> Iterator[str]:
    """Yield the domains above a canonical domain, the nearest first."""
    while domain := domain.partition(".")[2]:
        yield domain


def _at_and_above(domain: str) -> Iterator[str]:
    yield domain
    yield from _above(domain)


def _hosts(certificate: Certificate) -> Iterator[str]:
    """Yield the canonical DNS names of the SAN and the hosts among common names of the subject, without wildcards."""
    texts = [general.text for general in certificate.san if general.kind == _DNS_NAME]
    subject = certificate.subject
    texts += [a.text for window in subject.windows for a in window.attributes if a.oid == _COMMON_NAME]
    for spelling in _spellings(texts):
        host = _canonical_host(spelling)
        if host is not None:
            yield host


def _canonical_host(text: str) -> str | None:
    host = canonical_domain(text.strip().removeprefix("*.").lstrip("."))
    return host if host and "." in host else None


def _organisations(certificate: Certificate) -> Iterator[str]:
    names: list[Name] = [*certificate.subject.windows]
    names += [window for general in certificate.san if general.name is not None for window in general.name.windows]
    texts = [a.text for name in names for a in name.attributes if a.oid == _ORGANISATION]
    return (fold_text(spelling) for spelling in _spellings(texts))


def _spellings(texts: Iterable[DecodedString | None]) -> Iterator[str]:
    from ctscan.personal.view import before_nul  # not at the top: a look-up reads no certificate

    for text in texts:
        if text is not None:
            yield text.value
            if text.repaired is not None:
                yield text.repaired
            if (ended := before_nul(text)) is not None:
                yield ended.value
