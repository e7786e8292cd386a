"""Formats of files with several certificates, found by their presence in this folder.

To add a format, add a module here with `FORMATS`: for each format the recognition of its first octets, and its reader.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from ctscan.sources.files.file_format import FileFormat


@cache
def file_formats() -> tuple[FileFormat, ...]:
    """Return all formats in the order in which they are tried."""
    modules = (import_module(f"{__name__}.{info.name}") for info in pkgutil.iter_modules(__path__))
    return tuple(sorted((each for module in modules for each in module.FORMATS), key=lambda each: each.rank))
