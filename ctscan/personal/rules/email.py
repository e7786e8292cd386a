"""E-mail addresses: in fields made for them, and inside any other text of a certificate."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from urllib.parse import unquote

from msgspec.structs import replace

from ctscan.model import AttributionReason, Confidence, DecodedString, Field, Finding, SubjectKind
from ctscan.on_first_use import late_pattern
from ctscan.personal.attribution import mailbox
from ctscan.personal.attribution.mailbox_owner import attribute_mailbox
from ctscan.personal.finding import make_finding
from ctscan.personal.normalise.addresses import canonical_email, email_keys, find_emails, has_at
from ctscan.personal.rules import rule, text_rule
from ctscan.personal.values import Attribution, Value
from ctscan.personal.view import View, spellings
from ctscan.x509.general_names import IP_ADDRESS, REGISTERED_ID, RFC822_NAME, SMTP_UTF8_MAILBOX, URI
from ctscan.x509.text import OCTET_STRING, decode_text

_EMAIL_ADDRESS = "1.2.840.113549.1.9.1"
_MAILBOXES = {
    "0.9.2342.19200300.100.1.3": "rfc822Mailbox",
    "2.5.4.104": "intEmail",
    "1.3.6.1.4.1.42.2.11.2.1": "e-mail address of certificates made with Sun software",
    "1.3.6.1.4.1.18332.29.5": "e-mail address of certificates of ANF Autoridad de Certificación",
}
_ACCOUNTS = (
    "1.3.6.1.4.1.311.20.2.3",  # userPrincipalName
    "1.2.840.113556.1.4.656",  # the same as an attribute
    "1.3.6.1.5.2.2",  # KRB5PrincipalName
    "1.3.6.1.5.5.7.8.5",  # id-on-xmppAddr
    "2.5.4.105",  # jid
)
_READ_ELSEWHERE = frozenset((_EMAIL_ADDRESS, SMTP_UTF8_MAILBOX, *_MAILBOXES, *_ACCOUNTS))
_CATEGORY = "user.contact.email"
_MAX_VALUE = 1000
_CONTEXT = 200  # characters kept on each side of an address in a longer text


@rule(
    id="email.emailAddress",
    version=4,
    category=_CATEGORY,
    kinds=("email", "domain"),
    cites=("RFC 5280 section 4.1.2.6", "RFC 2985 section 5.2.1"),
    covers=(_EMAIL_ADDRESS,),
    only=True,
)
def email_address_attribute(view: View) -> Iterator[Finding]:
    """E-mail addresses in the emailAddress attribute of any name."""
    for place in view.of(_EMAIL_ADDRESS):
        yield from _findings("email.emailAddress", view, place, _declared)


@rule(
    id="email.mailbox",
    version=2,
    category=_CATEGORY,
    kinds=("email", "domain"),
    cites=("RFC 4524 section 2.16", "ITU-T X.520", "ANF AC certificate profiles"),
    covers=tuple(_MAILBOXES),
    only=True,
)
def mailbox_attributes(view: View) -> Iterator[Finding]:
    """E-mail addresses in further attributes: rfc822Mailbox, intEmail, and the private attributes of Sun and ANF."""
    for place in view.of(*_MAILBOXES):
        yield from _findings("email.mailbox", view, place, _declared)


@rule(
    id="email.rfc822Name",
    version=4,
    category=_CATEGORY,
    kinds=("email", "domain"),
    cites=("RFC 5280 section 4.2.1.6",),
)
def rfc822_name(view: View) -> Iterator[Finding]:
    """E-mail addresses among the general names of kind rfc822Name: alternative names, constraints, access locations."""
    for place in view.of_kind(RFC822_NAME):
        yield from _findings("email.rfc822Name", view, place, _declared)


@rule(
    id="email.SmtpUTF8Mailbox",
    version=4,
    category=_CATEGORY,
    kinds=("email", "domain"),
    cites=("RFC 9598 section 3",),
    covers=(SMTP_UTF8_MAILBOX,),
    only=True,
)
def smtp_utf8_mailbox(view: View) -> Iterator[Finding]:
    """E-mail addresses beyond ASCII among the general names (otherName SmtpUTF8Mailbox)."""
    for place in view.of(SMTP_UTF8_MAILBOX):
        yield from _findings("email.SmtpUTF8Mailbox", view, place, _declared)


@rule(
    id="email.text",
    version=4,
    category=_CATEGORY,
    kinds=("email", "domain"),
    cites=("RFC 5280 section 4.1.2.6", "RFC 6068 section 2"),
)
def email_in_text(view: View) -> Iterator[Finding]:
    """E-mail addresses inside any other text: attributes such as the common name, notices, URIs, extensions."""
    for place in view.fields:
        if place.oid in _READ_ELSEWHERE or place.kind == RFC822_NAME or _has_no_at(place):
            continue
        is_uri = place.kind == URI or (place.text is not None and _URI.match(place.text.value) is not None)
        yield from _findings("email.text", view, place, _in_uri if is_uri else _in_text)


@text_rule(
    id="email.salvaged",
    version=3,
    category=_CATEGORY,
    kinds=("email", "domain"),
    cites=("RFC 5280 section 4.1.2.6", "RFC 5280 section 4.2.1.6"),
)
def email_in_salvaged_text(strings: Iterable[str]) -> Iterator[Finding]:
    """E-mail addresses in the readable strings of certificates, or of parts, that can't be parsed."""
    for string in strings:
        for address in find_emails(string):
            attribution = _attribute_salvaged(address)
            yield Finding(
                rule="email.salvaged",
                category=_CATEGORY,
                categories=(_CATEGORY,),
                value=string,
                canonical=address,
                path="salvaged",
                oid="",
                subject_kind=attribution.kind,
                confidence=attribution.confidence,
                why=attribution.why,
                keys=email_keys(address),
            )


