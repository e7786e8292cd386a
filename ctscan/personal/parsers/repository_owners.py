"""Owners of source repositories in web addresses: `https://github.com/owner/name/…`."""

from __future__ import annotations

import re
from typing import Final

from ctscan.on_first_use import late_pattern

HOSTS: Final = frozenset(
    ["github.com", "gitlab.com", "codeberg.org", "bitbucket.org", "gitee.com", "git.sr.ht", "gist.github.com"]
)
"""Hosts where the first part of a path is an account."""

MAX_URL: Final = 2000

_OWNER = late_pattern(r"~?[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")
_URL = late_pattern(
    r"(?:git\+)?(?:https?|git|ssh)://(?:[^/@\s]{1,100}@)?([A-Za-z0-9.-]{1,253})(?::\d{1,5})?/(.*)", re.DOTALL
)
_PAGES: Final = frozenset(
    [
        *("about", "apps", "contact", "enterprise", "explore", "features", "login", "marketplace", "orgs", "pricing"),
        *("security", "site", "sponsors", "topics", "users"),
    ]
)
"""First parts of paths that are pages of the host."""


def owner_in_path(path: str) -> str | None:
    """Return the owner in `owner/name`; None for another form."""
    owner, slash, name = path[:MAX_URL].partition("/")
    return owner if slash and name and _OWNER.fullmatch(owner) else None


def owner_in_url(url: str, *, known: bool = False) -> str | None:
    """Return `github.com/owner` from the web address of a repository or an account; None for other addresses.

    `known`: accept only the hosts in HOSTS.
    """
    match = _URL.fullmatch(url[:MAX_URL])
    if match is None:
        return None
    host = match[1].lower().removeprefix("www.")
    owner = re.split(r"[/?#]", match[2], maxsplit=1)[0]
    if not _OWNER.fullmatch(owner) or owner.lower() in _PAGES or (known and host not in HOSTS):
        return None
    return f"{host}/{owner}"
