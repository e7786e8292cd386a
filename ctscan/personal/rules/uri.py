"""URIs that single out a person, read by their scheme. The rule for e-mail reads `mailto:`.

A user before a host (`https://user@192.0.2.1/`) is no address, and most names in `ldap:` URIs belong to CAs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final
from urllib.parse import unquote

from msgspec.structs import replace

from ctscan.model import AttributionReason, Confidence, Field, Finding, IdentifierKind, LookupKey, SubjectKind
from ctscan.on_first_use import late_pattern
from ctscan.personal.attribution.evidence import attribute_place
from ctscan.personal.attribution.name_shapes import has_organisation_word, is_name_shaped
from ctscan.personal.finding import make_finding
from ctscan.personal.normalise.name_tokens import fold_text, name_keys
from ctscan.personal.normalise.number_keys import number_key
from ctscan.personal.parsers.accounts import account_value
from ctscan.personal.parsers.phones import phone_values
from ctscan.personal.parsers.repository_owners import owner_in_url
from ctscan.personal.rules import rule
from ctscan.personal.values import Attribution, Value
from ctscan.personal.view import ISSUING_PARTS, View, spellings
from ctscan.x509.general_names import URI

_ATTRIBUTES: Final = ("2.5.4.83", "2.5.4.86")  # uri, urn
_PIV_POLICY = "2.16.840.1.101.3."
_PIV_CARD = "2.16.840.1.101.3.6.8"  # purpose: authentication by the card alone

_SCHEME = late_pattern(r"(?:uri[:=])?([a-z][a-z0-9+.-]{1,30}):(.*)", re.IGNORECASE | re.DOTALL)
_UUID = late_pattern(r"uuid:([0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12})", re.IGNORECASE)
_PUBLIC_USER = late_pattern(r"publicid:IDN\+([A-Za-z0-9.-]{1,253})\+user\+([^+:/\s]{1,200})", re.IGNORECASE)


@rule(
    id="uri.person",
    version=2,
    category="user.account.username",
    kinds=("account", "phone", "number", "name", "email", "domain"),
    cites=(
        "RFC 3966",
        "RFC 3261 section 19.1",
        "RFC 5122",
        "RFC 3859",
        "RFC 9562 section 4",
        "FIPS 201-3",
        "RFC 4516",
        "RFC 4514",
    ),
    covers=_ATTRIBUTES,
)
def person_in_uri(view: View) -> Iterator[Finding]:
    """Accounts, telephone numbers, card identifiers and entries of directories in URIs (tel, sip, xmpp, urn, ldap)."""
    for place in view.fields:
        if (place.kind != URI and place.oid not in _ATTRIBUTES) or place.text is None or place.nested:
            continue
        if place.part in ISSUING_PARTS and place.text.value.startswith("http"):
            continue  # CRLs and certificates of issuers: most of all URIs, and never about a person
        match = _SCHEME.fullmatch(spellings(place.text)[0].strip())
        read = _SCHEMES.get(match[1].lower()) if match else None
        if read is not None and match is not None:
            for value in read(view, place, match[2]):
                yield make_finding("uri.person", view, place, value)


def _telephone(view: View, place: Field, rest: str) -> Iterator[Value]:
    number = unquote(rest).partition(";")[0].lstrip("/")
    for value in phone_values(number):
        yield replace(value, attribution=_attribute_phone(view, place))


def _call(view: View, place: Field, rest: str) -> Iterator[Value]:
    """Read `sip:jane@example.org;transport=tls` or `sip:+4930…@example.org;user=phone`. Skip URIs without a user:
    servers.

    A number before the host is a telephone number, not the name of an account.
    """
    account = _without_parameters(rest)
    user = account.partition("@")[0].partition(":")[0]
    if "@" not in account or not user:
        return
    if re.fullmatch(r"\+[\d().-]{5,25}", user):
        for value in phone_values(user):
            yield replace(value, attribution=_attribute_phone(view, place))
        return
    yield from _account(view, place, f"{user}@{account.partition('@')[2]}")


def _message(view: View, place: Field, rest: str) -> Iterator[Value]:
    account = _without_parameters(rest).partition("/")[0]
    if "@" in account:
        yield from _account(view, place, account)


def _urn(view: View, place: Field, rest: str) -> Iterator[Value]:
    uuid = _UUID.match(rest.lstrip("/"))  # some issuers of federal cards write `urn:///uuid:…`
    if uuid:
        yield _identifier(view, place, uuid[1], is_federal=rest.startswith("/"))
    user = _PUBLIC_USER.match(rest)
    if user:
        yield from _account(view, place, f"{unquote(user[2])}@{user[1]}")


def _identifier(view: View, place: Field, uuid: str, *, is_federal: bool) -> Value:
    """Read the UUID of an identity card, or of a person by the form of federal cards, as the person's, else a
    device's."""
    key = number_key(uuid)
    attribution, category = None, "user.device.device_id"
    if _is_identity_card(view):
        attribution = Attribution(SubjectKind.PERSON, Confidence.CERTAIN, AttributionReason.CARD_IDENTIFIER())
        category = "user.unique_id"
    elif is_federal and attribute_place(view, place).kind is SubjectKind.PERSON:
        category = "user.unique_id"
    return Value(category, uuid, key, (LookupKey(IdentifierKind.NUMBER, key),), attribution=attribution)


