"""Public suffixes: domains directly below which unrelated people register names, by the list of publicsuffix.org.

Both sections of the list count. The first (ICANN: `com`, `co.uk`) names registries; the second (private: `github.io`)
names companies that give subdomains away, and there too each name belongs to somebody else.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


def is_public_suffix(domain: str) -> bool:
    """Return whether a canonical domain is a public suffix, or the root of a wildcard of them (`*.kawasaki.jp`).

    A domain of one label always is: a top-level domain, or a name that a network uses as its own.
    """
    return "." not in domain or _suffixes().is_public(_unicode(domain))


@cache
def _suffixes() -> PublicSuffixList:
    """Read the list on first use: that takes time. Its A-labels would take ten times as long to compute, so domains are
    compared as U-labels."""
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(accept_encoded_idn=False)


def _unicode(domain: str) -> str:
    return ".".join(_unicode_label(label) if label.startswith("xn--") else label for label in domain.split("."))


def _unicode_label(label: str) -> str:
    import idna  # here: its tables are large, and few scopes need them

    try:
        return idna.decode(label)
    except idna.IDNAError:  # an A-label of nothing stands in no list
        return label
