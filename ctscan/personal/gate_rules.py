"""Rules of a gate: the words of `--fail-on`, the findings that fit them, fingerprints, and the ignore list. Pure.

finding ──► does a word fit? ──► in the ignore list? ──► in the baseline? ──► stops
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from ctscan.errors import UsageError
from ctscan.model import Confidence, Finding, IdentifierKind, Qualifier, Sensitivity, SubjectKind
from ctscan.model.certificate_request import STAYING_PARTS
from ctscan.model.exposure import Ignored
from ctscan.model.gate import FindingState, Gate, JudgedFinding, KnownFindings
from ctscan.model.results import LocalCertificate
from ctscan.personal.categories import CATEGORIES
from ctscan.personal.normalise.number_keys import number_key
from ctscan.x509.certificate_use import reversed_host

PERSON = "person"

_SENSITIVITIES = {str(one).replace(" ", "-"): one for one in Sensitivity}
_ABOUT_PEOPLE = frozenset({SubjectKind.PERSON, SubjectKind.ROLE, SubjectKind.UNKNOWN})
"""Kinds of subject whose data a category or a sensitivity fits, as in reports: the mailbox of a function is often that
of one person. The data of an organisation, a host or the CA itself stops no gate."""

_SURE = frozenset({Confidence.CERTAIN, Confidence.LIKELY})
_UNSURE = frozenset({Qualifier.PARTIAL, Qualifier.INVALID})
_VERSION = "ctscan finding 1"
MOST_GIVEN = 100  # characters of a refused word that an error may show on a terminal


def parse_gate(given: Iterable[str]) -> Gate:
    """Parse the values of `--fail-on`, each with words between commas.

    Raises:
        UsageError: a word is neither `person`, nor a category or the beginning of some, nor a sensitivity.
    """
    words = [word.strip().lower() for value in given for word in value.split(",") if word.strip()]
    if not words:
        raise UsageError(f"--fail-on: expected {_expected()}, got none")
    categories = [word for word in words if _is_category(word)]
    degrees = [_SENSITIVITIES[key] for word in words if (key := word.replace(" ", "-")) in _SENSITIVITIES]
    known = {*categories, PERSON, *_SENSITIVITIES}
    for word in words:
        if word.replace(" ", "-") not in known:
            raise UsageError(f"--fail-on: expected {_expected()}, got another word", given=word[:MOST_GIVEN])
    return Gate(PERSON in words, tuple(dict.fromkeys(categories)), tuple(dict.fromkeys(degrees)))


def _expected() -> str:
    return (
        f"person, a category ('ctscan rules' lists them, 'user' is all) or one of {', '.join(_SENSITIVITIES)}, "
        "separated by commas"
    )


def _is_category(word: str) -> bool:
    return any(f"{category}.".startswith(f"{word}.") for category in CATEGORIES)


def fits(gate: Gate, finding: Finding) -> bool:
    """Return whether a word of the gate fits a finding.

    Mailboxes of functions in the issuer's name are the CA's own. In a certificate that names itself as issuer they
    stand in the subject, too.
    """
    is_own = finding.subject_kind is not SubjectKind.PERSON and finding.path.startswith("issuer.")
    if finding.subject_kind not in _ABOUT_PEOPLE or is_own:
        return False
    if gate.persons and finding.subject_kind is SubjectKind.PERSON and finding.confidence in _SURE:
        return True
    if finding.sensitivity in gate.sensitivities:
        return True
    found = (finding.category, *finding.categories)
    return any(f"{category}.".startswith(f"{word}.") for category in found for word in gate.categories)


def judge(found: LocalCertificate, gate: Gate | None, known: KnownFindings) -> tuple[JudgedFinding, ...]:
    """Judge the findings of an input, in their order. Without a gate all of them pass."""
    digest = found.sha256.hex() if found.sha256 else found.source
    seen: Counter[tuple[str, str, str]] = Counter()
    people = _ignored_people(found, known.ignored)
    judged = []
    for finding in found.findings:
        kind = (finding.rule, finding.path, finding.category)
        fingerprint = _fingerprint(digest, *kind, seen[kind])
        seen[kind] += 1
        state, reason = _state(found, finding, fingerprint, gate, known, people)
        judged.append(JudgedFinding(finding, state, fingerprint, reason))
    return tuple(judged)


def _fingerprint(digest: str, rule: str, path: str, category: str, number: int) -> str:
    """Hash the place of a finding. The digest of the certificate takes the place of a key: nobody can try values
    without the certificate, which holds them anyway."""
    parts = json.dumps([_VERSION, digest, rule, path, category, number], ensure_ascii=True)
    return sha256(parts.encode()).hexdigest()


def _state(
    found: LocalCertificate,
    finding: Finding,
    fingerprint: str,
    gate: Gate | None,
    known: KnownFindings,
    people: Mapping[str, Ignored],
) -> tuple[FindingState, str]:
    if gate is None or not fits(gate, finding) or _stays(found, finding):
        return FindingState.PASSES, ""
    entry = _entry_of(known.ignored, finding, _issuer_of(found)) or people.get(finding.person)
    if entry is not None:
        return FindingState.IGNORED, entry.reason
    is_known = known.baseline is not None and fingerprint in known.baseline
    return (FindingState.KNOWN if is_known else FindingState.STOPS), ""


def _stays(found: LocalCertificate, finding: Finding) -> bool:
    """Return whether a finding stands in a part of a request that no CA copies into the certificate."""
    return finding.path.partition(".")[0] in STAYING_PARTS and found.request is not None


def _issuer_of(found: LocalCertificate) -> str:
    return found.certificate.issuer if found.certificate else ""


def _ignored_people(found: LocalCertificate, ignored: Sequence[Ignored]) -> dict[str, Ignored]:
    """Return the people whose addresses and numbers are all ignored by value, with the first entry: as in reports,
    they are out with everything."""
    by_value = [one for one in ignored if one.value]
    entries: dict[str, Ignored] = {}
    held = {""}
    for finding in found.findings if by_value else ():
        if _identifies(finding):
            entry = _entry_of(by_value, finding, _issuer_of(found))
            if entry is None:
                held.add(finding.person)
            else:
                entries.setdefault(finding.person, entry)
    return {label: entry for label, entry in entries.items() if label not in held}


def _identifies(finding: Finding) -> bool:
    """Return whether a finding of a person is an address, or a number that is neither partial nor invalid."""
    if finding.category == "user.contact.email":
        return finding.subject_kind in _ABOUT_PEOPLE
    joins = finding.subject_kind is SubjectKind.PERSON and _UNSURE.isdisjoint(finding.qualifiers)
    return joins and any(key.kind in (IdentifierKind.EMAIL, IdentifierKind.NUMBER) for key in finding.keys)


def _entry_of(ignored: Iterable[Ignored], finding: Finding, issuer: str) -> Ignored | None:
    return next((one for one in ignored if _is_ignored(one, finding, issuer)), None)


def _is_ignored(entry: Ignored, finding: Finding, issuer: str) -> bool:
    """Return whether every given part of an entry fits, as in reports of an index."""
    return (
        (not entry.issuer or entry.issuer.casefold() in issuer.casefold())
        and (not entry.rule or entry.rule == finding.rule)
        and (not entry.value or _has_value(entry.value, finding))
    )


def _has_value(value: str, finding: Finding) -> bool:
    """Return whether a finding has an address, a number, or a domain with everything below it, among its keys."""
    is_domain = "@" not in value and "." in value
    below, number = reversed_host(value) if is_domain else "", number_key(value)
    for key in finding.keys:
        if (key.kind is IdentifierKind.EMAIL and key.key == value) or (
            key.kind is IdentifierKind.NUMBER and key.key == number
        ):
            return True
        if is_domain and key.kind is IdentifierKind.DOMAIN and key.key.startswith(below):
            return True
    return False