def _directory(view: View, place: Field, rest: str) -> Iterator[Value]:
    """Read the entry that an LDAP URI names: `//host/CN=Jane%20Doe,OU=People,O=Example?attribute`."""
    dn = unquote(rest[2:].partition("/")[2].partition("?")[0]) if rest.startswith("//") else unquote(rest)
    pairs = [(kind.strip().lower(), _unescaped(text)) for kind, _, text in (p.partition("=") for p in _rdns(dn))]
    kinds = {kind for kind, _ in pairs}
    name = next((text for kind, text in pairs if kind == "cn"), "")
    has_other = not kinds.isdisjoint(("gn", "givenname", "sn", "surname", "uid", "mail", "emailaddress", "e"))
    has_other |= any(kind == "ou" and text.casefold() in _PEOPLE for kind, text in pairs)
    if not is_name_shaped(name) or has_organisation_word(name) or (place.part in ISSUING_PARTS and not has_other):
        return
    why = AttributionReason.DIRECTORY_ENTRY()
    attribution = Attribution(SubjectKind.PERSON, Confidence.LIKELY if has_other else Confidence.POSSIBLE, why)
    yield Value("user.name", name, fold_text(name), name_keys(name), attribution=attribution)


def _web(view: View, place: Field, rest: str) -> Iterator[Value]:
    """Read the page of an account on a host for repositories. Skip the issuer's own pages."""
    owner = owner_in_url(f"https:{rest}", known=True) if place.part not in ISSUING_PARTS else None
    if owner is None:
        return
    value = account_value(view, place, f"https:{rest}", owner.rpartition("/")[2], name=owner)
    if value is not None:
        why = AttributionReason.ACCOUNT_PAGE()
        attribution = Attribution(SubjectKind.UNKNOWN, Confidence.POSSIBLE, why)
        yield replace(value, attribution=attribution, also=("user.contact.url",))


_SCHEMES: Final[dict[str, Callable[[View, Field, str], Iterator[Value]]]] = {
    "tel": _telephone,
    "fax": _telephone,
    "sip": _call,
    "sips": _call,
    "xmpp": _message,
    "im": _message,
    "pres": _message,
    "urn": _urn,
    "ldap": _directory,
    "ldaps": _directory,
    "http": _web,
    "https": _web,
    "git+https": _web,
}
_PEOPLE: Final = frozenset(["people", "users", "persons", "person", "staff", "employees", "personal", "mitarbeiter"])


def _account(view: View, place: Field, account: str) -> Iterator[Value]:
    value = account_value(view, place, account)
    if value is not None:
        yield value


def _without_parameters(rest: str) -> str:
    """Return the unquoted text before the parameters, without the authority that `//` begins (RFC 5122)."""
    text = rest
    if text.startswith("//"):
        text = text[2:].partition("/")[2] or text[2:]
    return unquote(re.split(r"[;?#]", text, maxsplit=1)[0]).strip()


def _attribute_phone(view: View, place: Field) -> Attribution | None:
    here = attribute_place(view, place)
    if here.kind is SubjectKind.UNKNOWN and place.part not in ISSUING_PARTS:
        return Attribution(SubjectKind.PERSON, Confidence.POSSIBLE, AttributionReason.HOLDER_PHONE())
    return here


def _is_identity_card(view: View) -> bool:
    """Return whether the certificate belongs to an identity card of the US government or its partners."""
    certificate = view.certificate
    return (
        view.has(frozenset(["2.16.840.1.101.3.6.6"]))
        or _PIV_CARD in certificate.eku
        or any(policy.startswith(_PIV_POLICY) for policy in certificate.policies)
    )


def _rdns(dn: str) -> list[str]:
    """Split a DN in text (RFC 4514) at commas, semicolons and plus signs that aren't escaped."""
    return [part for part in re.split(r"(?<!\\)[,;+]", dn) if "=" in part]


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text.strip()).strip('" ')
