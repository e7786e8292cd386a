"""Names of accounts: which ones are machines and services, and whom the others are about."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from ctscan.model import Confidence, Field, LookupKey, SubjectKind
from ctscan.personal.attribution import mailbox
from ctscan.personal.attribution.evidence import about_place
from ctscan.personal.identifiers import canonical_email, email_keys
from ctscan.personal.values import Value, Verdict
from ctscan.personal.view import View

USERNAME: Final = "user.account.username"
MAX_ACCOUNT: Final = 1000

_SERVICE = re.compile(
    r"(?:afpserver|cifs|cvs|dns|ftp|gc|host|http|imap|iscsi|kadmin|krbtgt|ldap|mssqlsvc|nfs|pop|postgres|"
    r"restrictedkrbhost|rpcss|sip|smtp|termsrv|vnc|wsman|xmpp)/",
    re.IGNORECASE,
)
_MACHINE: Final = Verdict(SubjectKind.DEVICE, Confidence.CERTAIN, "the form of the account of a machine or a service")


def is_machine(name: str) -> bool:
    """`host/www.example.org@EXAMPLE.ORG`, `krbtgt/…`, `PC17$@example.org`: what no person logs in with."""
    local = name.strip().partition("@")[0]
    return _SERVICE.match(local) is not None or local.endswith("$")


def about_account(view: View, place: Field, name: str) -> Verdict:
    """Whom the name of an account is about: its form, then the other evidence, then that accounts mostly are those of
    people."""
    if is_machine(name):
        return _MACHINE
    here = about_place(view, place)
    if here.kind is SubjectKind.PERSON and here.confidence is Confidence.CERTAIN:
        return here
    local = re.split(r"[@!]", name.strip(), maxsplit=1)[0]
    if mailbox.is_role(local):
        return Verdict(SubjectKind.ROLE, Confidence.LIKELY, "the account name is that of a function, not of a person")
    if mailbox.is_personal_shape(local):
        why = "the account name has the form first.last, which is given to people"
        return Verdict(SubjectKind.PERSON, Confidence.LIKELY, why)
    if here.kind is SubjectKind.UNKNOWN:
        return Verdict(SubjectKind.PERSON, Confidence.POSSIBLE, "the name of an account, as people have them")
    return here


def account_value(view: View, place: Field, text: str, *more: str, name: str = "") -> Value | None:
    """An account as a value, found by its name and by the `more` names given; by its address, too, when it has the form
    of one. `name`: the account in a longer text. None when there is no name."""
    canonical = (name or text).strip().casefold()[:MAX_ACCOUNT]
    if not canonical or not any(char.isalnum() for char in canonical):
        return None
    names = dict.fromkeys((canonical, *(other.strip().casefold()[:MAX_ACCOUNT] for other in more)))
    is_principal = "/" in canonical.partition("@")[0] or is_machine(canonical)  # what no mail is sent to
    address = None if is_principal else canonical_email(canonical)
    keys = (*(LookupKey("account", one) for one in names if one), *(email_keys(address) if address else ()))
    return Value(USERNAME, text, canonical, keys, verdict=about_account(view, place, canonical))


def about(value: Value, kind: SubjectKind, confidence: Confidence, why: str) -> Value:
    """The same value with another verdict."""
    return replace(value, verdict=Verdict(kind, confidence, why))
