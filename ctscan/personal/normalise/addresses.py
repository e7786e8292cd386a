"""Addresses and domains: their form for comparison, and the search for addresses in running text.

The form of an address is `local@domain`: NFKC, case folded (also the local part), the domain in A-labels (RFC 5890).
This module doesn't validate mail addresses: an address that RFC 5321 refuses but that certificates hold (underscores in
domains, dots at the end of the local part) has a canonical form as well.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote

from ctscan.model import IdentifierKind, LookupKey
from ctscan.on_first_use import late_pattern
from ctscan.personal.normalise.characters import CharacterTable, compatible
from ctscan.personal.normalise.memo import cached_for_short

MAX_ADDRESS = 320  # RFC 3696 erratum 1690: 64 + 1 + 255
MAX_DECLARED = 1000  # characters of a text that should be exactly one address
MAX_TEXT = 65536  # characters of a text that is searched for addresses in one piece

JOINERS = "\u200c\u200d"  # they carry meaning inside a label (RFC 5892 appendix A), nowhere else
_ATEXT = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~."
)  # RFC 5322 3.2.3
_NOT_IN_PROSE = frozenset("/=`{|}!#$%&*?^~")  # legal in a local part, but in running text they end it
_LABEL = late_pattern(
    r"(?:mailto|smtp|e-?mail(?:[ _-]?address)?|mail|rfc ?822(?:[ _-]?name)?|upn|e)[ \t]*[:=][ \t]*", re.IGNORECASE
)
_PLAIN_ADDRESS = late_pattern(
    r"[a-z0-9_+-]{1,64}(?:\.[a-z0-9_+-]{1,64}){0,4}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,3}[a-z]{2,40}"
)
"""Most addresses: of this form is nothing but an address in its canonical form, of less than MAX_ADDRESS characters."""

_PLAIN_DOMAIN = late_pattern(
    r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.){0,126}(?=[0-9]*[a-z_-])[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
)
"""Most domains: labels in lower case, the last of which isn't a number."""

_COMMENT = late_pattern(r"\([^()]{0,320}\)")
_FILE_ENDINGS = frozenset(
    re.findall(
        r"\w+",
        "asp aspx cer cfm cgi conf crl crt css csv der dll doc docx exe gif htm html jpeg jpg js json jsp log p12 p7b "
        "pdf pem php png svg txt xls xlsx xml yaml yml",
    )
)


# --- domains --------------------------------------------------------------------------------------------------------


@cached_for_short(4096)
def canonical_domain(text: str) -> str | None:
    """Return the canonical form of a domain: `BÜCHER.Example.` -> `xn--bcher-kva.example`. A single label is enough.

    Returns None for a text that is no domain name.
    """
    if is_plain_domain(text):
        return text
    domain = compatible(text[:1024]).replace("\u3002", ".").strip().removesuffix(".")
    if not domain or len(domain) > 253:
        return None
    labels = [_a_label(label) for label in _remap(domain).split(".")]
    if any(label is None for label in labels):
        return None
    canonical = ".".join(label for label in labels if label)
    return None if len(canonical) > 253 or canonical.rpartition(".")[2].isdigit() else canonical


def is_plain_domain(text: str) -> bool:
    """Return whether a text has the form of most domains, and so is its own canonical form."""
    return len(text) <= 253 and _PLAIN_DOMAIN.fullmatch(text) is not None


def reversed_labels(canonical: str) -> str:
    """Return the look-up key of a canonical domain."""
    return "".join(label + "." for label in reversed(canonical.split(".")))


def _remap(domain: str) -> str:
    if domain.isascii():
        return domain.lower()
    import idna  # not at the top: its tables are large, and hardly any domain needs them

    try:
        return idna.uts46_remap(domain, std3_rules=False, transitional=False)
    except (idna.IDNAError, IndexError, ValueError):
        return unicodedata.normalize("NFKC", domain.casefold())


def _a_label(label: str) -> str | None:
    """Return a label in its DNS form. Labels that IDNA 2008 refuses (emoji) get the form that registries assigned."""
    if not 0 < len(label) <= 63 or label[0] == "-" or label[-1] == "-":
        return None
    if label.isascii():
        return label if all(c.isalnum() or c in "-_" for c in label) else None
    if any(c.isascii() and not (c.isalnum() or c in "-_") for c in label) or any(map(_is_space_or_control, label)):
        return None
    import idna

    try:
        return idna.alabel(label).decode("ascii")
    except (idna.IDNAError, ValueError):
        encoded = "xn--" + label.encode("punycode", "replace").decode("ascii")
        return encoded if len(encoded) <= 63 else None


