"""Keyed digests that stand in the register for the people of closed cases. Pure."""

from __future__ import annotations

from ctscan.privacy.key_file import Key
from ctscan.privacy.suppression import SUPPRESSION_DIGEST, digest_of


def pseudonym_digest(key: Key, kind: str, canonical: str) -> bytes:
    """Make the digest of an identifier, as suppressions compare it. Whoever holds the key can still find the case of a
    person, nobody else."""
    return digest_of(key.derive(SUPPRESSION_DIGEST), (kind, canonical))
