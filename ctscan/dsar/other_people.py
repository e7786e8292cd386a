"""Redaction of other people's data (GDPR article 15(4)): in texts by value, and in answers. Pure.

A value is hidden wherever it stands, not only at the path where it was found: a subject that names another person is
often repeated in an issuer or in a text. A value that the requester has as well stays. A certificate is signed as a
whole, so that its bytes can't be redacted: they are left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ctscan.dsar.matched_people import is_of_others
from ctscan.model import Answer, CertificateSummary, Finding, Match, VerifiedRange
from ctscan.model.picture import PersonCertificate
from ctscan.on_first_use import late_pattern
from ctscan.personal.scope import Scope, scope_from_text
from ctscan.personal.scope_terms import EVERYTHING

HIDDEN = "█████"
"""Mark in place of a value; its length says nothing."""

_SHORTEST_INSIDE = 3  # characters of a value that is looked for inside other text; shorter ones stand alone
_PART = late_pattern(r"((?:^|[,+])(?:[A-Za-z]+|[0-9]+(?:\.[0-9]+)+)=)")
_ESCAPE = late_pattern(r"\\([0-9a-fA-F]{2})|\\(.)", re.DOTALL)
_NAMES = "user.name"
_WORD = late_pattern(r"\w+")
_CUT = "…"  # end of a name that is too long to be shown whole


class Redaction(Struct, frozen=True):
    """Values of other people in one certificate, folded.

    Attributes:
        inside: values to hide wherever they stand, the longest first.
        alone: values to hide where they stand alone: they are too short to look for inside other text.
        own: values of the requester, which stay as they are unless an address or a number of somebody else is inside.
        parts: parts of the certificate that hold values to hide: `subject`, `san`.
    """

    inside: tuple[str, ...] = ()
    alone: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    parts: frozenset[str] = frozenset()

    @property
    def is_empty(self) -> bool:
        """True where nothing has to be hidden."""
        return not (self.inside or self.alone)

    def hides(self, text: str) -> bool:
        """Return whether a text holds a value of other people, and isn't a value of the requester."""
        folded = _folded(text)
        is_own = folded in self.own
        if folded in self.alone:
            return not is_own
        return any(value in folded for value in self.inside if not (is_own and value.isalpha()))

    def masked(self, text: str) -> str:
        """Hide other people's values inside a text of the requester; all of it, where a value can't be cut out."""
        if not self.hides(text):
            return text
        is_own = _folded(text) in self.own
        values = [value for value in self.inside if not (is_own and value.isalpha())]
        shown = text
        for value in values:
            words = r"\s+".join(map(re.escape, value.split()))
            shown = re.sub(words, HIDDEN, shown, flags=re.IGNORECASE)
        folded = _folded(shown)
        return HIDDEN if shown == text or any(value in folded for value in values) else shown


NOTHING_HIDDEN = Redaction()


class OwnValues(Struct, frozen=True):
    """Values of the requester, folded, and the words of the requester's names."""

    forms: frozenset[str]
    words: frozenset[str]


def own_values(findings: Iterable[Finding]) -> OwnValues:
    """Collect the values of the requester from the findings of all certificates. A text about the requester may name
    others, and so may an address: only names give words."""
    found = list(findings)
    names = {form for finding in found if finding.category.startswith(_NAMES) for form in _forms(finding)}
    words = frozenset(word for form in names if "@" not in form for word in _WORD.findall(form))
    return OwnValues(frozenset(form for finding in found for form in _forms(finding)), words)


def redaction(others: Iterable[Finding], own: OwnValues) -> Redaction:
    """Collect the values to hide in a certificate. A value made of words that the requester's values have as well is
    no other person's alone.

    Args:
        others: findings about other people in the certificate.
        own: values of the requester.
    """
    forms: set[str] = set()
    parts: set[str] = set()
    for finding in others:
        found = {form for form in _forms(finding) if form not in own.forms and not _is_own_words(form, own)}
        forms |= found
        parts |= {finding.path.partition(".")[0]} if found else set()
    if not forms:
        return NOTHING_HIDDEN
    inside = sorted((form for form in forms if len(form) >= _SHORTEST_INSIDE), key=lambda form: (-len(form), form))
    return Redaction(tuple(inside), frozenset(forms) - frozenset(inside), own.forms, frozenset(parts))


def _is_own_words(form: str, own: OwnValues) -> bool:
    """Return whether a name is made of the requester's words; numbers and addresses are compared as a whole."""
    words = _WORD.findall(form)
    return bool(words) and "@" not in form and not any(c.isdigit() for c in form) and own.words.issuperset(words)


def _forms(finding: Finding) -> set[str]:
    given = (finding.value, finding.repaired or "", finding.canonical)
    return {folded for text in given if (folded := _folded(text))}


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


# --- texts ----------------------------------------------------------------------------------------------------------