def _is_space_or_control(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cs", "Cn", "Zs", "Zl", "Zp"}


# --- addresses ------------------------------------------------------------------------------------------------------


def is_plain_address(text: str) -> bool:
    """Return whether a text has the form of most addresses, and so is its own canonical form."""
    return len(text) < 253 and _PLAIN_ADDRESS.fullmatch(text) is not None


def is_principal(text: str) -> bool:
    """Return whether a text with an @ has the form of an account that receives no mail: a Kerberos principal with an
    instance (`jane/admin@EXAMPLE.ORG`), or a machine (`PC17$@example.org`)."""
    local = text.strip().partition("@")[0]
    return "/" in local or local.endswith("$")


@cached_for_short(4096)
def canonical_email(text: str) -> str | None:
    """Return the canonical form of an address, or None when the text is not exactly one address.

    Text around addresses in certificates is accepted: `mailto:`, labels such as `rfc822Name=`, angle brackets with a
    display name, comments, quotes, stray spaces and control characters. A domain of one label (`root@localhost`) is
    accepted, and so is an IP address, in brackets (RFC 5321 section 4.1.3) or without; a domain with another number
    after its last dot is not.
    """
    if len(text) > MAX_DECLARED:
        return None
    if is_plain_address(text):
        return text
    local, at, domain = _unwrap(tidy_text(text)).rpartition("@")
    if not at or len(local) + len(domain) >= MAX_ADDRESS:
        return None
    folded, host = _canonical_local(local), _canonical_host(domain)
    return f"{folded}@{host}" if folded and host else None


@cached_for_short(4096)
def email_keys(text: str) -> tuple[LookupKey, ...]:
    """Return the exact look-up keys of an address: the address, and the domain with labels reversed; else none."""
    canonical = canonical_email(text)
    if canonical is None:
        return ()
    host = canonical.rpartition("@")[2]
    key = LookupKey(IdentifierKind.EMAIL, canonical)
    return (key,) if host.startswith("[") else (key, _domain_key(host))


@cached_for_short(4096)
def _domain_key(host: str) -> LookupKey:
    return LookupKey(IdentifierKind.DOMAIN, reversed_labels(host))


def find_emails(text: str) -> list[str]:
    """Return the canonical addresses inside a text, in order, each once: lists, `Name <x@y>`, labels, comments.

    This search is stricter than `canonical_email`, since an @ in running text often has another use: the domain needs
    two labels, the last of letters; user names of URIs, URL paths, file names and @-separated records are skipped.
    A text beyond 64 Ki characters is searched in pieces.
    """
    found: dict[str, None] = {}
    for piece in [text] if len(text) <= MAX_TEXT else _pieces(text):
        if not has_at(piece):
            continue
        tidy = tidy_text(piece)
        at = tidy.find("@")
        while at >= 0:
            address = _address_around(tidy, at)
            if address is not None:
                found[address] = None
            at = tidy.find("@", at + 1)
    return list(found)


def has_at(text: str) -> bool:
    """Return whether a text holds an @, or a character that NFKC makes one."""
    return "@" in text or (not text.isascii() and ("\uff20" in text or "\ufe6b" in text))


def _pieces(text: str) -> Iterator[str]:
    from ctscan.x509.text import pieces_of  # not at the top: hardly any text is that long

    return pieces_of(text)


def address_variants(canonical: str) -> tuple[str, ...]:
    """Return addresses that some providers deliver to the same mailbox: without +tag, and also without dots."""
    local, _, host = canonical.rpartition("@")
    if local.startswith('"'):
        return ()
    untagged = local.split("+", 1)[0] or local
    forms = (untagged, untagged.replace(".", ""), local.replace(".", ""))
    return tuple(dict.fromkeys(f"{form}@{host}" for form in forms if form and form != local))


def tidy_text(text: str) -> str:
    """Return the text in NFKC without invisible characters; other controls become spaces and so separate words."""
    if text.isascii() and text.isprintable():
        return text
    return compatible(text).translate(_VISIBLE)


def _visible(char: str) -> str:
    if char in JOINERS:
        return char
    category = unicodedata.category(char)
    if category == "Cf" or char == "\0":
        return ""
    return " " if category in {"Cc", "Zs", "Zl", "Zp"} else char


_VISIBLE = CharacterTable(_visible)


def _unwrap(text: str) -> str:
    """Remove labels, brackets, comments and quotes around an address."""
    for _ in range(4):
        before = text
        text = text.strip(" ,;").removesuffix(".")
        if text.endswith(">") and "<" in text:
            text = text[text.rindex("<") + 1 : -1]
        label = _LABEL.match(text)
        if label:
            text = _uri_address(text[label.end() :]) if label[0].lower() == "mailto:" else text[label.end() :]
        if "(" in text:
            text = _COMMENT.sub("", text)
        if len(text) > 2 and text[0] == text[-1] and text[0] in "\"'":
            text = text[1:-1]
        if text == before:
            break
    return text


def _uri_address(rest: str) -> str:
    """Return the percent-decoded part before `?` (RFC 6068)."""
    return tidy_text(unquote(rest.partition("?")[0], errors="replace"))


def _canonical_local(local: str) -> str | None:
    local = local.strip(" ")
    if len(local) > 2 and local[0] == local[-1] == '"':
        inside = re.sub(r"\\(.)", r"\1", local[1:-1])
        if not _is_dot_atom(inside):
            return '"' + _fold(inside).replace("\\", "\\\\").replace('"', '\\"') + '"'
        local = inside
    return _fold(local) if _is_dot_atom(local) else None


def _is_dot_atom(local: str) -> bool:
    """Return whether a local part is a dot-atom (RFC 5322, characters of RFC 6531), or has stray dots of some
    providers."""
    return bool(local.strip(".")) and all(c in _ATEXT if c.isascii() else not _is_space_or_control(c) for c in local)


def _fold(text: str) -> str:
    for joiner in JOINERS:
        text = text.replace(joiner, "")
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _canonical_host(domain: str) -> str | None:
    """Return a canonical domain, or an IP address in brackets, also for one without (seen in certificates)."""
    domain = domain.strip(" ")
    return _ip_literal(domain) if domain.startswith("[") else canonical_domain(domain) or _ip_literal(domain)


def _ip_literal(domain: str) -> str | None:
    inside = domain.lower().removeprefix("[").removesuffix("]")
    try:
        address = ipaddress.ip_address(inside.removeprefix("ipv6:"))
    except ValueError:
        return None
    return f"[ipv6:{address.compressed}]" if address.version == 6 else f"[{address}]"


def _address_around(text: str, at: int) -> str | None:
    """Return the address around the @ at position `at`, or None."""
    start, end = _local_start(text, at), _host_end(text, at)
    if start == at or _is_false_friend(text, start, end):
        return None
    local = text[start:at].strip(".'") if text[start] != '"' else text[start:at]
    host = text[at + 1 : end].rstrip(".-")
    canonical = canonical_email(f"{local}@{host}")
    return canonical if canonical and (host.startswith("[") or _has_plausible_ending(canonical)) else None


def _local_start(text: str, at: int) -> int:
    floor = max(0, at - MAX_ADDRESS)
    if at and text[at - 1] == '"':
        opening = text.rfind('"', floor, at - 1)
        return opening if opening >= 0 else at
    start = at
    while start > floor and _is_prose_atom(text[start - 1]):
        start -= 1
    return start


def _host_end(text: str, at: int) -> int:
    ceiling = min(len(text), at + 256)
    if text.startswith("[", at + 1):
        closing = text.find("]", at, ceiling)
        return closing + 1 if closing >= 0 else at + 1
    end = at + 1
    while end < ceiling and (
        text[end] in "-_."
        if text[end].isascii() and not text[end].isalnum()
        else not _is_space_or_control(text[end]) and text[end] not in "，。、；（）《》「」"
    ):
        end += 1
    return end


def _is_prose_atom(char: str) -> bool:
    if char.isascii():
        return char in _ATEXT and char not in _NOT_IN_PROSE
    return unicodedata.category(char)[0] in "LMNS"


def _is_false_friend(text: str, start: int, end: int) -> bool:
    """Return whether an @ belongs to a URI, a path, a repository address or a record that uses @ as its separator."""
    if text[start - 1 : start] == "@" or text[end : end + 1] == "@":
        return True
    word_start = max(text.rfind(stop, max(0, start - 256), start) for stop in ' <>"(),;') + 1
    before = text[word_start:start]
    locator = before.partition("://")[2]
    if "://" in before:
        return "/" not in locator or not before.endswith("=")  # user names and paths; not a value: `?mail=x@y`
    if before.endswith("/") and (before.startswith("/") or before.count("/") > 1):
        return True
    rest = text[end : end + 128].split(" ", 1)[0]
    return rest.startswith(":") and "/" in rest


def _has_plausible_ending(canonical: str) -> bool:
    host, dot, ending = canonical.rpartition("@")[2].rpartition(".")
    if not dot or not host or ending in _FILE_ENDINGS:
        return False
    return ending.startswith("xn--") or (len(ending) >= 2 and ending.isalpha())
