"""Keyed digests that stand in the register for the people of closed cases. Pure."""

from __future__ import annotations

import hmac

from ctscan.privacy.key_file import Key

PSEUDONYM_DIGEST = b"ctscan suppression digest v1"
"""Use of the key file for these digests; suppressions compare by the same ones."""


def pseudonym_digest(key: Key, kind: str, canonical: str) -> bytes:
    """Make the digest of an identifier. Whoever holds the key can still find the case of a person, nobody else."""
    message = kind.encode() + b"\0" + canonical.encode("utf-8", "surrogatepass")
    return hmac.digest(key.derive(PSEUDONYM_DIGEST), message, "sha256")
