"""Names of accounts: of machines, services, functions and people."""

from __future__ import annotations

import re
from typing import Final

from msgspec.structs import replace

from ctscan.model import AttributionReason, Confidence, Field, IdentifierKind, LookupKey, Message, SubjectKind
from ctscan.model.explanation import EvidenceKind
from ctscan.on_first_use import late_pattern
from ctscan.personal.attribution import mailbox
from ctscan.personal.attribution.evidence import attribute_place
from ctscan.personal.attribution.trail import weighs
from ctscan.personal.normalise.addresses import canonical_email, email_keys, is_principal
from ctscan.personal.values import Attribution, Value
from ctscan.personal.view import View

USERNAME: Final = "user.account.username"
MAX_ACCOUNT: Final = 1000

_SERVICE = late_pattern(
    r"(?:afpserver|cifs|cvs|dns|ftp|gc|host|http|imap|iscsi|kadmin|krbtgt|ldap|mssqlsvc|nfs|pop|postgres|"
    r"restrictedkrbhost|rpcss|sip|smtp|termsrv|vnc|wsman|xmpp)/",
    re.IGNORECASE,
)
_MACHINE: Final = Attribution(SubjectKind.DEVICE, Confidence.CERTAIN, AttributionReason.ACCOUNT_OF_MACHINE())


def is_machine(name: str) -> bool:
    """Return whether an account is a machine's or a service's: `host/www.example.org@EXAMPLE.ORG`,
    `PC17$@example.org`."""
    local = name.strip().partition("@")[0]
    return _SERVICE.match(local) is not None or local.endswith("$")


@weighs(EvidenceKind.ACCOUNT())
def attribute_account(view: View, place: Field, name: str) -> Attribution:
    """Attribute the name of an account: by its form, then by other evidence, else to a person, like most accounts."""
    if is_machine(name):
        return _MACHINE
    here = attribute_place(view, place)
    local = re.split(r"[@!]", name.strip(), maxsplit=1)[0]
    if here.kind is SubjectKind.PERSON and here.confidence is Confidence.CERTAIN and not mailbox.is_role(local):
        return here
    if mailbox.is_role(local):
        return Attribution(SubjectKind.ROLE, Confidence.LIKELY, AttributionReason.ACCOUNT_OF_FUNCTION())
    if mailbox.is_personal_shape(local):
        why = AttributionReason.ACCOUNT_FIRST_LAST()
        return Attribution(SubjectKind.PERSON, Confidence.LIKELY, why)
    if here.kind is SubjectKind.UNKNOWN:
        return Attribution(SubjectKind.PERSON, Confidence.POSSIBLE, AttributionReason.ACCOUNT_OF_PEOPLE())
    return here


def account_value(view: View, place: Field, text: str, *more: str, name: str = "") -> Value | None:
    """Make the value of an account; None for a name without letters and digits.

    Args:
        text: the text as written.
        more: further names of the account that find it.
        name: the account inside a longer text; empty: the whole text.

    Returns:
        A value with look-up keys for all names, and for the address when the name has the form of an address.
    """
    canonical = (name or text).strip().casefold()[:MAX_ACCOUNT]
    if not canonical or not any(char.isalnum() for char in canonical):
        return None
    names = dict.fromkeys((canonical, *(other.strip().casefold()[:MAX_ACCOUNT] for other in more)))
    address = None if is_principal(canonical) else canonical_email(canonical)
    keys = (
        *(LookupKey(IdentifierKind.ACCOUNT, each) for each in names if each),
        *(email_keys(address) if address else ()),
    )
    return Value(USERNAME, text, canonical, keys, attribution=attribute_account(view, place, canonical))


def about(value: Value, kind: SubjectKind, confidence: Confidence, why: Message) -> Value:
    """Return the value with another attribution."""
    return replace(value, attribution=Attribution(kind, confidence, why))
