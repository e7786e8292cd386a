"""E-mail addresses: where they are declared, and where they stand in other text of a certificate."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from ctscan.model import Confidence, Finding, Place, SubjectKind, Text
from ctscan.personal import mailbox
from ctscan.personal.evidence import about_mailbox
from ctscan.personal.finding import make_finding
from ctscan.personal.identifiers import canonical_email, email_keys, find_emails
from ctscan.personal.rules import rule, text_rule
from ctscan.personal.values import Value, Verdict
from ctscan.personal.view import View, spellings
from ctscan.x509.general_names import RFC822_NAME, SMTP_UTF8_MAILBOX

_EMAIL_ADDRESS = "1.2.840.113549.1.9.1"
_CATEGORY = "user.contact.email"


@rule(
    id="email.emailAddress",
    version=2,
    category=_CATEGORY,
    kinds=("email", "domain"),
    cites=("RFC 5280 section 4.1.2.6", "RFC 2985 section 5.2.1"),
    covers=(_EMAIL_ADDRESS,),
)
def email_address_attribute(view: View) -> Iterator[Finding]:
    """E-mail addresses in the emailAddress attribute of any name."""
    for place in view.of(_EMAIL_ADDRESS):
        yield from _findings("email.emailAddress", view, place, _declared)


@rule(
    id="email.rfc822Name",
    version=2,
    category=_CATEGORY,
    kinds=("email", "domain"),
    cites=("RFC 5280 section 4.2.1.6",),
)
def rfc822_name(view: View) -> Iterator[Finding]:
    """E-mail addresses among the general names of kind rfc822Name: alternative names, constraints, access locations."""
    for place in view.places:
        if place.kind == RFC822_NAME:
            yield from _findings("email.rfc822Name", view, place, _declared)


@rule(
    id="email.SmtpUTF8Mailbox",
    version=2,
    category=_CATEGORY,
    kinds=("email", "domain"),
    cites=("RFC 9598 section 3",),
    covers=(SMTP_UTF8_MAILBOX,),
)
def smtp_utf8_mailbox(view: View) -> Iterator[Finding]:
    """E-mail addresses beyond ASCII among the general names (otherName SmtpUTF8Mailbox)."""
    for place in view.of(SMTP_UTF8_MAILBOX):
        yield from _findings("email.SmtpUTF8Mailbox", view, place, _declared)


@rule(
    id="email.text",
    version=3,
    category=_CATEGORY,
    kinds=("email", "domain"),
    cites=("RFC 5280 section 4.1.2.6",),
)
def email_in_text(view: View) -> Iterator[Finding]:
    """E-mail addresses inside any other text: attributes such as the common name, notices, comments, extensions."""
    for place, _ in view.texts():
        if place.oid not in (_EMAIL_ADDRESS, SMTP_UTF8_MAILBOX) and place.kind != RFC822_NAME:
            yield from _findings("email.text", view, place, _inside)


@text_rule(
    id="email.salvaged",
    version=2,
    category=_CATEGORY,
    kinds=("email", "domain"),
    cites=("RFC 5280 section 4.1.2.6", "RFC 5280 section 4.2.1.6"),
)
def email_in_salvaged_text(strings: Sequence[str]) -> Iterator[Finding]:
    """E-mail addresses in the readable strings of a certificate that can't be parsed, or of a part of one."""
    for string in strings:
        for address in find_emails(string):
            verdict = _about_salvaged(address)
            yield Finding(
                rule="email.salvaged",
                category=_CATEGORY,
                categories=(_CATEGORY,),
                value=string,
                canonical=address,
                where="salvaged",
                oid="",
                subject_kind=verdict.kind,
                confidence=verdict.confidence,
                why=verdict.why,
                keys=email_keys(address),
            )


def _findings(
    rule_id: str, view: View, place: Place, read: Callable[[Text], Iterable[tuple[str, ...]]]
) -> Iterator[Finding]:
    if place.text is None:
        return
    for addresses in read(place.text):
        keys = tuple(dict.fromkeys(key for address in addresses for key in email_keys(address)))
        verdict = about_mailbox(view, place, addresses[0])
        value = Value(_CATEGORY, place.text.value, addresses[0], keys, verdict=verdict, repaired=place.text.repaired)
        yield make_finding(rule_id, view, place, value)


def _declared(text: Text) -> Iterable[tuple[str, ...]]:
    """The addresses of a place that is for addresses, each with all its canonical spellings, the best one first: the
    whole text when it is one address, else those found inside."""
    whole = tuple(dict.fromkeys(filter(None, map(canonical_email, spellings(text)))))
    return [whole] if whole else _inside(text)


def _inside(text: Text) -> Iterable[tuple[str, ...]]:
    """The addresses found in running text; the n-th of the repaired text is the n-th of the decoded one."""
    if "@" not in text.value and "\uff20" not in text.value and "@" not in (text.repaired or ""):
        return []
    best, *rest = (find_emails(spelling) for spelling in spellings(text))
    if rest and len(rest[0]) == len(best):
        return [tuple(dict.fromkeys(pair)) for pair in zip(best, rest[0], strict=True)]
    return [(address,) for address in dict.fromkeys([*best, *(a for found in rest for a in found)])]


def _about_salvaged(address: str) -> Verdict:
    if mailbox.is_role(address.rpartition("@")[0]):
        return Verdict(SubjectKind.ROLE, Confidence.LIKELY, "the mailbox name is that of a function, not of a person")
    why = "read from something that can't be parsed; nothing says whose mailbox it is"
    return Verdict(SubjectKind.UNKNOWN, Confidence.POSSIBLE, why)
