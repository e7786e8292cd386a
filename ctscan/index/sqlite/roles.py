"""Roles of an index whose methods have files of their own, joined for `SqliteIndex`."""

from __future__ import annotations

from ctscan.index.sqlite.cases import SqliteCases
from ctscan.index.sqlite.exposure import SqliteExposure
from ctscan.index.sqlite.inventory import SqliteStock
from ctscan.index.sqlite.outbox import SqliteOutbox
from ctscan.index.sqlite.retention import SqliteRetention
from ctscan.index.sqlite.similar import SimilarLookups
from ctscan.index.sqlite.suppressions import SqliteSuppressions
from ctscan.index.sqlite.surroundings import SqliteSurroundings
from ctscan.index.sqlite.watches import SqliteWatches


class SqliteRoles(
    SqliteSurroundings,
    SimilarLookups,
    SqliteCases,
    SqliteStock,
    SqliteSuppressions,
    SqliteRetention,
    SqliteExposure,
    SqliteWatches,
    SqliteOutbox,
):
    """Methods of these roles on one open file."""
