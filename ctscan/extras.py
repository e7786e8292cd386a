"""Extras: packages that few features need, installed on request: `pip install 'ctscan[postgres]'`.

Each is imported in a single module, when its feature is used. Without it, every feature names the same remedy.
"""

from __future__ import annotations

from ctscan.errors import UsageError

PACKAGES = {
    "postgres": "psycopg",
    "pkcs12": "pycryptodome",
    "dossier": "typst",
    "reports": "typst",
    "parquet": "pyarrow",
    "encrypted": "sqlcipher3",
    "metrics": "prometheus_client",
    "native": "ctscan_native",
}
"""Extras that have a use today, and the first package that each brings."""


def to_install(extra: str) -> str:
    """Give the command that installs an extra beside this ctscan."""
    return f"pip install 'ctscan[{extra}]'"


def needs(extra: str, package: str = "") -> str:
    """Word the need of an extra: `needs psycopg: pip install 'ctscan[postgres]'`. `package`: the one that is missing,
    where the extra brings several."""
    return f"needs {package or PACKAGES[extra]}: {to_install(extra)}"


def missing_extra(feature: str, extra: str, package: str = "") -> UsageError:
    """Make the error of a command whose extra isn't installed: exit code 2."""
    return UsageError(f"{feature} {needs(extra, package)}")
