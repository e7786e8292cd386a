"""Identifiers: what a person gives, and the one place where anything is normalised before it is compared.

Three rules hold everywhere. An address is compared in one canonical form, `local@domain`: NFKC, case folded (the local
part too), the domain in A-labels (RFC 5890). Text that a certificate holds goes through the same functions as text that
a person types, so both sides meet. What merely might be the same mailbox (a +tag, dots) is offered, never mixed in.

This is not a validator of mail addresses: an address that RFC 5321 would refuse but that certificates really hold
(underscores in domains, dots at the end of the local part) has a canonical form as well.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote

import idna
from anyascii import anyascii

from ctscan.errors import UsageError
from ctscan.model import Identifier, LookupKey

READER_VERSION = 1
"""Raise when the same certificate would give other keys than before: it is part of the rule-set version."""

MAX_ADDRESS = 320  # RFC 3696 erratum 1690: 64 + 1 + 255
MAX_IDENTIFIER = 1000
MAX_TEXT = 65536  # of a text that is searched for addresses
MAX_FOUND = 64  # addresses taken from one text
MAX_TOKENS = 32

_JOINERS = "\u200c\u200d"  # they carry meaning inside a label (RFC 5892 appendix A), nowhere else
_ATEXT = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~."
)  # RFC 5322 3.2.3
_NOT_IN_PROSE = frozenset("/=`{|}!#$%&*?^~")  # legal in a local part, but in running text they end it
_LABEL = re.compile(
    r"(?:mailto|smtp|e-?mail(?:[ _-]?address)?|mail|rfc ?822(?:[ _-]?name)?|upn|e)[ \t]*[:=][ \t]*", re.IGNORECASE
)
_COMMENT = re.compile(r"\([^()]{0,320}\)")
_FILE_ENDINGS = frozenset(
    re.findall(
        r"\w+",
        "asp aspx cer cfm cgi conf crl crt css csv der dll doc docx exe gif htm html jpeg jpg js json jsp log p12 p7b "
        "pdf pem php png svg txt xls xlsx xml yaml yml",
    )
)
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PLAIN_HEX = re.compile(r"(?=.*[0-9])[0-9a-f]{8,}")
_COLON_HEX = re.compile(r"[0-9a-f]{1,2}(?::[0-9a-f]{1,2})+")


# --- domains --------------------------------------------------------------------------------------------------------


def canonical_domain(text: str) -> str | None:
    """`BÜCHER.Example.` -> `xn--bcher-kva.example`; None when it is no domain name. One label is enough."""
    domain = unicodedata.normalize("NFKC", text[:1024]).replace("\u3002", ".").strip().removesuffix(".")
    if not domain or len(domain) > 253:
        return None
    labels = [_a_label(label) for label in _remap(domain).split(".")]
    if any(label is None for label in labels):
        return None
    canonical = ".".join(label for label in labels if label)
    return None if len(canonical) > 253 or canonical.rpartition(".")[2].isdigit() else canonical


def domain_key(domain: str) -> str:
    """`mail.example.org` -> `org.example.mail.`: what lies at or below a domain starts with the key of the domain.

    UsageError when it is no domain name.
    """
    canonical = canonical_domain(domain)
    if canonical is None:
        raise UsageError(f"expected a domain name such as example.org, got {len(domain)} characters that are none")
    return reversed_labels(canonical)


def reversed_labels(canonical: str) -> str:
    """The key of a domain that is canonical already."""
    return "".join(label + "." for label in reversed(canonical.split(".")))


def _remap(domain: str) -> str:
    if domain.isascii():
        return domain.lower()
    try:
        return idna.uts46_remap(domain, std3_rules=False, transitional=False)
    except (idna.IDNAError, IndexError, ValueError):
        return unicodedata.normalize("NFKC", domain.casefold())


def _a_label(label: str) -> str | None:
    """One label in the form that DNS has. Labels that IDNA 2008 refuses (emoji) get the form that registries gave."""
    if not 0 < len(label) <= 63 or label[0] == "-" or label[-1] == "-":
        return None
    if label.isascii():
        return label if all(c.isalnum() or c in "-_" for c in label) else None
    if any(c.isascii() and not (c.isalnum() or c in "-_") for c in label) or any(map(_is_space_or_control, label)):
        return None
    try:
        return idna.alabel(label).decode("ascii")
    except (idna.IDNAError, ValueError):
        encoded = "xn--" + label.encode("punycode", "replace").decode("ascii")
        return encoded if len(encoded) <= 63 else None


def _is_space_or_control(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cs", "Cn", "Zs", "Zl", "Zp"}


# --- addresses ------------------------------------------------------------------------------------------------------


def canonical_email(text: str) -> str | None:
    """The form in which an address is compared, or None when the text is not exactly one address.

    Accepts what stands around addresses in certificates: `mailto:`, labels such as `rfc822Name=`, angle brackets with a
    display name, comments, quotes, stray space and control characters. A domain of one label (`root@localhost`) counts,
    a bare IP address or a number after the last dot does not; an IP literal in brackets does (RFC 5321 section 4.1.3).
    """
    if len(text) > MAX_IDENTIFIER:
        return None
    local, at, domain = _unwrap(_tidy(text)).rpartition("@")
    if not at or len(local) + len(domain) >= MAX_ADDRESS:
        return None
    folded, host = _canonical_local(local), _canonical_host(domain)
    return f"{folded}@{host}" if folded and host else None


def email_keys(text: str) -> tuple[LookupKey, ...]:
    """Exact keys of one address: the address, and the domain with labels reversed. Empty when it is no address."""
    canonical = canonical_email(text)
    if canonical is None:
        return ()
    host = canonical.rpartition("@")[2]
    key = LookupKey("email", canonical)
    return (key,) if host.startswith("[") else (key, LookupKey("domain", reversed_labels(host)))


def find_emails(text: str) -> list[str]:
    """Canonical addresses inside a text, in order, each once: lists, `Name <x@y>`, labels, comments.

    Stricter than `canonical_email`, since an @ in running text is often something else: the domain needs two labels
    and an alphabetic last one; user names of URIs, URL paths, file names and @-separated records are passed over.
    Reads at most 64 Ki characters and looks at most 384 characters around each @.
    """
    tidy = _tidy(text[:MAX_TEXT])
    found: dict[str, None] = {}
    at = tidy.find("@")
    while at >= 0 and len(found) < MAX_FOUND:
        address = _address_around(tidy, at)
        if address is not None:
            found[address] = None
        at = tidy.find("@", at + 1)
    return list(found)


def address_variants(canonical: str) -> tuple[str, ...]:
    """Addresses that some providers deliver to the same mailbox: without +tag, and that without dots."""
    local, _, host = canonical.rpartition("@")
    if local.startswith('"'):
        return ()
    untagged = local.split("+", 1)[0] or local
    forms = (untagged, untagged.replace(".", ""), local.replace(".", ""))
    return tuple(dict.fromkeys(f"{form}@{host}" for form in forms if form and form != local))


def _tidy(text: str) -> str:
    """NFKC without invisible characters; other controls become spaces so that they separate."""
    if text.isascii() and text.isprintable():
        return text
    normal = unicodedata.normalize("NFKC", text)
    return "".join(_visible(char) for char in normal)


def _visible(char: str) -> str:
    if char in _JOINERS:
        return char
    category = unicodedata.category(char)
    if category == "Cf" or char == "\0":
        return ""
    return " " if category in {"Cc", "Zs", "Zl", "Zp"} else char


def _unwrap(text: str) -> str:
    """What remains when labels, brackets, comments and quotes around an address are taken away."""
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
    """RFC 6068: the part before `?`, percent-decoded."""
    return _tidy(unquote(rest.partition("?")[0], errors="replace"))


def _canonical_local(local: str) -> str | None:
    local = local.strip(" ")
    if len(local) > 2 and local[0] == local[-1] == '"':
        inside = re.sub(r"\\(.)", r"\1", local[1:-1])
        if not _is_dot_atom(inside):
            return '"' + _fold(inside).replace("\\", "\\\\").replace('"', '\\"') + '"'
        local = inside
    return _fold(local) if _is_dot_atom(local) else None


def _is_dot_atom(local: str) -> bool:
    """RFC 5322 dot-atom, RFC 6531 characters, and the stray dots that some providers allowed."""
    return bool(local.strip(".")) and all(c in _ATEXT if c.isascii() else not _is_space_or_control(c) for c in local)


def _fold(text: str) -> str:
    for joiner in _JOINERS:
        text = text.replace(joiner, "")
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _canonical_host(domain: str) -> str | None:
    domain = domain.strip(" ")
    if domain.startswith("["):
        return _ip_literal(domain)
    return canonical_domain(domain)


def _ip_literal(domain: str) -> str | None:
    inside = domain.lower().removeprefix("[").removesuffix("]")
    try:
        address = ipaddress.ip_address(inside.removeprefix("ipv6:"))
    except ValueError:
        return None
    return f"[ipv6:{address.compressed}]" if address.version == 6 else f"[{address}]"


def _address_around(text: str, at: int) -> str | None:
    """The address whose @ stands at `at`, or None."""
    start, end = _local_start(text, at), _host_end(text, at)
    if start == at or _is_false_friend(text, start, end):
        return None
    local = text[start:at].strip(".'") if text[start] != '"' else text[start:at]
    host = text[at + 1 : end].rstrip(".-")
    canonical = canonical_email(f"{local}@{host}")
    return canonical if canonical and (host.startswith("[") or _has_plausible_ending(canonical)) else None


def _local_start(text: str, at: int) -> int:
    floor = max(0, at - 128)
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
    """An @ inside a URI, a path, a repository address or a record that uses @ as its separator."""
    if text[start - 1 : start] == "@" or text[end : end + 1] == "@":
        return True
    word_start = max(text.rfind(stop, max(0, start - 256), start) for stop in ' <>"(),;') + 1
    before = text[word_start:start]
    if "://" in before or (before.endswith("/") and (before.startswith("/") or before.count("/") > 1)):
        return True
    rest = text[end : end + 128].split(" ", 1)[0]
    return rest.startswith(":") and "/" in rest


def _has_plausible_ending(canonical: str) -> bool:
    host, dot, ending = canonical.rpartition("@")[2].rpartition(".")
    if not dot or not host or ending in _FILE_ENDINGS:
        return False
    return ending.startswith("xn--") or (len(ending) >= 2 and ending.isalpha())


# --- names ----------------------------------------------------------------------------------------------------------

_APOSTROPHES = dict.fromkeys(map(ord, "'’ʼʻ`´׳‘"))
_EXPANSIONS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})  # ICAO 9303 part 3, section 6
_MARKS = (  # combining marks that writers leave out: Latin, Greek, Cyrillic; Hebrew points; Arabic vowels
    (0x0300, 0x036F), (0x0483, 0x0487), (0x0591, 0x05C7), (0x0610, 0x061A), (0x064B, 0x065F), (0x0670, 0x0670),
    (0x06D6, 0x06ED), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE20, 0xFE2F),
)  # fmt: skip


def name_forms(text: str) -> tuple[tuple[str, ...], ...]:
    """For each word of a name the ways in which it may be written, the folded one first: accents off, other scripts
    in Latin letters, ä also as ae. Words come in order; at most 32, from the first 1,000 characters."""
    words = _words(unicodedata.normalize("NFKC", text[:MAX_IDENTIFIER]).casefold().translate(_APOSTROPHES))
    forms = (tuple(dict.fromkeys(f for f in _word_forms(word) if len(f) >= 2)) for word in words)
    return tuple(form for form in forms if form)[:MAX_TOKENS]


def name_tokens(text: str) -> tuple[str, ...]:
    """Folded tokens of a name without order or repetition, sorted: those of `name_forms`, at most 32."""
    tokens = dict.fromkeys(token for forms in name_forms(text) for token in forms)
    return tuple(sorted(list(tokens)[:MAX_TOKENS]))


def name_keys(text: str) -> tuple[LookupKey, ...]:
    """The look-up keys of a name, one for each token."""
    return tuple(LookupKey("name", token) for token in name_tokens(text))


def fold_text(text: str) -> str:
    """A text as its folded words in order, one space between them: how names of organisations are compared."""
    folded = unicodedata.normalize("NFKC", text[:MAX_TEXT]).casefold().translate(_APOSTROPHES)
    return " ".join(_without_marks(word) for word in _words(folded))


def name_score(wanted: str, tokens: frozenset[str]) -> float:
    """How much of the wanted name a certificate holds: the share of its words that have a form among the tokens."""
    forms = name_forms(wanted)
    return sum(any(form in tokens for form in word) for word in forms) / len(forms) if forms else 0.0


def _words(text: str) -> Iterator[str]:
    word: list[str] = []
    for char in unicodedata.normalize("NFC", text):
        if unicodedata.category(char)[0] in "LMN":
            word.append(char)
        elif char not in _JOINERS and unicodedata.category(char) != "Cf" and word:
            yield "".join(word)
            word = []
    if word:
        yield "".join(word)


def _word_forms(word: str) -> Iterator[str]:
    folded = _without_marks(word)
    yield folded
    if word.isascii():
        return
    yield _without_marks(word.translate(_EXPANSIONS))
    latin = anyascii(folded)
    yield "".join(c for c in latin.lower() if c.isalnum())
    if not latin.islower():  # syllables of Han and Hangul come capitalised
        yield from (part.lower() for part in re.findall(r"[A-Z][a-z]*|[a-z]+", latin))


def _without_marks(word: str) -> str:
    kept = (c for c in unicodedata.normalize("NFKD", word) if not any(a <= ord(c) <= b for a, b in _MARKS))
    return unicodedata.normalize("NFC", "".join(kept))


# --- what a person gives ------------------------------------------------------------------------------------------


def parse_identifier(text: str) -> Identifier:
    """Tell what kind of identifier a text is, and its canonical form.

    `jane@example.org` e-mail; `@example.org` all addresses at and below the domain; 64 hexadecimal digits a SHA-256
    fingerprint; `serial:` or other hexadecimal text a serial number (always hexadecimal); anything else a name.
    `email:`, `domain:`, `sha256:`, `identity:` and `name:` say the kind. UsageError tells kind and length only.
    """
    value = text.strip()
    if not value or len(value) > MAX_IDENTIFIER:
        raise UsageError(f"identifier: expected 1 to {MAX_IDENTIFIER} characters, got {len(value)}")
    prefix, colon, rest = value.partition(":")
    reader = _READERS.get(prefix.strip().lower()) if colon else None
    if reader is not None:
        return reader(value, rest.strip())
    return _guess(value)


def serial_hex(serial: bytes) -> str:
    """The serial number of a certificate as `parse_identifier` writes it: lower-case hex without leading zeros."""
    return serial.hex().lstrip("0") or "0"


def _guess(value: str) -> Identifier:
    tidy = _tidy(value).strip()
    if tidy.startswith("@"):
        return _domain(value, tidy[1:])
    if "@" in tidy:
        return _email(value, value)
    digits = tidy.lower()
    if _SHA256.fullmatch(digits.replace(":", "").replace(" ", "")):
        return _sha256(value, digits)
    if _COLON_HEX.fullmatch(digits) or _PLAIN_HEX.fullmatch(digits.removeprefix("0x")) or digits.startswith("0x"):
        return _serial(value, digits)
    return _name(value, tidy)


def _email(value: str, rest: str) -> Identifier:
    canonical = canonical_email(rest)
    if canonical is None:
        raise UsageError(
            f"identifier: expected one e-mail address (name@example.org) or a domain (@example.org), "
            f"got {len(value)} characters that are neither"
        )
    return Identifier("email", value, canonical, email_keys(canonical), address_variants(canonical))


def _domain(value: str, rest: str) -> Identifier:
    canonical = canonical_domain(_tidy(rest).strip().removeprefix("@"))
    if canonical is None:
        raise UsageError(
            f"identifier: expected a domain name after @, such as @example.org, "
            f"got {len(value)} characters that are none"
        )
    return Identifier("domain", value, canonical, (LookupKey("domain", reversed_labels(canonical)),))


def _sha256(value: str, rest: str) -> Identifier:
    return Identifier("sha256", value, _fingerprint(rest, "SHA-256 fingerprint"))


def _identity(value: str, rest: str) -> Identifier:
    return Identifier("identity", value, _fingerprint(rest, "certificate identity"))


def _fingerprint(text: str, what: str) -> str:
    digits = re.sub(r"[\s:]", "", text.lower())
    if not _SHA256.fullmatch(digits):
        raise UsageError(f"identifier: expected a {what} of 64 hexadecimal digits, got {len(digits)} characters")
    return digits


def _serial(value: str, rest: str) -> Identifier:
    digits = re.sub(r"[\s:]", "", rest.lower()).removeprefix("0x")
    if not re.fullmatch(r"[0-9a-f]{1,200}", digits):
        raise UsageError(
            f"identifier: expected a serial number of 1 to 200 hexadecimal digits, got {len(digits)} characters"
        )
    return Identifier("serial", value, digits.lstrip("0") or "0")


def _name(value: str, rest: str) -> Identifier:
    tokens = name_tokens(rest)
    if sum(char.isalpha() for char in rest) < 2 or not tokens:
        raise UsageError(f"identifier: expected a name with at least 2 letters, got {len(value)} characters")
    canonical = " ".join(sorted({forms[0] for forms in name_forms(rest)}))
    return Identifier("name", value, canonical, tuple(LookupKey("name", token) for token in tokens))


_READERS = {
    "email": _email,
    "mailto": _email,
    "domain": _domain,
    "sha256": _sha256,
    "identity": _identity,
    "serial": _serial,
    "name": _name,
}
