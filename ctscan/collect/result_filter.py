"""Filter of the certificates that a repository gives: which to fetch, and which to keep. Pure.

A repository compares in its own way and gives too much: a part of a longer address, a name whose words belong to two
people. Certificates that don't match the question are not kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from ctscan.model import (
    Certificate,
    EntryKind,
    Finding,
    Identifier,
    IdentifierKind,
    Question,
    QuestionKind,
    RepositoryEntry,
    RepositoryHit,
)
from ctscan.personal.analyse import Analysis, DerKind, ResultFilter, analyse
from ctscan.personal.normalise.addresses import canonical_domain, canonical_email, find_emails
from ctscan.personal.normalise.name_tokens import (
    MAX_TOKENS,
    asked_forms,
    fold_text,
    name_score,
    name_tokens,
    share_of_words,
)
from ctscan.x509.precertificate import split_precertificate

_LONG = 1000  # characters of a name that a repository shows; longer names are not compared


class IdentifierFilter(Struct, frozen=True):
    """Filter for certificates that a look-up of the identifier finds; of a name, every word must be there."""

    identifier: Identifier

    @property
    def scope_text(self) -> str:
        return ""

    @property
    def scope_emails(self) -> int:
        return 0

    @property
    def domains(self) -> tuple[str, ...]:
        return (self.identifier.canonical,) if self.identifier.kind == IdentifierKind.DOMAIN else ()

    def keeps(self, findings: Sequence[Finding], certificate: Certificate | None, strings: Iterable[str]) -> bool:
        found = [key for finding in findings for key in finding.keys]
        match self.identifier.kind:
            case IdentifierKind.NAME:
                tokens = frozenset(key.key for key in found if key.kind == IdentifierKind.NAME)
                return share_of_words(asked_forms(self.identifier), tokens) == 1
            case IdentifierKind.DOMAIN:
                below = self.identifier.keys[0].key
                return any(key.kind == IdentifierKind.DOMAIN and key.key.startswith(below) for key in found)
            case _:
                exact = {key for key in self.identifier.keys if key.kind == self.identifier.kind}
                return not exact.isdisjoint(found)

    def is_too_old(self, certificate: Certificate) -> bool:
        return False


def repository_hit(
    entry: RepositoryEntry, result_filter: ResultFilter, kind: DerKind = DerKind.CERTIFICATE
) -> tuple[RepositoryHit | None, Analysis]:
    """Find personal data in a certificate from outside, and make the hit to keep.

    Args:
        entry: the certificate and where it was found
        result_filter: decides whether to keep it
        kind: how to read it; a precertificate is read as the leaf that a log has of it

    Returns:
        The hit, None when nothing is to be kept, and the analysis. An unreadable certificate is a hit when the findings
        in its readable strings pass the filter. Never raises for the content of the entry.
    """
    entry_kind, leaf, submitted = split_precertificate(entry.der)
    if entry_kind is EntryKind.PRECERT:
        found = analyse(leaf, DerKind.TBS, result_filter)
    if entry_kind is EntryKind.X509 or found.unreadable:
        leaf, submitted, found = entry.der, b"", analyse(entry.der, kind, result_filter)
    if not found.is_kept:
        return None, found
    entry_kind = EntryKind.PRECERT if found.is_tbs else EntryKind.X509
    findings = found.findings_in_scope
    return (
        RepositoryHit(
            entry,
            entry_kind,
            leaf,
            found.certificate,
            findings,
            submitted,
            found.unreadable,
            found.partly_read,
            found.unkept_keys,
        ),
        found,
    )


# --- before a certificate is fetched ------------------------------------------------------------------------------


def may_match(question: Question, names: Sequence[str]) -> bool:
    """Return whether the names that a repository shows of a certificate may match the question. True when in doubt: for
    names that are cut, in other letters (they may be decoded wrongly), or of a kind that can't be compared."""
    shown = [name for name in names if name.strip()]
    if not shown or any(len(name) > _LONG or not name.isascii() for name in shown):
        return True
    return _MATCHERS[question.kind](question.value, shown) if question.kind in _MATCHERS else True


def _may_match_email(value: str, names: Sequence[str]) -> bool:
    return _among_addresses(names, lambda address: address == value)


def _may_match_domain(value: str, names: Sequence[str]) -> bool:
    hosts = [canonical_domain(name.strip().removeprefix("*.")) for name in names if "@" not in name]
    if any(host is not None and _is_at_or_below(host, value) for host in hosts):
        return True
    is_all_hosts = all(hosts) and len(hosts) == len(names)
    return not is_all_hosts and _among_addresses(names, lambda a: _is_at_or_below(a.rpartition("@")[2], value))


def _among_addresses(names: Sequence[str], is_wanted: Callable[[str], bool]) -> bool:
    """Return whether an address in the names is wanted, or the names may hold an unrecognised address."""
    found: list[str] = []
    for name in names:
        whole = canonical_email(name)
        found += [whole] if whole else []
        addresses = find_emails(name)
        found += addresses
        if name.count("@") > max(len(addresses), whole is not None) or "%40" in name:
            return True
    return not found or any(map(is_wanted, found))


def _may_match_name(value: str, names: Sequence[str]) -> bool:
    """Return whether every word occurs somewhere; a word inside an address counts. True for names with too many words
    to compare."""
    tokens = [name_tokens(name) for name in names]
    if any(len(found) >= MAX_TOKENS for found in tokens):
        return True
    return name_score(value, frozenset(token for found in tokens for token in found)) == 1


def _may_match_organisation(value: str, names: Sequence[str]) -> bool:
    return any(fold_text(value) in fold_text(name) for name in names)


def _is_at_or_below(host: str, domain: str) -> bool:
    return host == domain or host.endswith("." + domain)


_MATCHERS = {
    QuestionKind.EMAIL: _may_match_email,
    QuestionKind.DOMAIN: _may_match_domain,
    QuestionKind.NAME: _may_match_name,
    QuestionKind.ORGANISATION: _may_match_organisation,
}
