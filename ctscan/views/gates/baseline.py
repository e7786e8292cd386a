"""Baseline of a gate as a file: JSON with a fingerprint a line, sorted, so that a change of it reads well. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable

from ctscan.errors import FormatError
from ctscan.model.gate import BaselineEntry
from ctscan.on_first_use import late_pattern

VERSION = 1
_FINGERPRINT = late_pattern(r"[0-9a-f]{64}")
_KEYS = {"ctscan_baseline", "findings"}


def render_baseline(entries: Iterable[BaselineEntry]) -> bytes:
    """Render a baseline. It holds rules and places for its reader, and no value of anybody."""
    ordered = sorted({one.fingerprint: one for one in entries}.values(), key=lambda one: one.fingerprint)
    lines = ",\n".join(
        "    " + json.dumps({"fingerprint": one.fingerprint, "rule": one.rule, "where": one.where}) for one in ordered
    )
    inside = f"\n{lines}\n  " if lines else ""
    return f'{{\n  "ctscan_baseline": {VERSION},\n  "findings": [{inside}]\n}}\n'.encode()


def parse_baseline(data: bytes) -> frozenset[str]:
    """Parse a baseline; return its fingerprints.

    Raises:
        FormatError: the bytes are no baseline of this version.
    """
    try:
        found = json.loads(data.decode())
    except (ValueError, RecursionError) as error:
        raise FormatError("expected a baseline as JSON, got another file") from error
    if not isinstance(found, dict) or set(found) != _KEYS or not isinstance(found["findings"], list):
        raise FormatError("expected an object with ctscan_baseline and findings, got another one")
    if found["ctscan_baseline"] != VERSION:
        raise FormatError(f"expected version {VERSION}, got another one")
    entries = [one.get("fingerprint") if isinstance(one, dict) else None for one in found["findings"]]
    for number, entry in enumerate(entries, 1):
        if not isinstance(entry, str) or not _FINGERPRINT.fullmatch(entry):
            raise FormatError(f"findings, entry {number}: expected a fingerprint of 64 hexadecimal digits, got none")
    return frozenset(map(str, entries))
