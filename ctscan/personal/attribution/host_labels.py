"""Names of people in the labels of host names: `jane-doe.example.org`, `jane.doe.dev.example.org`, `jdoe-laptop`.

This is the weakest evidence of all. Every part of a label must be in the name lists, an initial, a number or a word for
a device, and the result is never more than possible.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ctscan.on_first_use import late_pattern
from ctscan.personal.attribution.gazetteer import given_names, surnames
from ctscan.personal.attribution.lexicon import ORGANISATION_WORDS
from ctscan.personal.normalise.name_tokens import fold_text

MAX_HOST = 253

_DEVICES = frozenset(
    [
        *("android", "computadora", "computer", "desktop", "homelab", "imac", "ipad", "iphone", "laptop", "lt", "mac"),
        *("macbook", "macmini", "mbp", "nas", "nb", "netbook", "notebook", "nuc", "ordinateur", "pc", "phone", "pixel"),
        *("portable", "portatil", "raspberrypi", "rechner", "surface", "tablet", "thinkpad", "vm", "workstation", "ws"),
        "xps",
    ]
)
"""Words that hosts of people combine with their owner's name."""

_BESIDE_DEVICES = frozenset({"air", "book", "home", "mini", "mobile", "my", "pi", "pro", "the", "work"})

_PLACES = frozenset(
    [
        *(
            "admin",
            "alpha",
            "app",
            "apps",
            "beta",
            "blog",
            "cdn",
            "chat",
            "cloud",
            "dev",
            "docs",
            "edge",
            "hub",
            "imap",
        ),
        *(
            "jenkins",
            "jira",
            "lab",
            "login",
            "mail",
            "media",
            "mx",
            "news",
            "ns",
            "prod",
            "proxy",
            "shop",
            "smtp",
            "sso",
        ),
        *("stage", "staging", "static", "store", "test", "uat", "vpn", "web", "wiki", "www", "eva", "iris", "alma"),
        *(
            "jade",
            "ruby",
            "crystal",
            "pearl",
            "amber",
            "robin",
            "sky",
            "star",
            "art",
            "page",
            "chase",
            "carbon",
            "grace",
        ),
        *("august", "april", "may", "june", "summer", "autumn", "sandy", "angel", "major", "prince", "king", "bishop"),
    ]
)
"""Words of hosts that are also names; alone, or two of them together, they name nobody."""

_SEPARATORS = late_pattern(r"[-_]+")
_NUMBER = late_pattern(r"\d{1,6}$")


def people_in_host(host: str, domains: tuple[str, ...]) -> Iterator[str]:
    """Yield the folded names of people (`jane doe`, `doe`) in a canonical host at or below a canonical domain, each
    once.

    Two neighbouring labels may form a name together (`jane.doe`).
    """
    if len(host) > MAX_HOST:
        return
    below = next((host[: -len(domain) - 1] for domain in domains if host.endswith("." + domain)), "")
    labels = [label for label in below.split(".") if label not in ("", "*")]
    found = dict.fromkeys(name for label in labels if (name := _person_in(_parts(label))))
    found |= dict.fromkeys(name for left, right in pairwise(labels) if (name := _in_pair(left, right)))
    yield from found


def _parts(label: str) -> list[str]:
    """Return the folded words of a label, decoded from punycode."""
    folded = [fold_text(_NUMBER.sub("", part)) for part in _SEPARATORS.split(_in_its_script(label))]
    return [part for part in folded if part]


def _in_its_script(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, OverflowError):
        return label


def _person_in(parts: list[str]) -> str | None:
    """Return the name that all parts of a label make without words for devices, or None."""
    is_device = any(part in _DEVICES for part in parts)
    ignored = _DEVICES | _BESIDE_DEVICES if is_device else frozenset()
    words = [part for part in parts if part not in ignored]
    if len(words) == 1 and is_device:
        return _of_device(words[0]) or _of_device(words[0].removesuffix("s"))  # jane's
    if is_device and words and words[-1] not in surnames():
        words[-1] = words[-1].removesuffix("s")
    return " ".join(words) if len(words) in (2, 3) and _is_full_name(words) else None


def _in_pair(left: str, right: str) -> str | None:
    first, second = _parts(left), _parts(right)
    words = [*first, *second]
    if len(first) != 1 or len(second) != 1 or not _PLACES.isdisjoint(words):
        return None
    return " ".join(words) if _is_full_name(words) else None


def _is_full_name(words: list[str]) -> bool:
    """Return whether the words are a given name and a surname of three letters or more, in either order.

    A middle initial may stand beside them; in other scripts two letters are enough.
    """
    full = [word for word in words if len(word) > 1]
    if len(full) != 2 or any(len(word) < (3 if word.isascii() else 2) for word in full) or not _is_of_people(full):
        return False
    first, second = full
    return (first in given_names() and second in surnames()) or (second in given_names() and first in surnames())


def _of_device(word: str) -> str | None:
    """Return the person's name in a device's host name: `jane` of `jane-laptop`, `doe` of `jdoe-mbp`."""
    if word in ORGANISATION_WORDS or word in _PLACES or len(word) < 3:
        return None
    if word in given_names():
        return word
    surname = word[1:]
    return surname if len(surname) >= 3 and surname in surnames() and surname not in _PLACES else None


def _is_of_people(words: list[str]) -> bool:
    if any(word in ORGANISATION_WORDS for word in words):
        return False
    return not all(word in _PLACES for word in words)
