"""Roles of an index whose methods have files of their own, joined for `SqliteIndex`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ctscan.index.sqlite.limits import SqliteLimits
from ctscan.index.sqlite.opened import OpenedFile
from ctscan.index.sqlite.similar import SimilarLookups
from ctscan.index.sqlite.suppressions import SqliteSuppressions
from ctscan.index.sqlite.surroundings import SqliteSurroundings

if TYPE_CHECKING:
    from ctscan.index.sqlite.further_roles import FurtherRoles
else:

    class FurtherRoles(OpenedFile):
        """Roles that no look-up asks for. Their files are loaded when a method is called that stands nowhere else."""

        def __getattr__(self, name: str) -> Any:
            from ctscan.index.sqlite.retention import SqliteRetention as Role  # each scan asks for it

            if not hasattr(Role, name):
                from ctscan.index.sqlite.further_roles import FurtherRoles as Role
            return getattr(Role, name).__get__(self)


class SqliteRoles(SqliteSurroundings, SimilarLookups, SqliteSuppressions, SqliteLimits, FurtherRoles):
    """Methods of these roles on one open file."""