def _findings(
    rule_id: str, view: View, place: Field, read: Callable[[DecodedString], Iterable[tuple[str, ...]]]
) -> Iterator[Finding]:
    text = _text_of(place)
    if text is None:
        return
    if read is _declared:
        text = _percent_decoded(text)
    for addresses in read(text):
        keys = tuple(dict.fromkeys(chain.from_iterable(map(email_keys, addresses))))
        attribution = attribute_mailbox(view, place, addresses[0])
        written = _excerpt(text.value, addresses)
        repaired = text.repaired if text.repaired is None else _excerpt(text.repaired, addresses)
        value = Value(_CATEGORY, written, addresses[0], keys, attribution=attribution, repaired=repaired)
        yield make_finding(rule_id, view, place, value)


def _has_no_at(place: Field) -> bool:
    """Return whether a text holds neither @ nor anything that may become @ (percent-encoded, of another script).

    The check is cheap and rules out most texts at once.
    """
    text = place.text
    if text is None or text.repaired is not None:
        return False
    return "@" not in text.value and "%" not in text.value and text.value.isascii()


def _text_of(place: Field) -> DecodedString | None:
    """Return the text of a field; also of an iPAddress or a registeredID whose octets are text with an @."""
    if place.text is None and place.kind in (IP_ADDRESS, REGISTERED_ID) and not place.nested:
        return decode_text(OCTET_STRING, place.raw) if b"@" in place.raw and place.raw.isascii() else None
    return place.text


def _excerpt(text: str, addresses: tuple[str, ...]) -> str:
    """Return the whole text, or of a long text the surroundings of the address, else its beginning."""
    if len(text) <= _MAX_VALUE:
        return text
    folded = text.lower()  # a few letters change their length, which shifts the excerpt a little
    at = max(0, *(folded.find(address) for address in addresses))
    return text[max(0, at - _CONTEXT) : at + len(addresses[0]) + _CONTEXT]


