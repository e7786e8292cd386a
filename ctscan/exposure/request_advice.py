"""Advice on a certificate request: how to ask for less, as messages. Pure.

No parameter holds data of a person: advice names fields and counts hosts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from ctscan.model import Finding, Message, Sensitivity, SubjectKind
from ctscan.model.certificate_request import Requested, RequestText, UsesBasis

_PEOPLE: Final = (SubjectKind.PERSON, SubjectKind.UNKNOWN)
_EMAIL: Final = "user.contact.email"
_NAME: Final = "user.name"
_PRIVATE: Final = ("user.government_id", "user.demographic", "user.biometric", "user.content.self_image")
_SECRETS: Final = frozenset(("challengePassword", "challenge", "regToken", "authenticator"))
_OUTER: Final = frozenset(("www", "mail", "smtp", "imap", "autodiscover", "autoconfig"))
"""First labels of hosts that everybody knows; the others show the inside of an organisation."""

_MOST_FIELDS: Final = 8


def advice(requested: Requested, public: Sequence[Finding], staying: Sequence[Finding]) -> Iterator[Message]:
    """Yield advice: data of people first, then hosts, purposes, and attributes that stay with the request.

    The name of the issuer, which a CRMF template may ask for, is the CA's.
    """
    people = [one for one in public if one.subject_kind in _PEOPLE and not one.path.startswith("issuer")]
    yield from _on_numbers(people)
    yield from _on_addresses(requested, people)
    yield from _on_names(requested, people)
    yield from _on_the_rest(people)
    yield from _on_hosts(requested)
    if people and ({"client", "tls"} & set(requested.uses) or not requested.uses):
        yield RequestText.ASK_PRIVATE_CA()
    if people and requested.basis is not UsesBasis.PURPOSES and not requested.form.is_envelope:
        yield RequestText.ASK_ONE_PURPOSE()
    yield from _on_attributes(requested, staying)


def _is_below(finding: Finding, *categories: str) -> bool:
    return any(finding.category == one or finding.category.startswith(f"{one}.") for one in categories)


def _is_private(finding: Finding) -> bool:
    return finding.sensitivity is not Sensitivity.ORDINARY or _is_below(finding, *_PRIVATE)


def _fields(findings: Iterable[Finding]) -> str:
    """Join the fields of findings without their numbers: `subject.emailAddress`."""
    names = (".".join(part for part in finding.path.split(".") if not part.isdigit()) for finding in findings)
    return ", ".join(list(dict.fromkeys(names))[:_MOST_FIELDS])


def _on_numbers(people: Iterable[Finding]) -> Iterator[Message]:
    private = [finding for finding in people if _is_private(finding)]
    if private:
        yield RequestText.ASK_NO_NUMBERS(fields=_fields(private))


def _on_addresses(requested: Requested, people: Iterable[Finding]) -> Iterator[Message]:
    addresses = [finding for finding in people if _is_below(finding, _EMAIL)]
    in_subject = [finding for finding in addresses if finding.path.startswith("subject.")]
    is_mail = "smime" in requested.uses
    if in_subject and is_mail:
        yield RequestText.ASK_ADDRESS_IN_SAN(fields=_fields(in_subject))
    elif in_subject:
        yield RequestText.ASK_EMAIL_OUT(fields=_fields(in_subject))
    if addresses and not is_mail:
        yield RequestText.ASK_ROLE_ADDRESS()


def _on_names(requested: Requested, people: Iterable[Finding]) -> Iterator[Message]:
    named = [finding for finding in people if _is_below(finding, _NAME)]
    uses = set(requested.uses)
    if not named:
        return
    if "tls" in uses:
        yield RequestText.ASK_NO_NAMES(fields=_fields(named))
    if "smime" in uses:
        yield RequestText.ASK_MAILBOX_ONLY(fields=_fields(named))
    if uses & {"document", "qualified"} or not uses & {"tls", "smime"}:
        yield RequestText.ASK_PSEUDONYM(fields=_fields(named))


def _on_the_rest(people: Iterable[Finding]) -> Iterator[Message]:
    rest = [one for one in people if not _is_private(one) and not _is_below(one, _EMAIL, _NAME)]
    if rest:
        yield RequestText.ASK_ONLY_NEEDED(fields=_fields(rest))


def _on_hosts(requested: Requested) -> Iterator[Message]:
    inner = [host for host in requested.hosts if host.count(".") > 1 and host.partition(".")[0] not in _OUTER]
    if inner and "tls" in requested.uses:
        yield RequestText.ASK_WILDCARD(count=len(inner))


def _on_attributes(requested: Requested, staying: Sequence[Finding]) -> Iterator[Message]:
    fields = requested.fields_of_staying
    if not _SECRETS.isdisjoint(fields):
        yield RequestText.ASK_NO_PASSWORD()
    shown = {one.path.split("#")[0].split(".")[-1] for one in staying}
    others = [name for name in fields if name not in _SECRETS and (name in shown or not requested.form.is_envelope)]
    if others:
        yield RequestText.ASK_NO_ATTRIBUTES(fields=", ".join(others[:_MOST_FIELDS]))
