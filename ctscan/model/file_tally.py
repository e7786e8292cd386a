"""Numbers of files of one run, by what came of them: a file that holds no certificate isn't one that hides some."""

from __future__ import annotations

from typing import Final

from msgspec import Struct, field

MAX_NAMES: Final = 1000
"""Names of each kind that are kept."""


class FileTally(Struct):
    """Files of a run so far.

    `without`: files without a certificate or a request. `not_understood`: files that begin a known form and can't be
    read to its end, that break a limit, or that can't be opened; certificates may have come of them nevertheless.
    `names_without` and `names_not_understood` hold the first MAX_NAMES names.
    """

    files: int = 0
    without: int = 0
    not_understood: int = 0
    names_without: list[str] = field(default_factory=list)
    names_not_understood: list[str] = field(default_factory=list)

    def add(self, name: str, *, has_certificates: bool, is_understood: bool) -> None:
        """Count a file."""
        self.files += 1
        if not is_understood:
            self.not_understood += 1
            _keep(self.names_not_understood, name)
        elif not has_certificates:
            self.without += 1
            _keep(self.names_without, name)


def _keep(names: list[str], name: str) -> None:
    if len(names) < MAX_NAMES:
        names.append(name)