def redacted_name(text: str, hidden: Redaction, part: str) -> str:
    """Hide other people's values in a distinguished name, attribute by attribute.

    Args:
        text: name by RFC 4514.
        hidden: values to hide.
        part: part of the certificate that holds the name: `subject`.

    Returns:
        The name; the mark alone where the name is cut, or where a value of the part isn't found in its text.
    """
    if hidden.is_empty or not text:
        return text
    pieces = _PART.split(text)  # text before the first attribute, then label and value in turn
    labels, values = pieces[1::2], pieces[2::2]
    shown = [HIDDEN if value.startswith("#") or hidden.hides(_unescaped(value)) else value for value in values]
    is_missed = part in hidden.parts and HIDDEN not in shown
    if pieces[0] or text.endswith(_CUT) or is_missed:
        return HIDDEN
    return "".join(label + value for label, value in zip(labels, shown, strict=True))


def _unescaped(value: str) -> str:
    """Undo the escapes of RFC 4514: `\\,` and `\\c3\\a9`."""
    octets = bytearray()
    at = 0
    for escape in _ESCAPE.finditer(value):
        octets += value[at : escape.start()].encode("utf-8", "surrogatepass")
        octets += bytes.fromhex(escape[1]) if escape[1] else escape[2].encode("utf-8", "surrogatepass")
        at = escape.end()
    octets += value[at:].encode("utf-8", "surrogatepass")
    return octets.decode("utf-8", "replace")


def redacted_finding(finding: Finding, hidden: Redaction) -> Finding:
    """Hide other people's values in a finding about the requester: a field may name both. The encoded value is left
    out, for it may hold the whole field."""
    if hidden.is_empty:
        return finding
    repaired = None if finding.repaired is None else hidden.masked(finding.repaired)
    value, canonical = hidden.masked(finding.value), hidden.masked(finding.canonical)
    return replace(finding, value=value, canonical=canonical, repaired=repaired, raw=b"")


def redacted_certificate(certificate: CertificateSummary, hidden: Redaction) -> CertificateSummary:
    """Hide other people's values in the names of a certificate."""
    return replace(
        certificate,
        subject=redacted_name(certificate.subject, hidden, "subject"),
        issuer=redacted_name(certificate.issuer, hidden, "issuer"),
    )


# --- answers --------------------------------------------------------------------------------------------------------


def redacted_answer(answer: Answer, matches: Sequence[Match], own_addresses: Iterable[str]) -> Answer:
    """Make the form of an answer that the requester gets.

    It keeps verdict, coverage and basis. It leaves out certificates that aren't in the picture, mailboxes and similar
    identifiers (they may be other people's), the account that asked, notes of the handler, and other people's addresses
    in scopes.

    Args:
        answer: answer of a look-up.
        matches: its certificates that the requester gets, redacted.
        own_addresses: canonical addresses of the requester.
    """
    addresses = frozenset(own_addresses)
    header = answer.header and replace(answer.header, id="", who="")
    return replace(
        answer,
        header=header,
        identifier=replace(answer.identifier, label=""),
        matches=tuple(matches),
        mailboxes=(),
        offers=(),
        shown=None,
        searches=tuple(replace(search, who="") for search in answer.searches),
        coverage=tuple(
            replace(log, verified=tuple(_without_addresses(one, addresses) for one in log.verified))
            for log in answer.coverage
        ),
        basis=answer.basis and replace(answer.basis, who=""),
        digest="",
    )


def _without_addresses(verified: VerifiedRange, own: frozenset[str]) -> VerifiedRange:
    """Leave other people's addresses out of the scope of a range."""
    if verified.scope == EVERYTHING:
        return verified
    scope = scope_from_text(verified.scope)
    kept = tuple(address for address in scope.emails if address in own)
    if kept == scope.emails:
        return verified
    return replace(verified, scope=Scope(False, scope.domains, kept, scope.organisations).text)


# --- bytes ----------------------------------------------------------------------------------------------------------


def hidden_in(findings: Iterable[Finding], shown: PersonCertificate, own: OwnValues) -> Redaction:
    """Collect other people's values among the findings of a certificate's bytes as they are read today: the findings of
    the index may come from older rules.

    Args:
        findings: findings of the bytes.
        shown: the certificate, with the findings about the requester.
        own: values of the requester.
    """
    known = {(finding.category, finding.canonical) for finding in shown.findings}
    found = (f for f in findings if is_of_others(f) and (f.category, f.canonical) not in known)
    return redaction(found, own)


def with_hidden(shown: PersonCertificate, hidden: Redaction) -> PersonCertificate:
    """Hide values in a certificate of a picture, and leave its bytes out."""
    return replace(
        shown,
        certificate=redacted_certificate(shown.certificate, hidden),
        findings=tuple(redacted_finding(finding, hidden) for finding in shown.findings),
        is_redacted=True,
    )
