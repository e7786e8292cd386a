"""Short-lived certificates of Sigstore: people who logged in, and builds of repositories."""

from __future__ import annotations

from typing import Any

from support.certs import extension, other_name, string
from support.personal import held_by_people

ARC = "1.3.6.1.4.1.57264.1."
SIGNING = {"eku": ("1.3.6.1.5.5.7.3.3",)}
REPOSITORY = "https://github.com/jane-example/widgets"
WORKFLOW = f"{REPOSITORY}/.github/workflows/release.yml@refs/heads/main"


def raw(arc: int, text: str) -> bytes:
    """Encode an extension whose body is the text itself."""
    return extension(f"{ARC}{arc}", text.encode())


def utf8(arc: int, text: str) -> bytes:
    """Encode an extension with a UTF8String."""
    return extension(f"{ARC}{arc}", string(text))


BUILD = [
    raw(1, "https://token.actions.githubusercontent.com"),
    raw(2, "push"),
    raw(3, "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
    raw(4, "release"),
    raw(5, "jane-example/widgets"),
    raw(6, "refs/heads/main"),
    utf8(8, "https://token.actions.githubusercontent.com"),
    utf8(9, WORKFLOW),
    utf8(10, "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
    utf8(11, "github-hosted"),
    utf8(12, REPOSITORY),
    utf8(13, "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
    utf8(14, "refs/heads/main"),
    utf8(15, "100000001"),
    utf8(16, "https://github.com/jane-example"),
    utf8(17, "1000042"),
    utf8(18, WORKFLOW),
    utf8(19, "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
    utf8(20, "push"),
    utf8(21, f"{REPOSITORY}/actions/runs/1000000001/attempts/1"),
    utf8(22, "public"),
    utf8(24, "repo:jane-example/widgets:ref:refs/heads/main"),
]

CASES: dict[str, dict[str, Any]] = held_by_people(
    {
        "build": {"san": [("uri", WORKFLOW)], "extra": BUILD, **SIGNING},
        "build-gitlab": {
            "san": [("uri", "https://gitlab.com/example-group/tools/widgets//.gitlab-ci.yml@refs/tags/v1")],
            "extra": [
                utf8(8, "https://gitlab.com"),
                utf8(12, "https://gitlab.com/example-group/tools/widgets"),
                utf8(24, "project_path:example-group/tools/widgets:ref_type:tag:ref:v1"),
            ],
            **SIGNING,
        },
        "person": {
            "san": [("email", "jane.doe@example.org")],
            "extra": [
                raw(1, "https://accounts.example.net"),
                utf8(8, "https://accounts.example.net"),
                utf8(24, "jane.doe@example.org"),
            ],
            **SIGNING,
        },
        "user-name": {
            "san": [other_name(f"{ARC}7", string("janedoe!example.org"))],
            "extra": [utf8(24, "janedoe!example.org"), raw(1, "https://login.example.org")],
            **SIGNING,
        },
        "branch-of-a-person": {
            "san": [("uri", REPOSITORY)],
            "extra": [raw(6, "refs/heads/janedoe/fix-typo"), utf8(14, "refs/heads/feature/new-lamp")],
            **SIGNING,
        },
        "service": {
            "san": [("uri", "https://kubernetes.io/namespaces/default/serviceaccounts/builder")],
            "extra": [utf8(24, "https://container.example.net/v1/projects/p/builder")],
            **SIGNING,
        },
        "odd-21-organisation-is-an-address": {
            "subject": [("O", "jane.maintainer@example.com"), ("CN", "example-log")],
            "issuer": [("O", "jane.maintainer@example.com"), ("CN", "example-log")],
            "ca": True,
            "eku": (),
        },
        "odd-30-references-are-no-addresses": {
            "san": [("uri", WORKFLOW)],
            "extra": [
                raw(1, "https://token.actions.githubusercontent.com"),
                raw(5, "jane-example/widgets"),
                raw(6, "refs/heads/main"),
            ],
            **SIGNING,
        },
    }
)
