"""Other spellings of canonical addresses, which may belong to the same person: percent signs, xn--, and umlauts."""

from __future__ import annotations

from urllib.parse import quote, unquote

from ctscan.personal.normalise.addresses import canonical_domain, canonical_email
from ctscan.personal.normalise.name_tokens import spellings_of

_LONGEST_RESPELLED = 24  # letters of a local part
_UMLAUTS = (("ae", "ä"), ("oe", "ö"), ("ue", "ü"))


def decoded(address: str) -> tuple[str, ...]:
    """Return an address without percent-encoding: `jürgen@…` of `j%c3%bcrgen@…`, and `jane@example.org` of
    `jane%40example.org@…`."""
    local, _, host = address.rpartition("@")
    text = unquote(local, errors="replace")
    return _others(address, text if "@" in text else f"{text}@{host}") if text != local else ()


def encoded(address: str) -> tuple[str, ...]:
    """Return an address in percent-encoding; inverse of `decoded`. The last address ends in @, for any host."""
    local, _, host = address.rpartition("@")
    quoted = quote(local, safe="!#$%&'*+/=?^`{|}~\"", errors="replace").lower()
    return (*_others(address, f"{quoted}@{host}"), f"{quoted}%40{host}@")


def relabelled(address: str) -> tuple[str, ...]:
    """Return an address with the labels of its local part in their other form: `jürgen@…` of `xn--jrgen-kva@…`, and the
    other way round."""
    local, _, host = address.rpartition("@")
    if "xn--" in local:
        return _others(address, f"{'.'.join(map(_u_label, local.split('.')))}@{host}")
    other = None if local.isascii() else canonical_domain(local)
    return _others(address, f"{other}@{host}") if other else ()


def umlauts(address: str) -> tuple[str, ...]:
    """Return an address with the accents of its local part written otherwise: `gunter@…` and `guenter@…` of `günter@…`,
    and `günter@…` of both."""
    local, _, host = address.rpartition("@")
    if len(local) > _LONGEST_RESPELLED:
        return ()
    if not local.isascii():
        return _others(address, *(f"{other}@{host}" for other in spellings_of(local)))
    found = [local.replace(two, one) for two, one in _UMLAUTS]
    found.append(_with_umlauts(local))
    found += [local[:at] + one + local[at + 1 :] for two, one in _UMLAUTS for at in _places(local, two[0])]
    return _others(address, *(f"{other}@{host}" for other in found))


def _with_umlauts(local: str) -> str:
    for two, one in _UMLAUTS:
        local = local.replace(two, one)
    return local


def _places(local: str, vowel: str) -> list[int]:
    return [at for at, char in enumerate(local) if char == vowel]


def _u_label(label: str) -> str:
    """Return a label as people read it; a label that can't be decoded stays as it is."""
    if not label.startswith("xn--"):
        return label
    try:
        return label.removeprefix("xn--").encode("ascii").decode("punycode")
    except (UnicodeError, OverflowError, ValueError):
        return label


def _others(address: str, *found: str) -> tuple[str, ...]:
    """Return canonical addresses, each once, without the address itself."""
    canonical = dict.fromkeys(canonical_email(one) for one in found)
    return tuple(one for one in canonical if one is not None and one != address)
