"""Texts with @, URLs and domains, as addresses, domains and accounts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ctscan.on_first_use import late_pattern
from ctscan.personal.normalise.addresses import canonical_domain, canonical_email, find_emails, is_principal
from ctscan.personal.parsers.repository_owners import owner_in_url
from ctscan.personal.pasted.reading import ACCOUNT, DOMAIN, EMAIL, NAME, SHA1, SHA256, Reading, guesses, refuse
from ctscan.personal.pasted.unwrapping import (
    disguised_address,
    is_disguised,
    percent_decoded,
    spoken_address,
    undisguised,
)

_URL = late_pattern(r"(?:[a-z][a-z0-9+.-]{1,20}:)?//([^/?#\s]{1,300})(.*)", re.IGNORECASE | re.DOTALL)
_CHAT = late_pattern(r"(?:sips?|xmpp|im|acct|skype):(\S+)", re.IGNORECASE)
_FINGERPRINT = late_pattern(r"(?<![0-9a-zA-Z])(?:[0-9a-fA-F]{64}|[0-9a-fA-F]{40})(?![0-9a-zA-Z])")
_IN_BRACKETS = late_pattern(r"[\[(<]\s{0,3}(?:mailto:)?([^\s\[\]()<>@:]{1,64}@[^\s\[\]()<>@]{1,255})\s{0,3}[\])>]")
_MAILTO = late_pattern(r"mailto:(?:\?to=)?", re.IGNORECASE)


def located(text: str) -> Iterable[Reading]:
    """Read a URL as the domain of its host, beside an address in it, and an account of chats or calls as both."""
    url = _URL.fullmatch(text)
    if url is not None:
        host = re.sub(r":\d{0,5}$", "", url[1].rpartition("@")[2])
        path = percent_decoded(url[2])
        parts = filter(None, map(canonical_email, re.split(r"[/?&=#;~]", path)))
        before_host = canonical_email(percent_decoded(url[1]))  # http://jane@example.org/
        addresses = dict.fromkeys([*([before_host] if before_host else []), *find_emails(path), *parts])
        for found in _FINGERPRINT.findall(url[2]):  # of pages about a certificate: crt.sh, Censys
            yield Reading(SHA256 if len(found) == 64 else SHA1, found, guessed=True)
        yield from (Reading(EMAIL, address, guessed=True) for address in addresses)
        yield Reading(DOMAIN, host.removeprefix("*."), guessed=True)
        owner = owner_in_url(text, known=True)
        yield Reading(ACCOUNT, owner if owner is not None else text, guessed=True)
    chat = _CHAT.fullmatch(text)
    if chat is not None:
        account = re.split("[;?#]", percent_decoded(chat[1]))[0]
        if canonical_email(account) is not None:
            yield Reading(EMAIL, account, guessed=True)
        yield Reading(ACCOUNT, account, guessed=True)


def addressed(text: str) -> Iterable[Reading]:
    """Read a text with @, or what stands for it, as an address, a domain or an account."""
    bare = text.removeprefix("*") if text.startswith("*@") else text
    if bare.startswith("@"):
        return _below(bare.removeprefix("@").removeprefix("*."))
    if text.startswith("*.") and canonical_domain(text[2:]) is not None:
        return [Reading(DOMAIN, text[2:])]
    hidden = disguised_address(text)
    if hidden is not None:
        return [Reading(EMAIL, hidden)]
    if "@" in text or _MAILTO.match(text):
        return _address(text)
    if is_disguised(text):
        return _address(undisguised(text))
    spoken = spoken_address(text)
    return [] if spoken is None else [Reading(EMAIL, spoken, guessed=True), Reading(NAME, text, guessed=True)]


def _below(domain: str) -> Iterable[Reading]:
    """Read the text behind an @ at the beginning: a domain, or without a dot perhaps the name of an account."""
    if "." in domain or canonical_domain(domain) is None:
        return [Reading(DOMAIN, domain)]
    return [Reading(DOMAIN, domain, guessed=True), Reading(ACCOUNT, domain, guessed=True)]


def _address(text: str) -> Iterator[Reading]:
    """Read an address; in the form of an account without mail also as that account, and with percent escapes also as
    the address that they stand for."""
    beside = _beside_name(text)
    if beside is not None:
        yield from guesses([Reading(EMAIL, beside[0]), Reading(NAME, beside[1])])
        return
    address = address_in(text)
    yield Reading(EMAIL, address)
    if is_principal(canonical_email(address) or address):
        yield Reading(ACCOUNT, canonical_email(address) or address)
    decoded = percent_decoded(address)
    if decoded != address and canonical_email(decoded) is not None:
        yield Reading(EMAIL, decoded, guessed=True)


def _beside_name(text: str) -> tuple[str, str] | None:
    """Split `Jane Roe jane@example.org` into the address and the name. None for a single word beside the address: it
    may belong to the local part."""
    found = find_emails(text) if canonical_email(text) is None and not _IN_BRACKETS.search(text) else []
    if len(found) != 1:
        return None
    words = re.split(r"[\s;]+", text)  # rows of tables may have semicolons
    name = " ".join(word for word in words if "@" not in word).strip(' -,;|<>()[]"')
    is_name = len(name.split()) >= 2 and not any(map(str.isdigit, name))
    is_whole = any(canonical_email(word.strip(",;|<>()[]")) == found[0] for word in words)
    return (found[0], name) if is_name and is_whole and ":" not in name else None


def _is_nowhere_else(address: str, text: str) -> bool:
    """Return whether a text holds no address but that in brackets, or the same before it."""
    before = _IN_BRACKETS.sub("", text).strip()
    return text.count("@") == 1 or canonical_email(before) == canonical_email(address) is not None


def address_in(text: str) -> str:
    """Return the part of a text that is exactly one address, else the text. UsageError for several addresses."""
    is_list = any(sign in text for sign in "<,;") and len(find_emails(text)) > 1  # of which the last would be taken
    behind = _MAILTO.sub("", text, count=1) if _MAILTO.match(text) else text
    in_brackets = _IN_BRACKETS.findall(text)  # `Jane Roe [mailto:jane@example.org]`, as Outlook quotes senders
    alone: list[str] = in_brackets if len(in_brackets) == 1 and _is_nowhere_else(in_brackets[0], text) else []
    for form in () if is_list else (text, behind, behind.partition("&")[0], disguised_address(behind) or "", *alone):
        if canonical_email(form) is not None:
            return form
    if is_list or len(find_emails(text)) > 1:
        refuse("one e-mail address", text, "several addresses; give each by itself")
    return text  # the caller can't parse it, and says so