def _percent_decoded(text: DecodedString) -> DecodedString:
    """Repair an address whose @ was percent-encoded: `jane%40example.org`."""
    if "@" in text.value or "%40" not in text.value[:_MAX_VALUE]:
        return text
    return replace(text, repaired=unquote(text.value, errors="replace"))


def _declared(text: DecodedString) -> Iterable[tuple[str, ...]]:
    """Return the addresses of a field made for addresses, each with its canonical spellings, the best first.

    The whole text counts when it is a single address, then addresses inside it, then a text that only has the shape of
    an address and can't be normalised.
    """
    whole = tuple(dict.fromkeys(filter(None, map(canonical_email, spellings(text)))))
    return [whole] if whole else _in_text(text) or _address_shaped(spellings(text)[0])


def _address_shaped(text: str) -> Iterable[tuple[str, ...]]:
    """Return a text with both sides of an address whose domain can't be normalised (300 characters, say)."""
    local, at, host = text.strip().rpartition("@")
    has_sides = at and all(any(map(str.isalnum, side)) for side in (local, host))
    return [(text.strip().casefold()[:_MAX_VALUE],)] if has_sides and "." in host else []


def _in_text(text: DecodedString) -> Iterable[tuple[str, ...]]:
    """Return the addresses in running text, paired: the n-th of the repaired text is the n-th of the decoded text."""
    if not has_at(text.value) and "@" not in (text.repaired or ""):
        return []
    best, *rest = map(find_emails, spellings(text))
    if rest and len(rest[0]) == len(best):
        return [tuple(dict.fromkeys(pair)) for pair in zip(best, rest[0], strict=True)]
    return [(address,) for address in dict.fromkeys([*best, *(a for found in rest for a in found)])]


# --- URIs ----------------------------------------------------------------------------------------------------------

_URI = late_pattern(r"\s{0,20}(?:mailto|sips?|xmpp|im|pres):", re.IGNORECASE)
_RECIPIENTS = frozenset(("to", "cc", "bcc"))


def _in_uri(text: DecodedString) -> Iterable[tuple[str, ...]]:
    """Return the addresses in a URI, as written and percent-decoded.

    Accounts of telephony and messaging that look like addresses (`sip:jane@example.org`) are read as accounts
    elsewhere.
    """
    found: dict[str, None] = {}
    for spelling in spellings(text):
        scheme, _, rest = spelling.strip().partition(":")
        if scheme.lower() == "mailto":
            found.update(dict.fromkeys(_mailto(rest)))
        elif not _URI.match(spelling):
            decoded = [unquote(spelling)] if "%40" in spelling else []
            found.update(dict.fromkeys(address for form in (spelling, *decoded) for address in find_emails(form)))
    return [(address,) for address in found]


def _mailto(rest: str) -> Iterator[str]:
    """Read `mailto:` (RFC 6068 section 2): recipients between commas, then `?to=…&cc=…`, all percent-encoded."""
    recipients, _, headers = rest.partition("?")
    fields = [recipients]
    for header in headers.split("&"):
        name, _, value = header.partition("=")
        if unquote(name).lower() in _RECIPIENTS:
            fields.append(value)
        elif "@" in value or "%40" in value:
            yield from find_emails(unquote(value))
    for recipient in ",".join(fields).split(","):
        decoded = unquote(recipient)
        whole = canonical_email(decoded)
        yield from [whole] if whole else find_emails(decoded)


def _attribute_salvaged(address: str) -> Attribution:
    if mailbox.is_role(address.rpartition("@")[0]):
        return Attribution(SubjectKind.ROLE, Confidence.LIKELY, AttributionReason.MAILBOX_OF_FUNCTION())
    why = AttributionReason.MAILBOX_SALVAGED()
    return Attribution(SubjectKind.UNKNOWN, Confidence.POSSIBLE, why)
