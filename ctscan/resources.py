"""Where the files that ship with ctscan are: `data/` of the source tree, `ctscan/_data` of an installed wheel.

Facts that a person may read and edit; no code. Knows nothing of their formats.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from ctscan.errors import InputError

_PACKAGE = Path(__file__).resolve().parent


def data_path(name: str) -> Path:
    """Path of a file or directory that ships with ctscan (`logs.toml`). InputError when the installation lacks it."""
    for root in (_PACKAGE / "_data", _PACKAGE.parent / "data"):
        if (root / name).exists():
            return root / name
    raise InputError(f"{name}: missing from this installation of ctscan; install it again")


@cache
def version() -> str:
    """Version of ctscan: of the installed package, else of the source tree it runs from."""
    import tomllib  # here, because a look-up asks for data files and not for the version
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed_version

    source = _PACKAGE.parent / "pyproject.toml"
    if source.is_file():
        found = tomllib.loads(source.read_text(encoding="utf-8")).get("project", {})
        if found.get("name") == "ctscan":
            return str(found["version"])
    try:
        return installed_version("ctscan")
    except PackageNotFoundError:
        return "unknown"


@cache
def languages() -> tuple[str, ...]:
    """Codes of the languages that answers can be shown in: `("en",)`."""
    return tuple(sorted(path.stem for path in data_path("text").glob("*.toml")))


@cache
def data_text(name: str) -> str:
    """The text of a file that ships with ctscan (`names/given.txt`). InputError as for `data_path`."""
    return data_path(name).read_text(encoding="utf-8")
