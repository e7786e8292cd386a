"""Identities in the short-lived certificates of Sigstore (Fulcio, docs/oid-info.md): accounts and owners of
repositories.

The owner of a repository may be a person or an organisation; the certificate doesn't say which. References such as
`release.yml@refs/heads/main` are no addresses.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from ctscan.model import AttributionReason, Confidence, DecodedString, Field, Finding, SubjectKind
from ctscan.on_first_use import late_pattern
from ctscan.personal.finding import make_finding
from ctscan.personal.normalise.addresses import canonical_email
from ctscan.personal.parsers.accounts import account_value
from ctscan.personal.parsers.repository_owners import owner_in_path, owner_in_url
from ctscan.personal.rules import rule
from ctscan.personal.values import Attribution, Value, numbered
from ctscan.personal.view import View, spellings
from ctscan.x509.general_names import RFC822_NAME

_ARC: Final = "1.3.6.1.4.1.57264.1."
USERNAME: Final = f"{_ARC}7"
ISSUERS: Final = (f"{_ARC}1", f"{_ARC}8")
REPOSITORY: Final = f"{_ARC}5"
REFERENCES: Final = (f"{_ARC}6", f"{_ARC}14")
URIS: Final = tuple(f"{_ARC}{arc}" for arc in (9, 12, 16, 18, 21))
OWNER_NUMBER: Final = f"{_ARC}17"
TOKEN_SUBJECT: Final = f"{_ARC}24"
_OF_BUILDS: Final = frozenset((REPOSITORY, *REFERENCES, *URIS))
_CITES: Final = ("sigstore/fulcio docs/oid-info.md",)

_OWNER = Attribution(
    SubjectKind.UNKNOWN,
    Confidence.POSSIBLE,
    AttributionReason.REPOSITORY_OWNER(),
)
_SERVICE = Attribution(SubjectKind.UNKNOWN, Confidence.POSSIBLE, AttributionReason.URI_LOGIN())
_BRANCH = late_pattern(r"refs/heads/([^/\s]{2,39})/\S")
_TOPICS: Final = frozenset(
    (
        *("bug", "bugfix", "build", "changeset-release", "chore", "ci", "dependabot", "dev", "develop", "docs"),
        *("experimental", "feat", "feature", "features", "fix", "gh-readonly-queue", "hotfix", "main"),
        *("maintenance", "master", "perf", "refactor", "release", "releases", "renovate", "stable", "staging"),
        *("support", "task", "test", "tests", "wip"),
    )
)
"""First words of branch names that are common topics, not people."""


@rule(
    id="sigstore.account",
    version=1,
    category="user.account.username",
    kinds=("account", "email", "domain"),
    cites=_CITES,
    covers=(USERNAME, REPOSITORY, *REFERENCES, *URIS, TOKEN_SUBJECT),
    only=True,
)
def sigstore_accounts(view: View) -> Iterator[Finding]:
    """Accounts in Sigstore certificates: user names, owners of repositories, subjects of log-in tokens."""
    for place, text in _texts(view, USERNAME, TOKEN_SUBJECT):
        yield from _subject(view, place, text)
    for place, text in _texts(view, *URIS):
        yield from _owner(view, place, text, owner_in_url(text))
    for place, text in _texts(view, REPOSITORY):
        yield from _owner(view, place, text, owner_in_path(text))
    for place, text in _texts(view, *REFERENCES):
        branch = _BRANCH.match(text)
        if branch and branch[1].casefold() not in _TOPICS:
            attribution = Attribution(SubjectKind.PERSON, Confidence.POSSIBLE, AttributionReason.BRANCH())
            value = account_value(view, place, text, name=branch[1])
            if value is not None:
                yield make_finding("sigstore.account", view, place, replace(value, attribution=attribution))


def _subject(view: View, place: Field, text: str) -> Iterator[Finding]:
    """Read the subject of a log-in token: `jane!example.org`, an address, or a build of a repository
    (`repo:owner/name:ref:…`, `project_path:group/name:ref_type:…`)."""
    kind, _, rest = text.partition(":")
    if kind in ("repo", "project_path", "organization", "pipeline"):
        yield from _owner(view, place, text, owner_in_path(rest))
    elif owner := owner_in_url(text, known=True):
        yield from _owner(view, place, text, owner)
    elif value := account_value(view, place, text, *text.split("!")[:1]):
        attribution = _SERVICE if "://" in text else value.attribution
        yield make_finding("sigstore.account", view, place, replace(value, attribution=attribution))


def _owner(view: View, place: Field, text: str, owner: str | None) -> Iterator[Finding]:
    value = account_value(view, place, text, (owner or "").rpartition("/")[2], name=owner or "")
    if owner is not None and value is not None:
        yield make_finding("sigstore.account", view, place, replace(value, attribution=_OWNER))


@rule(
    id="sigstore.owner",
    version=1,
    category="user.unique_id",
    kinds=("number",),
    cites=_CITES,
    covers=(OWNER_NUMBER,),
    only=True,
)
def sigstore_owner(view: View) -> Iterator[Finding]:
    """Numbers of the accounts that own the repositories built."""
    for place, text in _texts(view, OWNER_NUMBER):
        for value in numbered("user.unique_id", text):
            yield make_finding("sigstore.owner", view, place, replace(value, attribution=_OWNER))


@rule(
    id="sigstore.provider",
    version=1,
    category="user.account",
    kinds=(),
    cites=_CITES,
    covers=ISSUERS,
    only=True,
)
def sigstore_provider(view: View) -> Iterator[Finding]:
    """Identity providers of the accounts that signed in Sigstore certificates; not of builds, which have no log-in."""
    attribution = Attribution(SubjectKind.UNKNOWN, Confidence.POSSIBLE, AttributionReason.LOGGED_IN())
    if any(general.kind == RFC822_NAME and _is_address(general.text) for general in view.certificate.san):
        why = AttributionReason.MAILBOX_HOLDER_ACCOUNT()
        attribution = Attribution(SubjectKind.PERSON, Confidence.LIKELY, why)
    elif view.has(_OF_BUILDS):
        return
    for place, text in _texts(view, *ISSUERS):
        value = Value("user.account", text, text.strip().casefold(), attribution=attribution)
        yield make_finding("sigstore.provider", view, place, value)


def _texts(view: View, *oids: str) -> Iterator[tuple[Field, str]]:
    for place in view.of(*oids):
        text = spellings(place.text)[0].strip() if place.text is not None else ""
        if text:
            yield place, text


def _is_address(text: DecodedString | None) -> bool:
    return text is not None and canonical_email(text.value) is not None
