"""Roles of an index that no look-up asks for: `roles.FurtherRoles` loads them when they are used."""

from __future__ import annotations

from ctscan.index.sqlite.cases import SqliteCases
from ctscan.index.sqlite.exposure import SqliteExposure
from ctscan.index.sqlite.inventory import SqliteStock
from ctscan.index.sqlite.outbox import SqliteOutbox
from ctscan.index.sqlite.retention import SqliteRetention
from ctscan.index.sqlite.watches import SqliteWatches


class FurtherRoles(SqliteCases, SqliteStock, SqliteRetention, SqliteExposure, SqliteWatches, SqliteOutbox):
    """Methods of these roles on one open file."""
