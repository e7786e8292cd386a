"""Index of a domain with many certificates, in a log that was read completely."""

from __future__ import annotations

from pathlib import Path

from support.answering import answered, finding
from support.kept import a_hit

DOMAIN = "many.example.org"


def many(folder: Path, number: int) -> Path:
    """Make the index of a number of certificates, each with an address of its own below `DOMAIN`. They don't come into
    the index in the order of their times."""
    places = [one * 7919 % number for one in range(number)]
    answered(folder, [a_hit(place, finding(f"member{place}@{DOMAIN}"), label=place) for place in places])
    return folder / "ctscan.db"
