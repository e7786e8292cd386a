"""Terms of a scope as a person gives them: in options, a configuration, or a file with comments and labels. Pure.

    # People whom we answer for         a comment
    example.org                         one term a line
    [HR department]                     a label for the lines below it
    organisation:Example Ltd  # HR 17   a label for this term

An error names the place of a term. The text of the term, which may be somebody's address, and its label go into
`UsageError.given`, for terminals only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import NamedTuple

from ctscan.errors import UsageError
from ctscan.on_first_use import late_pattern
from ctscan.personal.normalise.addresses import canonical_domain, canonical_email
from ctscan.personal.normalise.name_tokens import fold_text
from ctscan.personal.public_suffixes import is_public_suffix

EVERYTHING = "everything"
MAX_TERMS = 10_000
SHORTEST_ORGANISATION = 3
"""Letters and digits of an organisation that is no wide term: shorter names belong to many, and are words in texts."""

_MAX_VALUE = 1000
_PLACES_SHOWN = 10
_LABELLED = late_pattern(r"(.*?\S)\s+#(?:\s(.*))?")
_HEADING = late_pattern(r"\[(.*)\]")


class ScopeKind(StrEnum):
    """Kind of a term."""

    DOMAIN = "domain"
    EMAIL = "email"
    ORGANISATION = "organisation"


_SPELLINGS = {"organization": ScopeKind.ORGANISATION, "org": ScopeKind.ORGANISATION, "e-mail": ScopeKind.EMAIL}


class ScopeTerm(NamedTuple):
    """Term as given. `place` says where: `--scope, term 3`; `label` stands behind it in a scope file, or
    above it as a heading."""

    text: str
    place: str
    label: str = ""

    @property
    def given(self) -> str:
        """Return the text and its label, for a terminal."""
        return f"{self.text.strip()} [{self.label}]" if self.label else self.text.strip()


class WideTerm(NamedTuple):
    """Term that needs consent, since it keeps the certificates of many who have nothing to do with each other; with its
    kind and canonical value."""

    term: ScopeTerm
    kind: str
    value: str

    @property
    def reason(self) -> str:
        """Say why consent is needed: the end of a sentence about the term."""
        if self.kind == ScopeKind.DOMAIN:
            return "a public suffix, below which anybody registers names"
        return f"the name of an organisation with fewer than {SHORTEST_ORGANISATION} letters, which many share"


def numbered(values: Sequence[str], origin: str) -> list[ScopeTerm]:
    """Name the place of each value of an option or key: `--scope, term 3`."""
    return [ScopeTerm(value, f"{origin}, term {number}") for number, value in enumerate(values, 1)]


def read_terms(text: str, origin: str) -> list[ScopeTerm]:
    """Read the lines of a scope file.

    Raises:
        UsageError: there is no term, or more than `MAX_TERMS`.
    """
    terms, heading = [], ""
    for number, line in enumerate(map(str.strip, text.split("\n")), 1):
        labelled = _LABELLED.fullmatch(line)
        content, label = (labelled[1], (labelled[2] or "").strip()) if labelled else (line, "")
        if found := _HEADING.fullmatch(content):
            heading = found[1].strip()
        elif content and not content.startswith("#"):
            terms.append(ScopeTerm(content, f"{origin}, line {number}", label or heading))
    if not 0 < len(terms) <= MAX_TERMS:
        raise UsageError(f"{origin}: expected 1 to {MAX_TERMS:,} terms, one a line, got {len(terms):,}")
    return terms


def parse_terms(terms: Sequence[ScopeTerm]) -> list[tuple[str, str]]:
    """Parse terms into pairs of kind and canonical value; the value of everything is empty.

    Raises:
        UsageError: some have no form of a term. It names the first one, and the places of the others.
    """
    parsed, refused = [], []
    for term in terms:
        try:
            parsed.append(_parse_term(term.text))
        except UsageError as error:
            refused.append((term, str(error)))
    if refused:
        term, problem = refused[0]
        raise UsageError(f"{term.place}: {problem}{_others([term for term, _ in refused[1:]])}", given=term.given)
    return parsed


def wide_terms(terms: Sequence[ScopeTerm]) -> list[WideTerm]:
    """Choose the terms that need consent: public suffixes, and short names of organisations.

    Raises:
        UsageError: a text has no form of a term.
    """
    pairs = zip(terms, parse_terms(terms), strict=True)
    return [WideTerm(term, kind, value) for term, (kind, value) in pairs if _is_wide(kind, value)]


def _is_wide(kind: str, value: str) -> bool:
    if kind == ScopeKind.DOMAIN:
        return is_public_suffix(value)
    return kind == ScopeKind.ORGANISATION and sum(map(str.isalnum, value)) < SHORTEST_ORGANISATION


def _others(terms: Sequence[ScopeTerm]) -> str:
    """Name the places of further terms: `; the same holds for line 4, line 7 and 12 more`."""
    if not terms:
        return ""
    places = ", ".join(term.place.rpartition(", ")[2] for term in terms[:_PLACES_SHOWN])
    more = f" and {len(terms) - _PLACES_SHOWN:,} more" if len(terms) > _PLACES_SHOWN else ""
    return f"; not understood either: {places}{more}"


# --- forms of a term ------------------------------------------------------------------------------------------------


def _parse_term(value: str) -> tuple[str, str]:
    text = value.strip()
    if not text or len(text) > _MAX_VALUE:
        raise UsageError(f"expected a term of 1 to {_MAX_VALUE} characters, got {len(text)}")
    if text.lower() == EVERYTHING:
        return (EVERYTHING, "")
    prefix, colon, rest = text.partition(":")
    kind = _SPELLINGS.get(prefix.strip().lower(), prefix.strip().lower())
    if colon and kind in _TERMS:
        return (kind, _TERMS[kind](rest.strip()))
    if "@" in text and not text.startswith("@"):
        return (ScopeKind.EMAIL, _email_term(text))
    return (ScopeKind.DOMAIN, _domain_term(text))


def _email_term(text: str) -> str:
    canonical = canonical_email(text)
    if canonical is None or "," in canonical:
        raise UsageError(
            f"expected an address such as email:name@example.org, got {len(text)} characters that are none"
        )
    return canonical


def _domain_term(text: str) -> str:
    canonical = canonical_domain(text.removeprefix("@").removeprefix("*."))
    if canonical is None:
        raise UsageError(
            f"expected domain:example.org, organisation:Name, email:name@example.org or everything, "
            f"got a term of {len(text)} characters that is none of them"
        )
    return canonical


def _organisation_term(text: str) -> str:
    folded = fold_text(text)
    if not folded:
        raise UsageError(f"expected the name of an organisation, got {len(text)} characters without a letter")
    return folded


_TERMS: dict[str, Callable[[str], str]] = {
    ScopeKind.DOMAIN: _domain_term,
    ScopeKind.EMAIL: _email_term,
    ScopeKind.ORGANISATION: _organisation_term,
}
