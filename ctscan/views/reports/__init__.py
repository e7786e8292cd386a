"""Report formats: a module each, found by its presence in this folder. Its name is the name of the format.

A module here has `MEDIA_TYPE`, and `render(answers)`, which writes the bytes of the report piece by piece.
"""

from __future__ import annotations

import pkgutil
from collections.abc import AsyncIterator
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from ctscan.model import Answer


class ReportFormat(Protocol):
    """Module of this folder."""

    MEDIA_TYPE: str

    def render(self, answers: AsyncIterator[Answer]) -> AsyncIterator[bytes]:
        """Write a report of answers. Each answer is written before the next one is asked for."""
        ...


@cache
def report_formats() -> tuple[str, ...]:
    """Return the names of all report formats, sorted."""
    return tuple(sorted(info.name for info in pkgutil.iter_modules(__path__)))


def report_format(name: str) -> ReportFormat:
    """Return a report format by its name."""
    return cast(ReportFormat, import_module(f"{__name__}.{name}"))
