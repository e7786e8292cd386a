"""E-mail addresses: where they are declared, and where they stand in other text of a name.

Not here: the rest of the places (userPrincipalName, issuer alternative name, name constraints, free-text extensions).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ctscan.model import Certificate, Confidence, Finding, SubjectKind, Text
from ctscan.personal import mailbox
from ctscan.personal.evidence import Verdict, about_mailbox
from ctscan.personal.identifiers import canonical_email, email_keys, find_emails
from ctscan.personal.places import EMAIL_ADDRESS, SUBJECT_ALT_NAME, name_places, nested_places, spellings
from ctscan.personal.rules import rule, text_rule
from ctscan.x509.general_names import OTHER_NAME, RFC822_NAME, SMTP_UTF8_MAILBOX

_CATEGORY = "user.contact.email"


@rule(
    id="email.emailAddress",
    version=1,
    category=_CATEGORY,
    kinds=("email", "domain"),
    cites=("RFC 5280 section 4.1.2.6", "RFC 2985 section 5.2.1"),
)
def email_address_attribute(certificate: Certificate) -> Iterator[Finding]:
    """E-mail addresses in the emailAddress attribute of the subject or the issuer."""
    for place in name_places(certificate, EMAIL_ADDRESS):
        for addresses in _declared(place.text):
            verdict = about_mailbox(certificate, addresses[0], issuer=place.side == "issuer")
            yield _finding("email.emailAddress", place.text.value, addresses, place.where, EMAIL_ADDRESS, verdict)


@rule(
    id="email.rfc822Name",
    version=1,
    category=_CATEGORY,
    kinds=("email", "domain"),
    cites=("RFC 5280 section 4.2.1.6",),
)
def rfc822_name(certificate: Certificate) -> Iterator[Finding]:
    """E-mail addresses among the subject alternative names (rfc822Name)."""
    for position, general in enumerate(certificate.san):
        if general.kind == RFC822_NAME and general.text is not None:
            where = f"san.{position}.rfc822Name"
            yield from _in_san(certificate, "email.rfc822Name", general.text, where, SUBJECT_ALT_NAME)


@rule(
    id="email.SmtpUTF8Mailbox",
    version=1,
    category=_CATEGORY,
    kinds=("email", "domain"),
    cites=("RFC 9598 section 3",),
)
def smtp_utf8_mailbox(certificate: Certificate) -> Iterator[Finding]:
    """E-mail addresses beyond ASCII among the subject alternative names (otherName SmtpUTF8Mailbox)."""
    for position, general in enumerate(certificate.san):
        if general.kind == OTHER_NAME and general.oid == SMTP_UTF8_MAILBOX and general.text is not None:
            where = f"san.{position}.SmtpUTF8Mailbox"
            yield from _in_san(certificate, "email.SmtpUTF8Mailbox", general.text, where, SMTP_UTF8_MAILBOX)


@rule(
    id="email.text",
    version=2,
    category=_CATEGORY,
    kinds=("email", "domain"),
    cites=("RFC 5280 section 4.1.2.6",),
)
def email_in_text(certificate: Certificate) -> Iterator[Finding]:
    """E-mail addresses inside the text of any other attribute of the subject or the issuer, such as the common name."""
    others = (place for place in name_places(certificate) if place.attribute.oid != EMAIL_ADDRESS)
    for place in (*others, *nested_places(certificate)):
        for addresses in _inside(place.text):
            verdict = about_mailbox(certificate, addresses[0], issuer=place.side == "issuer")
            yield _finding("email.text", place.text.value, addresses, place.where, place.attribute.oid, verdict)


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
            yield _finding("email.salvaged", string, (address,), "salvaged", "", _about_salvaged(address))


def _in_san(certificate: Certificate, rule_id: str, text: Text, where: str, oid: str) -> Iterator[Finding]:
    for addresses in _declared(text):
        yield _finding(rule_id, text.value, addresses, where, oid, about_mailbox(certificate, addresses[0]))


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


def _finding(rule_id: str, value: str, addresses: tuple[str, ...], where: str, oid: str, verdict: Verdict) -> Finding:
    return Finding(
        rule=rule_id,
        category=_CATEGORY,
        categories=(_CATEGORY,),
        value=value,
        canonical=addresses[0],
        where=where,
        oid=oid,
        subject_kind=verdict.kind,
        confidence=verdict.confidence,
        why=verdict.why,
        keys=tuple(dict.fromkeys(key for address in addresses for key in email_keys(address))),
    )


def _about_salvaged(address: str) -> Verdict:
    if mailbox.is_role(address.rpartition("@")[0]):
        return Verdict(SubjectKind.ROLE, Confidence.LIKELY, "the mailbox name is that of a function, not of a person")
    why = "read from something that can't be parsed; nothing says whose mailbox it is"
    return Verdict(SubjectKind.UNKNOWN, Confidence.POSSIBLE, why)
